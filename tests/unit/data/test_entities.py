import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_tags import SENTENCES, write_tagged

from seq2seq.data.entities import Entity, TaggedSentence, entities, is_tag, label_list, may_follow, read_tagged, repair
from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import UserError

TAGS = st.lists(st.sampled_from(["O", "B-x", "I-x", "B-y", "I-y"]), max_size=8)


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("", []),
        ("O O", []),
        ("B-x", [("x", 0, 1)]),
        ("B-x B-x", [("x", 0, 1), ("x", 1, 2)]),
        ("B-x I-x O I-x", [("x", 0, 2), ("x", 3, 4)]),
        ("B-x I-y I-y", [("x", 0, 1), ("y", 1, 3)]),
        ("I-x I-x B-x", [("x", 0, 2), ("x", 2, 3)]),
        ("B-a-b I-a-b", [("a-b", 0, 2)]),
    ],
)
def test_entities_of_tags(tags, found):
    assert entities(tags.split()) == [Entity(*entity) for entity in found]


@given(TAGS)
def test_repairing_leaves_the_entities_and_makes_every_tag_follow(tags):
    mended, changed = repair(tags)
    assert entities(mended) == entities(tags)
    assert all(may_follow(tag, before) for before, tag in itertools.pairwise(["O", *mended]))
    assert changed == sum(one != other for one, other in zip(tags, mended, strict=True))
    assert repair(mended) == (mended, 0)


@pytest.mark.parametrize("tag", ["o", "S-x", "E-x", "B", "I-", "B-x y", "", "x-B", "BIO"])
def test_what_is_no_tag(tag):
    assert not is_tag(tag)


def test_labels_begin_with_o_though_it_may_not_occur():
    sentences = [TaggedSentence(("a", "b", "c"), ("I-y", "B-x", "B-y"))]
    assert label_list(sentences) == ("O", "B-x", "B-y", "I-y")


def test_tagged_sentences_are_read(tmp_path):
    rows = [*SENTENCES, ("odd\u00a0token \u200b x", "O O B-place")]
    folder = PreparedFolder.open(write_tagged(tmp_path / "prepared", {"train": rows}))
    assert [(" ".join(tokens), " ".join(tags)) for tokens, tags in read_tagged(folder, "train")] == rows


@pytest.mark.parametrize("row", [("a b", "O"), ("a", "O O"), ("a b", "O S-x")])
def test_a_row_that_does_not_fit_is_told_by_its_line(tmp_path, row):
    folder = PreparedFolder.open(write_tagged(tmp_path / "prepared", {"train": [SENTENCES[0], row]}))
    with pytest.raises(UserError, match=r"train\.tsv, line 3: \d tokens and \d tags, where a tag O, B-TYPE or I-TYPE"):
        read_tagged(folder, "train")


def test_data_for_another_task_are_told(tmp_path):
    path = write_tagged(tmp_path / "prepared", {"train": SENTENCES})
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(manifest | {"task": "classification"}))
    with pytest.raises(UserError, match="holds classification, no tagged sentences"):
        read_tagged(PreparedFolder.open(path), "train")
