"""`seq2seq caption`: pictures in, captions out, a line for a picture."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seq2seq.cli.columns import columns, one_line, readable
from seq2seq.cli.decoding import (
    MODEL_HELP,
    WITHHELD,
    add_abstain_option,
    add_decoding_options,
    add_detail_options,
    as_record,
    given_search_options,
    json_line,
    load,
    wants_json,
)
from seq2seq.cli.lines import check_output, check_parent, open_input, open_output, read_paths
from seq2seq.errors import UserError
from seq2seq.inference import CAPTIONS_AT_ONCE

_MOST_ENDINGS = 8

if TYPE_CHECKING:  # what takes seconds to import is imported when the options are known to be right
    from seq2seq.inference import Caption, Captioner
    from seq2seq.inference.attention_pictures import AttentionPictures

DESCRIPTION = """\
Caption pictures with a trained model. Every picture gives one line, in the order in which they were named: its path, a
tab, its caption. A picture that cannot be read gives its path, an empty caption and, after a second tab, the reason.

  seq2seq caption models/captions holiday/beach.jpg holiday/dog.png
  seq2seq caption models/captions holiday                          (all pictures in a folder and its folders)
  seq2seq caption models/captions "holiday/*.jpg"
  find . -name "*.jpg" | seq2seq caption models/captions --list -  (paths from standard input, one a line)
  seq2seq caption models/captions beach.jpg --attention-dir seen   (what each word looked at, as a picture)
"""

EPILOG = """\
JSON lines: with --json, --n-best, --samples, --scores or --alignments each line is an object with
  picture     the path
  caption     the best candidate's text, or "[withheld]"
  problem     why the picture could not be read; null where it could
  attention   with --attention-dir: the path of the picture of what each word looked at; null where there is none
  confidence  with --scores, where the model's was fitted, or --abstain-below: from 0 to 1, the share of the caption's
              words that a reference may be expected to have; null where the picture could not be read
  withheld    with --abstain-below: whether the confidence is below it; there are no candidates then
  grid        with --alignments: rows and columns of the cells that a word can look at
  candidates  --n-best of them at most (or --samples), best first, each with
      text
      score       with --scores: what candidates are ranked by
      tokens      with --scores or --alignments: the T word pieces of the caption
      log_probs   with --scores: natural logarithm of each piece's probability
      alignment   with --alignments: T rows of a weight for each cell of the grid, row by row of it, each summing to 1;
                  null for a model without attention
The exit code is 0 also where a picture could not be read, and a note on standard error counts such pictures; it is 2
where none could.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.usage = "%(prog)s MODEL PICTURE [PICTURE ...] [options]"
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP.partition(";")[0])
    parser.add_argument(
        "pictures",
        nargs="*",
        metavar="PICTURE",
        help="file, folder, or pattern such as 'a/*.jpg'; hidden files are left out, as a shell does",
    )
    parser.add_argument(
        "--list", metavar="FILE", help="file with one path a line; blank lines are passed over; - is standard input"
    )
    parser.add_argument("--with-model", action="append", default=[], metavar="MODEL", help="one more, for an ensemble")
    parser.add_argument("--output", metavar="FILE", help="file for the captions (default: standard output)")
    parser.add_argument(
        "--attention-dir",
        metavar="FOLDER",
        help="write there a picture of what every word of each caption looked at",
    )
    parser.add_argument("--json", action="store_true", help="JSON lines in place of columns")
    add_detail_options(parser, "the cells of the picture")
    add_abstain_option(parser)
    add_decoding_options(parser, without=("max_source_tokens",), batch_size=CAPTIONS_AT_ONCE)


