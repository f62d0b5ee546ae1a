import math

import numpy as np
import pytest
import torch
from toy_text import LINES, save_language_model, write_text

from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.tokenizer import EOS_ID
from seq2seq.errors import UserError
from seq2seq.evaluation.language_model import Foretold, foretell, measure_language_model, score_text
from seq2seq.inference import TextGenerator
from seq2seq.models.language_model import nothing_read

DEV = ["All:", "", "hear  me. ", ""] * 15


@pytest.fixture(scope="module", params=["char", "word", "unigram"])
def model(request, tmp_path_factory):
    place = tmp_path_factory.mktemp(request.param)
    prepared = write_text(place / "prepared", {"train": LINES, "dev": DEV}, kind=request.param, vocab_size=40)
    folder = save_language_model(place / "model", prepared / "tokenizer" / "en.model")
    return TextGenerator.load(folder, precision="fp32"), PreparedFolder.open(prepared)


def loop(model: TextGenerator, lines: list[str]) -> tuple[float, int]:
    """Nats and tokens of a text, one token after the other."""
    state, last = nothing_read(model.networks[0], 1, torch.device("cpu")), EOS_ID
    nats, tokens = 0.0, 0
    with torch.inference_mode():
        for line in lines:
            for index in (*model.target.tokenizer.encode(line), EOS_ID):
                logits, state = model.networks[0].step(torch.tensor([last]), state)
                nats -= float(logits[0].log_softmax(0)[index])
                tokens, last = tokens + 1, index
    return nats, tokens


def test_scores_are_those_of_a_plain_loop(model):
    generator, prepared = model
    nats, tokens = loop(generator, DEV)
    kept = DEV if generator.target.tokenizer.level == "char" else [" ".join(line.split()) for line in DEV]
    characters, words = len("\n".join(kept)) + 1, 15 * (1 + 0 + 2 + 0) + len(DEV)
    found = measure_language_model(generator, prepared, "dev", 64)
    values = {name: score.value for name, score in found.scores.items()}
    assert values == pytest.approx(
        {
            "nats/character": nats / characters,
            "bits/character": nats / characters / math.log(2),
            "perplexity/word": math.exp(nats / words),
            "perplexity/token": math.exp(nats / tokens),
        },
        rel=1e-4,
    )
    assert found.count == len(DEV)
    assert found.findings["text"]["characters"] == characters
    for score in found.scores.values():
        low, high = score.interval
        assert low <= score.value <= high


def test_the_batch_has_no_part_in_it(model):
    generator, prepared = model
    one, other = (measure_language_model(generator, prepared, "dev", size).scores for size in (1, 64))
    assert one == other


def test_the_signature_tells_what_is_unknown(model):
    generator, _ = model
    _, known = foretell(generator, LINES)
    assert "|unknown:0.00%|" in known["nats/character"].signature
    _, unknown = foretell(generator, ["All: Ω Ω Ω", "All:"])
    count = len(generator.target.tokenizer.encode("All: Ω Ω Ω")) + len(generator.target.tokenizer.encode("All:")) + 2
    assert f"|unknown:{300 / count:.2f}%|" in unknown["nats/character"].signature
    assert f"tok:{generator.target.tokenizer.level}|" in unknown["nats/character"].signature


def test_a_better_model_has_better_scores():
    sizes = [np.full(100, size) for size in (10, 3, 10, 0)]
    good, bad = (score_text(Foretold(np.full(100, nats), *sizes)) for nats in (12.0, 15.0))
    assert all(good[name].value < bad[name].value for name in good)
    assert good["nats/character"].value == pytest.approx(1.2)
    assert good["bits/character"].value == pytest.approx(1.2 / math.log(2))
    assert good["perplexity/word"].value == pytest.approx(math.exp(4))


def test_an_interval_covers_what_varies_from_block_to_block():
    nats = np.random.default_rng(1).gamma(20, 1.0, 2000)
    sizes = [np.full(2000, 10) for _ in range(3)]
    score = score_text(Foretold(nats, *sizes, unknown=np.zeros(2000)))["nats/character"]
    low, high = score.interval
    error = 0.1 * nats.std() / math.sqrt(2000)
    assert low < score.value < high
    assert 1.96 * 2 * error == pytest.approx(high - low, rel=0.4)


def test_a_single_block_has_no_interval():
    one = Foretold(np.ones(20), *(np.ones(20) for _ in range(4)))
    assert all(score.interval is None for score in score_text(one).values())
    assert "bs:0" in score_text(one)["nats/character"].signature


def test_no_text_is_told(model):
    with pytest.raises(UserError, match="no line of text"):
        foretell(model[0], [])


def test_another_language_is_told(model, tmp_path):
    other = PreparedFolder.open(write_text(tmp_path / "x", {"train": LINES, "dev": DEV}, language="de"))
    with pytest.raises(UserError, match="its text is de, but the model has learned en"):
        measure_language_model(model[0], other, "dev", 64)
