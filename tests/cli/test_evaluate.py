import hashlib
import json
import os
import shutil
import threading
from collections import Counter

import pytest
import sacrebleu

from seq2seq.files import sha256
from seq2seq.inference.confidence import Calibration
from seq2seq.version import toolkit_version

SPLITS = ("train", "dev", "test")


@pytest.fixture
def model(taught_model, tmp_path):
    """A model folder that the test may write into."""
    return shutil.copytree(taught_model, tmp_path / "model")


@pytest.fixture
def files(pairs, tmp_path):
    """Source and reference, the reference of the last line being one that the model does not know."""
    folder = tmp_path / "texts"
    folder.mkdir()
    sources, references = map(list, zip(*pairs, strict=True))
    references[-1] = "Many thanks."
    paths = {}
    for name, lines in {
        "source": sources,
        "reference": references,
        "baseline": ["The cat sleeps."] * len(pairs),
    }.items():
        paths[name] = folder / f"{name}.txt"
        paths[name].write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return paths


@pytest.fixture
def prepared(pairs, tiny_tokenizer, tmp_path):
    """A prepared folder whose columns are English, Spanish."""
    folder = tmp_path / "prepared"
    (folder / "tokenizer").mkdir(parents=True)
    shutil.copy(tiny_tokenizer, folder / "tokenizer" / "joint.model")
    table = "en\tes\n" + "".join(f"{target}\t{source}\n" for source, target in pairs)
    for split in SPLITS:
        (folder / f"{split}.tsv").write_text(table, encoding="utf-8")
    manifest = {
        "format": 1,
        "name": "tiny",
        "languages": ["en", "es"],
        "splits": {split: {"pairs": len(pairs)} for split in SPLITS},
        "tokenizer": {"files": {"en": "tokenizer/joint.model", "es": "tokenizer/joint.model"}},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def kept(model):
    """The records in the model folder, by test set."""
    content = json.loads((model / "scores.json").read_text(encoding="utf-8"))
    assert content.keys() == {"format", "evaluations"}
    return content["evaluations"]


def test_scores_are_recorded_with_all_that_made_them(seq2seq, model, files):
    arguments = ("--source", files["source"], "--reference", files["reference"], "--beam", 3, "--precision", "fp32")
    outcome = seq2seq("evaluate", model, *arguments)
    assert outcome.code == 0, outcome.err
    record = kept(model)["source.txt"]
    references = files["reference"].read_text(encoding="utf-8").splitlines()
    hypotheses = [*references[:-1], "Thank you."]
    bleu = record["scores"]["BLEU"]
    assert bleu["value"] == pytest.approx(sacrebleu.corpus_bleu(hypotheses, [references]).score)
    assert bleu["interval"][0] <= bleu["value"] <= bleu["interval"][1] + 1e-3
    assert "tok:13a" in bleu["signature"]
    assert set(record["scores"]) == {"BLEU", "chrF", "TER"}
    assert record["format"] == 1
    assert record["sentences"] == len(references)
    assert record["data"]["files"] == [
        {"role": role, "name": f"{role}.txt", "sha256": sha256(files[role])} for role in ("source", "reference")
    ]
    assert record["models"] == [
        {"name": model.parent.name, "sha256": hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest()}
    ]
    assert record["decoding"]["beam"] == 3
    assert record["decoding"]["precision"] == "fp32"
    assert record["speed"]["sentences_per_second"] > 0
    assert record["speed"]["tokens_per_second"] > record["speed"]["sentences_per_second"]
    assert record["baseline"] is None
    assert {"torch", "sacrebleu", "python"} <= record["versions"].keys()
    assert record["versions"]["seq2seq"] == toolkit_version()
    assert record["hardware"]["cores"] > 0
    for shown in (f"{bleu['value']:.1f}", bleu["signature"], "scores.json"):
        assert shown in outcome.out


def test_prepared_folder_in_the_models_direction(seq2seq, model, prepared, pairs, tmp_path):
    outcome = seq2seq("evaluate", model, "--data", prepared, "--split", "dev", "--translations", tmp_path / "out.en")
    assert outcome.code == 0, outcome.err
    assert (tmp_path / "out.en").read_text(encoding="utf-8").splitlines() == [target for _, target in pairs]
    record = kept(model)["tiny, dev"]
    assert record["scores"]["BLEU"]["value"] == pytest.approx(100)
    assert (record["data"]["name"], record["data"]["split"]) == ("tiny", "dev")
    assert record["data"]["files"][0]["sha256"] == sha256(prepared / "dev.tsv")


def test_each_test_set_keeps_its_scores(seq2seq, model, prepared):
    (model / "card.md").write_text("# A model\n\n## Scores\n\nNot measured yet.\n\n## Limits\n\nMany.\n")
    for split in ("test", "dev"):
        assert seq2seq("evaluate", model, "--data", prepared, "--split", split, "--method", "greedy").code == 0
    first = kept(model)
    assert list(first) == ["tiny, test", "tiny, dev"]
    assert seq2seq("evaluate", model, "--data", prepared, "--split", "dev", "--beam", "2").code == 0
    second = kept(model)
    assert second["tiny, test"] == first["tiny, test"]
    assert second["tiny, dev"]["decoding"]["beam"] == 2
    card = (model / "card.md").read_text()
    assert card.startswith("# A model\n\n## Scores\n\n| test set | sources | search | BLEU ↑ |")
    assert card.endswith("\n\n## Limits\n\nMany.\n")
    assert "| tiny, test | 8 | greedy | 100.0 (" in card
    assert "| tiny, dev | 8 | beam 2 | 100.0 (" in card


def test_scores_of_an_earlier_version_are_kept_too(seq2seq, model, prepared, tmp_path):
    """Which had one record in the file."""
    assert seq2seq("evaluate", model, "--data", prepared, "--output", tmp_path / "record.json").code == 0
    shutil.copy(tmp_path / "record.json", model / "scores.json")
    assert seq2seq("evaluate", model, "--data", prepared, "--split", "dev").code == 0
    assert kept(model)["tiny, test"] == json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("content", ["", "[]", '{"format": 2, "evaluations": {"a": {"scores": 7}}}', '{"format": 9}'])
def test_damaged_scores_are_told_before_anything_is_translated(seq2seq, model, prepared, monkeypatch, content):
    monkeypatch.setattr("seq2seq.cli.evaluating._generate", lambda *_: pytest.fail("translated already"))
    (model / "scores.json").write_text(content)
    outcome = seq2seq("evaluate", model, "--data", prepared)
    assert outcome.code == 2
    assert outcome.err.startswith(f"error: {model}/scores.json: ")
    assert (model / "scores.json").read_text() == content


def test_confidence_is_fitted_on_request(seq2seq, model, prepared):
    plain = seq2seq("evaluate", model, "--data", prepared, "--split", "test")
    assert plain.code == 0, plain.err
    before = {path.name: path.read_bytes() for path in model.iterdir()}
    assert "confidence.yaml" not in before
    scores = kept(model)
    outcome = seq2seq("evaluate", model, "--data", prepared, "--split", "dev", "--fit-confidence")
    assert outcome.code == 0, outcome.err
    after = {path.name: path.read_bytes() for path in model.iterdir()}
    assert {name for name in after if after[name] != before.get(name)} <= {"confidence.yaml", "scores.json", "card.md"}
    assert kept(model)["tiny, test"] == scores["tiny, test"]
    assert str(model / "confidence.yaml") in outcome.out
    calibration = Calibration.load(model)
    assert calibration.words > 8
    assert (calibration.data["name"], calibration.data["split"]) == ("tiny", "dev")


def test_baseline(seq2seq, model, files, tmp_path):
    arguments = ("--source", files["source"], "--reference", files["reference"], "--baseline", files["baseline"])
    outcome = seq2seq("evaluate", model, *arguments, "--output", tmp_path / "record.json")
    assert outcome.code == 0, outcome.err
    assert not (model / "scores.json").exists()
    baseline = json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))["baseline"]
    assert baseline["name"] == "baseline.txt"
    assert baseline["metrics"]["BLEU"]["difference"] > 0 > baseline["metrics"]["TER"]["difference"]
    chrf = baseline["metrics"]["chrF"]
    assert 0 < max(chrf["p_bootstrap"], chrf["p_randomisation"]) < 0.05
    assert "difference" in outcome.out


