import itertools

import pytest
import torch
from toy_tags import SENTENCES, save_tagger, write_tagged

from seq2seq.data.entities import may_follow
from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import UserError
from seq2seq.evaluation.measure import measure
from seq2seq.inference import Tagger

LINES = [text for text, _ in SENTENCES]
LABELS = ("O", "B-person", "I-person", "B-place", "I-place", "B-product", "I-product")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_tagged(tmp_path_factory.mktemp("tagged") / "prepared", {"train": SENTENCES, "dev": SENTENCES})


@pytest.fixture(scope="module")
def folders(prepared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("taggers")
    return [save_tagger(folder / f"model{seed}", prepared, seed) for seed in (1, 2)]


@pytest.fixture(scope="module")
def tagger(folders) -> Tagger:
    return Tagger.load(folders[0], device="cpu", precision="fp32")


def test_a_tag_for_each_token_that_may_stand_there(tagger):
    found = tagger.tag([*LINES, ""])
    assert [len(tags) for tags in found] == [len(line.split()) for line in [*LINES, ""]]
    assert len({tag for tags in found for tag in tags}) > 1
    assert all(may_follow(tag, before) for tags in found for before, tag in itertools.pairwise(["O", *tags]))
    assert tagger.labels == LABELS


def test_neither_the_batch_nor_the_order_changes_a_sentence(tagger):
    found = tagger.tag_detailed(LINES, probabilities=True)
    for batch_size in (1, 2):
        again = tagger.tag_detailed([*reversed(LINES), " "], batch_size=batch_size, probabilities=True)[:-1]
        for one, other in zip(found, reversed(again), strict=True):
            assert one.tags == other.tags
            torch.testing.assert_close(torch.tensor(one.probabilities), torch.tensor(other.probabilities))


def test_tokens_may_be_given_as_they_are(tagger):
    assert tagger.tag([line.split() for line in LINES]) == tagger.tag(LINES)
    (found,) = tagger.tag_detailed([["odd token", "\u00a0", "x"]])
    assert len(found.tags) == 3


def test_probabilities_are_of_each_label_of_each_token(tagger):
    for found in tagger.tag_detailed(LINES, probabilities=True):
        shares = torch.tensor(found.probabilities)
        assert shares.shape == (len(found.tokens), len(LABELS))
        torch.testing.assert_close(shares.sum(1), torch.ones(len(found.tokens)))
    assert tagger.tag_detailed([""], probabilities=True)[0].probabilities == ()
    assert tagger.tag_detailed(LINES)[0].probabilities is None


def test_an_ensemble_averages_the_probabilities(folders):
    each = [Tagger.load(folder, "cpu", "fp32").tag_detailed(LINES, probabilities=True) for folder in folders]
    together = Tagger.load(folders, "cpu", "fp32").tag_detailed(LINES, probabilities=True)
    for first, second, both in zip(*each, together, strict=True):
        mean = (torch.tensor(first.probabilities) + torch.tensor(second.probabilities)) / 2
        torch.testing.assert_close(torch.tensor(both.probabilities), mean)
        assert all(may_follow(tag, before) for before, tag in itertools.pairwise(["O", *both.tags]))
    assert Tagger.load(folders, "cpu", "fp32").tag(LINES) == [list(found.tags) for found in together]


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_other_number_formats_work(folders, precision):
    if precision == "int8" and not torch.cpu.get_capabilities().get("avx2"):
        pytest.skip("no 8-bit products on this processor")
    found = Tagger.load(folders[0], "cpu", precision).tag_detailed(LINES, probabilities=True)
    expected = Tagger.load(folders[0], "cpu", "fp32").tag_detailed(LINES, probabilities=True)
    for one, other in zip(found, expected, strict=True):
        assert (torch.tensor(one.probabilities) - torch.tensor(other.probabilities)).abs().max() < 0.1


@pytest.mark.parametrize(
    ("sentences", "told"),
    [
        ("a sentence", "sentences: a str; give a list of sentences"),
        ([3], r"sentences\[0\]: 3; give a string, or a list of tokens"),
        ([["a", ""]], r"sentences\[0\]: .* none empty"),
        ([["a", 2]], r"sentences\[0\]"),
    ],
)
def test_what_is_no_list_of_sentences_is_told(tagger, sentences, told):
    with pytest.raises(TypeError, match=told):
        tagger.tag(sentences)


def test_a_tagger_is_measured_beside_the_dictionary(tagger, folders, prepared):
    found, record = measure(tagger, folders[0], PreparedFolder.open(prepared), "dev", 2)
    assert set(record["scores"]) == {"entity F1", "precision", "recall"}
    assert record["baselines"]["dictionary"]["entity F1"]["value"] == 100, "dev is train here"
    assert set(record["by_type"]) == {"person", "place", "product"}
    assert [len(line.split()) for line in found.outputs] == [len(line.split()) for line in LINES]


def test_text_in_another_language_is_told(tagger, folders, tmp_path):
    other = write_tagged(tmp_path / "es", {"train": SENTENCES, "dev": SENTENCES}, language="es")
    with pytest.raises(UserError, match="its text is es, but the model has learned en"):
        measure(tagger, folders[0], PreparedFolder.open(other), "dev", 2)
