import json
from dataclasses import asdict

import pytest
import torch
from toy_captions import save_captioner, write_pictures
from toy_checkpoints import write_checkpoint
from toy_data import reversed_words, write_prepared

from seq2seq.data.prepared import PreparedFolder
from seq2seq.folder import load_model
from seq2seq.inference import Translator
from seq2seq.inference.confidence import Calibration
from seq2seq.training.finish import finish


@pytest.mark.parametrize("splits", [("dev", "test"), ("dev",)])
def test_a_run_ends_with_a_model_its_scores_and_its_card(tmp_path, capsys, splits):
    pairs = {split: reversed_words(3, seed) for seed, split in enumerate(splits, start=2)}
    folder = write_prepared(tmp_path / "prepared", {"train": reversed_words(20, seed=1), **pairs})
    write_checkpoint(tmp_path / "best.ckpt", folder)
    logs = tmp_path / "run" / "logs" / "version_0"
    logs.mkdir(parents=True)
    (logs / "metrics.csv").write_text("step,dev_bleu\n4,1.5\n9,2.5\n")
    finish(tmp_path / "run", tmp_path / "best.ckpt", PreparedFolder.open(folder))

    model = tmp_path / "run" / "model"
    records = {split: json.loads((tmp_path / "run" / f"scores.{split}.json").read_text()) for split in splits}
    assert {split: record["data"]["split"] for split, record in records.items()} == {split: split for split in splits}
    kept = json.loads((model / "scores.json").read_text())["evaluations"]
    assert list(kept.values()) == list(records.values())
    card = (model / "card.md").read_text()
    for name, record in kept.items():
        assert f"| {name} | 3 | beam 5 | {record['scores']['BLEU']['value']:.1f} " in card
    told = capsys.readouterr().out
    assert str(model) in told
    assert str(tmp_path / "run" / "report" / "index.html") in told
    assert str(tmp_path / "run" / "inside") in told
    (seen,) = json.loads((tmp_path / "run" / "inside" / "inspection.json").read_text())["inputs"]
    assert seen["input"] == pairs["dev"][0][0]
    assert (tmp_path / "run" / "inside" / "encoder-gradient.png").exists()
    report = json.loads((tmp_path / "run" / "report" / "scores.json").read_text())
    assert (report["data"]["split"], report["systems"][0]["name"]) == ("dev", "run")
    assert report["systems"][0]["record"]["scores"] == records["dev"]["scores"]
    assert report["systems"][0]["curves"]["dev_bleu"] == {"4": 1.5, "9": 2.5}
    assert Calibration.load(model).data["split"] == "dev"
    assert len(Translator.load(model).translate(["uno", ""])) == 2


def test_of_every_split_it_is_told_how_many_captions_are_new(tmp_path, capsys):
    folder = write_pictures(tmp_path / "prepared", {"train": 4, "dev": 2, "test": 2})
    save_captioner(tmp_path / "toy", folder)
    toy = load_model(tmp_path / "toy")
    facts = {"task": toy.task, "model": asdict(toy.config), "prepared": str(folder), "columns": ("image", "en")}
    state = {f"model.{name}": tensor for name, tensor in toy.model.state_dict().items()}
    torch.save({"state_dict": state, "global_step": 1, "seq2seq": facts}, tmp_path / "best.ckpt")
    finish(tmp_path / "run", tmp_path / "best.ckpt", PreparedFolder.open(folder))
    for split in ("dev", "test"):
        record = json.loads((tmp_path / "run" / f"scores.{split}.json").read_text())
        assert record["diversity"]["new"] is not None
    assert capsys.readouterr().out.count("of the captions not in training") == 2
