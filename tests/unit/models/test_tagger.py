from dataclasses import replace

import pytest
import torch
from toy_tags import SENTENCES, save_tagger, small_config, write_tagged

from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.tokens import TokenReader
from seq2seq.errors import UserError
from seq2seq.folder import load_model
from seq2seq.models.tagger import build_tagger
from seq2seq.recurrent import CELLS

LINES = [text.split() for text, _ in SENTENCES]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_tagged(tmp_path_factory.mktemp("tagged") / "prepared", {"train": SENTENCES, "dev": SENTENCES})


@pytest.fixture(scope="module")
def reader(prepared):
    data = PreparedFolder.open(prepared)
    return TokenReader(data.tokenizer("en"), data.tokenizer("characters"))


def build(reader, config, seed=1):
    torch.manual_seed(seed)
    return build_tagger(config, len(reader.words), len(reader.characters), 7)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("output", ["crf", "softmax"])
def test_a_batch_of_one_is_a_batch_of_all(reader, cell, output):
    model = build(reader, small_config(output, cell)).eval()
    batch = reader.read(LINES)
    scores = model(batch)
    shares = model.probabilities(scores, batch.mask)
    assert scores.shape == (len(LINES), max(map(len, LINES)), 7)
    for row, line in enumerate(LINES):
        alone = reader.read([line])
        torch.testing.assert_close(model(alone)[0], scores[row, : len(line)])
        torch.testing.assert_close(model.probabilities(model(alone), alone.mask)[0], shares[row, : len(line)])
    torch.testing.assert_close(shares.sum(2), batch.mask.float())


@pytest.mark.parametrize("output", ["crf", "softmax"])
def test_the_likelihood_counts_real_tokens_only(reader, output):
    model = build(reader, small_config(output)).eval()
    batch = reader.read(LINES)
    labels = torch.randint(7, batch.mask.shape)
    likelihood = model.log_likelihood(model(batch), labels, batch.mask)
    for row, line in enumerate(LINES):
        alone = reader.read([line])
        single = model.log_likelihood(model(alone), labels[row : row + 1, : len(line)], alone.mask)
        torch.testing.assert_close(single[0], likelihood[row])


def test_a_word_that_is_dropped_is_known_by_its_characters_only(reader):
    config = small_config()
    config.encoder.dropout = config.characters.dropout = 0.0
    model = build(reader, config)
    model.encoder.word_dropout = 1.0
    batch = reader.read(LINES)
    other_words = replace(batch, words=batch.words.masked_fill(batch.mask, 5))
    other_letters = replace(batch, characters=batch.characters.flip(0))
    scores = model(batch)
    assert torch.equal(model(other_words), scores)
    assert not torch.allclose(model(other_letters), scores)
    model.eval()
    assert not torch.allclose(model(other_words), model(batch)), "and only in training"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"output": "crv"}, "model.output: 'crv' is not one of crf, softmax; did you mean 'crf'"),
        ({"embedding_size": 0}, "model.embedding_size: 0 is not from 1"),
    ],
)
def test_a_config_that_cannot_be_is_told(reader, change, told):
    config = small_config()
    for name, value in change.items():
        setattr(config, name, value)
    with pytest.raises(UserError, match=told):
        build(reader, config)


@pytest.mark.parametrize("output", ["crf", "softmax"])
def test_a_model_folder_keeps_both_tokenizers_and_the_labels(prepared, reader, tmp_path, output):
    folder = save_tagger(tmp_path / "model", prepared, output=output)
    loaded = load_model(folder)
    assert {path.name for path in folder.iterdir()} >= {"source.model", "characters.model", "model.safetensors"}
    assert loaded.task == "tagging"
    assert loaded.labels == ("O", "B-person", "I-person", "B-place", "I-place", "B-product", "I-product")
    assert loaded.sides["characters"].tokenizer.model == reader.characters.model
    assert loaded.sides["source"].code == "en"
    again = load_model(save_tagger(tmp_path / "again", prepared, output=output))
    batch = reader.read(LINES)
    assert torch.equal(loaded.model(batch), again.model(batch))


def test_another_tokenizer_of_characters_is_refused(prepared, tmp_path):
    folder = save_tagger(tmp_path / "model", prepared)
    (folder / "characters.model").write_bytes((folder / "source.model").read_bytes())
    with pytest.raises(UserError, match=r"characters\.model: \d+ pieces, but config\.yaml says characters\.vocab_size"):
        load_model(folder)
