"""`seq2seq report`: models and other systems' outputs side by side, on one page."""

import argparse

from seq2seq.cli.arguments import Unsaid
from seq2seq.cli.decoding import add_decoding_options
from seq2seq.cli.evaluation_set import add_data_options
from seq2seq.errors import EXIT_WORSE
from seq2seq.evaluation.defaults import TOKENIZERS

DESCRIPTION = """\
Tell whether a model is good, and which of several is better: one page for people, the same in numbers for programs.
A system is a model folder, which is set to work, or a file of any system's outputs, a line for each source.

  seq2seq report models/es_en --data prepared/tatoeba --output report
  seq2seq report old=models/old new=models/new other=other_system.out --data prepared/tatoeba --output report
  seq2seq report models/captions_a models/captions_b --data prepared/flickr8k --output report
  seq2seq report both=models/a+models/b --source talk.es --reference talk.en --output report     (an ensemble)
  seq2seq report new=models/new --data prepared/tatoeba --output report --against main/scores.json     (in CI)
"""

EPILOG = f"""\
FOLDER then holds
  index.html   the page: scores, paired tests, where each system fails, its confidence, samples; needs no network
  scores.json  the same as numbers, with all outputs (described in seq2seq/report/record.py)
  report.md    the same in short, for a pull request

A difference is called one if paired bootstrap resampling and approximate randomisation both give p < 0.05.

exit codes: 0 done; 2 wrong input; with --against, {EXIT_WORSE} where a system is worse than the earlier one on the main
metric (BLEU; CIDEr-D of captions) with p < 0.05. The report is written then, too.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.usage = """
  %(prog)s SYSTEM [SYSTEM ...] --data FOLDER --output FOLDER [options]
  %(prog)s SYSTEM [SYSTEM ...] --source FILE --reference FILE --output FOLDER [options]"""
    parser.add_argument(
        "systems",
        nargs="*",
        metavar="SYSTEM",
        help="MODEL, a model folder; FILE, a file of outputs; or NAME=MODEL, NAME=FILE to choose what it is called; "
        "MODEL+MODEL is an ensemble",
    )
    add_data_options(parser, split="dev")
    report = parser.add_argument_group("the report")
    report.add_argument("--output", metavar="FOLDER", help="folder for the report")
    report.add_argument(
        "--against",
        metavar="FILE",
        help="scores.json of an earlier report on the same data: compare with its systems of the same name, or with "
        f"its only one; exit code {EXIT_WORSE} says worse",
    )
    report.add_argument("--tokenize", choices=TOKENIZERS, help="BLEU's tokenizer (default: that for the language)")
    report.add_argument("--lowercase", action="store_true", help="BLEU and chrF without regard to case")
    add_decoding_options(parser, without=("n_best", "samples"))
    parser.set_defaults(split=Unsaid("dev"), device=Unsaid("auto"), precision=Unsaid("auto"))


def run(arguments: argparse.Namespace) -> None:
    """Gather, score, compare, write and tell as `arguments` say.

    Raises:
        SystemExit: EXIT_WORSE, where a system is worse than its earlier self.
    """
    from seq2seq.cli.reporting import report  # only now: it takes seconds, and help and slips shall not wait

    report(arguments)
