import json
import time
from importlib.metadata import version

import numpy as np
import pytest
from coco_caption import CASE, FLICKR8K, FLICKR8K_VALUES, read_flickr8k, systems

from seq2seq.errors import UserError
from seq2seq.evaluation.captions import BleuReward, CiderD, find_meteor, ptb_tokenize, score_captions

NAMES = ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-L", "CIDEr-D"]
CASE_VALUES = json.loads(CASE.read_text(encoding="utf-8"))
CAPTIONS = [picture["caption"] for picture in CASE_VALUES["pictures"]]
REFERENCES = [picture["references"] for picture in CASE_VALUES["pictures"]]


flickr8k = pytest.mark.skipif(not FLICKR8K.is_dir(), reason="Flickr8k is not here")


def assert_equal(scores, expected):
    for name, score in scores.items():
        assert score.value / 100 == pytest.approx(expected[name], abs=5e-5), name


def test_own_captions_as_by_coco_caption():
    scores = score_captions(CAPTIONS, REFERENCES, resamples=0)
    assert list(scores) == NAMES
    assert_equal(scores, CASE_VALUES["scores"])


@flickr8k
def test_flickr8k_dev_as_by_coco_caption():
    values = json.loads(FLICKR8K_VALUES.read_text(encoding="utf-8"))["scores on dev"]
    outputs = systems(read_flickr8k()[1])
    assert values.keys() == outputs.keys()
    for name, (captions, references) in outputs.items():
        assert_equal(score_captions(captions, references, resamples=0), values[name])


@flickr8k
def test_meteor_of_flickr8k_dev_as_by_coco_caption():
    try:
        meteor = find_meteor()
    except UserError as error:
        pytest.skip(str(error))
    values = json.loads(FLICKR8K_VALUES.read_text(encoding="utf-8"))["scores on dev"]
    scores = score_captions(*systems(read_flickr8k()[1])["held out"], resamples=0, meteor=meteor)
    assert_equal({"METEOR": scores["METEOR"]}, values["held out"])


def test_rewards_are_the_values_of_pictures():
    of_each = CASE_VALUES["scores of each picture"]
    captions = [ptb_tokenize(caption) for caption in CAPTIONS]
    # coco-caption's n-grams part at the no-break space of "1 1/2"
    references = [[" ".join(ptb_tokenize(caption)).split() for caption in captions] for captions in REFERENCES]
    numbers = range(len(captions))
    assert CiderD(references).scores(captions, numbers) == pytest.approx(of_each["CIDEr-D"], abs=1e-9)
    for longest in range(1, 5):
        values = BleuReward(references, longest).scores(captions, numbers)
        assert values == pytest.approx(of_each[f"BLEU-{longest}"], abs=1e-9)
    mean = sum(of_each["CIDEr-D"]) / len(captions)
    assert score_captions(CAPTIONS, REFERENCES, resamples=0)["CIDEr-D"].value == pytest.approx(100 * mean)


def test_own_reference_is_perfect():
    scores = score_captions([captions[-1] for captions in REFERENCES], REFERENCES, resamples=50)
    assert scores["BLEU-1"].value == pytest.approx(100)
    assert scores["BLEU-4"].value == pytest.approx(100)
    assert scores["ROUGE-L"].value == pytest.approx(100)
    assert scores["BLEU-4"].interval == pytest.approx((100, 100))


def test_empty_captions_score_nothing():
    scores = score_captions([""] * len(REFERENCES), REFERENCES, resamples=50)
    assert [score.value for score in scores.values()] == [0] * len(scores)
    some = score_captions(["", *CAPTIONS[1:]], REFERENCES, resamples=0)
    whole = score_captions(CAPTIONS, REFERENCES, resamples=0)
    for name in ("ROUGE-L", "CIDEr-D"):
        assert 0 < some[name].value < whole[name].value


def test_order_of_pictures_and_references_does_not_matter():
    scores = score_captions(CAPTIONS, REFERENCES, resamples=0)
    turned = score_captions(CAPTIONS[::-1], [captions[::-1] for captions in REFERENCES[::-1]], resamples=0)
    assert [turned[name].value for name in scores] == pytest.approx([score.value for score in scores.values()])


def test_interval_holds_the_value_narrows_with_more_pictures_and_is_repeatable():
    scores = score_captions(CAPTIONS, REFERENCES)
    # CIDEr-D of the same pictures four times over is another score: no n-gram is rare any more.
    more = score_captions(CAPTIONS * 4, REFERENCES * 4)
    for name, score in scores.items():
        low, high = score.interval
        assert 0 <= low < score.value < high
        assert more[name].interval[1] - more[name].interval[0] < high - low
    assert score_captions(CAPTIONS, REFERENCES) == scores
    assert score_captions(CAPTIONS[:1], REFERENCES[:1])["BLEU-1"].interval is None
    assert score_captions(CAPTIONS, REFERENCES, resamples=0)["BLEU-1"].interval is None


def test_interval_agrees_with_resampling_the_pictures_themselves():
    random = np.random.default_rng(1)
    drawn = [random.integers(len(CAPTIONS), size=len(CAPTIONS)) for _ in range(100)]
    values = [
        score_captions([CAPTIONS[i] for i in chosen], [REFERENCES[i] for i in chosen], resamples=0)["BLEU-2"].value
        for chosen in drawn
    ]
    low, high = np.quantile(values, [0.025, 0.975])
    assert score_captions(CAPTIONS, REFERENCES)["BLEU-2"].interval == pytest.approx((low, high), abs=3)


def test_signature_says_what_was_done():
    scores = score_captions(CAPTIONS, REFERENCES, resamples=50)
    signature = scores["CIDEr-D"].signature
    for part in ("nrefs:1-5", "pictures:24", "rules:coco-caption", "tok:ptb", "bs:50", "sigma:6", version("seq2seq")):
        assert part in signature
    assert "nrefs:2|" in score_captions(["a dog"] * 2, [["a dog", "dogs"]] * 2)["BLEU-4"].signature
    assert len({score.signature for score in scores.values()}) == len(scores)


def test_a_thousand_pictures_take_seconds():
    captions, references = CAPTIONS * 42, REFERENCES * 42
    started = time.thread_time()
    score_captions(captions, references)
    assert time.thread_time() - started < 10


@pytest.mark.parametrize(
    ("captions", "references", "message"),
    [
        ([], [], "nothing to score"),
        (["a dog"], [], "nothing to score"),
        (["a"] * 3, [["a"]] * 2, "3 captions but references of 2 pictures; they must be as many"),
        (["a"] * 3, [["a"] * 3] * 2, "must be one list a picture"),
        (["a", "b"], [["a"], []], "picture 2 has no references"),
        (["a"], ["a dog"], "picture 1: its references must be a list of captions"),
    ],
)
def test_wrong_input_is_told(captions, references, message):
    with pytest.raises(UserError) as error:
        score_captions(captions, references)
    assert message in str(error.value)
    assert "\n" not in str(error.value)