def run(arguments: argparse.Namespace) -> None:
    """Caption the pictures that `arguments` name."""
    options = given_search_options(arguments)
    _check_models((arguments.model, *arguments.with_model))
    notes: list[str] = []
    pictures = list(_pictures(arguments, notes))
    if not pictures:
        raise UserError("no picture is named; give files, folders or patterns, or --list FILE")
    _check_outputs(arguments, pictures)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)

    from seq2seq.cli.confidence import Abstention
    from seq2seq.inference import Captioner
    from seq2seq.progress import counting

    as_json = arguments.json or wants_json(arguments)
    arguments.model = [arguments.model, *arguments.with_model]
    with open_output(arguments.output) as output:
        captioner = load(Captioner, arguments)
        abstention = Abstention.from_arguments(arguments)
        drawn = _attention_pictures(arguments.attention_dir, captioner, pictures)
        captions = captioner.caption_each(
            pictures,
            batch_size=arguments.batch_size,
            first_number=0,
            alignments=bool(arguments.alignments or drawn),
            **options,
        )
        unread = 0
        on_screen = arguments.output is None and sys.stdout.isatty()
        with counting("captioning", "pictures", len(pictures), quiet=on_screen) as progress:
            for number, caption in enumerate(captions, start=1):
                verdict = abstention.judge(caption.candidates)
                text = WITHHELD if verdict.withheld else caption.text
                attention = None
                if drawn is not None and caption.problem is None and not verdict.withheld:
                    attention = drawn.write(caption)
                if as_json:
                    shown = replace(caption, candidates=()) if verdict.withheld else caption
                    judged = abstention.as_record(verdict, arguments.scores)
                    text = _as_json(shown, text, attention, arguments, judged)
                else:
                    text = columns(caption.picture, text, caption.problem)
                output.write(f"{text}\n")
                unread += caption.problem is not None
                if number % arguments.batch_size == 0:
                    output.flush()
                progress.show(number)
    if unread == len(pictures):
        which = "the picture" if unread == 1 else f"none of the {unread} pictures"
        raise UserError(f"{which} could {'not ' if unread == 1 else ''}be read; what was written tells why")
    if unread:
        print(f"note: {unread} of {len(pictures)} pictures could not be read", file=sys.stderr)
    abstention.report(len(pictures), "captions")


def _check_models(folders: Sequence[str]) -> None:
    """Tell of a path that is no model folder before pictures are looked for: the two may have been swapped.

    Raises:
        UserError: there is one.
    """
    for folder in folders:
        if not Path(folder, "config.yaml").is_file():
            from seq2seq.folder import task_of
            from seq2seq.inference.predictor import check_model_folder

            check_model_folder(folder)
            task_of(folder)


def _check_outputs(arguments: argparse.Namespace, pictures: Sequence[str]) -> None:
    """Refuse an output over a picture, under a picture's name, or in a folder that is not there.

    Raises:
        UserError: as said.
    """
    if arguments.attention_dir is not None:
        check_parent(arguments.attention_dir)
    if arguments.output is None:
        return
    check_output(arguments.output, (*pictures, *([arguments.list] if arguments.list not in (None, "-") else [])))
    if Path(arguments.output).suffix.lower() in _suffixes():
        raise UserError(f"--output {arguments.output}: a picture's name, but captions are text; name a text file")


def _suffixes() -> tuple[str, ...]:
    from seq2seq.data.images import picture_suffixes

    return picture_suffixes()


def _attention_pictures(
    folder: str | None, captioner: "Captioner", pictures: Sequence[str]
) -> "AttentionPictures | None":
    if folder is None:
        return None
    from seq2seq.inference.attention_pictures import AttentionPictures

    if captioner.models[0].model.decoder.attention is None:
        raise UserError(f"--attention-dir {folder}: the model has no attention, so there is nothing to draw")
    return AttentionPictures(folder, captioner.transform, pictures)


