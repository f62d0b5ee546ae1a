"""Prepare the Tatoeba sentence pairs that manythings.org publishes for Anki."""

import argparse
import contextlib
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from data_prep.corpus import Corpus, describe_input
from data_prep.download import download
from data_prep.lines import read_tsv
from data_prep.options import command_line, make_parser, settings_of
from data_prep.pipeline import prepare
from seq2seq.cli.arguments import language_code
from seq2seq.errors import UserError, run_command

URL = "https://www.manythings.org/anki/spa-eng.zip"
COLUMNS = (1, 0)  # English comes first in the file, second in the prepared folder
WIDTHS = (2, 3)  # newer editions attribute each pair in a third column

DESCRIPTION = """\
Prepare the Tatoeba sentence pairs of https://www.manythings.org/anki/: English, a tab, the other language, and in
newer editions a third column that attributes the pair.

FILE is the text (spa.txt) or the zip around it (spa-eng.zip). Without FILE the zip is downloaded; an interrupted
download goes on where it stopped.

examples:
  python -m data_prep.tatoeba --output prepared/tatoeba
  python -m data_prep.tatoeba spa-eng.zip --output prepared/tatoeba --vocab-size 16000
  python -m data_prep.tatoeba deu.txt --language de --output prepared/tatoeba_de
"""


def main() -> None:
    """Read the arguments, fetch the file if none is given, and prepare the folder."""
    parser = make_parser("tatoeba", DESCRIPTION)
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the text or zip; without it, a download")
    parser.add_argument("--language", type=language_code, default="es", metavar="CODE", help="of the second column")
    parser.add_argument("--url", type=_zip_url, default=URL, help="where to download the zip")
    parser.add_argument(
        "--download-dir", type=Path, metavar="DIR", help="where the zip stays; without it, downloads/ beside the output"
    )
    arguments = parser.parse_args()
    settings = settings_of(arguments)
    if arguments.language == "en":
        raise UserError("--language en: English is the first column; give the code of the second")
    if arguments.file is None and arguments.language != "es" and arguments.url == URL:
        raise UserError(f"--language {arguments.language}: give FILE or the --url of that language's zip as well")
    file = arguments.file or download(
        arguments.url,
        (arguments.download_dir or arguments.output.parent / "downloads") / Path(urlsplit(arguments.url).path).name,
        "get the zip from https://www.manythings.org/anki/ by other means and give it: "
        f"python -m data_prep.tatoeba spa-eng.zip --output {arguments.output}",
    )
    with _text_of(file) as text:
        corpus = Corpus(
            name=f"tatoeba-{arguments.language}-en",
            languages=(arguments.language, "en"),
            licence="CC BY 2.0 FR",
            attribution="tatoeba.org and its contributors, by way of manythings.org/anki",
            command=command_line("tatoeba"),
            inputs=[describe_input(file)],
            lines={"train": read_tsv(text, COLUMNS, WIDTHS)},
        )
        prepare(corpus, settings)


def _zip_url(text: str) -> str:
    """An argparse type: the address of a file on a web server."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or not Path(parts.path).name:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not the address of a file that begins with https:// or http://; "
            "a file on this machine is given as FILE"
        )
    return text


@contextlib.contextmanager
def _text_of(file: Path) -> Iterator[Path]:
    """The text file itself, or the one in a zip, unpacked for as long as the block runs."""
    if not zipfile.is_zipfile(file):
        if file.suffix == ".zip" and file.exists():
            raise UserError(f"{file}: not a zip file, or a damaged one; delete it and get it again")
        yield file
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(file) as archive:
                # Beside the sentences there may be an _about.txt, or a ._spa.txt that a Mac made.
                texts = [name for name in archive.namelist() if name.endswith(".txt")]
                members = [name for name in texts if not Path(name).name.startswith(("_", "."))]
                if len(members) != 1:
                    raise UserError(f"{file}: one sentence file (*.txt) is wanted in the zip; there are {members}")
                text = Path(folder, Path(members[0]).name)
                with archive.open(members[0]) as packed, text.open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
            raise UserError(f"{file}: a damaged zip file ({error}); delete it and get it again") from error
        yield text


if __name__ == "__main__":
    run_command(main)
