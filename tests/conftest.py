"""Models small enough to be made anew for the tests."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from recipe_runner import run_recipe  # noqa: F401  (a fixture)

from seq2seq.data.batching import pad
from seq2seq.data.tokenizer import BOS_ID, EOS_ID, PAD_ID, Tokenizer
from seq2seq.folder import save_model
from seq2seq.models.encoder_decoder import DecoderConfig, EncoderConfig, ModelConfig, Seq2Seq, build_model

# Where the tests run in the background, the signal of Ctrl-C is ignored, and so in the programs that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

PAIRS = [
    ("El gato duerme.", "The cat sleeps."),
    ("La casa es grande.", "The house is big."),
    ("¿Dónde está el perro?", "Where is the dog?"),
    ("Mi hermana lee un libro.", "My sister reads a book."),
    ("No tengo hambre.", "I am not hungry."),
    ("Hace frío.", "It is cold."),
    ("Los niños juegan.", "The children play."),
    ("Gracias.", "Thank you."),
]


@pytest.fixture(scope="session")
def tiny_tokenizer(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("tokenizer") / "joint.model"
    Tokenizer.train([side for pair in PAIRS for side in pair], path, vocab_size=90)
    return path


def save_tiny(folder: Path, tokenizer: Path, seed: int = 1, steps: int = 0) -> Path:
    """A model folder whose model is random, or has been taught PAIRS by so many `steps`."""
    config = ModelConfig(
        embedding_size=32,
        encoder=EncoderConfig(hidden_size=32, layers=1, dropout=0.0),
        decoder=DecoderConfig(hidden_size=48, layers=1, dropout=0.0),
    )
    vocabulary = Tokenizer.load(tokenizer)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = build_model(config, len(vocabulary), len(vocabulary))
        _teach(model, vocabulary, steps)
    save_model(folder, model, config, ("es", tokenizer), ("en", tokenizer), card="# A model of the tests\n")
    return folder


def _teach(model: Seq2Seq, tokenizer: Tokenizer, steps: int) -> None:
    source, target = (tokenizer.encode_batch(list(side)) for side in zip(*PAIRS, strict=True))
    lengths = torch.tensor([len(ids) + 1 for ids in source])
    tokens = pad([[*ids, EOS_ID] for ids in source])
    prefix, goal = pad([[BOS_ID, *ids] for ids in target]), pad([[*ids, EOS_ID] for ids in target])
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        logits = model.decoder(prefix, model.encode(tokens, lengths))
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), goal.flatten(), ignore_index=PAD_ID)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


@pytest.fixture(scope="session")
def random_models(tmp_path_factory, tiny_tokenizer) -> list[Path]:
    """Two folders of untrained models with one vocabulary; tests must not write into them."""
    folder = tmp_path_factory.mktemp("random_models")
    return [save_tiny(folder / f"model{seed}", tiny_tokenizer, seed, steps=0) for seed in (1, 2)]


@pytest.fixture(scope="session")
def taught_model(tmp_path_factory, tiny_tokenizer) -> Path:
    """A folder of a model that knows PAIRS by heart; tests must not write into it."""
    return save_tiny(tmp_path_factory.mktemp("taught") / "model", tiny_tokenizer, seed=3, steps=120)


@pytest.fixture(scope="session")
def pairs() -> list[tuple[str, str]]:
    """What `taught_model` was taught."""
    return PAIRS


@pytest.fixture(scope="session")
def make_model() -> Callable[..., Path]:
    """A function (folder, tokenizer, seed=1, steps=0) that makes a model folder of a test's own."""
    return save_tiny
