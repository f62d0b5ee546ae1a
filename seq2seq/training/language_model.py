"""Language models as Lightning trains them: running text of a prepared folder, and the task."""

from dataclasses import replace
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from seq2seq.data.batching import BatchLoader
from seq2seq.data.corpus import open_column
from seq2seq.data.prepared import TEXT
from seq2seq.data.stream import Chunk, ChunkSampler, RunningText, reading_plans, running_ids
from seq2seq.data.tokenizer import PAD_ID, UNK_ID, Tokenizer
from seq2seq.decoders.state import DecoderState
from seq2seq.errors import UserError
from seq2seq.inference.text_generator import write_texts
from seq2seq.loss import linear_cross_entropy
from seq2seq.models.encoder_decoder import Seq2Seq
from seq2seq.models.language_model import LanguageModelConfig, build_language_model, nothing_read
from seq2seq.search import SearchOptions
from seq2seq.training.data import RecipeData, check_minimum, open_prepared, place
from seq2seq.training.sample_file import SampleFile
from seq2seq.training.task import Losses, OptimizerConfig, RecipeTask
from seq2seq.training.vectors import PretrainedVectors

DEV_ROWS = 64
WARM_UP = 256
"""A validation reads dev in so many rows; each but the first begins with a state that has read only so many tokens
before it. `seq2seq evaluate`, and the end of a run, read it in one row, exactly."""


class LanguageModelData(RecipeData):
    """The running text of a prepared folder, in parallel rows that are read chunk after chunk.

    Args:
        prepared: folder that `data_prep.text` wrote.
        batch_size: rows that are read side by side, in each process.
        steps: the most tokens of a row in a chunk, through which gradients go back; the state goes on.
        prompts: with what the texts begin that are shown after each validation; an empty one begins a new text.
        characters: how long those texts are.
        temperature: of the sampling.
        seed: decides where rows and chunks are cut.

    Raises:
        UserError: a folder that is not there or holds something else, or a value out of range.
    """

    def __init__(
        self,
        prepared: str,
        batch_size: int = 32,
        steps: int = 128,
        prompts: list[str] | tuple[str, ...] = ("",),
        characters: int = 300,
        temperature: float = 0.8,
        seed: int = 1,
    ) -> None:
        super().__init__()
        check_minimum("batch_size", batch_size, 1)
        check_minimum("steps", steps, 1)
        check_minimum("characters", characters, 1)
        if not temperature > 0:
            raise UserError(f"data.temperature: {temperature} is out of range; use a number above 0")
        if not prompts:
            raise UserError('data.prompts: none is given; use [""] for a text from its beginning')
        self.prepared = open_prepared(prepared, TEXT, "running text")
        self.columns = self.prepared.languages
        self.target_tokenizer: Tokenizer = self.prepared.tokenizer(self.columns[0])
        self.target_vocab_size = len(self.target_tokenizer)
        self.batch_size, self.steps, self.seed = batch_size, steps, seed
        self.prompts, self.characters, self.temperature = prompts, characters, temperature
        for prompt in prompts:
            if any(UNK_ID in ids for ids in self.target_tokenizer.encode_batch(prompt.split("\n"))):
                raise UserError(f"data.prompts: {prompt!r} holds what the text of {prepared} does not; choose another")

    def setup(self, stage: str) -> None:
        """Load the token ids, tokenizing on the first time."""
        self.train, self.dev = (self._text(split) for split in ("train", "dev"))

    def train_dataloader(self) -> BatchLoader:
        """The chunks of this process's rows, from left to right."""
        rank, processes = place()
        sampler = ChunkSampler(len(self.train.ids), self.batch_size, self.steps, self.seed, rank, processes)
        return BatchLoader(self.train, sampler)

    def val_dataloader(self) -> DataLoader[Any]:
        """The whole dev split, for every process."""
        plans = reading_plans(len(self.dev.ids), DEV_ROWS, WARM_UP, WARM_UP)
        return DataLoader(self.dev, batch_size=None, sampler=plans)

    def score(self, outputs: dict[int, str]) -> dict[str, float]:
        """Nothing beside the loss."""
        return {}

    def describe(self, index: int) -> dict[str, str]:
        """The prompt."""
        return {"prompt": self.prompts[index]}

    def _text(self, split: str) -> RunningText:
        ids = running_ids(open_column(self.prepared, split, self.columns[0]))
        if not len(ids):
            raise UserError(f"{self.prepared.table(split)}: there is no text in it; prepare more, or other shares")
        return RunningText(ids)


