"""`seq2seq generate`: running text, written by a language model, or foretold by it."""

import argparse
import os
import sys
import time
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seq2seq.cli.arguments import at_least, number
from seq2seq.cli.decoding import MODEL_HELP, given_search_options, json_line, load
from seq2seq.cli.lines import check_output, open_input, open_output, read_chunks
from seq2seq.errors import UserError
from seq2seq.files import open_lines
from seq2seq.inference import BATCH_SIZE, PRECISIONS

if TYPE_CHECKING:  # what takes seconds to import is imported when the options are known to be right
    from seq2seq.inference import Continuation, TextGenerator

_METHODS = ("sample", "greedy")

DESCRIPTION = """\
Write running text with a trained language model: it goes on from a prompt, over line ends, until there is enough of it.

  seq2seq generate models/shakespeare --prompt "ROMEO:" --characters 500
  seq2seq generate models/shakespeare --temperature 0.7 --seed 3          (from nothing; safer; another text)
  seq2seq generate models/shakespeare --method greedy --lines 3           (argmax: the likeliest character each time)
  seq2seq generate models/shakespeare --prompts prompts.txt --output texts.jsonl       (a prompt a line)
  seq2seq generate models/shakespeare --score sonnets.txt                 (how well does it foretell this text?)
"""

EPILOG = """\
--method sample draws each piece with the probability that the model gives it (multinomial); --temperature divides the
logits by a number before that, --top-k and --top-p leave only the likeliest pieces to draw from. The same seed gives a
prompt in its place the same text.

JSON lines: with --prompts or --scores each line of the output is an object with
  line        number of the prompt, from 1
  prompt      as the model read it
  text        what it wrote after it
  unknown     how many pieces of the prompt it does not know
  tokens      with --scores: the pieces of the text ("▁" is a space, "</s>" a line end); --characters may end the text
              within the last of them
  log_probs   with --scores: natural logarithm of each piece's probability by the model

--score tells nats and bits a character, perplexity by word and by token, with intervals and signature.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.usage = "%(prog)s MODEL [MODEL ...] [options]"
    parser.add_argument("model", nargs="+", metavar="MODEL", help=MODEL_HELP)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--prompt", metavar="TEXT", help="what the text begins with (default: nothing)")
    what.add_argument(
        "--prompts",
        metavar="FILE",
        help="write a text for each line of a file, as JSON lines; -: of standard input",
    )
    what.add_argument("--score", metavar="FILE", help="write nothing: score this text, UTF-8, plain or gzip")
    parser.add_argument("--output", metavar="FILE", help="file for the text (default: standard output)")
    parser.add_argument("--scores", action="store_true", help="give each piece's probability, as JSON lines")
    length = parser.add_argument_group("length")
    length.add_argument("--characters", type=at_least(1), metavar="N", help="write so many (default: 500)")
    length.add_argument(
        "--lines",
        type=at_least(1),
        metavar="N",
        help="end with the N-th line end; at the latest after 1,000 N characters",
    )
    search = parser.add_argument_group("choice of the next piece")
    search.add_argument("--method", choices=_METHODS, help=f"(default: {_METHODS[0]})")
    search.add_argument("--temperature", type=number, metavar="X", help="below 1 is safer, above 1 wilder (default: 1)")
    search.add_argument(
        "--top-k", type=at_least(0), metavar="N", help="of the N likeliest pieces; 0: of all (default: 0)"
    )
    search.add_argument(
        "--top-p",
        type=number,
        metavar="X",
        help="of the likeliest pieces that together have this probability (default: 1)",
    )
    search.add_argument("--seed", type=at_least(0), metavar="N", help="the same seed gives the same text (default: 0)")
    run = parser.add_argument_group("speed and memory")
    run.add_argument(
        "--batch-size", type=at_least(1), default=BATCH_SIZE, metavar="N", help="prompts at once (default: %(default)s)"
    )
    run.add_argument("--device", default="auto", metavar="NAME", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    run.add_argument("--precision", choices=PRECISIONS, default="auto", help="format of the numbers (default: auto)")
    run.add_argument("--threads", type=at_least(1), metavar="N", help="threads on the CPU (default: as many as cores)")


def run(arguments: argparse.Namespace) -> None:
    """Write or score as `arguments` say."""
    said = arguments.method
    arguments.method = said or _METHODS[0]
    options = given_search_options(arguments)
    _check(arguments, [name for name in options if name != "method" or said])
    prompts = [arguments.prompt or ""]
    if arguments.prompts is not None:
        prompts = _read_prompts(arguments.prompts)
    from seq2seq.inference import TextGenerator

    generator = load(TextGenerator, arguments)
    if arguments.prompt is arguments.prompts is arguments.score is None and is_fed():
        print("note: standard input is not read; `--prompts -` takes a prompt from each line of it", file=sys.stderr)
    if arguments.score is not None:
        _score(generator, arguments.score)
        return
    _generate(generator, prompts, arguments, options)


def _check(arguments: argparse.Namespace, given: Sequence[str]) -> None:
    """Refuse what does not go together, an output over an input, and text in place of a model.

    Args:
        arguments: of the command line.
        given: the options of the search among them that were said.

    Raises:
        UserError: as said.
    """
    for name in arguments.model:
        if not os.path.exists(name) and any(sign.isspace() for sign in name):
            raise UserError(f"{name!r}: no such model folder; what the text begins with is given by --prompt")
    if arguments.output is not None:
        check_output(arguments.output, filter(None, (arguments.prompts, arguments.score)))
    if arguments.score is not None:
        given = [*given, *(name for name in ("characters", "lines", "scores", "output") if getattr(arguments, name))]
        if given:
            raise UserError(f"--{given[0].replace('_', '-')}: has no part in --score, which writes no text")


def _read_prompts(path: str) -> list[str]:
    if path != "-":
        return [text or "" for _, text in open_lines(path)]
    with open_input(None) as stream:
        return [line.removesuffix("\r") for chunk in read_chunks(stream, "standard input", 1000) for line in chunk]


def is_fed() -> bool:
    """Whether bytes from a file or another program wait in standard input."""
    waiting = array("i", [0])
    try:
        import fcntl
        import termios

        fcntl.ioctl(sys.stdin.fileno(), termios.FIONREAD, waiting)
        return waiting[0] > 0 and not sys.stdin.isatty()
    except (ImportError, AttributeError, OSError, ValueError):  # not on Windows; closed, or no file
        return False


def _generate(
    generator: "TextGenerator", prompts: list[str], arguments: argparse.Namespace, options: dict[str, Any]
) -> None:
    from seq2seq.progress import counting

    on_screen = arguments.output is None and sys.stdout.isatty()
    with open_output(arguments.output) as output:
        with counting("writing", "characters", quiet=on_screen) as counter:
            found = generator.generate_detailed(
                prompts,
                characters=arguments.characters,
                lines=arguments.lines,
                batch_size=arguments.batch_size,
                progress=lambda done, _total: counter.show(done),
                **options,
            )
        for line, continuation in enumerate(found, start=1):
            if arguments.prompts is not None or arguments.scores:
                output.write(json_line(_as_record(line, continuation, arguments.scores)) + "\n")
            else:
                text = continuation.prompt + continuation.text
                output.write(text if text.endswith("\n") else f"{text}\n")
    unknown = sum(continuation.unknown > 0 for continuation in found)
    if unknown:
        kind = "words" if generator.target.tokenizer.level == "word" else "characters"
        whose = f"{unknown} of {len(found)} prompts have" if arguments.prompts is not None else "the prompt has"
        print(f"note: {whose} {kind} that the model does not know, and reads as unknown", file=sys.stderr)


def _as_record(line: int, continuation: "Continuation", scores: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "line": line,
        "prompt": continuation.prompt,
        "text": continuation.text,
        "unknown": continuation.unknown,
    }
    if scores:
        record |= {"tokens": continuation.tokens, "log_probs": continuation.log_probs}
    return record


def _score(generator: "TextGenerator", path: str) -> None:
    from seq2seq.evaluation.language_model import foretell
    from seq2seq.evaluation.table import print_scores

    lines = [text or "" for _, text in open_lines(path)]
    start = time.perf_counter()
    _, scores = foretell(generator, lines)
    print_scores(scores, len(lines), time.perf_counter() - start)
