import pytest

from seq2seq.errors import UserError
from seq2seq.models.encoder_decoder import ModelConfig
from seq2seq.training.task import CrossEntropyConfig
from seq2seq.training.translation import TranslationTask


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"learning_rate": -1.0}, r"model\.optimizer\.learning_rate: -1.0"),
        ({"label_smoothing": 1.0}, r"model\.optimizer\.label_smoothing: 1.0"),
        ({"consistency": -2.0}, r"model\.optimizer\.consistency"),
    ],
)
def test_values_out_of_range_are_told(options, told):
    with pytest.raises(UserError, match=told):
        TranslationTask(14, 14, ModelConfig(), CrossEntropyConfig(**options))
