"""Sentences a second and BLEU of one model: greedy and beam 5, in every number format, on the dev split.

python -m benchmarks.decoding runs/translate_es_en_budget20/model --data prepared/tatoeba
"""

import time

import sacrebleu

from benchmarks.options import make_parser
from seq2seq.cli.arguments import at_least
from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import run_command
from seq2seq.inference import Translator

SEARCHES: tuple[tuple[str, dict[str, str | int]], ...] = (("greedy", {"method": "greedy"}), ("beam 5", {"beam": 5}))
WARM_UP = 200  # sentences


def main() -> None:
    """Measure, and print a table."""
    parser = make_parser("decoding", __doc__)
    parser.add_argument("model", help="model folder")
    parser.add_argument("--data", required=True, help="prepared folder")
    parser.add_argument("--batch-size", type=at_least(1), default=64, help="sentences decoded at once (default: 64)")
    options = parser.parse_args()
    prepared = PreparedFolder.open(options.data)
    for precision in ("int8", "bf16", "fp32"):
        translator = Translator.load(options.model, device="cpu", precision=precision)
        sources, references = prepared.pairs("dev", translator.source.code, translator.target.code)
        for name, search in SEARCHES:
            translator.translate(sources[:WARM_UP], batch_size=options.batch_size, **search)
            begin = time.perf_counter()
            translations = translator.translate(sources, batch_size=options.batch_size, **search)
            seconds = time.perf_counter() - begin
            bleu = sacrebleu.corpus_bleu(translations, [references]).score
            print(f"{precision}  {name:6}  {len(sources) / seconds:5.0f} sentences/s  BLEU {bleu:.2f}", flush=True)


if __name__ == "__main__":
    run_command(main)
