import gzip

import numpy as np
import pytest

from seq2seq.data.vectors import read_vectors, stream_vectors
from seq2seq.errors import UserError

PIECES = ["<pad>", "<unk>", "<s>", "</s>", "▁house", "▁House", "▁tree", "ing", "▁", "▁café", "▁Paris"]
HOUSE, TREE, CAFE = [0.5, -1.0, 2.0], [1.0, 1.0, 1.0], [0.0, 3.0, 1e-3]


def _line(word: bytes, numbers, end=b"\n") -> bytes:
    return word + b" " + " ".join(map(str, numbers)).encode() + end


BODY = _line(b"house", HOUSE) + _line(b"tree", TREE) + _line("café".encode(), CAFE)
FORMS = {
    "glove": BODY,
    "word2vec": b"3 3\n" + BODY,
    "spaces at the ends of lines": b"3 3\n" + BODY.replace(b"\n", b" \n"),
    "Windows": (b"3 3\n" + BODY).replace(b"\n", b"\r\n"),
    "tabs": BODY.replace(b" ", b"\t"),
    "byte-order mark": b"\xef\xbb\xbf3 3\n" + BODY,
    "no end of line": BODY.rstrip(),
    "gzip": gzip.compress(BODY, mtime=0),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_vectors(tmp_path, form):
    (tmp_path / "vectors").write_bytes(FORMS[form])
    found = read_vectors(tmp_path / "vectors", PIECES)
    assert found.ids.tolist() == [4, 5, 6, 9]
    np.testing.assert_allclose(found.values, [HOUSE, HOUSE, TREE, CAFE], rtol=1e-6)
    assert (found.lowered, found.repeated) == (1, 0)


def test_a_word_as_it_is_written_comes_before_its_lower_case(tmp_path):
    (tmp_path / "vectors").write_bytes(_line(b"house", HOUSE) + _line(b"House", TREE))
    found = read_vectors(tmp_path / "vectors", PIECES)
    assert found.values.tolist() == [HOUSE, TREE]
    assert found.lowered == 0


def test_the_first_of_two_vectors_counts(tmp_path):
    (tmp_path / "vectors").write_bytes(BODY + _line(b"tree", HOUSE))
    found = read_vectors(tmp_path / "vectors", PIECES)
    assert found.values[2].tolist() == TREE
    assert found.repeated == 1


def test_other_encodings_and_words_with_spaces_are_passed_over(tmp_path):
    odd = _line(b"caf\xe9", HOUSE) + _line(b"at name@domain.com", TREE) + _line(b". . .", TREE) + _line(b"tree .", CAFE)
    (tmp_path / "vectors").write_bytes(odd + BODY)
    assert read_vectors(tmp_path / "vectors", PIECES).values[2].tolist() == TREE
    assert len(list(stream_vectors(tmp_path / "vectors"))) == 7


def test_a_file_is_read_line_by_line(tmp_path, monkeypatch):
    """So that it may be larger than memory: of a hundred thousand lines hardly any is kept."""
    with (tmp_path / "vectors").open("wb") as file:
        for number in range(100_000):
            file.write(_line(f"w{number}".encode(), TREE))
        file.write(_line(b"tree", TREE))
    assert read_vectors(tmp_path / "vectors", PIECES).ids.tolist() == [6]


MISTAKES = [
    (_line(b"house", HOUSE) + _line(b"tree", TREE[:2]), "line 2: 2 numbers where 3 are due; word vectors as text"),
    (_line(b"house", HOUSE) + _line(b"tree", [*TREE, 4.0]), "line 2: 4 numbers where 3 are due"),
    (_line(b"house", HOUSE) + _line(b"other", [*TREE, 4.0]), "line 2: 4 numbers where 3 are due"),
    (b"2 3\nhouse 0 x 1\ntree 1 1 1\n", "line 2: 'x' is no number; a line holds a word and"),
    (b"2 3\nhouse 0 nan 1\ntree 1 1 1\n", "line 2: a vector with a number that is not finite"),
    (b"4 3\n" + BODY, "3 words where its first line says 4; it is cut off"),
    (b"2 3\n" + BODY, "3 words where its first line says 2"),
    (b"house\ntree\n", "line 1: 0 numbers where a vector is due"),
    (b"", "has none of the vocabulary's 5 whole words"),
    (_line(b"maison", HOUSE), "has none of the vocabulary's 5 whole words; is it of another language?"),
    (b"3 3\nhouse \x00\x00\x80?\x00\x00\n", "line 2: .* numbers where 3 are due; word vectors as text"),
    (gzip.compress(BODY, mtime=0)[:-9], "cannot be read"),
    (gzip.compress(BODY, mtime=0)[:12] + b"\xff" * 8 + gzip.compress(BODY, mtime=0)[20:], "cannot be read"),
]


@pytest.mark.parametrize(("content", "told"), MISTAKES)
def test_mistakes_name_file_and_line(tmp_path, content, told):
    (tmp_path / "vectors").write_bytes(content)
    with pytest.raises(UserError, match=told) as caught:
        read_vectors(tmp_path / "vectors", PIECES)
    assert len(str(caught.value).splitlines()) == 1


def test_a_vocabulary_without_words_is_told_apart_from_another_language(tmp_path):
    (tmp_path / "vectors").write_bytes(BODY)
    with pytest.raises(UserError, match=r"the vocabulary has no whole words.*--tokenizer word"):
        read_vectors(tmp_path / "vectors", ["<unk>", "</s>", "▁", "a", "b"])


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match="nothing: no such file"):
        read_vectors(tmp_path / "nothing", PIECES)
