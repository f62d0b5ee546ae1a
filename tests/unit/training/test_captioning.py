"""What training captioners adds: pictures, the penalty on attention, the backbone's own rate, the second stage."""

from dataclasses import replace

import pytest
import torch
from toy_captions import write_pictures

from seq2seq.data.batching import Batch, teach
from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError
from seq2seq.folder import save_model
from seq2seq.model import CaptionerConfig, DecoderConfig, ImageEncoderConfig
from seq2seq.search import SearchOptions, search
from seq2seq.training.captioning import CaptionData, CaptioningConfig, CaptioningTask
from seq2seq.training.self_critical import CaptionRewards, RewardConfig, self_critical_loss

VOCABULARY = 12


def make(fine_tune="all", injections=("initial_state", "attention"), reward=None, start_from=None, **optimizer):
    torch.manual_seed(1)
    config = CaptionerConfig(
        embedding_size=8,
        encoder=ImageEncoderConfig(
            backbone="small_cnn", weights="none", fine_tune=fine_tune, image_size=32, projection_size=16, dropout=0.0
        ),
        decoder=DecoderConfig(hidden_size=16, layers=1, attention="dot", injections=list(injections), dropout=0.0),
    )
    return CaptioningTask(VOCABULARY, config, CaptioningConfig(**optimizer), reward or RewardConfig(), start_from)


def make_batch(pictures=3):
    prefix, goal = teach([[4, 5, 6], [7], [8, 9], [4, 4, 4, 4]])
    return Batch(
        source=torch.rand(pictures, 3, 32, 32, generator=torch.Generator().manual_seed(2)),
        source_lengths=torch.full((pictures,), 20),
        prefix=prefix,
        goal=goal,
        indices=torch.arange(pictures),
        rows=torch.tensor([0, 0, 1, 2]),
    )


def test_captions_of_one_picture_share_its_encoding():
    task, batch = make().eval(), make_batch()
    nll, _, _ = task.losses(batch)
    spread = Batch(batch.source[batch.rows], torch.full((4,), 20), batch.prefix, batch.goal, torch.arange(4))
    torch.testing.assert_close(nll, task.losses(spread)[0])


def test_r_drop_pairs_the_two_passes_of_each_token():
    """Without dropout both passes agree, so that nothing is pulled together."""
    task, batch = make().eval(), make_batch()
    plain = task.losses(batch, 0.1)
    doubled = task.losses(batch.twice(), 0.1, consistency=3.0)
    for one, two in zip(plain, doubled, strict=True):
        torch.testing.assert_close(one, two)


def test_the_penalty_is_that_of_its_equation():
    task, batch = make(attention_penalty=2.0).eval(), make_batch()
    _, attention = task.model.teach(batch.source, batch.source_lengths, batch.prefix, batch.rows)
    received = torch.zeros(4, 4)
    for caption, length in enumerate([4, 2, 3, 5]):
        received[caption] = attention[caption, :length].sum(0)
    expected = 2 * ((1 - received) ** 2).mean()
    torch.testing.assert_close(task.penalty(attention, batch.goal), expected)
    nll, _, total = task.losses(batch)
    torch.testing.assert_close(total, nll + expected)
    plain = make().eval()
    torch.testing.assert_close(plain.losses(batch)[2], plain.losses(batch)[0])


def test_the_backbone_has_a_rate_of_its_own():
    task = make(fine_tune="features.3", learning_rate=0.1, backbone_learning_rate=0.003)
    rest, backbone = task.parameter_groups()
    assert backbone["lr"] == 0.003
    trained = set(map(id, task.model.encoder.backbone_parameters()))
    assert trained
    assert set(map(id, backbone["params"])) == trained
    everything = {id(parameter) for parameter in task.parameters() if parameter.requires_grad}
    assert {id(parameter) for parameter in rest["params"]} | trained == everything
    assert len(make(fine_tune="none").parameter_groups()) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"attention_penalty": -1.0}, r"model\.optimizer\.attention_penalty: -1.0 is below zero"),
        ({"attention_penalty": 1.0, "injections": ["every_step"]}, "the model has no attention"),
        ({"backbone_learning_rate": -1.0}, r"backbone_learning_rate: -1.0"),
        (
            {"reward": RewardConfig("cider")},
            r"model\.reward\.score: training on the score begins .* --model\.start_from",
        ),
        ({"reward": RewardConfig("cider", "others", 1)}, r"model\.reward\.samples: 1 is too small; use 2"),
    ],
)
def test_choices_that_do_not_go_together(changes, told):
    with pytest.raises(UserError, match=told):
        make(**changes)


