import io
import pickle
import random
import struct
import threading

import pytest
import sentencepiece
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq.data.text import normalise
from seq2seq.data.tokenizer import BOS_ID, EOS_ID, KINDS, PAD_ID, UNK_ID, Tokenizer
from seq2seq.errors import UserError

SUBJECTS = ["la niña", "el gato", "mi abuela", "tu hermano", "un médico", "the girl", "the old cat", "my grandmother"]
VERBS = ["come", "mira", "quiere", "dibuja", "eats", "watches", "wants", "draws"]
OBJECTS = ["pan.", "una casa.", "el río.", "manzanas rojas.", "some bread.", "a small house.", "the river."]
SENTENCES = [f"{subject} {verb} {thing}" for subject in SUBJECTS for verb in VERBS for thing in OBJECTS]
ALPHABET = "".join(sorted(set("".join(SENTENCES))))


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory) -> dict[str, Tokenizer]:
    folder = tmp_path_factory.mktemp("tokenizers")
    return {kind: Tokenizer.train(SENTENCES, folder / f"{kind}.model", kind, vocab_size=100) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_sentences_come_back_and_need_no_unknown(tokenizers, kind):
    tokenizer = tokenizers[kind]
    for sentence, ids in zip(SENTENCES, tokenizer.encode_batch(SENTENCES), strict=True):
        assert tokenizer.decode(ids) == sentence
        assert min(ids) > EOS_ID
        assert max(ids) < len(tokenizer)


@settings(deadline=None, max_examples=50)
@given(text=st.text(alphabet=ALPHABET + " \u00a0\t\u0301\u200b", max_size=30))
def test_text_of_known_characters_comes_back_normalised(tokenizers, text):
    known = "".join(c for c in normalise(text) if c in ALPHABET)
    for kind in ("unigram", "bpe", "char"):
        assert tokenizers[kind].decode(tokenizers[kind].encode(known)) == normalise(known)


@settings(deadline=None, max_examples=50)
@given(text=st.text(max_size=30))
def test_any_text_is_encoded_the_same_alone_or_in_a_batch(tokenizers, text):
    for tokenizer in tokenizers.values():
        ids = tokenizer.encode(text)
        assert tokenizer.encode_batch(["pan.", text]) == [tokenizer.encode("pan."), ids]
        assert all(0 <= index < len(tokenizer) and index not in (PAD_ID, BOS_ID, EOS_ID) for index in ids)
        assert len(tokenizer.pieces(ids)) == len(ids)
        assert tokenizer.encode(normalise(text)) == ids


def test_specials_are_not_decoded(tokenizers):
    tokenizer = tokenizers["unigram"]
    ids = tokenizer.encode("el gato come pan.")
    framed = [BOS_ID, *ids, EOS_ID, PAD_ID, PAD_ID]
    assert tokenizer.decode(framed) == "el gato come pan."
    assert tokenizer.pieces([PAD_ID, UNK_ID, BOS_ID, EOS_ID]) == ["<pad>", "<unk>", "<s>", "</s>"]
    assert set(tokenizer.encode("<pad> <s> </s>")).isdisjoint({PAD_ID, BOS_ID, EOS_ID})


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_word_is_shown_and_the_others_stay(tokenizers, kind):
    tokenizer = tokenizers[kind]
    assert tokenizer.decode(tokenizer.encode("el 猫 猫 come")).split() == ["el", "⁇", "⁇", "come"]


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_sampling_depends_on_text_alpha_and_seed_only(tokenizers, kind):
    tokenizer = tokenizers[kind]
    drawn = tokenizer.sample_batch(SENTENCES, 0.3, seed=5)
    assert drawn != tokenizer.encode_batch(SENTENCES)
    assert drawn != tokenizer.sample_batch(SENTENCES, 0.3, seed=6)
    assert drawn != tokenizer.sample_batch(SENTENCES, 0.6, seed=5)
    tokenizers["bpe"].sample_batch(SENTENCES[:7], 0.9, seed=99)
    assert tokenizer.sample_batch(SENTENCES, 0.3, seed=5) == drawn
    assert Tokenizer(tokenizer.model).sample_batch(SENTENCES, 0.3, seed=5) == drawn
    assert [tokenizer.decode(ids) for ids in drawn] == SENTENCES


def test_sampling_in_many_threads_at_once_is_as_alone(tokenizers):
    tokenizer = tokenizers["unigram"]
    alone = [tokenizer.sample_batch(SENTENCES, 0.2, seed) for seed in range(8)]
    together: dict[int, list[list[int]]] = {}

    def sample(seed: int) -> None:
        together[seed] = tokenizer.sample_batch(SENTENCES, 0.2, seed)

    threads = [threading.Thread(target=sample, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[seed] for seed in range(8)] == alone


@pytest.mark.parametrize("seed", [0, -1, 2**32 - 1, 2**32, 2**63])
def test_every_integer_is_a_seed(tokenizers, seed):
    tokenizer = tokenizers["unigram"]
    assert tokenizer.sample_batch(SENTENCES, 0.2, seed) == tokenizer.sample_batch(SENTENCES, 0.2, seed)


@pytest.mark.parametrize("kind", ["char", "word"])
def test_kinds_with_one_segmentation_give_it(tokenizers, kind):
    assert tokenizers[kind].sample_batch(SENTENCES, 0.1, 3) == tokenizers[kind].encode_batch(SENTENCES)


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_decide_how_a_text_is_cut_makes_no_difference(tokenizers, kind):
    here = tokenizers[kind]
    same = Tokenizer(here.model + b"\x22\x00")  # a part of the file that holds samples for a test of itself: none
    assert same.model != here.model
    assert same.reads_like(here)
    assert same.writes_like(here)
    assert same.encode_batch(SENTENCES) == here.encode_batch(SENTENCES)
    for other in {*KINDS} - {kind}:
        assert not here.writes_like(tokenizers[other])
        assert not here.reads_like(tokenizers[other])


@pytest.mark.parametrize(("kind", "alike"), [("unigram", False), ("char", True)])
def test_scores_decide_how_a_text_is_cut_where_there_is_a_choice(tokenizers, kind, alike):
    here = tokenizers[kind]
    (piece,) = here.pieces([len(here) - 1])
    entry = bytes([0x0A, len(piece.encode())]) + piece.encode() + b"\x15"  # its text, then its score in four bytes
    before, after = here.model.split(entry)
    other = Tokenizer(before + entry + struct.pack("<f", -99.5) + after[4:])
    assert other.writes_like(here)
    assert other.reads_like(here) == alike


def test_no_text_gives_no_ids(tokenizers):
    for tokenizer in tokenizers.values():
        assert tokenizer.encode(" \u200b ") == []
        assert tokenizer.sample_batch([], 0.1, 1) == []
        assert tokenizer.sample_batch(["", "pan."], 0.1, 1)[0] == []
        assert tokenizer.decode([]) == ""


@pytest.mark.parametrize("kind", KINDS)
def test_training_gives_the_same_bytes_again_and_loads(tokenizers, kind, tmp_path):
    again = Tokenizer.train(iter(SENTENCES), tmp_path / "again.model", kind, vocab_size=100)
    assert again.model == tokenizers[kind].model
    loaded = Tokenizer.load(tmp_path / "again.model")
    copied = pickle.loads(pickle.dumps(loaded))
    assert loaded.encode_batch(SENTENCES) == copied.encode_batch(SENTENCES) == again.encode_batch(SENTENCES)
    assert [file.name for file in tmp_path.iterdir()] == ["again.model"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_vocabulary_larger_than_the_text_is_capped(tmp_path, kind):
    assert 5 < len(Tokenizer.train(["a small house", "a tree"], tmp_path / "m", kind, vocab_size=8000)) < 50


TRAINING_MISTAKES = [
    (SENTENCES, "unigrm", 100, "did you mean 'unigram'"),
    ([], "unigram", 100, "no text"),
    (["", " \u200b"], "bpe", 100, "no text"),
    (SENTENCES, "bpe", 8, f"needs at least {len(set(ALPHABET) - {' '}) + 1 + 4} "),
]


@pytest.mark.parametrize(("sentences", "kind", "vocab_size", "told"), TRAINING_MISTAKES)
def test_mistakes_in_training_are_told_and_leave_no_file(tmp_path, sentences, kind, vocab_size, told):
    with pytest.raises(UserError, match=told):
        Tokenizer.train(sentences, tmp_path / "m", kind, vocab_size)
    assert not list(tmp_path.iterdir())


def test_damaged_models_are_refused(tokenizers, tmp_path):
    model = tokenizers["unigram"].model
    noise = bytes(random.Random(1).randrange(256) for _ in range(500))
    for damaged in (b"", b"not a model", noise, model[: len(model) // 2], model[:-3]):
        path = tmp_path / "damaged.model"
        path.write_bytes(damaged)
        with pytest.raises(UserError, match=r"damaged\.model: not a SentencePiece model"):
            Tokenizer.load(path)
    for path in (tmp_path / "missing.model", tmp_path):
        with pytest.raises(UserError, match="cannot be read"):
            Tokenizer.load(path)


def test_a_model_with_other_special_ids_is_refused(tmp_path):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES), model_writer=model, vocab_size=50, minloglevel=2
    )
    with pytest.raises(UserError, match=r"other\.model: the ids of pad, unk, bos and eos are \(-1, 0, 1, 2\)"):
        Tokenizer(model.getvalue(), "other.model")


SPACED = ["  to  be,", "or not ", " ", ""]


def test_a_tokenizer_of_characters_can_keep_all_spaces(tmp_path):
    tokenizer = Tokenizer.train(SPACED, tmp_path / "x.model", "char", 30, keep_spaces=True)
    for chosen in (tokenizer, Tokenizer.load(tmp_path / "x.model")):
        assert chosen.keeps_spaces
        assert [len(ids) for ids in chosen.encode_batch(SPACED)] == [len(text) for text in SPACED]
        assert [chosen.decode(chosen.encode(text)) for text in SPACED] == SPACED
        assert chosen.level == "char"
    assert tokenizer.pieces(tokenizer.encode(" to")) == ["▁", "t", "o"]


@pytest.mark.parametrize(
    ("kind", "level"), [("unigram", "subword"), ("bpe", "subword"), ("char", "char"), ("word", "word")]
)
def test_other_tokenizers_fold_spaces(tmp_path, kind, level):
    tokenizer = Tokenizer.train(["to be, or not to be"], tmp_path / "x.model", kind, 20)
    assert not tokenizer.keeps_spaces
    assert tokenizer.level == level
    assert tokenizer.decode(tokenizer.encode("  to   be, ")) == "to be,"


@pytest.mark.parametrize("kind", ["unigram", "bpe", "word"])
def test_only_characters_can_keep_spaces(tmp_path, kind):
    with pytest.raises(UserError, match="only 'char' can keep all spaces"):
        Tokenizer.train(SPACED, tmp_path / "x.model", kind, 30, keep_spaces=True)
