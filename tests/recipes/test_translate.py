"""The translation recipe, from the command line to a translator in use."""

import json
from pathlib import Path

from toy_data import reversed_words, write_prepared

from seq2seq.inference import Translator
from seq2seq.training.cli import train

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "recipes" / "translate_es_en"


def test_the_recipe_learns_to_reverse_words(tmp_path, capsys):
    seen, unseen = reversed_words(1500, seed=1), reversed_words(100, seed=2)
    known = {source for source, _ in seen}
    unseen = [pair for pair in unseen if pair[0] not in known]
    prepared = write_prepared(tmp_path / "prepared", {"train": seen, "dev": unseen, "test": unseen})
    output = tmp_path / "run"
    arguments = ["--tiny", f"--data.prepared={prepared}", f"--output={output}", "--trainer.max_steps=250"]
    train(RECIPE / "config.yaml", arguments=arguments)

    records = json.loads((output / "model" / "scores.json").read_text())["evaluations"]
    record = list(records.values())[-1]
    assert record["data"]["split"] == "test"
    assert record["scores"]["BLEU"]["value"] > 80
    assert "tok:13a" in record["scores"]["BLEU"]["signature"]
    card = (output / "model" / "card.md").read_text()
    assert f"| {record['scores']['BLEU']['value']:.1f} (" in card
    translated = Translator.load(output / "model").translate(["uno dos tres"])
    assert translated == ["tres dos uno"]

    left = {str(path.relative_to(output)) for path in output.rglob("*") if path.is_file()}
    assert left >= {"checkpoints/best.ckpt", "checkpoints/last.ckpt", "scores.dev.json", "scores.test.json"}
    assert left >= {"logs/version_0/metrics.csv", "logs/version_0/config.yaml"}
    out, err = capsys.readouterr()
    assert str(output / "model") in out
    assert "output       " in err
    assert "warn" not in err.lower()


def test_the_script_trains_on_the_shipped_corpus(tmp_path, run_recipe):
    done = run_recipe(RECIPE, "--tiny", "--trainer.max_steps=60", "--output=run")
    assert done.code == 0, done.err
    assert "Warning" not in done.err
    assert (tmp_path / "run" / "model" / "model.safetensors").exists()


def test_a_second_run_does_not_overwrite_the_first(tmp_path, run_recipe):
    splits = {"train": reversed_words(30, seed=1), "dev": reversed_words(5, seed=2)}
    prepared = write_prepared(tmp_path / "prepared", splits)
    arguments = [f"--data.prepared={prepared}", f"--output={tmp_path / 'run'}", "--trainer.max_steps=2"]
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    (tmp_path / "run" / "checkpoints" / "last.ckpt").write_bytes(b"precious")
    done = run_recipe(RECIPE, "--tiny", "--overwrite=false", *arguments)
    assert done.code == 2
    assert done.err.startswith("error: --output")
    assert len(done.err.splitlines()) == 1
    assert (tmp_path / "run" / "checkpoints" / "last.ckpt").read_bytes() == b"precious"


def test_what_is_in_the_way_of_the_sample_corpus_is_told_without_a_traceback(tmp_path, run_recipe):
    (tmp_path / "prepared").mkdir()
    (tmp_path / "prepared" / "sample").write_text("mine")
    done = run_recipe(RECIPE, "--tiny")
    assert done.code == 2
    assert "is there already" in done.err
    assert done.err.splitlines()[-1].startswith("error: prepared/sample: could not be prepared by data_prep.sample;")
    assert "Traceback" not in done.err
