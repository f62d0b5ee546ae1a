"""OpenNMT-py 3.5.1 (Klein et al. 2017): its environment, its configuration, its log."""

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
    Line,
    Progress,
    Trained,
    TrainingSpeed,
    measure_training,
    read_outputs,
    run_logged,
)
from benchmarks.split import SOURCE, TARGET, Split
from seq2seq.files import atomic_write

CHECKPOINT_EVERY = 100  # updates, under a minute

# Its metadata asks for a torch older than any that the other systems run on, so its dependencies are named here.
DEPENDENCIES = (
    *("configargparse", "pyyaml", "sacrebleu", "six", "sentencepiece", "pyonmttok<2,>=1.37", "rapidfuzz"),
    *("pyahocorasick", "flask", "waitress", "tensorboard", "ctranslate2<5,>=4", "spacy", "fasttext-wheel"),
)


@dataclass(frozen=True)
class OpenNMT(Peer):
    """OpenNMT-py in an environment of its own below `folder`."""

    name: str = "opennmt"

    @property
    def recipe(self) -> Recipe:
        """How it is installed. Torch 2.6 and newer refuse its checkpoints, which hold more than tensors, by default."""
        loading = 'torch.load(ckpt_path, map_location=torch.device("cpu")'
        return Recipe(
            installs=((self.torch_spec, *DEPENDENCIES), ("--no-deps", "OpenNMT-py==3.5.1")),
            patches=(Patch("onmt/models/model_saver.py", f"{loading})", f"{loading}, weights_only=False)"),),
            packages=("OpenNMT-py", "torch", "sentencepiece", "numpy"),
        )

    def training_speed(self, batch: BatchSize, warm_up: float, seconds: float) -> TrainingSpeed:
        """Train for some seconds and measure."""
        log = self.folder / "logs" / f"{self.name}-training-{batch.amount}-{batch.unit}.log"
        command = self._train_command(self.folder / "scratch" / self.name, batch)
        return measure_training(command, log, lambda line: parse_progress(line, batch), warm_up, seconds)

    def train(self, minutes: float) -> Trained:
        """Train with 64 sentences a batch until the first checkpoint after the time is up."""
        folder = self.folder / "models" / f"{self.name}-{minutes:g}-minutes"
        batch = BatchSize(64, "sentences")
        log = self.folder / "logs" / f"{folder.name}.log"
        taken = folder / "minutes.txt"
        if not taken.exists():
            saved: list[float] = []

            def enough(line: Line) -> bool:
                if "Saving checkpoint" in line[1]:
                    saved.append(line[0])
                # The report after the line "Saving" shows that the file is whole.
                return bool(saved) and saved[-1] >= 60 * minutes and parse_progress(line[1], batch) is not None

            run_logged(self._train_command(folder, batch), log, enough)
            with atomic_write(taken) as file:
                file.write(f"{saved[-1] / 60}\n")
        return Trained(_newest_checkpoint(folder), float(taken.read_text(encoding="utf-8")))

    def decode(self, model: Path, source: Path, beam: int, batch: int) -> Decoding:
        """Translate a file."""
        output = model.with_name(f"beam-{beam}-batch-{batch}.txt")
        log = self.folder / "logs" / f"{self.name}-beam-{beam}-batch-{batch}.log"
        command: list[str | Path] = [self._tool("onmt_translate"), "-model", model, "-src", source, "-output", output]
        command += ["-transforms", "sentencepiece", "-src_subword_model", self.split.tokenizer]
        command += ["-tgt_subword_model", self.split.tokenizer]
        command += ["-beam_size", str(beam), "-batch_size", str(batch), "-batch_type", "sents"]
        lines = run_logged([*command, "-gpu", "-1", "-report_time"], log)
        outputs = read_outputs(output)
        took = next(filter(None, (parse_translation_time(line) for _, line in lines)), None)
        if took is None:
            raise UnavailableError(f"its log does not say how long the translation took; see {log}")
        return Decoding(len(outputs) / took, lines[-1][0], outputs)

    def _tool(self, name: str) -> Path:
        return self.environment.python.with_name(name)

    def _train_command(self, model: Path, batch: BatchSize) -> list[str | Path]:
        model.mkdir(parents=True, exist_ok=True)
        with atomic_write(model / "config.yaml") as file:
            yaml.safe_dump(configuration(self.split, model, batch), file, sort_keys=False)
        return [self._tool("onmt_train"), "-config", model / "config.yaml"]


def configuration(split: Split, model: Path, batch: BatchSize) -> dict[str, Any]:
    """The model and training of the comparison in OpenNMT-py's words."""
    return {
        "data": {
            "train": {
                "path_src": str(split.text("train", SOURCE)),
                "path_tgt": str(split.text("train", TARGET)),
                "transforms": ["sentencepiece", "filtertoolong"],
            }
        },
        "src_subword_model": str(split.tokenizer),
        "tgt_subword_model": str(split.tokenizer),
        "src_seq_length": 100,
        "tgt_seq_length": 100,
        "src_vocab": str(split.pieces),
        "tgt_vocab": str(split.pieces),
        "share_vocab": True,
        "share_embeddings": True,
        "save_model": str(model / "model"),
        "keep_checkpoint": 2,
        "seed": 1,
        "world_size": 1,
        "num_workers": 0,
        "batch_type": "sents" if batch.unit == "sentences" else "tokens",
        "batch_size": batch.amount,
        "normalization": "tokens",
        "optim": "adam",
        "adam_beta2": 0.999,
        "learning_rate": 0.001,
        "label_smoothing": 0.0,
        "max_grad_norm": 5,
        "train_steps": FOR_EVER,
        "valid_steps": FOR_EVER,
        "save_checkpoint_steps": CHECKPOINT_EVERY,
        "report_every": batch.log_every,
        "encoder_type": "brnn",
        "decoder_type": "rnn",
        "rnn_type": "LSTM",
        "word_vec_size": 256,
        "enc_layers": 2,
        "dec_layers": 2,
        "enc_hid_size": 512,  # of both directions together
        "dec_hid_size": 512,
        "hidden_size": 512,
        "global_attention": "general",
        "input_feed": 1,
        "dropout": 0.2,
    }


def parse_progress(line: str, batch: BatchSize) -> Progress | None:
    """What a line of the training log says, if it is a report. Its numbers are source/target, its batch size a mean."""
    found = re.search(r"Step \d+/.*bsz:\s*[\d.]+/\s*([\d.]+)/.*?([\d.]+)/\s*([\d.]+) tok/s", line)
    if not found:
        return None
    return Progress(float(found[3]), float(found[1]) * batch.log_every)


def parse_translation_time(line: str) -> float | None:
    """The seconds that the translation took, if the line says so."""
    found = re.search(r"Total translation time \(s\): ([\d.]+)", line)
    return float(found[1]) if found else None


def _newest_checkpoint(folder: Path) -> Path:
    checkpoints = {int(path.stem.rpartition("_")[2]): path for path in folder.glob("model_step_*.pt")}
    if not checkpoints:
        raise UnavailableError(f"no model was saved in {folder}")
    return checkpoints[max(checkpoints)]
