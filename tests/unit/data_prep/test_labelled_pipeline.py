"""Text in one language with a column after it: what is kept, what is dropped, what is checked."""

from functools import partial

import pytest
from toy_corpus import numbered, toy_settings

from data_prep.cleaning import Bounds
from data_prep.corpus import Corpus
from data_prep.intake import CONTRADICTION, DUPLICATE, take_in
from data_prep.pipeline import LEAK, prepare
from data_prep.sample_labels import NEGATIVE, POSITIVE, opinions
from seq2seq.data.prepared import CLASSIFICATION, TAGGING, PreparedFolder
from seq2seq.errors import UserError

ROWS = opinions(200)
_settings = partial(toy_settings, joint=False)


def _corpus(task=CLASSIFICATION, **changes) -> Corpus:
    lines = {"train": numbered(ROWS)} | changes.pop("lines", {})
    return Corpus("opinions", ("en",), "MIT", "ours", "the command", [], lines, task=task, **changes)


def test_what_follows_the_text_stays_as_it_is():
    rows = [
        (" a  film ", "B  x"),
        ("a film", "B  x"),
        ("a film", "C"),
        ("", "B"),
        ("another", ""),
        ("one", "B"),
        ("", ""),
    ]
    intake = take_in(numbered(rows), Bounds(), texts=1)
    assert intake.rows == [("a film", "B  x"), ("one", "B")]
    assert [drop[1:3] for drop in intake.dropped] == [
        (2, DUPLICATE),
        (3, CONTRADICTION),
        (4, "empty field"),
        (5, "empty field"),
        (7, "blank line"),
    ]


def test_bounds_look_at_the_text_alone():
    rows = [("short", "a very long label of many words"), ("much too long a text", "b")]
    intake = take_in(numbered(rows), Bounds(max_words=3), texts=1)
    assert intake.rows == rows[:1]


@pytest.mark.parametrize("bounds", [None, Bounds()])
def test_a_check_drops_rows_of_any_split(bounds):
    def check(row):
        return None if len(row[0].split()) == len(row[1].split()) else "not as many tags as tokens"

    rows = [("Ana sings", "B O"), ("Ana sings", "B")]
    intake = take_in(numbered(rows), bounds, texts=1, check=check)
    assert intake.rows == rows[:1]
    assert [drop.reason for drop in intake.dropped] == ["not as many tags as tokens"]


def test_a_folder_of_labelled_text(tmp_path, capsys):
    prepared = prepare(_corpus(), _settings(tmp_path / "out"))
    assert (prepared.task, prepared.columns) == (CLASSIFICATION, ("en", "label"))
    assert PreparedFolder.open(tmp_path / "out").manifest == prepared.manifest
    rows = [row for split in prepared.splits for row in prepared.rows(split)]
    assert sorted(rows) == sorted(ROWS)
    assert prepared.manifest["leak_check"]["shared_sides"] == 0
    told = capsys.readouterr().out
    assert "200 lines in = 200 texts kept + 0 dropped" in told
    assert "texts by label" in told
    assert POSITIVE in told


def test_one_label_for_all_links_no_texts(tmp_path):
    """Only the text tells which rows belong together: labels are shared by half of them."""
    prepared = prepare(_corpus(), _settings(tmp_path / "out"))
    assert prepared.manifest["splits"]["test"]["pairs"] == 30


def test_a_text_of_dev_leaves_training_whatever_its_label(tmp_path):
    text, label = ROWS[0]
    other = NEGATIVE if label == POSITIVE else POSITIVE
    corpus = _corpus(lines={"dev": numbered([(text.upper(), other), ("something new", label)], "dev")})
    prepared = prepare(corpus, _settings(tmp_path / "out", sizes={}))
    assert prepared.manifest["dropped"] == {LEAK: 1}
    assert ROWS[0] not in prepared.rows("train")


def test_rare_and_unknown_labels_are_told(tmp_path, capsys):
    lines = {
        "train": numbered([*ROWS, ("nobody knows", "mixed")]),
        "dev": numbered([("who can tell", "strange")], "dev"),
    }
    prepare(_corpus(lines=lines), _settings(tmp_path / "out", sizes={}))
    told = capsys.readouterr().out
    assert "1 label(s) rare: fewer than 10 texts of train to learn them from: mixed" in told
    assert "1 label(s) not in train, so no model will ever say them: strange" in told


def test_more_tokenizers_by_name(tmp_path):
    settings = _settings(tmp_path / "out", tokenizer="word", more_tokenizers={"characters": ("char", 60)})
    prepared = prepare(_corpus(), settings)
    assert set(prepared.tokenizers) == {"en", "characters"}
    characters = prepared.tokenizer("characters")
    assert prepared.manifest["tokenizer"]["pieces"]["characters"] == len(characters)
    assert characters.pieces(characters.encode("film"))[-4:] == ["f", "i", "l", "m"]


def test_text_can_be_left_as_it_is(tmp_path):
    tokens = "a\u200bb c"  # of two tokens, the first would become another
    rows = [(f"{tokens} {number}", "O O O") for number in range(30)]
    corpus = _corpus(TAGGING, lines={"train": numbered(rows)}, clean=str)
    prepared = prepare(corpus, _settings(tmp_path / "out", sizes={}, tokenizer="word"))
    assert prepared.columns == ("en", "tags")
    assert prepared.rows("train") == rows


def test_messages_speak_of_texts(tmp_path):
    with pytest.raises(UserError, match="no text of train is left of 1 lines: 1 empty field"):
        prepare(_corpus(lines={"train": numbered([("", POSITIVE)])}), _settings(tmp_path / "out"))
    with pytest.raises(UserError, match="more than half of the 20 texts that are left"):
        prepare(_corpus(lines={"train": numbered(ROWS[:20])}), _settings(tmp_path / "out"))


def test_opinions_are_different_and_the_same_each_time():
    assert opinions(500) == opinions(500)
    assert len(dict(opinions(500))) == 500
    labels = [label for _, label in opinions(500)]
    assert 200 < labels.count(POSITIVE) < 300