def test_a_pipe_for_a_baseline_is_refused_before_anything_is_translated(seq2seq, model, files, tmp_path, monkeypatch):
    monkeypatch.setattr("seq2seq.cli.evaluating._generate", lambda *_: pytest.fail("translated already"))
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=[files["baseline"].read_bytes()])
    writer.start()
    arguments = ("--source", files["source"], "--reference", files["reference"], "--baseline", tmp_path / "pipe")
    outcome = seq2seq("evaluate", model, *arguments)
    writer.join()
    assert outcome.code == 2
    assert "pipe: not a file but a pipe or device" in outcome.err


def test_file_of_translations_without_a_model(seq2seq, files, prepared, tmp_path):
    arguments = ("--hypothesis", files["reference"], "--reference", files["reference"], "--output", tmp_path / "r.json")
    assert seq2seq("evaluate", *arguments).code == 0
    record = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert record["scores"]["TER"]["value"] == 0
    assert record["models"] is record["decoding"] is record["speed"] is None
    assert record["data"]["hypothesis"]["name"] == "reference.txt"
    outcome = seq2seq("evaluate", "--hypothesis", files["source"], "--data", prepared, "--target-language", "es")
    assert outcome.code == 0
    assert "100.0" in outcome.out


def test_more_than_one_reference(seq2seq, files):
    one = seq2seq("evaluate", "--hypothesis", files["baseline"], "--reference", files["reference"])
    arguments = ("--reference", files["reference"], "--reference", files["baseline"])
    two = seq2seq("evaluate", "--hypothesis", files["baseline"], *arguments)
    assert "100.0" not in one.out
    assert "100.0" in two.out
    assert "nrefs:2" in two.out


