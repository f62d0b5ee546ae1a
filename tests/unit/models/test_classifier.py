import pytest
import torch

from seq2seq.encoders.text import TextEncoder
from seq2seq.errors import UserError
from seq2seq.models.classifier import POOLINGS, Classifier, ClassifierConfig, build_classifier
from seq2seq.models.encoder_decoder import EncoderConfig
from seq2seq.recurrent import CELLS

TOKENS = torch.tensor([[5, 6, 7, 3], [8, 3, 0, 0], [9, 9, 3, 0]])
LENGTHS = torch.tensor([4, 2, 3])


def make(pooling="max", cell="lstm", **choices) -> Classifier:
    torch.manual_seed(1)
    config = ClassifierConfig(8, EncoderConfig(6, layers=1, cell=cell, dropout=0.0), pooling, **choices)
    return build_classifier(config, vocab_size=10, labels=3).eval()


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("cell", CELLS)
def test_a_text_by_itself_gives_what_it_gives_among_others(pooling, cell):
    model = make(pooling, cell)
    together = model(TOKENS, LENGTHS)
    for row, length in enumerate(LENGTHS):
        alone = model(TOKENS[row : row + 1, :length], LENGTHS[row : row + 1])
        torch.testing.assert_close(together[row], alone[0])


@pytest.mark.parametrize("pooling", POOLINGS)
def test_padding_gives_nothing_and_order_is_kept(pooling):
    model = make(pooling)
    logits, weights = model.read(TOKENS, LENGTHS)
    padded, more = model.read(torch.nn.functional.pad(TOKENS, (0, 3)), LENGTHS)
    torch.testing.assert_close(padded, logits)
    turned = model(TOKENS.flip(0), LENGTHS.flip(0))
    torch.testing.assert_close(turned.flip(0), logits)
    assert (weights is not None) == (pooling == "attention")
    if weights is not None:
        assert not more[:, 4:].any()
        assert not weights[1, 2:].any()
        torch.testing.assert_close(weights.sum(1), torch.ones(3))


@pytest.mark.parametrize("pooling", POOLINGS)
def test_every_weight_learns(pooling):
    model = make(pooling)
    model(TOKENS, LENGTHS).square().sum().backward()
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in model.parameters())


def test_equal_attention_is_the_mean():
    attentive, mean = make("attention"), make("mean")
    mean.load_state_dict({name: value for name, value in attentive.state_dict().items() if "query" not in name})
    torch.nn.init.zeros_(attentive.query.weight)
    torch.testing.assert_close(attentive(TOKENS, LENGTHS), mean(TOKENS, LENGTHS))


def test_dropout_is_for_training_alone():
    model = make(dropout=0.5)
    torch.testing.assert_close(model(TOKENS, LENGTHS), model(TOKENS, LENGTHS))
    model.train()
    assert not torch.equal(model(TOKENS, LENGTHS), model(TOKENS, LENGTHS))


@pytest.mark.parametrize(
    ("choices", "labels", "told"),
    [
        ({"pooling": "maxx"}, 3, "model.pooling: 'maxx' is not one of last, mean, max, attention; did you mean 'max'"),
        ({"dropout": 1.0}, 3, "model.dropout: 1.0 is not a rate"),
        ({}, 1, "model: labels: 1; a classifier needs two or more"),
        ({"embedding_size": 0}, 3, "model.embedding_size: 0 is not from 1"),
    ],
)
def test_mistakes_are_told(choices, labels, told):
    with pytest.raises(UserError, match=told):
        build_classifier(ClassifierConfig(**choices), 10, labels)


def test_an_unknown_pooling_of_the_class_itself():
    with pytest.raises(ValueError, match="pooling 'sum' is not one of"):
        Classifier(TextEncoder(10, 4, 4), 2, "sum")  # type: ignore[arg-type]
