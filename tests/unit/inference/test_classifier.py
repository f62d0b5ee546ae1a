import pytest
import torch
from toy_labels import LABELS, save_classifier

from data_prep.sample_labels import opinions
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError
from seq2seq.inference import TextClassifier, Translator

TEXTS = [text for text, _ in opinions(40)]


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    path = tmp_path_factory.mktemp("tokenizer") / "en.model"
    Tokenizer.train(TEXTS, path, vocab_size=90)
    return path


@pytest.fixture(scope="module")
def folders(tmp_path_factory, tokenizer):
    folder = tmp_path_factory.mktemp("classifiers")
    return [save_classifier(folder / str(seed), tokenizer, seed, pooling="attention") for seed in (1, 2)]


def load(folders, precision="fp32") -> TextClassifier:
    return TextClassifier.load(folders, device="cpu", precision=precision)


def probabilities(model: TextClassifier, texts, **options) -> torch.Tensor:
    return torch.tensor([list(found.probabilities.values()) for found in model.classify_detailed(texts, **options)])


def test_every_text_gets_its_label_in_order(folders):
    model = load(folders[0])
    found = model.classify_detailed(TEXTS)
    assert [item.text for item in found] == TEXTS
    assert model.classify(TEXTS) == [item.label for item in found]
    assert {item.label for item in found} <= set(LABELS)
    for item in found:
        assert tuple(item.probabilities) == model.labels == LABELS
        assert sum(item.probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert item.label == max(item.probabilities, key=item.probabilities.__getitem__)


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_a_batch_of_one_is_a_batch_of_many(folders, precision):
    if precision == "int8" and not torch.cpu.get_capabilities().get("avx2"):
        pytest.skip("8-bit products need an x86 processor with AVX2")
    model = load(folders[0], precision)
    many = probabilities(model, TEXTS)
    for batch_size in (1, 3):
        torch.testing.assert_close(probabilities(model, TEXTS, batch_size=batch_size), many)
    torch.testing.assert_close(probabilities(model, TEXTS[::-1]).flip(0), many)


def test_an_ensemble_gives_the_mean(folders):
    each = [probabilities(load(folder), TEXTS) for folder in folders]
    torch.testing.assert_close(probabilities(load(folders), TEXTS), (each[0] + each[1]) / 2)
    assert not torch.allclose(*each)


def test_texts_without_words_get_no_label(folders):
    found = load(folders[0]).classify_detailed(["", TEXTS[0], " \u200b\t"], attention=True)
    assert [item.label for item in found[::2]] == ["", ""]
    assert found[0].probabilities == {}
    assert found[0].words == ()
    assert found[1].label in LABELS
    assert load(folders[0]).classify([]) == []


def test_spelling_forms_of_one_text_are_one_text(folders):
    text = TEXTS[0].replace(" ", "  ") + "\u200b"
    torch.testing.assert_close(probabilities(load(folders[0]), [text]), probabilities(load(folders[0]), TEXTS[:1]))


def test_attention_lies_on_the_words(folders):
    for item in load(folders).classify_detailed(TEXTS, attention=True):
        assert [word for word, _ in item.words] == item.text.split()
        assert 0 < sum(weight for _, weight in item.words) < 1, "the rest lies on the end"
    assert load(folders[0]).classify_detailed(TEXTS[:1])[0].words is None


def test_attention_that_is_not_there_is_told(tmp_path, tokenizer):
    model = load(save_classifier(tmp_path / "model", tokenizer, pooling="max"))
    with pytest.raises(UserError, match="the model pools by max, not by attention"):
        model.classify_detailed(TEXTS, attention=True)


def test_long_texts_are_read_whole(folders):
    text = " ".join(TEXTS)
    found = load(folders[0]).classify_detailed([text, TEXTS[0]], attention=True)
    assert [word for word, _ in found[0].words] == text.split()


def test_unknown_script_is_told(folders):
    unread = [item.unread for item in load(folders[0]).classify_detailed([TEXTS[0], "жжж", ""])]
    assert unread == [False, True, False]


def test_models_of_an_ensemble_must_share_labels(tmp_path, tokenizer, folders):
    other = save_classifier(tmp_path / "other", tokenizer, labels=("bad", "good"))
    with pytest.raises(UserError, match="other labels than those of"):
        load([folders[0], other])


def test_other_models_and_arguments_are_refused(folders, random_models):
    with pytest.raises(UserError, match="is a translator; use it with `seq2seq translate`"):
        load(random_models[0])
    with pytest.raises(UserError, match="is a classifier; use it with `seq2seq classify`"):
        Translator.load(folders[0])
    with pytest.raises(TypeError, match="texts: a single str"):
        load(folders[0]).classify("text")
    with pytest.raises(UserError, match="batch_size 0"):
        load(folders[0]).classify(TEXTS, batch_size=0)


def test_progress_ends_with_all(folders):
    seen = []
    load(folders[0]).classify_detailed([*TEXTS, ""], batch_size=8, progress=lambda *counts: seen.append(counts))
    assert seen[-1] == (41, 41)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