def test_training_can_start_from_a_model_folder(tmp_path, random_models):
    prepared = PreparedFolder.open(write_pictures(tmp_path / "prepared", {"train": 4}))
    first = make()
    tokenizer = prepared.tokenizer("en")
    config = first.config
    torch.manual_seed(5)
    other = CaptioningTask(len(tokenizer), config, CaptioningConfig(), RewardConfig())
    save_model(tmp_path / "model", other.model, config, None, ("en", prepared.tokenizer_path("en")), card="")
    again = CaptioningTask(len(tokenizer), config, CaptioningConfig(), RewardConfig(), str(tmp_path / "model"))
    for name, tensor in other.model.state_dict().items():
        assert torch.equal(again.model.state_dict()[name], tensor), name
    again.check_data(CaptionData(str(prepared.path), "en"))
    more = replace(config, decoder=replace(config.decoder, layers=2))
    fewer = replace(config, decoder=replace(config.decoder, injections=["initial_state"]))
    for changed in (more, fewer):
        with pytest.raises(UserError, match=r"model\.start_from: .* holds another model \(decoder\."):
            CaptioningTask(len(tokenizer), changed, CaptioningConfig(), RewardConfig(), str(tmp_path / "model"))
    with pytest.raises(UserError, match=r"model\.start_from"):
        make(start_from=str(random_models[0]))


def test_a_model_to_start_from_must_know_the_same_words(tmp_path):
    prepared = PreparedFolder.open(write_pictures(tmp_path / "prepared", {"train": 4}))
    size, first = len(prepared.tokenizer("en")), make()
    torch.manual_seed(5)
    model = CaptioningTask(size, first.config, CaptioningConfig(), RewardConfig()).model
    Tokenizer.train([f"{a}{b}" for a in "abcdefgh" for b in "ijklm"], tmp_path / "other.model", "word", size)
    save_model(tmp_path / "model", model, first.config, None, ("en", tmp_path / "other.model"), card="")
    task = CaptioningTask(size, first.config, CaptioningConfig(), RewardConfig(), str(tmp_path / "model"))
    with pytest.raises(UserError, match=r"model\.start_from: its tokenizer is not that of"):
        task.check_data(CaptionData(str(prepared.path), "en"))


@pytest.mark.parametrize("option", ["batch_size", "captions"])
def test_sizes_of_the_data(tmp_path, option):
    folder = write_pictures(tmp_path / "prepared", {"train": 4, "dev": 4})
    with pytest.raises(UserError, match=rf"data\.{option}: 0 is too small"):
        CaptionData(str(folder), "en", **{option: 0})


class Saying(CaptionRewards):
    """Rewards a caption for saying one token."""

    def __init__(self, token):
        self.token = token

    def scores(self, picture, hypotheses):
        return [float(self.token in hypothesis.tokens) for hypothesis in hypotheses]


@pytest.mark.parametrize("baseline", ["others", "greedy"])
def test_what_is_rewarded_becomes_likelier(baseline):
    task, batch = make(fine_tune="none"), make_batch()
    config = RewardConfig("cider", baseline, samples=6)
    optimiser = torch.optim.Adam([p for p in task.parameters() if p.requires_grad], lr=0.02)
    means = []
    for step in range(40):
        loss, reward = self_critical_loss(task.model, batch, config, Saying(7), seed=step)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        means.append(float(reward))
    assert sum(means[-5:]) / 5 > max(0.8, sum(means[:5]) / 5)


def test_the_self_critical_gradient_is_that_of_its_equation():
    """Against the sum over what was drawn, each log-probability from the step path, times reward minus baseline."""
    task, batch = make(fine_tune="none"), make_batch()
    config = RewardConfig("cider", "others", samples=3)
    loss, _ = self_critical_loss(task.model, batch, config, Saying(7), seed=4)
    model = task.model.eval()
    context = model.encode(batch.source, batch.source_lengths)
    drawn = search(model, context, batch.source_lengths, SearchOptions(method="sample", samples=3, seed=4))
    total, tokens = torch.zeros(()), 0
    for picture, hypotheses in enumerate(drawn):
        rewards = [float(7 in hypothesis.tokens) for hypothesis in hypotheses]
        for place, hypothesis in enumerate(hypotheses):
            others = (sum(rewards) - rewards[place]) / 2
            said = [*hypothesis.tokens, *([3] if hypothesis.finished else [])]
            state = model.start(context.select(torch.tensor([picture])))
            for before, token in zip([2, *said], said, strict=False):
                logits, state = model.step(torch.tensor([before]), state)
                total = total - (rewards[place] - others) * logits.log_softmax(1)[0, token]
                tokens += 1
    torch.testing.assert_close(loss, total / tokens)
