"""Time of one layer of every cell: training over sequences of several lengths, and a step of decoding.

python -m benchmarks.cells                                                 # a batch as in language modelling
python -m benchmarks.cells --cells lstm minlstm mingru --batch 16 --hidden 256 --lengths 1024 --precision bf16

Training is a forward and a backward pass over the whole sequence, with the gradient of the inputs, as in a layer that
stands on others; with bf16, under autocast. A step reads one input for each row of the batch, without gradient, as in
decoding; with bf16, by a layer that is bf16 throughout. The cells take turns, and medians of the rounds count.
"""

import json
import time
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from pathlib import Path
from statistics import median

import torch

from benchmarks.machine import circumstances, use_cores
from benchmarks.options import add_cores, add_rounds, make_parser
from benchmarks.results import figure, markdown_table, tell
from seq2seq.cli.arguments import at_least
from seq2seq.errors import run_command
from seq2seq.files import atomic_write
from seq2seq.recurrent import CELLS, RecurrentLayer

STEPS = 100  # of decoding, in a row


def main() -> None:
    """Measure, and print a table."""
    parser = make_parser("cells", __doc__)
    parser.add_argument("--cells", nargs="+", choices=list(CELLS), default=list(CELLS), help="default: all")
    lengths = [64, 512, 2048]
    parser.add_argument("--lengths", type=at_least(1), nargs="+", default=lengths, help="steps (default: 64 512 2048)")
    parser.add_argument("--batch", type=at_least(1), default=16, help="sequences at once (default: 16)")
    parser.add_argument("--hidden", type=at_least(1), default=256, help="size of a hidden state (default: 256)")
    parser.add_argument("--inputs", type=at_least(1), help="features of an input (default: the hidden size)")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32", help="default: fp32")
    add_rounds(parser, 5)
    add_cores(parser)
    parser.add_argument("--output", type=Path, help="JSON file for every figure")
    options = parser.parse_args()
    use_cores(options.cores)
    inputs = options.inputs or options.hidden
    layers = {cell: RecurrentLayer(inputs, options.hidden, cell) for cell in options.cells}
    times = measure(layers, inputs, options.batch, options.lengths, options.precision == "bf16", options.rounds)

    header = {
        **circumstances(),
        "cores used": options.cores,
        **{name: getattr(options, name) for name in ("batch", "hidden", "precision", "rounds")},
        "inputs": inputs,
    }
    print(f"{header['machine']['processor']}, {options.cores} cores, torch {torch.__version__}, {options.precision}")
    print(
        f"{options.batch} sequences at once, {inputs} features in, {options.hidden} out, median of {options.rounds}\n"
    )
    parameters = {cell: sum(weight.numel() for weight in layer.parameters()) for cell, layer in layers.items()}
    print(tables(times, parameters))
    if options.output:
        with atomic_write(options.output) as file:
            json.dump({**header, "seconds": times}, file, indent=2)


def measure(
    layers: dict[str, RecurrentLayer], inputs: int, batch: int, lengths: list[int], bf16: bool, rounds: int
) -> dict[str, dict[str, list[float]]]:
    """cell -> what -> seconds of each round; what is "step", or "train" and a length."""

    def train(layer: RecurrentLayer, x: torch.Tensor) -> float:
        layer.zero_grad()
        x.grad = None
        begin = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            outputs, _ = layer(x, layer.zero_state(batch))
        outputs.backward(torch.ones_like(outputs))
        return time.perf_counter() - begin

    @torch.inference_mode()
    def step(layer: RecurrentLayer, x: torch.Tensor) -> float:
        state = layer.zero_state(batch)
        begin = time.perf_counter()
        for _ in range(STEPS):
            state = layer.step(x, state)
        return (time.perf_counter() - begin) / STEPS

    times: dict[str, dict[str, list[float]]] = {cell: {} for cell in layers}

    def take(what: str, work: Callable[[RecurrentLayer], float]) -> None:
        for layer in layers.values():
            work(layer)  # the first call sets up the kernels
        for round_ in range(rounds):
            tell(f"{what}: round {round_ + 1} of {rounds}")
            for cell, layer in layers.items():
                times[cell].setdefault(what, []).append(work(layer))

    for length in lengths:
        sequence = torch.randn(length, batch, inputs, requires_grad=True)
        take(f"train {length:,}", partial(train, x=sequence))
    word = torch.randn(batch, inputs)
    if bf16:
        layers, word = {cell: deepcopy(layer).bfloat16() for cell, layer in layers.items()}, word.bfloat16()
    take("step", partial(step, x=word))
    return times


def tables(times: dict[str, dict[str, list[float]]], parameters: dict[str, int]) -> str:
    """The medians; and, where there is an LSTM, how many times as long as each cell it takes. Both as Markdown."""
    medians = {cell: {what: median(seconds) for what, seconds in found.items()} for cell, found in times.items()}
    rows = {}
    for cell, row in medians.items():
        rows[cell] = {"parameters": float(parameters[cell])}
        for what, seconds in row.items():
            name, scale = ("step, µs", 1e6) if what == "step" else (f"{what}, ms", 1e3)
            rows[cell][name] = seconds * scale
    found = [markdown_table(list(rows[next(iter(rows))]), rows, figure)]
    if "lstm" in medians:
        ratios = {
            f"lstm / {cell}": {what: medians["lstm"][what] / seconds for what, seconds in row.items()}
            for cell, row in medians.items()
            if cell != "lstm"
        }
        found.append(markdown_table(list(medians["lstm"]), ratios, "{:.2f}".format))
    return "\n\n".join(found)


if __name__ == "__main__":
    run_command(main)
