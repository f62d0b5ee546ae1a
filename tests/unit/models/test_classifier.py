import pytest
import torch

from seq2seq.errors import UserError
from seq2seq.model import EncoderConfig
from seq2seq.models.classifier import POOLINGS, ClassifierConfig, build_classifier

TEXTS = torch.tensor([[5, 6, 7, 8], [9, 4, 0, 0], [6, 6, 6, 0]])
LENGTHS = torch.tensor([4, 2, 3])


def make(pooling="max", **options):
    torch.manual_seed(1)
    config = ClassifierConfig(embedding_size=4, encoder=EncoderConfig(hidden_size=3, layers=1), pooling=pooling)
    for name, value in options.items():
        setattr(config, name, value)
    return build_classifier(config, vocab_size=11, labels=3).double().eval()


@pytest.mark.parametrize("pooling", POOLINGS)
def test_a_text_alone_is_a_text_in_a_batch(pooling):
    classifier = make(pooling)
    together = classifier(TEXTS, LENGTHS)
    alone = [classifier(text[None, :length], length[None]) for text, length in zip(TEXTS, LENGTHS, strict=True)]
    torch.testing.assert_close(together, torch.cat(alone))


@pytest.mark.parametrize("pooling", POOLINGS)
def test_what_stands_at_padding_does_not_matter(pooling):
    classifier = make(pooling)
    other = TEXTS.clone()
    other[1, 2:] = 10
    torch.testing.assert_close(classifier(TEXTS, LENGTHS), classifier(other, LENGTHS))


def test_attention_is_shared_out_among_the_words_and_none_goes_to_padding():
    _, weights = make("attention").pool(TEXTS, LENGTHS)
    torch.testing.assert_close(weights.sum(1), torch.ones(3).double())
    assert (weights[torch.arange(4) >= LENGTHS[:, None]] == 0).all()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"pooling": "maximum"}, "model.pooling: 'maximum' is not one of last, mean, max, attention"),
        ({"dropout": 1.0}, "model.dropout: 1.0 is not a rate"),
        ({"embedding_size": 0}, "model.embedding_size: 0 is not from 1 to"),
        ({"encoder": EncoderConfig(cell="lstmm")}, "model.encoder.cell: 'lstmm' is not one of.*did you mean 'lstm'"),
    ],
)
def test_a_bad_option_is_named(options, told):
    with pytest.raises(UserError, match=told):
        make(**options)
