import numpy as np
import pytest
from toy_data import reversed_words, write_prepared

from seq2seq.training import data as module
from seq2seq.training.translation import TranslationData


@pytest.mark.parametrize(("language", "low", "high"), [("zh", 60, 95), ("en", 0, 30)])
def test_dev_bleu_cuts_words_as_the_language_does(tmp_path, language, low, high):
    """Chinese has no spaces: with the words of English the whole sentence would be one wrong word."""
    pairs = reversed_words(20, seed=1)
    folder = write_prepared(tmp_path, {"train": pairs}, languages=("es", language))
    data = TranslationData(str(folder), "es", language)
    data.dev_references = ["我今天在家里看书和写信"]
    assert low <= data.score({0: "我今天在家里看书和写字"})["dev_bleu"] <= high


def test_long_pairs_are_left_out_without_loading_the_corpus(tmp_path, capsys):
    pairs = [*reversed_words(20, seed=1, longest=3), ("uno " * 9, "dos"), ("tres", "uno dos")]
    data = TranslationData(str(write_prepared(tmp_path, {"train": pairs, "dev": pairs[:2]})), "es", "en", max_tokens=5)
    data.setup("fit")
    assert "1 of 22 training pairs" in capsys.readouterr().out
    assert isinstance(data.train.source.ids, np.memmap)
    kept = [pair for pair in pairs if len(pair[0].split()) <= 5]
    decode = data.target_tokenizer.decode
    assert [(decode(data.train.source[i]), decode(data.train.target[i])) for i in range(len(data.train))] == kept


def test_a_joint_tokenizer_is_loaded_once(tmp_path, monkeypatch):
    folder = write_prepared(tmp_path, {"train": reversed_words(20, seed=1)})
    load, loaded = module.Tokenizer.load, []
    monkeypatch.setattr(module.Tokenizer, "load", lambda path: loaded.append(path) or load(path))
    data = TranslationData(str(folder), "es", "en")
    assert data.tokenizers[0] is data.tokenizers[1]
    assert len(loaded) == 1
