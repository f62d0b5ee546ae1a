import io
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from toy_captions import write_pictures

from seq2seq.cli.main import main
from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import run_command
from seq2seq.folder import save_model
from seq2seq.models.encoder_decoder import CaptionerConfig, DecoderConfig, ImageEncoderConfig, build_captioner


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def seq2seq(monkeypatch, capsys) -> Callable[..., Outcome]:
    """A function that runs `seq2seq` with its arguments, and bytes on its standard input, within this process."""

    def run(*arguments, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def command(monkeypatch, capsys):
    """A function that runs a module's main with arguments; it gives exit code, stdout and stderr."""
    before = signal.getsignal(signal.SIGTERM)

    def run(module, *arguments):
        monkeypatch.setattr(sys, "argv", [module.__name__, *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            run_command(module.main)
        return ended.value.code or 0, *capsys.readouterr()

    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("toy") / "prepared", {"train": 4, "dev": 6})


@pytest.fixture(scope="session")
def captioners(pictures, tmp_path_factory):
    """Two untrained captioners."""
    folders = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        encoder = ImageEncoderConfig(
            backbone="small_cnn", weights="none", image_size=32, mean=[0.5] * 3, std=[0.5] * 3, projection_size=24
        )
        decoder = DecoderConfig(hidden_size=24, attention="dot", injections=["initial_state", "attention"])
        config = CaptionerConfig(embedding_size=16, encoder=encoder, decoder=decoder)
        prepared = PreparedFolder.open(pictures)
        model = build_captioner(config, len(prepared.tokenizer("en"))).eval()
        folders.append(tmp_path_factory.mktemp("captioners") / f"captioner{seed}")
        save_model(folders[-1], model, config, None, ("en", prepared.tokenizer_path("en")), card="")
    return folders
