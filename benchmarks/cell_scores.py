"""Every cell on two tasks: score, parameters, and time of training and decoding.

python -m benchmarks.cell_scores --translation prepared/tatoeba --sentiment prepared/sst2

A small translator and the sentiment recipe are trained with each cell, one after the other, for the same number of
steps with the same settings. The scores are on dev, with a beam of 5 in translation. Runs that came to their end are
not trained again.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.machine import use_cores
from benchmarks.options import add_cores, make_parser
from benchmarks.training import train
from seq2seq.cli.arguments import whole_number
from seq2seq.data.prepared import MANIFEST, PreparedFolder
from seq2seq.errors import run_command
from seq2seq.files import atomic_write, sha256
from seq2seq.folder import load_model
from seq2seq.recurrent import CELLS


@dataclass(frozen=True)
class Task:
    """A recipe, how it is run here, and where it takes its cell from."""

    recipe: Path
    options: Mapping[str, Any]
    cell: Sequence[str]  # the options that name it
    score: str


# Small enough that every cell is trained in some minutes. The learning rate is one that all of them bear.
TASKS = {
    "translation": Task(
        Path("recipes/translate_es_en"),
        {
            "model.model.embedding_size": 128,
            "model.model.encoder.hidden_size": 128,
            "model.model.encoder.layers": 1,
            "model.model.decoder.hidden_size": 256,
            "model.model.decoder.layers": 1,
            "model.optimizer.learning_rate": 3e-3,
            "trainer.max_time": "null",
            "trainer.max_steps": 2000,
            "trainer.val_check_interval": 1000,
        },
        ("model.model.encoder.cell", "model.model.decoder.cell"),
        "BLEU",
    ),
    "sentiment": Task(
        Path("recipes/classify_sentiment"),
        {
            "model.optimizer.consistency": 0,  # half the time a step
            "trainer.max_time": "null",
            "trainer.max_epochs": 8,
        },
        ("model.model.encoder.cell",),
        "accuracy",
    ),
}


def main() -> None:
    """Train what is missing, and print and write the tables."""
    parser = make_parser("cell_scores", __doc__)
    parser.add_argument("--translation", metavar="FOLDER", help="prepared parallel text, Spanish and English")
    parser.add_argument("--sentiment", metavar="FOLDER", help="prepared texts with labels")
    parser.add_argument("--cells", nargs="+", choices=list(CELLS), default=list(CELLS), help="default: all")
    parser.add_argument("--seed", type=whole_number, default=1, help="default: %(default)s")
    add_cores(parser)
    parser.add_argument(
        "--folder", type=Path, default=Path("build/cell_scores"), help="of the runs (default: %(default)s)"
    )
    parser.add_argument("--output", type=Path, default=Path("build/cell_scores.json"), help="default: %(default)s")
    options = parser.parse_args()
    data = {task: getattr(options, task) for task in TASKS if getattr(options, task)}
    if not data:
        parser.error("name the data of a task: --translation FOLDER, --sentiment FOLDER, or both")
    use_cores(options.cores)
    hashes = {task: sha256(PreparedFolder.open(folder).path / MANIFEST) for task, folder in data.items()}
    header = {"cores used": options.cores, "seed": options.seed, "data": hashes}
    figures: list[dict[str, Any]] = []
    for task, folder in data.items():
        for cell in options.cells:
            setting = {"data": hashes[task], "cores": options.cores}
            figures.append(measure(task, cell, folder, setting, options.seed, options.folder))
            with atomic_write(options.output) as file:
                json.dump({**header, "figures": figures}, file, indent=2)
    print("\n\n".join(table(task, figures) for task in data))


def measure(task: str, cell: str, data: str, setting: Mapping[str, Any], seed: int, folder: Path) -> dict[str, Any]:
    """The figures of one cell on one task, with the circumstances they were measured in; trained if it is not yet."""
    how = TASKS[task]
    options = {"data.prepared": data, "seed_everything": seed, **how.options, **dict.fromkeys(how.cell, cell)}
    options["early_stopping.patience"] = 1000000  # all have the same steps
    about = json.dumps([setting, sha256(how.recipe / "config.yaml"), options])
    output = folder / f"{task}-{cell}-{hashlib.sha256(about.encode()).hexdigest()[:8]}"
    run = train(how.recipe, output, options)
    model = load_model(output / "model").model
    return {
        **{name: run[name] for name in ("date", "commit", "machine", "torch")},
        "task": task,
        "cell": cell,
        "score": run["record"]["scores"][how.score],
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "training_minutes": run["minutes"],
        "decoded_per_second": run["record"]["speed"]["sentences_per_second"],
    }


def table(task: str, figures: Sequence[Mapping[str, Any]]) -> str:
    """Markdown: a row a cell."""
    score = TASKS[task].score
    lines = [f"| {task} | {score} | 95 % interval | parameters | training, min | sentences/s |", "|---" * 6 + "|"]
    for figure in figures:
        if figure["task"] == task:
            low, high = figure["score"]["interval"]
            lines.append(
                f"| {figure['cell']} | {figure['score']['value']:.1f} | {low:.1f} to {high:.1f} "
                f"| {figure['parameters']:,} | {figure['training_minutes']:.1f} | {figure['decoded_per_second']:,.0f} |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    run_command(main)
