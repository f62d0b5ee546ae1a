import math

import pytest
import torch
from toy_tags import SENTENCES, small_config, write_tagged

from seq2seq.models.tagger import bio_constraint
from seq2seq.training.tagging import TaggingData, TaggingTask
from seq2seq.training.task import OptimizerConfig


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> TaggingData:
    folder = write_tagged(tmp_path_factory.mktemp("tagged") / "prepared", {"train": SENTENCES * 3, "dev": SENTENCES})
    return TaggingData(str(folder), batch_size=4)


def make_task(data: TaggingData, output: str = "crf") -> TaggingTask:
    torch.manual_seed(1)
    sizes = data.source_vocab_size, data.character_vocab_size, data.label_count
    return TaggingTask(*sizes, small_config(output), OptimizerConfig())


def test_every_sentence_is_in_one_batch_with_its_labels(data):
    seen = []
    for batch in data.train_dataloader():
        assert len(batch.indices) <= 4
        for row, index in enumerate(batch.indices.tolist()):
            length = int(batch.tokens.lengths[row])
            labels = [data.labels[label] for label in batch.labels[row].tolist()]
            assert labels[:length] == list(data.train[index].tags)
            assert labels[length:] == ["O"] * (len(labels) - length)
        seen += batch.indices.tolist()
    assert sorted(seen) == list(range(len(data.train)))


def test_a_second_epoch_has_another_order(data):
    loader = data.train_dataloader()
    orders = []
    for epoch in (0, 1):
        loader.plans.set_epoch(epoch)
        orders.append([batch.indices.tolist() for batch in loader])
    assert orders[0] != orders[1]


def test_the_score_of_what_is_expected_is_100(data):
    outputs = {index: " ".join(sentence.tags) for index, sentence in enumerate(data.dev)}
    assert data.score(outputs) == {"dev_f1": 100.0}
    assert data.score({2: "O O", 0: outputs[0]}) == {"dev_f1": 100.0}
    assert data.score({0: "O O O O O O O"}) == {"dev_f1": 0.0}
    assert data.describe(2) == {"sentence": "nobody came", "tags": "O O"}


@pytest.mark.parametrize("output", ["crf", "softmax"])
def test_losses_are_means_over_the_tokens(data, output):
    task = make_task(data, output).eval()
    task.model.output.weight.data.zero_()
    task.model.output.bias.data.zero_()
    for batch in data.val_dataloader():
        losses = task.dev_losses(batch)
        assert float(losses.nll) == pytest.approx(math.log(data.label_count), rel=1e-5)
        assert int(task.count(batch)) == sum(len(sentence.tokens) for sentence in data.dev)


@pytest.mark.parametrize("output", ["crf", "softmax"])
def test_what_is_learned_by_heart_is_found(data, output):
    task = make_task(data, output)
    optimizer = torch.optim.Adam(task.parameters(), lr=0.02)
    (batch,) = data.val_dataloader()
    for _ in range(80):
        loss = task.training_losses(batch).total
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    task.eval()
    found = task.model.decode(task.model(batch.tokens), batch.tokens.mask, bio_constraint(data.labels))
    assert torch.equal(found, batch.labels)
    assert float(task.dev_losses(batch).correct) > 0.9
