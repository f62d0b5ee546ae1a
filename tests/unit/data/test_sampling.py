"""Sampled segmentations against the definitions of unigram sampling and of BPE-dropout, and against SentencePiece."""

import math
import os
import random
import subprocess
import sys
from collections import Counter
from itertools import combinations, pairwise

import pytest
import sentencepiece

from seq2seq.data.sampling import WORD_START, SegmentationSampler
from seq2seq.data.tokenizer import UNK_ID, Tokenizer

TEXTS = [
    "la casa es grande y la calle es larga",
    "los gatos duermen en la casa grande",
    "las calles largas y las casas grandes",
    "el gato grande duerme en la calle",
    "casi casados, casan a la acacia y a las caras",
]
DRAWS = 4000


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> dict[str, sentencepiece.SentencePieceProcessor]:
    folder = tmp_path_factory.mktemp("models")
    return {
        kind: sentencepiece.SentencePieceProcessor(
            model_proto=Tokenizer.train(TEXTS * 10, folder / f"{kind}.model", kind, vocab_size=60).model
        )
        for kind in ("unigram", "bpe")
    }


def draw(processor, text: str, alpha: float, count: int = DRAWS) -> Counter[tuple[int, ...]]:
    sampler, chance = SegmentationSampler(processor), random.Random(1)
    return Counter(tuple(sampler.sample(text, alpha, chance)) for _ in range(count))


def all_segmentations(processor, word: str) -> dict[tuple[int, ...], float]:
    """Each way to cut a word into pieces, with its summed log-probability."""
    found = {}
    for cuts in range(len(word)):
        for places in combinations(range(1, len(word)), cuts):
            ends = [0, *places, len(word)]
            ids = tuple(processor.piece_to_id(word[a:b]) for a, b in pairwise(ends))
            if UNK_ID not in ids:
                found[ids] = sum(processor.get_score(index) for index in ids)
    return found


@pytest.mark.parametrize("alpha", [0.2, 1.0])
@pytest.mark.parametrize("word", ["casas", "gatos"])
def test_unigram_segmentations_come_as_often_as_they_are_likely(models, word, alpha):
    scores = all_segmentations(models["unigram"], WORD_START + word)
    assert len(scores) > 2
    norm = sum(math.exp(alpha * score) for score in scores.values())
    drawn = draw(models["unigram"], word, alpha)
    assert drawn.keys() <= scores.keys()
    for ids, score in scores.items():
        due = math.exp(alpha * score) / norm
        assert drawn[ids] / DRAWS == pytest.approx(due, abs=5 * math.sqrt(due * (1 - due) / DRAWS) + 1 / DRAWS)


def assert_alike(ours: Counter, theirs: Counter) -> None:
    common = {ids for ids in ours | theirs if ours[ids] + theirs[ids] > DRAWS / 50}
    assert len(common) > 2
    for ids in common:
        assert abs(ours[ids] - theirs[ids]) < 5 * math.sqrt(ours[ids] + theirs[ids])


def test_unigram_segmentations_are_distributed_as_sentencepieces(models):
    model = models["unigram"]
    theirs = (model.encode("casas", enable_sampling=True, alpha=0.3, nbest_size=-1) for _ in range(DRAWS))
    assert_alike(draw(model, "casas", 0.3), Counter(map(tuple, theirs)))


def test_merges_are_left_out_as_the_paper_has_it(models):
    model, chance = models["bpe"], random.Random(2)

    def segment(word: str) -> tuple[int, ...]:
        symbols = list(word)
        while True:
            pairs = [(place, "".join(symbols[place : place + 2])) for place in range(len(symbols) - 1)]
            left = [(model.piece_to_id(pair), place) for place, pair in pairs if chance.random() >= 0.3]
            left = [(index, place) for index, place in left if index != UNK_ID]
            if not left:
                return tuple(map(model.piece_to_id, symbols))
            _, place = min(left)  # ids of merges are in the order in which they were learned
            symbols[place : place + 2] = ["".join(symbols[place : place + 2])]

    theirs = Counter(segment(WORD_START + "casas") for _ in range(DRAWS))
    assert_alike(draw(model, "casas", 0.3), theirs)


@pytest.mark.parametrize("text", [*TEXTS, "el 猫 猫猫 come 犬", "x", ""])
def test_without_chance_it_is_the_one_best_segmentation(models, text):
    for kind, alpha in (("bpe", 0.0), ("unigram", 50.0)):
        assert draw(models[kind], text, alpha, count=3).keys() == {tuple(models[kind].encode(text))}


def test_with_every_merge_left_out_characters_are_left(models):
    (ids,) = draw(models["bpe"], "gatos", 1.0, count=5)
    assert [models["bpe"].id_to_piece(index) for index in ids] == [WORD_START, *"gatos"]


def test_very_long_words_neither_under_nor_overflow(models):
    text = "casacalle" * 400
    for kind in ("unigram", "bpe"):
        (ids,) = draw(models[kind], text[: 3600 if kind == "unigram" else 300], 0.1, count=1)
        assert "".join(map(models[kind].id_to_piece, ids)).startswith(WORD_START + "casa")


CODE = """
import sys
from seq2seq.data.tokenizer import Tokenizer
print(Tokenizer.load(sys.argv[1]).sample_batch(sys.argv[2:], 0.2, seed=3))
"""


@pytest.mark.parametrize("kind", ["unigram", "bpe"])
def test_another_process_draws_the_same(tmp_path, kind):
    Tokenizer.train(TEXTS * 10, tmp_path / "x.model", kind, vocab_size=60)
    drawn = {
        subprocess.run(
            [sys.executable, "-c", CODE, str(tmp_path / "x.model"), *TEXTS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert drawn == {f"{Tokenizer.load(tmp_path / 'x.model').sample_batch(TEXTS, 0.2, seed=3)}\n"}
