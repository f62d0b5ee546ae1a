"""The options that every command with a model has: which model, how it searches, where it runs."""

import argparse
import json
from collections.abc import Collection
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

from seq2seq.cli.arguments import at_least, number, probability, whole_number
from seq2seq.errors import UserError
from seq2seq.inference import BATCH_SIZE, MAX_SOURCE_TOKENS, PRECISIONS
from seq2seq.search import SearchOptions

if TYPE_CHECKING:  # here and within the functions: options are parsed before torch, which takes seconds, is imported
    from seq2seq.inference import Candidate, Captioner, Translator
    from seq2seq.inference.predictor import Predictor

WITHHELD = "[withheld]"
MODEL_HELP = "a model folder, as training or `seq2seq export` writes it; several are used as an ensemble"

_LINE_ENDS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}  # JSON escapes the rest by itself

# One option for each field of SearchOptions, which holds the defaults and checks the values.
SEARCH_HELP = {
    "search": {
        "method": "beam search, greedy search (quickest) or random sampling",
        "beam": "beam search: outputs followed at once for an input; more is slower and, up to about 5, better",
        "n_best": "beam search: outputs given for each input, at most as many as --beam; even 1 gives JSON lines",
        "ranking": "beam search: what is put first: the highest score, or what is most like all that the beam found "
        "(minimum Bayes risk), which is better for captions with --beam 20",
        "length_penalty": "what an output's score is divided by, so that long ones may win (wu: Wu et al., 2016)",
        "length_penalty_alpha": "strength of the length penalty: more favours longer output",
        "coverage_penalty": "weight of the penalty for source words that were passed over (Wu et al., 2016)",
        "no_repeat_ngram": "never write the same run of so many word pieces twice; 0 allows it",
    },
    "length of the output, in word pieces (a picture counts as a source of 20)": {
        "min_length": "at least so many",
        "min_length_ratio": "and at least so many times the pieces of the source",
        "max_length": "at most so many",
        "max_length_ratio": "and at most so many times the pieces of the source,",
        "max_length_offset": "plus so many",
    },
    "random sampling (--method sample)": {
        "samples": "outputs drawn for each input; if given, be it 1, the output is JSON lines",
        "temperature": "below 1 is safer, above 1 more varied",
        "top_k": "draw from the so many likeliest word pieces; 0 for all",
        "top_p": "draw from the likeliest word pieces that together have this probability",
        "seed": "the same seed gives the same output",
    },
}


def add_decoding_options(
    parser: argparse.ArgumentParser, without: Collection[str] = (), batch_size: int = BATCH_SIZE
) -> None:
    """Add the options of search and those of where and how fast it runs, but for those named by `without`."""
    known = {field.name: field for field in fields(SearchOptions)}
    for title, options in SEARCH_HELP.items():
        group = parser.add_argument_group(title)
        for name, text in options.items():
            if name in without:
                continue
            # No default here: what is not given is left to SearchOptions.
            flag, told = f"--{name.replace('_', '-')}", f"{text} (default: {known[name].default})"
            group.add_argument(flag, help=told, **_values(known[name].type))
    run = add_running_options(parser, batch_size)
    if "max_source_tokens" not in without:
        run.add_argument(
            "--max-source-tokens",
            type=at_least(1),
            default=MAX_SOURCE_TOKENS,
            metavar="N",
            help="lines of more word pieces than this are cut at sentence ends, translated in parts and joined "
            "(default: %(default)s)",
        )


def add_running_options(parser: argparse.ArgumentParser, batch_size: int = BATCH_SIZE) -> argparse._ArgumentGroup:
    """Add the options of where and how fast a model runs, as a group, which is given."""
    run = parser.add_argument_group("speed and memory")
    run.add_argument(
        "--batch-size",
        type=at_least(1),
        default=batch_size,
        metavar="N",
        help="inputs worked on at once (default: %(default)s)",
    )
    run.add_argument("--device", default="auto", metavar="NAME", help="auto, cpu, cuda, cuda:N or mps (default: auto)")
    run.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="auto",
        help="format of the numbers; auto is bf16 where the device is faster in it, fp32 elsewhere; int8 is the "
        "fastest on an x86 processor and may change an output here and there (default: auto)",
    )
    run.add_argument("--threads", type=at_least(1), metavar="N", help="threads on the CPU (default: as many as cores)")
    return run


