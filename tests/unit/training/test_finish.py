import json

import pytest
from toy_checkpoints import write_checkpoint
from toy_data import reversed_words, write_prepared

from seq2seq.data.prepared import PreparedFolder
from seq2seq.inference import Translator
from seq2seq.training.finish import finish


@pytest.mark.parametrize("splits", [("dev", "test"), ("dev",)])
def test_a_run_ends_with_a_model_its_scores_and_its_card(tmp_path, capsys, splits):
    pairs = {split: reversed_words(3, seed) for seed, split in enumerate(splits, start=2)}
    folder = write_prepared(tmp_path / "prepared", {"train": reversed_words(20, seed=1), **pairs})
    write_checkpoint(tmp_path / "best.ckpt", folder)
    finish(tmp_path / "run", tmp_path / "best.ckpt", PreparedFolder.open(folder))

    model = tmp_path / "run" / "model"
    records = {split: json.loads((tmp_path / "run" / f"scores.{split}.json").read_text()) for split in splits}
    assert {split: record["data"]["split"] for split, record in records.items()} == {split: split for split in splits}
    assert json.loads((model / "scores.json").read_text()) == records[splits[-1]]
    bleu = records[splits[-1]]["scores"]["BLEU"]["value"]
    assert f"BLEU {bleu:.1f}" in (model / "card.md").read_text()
    assert str(model) in capsys.readouterr().out
    assert len(Translator.load(model).translate(["uno", ""])) == 2
