import numpy as np
import pytest
import torch

from seq2seq.data.corpus import TokenArray
from seq2seq.data.stream import ChunkSampler, RunningText, reading_plans, running_ids
from seq2seq.data.tokenizer import EOS_ID, PAD_ID
from seq2seq.errors import UserError


def text(tokens: int) -> RunningText:
    """Tokens that tell their place; the last is a line end."""
    return RunningText(np.append(np.arange(10, 9 + tokens), EOS_ID))


def chunks_of(stream: RunningText, sampler: ChunkSampler):
    return [stream[plan] for plan in sampler]


def test_empty_lines_are_line_ends_and_nothing_is_lost():
    lines = [[], [7, 8], [], [], [9], []]
    lengths = np.array([len(line) for line in lines])
    array = TokenArray(np.array([7, 8, 9]), np.cumsum(lengths) - lengths, lengths)
    assert running_ids(array).tolist() == [3, 7, 8, 3, 3, 3, 9, 3, 3]


@pytest.mark.parametrize(
    ("tokens", "rows", "steps"), [(100, 4, 7), (100, 4, 25), (103, 4, 1000), (5, 5, 1), (17, 1, 4)]
)
def test_each_row_goes_on_where_the_chunk_before_it_ended(tokens, rows, steps):
    stream, sampler = text(tokens), ChunkSampler(tokens, rows, steps)
    chunks = chunks_of(stream, sampler)
    assert len(chunks) == len(sampler)
    prefix, goal = (torch.cat([getattr(chunk, side) for chunk in chunks], 1) for side in ("prefix", "goal"))
    assert goal.shape == (rows, tokens // rows)
    assert torch.equal(prefix[:, 1:], goal[:, :-1])
    # The rows follow each other in the text, which is a ring; before its first token stands a line end.
    ring = torch.from_numpy(stream.ids)
    start = (ring == goal[0, 0]).nonzero()[0, 0]
    wanted = ring.roll(-int(start))[: goal.numel()]
    assert torch.equal(goal.flatten(), wanted)
    assert torch.equal(prefix[:, 0], torch.cat([ring.roll(1 - int(start))[:1], goal[:-1, -1]]))
    lengths = {chunk.prefix.shape[1] for chunk in chunks}
    assert max(lengths) <= steps
    assert max(lengths) - min(lengths) <= 1


def test_rows_begin_anew_with_an_epoch_only():
    chunks = chunks_of(text(100), ChunkSampler(100, 4, 7))
    assert chunks[0].fresh.all()
    assert not any(chunk.fresh.any() for chunk in chunks[1:])


def test_epochs_cut_the_text_at_other_places_and_a_seed_at_the_same():
    sampler, same = ChunkSampler(1000, 4, 50, seed=3), ChunkSampler(1000, 4, 50, seed=3)
    first = [plan.starts.tolist() for plan in sampler]
    assert first == [plan.starts.tolist() for plan in same]
    sampler.set_epoch(1)
    assert first != [plan.starts.tolist() for plan in sampler]


def test_an_epoch_can_begin_in_the_middle():
    whole, part = ChunkSampler(100, 4, 7, seed=5), ChunkSampler(100, 4, 7, seed=5)
    part.start = 2
    rest = list(part)
    assert [plan.starts.tolist() for plan in rest] == [plan.starts.tolist() for plan in whole][2:]
    assert not rest[0].fresh.any(), "the state is the checkpoint's"
    part.set_epoch(1)
    assert part.start == 0


def test_processes_have_different_rows_of_one_text():
    stream = text(120)
    goals = [
        torch.cat([chunk.goal for chunk in chunks_of(stream, ChunkSampler(120, 3, 8, rank=rank, processes=2))], 1)
        for rank in range(2)
    ]
    assert sorted(torch.cat(goals).flatten().tolist()) == sorted(stream.ids.tolist())


def test_more_rows_than_tokens_are_refused():
    with pytest.raises(UserError, match=r"data\.batch_size: 9 rows, but the text has only 8 tokens"):
        ChunkSampler(8, 9, 4)


@pytest.mark.parametrize(("rows", "steps", "warm_up"), [(1, 4, 0), (1, 1000, 0), (4, 5, 6), (7, 8, 8), (64, 10, 3)])
@pytest.mark.parametrize("tokens", [50, 51, 7])
def test_a_reading_foretells_every_token_once_and_in_order(tokens, rows, steps, warm_up):
    stream = text(tokens)
    chunks = [stream[plan] for plan in reading_plans(tokens, rows, steps, warm_up)]
    said = torch.cat([chunk.goal for chunk in chunks], 1)
    assert said[said != PAD_ID].tolist() == stream.ids.tolist()
    read = torch.cat([chunk.prefix for chunk in chunks], 1)
    assert read[said != PAD_ID].tolist() == [EOS_ID, *stream.ids[:-1].tolist()]
    assert chunks[0].fresh.all()
    if len(said) == 1:
        assert not any(chunk.fresh.any() for chunk in chunks[1:])


def test_the_first_row_begins_anew_after_the_warm_up_of_the_others():
    stream = text(40)
    warming, first, *_ = [stream[plan] for plan in reading_plans(40, rows=4, steps=5, warm_up=6)]
    assert (warming.goal == PAD_ID).all()
    assert first.fresh.tolist() == [True, False, False, False]
    assert first.prefix[0, 0] == EOS_ID
    assert torch.equal(warming.prefix[1:, -1] + 1, first.prefix[1:, 0])
