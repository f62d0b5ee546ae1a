"""What a sentence becomes does not depend on batch size, order or padding: 2,000 real sentences, in fp32."""

import random
from pathlib import Path

import pytest
import torch

from seq2seq.data.tokenizer import PAD_ID, Tokenizer
from seq2seq.inference import Translator, translator

CORPUS = Path(__file__).parents[4] / "shared" / "data" / "tatoeba" / "spa.txt"
SENTENCES = 2000
WAYS = {
    "greedy": {"method": "greedy", "max_length": 12},
    "beam": {"beam": 5, "max_length": 12},
}


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    if not CORPUS.exists():
        pytest.skip(f"{CORPUS} is not there: this test needs the Tatoeba corpus")
    with CORPUS.open(encoding="utf-8") as file:
        spanish = [line.rstrip("\n").split("\t")[1] for line in file]
    return random.Random(1).sample(spanish, SENTENCES)


@pytest.fixture(scope="module")
def model(sentences, make_model, tmp_path_factory) -> Translator:
    """A random model with weights so large that its outputs differ from source to source."""
    folder = tmp_path_factory.mktemp("invariance")
    Tokenizer.train(sentences, folder / "joint.model", vocab_size=500)
    found = Translator.load(make_model(folder / "model", folder / "joint.model"), device="cpu", precision="fp32")
    with torch.no_grad():
        for weight in found.models[0].model.parameters():
            weight.mul_(3)
    return found


@pytest.fixture(scope="module", params=WAYS.values(), ids=WAYS.keys())
def way(request) -> dict:
    return request.param


@pytest.fixture(scope="module")
def expected(model, sentences, way) -> list[str]:
    texts = model.translate(sentences, batch_size=250, **way)
    assert len(set(texts)) > SENTENCES / 2, "otherwise the tests show nothing"
    return texts


def test_batch_size_changes_nothing(model, sentences, way, expected):
    assert model.translate(sentences, batch_size=64, **way) == expected
    assert model.translate(sentences[:100], batch_size=1, **way) == expected[:100]


def test_order_changes_nothing(model, sentences, way, expected):
    order = random.Random(2).sample(range(SENTENCES), SENTENCES)
    texts = model.translate([sentences[place] for place in order], batch_size=100, **way)
    assert texts == [expected[place] for place in order]


def test_an_ensemble_of_a_model_with_itself_is_the_model(model, sentences, way, expected):
    twice = Translator(model.models * 2, model.device, model.dtype)
    assert twice.translate(sentences[:500], **way) == expected[:500]


def test_padding_changes_nothing(model, sentences, way, expected, monkeypatch):
    pad = translator.pad
    monkeypatch.setattr(translator, "pad", lambda rows: torch.nn.functional.pad(pad(rows), (0, 5), value=PAD_ID))
    assert model.translate(sentences, batch_size=250, **way) == expected
