"""Prepare the Spanish-English corpus that comes with the toolkit."""

from collections.abc import Iterator

from data_prep.corpus import Corpus, describe_text
from data_prep.lines import Line
from data_prep.options import command_line, make_parser, settings_of
from data_prep.pipeline import prepare
from data_prep.sample.corpus import sentence_pairs
from seq2seq.errors import run_command

DESCRIPTION = """\
Prepare the Spanish-English corpus that comes with the toolkit: a phrasebook and sentences made by a grammar. It is
small and simple: enough to see everything work in minutes, and no more.

example:
  python -m data_prep.sample --output prepared/sample
"""


def main() -> None:
    """Read the arguments and prepare the folder."""
    arguments = make_parser("sample", DESCRIPTION, split_size=300, vocab_size=2000).parse_args()
    settings = settings_of(arguments)
    pairs = sentence_pairs()
    text = "".join(f"{spanish}\t{english}\n" for spanish, english in pairs)
    source = "data_prep/sample/corpus.py"

    def lines() -> Iterator[Line]:
        for number, pair in enumerate(pairs, start=1):
            yield Line(source, number, pair)

    corpus = Corpus(
        name="sample-es-en",
        languages=("es", "en"),
        licence="MIT",
        attribution="written for this toolkit",
        command=command_line("sample"),
        inputs=[describe_text(source, text)],
        lines={"train": lines()},
    )
    prepare(corpus, settings)


if __name__ == "__main__":
    run_command(main)
