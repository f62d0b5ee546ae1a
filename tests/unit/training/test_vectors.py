"""Embeddings that begin with word vectors: which ones, how large, frozen or tuned, tied or not."""

from dataclasses import replace

import numpy as np
import pytest
import torch
import toy_tags
import toy_text
from toy_data import LANGUAGES, reversed_words, write_prepared
from toy_labels import toy_opinions

from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError
from seq2seq.models.classifier import ClassifierConfig
from seq2seq.models.encoder_decoder import DecoderConfig, EncoderConfig, ModelConfig
from seq2seq.training.classification import ClassificationData, ClassificationTask
from seq2seq.training.language_model import LanguageModelData, LanguageModelTask
from seq2seq.training.tagging import TaggingData, TaggingTask
from seq2seq.training.task import CrossEntropyConfig, OptimizerConfig
from seq2seq.training.translation import TranslationData, TranslationTask
from seq2seq.training.vectors import PretrainedVectors

SIZE = 8


@pytest.fixture(scope="module")
def pairs(tmp_path_factory) -> TranslationData:
    rows = reversed_words(40, seed=1)
    folder = write_prepared(tmp_path_factory.mktemp("pairs") / "prepared", {"train": rows, "dev": rows})
    return TranslationData(str(folder), *LANGUAGES)


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    """A file with vectors of two of the words, and of one that is not in the text."""
    path = tmp_path_factory.mktemp("vectors") / "v.txt"
    random = np.random.default_rng(1)
    lines = [f"{word} {' '.join(map(str, random.normal(0, 3, SIZE)))}" for word in ("uno", "dos", "mil")]
    path.write_text("\n".join(lines) + "\n")
    return path


def task_of(data: TranslationData, tied="none", size=SIZE, freeze_vectors=False, **files) -> TranslationTask:
    torch.manual_seed(1)
    model = ModelConfig(size, tied, EncoderConfig(6, layers=1), DecoderConfig(6, layers=1))
    sizes, given = (data.source_vocab_size, data.target_vocab_size), {name: str(file) for name, file in files.items()}
    return TranslationTask(*sizes, model, CrossEntropyConfig(), **given, freeze_vectors=freeze_vectors)


def put_in(task, data):
    task.vectors.put_in(task.model, data)
    return task.model


def known(data: TranslationData) -> list[int]:
    return sorted(data.tokenizers[0].encode("uno dos"))


@pytest.mark.parametrize("side", ["source", "target"])
def test_words_of_the_file_take_its_vectors_and_all_else_stays(pairs, vectors, side, capsys):
    task = task_of(pairs, **{f"{side}_vectors": vectors})
    parts = {"source": task.model.encoder.embedding, "target": task.model.decoder.embedding}
    before = {name: part.weight.detach().clone() for name, part in parts.items()}
    put_in(task, pairs)
    changed = {name: (part.weight != before[name]).any(1).nonzero()[:, 0].tolist() for name, part in parts.items()}
    other = "target" if side == "source" else "source"
    assert changed == {side: known(pairs), other: []}
    read = parts[side](torch.tensor(known(pairs))).detach()
    assert float(read.std(correction=0)) == pytest.approx(1, rel=1e-4), "as large as embeddings are at first"
    told = capsys.readouterr().out
    assert f"model.{side}_vectors: {vectors} has 2 of {pairs.source_vocab_size} pieces, " in told
    assert "% of the training text" in told


def test_directions_are_those_of_the_file(pairs, vectors):
    embedding = put_in(task_of(pairs, source_vectors=vectors), pairs).encoder.embedding
    word, *numbers = vectors.read_text().splitlines()[0].split()
    found = embedding.weight[pairs.tokenizers[0].encode(word)[0]].detach()
    wanted = torch.tensor([float(number) for number in numbers])
    assert float(torch.cosine_similarity(found, wanted, 0)) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("frozen", [False, True])
def test_frozen_vectors_stay_and_others_learn(pairs, vectors, frozen):
    task = task_of(pairs, source_vectors=vectors, freeze_vectors=frozen)
    embedding = put_in(task, pairs).encoder.embedding
    moved = [parameter for group in task.parameter_groups() for parameter in group["params"]]
    assert any(parameter is embedding.weight for parameter in moved) != frozen
    pairs.setup("fit")
    task.losses(next(iter(pairs.train_dataloader()))).total.backward()
    assert (embedding.weight.grad is None) == frozen


