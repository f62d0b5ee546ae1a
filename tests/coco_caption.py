"""coco-caption itself, Java and all, as the reference of our scores of captions.

What it gave is stored beside the tests: for captions written for this purpose (`coco_case.json`, the pictures are the
source and all else is made), and for Flickr8k (`coco_flickr8k.json`, numbers only). To make both anew, with Java:

    python -m venv /tmp/coco && /tmp/coco/bin/pip install numpy && /tmp/coco/bin/pip install --no-deps pycocoevalcap
    /tmp/coco/bin/python tests/coco_caption.py
"""

import hashlib
import json
from pathlib import Path

FOLDER = Path(__file__).parent / "unit" / "evaluation" / "captions"
CASE = FOLDER / "coco_case.json"
FLICKR8K_VALUES = FOLDER / "coco_flickr8k.json"
FLICKR8K = Path(__file__).parents[2] / "shared" / "data" / "flickr8k"

System = tuple[list[str], list[list[str]]]  # one caption a picture, and the references of each


def read_flickr8k() -> tuple[list[str], list[list[str]]]:
    """All captions in the file's order, and the five of each dev picture in the order of the list."""
    captions, by_picture = [], {}
    for line in (FLICKR8K / "Flickr8k.token.txt").read_text(encoding="utf-8").splitlines():
        name, caption = line.split("\t")
        captions.append(caption)
        by_picture.setdefault(name.split("#")[0], []).append(caption)
    names = (FLICKR8K / "Flickr_8k.devImages.txt").read_text(encoding="utf-8").split()
    return captions, [by_picture[name] for name in names]


def systems(pictures: list[list[str]]) -> dict[str, System]:
    """System outputs of every quality, out of the five captions of each picture."""
    return {
        "held out": ([captions[0] for captions in pictures], [captions[1:] for captions in pictures]),
        "of the next picture": ([pictures[number - 1][1] for number in range(len(pictures))], pictures),
        "spoiled": ([_spoil(captions[2], number) for number, captions in enumerate(pictures)], pictures),
    }


def _spoil(caption: str, number: int) -> str:
    words = caption.split()
    ways = ["", " ".join(words[: len(words) // 2]), " ".join(words[:3] + words), caption.upper(), " ".join(words[::-1])]
    return ways[number] if (number := number % 8) < len(ways) else caption


def digest(tokens: list[list[str]]) -> str:
    """One number for the tokens of many captions."""
    return hashlib.sha256("\n".join(" ".join(words) for words in tokens).encode()).hexdigest()


def main() -> None:
    """Store what coco-caption gives."""
    case = json.loads(CASE.read_text(encoding="utf-8"))
    hypotheses = [picture["caption"] for picture in case["pictures"]]
    references = [picture["references"] for picture in case["pictures"]]
    told = _tokenize([caption for captions in [hypotheses, *references] for caption in captions])
    case["tokens"] = [" ".join(tokens) for tokens in told]
    case["scores"], case["scores of each picture"] = _score(hypotheses, references)
    CASE.write_text(json.dumps(case, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    captions, pictures = read_flickr8k()
    values = {
        "captions": len(captions),
        "sha256 of the tokens of all": digest(_tokenize(captions)),
        "scores on dev": {name: _score(*system)[0] for name, system in systems(pictures).items()},
    }
    FLICKR8K_VALUES.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


def _tokenize(captions: list[str]) -> list[list[str]]:
    from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

    told = PTBTokenizer().tokenize({0: [{"caption": caption} for caption in captions]})
    return [caption.split(" ") if caption else [] for caption in told[0]]


def _score(hypotheses: list[str], references: list[list[str]]) -> tuple[dict[str, float], dict[str, list[float]]]:
    """The scores of a system, and those of each picture, as coco-caption gives them: mostly from 0 to 1."""
    from pycocoevalcap.bleu.bleu import Bleu
    from pycocoevalcap.cider.cider import Cider
    from pycocoevalcap.meteor.meteor import Meteor
    from pycocoevalcap.rouge.rouge import Rouge
    from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

    tokenizer = PTBTokenizer()
    told = tokenizer.tokenize({number: [{"caption": caption}] for number, caption in enumerate(hypotheses)})
    expected = tokenizer.tokenize(
        {number: [{"caption": caption} for caption in captions] for number, captions in enumerate(references)}
    )
    bleu, bleu_of_each = Bleu(4).compute_score(expected, told, verbose=0)
    scores = {f"BLEU-{order + 1}": value for order, value in enumerate(bleu)}
    of_each = {f"BLEU-{order + 1}": values for order, values in enumerate(bleu_of_each)}
    for name, scorer in [("ROUGE-L", Rouge()), ("CIDEr-D", Cider()), ("METEOR", Meteor())]:
        value, values = scorer.compute_score(expected, told)
        scores[name], of_each[name] = float(value), [float(item) for item in values]
    return scores, of_each


if __name__ == "__main__":
    main()
