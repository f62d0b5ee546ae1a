"""From raw text to a translator in use, and from pictures to a captioner, in a few minutes: what `make demo` runs.

Each step is a command that you can type yourself; it is printed before it runs. The corpus is the one that comes with
the toolkit, and the pictures are drawn by it, so nothing is downloaded.
"""

import argparse
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from seq2seq.cli.arguments import Parser
from seq2seq.data.prepared import IMAGE, PreparedFolder
from seq2seq.errors import UserError, run_command
from seq2seq.inference import Captioner, Translation, Translator
from seq2seq.inference.attention_pictures import AttentionPictures

PREPARED, SCENES, RUN = Path("prepared/demo"), Path("prepared/demo_scenes"), Path("runs/demo")
TRAINING, CAPTIONING = Path("recipes/translate_es_en"), Path("recipes/caption_flickr8k")
SCENES_CONFIGS = "--config recipes/caption_scenes/config.yaml --config recipes/caption_scenes/demo.yaml"
LANGUAGES = {"en": "English", "es": "Spanish"}
NEW_SCENES = 6
NEW_SENTENCES = [
    "Mi hermana no quiere comprar la casa vieja.",
    "¿Dónde están las llaves?",
    "Los niños comieron el pan en la cocina.",
    "Mañana vamos a ver la película.",
    "Ella es más alta que su padre.",
    "Si tengo tiempo, te ayudaré.",
]
"""Sentences that you are welcome to change; those that happen to be in the training text are not shown."""


def main() -> None:
    """Prepare, train, score, translate, and say where everything lies."""
    Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    begin = time.monotonic()
    shutil.rmtree(RUN, ignore_errors=True)
    translate()
    caption()
    _title("Where everything lies")
    for what, where in (
        ("the corpus, with what was done to it", PREPARED / "manifest.json"),
        ("the translator, to copy and keep", RUN / "model"),
        ("its scores", RUN / "model" / "scores.json"),
        ("whether it is good: open it in a browser", RUN / "report" / "index.html"),
        ("its learning curves", RUN / "curves.png"),
        ("its gates and attention over a sentence", RUN / "inside"),
        ("the drawn pictures", SCENES / "images"),
        ("the captioners", RUN / "captions_en" / "model"),
        ("whether they are good", RUN / "captions_en" / "report" / "index.html"),
        ("what each word of a caption looked at", RUN / "attention"),
    ):
        print(f"  {where!s:40} {what}")
    print(f"\nTry it:  echo '¿Qué hora es?' | .venv/bin/seq2seq translate {RUN / 'model'}")
    print(f"         .venv/bin/seq2seq caption {RUN / 'captions_en' / 'model'} {SCENES / 'images' / 'test-*.png'}")
    print(f"Then train on real data: {TRAINING}/README.md, {CAPTIONING}/README.md")
    print(f"({(time.monotonic() - begin) / 60:.1f} minutes)")


def translate() -> None:
    """A translator of the sample corpus."""
    _run("Prepare the corpus", f"-m data_prep.sample --output {PREPARED} --force")
    _run(
        "Train for two minutes and score the best model",
        f"{TRAINING}/train.py --config {TRAINING}/demo.yaml --data.prepared {PREPARED} --output {RUN}",
    )
    _title("Translate sentences that were not in training")
    known = set(PreparedFolder.open(PREPARED).pairs("train", "es", "en")[0])
    translator = Translator.load(RUN / "model")
    for translation in translator.translate_detailed(
        [text for text in NEW_SENTENCES if text not in known], alignments=True
    ):
        print(draw(translation) + "\n")


def caption() -> None:
    """Captioners of drawn scenes in two languages, the picture network trained with them."""
    _run("Draw scenes and caption them in two languages", f"-m data_prep.scenes --output {SCENES} --force")
    for language, name in LANGUAGES.items():
        _run(
            f"Train a captioner for a minute: {name}",
            f"{CAPTIONING}/train.py {SCENES_CONFIGS} --data.prepared {SCENES} --data.language {language} "
            f"--output {RUN / f'captions_{language}'}",
        )
    _title("Caption scenes that were not in training")
    prepared = PreparedFolder.open(SCENES)
    names = list(dict.fromkeys(prepared.column("test", IMAGE)))
    chosen = [prepared.image_path(name) for name in names[:: len(names) // NEW_SCENES][:NEW_SCENES]]
    captioners = {language: Captioner.load(RUN / f"captions_{language}" / "model") for language in LANGUAGES}
    found = {
        language: captioner.caption_detailed(chosen, alignments=True) for language, captioner in captioners.items()
    }
    for number, path in enumerate(chosen):
        print(f"  {path.name}")
        for language, captions in found.items():
            print(f"    {captions[number].text}")
            folder = RUN / "attention" / language
            AttentionPictures(folder, captioners[language].transform).write(captions[number])


def draw(translation: Translation) -> str:
    """A translation, and under it each piece written beside the source pieces that it looked at most.

    A darker block is a larger share of the attention.
    """
    candidate = translation.candidates[0]
    lines = [f"  {translation.source}", f"  {candidate.text}"]
    if candidate.alignment is not None:
        width = max(map(len, candidate.tokens))
        columns = [piece.replace("▁", "_") for piece in translation.source_tokens]
        lines.append(" " * (width + 6) + " ".join(columns))
        for token, weights in zip(candidate.tokens, candidate.alignment.tolist(), strict=True):
            cells = [
                " ░▒▓█"[min(4, round(weight * 4))].center(len(column))
                for weight, column in zip(weights, columns, strict=True)
            ]
            lines.append(f"    {token.replace('▁', '_'):>{width}}  " + " ".join(cells))
    return "\n".join(lines)


def _title(text: str) -> None:
    print(f"\n=== {text}", flush=True)


def _run(title: str, arguments: str) -> None:
    _title(title)
    print(f"$ python {arguments}", flush=True)
    code = subprocess.run([sys.executable, *shlex.split(arguments)]).returncode
    if code:
        raise UserError(f"`python {arguments}` ended with code {code}; what it said above tells why")


if __name__ == "__main__":
    run_command(main)
