from dataclasses import replace

import numpy as np
import pytest
import torch
from toy_data import reversed_words, write_prepared
from toy_labels import LABELS, toy_opinions, write_labelled

from data_prep.sample_labels import opinions
from seq2seq.data.labelled import LabelledBatch
from seq2seq.errors import UserError
from seq2seq.models.classifier import ClassifierConfig
from seq2seq.models.encoder_decoder import EncoderConfig
from seq2seq.training.classification import ClassificationData, ClassificationTask
from seq2seq.training.task import CrossEntropyConfig


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return toy_opinions(tmp_path_factory.mktemp("opinions") / "prepared", kind="unigram")


def data_of(folder, **options) -> ClassificationData:
    data = ClassificationData(str(folder), **options)
    data.setup("fit")
    return data


def task_of(labels=2, dropout=0.0, **optimizer) -> ClassificationTask:
    torch.manual_seed(1)
    encoder = EncoderConfig(6, layers=1, dropout=dropout)
    return ClassificationTask(
        200, labels, ClassifierConfig(8, encoder, "max", dropout), CrossEntropyConfig(**optimizer)
    )


BATCH = LabelledBatch(
    torch.tensor([[5, 6, 3], [7, 3, 0], [8, 9, 3]]), torch.tensor([3, 2, 3]), torch.tensor([0, 1, 1]), torch.arange(3)
)


def test_every_text_comes_once_an_epoch_with_its_label(prepared):
    data = data_of(prepared, batch_size=7)
    assert data.labels == LABELS
    assert data.label_count == 2
    for split, loader in (("train", data.train_dataloader()), ("dev", data.val_dataloader())):
        rows = data.prepared.rows(split)
        batches = list(loader)
        indices = torch.cat([batch.indices for batch in batches]).tolist()
        assert sorted(indices) == list(range(len(rows)))
        for batch in batches:
            for tokens, length, label, index in zip(*vars(batch).values(), strict=True):
                text, expected = rows[index]
                assert data.tokenizer.decode(tokens[:length].tolist()) == text
                assert data.labels[label] == expected
                assert not tokens[length:].any()


def test_batches_hold_texts_of_like_length(prepared):
    batches = list(data_of(prepared, batch_size=8).train_dataloader())
    spread = np.mean([float(batch.source_lengths.max() - batch.source_lengths.min()) for batch in batches])
    everything = torch.cat([batch.source_lengths for batch in batches])
    assert spread < (everything.max() - everything.min()) / 4


def test_subword_sampling_changes_the_pieces_and_not_the_text(prepared):
    def pieces(alpha):
        batches = data_of(prepared, subword_sampling=alpha).train_dataloader()
        return {int(index): row for batch in batches for index, row in zip(batch.indices, batch.source, strict=True)}

    plain, sampled = pieces(0.0), pieces(0.2)
    tokenizer = data_of(prepared).tokenizer
    assert any(plain[index].tolist() != sampled[index].tolist() for index in plain)
    assert all(tokenizer.decode(plain[index].tolist()) == tokenizer.decode(sampled[index].tolist()) for index in plain)


def test_long_texts_are_left_out_and_counted(prepared, capsys):
    everything = data_of(prepared)
    data = data_of(prepared, max_tokens=int(np.median(everything.train[0].lengths)))
    assert 0 < len(data.train[0]) < 200
    assert len(data.train[1]) == len(data.train[0])
    assert f"{200 - len(data.train[0])} of 200 training texts" in capsys.readouterr().out
    with pytest.raises(UserError, match=r"data\.max_tokens: 1 leaves out every training text"):
        data_of(prepared, max_tokens=1)


def test_the_loss_is_torchs_cross_entropy():
    task = task_of(label_smoothing=0.1).eval()
    losses = task.training_losses(BATCH)
    logits = task.model(BATCH.source, BATCH.source_lengths)
    expected = torch.nn.functional.cross_entropy(logits, BATCH.labels, label_smoothing=0.1)
    torch.testing.assert_close(losses.total, expected)
    torch.testing.assert_close(losses.nll, torch.nn.functional.cross_entropy(logits, BATCH.labels))
    assert float(losses.correct) == pytest.approx(float((logits.argmax(1) == BATCH.labels).float().mean()))


def test_r_drop_pulls_two_passes_together():
    """Without dropout both passes agree, so that nothing is pulled; with it there is something."""
    plain, pulled = task_of(label_smoothing=0.0), task_of(label_smoothing=0.0, consistency=5.0)
    torch.testing.assert_close(plain.training_losses(BATCH).total, pulled.training_losses(BATCH).total)
    wild = task_of(dropout=0.5, consistency=5.0)
    torch.manual_seed(2)
    with_it = wild.training_losses(BATCH).total
    wild.options = replace(wild.options, consistency=1e-9)
    torch.manual_seed(2)
    assert with_it > wild.training_losses(BATCH).total


def test_labels_that_training_lacks_have_no_part_in_the_likelihood():
    task = task_of().eval()
    unknown = replace(BATCH, labels=torch.tensor([0, 1, -1]))
    known = LabelledBatch(BATCH.source[:2], BATCH.source_lengths[:2], BATCH.labels[:2], BATCH.indices[:2])
    torch.testing.assert_close(task.dev_losses(unknown).nll, task.dev_losses(known).nll)
    assert int(task.count(unknown)) == 2
    nobody = replace(BATCH, labels=torch.full((3,), -1))
    assert (float(task.dev_losses(nobody).nll), int(task.count(nobody))) == (0, 0)


def test_scores_are_of_all_of_dev(prepared):
    data = data_of(prepared)
    right = dict(enumerate(data.dev_labels))
    assert data.score(right) == {"dev_accuracy": 100, "dev_macro_f1": 100}
    half = {index: label if index % 2 else "something else" for index, label in right.items()}
    assert data.score(half)["dev_accuracy"] == 50
    assert data.describe(3) == {"text": data.dev_texts[3], "label": data.dev_labels[3]}
    assert data.main_score().name == "dev_accuracy"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"batch_size": 0}, "data.batch_size: 0 is too small"),
        ({"max_tokens": 0}, "data.max_tokens: 0 is too small"),
        ({"workers": -1}, "data.workers: -1 is too small"),
        ({"subword_sampling": 1.5}, "data.subword_sampling: 1.5 is out of range"),
    ],
)
def test_values_out_of_range_are_told(prepared, options, told):
    with pytest.raises(UserError, match=told):
        ClassificationData(str(prepared), **options)


def test_other_data_are_refused(tmp_path):
    pairs = reversed_words(20, seed=1)
    folder = write_prepared(tmp_path / "pairs", {"train": pairs, "dev": pairs})
    with pytest.raises(UserError, match="holds translation, no labelled text"):
        ClassificationData(str(folder))
    rows = opinions(20)
    strange = write_labelled(tmp_path / "strange", {"train": rows, "dev": [("what", "else")]})
    with pytest.raises(UserError, match="has no label that train has"):
        data_of(strange)
