"""This toolkit, measured as the peers are: in processes of its own, by the lines they print."""

import importlib.metadata
import json
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.environment import UnavailableError
from benchmarks.measure import (
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

ROOT = Path(__file__).resolve().parents[1]
WORKER = "benchmarks.seq2seq_worker"
RECIPE = ROOT / "recipes" / "translate_es_en" / "train.py"
RECIPE_CONFIG = RECIPE.with_name("budget20.yaml")

# Of every system in the comparison. All else is the recipe's own choice when quality counts.
SIZES: dict[str, Any] = {
    "embedding_size": 256,
    "tied_embeddings": "all",
    "encoder.hidden_size": 256,
    "encoder.layers": 2,
    "decoder.hidden_size": 512,
    "decoder.layers": 2,
}


@dataclass(frozen=True)
class Seq2Seq:
    """The toolkit in the environment that runs this script, in one precision ("fp32", "bf16" or "int8")."""

    folder: Path
    split: Split
    precision: str

    @property
    def name(self) -> str:
        """Its name in options and tables."""
        return f"seq2seq-{self.precision}"

    def prepare(self) -> dict[str, str]:
        """Give the versions that it runs on."""
        packages = ("seq2seq", "torch", "pytorch-lightning", "sentencepiece", "numpy")
        return {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in packages}

    def training_speed(self, batch: BatchSize, warm_up: float, seconds: float) -> TrainingSpeed:
        """Train for some seconds and measure."""
        if self.precision == "int8":
            raise UnavailableError("8-bit products are for decoding alone")
        log = self.folder / "logs" / f"{self.name}-training-{batch.amount}-{batch.unit}.log"
        command = self._worker("train", str(self.split.folder), "--precision", self.precision)
        command += ["--batch-size", str(batch.amount), "--batch-by", batch.unit, "--log-every", str(batch.log_every)]
        return measure_training(command, log, parse_progress, warm_up, seconds, cwd=ROOT)

    def train(self, minutes: float) -> Trained:
        """The recipe's model of this size after so many minutes, its learning rate falling to the end of that time.

        It is one for all precisions: trained in that which the processor is faster in, and stored in fp32.
        """
        output = self.folder / "models" / f"seq2seq-{minutes:g}-minutes"
        model = output / "model"
        if not model.exists():
            command: list[str | Path] = [sys.executable, RECIPE, *recipe_options(self.split.folder, output, minutes)]
            run_logged(command, self.folder / "logs" / f"{output.name}.log", cwd=ROOT)
        return Trained(model, minutes)

    def decode(self, model: Path, source: Path, beam: int, batch: int) -> Decoding:
        """Translate a file."""
        run = f"{self.name}-beam-{beam}-batch-{batch}"
        output = self.folder / "scratch" / f"{run}.txt"
        log = self.folder / "logs" / f"{run}.log"
        command = self._worker("decode", str(model), str(source), str(output), "--precision", self.precision)
        lines = run_logged([*command, "--beam", str(beam), "--batch", str(batch)], log, cwd=ROOT)
        outputs = read_outputs(output)
        took = next(filter(None, (parse_decoding(line) for _, line in lines)), None)
        if took is None:
            raise UnavailableError(f"its output does not say how long the translation took; see {log}")
        return Decoding(len(outputs) / took, lines[-1][0], outputs)

    def _worker(self, *arguments: str) -> list[str | Path]:
        return [sys.executable, "-m", WORKER, *arguments]


def recipe_options(prepared: Path, output: Path, minutes: float) -> list[str]:
    """What the recipe is told so that it trains on the split, for so long, a model as large as the peers'.

    >>> recipe_options(Path("data"), Path("run"), 20.8)[-1]
    '--trainer.max_time=00:00:20:48'
    """
    seconds = round(60 * minutes)
    return [
        f"--config={RECIPE_CONFIG}",
        f"--data.prepared={prepared}",
        f"--data.source={SOURCE}",
        f"--data.target={TARGET}",
        f"--output={output}",
        "--overwrite=true",
        *(f"--model.model.{name}={value}" for name, value in SIZES.items()),
        f"--trainer.max_time=00:{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}",
    ]


def parse_progress(line: str) -> Progress | None:
    """What a line of the worker's training says, if it is a report.

    >>> parse_progress('{"tokens": 3000, "seconds": 1.5}')
    Progress(tokens_per_second=2000.0, tokens=3000)
    """
    report = _parse(line)
    if not {"tokens", "seconds"} <= report.keys():
        return None
    return Progress(report["tokens"] / report["seconds"], report["tokens"])


def parse_decoding(line: str) -> float | None:
    """The seconds that translating took, if the line says so."""
    return _parse(line).get("translation_seconds")


def _parse(line: str) -> dict[str, float]:
    return json.loads(line) if line.startswith("{") else {}
