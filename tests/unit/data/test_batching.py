"""Properties of the batches of an epoch."""

from itertools import chain, islice

import numpy as np
import pytest
import torch
from toy_data import reversed_words, write_prepared

from seq2seq.data.batching import BatchDataset, BatchLoader, TokenBatchSampler
from seq2seq.data.corpus import ParallelCorpus
from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.tokenizer import BOS_ID, EOS_ID, PAD_ID

COUNT = 1000
LENGTHS = np.random.default_rng(0).integers(0, 40, size=(2, COUNT))


def sampler(**options) -> TokenBatchSampler:
    return TokenBatchSampler(*LENGTHS, **{"batch_size": 300, **options})


def sentences(plans) -> list[int]:
    return list(chain.from_iterable(plan.indices.tolist() for plan in plans))


@pytest.mark.parametrize("options", [{}, {"by_tokens": False, "batch_size": 7}, {"shuffle": False}])
def test_every_sentence_comes_once_an_epoch(options):
    batches = sampler(**options)
    plans = list(batches)
    assert sorted(sentences(plans)) == list(range(COUNT))
    assert len(plans) == len(batches)


def test_a_batch_holds_at_most_so_many_padded_tokens():
    sizes = [len(plan.indices) * (LENGTHS[1][plan.indices].max() + 1) for plan in sampler()]
    assert max(sizes) <= 300
    assert np.mean(sizes) > 240  # and not much less


def test_a_batch_holds_at_most_so_many_sentences():
    assert {len(plan.indices) for plan in sampler(by_tokens=False, batch_size=7)} == {7, COUNT % 7}


def test_a_sentence_longer_than_a_batch_stands_alone():
    plans = list(TokenBatchSampler(np.array([3, 900]), np.array([3, 900]), batch_size=100))
    assert sorted(plan.indices.tolist() for plan in plans) == [[0], [1]]


def test_the_seed_and_the_epoch_decide_the_order():
    first, same, other_seed, other_epoch = sampler(), sampler(), sampler(seed=2), sampler()
    other_epoch.set_epoch(1)
    orders = [sentences(batches) for batches in (first, same, other_seed, other_epoch)]
    assert orders[0] == orders[1]
    assert len(set(map(tuple, orders))) == 3


def test_every_epoch_has_as_many_batches():
    batches = sampler()
    counts = set()
    for epoch in range(5):
        batches.set_epoch(epoch)
        counts.add(len(batches))
    assert len(counts) == 1


def test_unshuffled_batches_begin_with_the_longest_and_are_the_same_each_epoch():
    batches = sampler(shuffle=False)
    longest = [LENGTHS[1][plan.indices].max() for plan in batches]
    assert longest == sorted(longest, reverse=True)
    before = sentences(batches)
    batches.set_epoch(3)
    assert sentences(batches) == before


def test_processes_share_the_batches():
    shares = [[tuple(plan.indices) for plan in sampler(rank=rank, processes=3)] for rank in range(3)]
    assert len(set(map(len, shares))) == 1
    assert len(set(chain(*shares))) == sum(map(len, shares))
    assert set(chain(*shares)) <= {tuple(plan.indices) for plan in sampler()}
    assert len(sampler()) - sum(map(len, shares)) < 3


def test_another_epoch_begins_at_its_first_batch_and_the_same_one_where_it_was():
    batches = sampler()
    batches.start = 5
    batches.set_epoch(0)
    assert batches.start == 5
    batches.set_epoch(1)
    assert batches.start == 0


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    pairs = reversed_words(80, seed=1)
    folder = PreparedFolder.open(
        write_prepared(tmp_path_factory.mktemp("prepared"), {"train": pairs}, kind="unigram", vocab_size=40)
    )
    tokenizer = folder.tokenizer("es")
    return ParallelCorpus.open(folder, "train", folder.languages), (tokenizer, tokenizer), pairs


def loader(corpus, alpha: float = 0.0, workers: int = 0, **options) -> BatchLoader:
    ids, tokenizers, _ = corpus
    plans = TokenBatchSampler(ids.source.lengths, ids.target.lengths, batch_size=100, **options)
    return BatchLoader(BatchDataset(ids, tokenizers, alpha), plans, workers)


def same(first, second) -> bool:
    names = [name for name in vars(first) if name != "rows"]  # None where every source has one target
    return all(torch.equal(getattr(first, name), getattr(second, name)) for name in names)


def test_a_batch_says_what_the_table_says(corpus):
    _, (tokenizer, _), pairs = corpus
    for batch in loader(corpus):
        assert batch.source_lengths.tolist() == (batch.source != PAD_ID).sum(1).tolist()
        assert (batch.prefix[:, 0] == BOS_ID).all()
        for row, index in enumerate(batch.indices.tolist()):
            source, target = (tokenizer.encode(side) for side in pairs[index])
            assert batch.source[row][: batch.source_lengths[row]].tolist() == [*source, EOS_ID]
            real = int((batch.goal[row] != PAD_ID).sum())
            assert batch.prefix[row][:real].tolist() == [BOS_ID, *target]
            assert batch.goal[row][:real].tolist() == [*target, EOS_ID]


def test_sampled_pieces_spell_the_same_text(corpus):
    _, (tokenizer, _), pairs = corpus
    changed = 0
    for batch in loader(corpus, alpha=0.1):
        columns = batch.indices.tolist(), batch.source.tolist(), batch.source_lengths.tolist()
        for index, ids, length in zip(*columns, strict=True):
            assert tokenizer.decode(ids) == pairs[index][0]
            changed += ids[:length] != [*tokenizer.encode(pairs[index][0]), EOS_ID]
    assert changed > 10


@pytest.mark.parametrize("alpha", [0.0, 0.2])
def test_a_loader_that_is_resumed_gives_the_rest_of_the_epoch(corpus, alpha):
    whole = list(loader(corpus, alpha))
    interrupted = loader(corpus, alpha)
    list(islice(interrupted, 3))
    resumed = loader(corpus, alpha)
    resumed.load_state_dict(interrupted.state_dict())
    rest = list(resumed)
    assert len(rest) == len(whole) - 3
    assert all(map(same, rest, whole[3:]))


def test_a_loader_resumed_at_the_end_of_an_epoch_begins_the_next(corpus):
    finished = loader(corpus)
    list(finished)
    resumed, due = loader(corpus), loader(corpus)
    resumed.load_state_dict(finished.state_dict())
    due.plans.set_epoch(1)
    assert all(map(same, list(resumed), list(due)))


def test_batches_made_in_other_processes_are_the_same(corpus):
    assert all(map(same, loader(corpus, 0.2, workers=1), loader(corpus, 0.2)))


def test_twice_puts_the_batch_after_itself(corpus):
    batch = next(iter(loader(corpus)))
    both = batch.twice()
    assert batch.rows is both.rows is None
    for name in vars(batch).keys() - {"rows"}:
        first, second = getattr(both, name).chunk(2)
        assert torch.equal(first, getattr(batch, name))
        assert torch.equal(second, getattr(batch, name))
