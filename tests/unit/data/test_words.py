from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq.data.tokenizer import EOS_ID, KINDS, UNK_ID, Tokenizer
from seq2seq.data.words import PieceWord, expected_words, piece_words, text_words, word_credits

WORDS = st.lists(st.sampled_from("abcde"), max_size=8)
TEXTS = ["A small house.", "¿Dónde está el árbol?", "Don't go, please — now!", "X-15 costs 3,50 €."]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The cat, the CAT.", ["the", "cat", "the", "cat"]),
        ("  ", []),
        ("... — !", ["...", "—", "!"]),
        ("don’t don't", ["don't", "don't"]),
        ("«¿Qué?»", ["qué"]),
        ("猫は眠る", ["猫", "は", "眠", "る"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("50% of $5", ["50", "of", "5"]),
    ],
)
def test_words_of_texts(text, words):
    assert text_words(text) == words


@given(st.text())
def test_no_word_is_empty_and_words_of_words_are_the_same(text):
    words = text_words(text)
    assert all(words)
    assert text_words(" ".join(words)) == words


@pytest.mark.parametrize("kind", KINDS)
def test_words_of_pieces_are_those_of_the_text(tmp_path, kind):
    tokenizer = Tokenizer.train(TEXTS, tmp_path / "model", kind=kind, vocab_size=70)
    for text in TEXTS:
        ids = tokenizer.encode(text)
        words = piece_words([*tokenizer.pieces(ids), "</s>"])
        assert [word.text for word in words] == tokenizer.decode(ids).split()
        places = [place for word in words for place in word.positions]
        assert places == sorted(set(places))
        assert len(ids) not in places


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_piece_is_a_word_as_in_the_text(tmp_path, kind):
    tokenizer = Tokenizer.train(TEXTS, tmp_path / "model", kind=kind, vocab_size=70)
    ids = tokenizer.encode("a small house")
    ids = [*ids[:2], UNK_ID, *ids[2:], EOS_ID]
    assert [word.text for word in piece_words(tokenizer.pieces(ids))] == tokenizer.decode(ids).split()


def test_parts_of_a_line_do_not_run_together():
    assert [word.text for word in piece_words(["▁a", "b", "</s>", "c", "</s>"])] == ["ab", "c"]
    assert [word.text for word in piece_words(["▁猫は", "眠る"])] == ["猫は", "眠る"]
    assert piece_words(["<s>", "▁a", "b", "</s>", "<pad>"]) == [PieceWord("ab", (1, 2))]
    assert piece_words([]) == piece_words(["</s>"]) == piece_words(["▁"]) == []


@given(WORDS, WORDS)
def test_credits_count_what_two_texts_share(written, reference):
    credits = word_credits(written, Counter(reference))
    assert sum(credits) == pytest.approx((Counter(written) & Counter(reference)).total())
    assert all(0 <= credit <= 1 for credit in credits)
    assert word_credits(written[::-1], Counter(reference)) == credits[::-1]


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_expected_words_lie_between_the_shared_and_all(references):
    counts = [Counter(words) for words in references]
    anywhere, everywhere = expected_words(references), expected_words(references, share=1.0)
    half = expected_words(references, share=0.5)
    assert everywhere <= half <= anywhere
    for word in set("abcde"):
        assert anywhere[word] == max(count[word] for count in counts)
        assert everywhere[word] == min(count[word] for count in counts)
        assert sum(count[word] >= half[word] for count in counts) * 2 >= len(counts)
