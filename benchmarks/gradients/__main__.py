"""Vanishing and exploding gradients, measured: writes docs/gradients.md with its figures and numbers.

python -m benchmarks.gradients                          # some minutes on two cores; the same seeds give the same page
python -m benchmarks.gradients --quick --docs FOLDER    # see whether everything works, in seconds
python -m benchmarks.gradients --from benchmarks/results/gradients.json     # page and figures anew, of kept numbers

The text stands in benchmarks/gradients/gradients.md.jinja; every number in it comes from here.
"""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure

from benchmarks.gradients import experiments, figures, page, record
from benchmarks.gradients.experiments import QUICK, Effort, Trained
from benchmarks.gradients.nets import LSTM_NET, NETS
from benchmarks.machine import circumstances
from benchmarks.options import make_parser
from benchmarks.results import tell
from seq2seq.cli.arguments import at_least
from seq2seq.errors import run_command
from seq2seq.files import atomic_write
from seq2seq.inspection.style import save_figure
from seq2seq.progress import counting

ROOT = Path(__file__).parents[2]
_SHOWN = 50  # steps of a curve before training
_JOBS = 2


def main() -> None:
    """Measure, draw and write."""
    parser = make_parser("gradients", __doc__)
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="folder to write into (default: docs)")
    parser.add_argument("--jobs", type=at_least(1), default=_JOBS, help="trainings at once (default: %(default)s)")
    parser.add_argument(
        "--seeds", type=at_least(1), default=Effort.seeds, help="trainings a net and distance (default: %(default)s)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        help="JSON file for every number (default: benchmarks/results/gradients.json; with --quick or another --docs: "
        "gradients.json in that folder)",
    )
    parser.add_argument("--quick", action="store_true", help="train next to nothing; the page says nothing then")
    parser.add_argument(
        "--from", dest="kept", type=Path, metavar="FILE", help="measure nothing: draw and write what this JSON file has"
    )
    options = parser.parse_args()
    if options.kept is None:
        torch.set_num_threads(1)  # so that the sums do not depend on the machine's cores
        effort = QUICK if options.quick else Effort(seeds=options.seeds)
        given = circumstances()  # before the minutes in which the checkout may change
        found = measure(effort, options.jobs)
        minutes = round(sum(os.times()[:4]) / 60, 1)  # of this process and those that it started
        facts = given | {"command": _command(effort, options.jobs), "processor_minutes": minutes}
        record.write(options.output or _place(options.docs, options.quick), facts, found)
    else:
        facts, found = record.read(options.kept)
    for name, figure in drawings(found).items():
        save_figure(figure, options.docs / "figures" / name)
    with atomic_write(options.docs / "gradients.md") as file:
        file.write(page.write(facts, found))
    print(options.docs / "gradients.md")


def _place(docs: Path, quick: bool) -> Path:
    """Where the numbers of a page are kept: those of the committed page where only it is written anew."""
    if quick or docs.resolve() != (ROOT / "docs").resolve():
        return docs / "gradients.json"
    return ROOT / "benchmarks" / "results" / "gradients.json"


def _command(effort: Effort, jobs: int) -> str:
    """What was typed, but for the places of files."""
    seeds = [] if effort.seeds == Effort.seeds else [f"--seeds {effort.seeds}"]
    said = ["--quick"] if effort == QUICK else seeds
    return " ".join(["python -m benchmarks.gradients", *said, *([] if jobs == _JOBS else [f"--jobs {jobs}"])])


def measure(effort: Effort, jobs: int) -> dict[str, Any]:
    """Everything that page and figures need, by name."""
    tell("layers before any training")
    found: dict[str, Any] = {
        "effort": effort,
        "powers": experiments.powers(effort.length),
        "start": experiments.at_start(NETS, effort.length),
        "scales": experiments.scales(effort.length),
        "biases": experiments.forget_biases(effort.length),
    }
    tell("gradient descent with and without clipping")
    found["descents"] = [
        experiments.descend(clip, max(effort.distances), effort.clipping_steps) for clip in (None, experiments.CLIP)
    ]
    tell("training")
    found["trained"] = _train(effort, jobs)
    _, model = experiments.learn(LSTM_NET, effort.inside, 1, effort)
    found["inside"] = experiments.look_inside(model, effort.inside)
    return found


def _train(effort: Effort, jobs: int) -> list[Trained]:
    """Every training, in the order of `experiments.jobs`, several at a time."""
    due = [(NETS.index(net), distance, seed) for net, distance, seed in experiments.jobs(effort)]
    done: dict[tuple[int, int, int], dict[str, Any]] = {}
    with counting("training", "nets", len(due)) as progress:
        if jobs == 1:
            for job in due:
                done[job] = experiments.run_job(*job, effort)
                progress.show(len(done))
        else:
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(jobs, mp_context=context) as pool:
                waiting = {pool.submit(experiments.run_job, *job, effort): job for job in due}
                for future in as_completed(waiting):
                    done[waiting[future]] = future.result()
                    progress.show(len(done))
    return [Trained(**done[job]) for job in due]


def drawings(found: dict[str, Any]) -> dict[str, Figure]:
    """Every figure, by the name of its file."""
    looked_at = [trained for trained in found["trained"] if trained.after]
    return {
        "powers.svg": figures.draw_powers(found["powers"]),
        "start.svg": figures.draw_start(_first(found["start"])),
        "biases.svg": figures.draw_biases(_first(found["biases"]), page.ideal(_SHOWN, found["biases"])),
        "clipping.svg": figures.draw_descents(found["descents"]),
        "trained.svg": figures.draw_before_after(
            {trained.net: trained.before for trained in looked_at},
            {trained.net: trained.after for trained in looked_at},
            found["effort"].looked_at,
        ),
        "accuracy.svg": figures.draw_accuracies(page.accuracies(found["trained"], found["effort"])),
        "gates.png": figures.draw_inside(found["inside"], units=12),
    }


def _first(curves: dict[Any, list[float]]) -> dict[Any, list[float]]:
    return {name: curve[: _SHOWN + 1] for name, curve in curves.items()}


if __name__ == "__main__":
    run_command(main)
