"""Measure this toolkit against JoeyNMT and OpenNMT-py: same data, model size, batches and cores, one run."""

import argparse
import functools
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.environment import UnavailableError
from benchmarks.machine import describe_machine, limit_cores, only_run
from benchmarks.measure import BatchSize, System
from benchmarks.peer_joeynmt import JoeyNMT
from benchmarks.peer_opennmt import OpenNMT
from benchmarks.peer_seq2seq import Seq2Seq
from benchmarks.results import OURS, PEERS, Measure, Results, figure, tell
from benchmarks.split import SOURCE, TARGET, Split, prepare_split
from seq2seq.cli.arguments import Parser, at_least
from seq2seq.errors import UserError, run_command
from seq2seq.evaluation import score_translations
from seq2seq.files import atomic_write
from seq2seq.version import commit

ROOT = Path(__file__).resolve().parents[1]
BATCHES = (BatchSize(64, "sentences"), BatchSize(4096, "tokens"))
SINGLE_SENTENCES = 500  # with one sentence at a time the whole test set takes too long

DESCRIPTION = """\
Measure this toolkit against JoeyNMT 2.3.0 and OpenNMT-py 3.5.1 in one run: the same Spanish-English split, the same
model size, the same batches, the same cores. Each peer gets an environment of its own under build/peers; a peer that
cannot be installed here is skipped, with the reason. The systems take turns, so that a slow spell of the machine hits
all of them; the table has the medians of the rounds. benchmarks/README.md says what exactly is measured.
"""
EXAMPLES = """\
examples:
  python -m benchmarks.peers --data spa.txt                     everything: about two hours on two cores
  python -m benchmarks.peers --data spa.txt --what train        training speed alone: about forty minutes
  python -m benchmarks.peers --data spa.txt --what decode --systems opennmt seq2seq-bf16 --train-minutes 7
"""


def main() -> None:
    """Read the arguments, make everything ready, measure, and print and write the results."""
    arguments = _parser().parse_args()
    limit_cores(arguments.cores)
    if not arguments.data.is_file():
        raise UserError(
            f"--data {arguments.data}: no such file; give the path of spa.txt, the Spanish-English file of "
            "manythings.org/anki"
        )
    folder = arguments.folder.resolve()
    with only_run(folder):
        _compare(folder, arguments)


def _compare(folder: Path, arguments: argparse.Namespace) -> None:
    load = os.getloadavg()[0]
    if load > 0.5:
        tell(f"warning: the machine is busy (load {load:.1f}), so the figures will be too low and will scatter")
    tell("preparing the data")
    split = prepare_split(arguments.data, folder / "data")
    results = Results(arguments.output, _header(arguments, load))
    systems = []
    for system in _systems(folder, split, arguments):
        tell(f"preparing {system.name}")
        try:
            results.systems[system.name] = {"versions": system.prepare()}
            systems.append(system)
        except UnavailableError as error:
            results.skip(system.name, str(error))
    if not systems:
        raise UserError("none of the systems can run here; the reasons are above")
    for measure in _measures(folder, split, arguments):
        _take(measure, systems, results)
    print(results.tables())
    print(f"\nwritten to {arguments.output}")


def _measures(folder: Path, split: Split, arguments: argparse.Namespace) -> list[Measure]:
    measures = []
    if "train" in arguments.what:
        for batch in BATCHES:
            run = functools.partial(_train, batch=batch, warm_up=arguments.warm_up, seconds=arguments.seconds)
            measures.append(Measure(f"training, {batch} a batch", "target tokens/s", run, arguments.rounds))
    if "decode" in arguments.what:
        sentences = arguments.sentences or len(split.lines("test", SOURCE))
        for batch_size in arguments.decode_batches:
            count = sentences if batch_size > 1 else min(sentences, SINGLE_SENTENCES)
            decoder = _Decoder(folder, split, count, arguments.train_minutes)
            for beam in arguments.beams:
                name = f"{'greedy' if beam == 1 else f'beam {beam}'}, batch {batch_size}"
                run = functools.partial(decoder.speed, beam=beam, batch=batch_size)
                measures.append(Measure(name, "sentences/s", run, arguments.rounds))
                if batch_size > 1:
                    run = functools.partial(decoder.bleu, beam=beam, batch=batch_size)
                    measures.append(Measure(f"BLEU, {name}", "", run, 1))
    return measures


def _take(measure: Measure, systems: Sequence[System], results: Results) -> None:
    """All rounds of a measure, the systems taking turns; one that fails is left out of the later rounds."""
    able = list(systems)
    for number in range(1, measure.rounds + 1):
        for system in list(able):
            try:
                value, details = measure.run(system)
            except UnavailableError as error:
                results.skip(system.name, f"{measure.name}: {error}")
                able.remove(system)
                continue
            results.add(measure, system.name, number, value, details)
            told = f"{figure(value)} {measure.unit}".strip()
            tell(f"{measure.name}, round {number} of {measure.rounds}, {system.name}: {told}")


