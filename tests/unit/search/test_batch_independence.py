"""What a sentence gets must not depend on the rest of the batch."""

import pytest
import torch
from search_toys import SOURCES, ToyModel, lengths, same

from seq2seq.context import Context
from seq2seq.decoders.recurrent import RecurrentDecoder
from seq2seq.search import SearchOptions, loop, search

WAYS = [
    {"method": "greedy"},
    {"beam": 4, "n_best": 3},
    {"beam": 3, "coverage_penalty": 0.3, "no_repeat_ngram": 2, "min_length_ratio": 0.5},
    {"method": "sample", "samples": 3, "temperature": 1.3, "top_k": 20, "top_p": 0.9, "seed": 5},
]
PREFIXES = [[7], [], [8, 9], [], [], [], [11, 12, 13], [], [], [5]]
ways = pytest.mark.parametrize("way", WAYS, ids=str)


def found(model, rows, way, extra_padding=0):
    sources = [SOURCES[row] for row in rows]
    return search(
        model,
        model.encode(sources, extra_padding),
        lengths(sources),
        SearchOptions(**way),
        prefixes=[PREFIXES[row] for row in rows],
        indices=rows,
    )


@ways
@pytest.mark.parametrize("seed", range(3))
def test_batch_size_order_and_padding_change_nothing(way, seed):
    model, everyone = ToyModel(30, seed), list(range(len(SOURCES)))
    together = found(model, everyone, way)
    assert same(together, [found(model, [row], way)[0] for row in everyone])
    order = torch.randperm(len(SOURCES), generator=torch.Generator().manual_seed(seed)).tolist()
    assert same([together[row] for row in order], found(model, order, way))
    assert same(together, found(model, everyone, way, extra_padding=3))


@ways
def test_dropping_finished_sentences_changes_nothing_but_the_work(way, monkeypatch):
    model, everyone = ToyModel(30, 1), list(range(len(SOURCES)))
    results, rows = [], []
    for share in (0.0001, 1 / 8, 2.0):
        monkeypatch.setattr(loop, "_DROP_SHARE", share)
        model.rows = 0
        results.append(found(model, everyone, way))
        rows.append(model.rows)
    assert same(results[0], results[1])
    assert same(results[0], results[2])
    assert rows[0] <= rows[1] < rows[2]


@ways
@pytest.mark.parametrize("injections", [["initial_state", "attention"], ["every_step", "first_step"]])
def test_the_recurrent_decoder(way, injections):
    """The same properties with the real decoder, and every log-probability as its training path has it."""
    torch.manual_seed(0)
    decoder = RecurrentDecoder(40, 12, 10, embedding_size=16, hidden_size=20, injections=injections, dropout=0.0)
    decoder.double().eval()
    torch.nn.init.normal_(decoder.output.weight)
    if "attention" not in injections:
        way = {name: value for name, value in way.items() if name != "coverage_penalty"}
    sizes = torch.tensor(lengths(SOURCES))
    mask = torch.arange(8) < sizes[:, None]
    context = Context(torch.randn(len(sizes), 8, 12).double(), mask, torch.randn(len(sizes), 10).double())
    options = SearchOptions(**way)
    together = search(decoder, context, sizes, options)
    for row in range(len(SOURCES)):
        only = torch.tensor([row])
        assert same([together[row]], search(decoder, context.select(only), sizes[only], options, indices=[row]))
        for hypothesis in together[row]:
            assert hypothesis.finished
            prefix = torch.tensor([[2, *hypothesis.tokens]])
            expected = decoder(prefix, context.select(only)).log_softmax(-1)[0]
            expected = expected.gather(1, torch.tensor([*hypothesis.tokens, 3])[:, None])[:, 0].float()
            assert torch.allclose(torch.tensor(hypothesis.log_probs), expected, atol=1e-5)
            assert (hypothesis.attention is not None) == ("attention" in injections)
