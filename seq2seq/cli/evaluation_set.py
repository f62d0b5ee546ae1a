"""What the options --data, --split, --source, --reference and --target-language say is scored."""

import argparse
from typing import TYPE_CHECKING

from seq2seq.cli.arguments import Parser, language_code
from seq2seq.data.prepared import CAPTIONS, IMAGE, SPLITS, TRANSLATION, PreparedFolder
from seq2seq.errors import UserError, suggest
from seq2seq.evaluation.test_set import TestSet, prepared_test_set, text_test_set

if TYPE_CHECKING:  # what takes seconds to import is imported when the options are known to be right
    from seq2seq.inference import Generator


def add_data_options(parser: Parser | argparse.ArgumentParser, split: str) -> argparse._ArgumentGroup:
    """Add these options, and give their group; `split` is the default of --split."""
    data = parser.add_argument_group("what is scored, and against what")
    data.add_argument("--data", metavar="FOLDER", help="a prepared folder; the model knows which side is the source")
    data.add_argument(
        "--split",
        choices=SPLITS,
        default=split,
        help="of the prepared folder (default: %(default)s; `seq2seq evaluate` scores test where nothing else is said, "
        "`seq2seq report`, which shows the outputs, dev, so that test stays unseen)",
    )
    data.add_argument("--source", metavar="FILE", help="text to translate, a sentence a line")
    data.add_argument(
        "--reference",
        metavar="FILE",
        action="append",
        default=[],
        help="its true translation, line for line; give the option again for a second reference",
    )
    data.add_argument(
        "--target-language",
        type=language_code,
        metavar="CODE",
        help="language of what is scored, where neither a model nor --data in a single language tells (picks the side "
        "of --data, and BLEU's tokenizer)",
    )
    return data


def read_test_set(arguments: argparse.Namespace, model: "Generator | None", with_training: bool = False) -> TestSet:
    """The test set that these options name.

    Args:
        arguments: of the command line.
        model: what shall work on it, if there is one: it knows the languages.
        with_training: whether the training sentences of --data are wanted, too, where it has them.

    Raises:
        UserError: files or columns that are not there, or do not go together; another language than the model's or the
            data's.
    """
    from seq2seq.inference import Captioner, Translator

    language = arguments.target_language
    if model is not None:
        if language not in (None, model.target.code):
            raise UserError(f"--target-language {language}: the model writes {model.target.code}; leave the option out")
        language = model.target.code
    if not arguments.data:
        if isinstance(model, Captioner):
            raise UserError("--source and --reference are for translators; score a captioner with --data FOLDER")
        return text_test_set(arguments.source, arguments.reference, language)
    prepared = PreparedFolder.open(arguments.data)
    if prepared.task not in (TRANSLATION, CAPTIONS):
        raise UserError(
            f"{prepared.path}: prepared for {prepared.task}, but here translations and captions are scored; for a "
            f"model for {prepared.task} use `seq2seq evaluate MODEL --data {prepared.path}`"
        )
    captions = prepared.task == CAPTIONS
    if language is None and len(prepared.languages) > 1:
        there = " or ".join(prepared.languages)
        raise UserError(f"--target-language CODE is needed beside --data where no model tells it: {there}")
    language = language or prepared.languages[0]
    if model is None and language not in prepared.languages:
        there = " and ".join(prepared.languages)
        hint = suggest(language, prepared.languages)
        raise UserError(f"--target-language {language}: {prepared.path} has no such language; it holds {there}{hint}")
    if model is not None and captions != isinstance(model, Captioner):
        raise UserError(f"{prepared.path}: holds {prepared.task}, which is not what the model has learned")
    others = [column for column in prepared.columns if column != language]
    origin = model.source.code if isinstance(model, Translator) else IMAGE if captions else others[0]
    return prepared_test_set(prepared, arguments.split, origin, language, with_training)
