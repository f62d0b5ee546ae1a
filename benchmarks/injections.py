"""How the picture enters the decoder: the models of the literature side by side, same backbone, budget and seeds.

python -m benchmarks.injections --data prepared/flickr8k --minutes 12 --config mine.yaml

Each config of recipes/caption_flickr8k is trained for as many minutes, one after the other, with every seed, and scored
on dev by beam 5. A run with the same data and configs that is there already is not trained again. The table has means
over the seeds.
"""

import argparse
import hashlib
import json
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.options import make_parser
from benchmarks.training import train
from seq2seq.cli.arguments import at_least, whole_number
from seq2seq.data.prepared import MANIFEST, PreparedFolder
from seq2seq.errors import run_command
from seq2seq.files import atomic_write, sha256

RECIPE = Path("recipes/caption_flickr8k")
CONFIGS = {
    "initial_state": "first state",
    "show_and_tell": "first step (Show and Tell)",
    "every_step": "every step (Donahue)",
    "show_attend_tell": "attention, gated, fed on (Show, Attend and Tell)",
    "config": "attention between layers, and first state (RNMT+)",
}
SCORES = ("BLEU-1", "BLEU-4", "ROUGE-L", "CIDEr-D")


def main() -> None:
    """Train what is missing, and print and write the table."""
    parser = make_parser("injections", __doc__)
    parser.add_argument("--data", default="prepared/flickr8k", help="prepared folder (default: %(default)s)")
    parser.add_argument("--config", type=Path, help="a file with what all have beside: weights, views …")
    parser.add_argument("--minutes", type=at_least(1), default=12, help="of training, each (default: %(default)s)")
    parser.add_argument("--seeds", type=whole_number, nargs="+", default=[1], help="default: 1")
    parser.add_argument(
        "--folder", type=Path, default=Path("build/injections"), help="of the runs (default: %(default)s)"
    )
    parser.add_argument("--output", type=Path, default=Path("build/injections.json"), help="default: %(default)s")
    options = parser.parse_args()
    setting = _setting(options)
    header = {"minutes": options.minutes, **setting}
    figures: list[dict[str, Any]] = []
    for seed in options.seeds:
        for config in CONFIGS:
            output = options.folder / f"{config}-{options.minutes}min-seed{seed}-{_digest(config, setting)}"
            configs = [RECIPE / f"{config}.yaml", *([options.config] if options.config else [])]
            run = train(RECIPE, output, _train_options(options, seed), configs)
            where = {name: run[name] for name in ("date", "commit", "machine", "torch")}
            figures.append({**where, "config": config, "seed": seed, "scores": run["record"]["scores"]})
            with atomic_write(options.output) as file:
                json.dump({**header, "figures": figures}, file, indent=2)
    print(table(figures))


def table(figures: list[dict[str, Any]]) -> str:
    """Markdown: a row a config, means over its seeds."""
    lines = [f"| how the picture enters | {' | '.join(SCORES)} |", "|---" * (1 + len(SCORES)) + "|"]
    for config, title in CONFIGS.items():
        runs = [figure["scores"] for figure in figures if figure["config"] == config]
        means = [f"{fmean(run[name]['value'] for run in runs):.1f}" for name in SCORES]
        lines.append(f"| `{config}.yaml`: {title} | {' | '.join(means)} |")
    return "\n".join(lines)


def _setting(options: argparse.Namespace) -> dict[str, Any]:
    """What all runs have in common and their scores depend on."""
    return {
        "data": {"folder": options.data, "sha256": sha256(PreparedFolder.open(options.data).path / MANIFEST)},
        "config": options.config.read_text(encoding="utf-8") if options.config else None,
    }


def _digest(config: str, setting: dict[str, Any]) -> str:
    """A few letters that tell a run from one with another setting or config."""
    files = [sha256(RECIPE / f"{name}.yaml") for name in ("config", config)]
    return hashlib.sha256(json.dumps([setting, files]).encode()).hexdigest()[:8]


def _train_options(options: argparse.Namespace, seed: int) -> dict[str, Any]:
    """What every config is trained with."""
    return {
        "data.prepared": options.data,
        "seed_everything": seed,
        "trainer.max_time": f"00:{options.minutes // 60:02}:{options.minutes % 60:02}:00",
        "early_stopping.patience": 1000000,  # all have the whole time
    }


if __name__ == "__main__":
    run_command(main)