def _values(kind: Any) -> dict[str, Any]:
    """What argparse must know of a field's type."""
    if get_origin(kind) is Literal:
        return {"choices": get_args(kind)}
    return {"type": whole_number, "metavar": "N"} if kind is int else {"type": number, "metavar": "X"}


def add_detail_options(parser: argparse.ArgumentParser, looked_at: str) -> None:
    """Add the options that ask for details as JSON lines; see `as_record` and `wants_json`."""
    detail = parser.add_argument_group("details, as JSON lines")
    detail.add_argument("--scores", action="store_true", help="give scores and the log-probability of each word piece")
    detail.add_argument(
        "--alignments", action="store_true", help=f"give the attention of each word piece to {looked_at}"
    )


def add_abstain_option(parser: argparse.ArgumentParser) -> None:
    """Add --abstain-below."""
    group = parser.add_argument_group("confidence")
    group.add_argument(
        "--abstain-below",
        type=probability,
        metavar="P",
        help=f"write {WITHHELD} in place of an output whose confidence is below P, from 0 to 1. The confidence is the "
        "share of its words that a reference may be expected to have; `seq2seq report` shows which P withholds how "
        "much. Needs a model whose confidence was fitted (`seq2seq evaluate --fit-confidence`)",
    )


def wants_json(arguments: argparse.Namespace) -> bool:
    """Whether an output line must hold more than a text."""
    return bool(arguments.n_best or arguments.samples or arguments.scores or arguments.alignments)


def given_search_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """The fields of SearchOptions that were given on the command line.

    Raises:
        UserError: a value that SearchOptions does not allow, told with the name that the option has here.
    """
    values = {field.name: getattr(arguments, field.name, None) for field in fields(SearchOptions)}
    given = {name: value for name, value in values.items() if value is not None}
    try:
        SearchOptions(**given)
    except UserError as error:  # "n_best=9: must be ..."
        name, _, problem = str(error).partition("=")
        raise UserError(f"--{name.replace('_', '-')} {problem}") from error
    return given


AnyPredictor = TypeVar("AnyPredictor", bound="Predictor")


def load(kind: type[AnyPredictor], arguments: argparse.Namespace) -> AnyPredictor:
    """The model or ensemble that the arguments name, on the device and in the precision that they name."""
    import torch

    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    return kind.load(arguments.model, device=arguments.device, precision=arguments.precision)


def load_any(arguments: argparse.Namespace) -> "Translator | Captioner":
    """As `load`, whether the (first) model is a translator or a captioner."""
    from seq2seq.data.prepared import CAPTIONS
    from seq2seq.folder import task_of
    from seq2seq.inference import Captioner, Translator
    from seq2seq.inference.predictor import check_model_folder

    check_model_folder(arguments.model[0])
    return load(Captioner, arguments) if task_of(arguments.model[0]) == CAPTIONS else load(Translator, arguments)


def json_line(record: dict[str, Any]) -> str:
    """A record as one line of JSON, for readers, too, that take Unicode's other line ends for ends of lines."""
    return json.dumps(record, ensure_ascii=False, allow_nan=False).translate(_LINE_ENDS)


def as_record(candidate: "Candidate", arguments: argparse.Namespace) -> dict[str, Any]:
    """A candidate as JSON, with the details that --scores and --alignments ask for."""
    record: dict[str, Any] = {"text": candidate.text}
    if arguments.scores:
        record["score"] = candidate.score
    if arguments.scores or arguments.alignments:
        record["tokens"] = candidate.tokens
    if arguments.scores:
        record["log_probs"] = candidate.log_probs
    if arguments.alignments:
        weights = candidate.alignment
        record["alignment"] = None if weights is None else [[round(x, 4) for x in row] for row in weights.tolist()]
    return record
