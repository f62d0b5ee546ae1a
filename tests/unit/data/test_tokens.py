import pickle

import pytest
import torch

from seq2seq.data import tokens as tokens_module
from seq2seq.data.tokenizer import PAD_ID, UNK_ID, Tokenizer
from seq2seq.data.tokens import MOST_CHARACTERS, SHAPES, TokenReader, shape_of


@pytest.fixture(scope="module")
def reader(tmp_path_factory) -> TokenReader:
    folder = tmp_path_factory.mktemp("tokenizers")
    text = ["the house in paris", "a house", "the tree"]
    words = Tokenizer.train(text, folder / "words.model", "word", 50)
    return TokenReader(words, Tokenizer.train([*text, "ABC"], folder / "characters.model", "char", 50))


@pytest.mark.parametrize(
    ("token", "shape"),
    [
        ("house", "lower"),
        ("can't", "lower"),
        ("I", "capital"),
        ("Straße", "capital"),
        ("O'Brien", "mixed"),
        ("U.S.", "capitals"),
        ("x2", "digits"),
        ("2010", "number"),
        ("½", "other"),
        ("#", "other"),
        ("#2nite", "hashtag"),
        ("@", "other"),
        ("WWW.x.org", "link"),
        ("東京", "other"),
        ("...", "other"),
        ("\u200b", "other"),
    ],
)
def test_shapes(token, shape):
    assert shape_of(token) == shape
    assert shape in SHAPES[1:]


def test_what_a_batch_holds(reader):
    batch = reader.read([["the", "House"], ["paris", "the", "Zzz"]])
    the, house, paris = (reader.words.encode(word)[0] for word in ("the", "house", "paris"))
    assert batch.words.tolist() == [[the, house, PAD_ID], [paris, the, UNK_ID]]
    assert batch.lengths.tolist() == [2, 3]
    assert batch.mask.tolist() == [[True, True, False], [True, True, True]]
    spelled = [[row for row in batch.characters[place].tolist() if row] for place in batch.rows[1].tolist()]
    assert spelled == [reader.characters.encode(word) for word in ("paris", "the", "Zzz")]
    assert len(batch.characters) == 4, "a token that comes twice is spelled once"
    assert [SHAPES[shape] for shape in batch.shapes[0].tolist()] == ["lower", "capital", "padding"]


def test_every_token_has_one_place_whatever_it_holds(reader):
    odd = ["\u200b", "a\u00a0b", "▁", "\x00", "x" * 1000, "\ud800", "😀"]
    batch = reader.read([odd])
    assert batch.words.shape == (1, len(odd))
    assert batch.words.tolist()[0] == [UNK_ID] * len(odd)
    assert batch.characters.shape[1] <= MOST_CHARACTERS
    assert ((batch.characters != PAD_ID).sum(1) > 0).all()


def test_a_long_token_keeps_its_ends(reader):
    token = "tree" + "e" * 100 + "house"
    (ids,) = reader.read([[token]]).characters.tolist()
    whole = reader.characters.encode(token)
    assert ids == whole[: MOST_CHARACTERS // 2] + whole[-MOST_CHARACTERS // 2 :]


def test_what_is_remembered_changes_nothing(reader, monkeypatch):
    lines = [["the", "house"], ["a", "Tree", "\u200b"]]
    fresh = TokenReader(reader.words, reader.characters).read(lines)
    monkeypatch.setattr(tokens_module, "_MOST_KNOWN", 1)
    for _ in range(2):
        again = reader.read(lines)
        for name in ("words", "shapes", "rows", "characters", "lengths"):
            assert torch.equal(getattr(fresh, name), getattr(again, name))


def test_a_reader_can_be_sent_to_another_process(reader):
    batch = pickle.loads(pickle.dumps(reader)).read([["the", "tree"]])
    assert torch.equal(batch.words, reader.read([["the", "tree"]]).words)