def _train(system: System, batch: BatchSize, warm_up: float, seconds: float) -> tuple[float, dict[str, Any]]:
    found = system.training_speed(batch, warm_up, seconds)
    return found.tokens_per_second, {"by_the_clock": found.by_the_clock, "seconds": found.seconds}


class _Decoder:
    """Decoding of the first `count` test sentences by models of `minutes` of training."""

    def __init__(self, folder: Path, split: Split, count: int, minutes: float) -> None:
        self.minutes = minutes
        self.references = split.lines("test", TARGET)[:count]
        self.source = folder / "data" / f"first-{count}.{SOURCE}"
        with atomic_write(self.source) as file:
            file.writelines(f"{line}\n" for line in split.lines("test", SOURCE)[:count])
        self.outputs: dict[tuple[str, int, int], list[str]] = {}

    def speed(self, system: System, beam: int, batch: int) -> tuple[float, dict[str, Any]]:
        """Sentences per second."""
        trained = system.train(self.minutes)
        found = system.decode(trained.path, self.source, beam, batch)
        if len(found.outputs) != len(self.references):
            raise UnavailableError(f"{len(found.outputs)} translations for {len(self.references)} sentences")
        self.outputs[system.name, beam, batch] = found.outputs
        words = sum(len(text.split()) for text in found.outputs) / sum(len(text.split()) for text in self.references)
        if not 0.8 < words < 1.25:
            tell(f"warning: {system.name} writes {words:.2f} times the words of the references; train it longer")
        return found.sentences_per_second, {
            "process_seconds": found.process_seconds,
            "sentences": len(found.outputs),
            "words_per_reference_word": words,
            "model_minutes": trained.minutes,
        }

    def bleu(self, system: System, beam: int, batch: int) -> tuple[float, dict[str, Any]]:
        """BLEU of what `speed` has translated."""
        outputs = self.outputs.get((system.name, beam, batch))
        if outputs is None:
            raise UnavailableError("nothing was translated")
        score = score_translations(outputs, [self.references])["BLEU"]
        return score.value, {
            "interval": score.interval,
            "signature": score.signature,
            "model_minutes": system.train(self.minutes).minutes,
        }


def _systems(folder: Path, split: Split, arguments: argparse.Namespace) -> list[System]:
    makers: dict[str, Callable[[], System]] = {
        "joeynmt": lambda: JoeyNMT(folder, split, arguments.torch_spec),
        "opennmt": lambda: OpenNMT(folder, split, arguments.torch_spec),
        "seq2seq-fp32": lambda: Seq2Seq(folder, split, "fp32"),
        "seq2seq-bf16": lambda: Seq2Seq(folder, split, "bf16"),
        "seq2seq-int8": lambda: Seq2Seq(folder, split, "int8"),
    }
    return [makers[name]() for name in arguments.systems]


def _header(arguments: argparse.Namespace, load: float) -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["python", "-m", "benchmarks.peers", *sys.argv[1:]]),
        "commit": commit(ROOT),
        "machine": describe_machine(),
        "cores_used": arguments.cores,
        "load_before": load,
        "seconds_measured": arguments.seconds,
        "seconds_of_warm_up": arguments.warm_up,
    }


def _parser() -> Parser:
    parser = Parser(
        prog="python -m benchmarks.peers",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [*PEERS, *OURS]
    parser.add_argument("--systems", nargs="+", choices=names, default=names, help="which to measure (default: all)")
    parser.add_argument(
        "--what",
        nargs="+",
        choices=["train", "decode"],
        default=["train", "decode"],
        help="training speed; decoding speed with BLEU (default: both)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="FILE",
        help="spa.txt, the Spanish-English file of manythings.org/anki",
    )
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "peers", help="where all that is made goes")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "build" / "peers" / "results.json", help="JSON file of the results"
    )
    parser.add_argument("--cores", type=at_least(1), default=2, help="cores and threads of every system (default: 2)")
    parser.add_argument(
        "--rounds", type=at_least(1), default=3, help="turns that each system gets at each measure (default: 3)"
    )
    parser.add_argument("--seconds", type=float, default=60, help="of training measured in a turn (default: 60)")
    parser.add_argument("--warm-up", type=float, default=15, help="seconds of training before that (default: 15)")
    parser.add_argument(
        "--train-minutes",
        type=float,
        default=20.8,
        help="wall-clock minutes of training of the models that decode; kept for the next run (default: 20.8)",
    )
    parser.add_argument(
        "--beams", type=at_least(1), nargs="+", default=[1, 5], help="beam widths; 1 is greedy (default: 1 5)"
    )
    parser.add_argument(
        "--decode-batches", type=at_least(1), nargs="+", default=[64], help="sentences decoded at once (default: 64)"
    )
    parser.add_argument("--sentences", type=at_least(1), default=0, help="test sentences to decode (default: all)")
    parser.add_argument(
        "--torch-spec",
        default=f"torch=={version('torch').partition('+')[0]}",
        help="what pip installs as torch in the peers' environments (default: the toolkit's own version, %(default)s)",
    )
    return parser


if __name__ == "__main__":
    run_command(main)