def test_tied_matrices_can_begin_with_vectors_but_not_be_frozen(pairs, vectors):
    model = put_in(task_of(pairs, "all", source_vectors=vectors), pairs)
    assert model.encoder.embedding.weight is model.decoder.output.weight
    put_in(task_of(pairs, "decoder", source_vectors=vectors, freeze_vectors=True), pairs)  # the encoder's is its own
    for tied, side in (("decoder", "target"), ("all", "target"), ("all", "source")):
        with pytest.raises(UserError, match=r"model\.freeze_vectors: the embeddings are the output's weights, too"):
            put_in(task_of(pairs, tied, **{f"{side}_vectors": vectors}, freeze_vectors=True), pairs)
    with pytest.raises(UserError, match=r"model\.target_vectors: both sides share one embedding matrix"):
        put_in(task_of(pairs, "all", source_vectors=vectors, target_vectors=vectors), pairs)


def test_sizes_must_agree(pairs, vectors):
    with pytest.raises(UserError, match=r"vectors of 8 numbers, but model\.model\.embedding_size is 12; they must be"):
        put_in(task_of(pairs, size=12, source_vectors=vectors), pairs)


def test_nothing_to_freeze():
    assert PretrainedVectors.of(False, source=None, target=None) is None
    with pytest.raises(UserError, match=r"name a file by model\.source_vectors or model\.target_vectors"):
        PretrainedVectors.of(True, source=None, target=None)


def test_a_classifier_and_pieces_that_are_whole_words(tmp_path, capsys):
    data = ClassificationData(str(toy_opinions(tmp_path / "prepared", kind="unigram")))
    pieces = data.tokenizer.pieces(range(len(data.tokenizer)))
    whole = next(piece[1:] for piece in pieces if piece.startswith("▁") and len(piece) > 3)
    part = next(piece for piece in pieces[4:] if not piece.startswith("▁") and len(piece) > 1)
    (tmp_path / "v.txt").write_text(f"{whole} 1 2 3 4\n{part} 4 3 2 1\n")
    model = ClassifierConfig(4, EncoderConfig(6, layers=1))
    path = str(tmp_path / "v.txt")
    task = ClassificationTask(len(pieces), 2, model, CrossEntropyConfig(), path, freeze_vectors=True)
    before = task.model.encoder.embedding.weight.detach().clone()
    put_in(task, data)
    changed = (task.model.encoder.embedding.weight != before).any(1).nonzero()[:, 0].tolist()
    assert changed == [pieces.index(f"▁{whole}")]
    assert f"has 1 of {len(pieces)} pieces" in capsys.readouterr().out
    assert isinstance(data.tokenizer, Tokenizer)


def tagger(folder, **options):
    rows = {"train": toy_tags.SENTENCES, "dev": toy_tags.SENTENCES}
    data = TaggingData(str(toy_tags.write_tagged(folder, rows)))
    sizes = data.source_vocab_size, data.character_vocab_size, data.label_count
    options["source_vectors"] = options.pop("vectors")
    task = TaggingTask(*sizes, toy_tags.small_config(), OptimizerConfig(), **options)
    return task, data, task.model.encoder.embedding, ["lives", "harford"]


def language_model(folder, **options):
    rows = {"train": toy_text.LINES, "dev": toy_text.LINES}
    data = LanguageModelData(str(toy_text.write_text(folder, rows, "word", 60)), batch_size=2, steps=32)
    config = replace(toy_text.small_config(tied_embeddings="none"), embedding_size=SIZE)
    options["target_vectors"] = options.pop("vectors")
    task = LanguageModelTask(data.target_vocab_size, config, OptimizerConfig(), **options)
    return task, data, task.model.decoder.embedding, ["hear", "Before"]


@pytest.mark.parametrize("make", [tagger, language_model])
@pytest.mark.parametrize("header", ["2 8\n", ""], ids=["word2vec", "glove"])
@pytest.mark.parametrize("frozen", [False, True])
def test_a_tagger_and_a_language_model_read_both_formats(tmp_path, make, header, frozen):
    torch.manual_seed(1)
    file = tmp_path / "v.txt"
    task, data, embedding, words = make(tmp_path / "prepared", vectors=str(file), freeze_vectors=frozen)
    wanted = torch.randn(2, SIZE)
    rows = (" ".join([word, *map(str, row)]) for word, row in zip(words, wanted.tolist(), strict=True))
    file.write_text(header + "".join(f"{row}\n" for row in rows))
    put_in(task, data)
    ids = data.prepared.tokenizer("en").encode(" ".join(words))
    found = embedding.weight.detach().clone()
    torch.testing.assert_close(found[ids] / found[ids].std(), wanted / wanted.std())
    data.setup("fit")
    groups = task.eval().parameter_groups()  # with every word to be seen
    task.training_losses(next(iter(data.train_dataloader()))).total.backward()
    torch.optim.SGD(groups, lr=1.0).step()
    moved = (embedding.weight != found).any(1)
    assert moved.any() == moved[ids].all() == (not frozen)
