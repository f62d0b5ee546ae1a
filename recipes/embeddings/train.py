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
from seq2seq.data.prepared import CLASSIFICATION, MANIFEST, PreparedFolder
from seq2seq.errors import UserError, run_command
from seq2seq.files import atomic_write, sha256

HERE = Path(__file__).parent
SENTIMENT = HERE.with_name("classify_sentiment")
TINY = Path("prepared/tiny_embeddings")
WAYS = {"at random": "random", "from vectors, tuned": "tuned", "from vectors, frozen": "frozen"}
ASKED = "asked.json"  # in the output folder: what its runs were made of


def main() -> None:
    """Train what is missing, and compare."""
    options, others = _parser().parse_known_args()
    if options.tiny:
        options.labels = options.text = TINY
        options.vectors, options.words = TINY.with_suffix(".txt"), ["story", "bland"]
        if not (TINY / MANIFEST).exists():
            _run("data_prep.sample_labels", "--tokenizer", "word", "--output", TINY)
    if options.output is None:
        options.output = Path("runs/tiny_embeddings" if options.tiny else "runs/embeddings")
    if not options.vectors.exists():
        more = ["--language", options.language, *(["--size", 48] if options.tiny else [])]
        _run("data_prep.vectors", "train", options.text, "--output", options.vectors, *more)
    _check_same(options, others)

    configs = [HERE / "config.yaml", *([SENTIMENT / "tiny.yaml", HERE / "tiny.yaml"] if options.tiny else [])]
    table = Table("embeddings begin", "dev accuracy", "95 % interval", "dev macro F1")
    for title, way in WAYS.items():
        scores = _train(way, [f"--config={config}" for config in configs], options, others)
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
        "--output", type=Path, help="folder of the runs (default: runs/embeddings, of --tiny runs/tiny_embeddings)"
    )
    parser.add_argument("--words", nargs="+", default=["good", "boring", "actor"], help="whose neighbours are shown")
    parser.add_argument("--tiny", action="store_true", help="only see whether everything works")
    return parser


def _check_same(options: argparse.Namespace, others: list[str]) -> None:
    """Refuse a folder whose runs were made of something else: they would be taken for these."""
    manifest = PreparedFolder.open(options.labels, CLASSIFICATION).path / MANIFEST
    asked = {"labels": sha256(manifest), "vectors": sha256(options.vectors), "options": others, "tiny": options.tiny}
    known = options.output / ASKED
    if not known.exists():
        known.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(known) as file:
            json.dump(asked, file)
    elif json.loads(known.read_text(encoding="utf-8")) != asked:
        raise UserError(
            f"--output {options.output}: holds runs with other labels, vectors or options; name another folder"
        )


def _train(way: str, configs: list[str], options: argparse.Namespace, others: list[str]) -> dict[str, Any]:
    """The scores of a run, which is made if it is not there."""
    output = options.output / way
    record = output / "scores.dev.json"
    if not record.exists():
        from seq2seq.training.classification import ClassificationData, ClassificationTask
        from seq2seq.training.cli import train

        choices = {
            "output": output,
            "overwrite": "true",
            "data.prepared": options.labels,
            "model.source_vectors": "null" if way == "random" else options.vectors,
            "model.freeze_vectors": "true" if way == "frozen" else "false",
        }
        words = [*configs, *(f"--{name}={value}" for name, value in choices.items()), *others]
        train(SENTIMENT / "config.yaml", "", words, ClassificationTask, ClassificationData)
    scores: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))["scores"]
    return scores


def _run(module: str, *arguments: object) -> None:
    if subprocess.run([sys.executable, "-m", module, *map(str, arguments)]).returncode:
        raise UserError(f"{module}: ended with an error; what was said above tells what to do")


if __name__ == "__main__":
    run_command(main)