class LanguageModelTask(RecipeTask[Chunk]):
    """Trains a language model by truncated backpropagation through time, with a state that goes on.

    Each row's state after a chunk is its state before the next one, as a number through which no gradient goes: the
    model learns to use what it read long ago, from errors at most a chunk away. The state is part of a checkpoint.

    Args:
        target_vocab_size: pieces of the language; taken from the data.
        model: the model's sizes and choices.
        optimizer: how it is trained.
        target_vectors: file of word vectors that the embeddings begin with; see `seq2seq.data.vectors`.
        freeze_vectors: whether the embeddings then stay as they are.

    Raises:
        UserError: a value out of range, or choices that do not go together.
    """

    model: Seq2Seq
    unit: ClassVar[str] = "tokens"

    def __init__(
        self,
        target_vocab_size: int,
        model: LanguageModelConfig,
        optimizer: OptimizerConfig,
        target_vectors: str | None = None,
        freeze_vectors: bool = False,
    ) -> None:
        super().__init__(build_language_model(model, target_vocab_size), model, optimizer)
        self.vectors = PretrainedVectors.of(freeze_vectors, target=target_vectors)
        self._state: DecoderState | None = None
        self._dev_state: DecoderState | None = None
        self._saved_state: list[list[Tensor]] | None = None

    @property
    def data(self) -> LanguageModelData:
        """The data module of the run."""
        assert isinstance(super().data, LanguageModelData)
        return super().data  # type: ignore[return-value]

    def training_losses(self, batch: Chunk) -> Losses:
        """Of the chunk, read from where the one before it ended."""
        losses, after = self.read(batch, self._state)
        self._state = after.detach()
        return losses

    def dev_losses(self, batch: Chunk) -> Losses:
        """Likewise, of dev."""
        losses, self._dev_state = self.read(batch, self._dev_state)
        return losses

    def count(self, batch: Chunk) -> Tensor:
        """The tokens that are to be said, line ends counted."""
        return (batch.goal != PAD_ID).sum()

    def read(self, batch: Chunk, state: DecoderState | None) -> tuple[Losses, DecoderState]:
        """Means over a chunk's tokens, zero where there is none; and the state after it.

        Args:
            batch: the chunk.
            state: that after the chunk before it; None only where all rows begin anew.
        """
        if batch.fresh.all() or state is None:
            state = nothing_read(self.model, len(batch.prefix), batch.prefix.device)
        elif batch.fresh.any():
            state = state.restart(batch.fresh)
        features, _, state = self.model.decoder.read(batch.prefix, state)
        goals = batch.goal.flatten()
        said = goals.nonzero()[:, 0]
        if not len(said):
            nothing = features.new_zeros((), dtype=torch.float32)
            return Losses(nothing, nothing, nothing), state
        output = self.model.decoder.output
        loss = linear_cross_entropy(features.flatten(0, 1)[said], output.weight, output.bias, goals[said])
        return Losses(loss.nll, loss.correct, loss.total), state

    def outputs(self, batch: Chunk) -> dict[int, str]:
        """A text for each prompt, once a validation."""
        if not batch.fresh.all():
            return {}
        data = self.data
        options = SearchOptions(method="sample", temperature=data.temperature, seed=data.seed)
        written = write_texts(
            self.model, data.target_tokenizer, self.device, data.prompts, options, characters=data.characters
        )
        return {number: found.prompt + found.text for number, found in enumerate(written)}

    def on_train_start(self) -> None:
        """Take up the state of the checkpoint, if there is one."""
        if self._saved_state is not None:
            rank, processes = place()
            parts = [[part[rank] if processes > 1 else part for part in layer] for layer in self._saved_state]
            state = nothing_read(self.model, len(parts[0][0]), self.device)
            self._state = replace(state, layers=tuple(tuple(part.to(self.device) for part in layer) for layer in parts))
            self._saved_state = None

    def on_validation_end(self) -> None:
        """Keep the texts."""
        if self.trainer.is_global_zero and not self.trainer.sanity_checking:
            loss = float(self.trainer.callback_metrics["dev_nll"])
            self.samples.add(self.trainer.global_step, f"dev loss {loss:.3f} nats", list(self.dev_outputs.values()))

    @property
    def samples(self) -> SampleFile:
        """Where the texts of each validation are kept."""
        return SampleFile(self.trainer.default_root_dir)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the state of every process's rows, too."""
        super().on_save_checkpoint(checkpoint)
        if self._state is not None:
            checkpoint["carried_state"] = [[self.all_gather(part) for part in layer] for layer in self._state.layers]
            checkpoint["chunks"] = self._chunks()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Find the state again; the model may not be on its device yet.

        Raises:
            UserError: the text was cut into other chunks, after which this state does not come.
        """
        self._saved_state = checkpoint.get("carried_state")
        now = self._chunks()
        for name, value in checkpoint.get("chunks", now).items():
            if now[name] != value:
                raise UserError(
                    f"--ckpt_path: its run had {name} {value}, but now it is {now[name]}, and its state would belong "
                    "to another place of the text; set it as it was, or start a new run"
                )

    def _chunks(self) -> dict[str, int]:
        """What decides which chunk comes when."""
        return {"data.batch_size": self.data.batch_size, "data.steps": self.data.steps, "processes": place()[1]}
