"""JoeyNMT 2.3.0 (Kreutzer et al. 2019): its environment, its configuration, its log."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.environment import Patch, Peer, Recipe, UnavailableError
from benchmarks.measure import (
    FOR_EVER,
    BatchSize,
    Decoding,
    Progress,
    Trained,
    TrainingSpeed,
    measure_training,
    read_outputs,
    run_logged,
)
from benchmarks.split import SOURCE, TARGET, Split
from seq2seq.files import atomic_write

CHECKPOINT = "latest.ckpt"


@dataclass(frozen=True)
class JoeyNMT(Peer):
    """JoeyNMT in an environment of its own below `folder`."""

    name: str = "joeynmt"

    @property
    def recipe(self) -> Recipe:
        """How it is installed. Today's torch refuses the `verbose` argument of the plateau scheduler."""
        return Recipe(
            installs=((self.torch_spec, "joeynmt==2.3.0", "importlib_metadata", "sentencepiece==0.2.0"),),
            patches=(Patch("joeynmt/builders.py", '            "verbose": False,\n', ""),),
            packages=("joeynmt", "torch", "sentencepiece", "numpy"),
        )

    def training_speed(self, batch: BatchSize, warm_up: float, seconds: float) -> TrainingSpeed:
        """Train for some seconds and measure. Batches of sentences are drawn at random, so their tokens are known."""
        tokens = self.split.mean_target_tokens() * batch.amount if batch.unit == "sentences" else None
        log = self.folder / "logs" / f"{self.name}-training-{batch.amount}-{batch.unit}.log"
        command = self._train_command(self.folder / "scratch" / self.name, batch)
        return measure_training(command, log, lambda line: parse_progress(line, tokens, batch), warm_up, seconds)

    def train(self, minutes: float) -> Trained:
        """Train with 64 sentences a batch; Ctrl-C at the end of the time makes JoeyNMT save its model."""
        model = self.folder / "models" / f"{self.name}-{minutes:g}-minutes"
        trained = Trained(model, minutes)
        if (model / CHECKPOINT).exists():
            return trained
        command = self._train_command(model, BatchSize(64, "sentences"))
        run_logged(command, self.folder / "logs" / f"{model.name}.log", interrupt_after=60 * minutes)
        if not (model / CHECKPOINT).exists():
            raise UnavailableError(f"no model was saved after {minutes:g} minutes; see {self.folder / 'logs'}")
        return trained

    def decode(self, model: Path, source: Path, beam: int, batch: int) -> Decoding:
        """Translate a file."""
        settings = configuration(self.split, model, BatchSize(64, "sentences"), beam, batch)
        settings["testing"]["load_model"] = str(model / CHECKPOINT)
        config = model / f"beam-{beam}-batch-{batch}.yaml"
        _write_yaml(config, settings)
        output = model / f"beam-{beam}-batch-{batch}.txt"
        log = self.folder / "logs" / f"{self.name}-beam-{beam}-batch-{batch}.log"
        command: list[str | Path] = [self.environment.python, "-m", "joeynmt", "translate", config]
        lines = run_logged(command, log, stdin=source, stdout=output)
        outputs = read_outputs(output)
        took = next(filter(None, (parse_generation(line) for _, line in lines)), None)
        if took is None:
            raise UnavailableError(f"its log does not say how long the generation took; see {log}")
        return Decoding(len(outputs) / took, lines[-1][0], outputs)

    def _train_command(self, model: Path, batch: BatchSize) -> list[str | Path]:
        config = model.with_suffix(".yaml")
        _write_yaml(config, configuration(self.split, model, batch))
        return [self.environment.python, "-m", "joeynmt", "train", config, "-t"]


def configuration(
    split: Split, model: Path, batch: BatchSize, beam: int = 1, decoding_batch: int = 64
) -> dict[str, Any]:
    """The model and training of the comparison in JoeyNMT's words."""

    def side(language: str) -> dict[str, Any]:
        return {
            "lang": language,
            "max_length": 100,
            "lowercase": False,
            "normalize": False,
            "level": "bpe",
            "voc_file": str(split.pieces),
            "tokenizer_type": "sentencepiece",
            "tokenizer_cfg": {"model_file": str(split.tokenizer), "pretokenizer": "none"},
        }

    embeddings = {"embedding_dim": 256, "scale": False}
    recurrent = {"type": "recurrent", "rnn_type": "lstm", "embeddings": embeddings, "num_layers": 2, "dropout": 0.2}
    return {
        "name": "peers",
        "joeynmt_version": "2.3.0",
        "model_dir": str(model),
        "use_cuda": False,
        "fp16": False,
        "random_seed": 1,
        "data": {
            **{part: str(split.folder / part) for part in ("train", "dev", "test")},
            "dataset_type": "plain",
            "src": side(SOURCE),
            "trg": side(TARGET),
            "special_symbols": {
                "unk_token": "<unk>",
                "unk_id": 0,
                "pad_token": "<pad>",
                "pad_id": 1,
                "bos_token": "<s>",
                "bos_id": 2,
                "eos_token": "</s>",
                "eos_id": 3,
            },
        },
        "training": {
            "optimizer": "adam",
            "adam_betas": [0.9, 0.999],
            "learning_rate": 0.001,
            "learning_rate_min": 0.00001,
            "clip_grad_norm": 5.0,
            "weight_decay": 0.0,
            "label_smoothing": 0.0,
            "batch_size": batch.amount,
            "batch_type": "sentence" if batch.unit == "sentences" else "token",
            "normalization": "tokens",
            "scheduling": "plateau",
            "patience": 2,
            "decrease_factor": 0.5,
            "epochs": FOR_EVER,
            "updates": FOR_EVER,
            "validation_freq": FOR_EVER,
            "logging_freq": batch.log_every,
            "early_stopping_metric": "bleu",
            "overwrite": True,
            "shuffle": True,
            "print_valid_sents": [0],
            "keep_best_ckpts": 1,
        },
        "testing": {
            "n_best": 1,
            "beam_size": beam,
            "beam_alpha": 1.0,
            "batch_size": decoding_batch,
            "batch_type": "sentence",
            "eval_metrics": ["bleu"],
            "max_output_length": 100,
            "return_prob": "none",
        },
        "model": {
            "initializer": "xavier_uniform",
            "bias_initializer": "zeros",
            "embed_initializer": "normal",
            "embed_init_weight": 0.1,
            "init_rnn_orthogonal": False,
            "lstm_forget_gate": 1.0,
            "tied_embeddings": True,
            "tied_softmax": False,  # its read-out is as wide as the decoder, not as the embeddings
            "encoder": {**recurrent, "hidden_size": 256, "bidirectional": True},
            "decoder": {
                **recurrent,
                "hidden_size": 512,
                "hidden_dropout": 0.2,
                "input_feeding": True,
                "init_hidden": "bridge",
                "attention": "luong",
            },
        },
    }


def parse_progress(line: str, tokens_per_update: float | None, batch: BatchSize) -> Progress | None:
    """What a line of the training log says, if it is a report."""
    found = re.search(r"Tokens per Sec:\s*([\d.]+)", line)
    if not found:
        return None
    return Progress(float(found[1]), None if tokens_per_update is None else tokens_per_update * batch.log_every)


def parse_generation(line: str) -> float | None:
    """The seconds that decoding took, if the line says so."""
    found = re.search(r"Generation took ([\d.]+)\[sec\]", line)
    return float(found[1]) if found else None


def _write_yaml(path: Path, settings: dict[str, Any]) -> None:
    with atomic_write(path) as file:
        yaml.safe_dump(settings, file, sort_keys=False, allow_unicode=True)
