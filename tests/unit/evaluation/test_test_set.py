from dataclasses import replace

import pytest
from toy_captions import write_pictures
from toy_data import write_prepared

from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import UserError
from seq2seq.evaluation.scorer import make_scorer
from seq2seq.evaluation.test_set import prepared_test_set, text_test_set
from seq2seq.files import sha256


def test_pairs_of_a_prepared_folder(tmp_path):
    splits = {"train": [("uno dos", "dos uno"), ("tres", "tres")], "dev": [("dos", "two"), ("dos", "both")]}
    folder = PreparedFolder.open(write_prepared(tmp_path, splits))
    test = prepared_test_set(folder, "dev", "es", "en")
    assert (test.captions, test.language, test.training) == (False, "en", None)
    assert (list(test.sources), test.references) == (["dos", "dos"], [["two"], ["both"]])
    file = {"role": "pairs", "name": "dev.tsv", "sha256": sha256(tmp_path / "dev.tsv")}
    assert test.record == {"name": "toy", "split": "dev", "files": [file]}
    assert prepared_test_set(folder, "dev", "en", "es", with_training=True).training == ["uno dos", "tres"]


def test_no_training_sentences_where_the_table_was_not_sent_along(tmp_path):
    folder = PreparedFolder.open(write_prepared(tmp_path, {"train": [("uno", "one")], "dev": [("dos", "two")]}))
    folder.table("train").unlink()
    assert prepared_test_set(folder, "dev", "es", "en", with_training=True).training is None


def test_a_picture_is_one_source_with_all_its_captions(tmp_path):
    folder = PreparedFolder.open(write_pictures(tmp_path / "p", {"train": 2, "dev": 3}))
    test = prepared_test_set(folder, "dev", "image", "en", with_training=True)
    assert test.captions
    assert len(test) == len(test.sources) == 3
    assert {len(captions) for captions in test.references} == {3}
    assert test.sources[0] == str(folder.image_path("dev0.png"))
    assert len(test.training) == 6


def test_captions_in_plain_form_say_so_in_their_signature(tmp_path):
    folder = PreparedFolder.open(write_pictures(tmp_path / "p", {"train": 2, "dev": 3}))
    outputs = ["a red picture"] * 3
    found = []
    for text in ({}, {"text": "as written"}, {"text": "plain"}):
        folder.manifest.update(text)
        test = prepared_test_set(folder, "dev", "image", "en")
        found.append(make_scorer(replace(test, language="xx")).score(outputs, resamples=0)["CIDEr-D"])
    assert found[0] == found[1]
    assert found[1].value == found[2].value
    assert "refs:plain" not in found[1].signature
    assert "nrefs:3|refs:plain|pictures:3|" in found[2].signature


def write(path, *lines):
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)


def test_texts_in_files(tmp_path):
    source, first = write(tmp_path / "s", "uno", ""), write(tmp_path / "a", "one", "")
    second = write(tmp_path / "b", "1", "-")
    test = text_test_set(source, [first, second], "en")
    assert (list(test.sources), test.references) == (["uno", ""], [["one", "1"], ["", "-"]])
    assert [file["role"] for file in test.record["files"]] == ["source", "reference", "reference"]
    alone = text_test_set(None, [first], None)
    assert (len(alone), list(alone.sources)) == (2, [])
    assert alone.read_outputs(second) == ["1", "-"]


def test_unequal_numbers_of_lines(tmp_path):
    one, two = write(tmp_path / "one", "a"), write(tmp_path / "two", "a", "b")
    with pytest.raises(UserError, match=r"two has 2 sentences but .*one has 1; they must be as many"):
        text_test_set(one, [two], "en")
    with pytest.raises(UserError, match=r"one has 1 sentences but .*two has 2"):
        text_test_set(None, [two], "en").read_outputs(one)
