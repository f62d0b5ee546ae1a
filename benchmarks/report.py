"""How long a report takes when nothing is decoded: made-up sentences, three systems' files, the whole command.

python -m benchmarks.report

The bound is 30 seconds for 2,000 sentences on two cores: reading, scores with intervals, all paired tests, analysis and
the page. The time of the processor is told beside that of the clock, for a machine that does other work as well.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import circumstances, limit_cores
from benchmarks.options import add_cores, make_parser
from seq2seq.cli.arguments import at_least
from seq2seq.data.prepared import FORMAT, MANIFEST
from seq2seq.errors import UserError, run_command
from seq2seq.files import atomic_write

WORDS = 5000
TRAINING = 20_000  # sentences
NOISE = {"first": 0.25, "second": 0.27, "third": 0.45}  # share of words that a system gets wrong


def main() -> None:
    """Make data, run the command, print the time."""
    parser = make_parser("report", __doc__)
    parser.add_argument("--sentences", type=at_least(2), default=2000, help="default: 2000")
    add_cores(parser)
    parser.add_argument("--output", type=Path, help="JSON file for every figure")
    options = parser.parse_args()
    limit_cores(options.cores)
    with tempfile.TemporaryDirectory() as folder:
        files = write_data(Path(folder), options.sentences)
        words = ["report", *files, "--data", folder, "--target-language", "tgt", "--output", f"{folder}/report"]
        begin = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "seq2seq.cli.main", *words], capture_output=True, text=True)
        seconds = time.perf_counter() - begin
        if done.returncode:
            raise UserError(f"the command ended with code {done.returncode}: {done.stderr.strip()}")
        size = (Path(folder) / "report" / "index.html").stat().st_size
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {
        "seconds": seconds,
        "processor_seconds": used.ru_utime + used.ru_stime,
        "memory_mib": used.ru_maxrss / 1024,
        "page_mb": size / 1e6,
    }
    print(f"{options.sentences:,} sentences, {len(NOISE)} systems")
    for name, value in figures.items():
        print(f"{name:28} {value:7.2f}")
    if options.output:
        with atomic_write(options.output) as file:
            what = {"sentences": options.sentences, "systems": len(NOISE)}
            json.dump({**circumstances(), **what, **figures}, file, indent=2)


def write_data(folder: Path, sentences: int) -> list[str]:
    """A prepared folder of made-up pairs, and a file of outputs for each system; gives NAME=FILE of each."""
    chance = random.Random(1)
    vocabulary = ["".join(chance.choices("aeioulnrstdkm", k=chance.randint(2, 9))) for _ in range(WORDS)]
    frequency = [1 / rank for rank in range(1, WORDS + 1)]

    def draw(count: int) -> list[list[str]]:
        return [chance.choices(vocabulary, frequency, k=chance.randint(3, 20)) for _ in range(count)]

    splits = {"train": draw(TRAINING), "dev": draw(sentences)}
    for split, texts in splits.items():
        lines = [f"{' '.join(reversed(words))}\t{' '.join(words)}\n" for words in texts]
        (folder / f"{split}.tsv").write_text("".join(["src\ttgt\n", *lines]), encoding="utf-8")
    manifest = {
        "format": FORMAT,
        "name": "made up",
        "languages": ["src", "tgt"],
        "splits": {split: {"pairs": len(texts)} for split, texts in splits.items()},
        "tokenizer": {"files": {"src": "none", "tgt": "none"}},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    named = []
    for name, noise in NOISE.items():
        outputs = [
            " ".join(chance.choice(vocabulary) if chance.random() < noise else word for word in words)
            for words in splits["dev"]
        ]
        (folder / f"{name}.txt").write_text("".join(f"{line}\n" for line in outputs), encoding="utf-8")
        named.append(f"{name}={folder / name}.txt")
    return named


if __name__ == "__main__":
    run_command(main)