def test_ensemble_has_no_folder_for_its_scores(seq2seq, model, random_models, files, tmp_path):
    arguments = (model, *random_models, "--source", files["source"], "--reference", files["reference"])
    assert seq2seq("evaluate", *arguments, "--method", "greedy", "--output", tmp_path / "r.json").code == 0
    record = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert [item["name"] for item in record["models"]] == [model.parent.name, "model1", "model2"]
    assert not list(tmp_path.rglob("scores.json"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "either a MODEL folder or --hypothesis"),
        (
            ["{model}", "--hypothesis", "{reference}", "--reference", "{reference}"],
            "either a MODEL folder or --hypothesis",
        ),
        (["{model}"], "either --data FOLDER or --reference"),
        (["{model}", "--data", "{prepared}", "--reference", "{reference}"], "either --data FOLDER or --reference"),
        (["{model}", "--reference", "{reference}"], "--source FILE is needed"),
        (["{model}", "--data", "{prepared}", "--source", "{source}"], "--source goes with"),
        (["--hypothesis", "{source}", "--data", "{prepared}"], "--target-language CODE is needed"),
        (
            ["--hypothesis", "{source}", "--data", "{prepared}", "--target-language", "fr"],
            "--target-language fr: {prepared} has no such language; it holds en and es",
        ),
        (
            ["--hypothesis", "{source}", "--data", "{prepared}", "--target-language", "eng"],
            "it holds en and es; did you mean 'en'?",
        ),
        (
            ["--hypothesis", "{source}", "--reference", "{source}", "--target-language", "english"],
            "--target-language: 'english' is not a language code: two or three letters",
        ),
        (["{model}", "--data", "{prepared}", "--target-language", "es"], "--target-language es: the model writes en"),
        (["{model}", "--data", "{prepared}", "--n-best", "2"], "unknown option --n-best"),
        (
            ["{model}", "{model}", "--data", "{prepared}", "--fit-confidence"],
            "--fit-confidence goes with one MODEL only",
        ),
        (["--hypothesis", "{source}", "--reference", "{source}", "--fit-confidence"], "goes with one MODEL only"),
        (["{model}", "--source", "{tmp}/no.txt", "--reference", "{reference}"], "no.txt: no such file"),
        (
            ["{model}", "--source", "{source}", "--reference", "{reference}", "--reference", "{short}"],
            "{short} has 2 sentences but {source} has 8",
        ),
        (["{model}", "--source", "{source}", "--reference", "{short}"], "{short} has 2 sentences but {source} has 8"),
        (["--hypothesis", "{short}", "--reference", "{reference}"], "{short} has 2 sentences but {reference} has 8"),
        (["{model}", "--data", "{tmp}"], "manifest.json is missing"),
        (["{model}", "--data", "{prepared}", "--output", "{tmp}"], "is a folder"),
        (["{model}", "--data", "{prepared}", "--translations", "{short}/out"], "cannot be written"),
        (
            ["{model}", "--source", "{source}", "--reference", "{reference}", "--translations", "{reference}"],
            "{reference}: is the input, which would be lost",
        ),
        (["--hypothesis", "{short}", "--reference", "{source}", "--output", "{short}"], "{short}: is the input"),
        (["{model}", "--data", "{prepared}", "--baseline", "{short}", "--output", "{short}"], "{short}: is the input"),
        (["{model}", "--data", "{prepared}", "--output", "{tmp}/o", "--translations", "{tmp}/o"], "name two files"),
        (["{model}", "--data", "{prepared}", "--output", "{model}/scores.json"], "leave --output out"),
        (
            ["{model}", "--data", "{prepared}", "--baseline", "{short}"],
            "{short} has 2 sentences but {prepared}/test.tsv has 8",
        ),
        (["{model}", "--data", "{prepared}", "--tokenize", "13"], "did you mean '13a'?"),
        (["{model}", "--data", "{prepared}", "--beam", "-3"], "--beam -3: must be a whole number, at least 1"),
        (["--hypothesis", "{tmp}/no.txt", "--reference", "{reference}"], "no.txt: no such file"),
        (["--hypothesis", "{latin}", "--reference", "{reference}"], "latin.txt, line 2"),
    ],
)
def test_mistakes_are_told_in_one_line_and_nothing_is_written(
    seq2seq, model, files, prepared, tmp_path, arguments, message
):
    names = {**files, "model": model, "prepared": prepared, "tmp": tmp_path, "short": tmp_path / "short.txt"}
    names["latin"] = tmp_path / "latin.txt"
    names["short"].write_text("One.\nTwo.\n", encoding="utf-8")
    names["latin"].write_bytes(b"One.\nTw\xf6.\n")
    before = Counter(tmp_path.rglob("*"))
    outcome = seq2seq("evaluate", *(text.format(**names) for text in arguments))
    assert outcome.code == 2
    assert outcome.err.startswith("error: ")
    assert len(outcome.err.splitlines()) == 1
    assert message.format(**names) in outcome.err
    assert Counter(tmp_path.rglob("*")) == before


def test_other_languages_than_the_models(seq2seq, model, prepared):
    manifest = json.loads((prepared / "manifest.json").read_text(encoding="utf-8"))
    manifest["languages"] = ["de", "es"]
    manifest["tokenizer"]["files"]["de"] = "tokenizer/joint.model"
    (prepared / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    outcome = seq2seq("evaluate", model, "--data", prepared)
    assert outcome.code == 2
    assert "no language 'en'; it holds de and es" in outcome.err


@pytest.mark.parametrize(("task", "languages"), [("text", ["en"]), ("forecasting", [])])
def test_data_that_are_neither_translations_nor_captions(seq2seq, files, prepared, task, languages):
    manifest = json.loads((prepared / "manifest.json").read_text(encoding="utf-8"))
    (prepared / "manifest.json").write_text(json.dumps({**manifest, "task": task, "languages": languages}))
    outcome = seq2seq("evaluate", "--hypothesis", files["source"], "--data", prepared, "--target-language", "en")
    assert outcome.code == 2
    assert outcome.err.startswith(
        f"error: {prepared}: prepared for {task}, but here translations and captions are scored"
    )
    assert f"`seq2seq evaluate MODEL --data {prepared}`" in outcome.err
