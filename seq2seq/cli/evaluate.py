"""`seq2seq evaluate`: how good a model's translations, or those in a file, are."""

import argparse

from seq2seq.cli.decoding import MODEL_HELP, add_decoding_options
from seq2seq.cli.evaluation_set import add_data_options
from seq2seq.evaluation.defaults import TOKENIZERS

DESCRIPTION = """\
Score a translator by BLEU, chrF and TER (sacrebleu), a captioner by BLEU-1 to 4, ROUGE-L, CIDEr-D and, of English
captions where Java is, METEOR (coco-caption's rules), a classifier by accuracy and macro F1, a tagger by entity F1, a
language model by nats a character and perplexity, a forecaster by MAE, NLL and coverage beside persistence and AR(p), a
classifier of frames by accuracy: each with its signature and the 95 % interval of a bootstrap. Of captions the
diversity is told, too. The scores and all that is needed to repeat them go into scores.json in the model's folder, and
into its card.md.

  seq2seq evaluate models/es_en --data prepared/tatoeba --split test
  seq2seq evaluate models/captions --data prepared/flickr8k                (a captioner: its pictures' captions)
  seq2seq evaluate models/sentiment --data prepared/sst2 --split dev       (of others, their own data alike)
  seq2seq evaluate models/es_en --source talk.es --reference talk.en --translations talk.out
  seq2seq evaluate models/es_en --data prepared/tatoeba --baseline other_system.out     (is the difference chance?)
  seq2seq evaluate --hypothesis other_system.out --reference talk.en                    (no model: score a file)
"""

EPILOG = """\
scores.json holds: format (2) and evaluations, a record for each test set by its name, "tatoeba, test" or "talk.es". A
later evaluation on the same test set replaces its record and leaves the others; keep several with --output. A record
(--output writes it alone) holds: format (1), date, sentences, scores {metric: {value, interval, signature}}, data (name
and SHA-256 of each file), models, decoding (every setting of search), speed, baseline, diversity (of captions: how many
differ, words in use, mean length, and the shares, from 0 to 1, that are not in training, say a word twice in a row and
say the same three words twice; with its signature), versions and hardware.

--baseline: p is the probability of so large a difference between systems that are equally good, the larger one of
paired bootstrap resampling and approximate randomisation; `seq2seq report` makes the same tests.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to `parser`."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.usage = """
  %(prog)s MODEL [MODEL ...] --data FOLDER [options]
  %(prog)s MODEL [MODEL ...] --source FILE --reference FILE [options]
  %(prog)s --hypothesis FILE --reference FILE [options]
  %(prog)s --hypothesis FILE --data FOLDER [--target-language CODE] [options]"""
    parser.add_argument("model", nargs="*", metavar="MODEL", help=MODEL_HELP)
    data = add_data_options(parser, split="test")
    data.add_argument("--hypothesis", metavar="FILE", help="score these outputs, a line a source, not a model's")
    data.add_argument("--baseline", metavar="FILE", help="another system's outputs, for paired tests of the difference")
    scores = parser.add_argument_group("scores and results")
    scores.add_argument(
        "--tokenize",
        choices=TOKENIZERS,
        help="BLEU's tokenizer of texts (default: sacrebleu's for the target language)",
    )
    scores.add_argument("--lowercase", action="store_true", help="BLEU and chrF of texts without regard to case")
    scores.add_argument(
        "--translations",
        metavar="FILE",
        help="write what the model says there: translations, captions, labels, tags, forecasts",
    )
    scores.add_argument(
        "--output",
        metavar="FILE",
        help="where the record goes (default: beside those of other test sets in scores.json in the folder of MODEL; "
        "nowhere for several models or none)",
    )
    scores.add_argument(
        "--fit-confidence",
        action="store_true",
        help="learn from these references how far the model's probabilities can be trusted, and keep it in "
        "confidence.yaml in the folder of MODEL for --abstain-below and reports; use --split dev",
    )
    add_decoding_options(parser, without=("n_best", "samples"))  # one translation a line is scored


def run(arguments: argparse.Namespace) -> None:
    """Generate, score and record as `arguments` say."""
    from seq2seq.cli.evaluating import evaluate  # only now: it takes seconds, and help and slips shall not wait

    evaluate(arguments)