def _pictures(arguments: argparse.Namespace, notes: list[str]) -> Iterator[str]:
    """The paths named, in their order; folders and patterns in the order of their names.

    What is passed over is added to `notes`.
    """
    for name in arguments.pictures:
        if name == "-":
            raise UserError("-: no picture is read from standard input; for a list of paths there, use --list -")
        if not name:
            raise UserError("a picture's name is empty; give files, folders (. is this one) or patterns")
        try:
            yield from _named(name, notes)
        except (OSError, ValueError):  # too long, in a folder that may not be read, or no pattern: its line will tell
            yield name
    if arguments.list is not None:
        name, blank = "standard input" if arguments.list == "-" else arguments.list, 0
        with open_input(None if arguments.list == "-" else arguments.list) as stream:
            for path in read_paths(stream, name):
                if path.strip():
                    yield path
                else:
                    blank += 1
        if blank:
            notes.append(f"{name}: {blank} blank {'line' if blank == 1 else 'lines'} passed over")


def _named(name: str, notes: list[str]) -> list[str]:
    """The paths of a file, a folder or a pattern.

    Raises:
        UserError: nothing is there to be captioned.
        OSError: it cannot be looked at.
        ValueError: it is no pattern.
    """
    path = Path(name)
    if path.is_dir():
        return _in_folder(path, notes)
    if not path.exists() and any(sign in name for sign in "*?["):
        anchor = path.anchor
        there = Path(anchor).glob(str(path.relative_to(anchor)))
        found = sorted(str(file) for file in there if not _is_hidden(file, path) and _is_file(file))
        if not found:
            raise UserError(f"{name}: no file is like this pattern")
        return found
    return [name]


def _in_folder(folder: Path, notes: list[str]) -> list[str]:
    """The pictures of a folder and the folders in it; what else is there is added to `notes`.

    Raises:
        UserError: it holds none.
    """
    suffixes = _suffixes()
    there = [path for path in sorted(folder.rglob("*")) if not _is_hidden(path, folder)]
    files = [path for path in there if _is_file(path)]
    found = [str(path) for path in files if path.suffix.lower() in suffixes]
    passed_over = []
    if others := len(files) - len(found):
        endings = Counter(path.suffix.lower() or "none" for path in files if path.suffix.lower() not in suffixes)
        told = [f"{one_line(ending)} {count}" for ending, count in endings.most_common(_MOST_ENDINGS)]
        told += ["..."] if len(endings) > _MOST_ENDINGS else []
        what = "1 file passed over that is no picture by its ending"
        if others > 1:
            what = f"{others} files passed over that are no pictures by their ending"
        passed_over.append(f"{what} ({', '.join(told)})")
    if links := sum(path.is_symlink() and path.is_dir() for path in there):
        passed_over.append(f"{links} linked {'folder' if links == 1 else 'folders'} not searched")
    if not found:
        more = "".join(f"; {what}" for what in passed_over)
        raise UserError(
            f"{folder}: no picture in this folder or in its folders (looked for {', '.join(suffixes)}){more}"
        )
    notes += [f"{folder}: {what}" for what in passed_over]
    return found


def _is_hidden(path: Path, named: Path) -> bool:
    """Whether it, or a folder that it is in, begins with a dot without having been named so."""
    dotted = [part for part in named.parts if part.startswith(".")]
    return any(part.startswith(".") and not any(fnmatch(part, sign) for sign in dotted) for part in path.parts)


def _is_file(path: Path) -> bool:
    """Whether it is a file, or may be one: where that cannot be seen, or a link leads nowhere, reading it will tell."""
    try:
        return path.is_file() or (path.is_symlink() and not path.exists())
    except OSError:
        return True


def _as_json(
    caption: "Caption",
    text: str,
    attention: Path | None,
    arguments: argparse.Namespace,
    confidence: dict[str, Any],
) -> str:
    problem = None if caption.problem is None else readable(caption.problem)
    record: dict[str, Any] = {"picture": readable(caption.picture), "caption": text, "problem": problem}
    if arguments.attention_dir is not None:
        record["attention"] = None if attention is None else readable(str(attention))
    record |= confidence
    if arguments.alignments:
        record["grid"] = caption.grid
    record["candidates"] = [as_record(candidate, arguments) for candidate in caption.candidates]
    return json_line(record)
