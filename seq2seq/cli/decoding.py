"""The options that every command with a model has: which model, how it searches, where it runs."""

import argparse
from dataclasses import fields
from typing import Any, get_args, get_origin

import torch

from seq2seq.cli.arguments import positive
from seq2seq.inference import BATCH_SIZE, MAX_SOURCE_TOKENS, PRECISIONS, Translator
from seq2seq.search import SearchOptions

# One option for each field of SearchOptions, which holds the defaults and checks the values.
SEARCH_HELP = {
    "method": "beam search, greedy search or random sampling",
    "beam": "hypotheses followed at once: more is slower and, up to about 5, better",
    "n_best": "candidates given for each line, at most as many as --beam",
    "length_penalty": "what a candidate's score is divided by, so that long ones may win (wu: Wu et al., 2016)",
    "length_penalty_alpha": "strength of the length penalty: more favours longer output",
    "coverage_penalty": "weight of the penalty for source words that were passed over (Wu et al., 2016)",
    "min_length": "shortest output, in tokens",
    "min_length_ratio": "shortest output, as a multiple of the source's tokens",
    "max_length": "longest output, in tokens",
    "max_length_ratio": "longest output, as a multiple of the source's tokens,",
    "max_length_offset": "... and so many tokens more",
    "no_repeat_ngram": "never write the same run of so many tokens twice; 0 allows it",
    "samples": "sampling: candidates drawn for each line",
    "temperature": "sampling: below 1 is safer, above 1 more varied",
    "top_k": "sampling: draw from the so many likeliest tokens; 0 for all",
    "top_p": "sampling: draw from the likeliest tokens that together have this probability",
    "seed": "sampling: the same seed gives the same output",
}


def add_decoding_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of search and those of where and how fast it runs."""
    search = parser.add_argument_group("search")
    for field in fields(SearchOptions):
        choices = get_args(field.type) if get_origin(field.type) else None
        # No default here: what is not given is left to SearchOptions.
        search.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=str if choices else field.type,  # type: ignore[arg-type]
            choices=choices,
            metavar=None if choices else {int: "N", float: "X"}[field.type],  # type: ignore[index]
            help=f"{SEARCH_HELP[field.name]} (default: {field.default})",
        )
    run = parser.add_argument_group("speed and memory")
    run.add_argument(
        "--batch-size", type=positive, default=BATCH_SIZE, metavar="N", help="sentences at once (default: %(default)s)"
    )
    run.add_argument(
        "--max-source-tokens",
        type=positive,
        default=MAX_SOURCE_TOKENS,
        metavar="N",
        help="longer lines are cut at sentence ends, translated in parts and joined (default: %(default)s)",
    )
    run.add_argument("--device", default="auto", metavar="NAME", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    run.add_argument(
        "--precision",
        choices=tuple(PRECISIONS),
        default="auto",
        help="of the numbers; auto is bf16 where the device is faster in it, fp32 elsewhere (default: auto)",
    )
    run.add_argument("--threads", type=positive, metavar="N", help="on the CPU (default: as many as cores)")


def given_search_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """The fields of SearchOptions that were given on the command line."""
    values = {field.name: getattr(arguments, field.name) for field in fields(SearchOptions)}
    return {name: value for name, value in values.items() if value is not None}


def load_translator(arguments: argparse.Namespace) -> Translator:
    """The model or ensemble that the arguments name, on the device and in the precision that they name."""
    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    return Translator.load(arguments.model, device=arguments.device, precision=arguments.precision)
