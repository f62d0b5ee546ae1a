import json
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from toy_corpus import numbered, toy_settings

from data_prep.cleaning import EMPTY, TOO_LONG, Bounds
from data_prep.corpus import Corpus, describe_input
from data_prep.intake import DUPLICATE, take_in
from data_prep.lines import UNDECODABLE, Line, read_tsv
from data_prep.pipeline import DROPPED, LEAK, prepare
from data_prep.splitting import shared_keys
from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import UserError
from seq2seq.files import sha256

NAMES = ["Ana", "Luis", "Eva", "Juan", "Rosa", "Pablo", "Inés", "Hugo", "Lola", "Raúl"]
THINGS = [("pan", "bread"), ("queso", "cheese"), ("arroz", "rice"), ("sopa", "soup"), ("té", "tea"), ("café", "coffee")]
PAIRS = [
    (f"{name} {verb[0]} {thing[0]}.", f"{name} {verb[1]} {thing[1]}.")
    for name in NAMES
    for verb in (("quiere", "wants"), ("tiene", "has"), ("vende", "sells"))
    for thing in THINGS
]


def _corpus(**lines) -> Corpus:
    return Corpus("meals", ("es", "en"), "MIT", "ours", "the command", [], lines)


def _rows(path: Path) -> list[tuple[str, ...]]:
    return [tuple(row.split("\t")) for row in path.read_text(encoding="utf-8").splitlines()[1:]]


def test_taking_in_names_every_drop_once():
    pairs = [
        (" Sí\u00a0 señor ", "Yes\u200b sir"),
        ("Sí señor", "Yes sir"),
        ("", "x"),
        ("y", " \u200b"),
        ("z" * 9, "z"),
    ]
    lines = [*numbered(pairs), Line("text", 6, problem=UNDECODABLE), Line("text", 7, ("sí señor", "Yes sir"))]
    intake = take_in(lines, Bounds(max_characters=8))
    assert intake.rows == [("Sí señor", "Yes sir"), ("sí señor", "Yes sir")]
    assert intake.places == [("text", 1), ("text", 7)]
    assert [drop[:3] for drop in intake.dropped] == [
        ("text", 2, DUPLICATE),
        ("text", 3, EMPTY),
        ("text", 4, EMPTY),
        ("text", 5, TOO_LONG),
        ("text", 6, UNDECODABLE),
    ]


def test_without_bounds_a_given_split_stays_as_it_is():
    intake = take_in(numbered([("a" * 5000, "b"), ("c", "d"), ("c", "d"), ("", "e")]), None)
    assert len(intake.rows) == 3
    assert [drop[:3] for drop in intake.dropped] == [("text", 4, EMPTY)]


def test_the_folder_holds_every_line_or_says_why_not(tmp_path, capsys):
    dirt = [("", "nothing"), PAIRS[0], ("x " * 300, "much"), PAIRS[1]]
    lines = [*numbered(PAIRS + dirt), Line("text", len(PAIRS) + 5, problem=UNDECODABLE)]
    prepared = prepare(_corpus(train=lines), toy_settings(tmp_path / "out"))
    manifest = prepared.manifest
    assert manifest == PreparedFolder.open(tmp_path / "out").manifest
    assert manifest["lines_in"] == len(lines) == manifest["kept"] + sum(manifest["dropped"].values())
    assert manifest["dropped"] == {DUPLICATE: 2, EMPTY: 1, TOO_LONG: 1, UNDECODABLE: 1}
    assert {split: entry["pairs"] for split, entry in manifest["splits"].items()} == {
        "train": len(PAIRS) - 50,
        "dev": 20,
        "test": 30,
    }
    dropped = _rows(tmp_path / "out" / DROPPED)
    assert [(file, int(line)) for file, line, _ in dropped] == [("text", len(PAIRS) + n) for n in (1, 2, 3, 4, 5)]
    assert Counter(reason for *_, reason in dropped) == manifest["dropped"]

    tables = {split: _rows(prepared.table(split)) for split in prepared.splits}
    assert sorted(pair for table in tables.values() for pair in table) == sorted(PAIRS)
    assert all(shared_keys(one, other) == 0 for one, other in combinations(tables.values(), 2))
    assert manifest["leak_check"] == {"shared_sides": 0, "train-dev": 0, "train-test": 0, "dev-test": 0}
    for split, entry in manifest["splits"].items():
        assert entry["sha256"] == sha256(prepared.table(split))

    told = capsys.readouterr().out
    assert f"{len(lines)} lines in = {len(PAIRS)} pairs kept + 5 dropped" in told
    assert "sentences shared: train-dev 0, train-test 0, dev-test 0" in told
    assert "dropped: duplicate" in told


def test_same_input_and_seed_give_the_same_bytes(tmp_path):
    def files(name, **changes):
        folder = prepare(_corpus(train=numbered(PAIRS)), toy_settings(tmp_path / name, **changes)).path
        return {file.name: file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}

    first = files("first")
    assert first == files("second")
    other = files("other", seed=2)
    assert other["dev.tsv"] != first["dev.tsv"]


def test_linked_pairs_stay_together(tmp_path):
    doubled = PAIRS + [(spanish.upper(), f"So {english}") for spanish, english in PAIRS]
    prepared = prepare(_corpus(train=numbered(doubled)), toy_settings(tmp_path / "out", sizes={"dev": 21, "test": 30}))
    sizes = {split: entry["pairs"] for split, entry in prepared.manifest["splits"].items()}
    assert sizes == {"train": 2 * len(PAIRS) - 50, "dev": 20, "test": 30}
    assert prepared.manifest["leak_check"]["shared_sides"] == 0


