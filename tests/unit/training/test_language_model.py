import itertools
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from toy_text import LINES, small_config, write_text

from seq2seq.data.stream import Chunk, ChunkPlan, RunningText, reading_plans
from seq2seq.data.tokenizer import EOS_ID
from seq2seq.errors import UserError
from seq2seq.recurrent import CELLS
from seq2seq.training.language_model import LanguageModelData, LanguageModelTask
from seq2seq.training.task import OptimizerConfig

VOCABULARY = 11


def make_task(cell: str = "lstm", seed: int = 1) -> LanguageModelTask:
    torch.manual_seed(seed)
    return LanguageModelTask(VOCABULARY, small_config(cell), OptimizerConfig()).double()


@pytest.fixture(scope="module")
def stream() -> RunningText:
    ids = np.random.default_rng(3).integers(EOS_ID, VOCABULARY, 60)
    ids[-1] = EOS_ID
    return RunningText(ids)


def cut(stream: RunningText, rows: int, steps: Sequence[int]) -> list[Chunk]:
    """Chunks of these lengths; all tokens in parallel rows."""
    starts = np.arange(rows) * (len(stream.ids) // rows)
    borders = np.cumsum([0, *steps])
    return [
        stream[ChunkPlan(starts + begin, starts + end, int(end - begin), np.full(rows, begin == 0))]
        for begin, end in itertools.pairwise(borders)
    ]


def total(task: LanguageModelTask, chunks: list[Chunk]) -> torch.Tensor:
    """Nats in all, each chunk read from where the one before it ended."""
    return sum((task.training_losses(chunk).total.detach() * task.count(chunk) for chunk in chunks), torch.zeros(()))


@pytest.mark.parametrize("cell", CELLS)
def test_with_the_state_carried_on_chunks_are_one_long_read(stream, cell):
    task = make_task(cell)
    whole = total(task, cut(stream, 3, [20]))
    for steps in ([7, 6, 7], [1, 19], [10, 10]):
        assert float(total(task, cut(stream, 3, steps))) == pytest.approx(float(whole), rel=1e-9)


def test_the_state_matters(stream):
    task = make_task()
    first, second = cut(stream, 3, [10, 10])
    carried = total(task, [first, second])
    anew = Chunk(second.prefix, second.goal, torch.ones(3, dtype=torch.bool))
    assert float(total(task, [first, anew])) != pytest.approx(float(carried), rel=1e-4)


def test_rows_side_by_side_are_rows_by_themselves(stream):
    task = make_task()
    chunks = cut(stream, 3, [10, 10])
    alone = sum(
        total(
            task,
            [Chunk(*(side[row : row + 1] for side in (chunk.prefix, chunk.goal, chunk.fresh))) for chunk in chunks],
        )
        for row in range(3)
    )
    assert float(alone) == pytest.approx(float(total(task, chunks)), rel=1e-9)


def gradients(task: LanguageModelTask, chunks: list[Chunk]) -> list[torch.Tensor]:
    task.zero_grad()
    for chunk in chunks:
        (task.training_losses(chunk).total * task.count(chunk)).backward()
    return [parameter.grad.clone() for parameter in task.parameters()]


def test_gradients_end_at_the_chunk_and_are_whole_where_it_is_the_whole_text(stream):
    task = make_task()
    once = gradients(task, cut(stream, 3, [20]))
    plain = torch.nn.functional.cross_entropy
    prefix, goal = (getattr(cut(stream, 3, [20])[0], side) for side in ("prefix", "goal"))
    task.zero_grad()
    plain(
        task.model.decoder(prefix, task.model.encode(prefix, torch.ones(3))).flatten(0, 1),
        goal.flatten(),
        reduction="sum",
    ).backward()
    for found, parameter in zip(once, task.parameters(), strict=True):
        assert torch.allclose(found, parameter.grad, atol=1e-8)
    truncated = gradients(task, cut(stream, 3, [10, 10]))
    assert any(not torch.allclose(one, other, rtol=1e-3) for one, other in zip(once, truncated, strict=True))
    # The second chunk's gradient is that of its own tokens after a state that is a constant.
    first, second = cut(stream, 3, [10, 10])
    with torch.no_grad():
        _, state = task.read(first, None)
    alone = gradients(task, [first])
    task.zero_grad()
    (task.read(second, state)[0].total * task.count(second)).backward()
    for found, before, parameter in zip(truncated, alone, task.parameters(), strict=True):
        assert torch.allclose(found, before + parameter.grad, atol=1e-9)


@pytest.mark.parametrize(("rows", "steps", "warm_up"), [(1, 60, 0), (1, 7, 0), (4, 5, 15), (3, 20, 20)])
def test_dev_is_foretold_from_what_comes_before(stream, rows, steps, warm_up):
    """Exactly in one row; with more rows, from no less than the warm-up."""
    task = make_task().eval()
    chunks = [stream[plan] for plan in reading_plans(60, rows, steps, warm_up)]
    nats = sum(float(task.dev_losses(chunk).nll * task.count(chunk)) for chunk in chunks)
    expected = 0.0
    length = -(-60 // rows)
    for row in range(rows):
        begin = max(0, row * length - warm_up)
        ids = torch.from_numpy(stream.ids)[begin : (row + 1) * length]
        before = torch.tensor([stream.ids[begin - 1]])
        prefix = torch.cat([before, ids[:-1]])[None]
        logits = task.model.decoder(prefix, task.model.encode(prefix, torch.ones(1)))[0]
        counted = slice(row * length - begin, None)
        expected += torch.nn.functional.cross_entropy(logits[counted], ids[counted], reduction="sum").item()
    assert nats == pytest.approx(expected, rel=1e-9)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_text(tmp_path_factory.mktemp("text") / "prepared", {"train": LINES, "dev": LINES[:13]})


def test_the_data_are_all_of_the_text(prepared):
    data = LanguageModelData(str(prepared), batch_size=4, steps=16)
    data.setup("fit")
    characters = sum(len(line) + 1 for line in LINES)
    assert len(data.train.ids) == characters
    chunks = list(data.train_dataloader())
    assert sum(chunk.goal.numel() for chunk in chunks) == characters // 4 * 4
    said = torch.cat([chunk.goal for chunk in data.val_dataloader()], 1)
    assert int((said != 0).sum()) == sum(len(line) + 1 for line in LINES[:13])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"batch_size": 0}, "data.batch_size: 0 is too small"),
        ({"steps": 0}, "data.steps: 0 is too small"),
        ({"characters": 0}, "data.characters: 0 is too small"),
        ({"temperature": 0.0}, "data.temperature: 0.0 is out of range"),
        ({"prompts": []}, "data.prompts: none is given"),
        ({"prompts": ["All", "Ωmega"]}, "data.prompts: 'Ωmega' holds what the text of .* does not"),
    ],
)
def test_values_out_of_range_are_told(prepared, options, told):
    with pytest.raises(UserError, match=told):
        LanguageModelData(str(prepared), **options)


def test_a_split_without_text_is_told(tmp_path):
    folder = write_text(tmp_path / "prepared", {"train": LINES, "dev": []})
    with pytest.raises(UserError, match=r"dev\.tsv: there is no text in it"):
        LanguageModelData(str(folder)).setup("fit")


def test_more_rows_than_text_are_told(prepared):
    data = LanguageModelData(str(prepared), batch_size=100_000)
    data.setup("fit")
    with pytest.raises(UserError, match=r"data\.batch_size: 100000 rows"):
        data.train_dataloader()
