"""What `peer_seq2seq` runs in a process of its own: the toolkit's training or its decoding, with the speed printed."""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from pytorch_lightning import Callback, Trainer

from benchmarks.measure import FOR_EVER
from benchmarks.peer_seq2seq import SIZES
from benchmarks.split import SOURCE, TARGET
from seq2seq.cli.arguments import Parser, at_least
from seq2seq.data.batching import Batch
from seq2seq.data.corpus import ParallelCorpus
from seq2seq.errors import run_command
from seq2seq.files import atomic_write, open_lines
from seq2seq.inference import Translator
from seq2seq.models.encoder_decoder import DecoderConfig, EncoderConfig, ModelConfig
from seq2seq.training.task import CrossEntropyConfig
from seq2seq.training.translation import TranslationData, TranslationTask

LIGHTNING_PRECISION = {"fp32": "32-true", "bf16": "bf16-mixed"}

MODEL = ModelConfig(
    embedding_size=SIZES["embedding_size"],
    tied_embeddings=SIZES["tied_embeddings"],
    encoder=EncoderConfig(hidden_size=SIZES["encoder.hidden_size"], layers=SIZES["encoder.layers"]),
    decoder=DecoderConfig(hidden_size=SIZES["decoder.hidden_size"], layers=SIZES["decoder.layers"]),
)
PEERS_OPTIMIZER = CrossEntropyConfig(
    learning_rate=1e-3, warmup_steps=0, decay="constant", beta2=0.999, weight_decay=0.0, label_smoothing=0.0
)


class Report(Callback):
    """Prints the target tokens and the seconds of every so many updates, as a line of JSON."""

    def __init__(self, every: int) -> None:
        self.every = every
        self.tokens, self.since = 0, time.perf_counter()

    def on_train_batch_end(self, trainer: Trainer, module: Any, outputs: Any, batch: Batch, index: int) -> None:
        """Count, and print when it is time."""
        self.tokens += int((batch.goal != 0).sum())
        if trainer.global_step % self.every == 0:
            now = time.perf_counter()
            print(json.dumps({"tokens": self.tokens, "seconds": now - self.since}), flush=True)
            self.tokens, self.since = 0, now


def main() -> None:
    """Train or decode, as the arguments say."""
    arguments = _parser().parse_args()
    arguments.run(arguments)


def train(arguments: argparse.Namespace) -> None:
    """Train by the toolkit's own step and batches, with the settings of the peers, until the process is ended."""
    size = arguments.batch_size
    if arguments.batch_by == "tokens":
        size = round(size * _target_share(arguments.prepared))
    data = TranslationData(str(arguments.prepared), SOURCE, TARGET, batch_size=size, batch_by=arguments.batch_by)
    trainer = Trainer(
        accelerator="cpu",
        precision=LIGHTNING_PRECISION[arguments.precision],  # type: ignore[arg-type]
        max_steps=FOR_EVER,
        max_epochs=-1,
        gradient_clip_val=5.0,
        limit_val_batches=0,
        callbacks=[Report(arguments.log_every)],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(
        TranslationTask(data.source_vocab_size, data.target_vocab_size, MODEL, PEERS_OPTIMIZER), datamodule=data
    )


def decode(arguments: argparse.Namespace) -> None:
    """Translate a file and print how long it took, the loading of the model left out as in the peers' own figures."""
    sentences = [line or "" for _, line in open_lines(arguments.source)]
    translator = Translator.load(arguments.model, device="cpu", precision=arguments.precision)
    options: dict[str, Any] = {"method": "greedy"} if arguments.beam == 1 else {"beam": arguments.beam}
    begun = time.perf_counter()
    translations = translator.translate(sentences, batch_size=arguments.batch, **options)
    print(json.dumps({"translation_seconds": time.perf_counter() - begun}))
    with atomic_write(arguments.output) as file:
        file.writelines(f"{translation}\n" for translation in translations)


def _target_share(prepared: Path) -> float:
    """Target tokens in a token of the longer side: the peers bound a batch by the latter, the toolkit by the former."""
    data = TranslationData(str(prepared), SOURCE, TARGET)
    corpus = ParallelCorpus.open(data.prepared, "train", data.columns)
    longer = np.maximum(corpus.source.lengths, corpus.target.lengths) + 1
    return float((corpus.target.lengths + 1).mean() / longer.mean())


def _parser() -> Parser:
    parser = Parser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    training = commands.add_parser("train", help="train on a prepared folder")
    training.set_defaults(run=train)
    training.add_argument("prepared", type=Path)
    training.add_argument("--batch-size", type=at_least(1), required=True)
    training.add_argument("--batch-by", choices=["tokens", "sentences"], required=True)
    training.add_argument("--log-every", type=at_least(1), required=True, help="updates between two reports")
    decoding = commands.add_parser("decode", help="translate a file with a model folder")
    decoding.set_defaults(run=decode)
    decoding.add_argument("model", type=Path)
    decoding.add_argument("source", type=Path)
    decoding.add_argument("output", type=Path)
    decoding.add_argument("--beam", type=at_least(1), required=True)
    decoding.add_argument("--batch", type=at_least(1), required=True)
    training.add_argument("--precision", choices=list(LIGHTNING_PRECISION), required=True)
    decoding.add_argument("--precision", choices=[*LIGHTNING_PRECISION, "int8"], required=True)
    return parser


if __name__ == "__main__":
    run_command(main)
