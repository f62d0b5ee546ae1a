"""The measurements of docs/gradients.md, and the page, in a form that takes seconds."""

import sys

import pytest
import torch

from benchmarks.gradients import __main__ as script
from benchmarks.gradients import experiments
from benchmarks.gradients.nets import LSTM_NET, NETS, RNN, read
from data_prep.agreement import sentences
from seq2seq.errors import UserError, run_command


def test_the_lectures_numbers():
    curves = experiments.powers(50)
    assert curves[0.9][50] == pytest.approx(0.00515, abs=5e-6)
    assert curves[1.0][50] == pytest.approx(1.0)
    assert curves[1.1][50] == pytest.approx(117.39, abs=5e-3)


def test_an_irnn_keeps_more_the_larger_its_identity_is():
    curves = experiments.scales(20)
    assert curves[0.9][20] < curves[1.0][20] < curves[1.1][20]


def test_gradients_of_a_trained_net_are_those_of_autograd():
    torch.manual_seed(1)
    model = RNN.classifier().double()
    tokens, _ = read(sentences(9, 4, seed=1))
    embedded = model.encoder.embedding(tokens.t()).detach().requires_grad_()
    layer = model.encoder.layers[0][0]
    _, (final,) = layer(embedded, layer.zero_state(4))
    logits = model.output(final)
    expected = torch.autograd.grad((logits[:, 1] - logits[:, 0]).sum(), embedded)[0].norm(dim=2).mean(1).flip(0)
    assert experiments.log_odds_gradient(model, tokens) == pytest.approx(expected.tolist())


def test_training_teaches_and_can_be_repeated():
    effort = experiments.Effort(distances=(10,), steps=80, seeds=1, looked_at=10)
    trained, _ = experiments.learn(LSTM_NET, 10, 1, effort)
    assert trained.accuracy > 0.9
    assert len(trained.before) == len(trained.after) == 12
    assert experiments.learn(LSTM_NET, 10, 1, effort)[0] == trained


def test_the_page_and_its_figures(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(script, "ROOT", tmp_path / "checkout")
    arguments = ["gradients", "--quick", "--jobs", "1", "--docs", tmp_path]
    monkeypatch.setattr(sys, "argv", list(map(str, arguments)))
    with pytest.raises(SystemExit) as ended:
        run_command(script.main)
    assert ended.value.code == 0, capsys.readouterr().err
    page = (tmp_path / "gradients.md").read_text(encoding="utf-8")
    for picture in (tmp_path / "figures").iterdir():
        assert f"(figures/{picture.name})" in page
        assert picture.stat().st_size < 200_000
    assert len(list((tmp_path / "figures").iterdir())) == 7
    assert "0.00515" in page
    assert "117.4" in page
    for net in NETS:
        assert net.name in page
    assert "{{" not in page
    assert not (tmp_path / "checkout").exists(), "the committed numbers stay"
    again = tmp_path / "again"
    monkeypatch.setattr(sys, "argv", ["gradients", "--from", str(tmp_path / "gradients.json"), "--docs", str(again)])
    script.main()
    assert (again / "gradients.md").read_text(encoding="utf-8") == page
    for picture in (tmp_path / "figures").iterdir():
        assert (again / "figures" / picture.name).read_bytes() == picture.read_bytes()


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ("", "checkout/benchmarks/results/gradients.json"),
        ("--docs checkout/docs", "checkout/benchmarks/results/gradients.json"),
        ("--quick", "checkout/docs/gradients.json"),
        ("--docs mine", "mine/gradients.json"),
        ("--quick --docs mine --output mine.json", "mine.json"),
    ],
)
def test_only_the_committed_page_has_the_committed_numbers(options, place, tmp_path, monkeypatch):
    class WrittenError(Exception):
        pass

    def write(path, *_):
        raise WrittenError(path)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(script, "ROOT", tmp_path / "checkout")
    monkeypatch.setattr(script, "measure", lambda *_: {})
    monkeypatch.setattr(script.record, "write", write)
    monkeypatch.setattr(sys, "argv", ["gradients", *options.split()])
    with pytest.raises(WrittenError) as written:
        script.main()
    assert written.value.args[0].resolve() == tmp_path / place


def test_another_file_is_told(tmp_path, monkeypatch):
    (tmp_path / "other.json").write_text('{"found": {}}')
    for name, told in (("other.json", "was not written by this benchmark"), ("nowhere.json", "cannot be read")):
        monkeypatch.setattr(sys, "argv", ["gradients", "--from", str(tmp_path / name)])
        with pytest.raises(UserError, match=told):
            script.main()


def test_the_two_sentences_differ_in_the_noun_alone():
    torch.manual_seed(1)
    one, other = experiments.look_inside(LSTM_NET.classifier(), 12)
    assert [place for place in range(14) if one.words[place] != other.words[place]] == [1]
    assert one.memory[0] == other.memory[0]
    assert one.memory[1] != other.memory[1]
