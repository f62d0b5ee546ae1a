"""Do word vectors help? The same classifier with embeddings at random, and from vectors: tuned, and frozen.

What happens here, in order:

1. Vectors are trained on the text of a prepared folder by skip-gram (`data_prep.vectors`), unless they are there.
2. The recipe classify_sentiment trains a classifier three times, by `config.yaml` beside this file: its embeddings at
   random, from the vectors and trained on with all else, from the vectors and left as they are. A run that came to its
   end is not made again.
3. The scores on dev stand side by side, and the nearest neighbours of some words.

Examples:

    python recipes/embeddings/train.py --tiny
    python recipes/embeddings/train.py --text prepared/tatoeba --labels prepared/sst2
    python recipes/embeddings/train.py --vectors glove.6B.100d.txt --labels prepared/mine --output runs/glove \\
        --model.model.embedding_size 100                                          (options of classify_sentiment go on)
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from seq2seq.cli.arguments import Parser
from seq2seq.data.prepared import MANIFEST
from seq2seq.errors import UserError, run_command

HERE = Path(__file__).parent
SENTIMENT = HERE.with_name("classify_sentiment")
TINY = Path("prepared/tiny_embeddings")
WAYS = {
    "at random": ("random", ["--model.source_vectors=null"]),
    "from vectors, tuned": ("tuned", ["--model.freeze_vectors=false"]),
    "from vectors, frozen": ("frozen", ["--model.freeze_vectors=true"]),
}


def main() -> None:
    """Train what is missing, and compare."""
    options, others = _parser().parse_known_args()
    if options.tiny:
        options.labels = options.text = TINY
        options.vectors, options.words = TINY.with_suffix(".txt"), ["story", "bland"]
        if not (TINY / MANIFEST).exists():
            _run("data_prep.sample_labels", "--tokenizer", "word", "--output", TINY)
    if not options.vectors.exists():
        size = ["--size", 48] if options.tiny else []
        _run(
            "data_prep.vectors",
            "train",
            options.text,
            "--language",
            options.language,
            "--output",
            options.vectors,
            *size,
        )

    configs = [HERE / "config.yaml", *([SENTIMENT / "tiny.yaml", HERE / "tiny.yaml"] if options.tiny else [])]
    table = Table("embeddings begin", "dev accuracy", "95 % interval", "dev macro F1")
    for title, (name, choices) in WAYS.items():
        output = options.output / name
        scores = _train(output, [*(f"--config={config}" for config in configs), *choices], options, others)
        low, high = scores["accuracy"]["interval"]
        values = [f"{scores[metric]['value']:.1f}" for metric in ("accuracy", "macro F1")]
        table.add_row(title, values[0], f"{low:.1f} to {high:.1f}", values[1])
    _run("data_prep.vectors", "neighbours", options.vectors, *options.words)
    Console().print(table)


def _parser() -> Parser:
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--text", type=Path, default=Path("prepared/tatoeba"), help="folder to train vectors on (default: %(default)s)"
    )
    parser.add_argument("--language", default="en", metavar="CODE", help="of it (default: %(default)s)")
    parser.add_argument(
        "--vectors",
        type=Path,
        default=Path("prepared/tatoeba.en.txt"),
        help="file of vectors, trained where it is not there (default: %(default)s)",
    )
    parser.add_argument(
        "--labels",
        type=Path,
        default=Path("prepared/sst2"),
        help="folder of labelled texts, with a vocabulary of words (default: %(default)s)",
    )
    parser.add_argument(
        "--output", type=Path, default=Path("runs/embeddings"), help="folder of the runs (default: %(default)s)"
    )
    parser.add_argument("--words", nargs="+", default=["good", "boring", "actor"], help="whose neighbours are shown")
    parser.add_argument("--tiny", action="store_true", help="only see whether everything works, in half a minute")
    return parser


def _train(output: Path, arguments: list[str], options: argparse.Namespace, others: list[str]) -> dict[str, Any]:
    """The scores of a run, which is made if it is not there."""
    record = output / "scores.dev.json"
    if not record.exists():
        from seq2seq.training.classification import ClassificationData, ClassificationTask
        from seq2seq.training.cli import train

        more = [f"--output={output}", "--overwrite=true", f"--data.prepared={options.labels}"]
        if not any(word.startswith("--model.source_vectors") for word in arguments):
            more.append(f"--model.source_vectors={options.vectors}")
        train(SENTIMENT / "config.yaml", "", [*arguments, *more, *others], ClassificationTask, ClassificationData)
    scores: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))["scores"]
    return scores


def _run(module: str, *arguments: object) -> None:
    if subprocess.run([sys.executable, "-m", module, *map(str, arguments)]).returncode:
        raise UserError(f"{module}: ended with an error; what was said above tells what to do")


if __name__ == "__main__":
    run_command(main)