GIVEN_DEV = [*PAIRS[:3], ("¡ANA quiere té!", "other"), ("frase nueva", "a new sentence"), PAIRS[2]]


@pytest.mark.parametrize("keep_leaks", [False, True])
def test_a_given_split_stays_and_its_sentences_leave_training(tmp_path, keep_leaks):
    corpus = _corpus(train=numbered(PAIRS), dev=numbered(GIVEN_DEV, "dev"))
    prepared = prepare(corpus, toy_settings(tmp_path / "out", sizes={"test": 30}, keep_leaks=keep_leaks))
    assert _rows(prepared.table("dev")) == GIVEN_DEV
    leaks = 0 if keep_leaks else 4
    assert prepared.manifest["dropped"].get(LEAK, 0) == leaks
    assert prepared.manifest["splits"]["train"]["pairs"] == len(PAIRS) - 30 - leaks
    assert prepared.manifest["lines_in"] == prepared.manifest["kept"] + leaks
    check = prepared.manifest["leak_check"]
    assert (check["train-dev"] + check["dev-test"] > 0) == keep_leaks
    assert check["train-test"] == 0


def test_both_splits_given_or_none_wanted(tmp_path):
    given = prepare(
        _corpus(train=numbered(PAIRS[5:]), dev=numbered(PAIRS[:3]), test=numbered(PAIRS[2:5])),
        toy_settings(tmp_path / "given", sizes={}),
    )
    assert given.splits == ("train", "dev", "test")
    assert given.manifest["leak_check"]["dev-test"] == 2  # told, since official splits are not touched
    none = prepare(_corpus(train=numbered(PAIRS)), toy_settings(tmp_path / "none", sizes={"dev": 10, "test": 0}))
    assert none.splits == ("train", "dev")
    assert not none.path.joinpath("test.tsv").exists()


@pytest.mark.parametrize("joint", [True, False])
@pytest.mark.parametrize("kind", ["unigram", "bpe", "char", "word"])
def test_tokenizers_are_trained_on_train_alone(tmp_path, kind, joint):
    train = [pair for pair in PAIRS if "Raúl" not in pair[0]]
    dev = [pair for pair in PAIRS if "Raúl" in pair[0]]
    prepared = prepare(
        _corpus(train=numbered(train), dev=numbered(dev)),
        toy_settings(tmp_path / "out", sizes={"test": 0}, tokenizer=kind, joint=joint),
    )
    entry = prepared.manifest["tokenizer"]
    assert (entry["kind"], entry["joint"]) == (kind, joint)
    assert entry["pieces"] == {language: len(prepared.tokenizer(language)) for language in ("es", "en")}
    assert (entry["files"]["es"] == entry["files"]["en"]) == joint
    for side, language in enumerate(("es", "en")):
        tokenizer = prepared.tokenizer(language)
        assert all(tokenizer.decode(tokenizer.encode(pair[side])) == pair[side] for pair in train)
        assert "⁇" in tokenizer.decode(tokenizer.encode(dev[0][side])) or kind != "word"


MISTAKES = [
    ({"train": []}, {}, "no pair of train is left of 0 lines: there was none"),
    ({"train": [("", "x")] * 3}, {}, "no pair of train is left of 3 lines: 3 empty side"),
    ({"train": PAIRS, "dev": [("", "")]}, {"sizes": {"test": 5}}, "no pair of dev is left of 1 lines"),
    ({"train": PAIRS[:90]}, {}, "--dev-size 20 and --test-size 30: more than half of the 90 pairs"),
    ({"train": [("uno", f"one {n}") for n in range(200)]}, {}, "none is left for dev, since the pairs are linked"),
    ({"train": PAIRS}, {"vocab_size": 10}, "vocabulary size 10: too small"),
]


@pytest.mark.parametrize(("splits", "changes", "told"), MISTAKES)
def test_mistakes_are_told_and_nothing_is_left(tmp_path, splits, changes, told):
    corpus = _corpus(**{split: numbered(pairs) for split, pairs in splits.items()})
    with pytest.raises(UserError, match=told):
        prepare(corpus, toy_settings(tmp_path / "out", **changes))
    assert not list(tmp_path.iterdir())


def test_an_input_is_described_by_size_and_hash(tmp_path):
    (tmp_path / "text").write_bytes(b"abc")
    assert describe_input(tmp_path / "text") == {
        "path": str(tmp_path / "text"),
        "bytes": 3,
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    }
    with pytest.raises(UserError, match="missing: cannot be read"):
        describe_input(tmp_path / "missing")


def test_the_tables_can_be_prepared_again(tmp_path):
    first = prepare(_corpus(train=numbered(PAIRS)), toy_settings(tmp_path / "first"))
    splits = {split: read_tsv(first.table(split), header=True) for split in first.splits}
    second = prepare(_corpus(**splits), toy_settings(tmp_path / "second", sizes={}))
    assert [_rows(second.table(split)) for split in second.splits] == [_rows(first.table(s)) for s in first.splits]
    assert second.manifest["dropped"] == {"header": 3}
    assert json.loads((second.path / "manifest.json").read_text())["kept"] == len(PAIRS)
