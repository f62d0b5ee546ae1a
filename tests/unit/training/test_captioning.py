"""What training captioners adds: pictures, the penalty on attention, the backbone's own rate, the second stage."""

import functools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from toy_captions import write_pictures
from toy_pictures import draw_noise

from seq2seq.data import features
from seq2seq.data.batching import Batch, BatchPlan, teach
from seq2seq.data.captions import CaptionDataset, Features, PictureCaptions, Pixels
from seq2seq.data.corpus import ParallelCorpus
from seq2seq.data.features import FeatureCache
from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError
from seq2seq.folder import load_model, save_model
from seq2seq.models.encoder_decoder import CaptionerConfig, DecoderConfig, ImageEncoderConfig
from seq2seq.search import Hypothesis, SearchOptions, search
from seq2seq.training import captioning, self_critical
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


def test_kept_features_can_be_read_twice_in_lower_precision():
    """They are fp16, and training computes in bf16."""
    features = torch.rand(3, 5, 8).half()
    batch = replace(make_batch(), source=features)
    with torch.autocast("cpu", torch.bfloat16):
        twice = batch.twice()
    assert torch.equal(twice.source, features[[0, 1, 2, 0, 1, 2]])


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
        ({"reward": RewardConfig("rouge")}, r"model\.reward\.score: 'rouge' is not one of none, cider, bleu"),
        ({"reward": RewardConfig("bleu", "mean")}, r"model\.reward\.baseline: 'mean' is not one of greedy, others"),
        ({"second_stage": True, "consistency": 1.0}, r"model\.optimizer\.consistency: 1.0 has no part in training on"),
        ({"second_stage": True, "attention_penalty": 1.0}, r"attention_penalty: 1.0 has no part in training"),
    ],
)
def test_choices_that_do_not_go_together(folder, changes, told):
    if changes.pop("second_stage", False):
        changes |= {"reward": RewardConfig("cider"), "start_from": str(folder)}
    with pytest.raises(UserError, match=told):
        make(**changes)


@pytest.fixture
def prepared(tmp_path):
    return PreparedFolder.open(write_pictures(tmp_path / "prepared", {"train": 4, "dev": 4}))


@pytest.fixture
def folder(tmp_path, prepared):
    """A model folder whose choices are none of the defaults."""
    first = make(fine_tune="none")
    config = replace(
        first.config,
        encoder=replace(first.config.encoder, mean=[0.25, 0.5, 0.75], std=[0.5] * 3, resize="crop", dropout=0.1),
        decoder=replace(first.config.decoder, layers=2, heads=2, residual=True),
    )
    torch.manual_seed(5)
    model = CaptioningTask(len(prepared.tokenizer("en")), config, CaptioningConfig(), RewardConfig()).model
    save_model(tmp_path / "model", model, config, None, ("en", prepared.tokenizer_path("en")), card="")
    return tmp_path / "model"


def go_on(folder, prepared, **changes):
    own = CaptionerConfig(
        encoder=ImageEncoderConfig(weights="default", fine_tune=changes.get("fine_tune", "auto"), dropout=0.3),
        decoder=DecoderConfig(dropout=0.4, word_dropout=0.2),
    )
    size = len(prepared.tokenizer("en"))
    return CaptioningTask(size, own, CaptioningConfig(), RewardConfig(), str(folder))


def test_training_goes_on_with_the_model_of_a_folder(folder, prepared, capsys):
    """Whatever the run's own config says of it, which would need weights from elsewhere, too."""
    there = load_model(folder)
    task = go_on(folder, prepared)
    for name, tensor in there.model.state_dict().items():
        assert torch.equal(task.model.state_dict()[name], tensor), name
    due = replace(
        there.config,
        encoder=replace(there.config.encoder, dropout=0.3),
        decoder=replace(there.config.decoder, dropout=0.4, word_dropout=0.2),
    )
    assert task.config == due
    assert task.model.encoder.backbone.transform == there.model.encoder.backbone.transform
    assert task.model.encoder.backbone.frozen
    assert not go_on(folder, prepared, fine_tune="features.3").model.encoder.backbone.frozen
    told = capsys.readouterr().out
    assert f"the model is that of {folder}; of model.model only the dropouts and encoder.fine_tune count\n" in told
    task.check_data(CaptionData(str(prepared.path), "en"))


def test_a_backbone_that_began_at_random_is_trained_on(tmp_path, prepared):
    first, tokenizer = make(fine_tune="auto"), ("en", prepared.tokenizer_path("en"))
    task = CaptioningTask(len(prepared.tokenizer("en")), first.config, CaptioningConfig(), RewardConfig())
    save_model(tmp_path / "model", task.model, task.config, None, tokenizer, card="")
    assert not go_on(tmp_path / "model", prepared).model.encoder.backbone.frozen


def test_features_kept_for_the_first_stage_serve_the_second(tmp_path, folder, prepared, monkeypatch):
    first, second = load_model(folder).model.encoder, go_on(folder, prepared).model.encoder
    FeatureCache.open(prepared, first.backbone)
    monkeypatch.setattr(features, "extract", lambda *_: pytest.fail("they are computed again"))
    FeatureCache.open(prepared, second.backbone)


@pytest.mark.parametrize(("half", "tolerance"), [(True, 1e-3), (False, 1e-5)])  # fp16 rounds by up to 2^-11
def test_kept_features_give_the_loss_of_the_pictures_themselves(prepared, half, tolerance):
    for number, name in enumerate(prepared.images()):
        draw_noise(prepared.image_path(name), number, 32)
    views, first = ("plain", "flip"), make(fine_tune="none")
    task = CaptioningTask(len(prepared.tokenizer("en")), first.config, CaptioningConfig(), RewardConfig())
    backbone = task.model.encoder.backbone
    split = PictureCaptions(ParallelCorpus.open(prepared, "train", ("image", "en")))
    cache = FeatureCache.open(prepared, backbone, views, half=half)
    losses = {}
    for name, source in (
        ("pixels", Pixels(prepared, backbone.transform, views)),
        ("kept", Features(prepared, cache)),
        ("never mirrored", Pixels(prepared, backbone.transform, ("plain", "plain"))),
    ):
        batch = CaptionDataset(split, source, captions=2, views=2)[BatchPlan(np.arange(4), seed=1)]
        losses[name] = task.losses(batch).total
        (losses[f"{name}, slope"],) = torch.autograd.grad(losses[name], task.model.encoder.to_summary[0].weight)
    torch.testing.assert_close(losses["kept"], losses["pixels"], rtol=tolerance, atol=0)
    slope = losses["pixels, slope"]
    assert (losses["kept, slope"] - slope).norm() < 10 * tolerance * slope.norm()
    assert (losses["never mirrored, slope"] - slope).norm() > 0.1 * slope.norm(), "that a picture is mirrored tells"


def test_only_a_captioner_can_be_started_from(random_models, prepared):
    with pytest.raises(UserError, match=r"model\.start_from: .* holds a model for translation, no captioner"):
        go_on(random_models[0], prepared)


def test_features_are_computed_where_the_model_will_be(prepared, monkeypatch):
    seen = []
    monkeypatch.setattr(captioning.FeatureCache, "open", lambda _folder, backbone, _views: seen.append(backbone.device))
    monkeypatch.setattr(captioning, "Features", lambda *_: None)
    data = CaptionData(str(prepared.path), "en")
    data.trainer = SimpleNamespace(strategy=SimpleNamespace(root_device=torch.device("meta")))
    data._source(make(fine_tune="none").model.encoder)
    assert seen == [torch.device("meta")]


@pytest.mark.parametrize(("workers", "memory"), [(0, captioning.PICTURE_MEMORY), (4, captioning.PICTURE_MEMORY // 4)])
def test_workers_share_the_memory_for_pictures(prepared, monkeypatch, workers, memory):
    given = []
    monkeypatch.setattr(captioning, "Pixels", lambda *arguments: given.append(arguments))
    CaptionData(str(prepared.path), "en", workers=workers)._source(make().model.encoder)
    assert given[0][-1] == memory


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


def drawable(logits, before):
    """The log-probabilities that search draws from after the token `before`."""
    never = [0, 1, 2, 3] if before == 2 else [0, 1, 2]
    return logits[0].index_fill(0, torch.tensor(never), -torch.inf).log_softmax(0)


def test_what_is_worth_the_same_teaches_nothing():
    """Each caption drawn beats the greedy one by as much: the gradients of many draws cancel out, and what is never
    drawn gains nothing either."""

    class Worse:
        def scores(self, picture, hypotheses):
            return [float(len(hypotheses) == 1) for _ in hypotheses]

    task, batch = make(fine_tune="none"), make_batch()
    config = RewardConfig("cider", "greedy", samples=64)
    weights = [p for p in task.parameters() if p.requires_grad]
    gradients = []
    for seed in range(24):
        loss, _ = self_critical_loss(task.model, batch, config, Worse(), seed)
        gradients.append(
            torch.cat([g.flatten() for g in torch.autograd.grad(loss, weights, allow_unused=True) if g is not None])
        )
    drawn = torch.stack(gradients)
    noise = drawn.std(0).norm() / len(drawn) ** 0.5
    assert drawn.mean(0).norm() < 1.5 * noise


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
                total = total - (rewards[place] - others) * drawable(logits, before)[token]
                tokens += 1
    torch.testing.assert_close(loss, total / tokens)


def test_an_end_that_was_forced_is_not_learned(monkeypatch):
    """At most two tokens, so that most captions are cut; their gradient is that of the two tokens alone."""
    options = functools.partial(SearchOptions, max_length=2)
    monkeypatch.setattr(self_critical, "SearchOptions", options)
    task, batch = make(fine_tune="none"), make_batch()
    loss, _ = self_critical_loss(task.model, batch, RewardConfig("cider", "others", samples=3), Saying(7), seed=4)
    model = task.model.eval()
    context = model.encode(batch.source, batch.source_lengths)
    drawn = search(model, context, batch.source_lengths, options(method="sample", samples=3, seed=4))
    total, tokens = torch.zeros(()), 0
    for picture, hypotheses in enumerate(drawn):
        assert any(hypothesis.cut for hypothesis in hypotheses)
        rewards = [float(7 in hypothesis.tokens) for hypothesis in hypotheses]
        for reward, hypothesis in zip(rewards, hypotheses, strict=True):
            said = [*hypothesis.tokens, *([] if hypothesis.cut else [3])]
            state = model.start(context.select(torch.tensor([picture])))
            for before, token in zip([2, *said], said, strict=False):
                logits, state = model.step(torch.tensor([before]), state)
                total = total - (reward - (sum(rewards) - reward) / 2) * drawable(logits, before)[token]
                tokens += 1
    torch.testing.assert_close(loss, total / tokens)


def test_only_an_end_that_the_model_chose_is_rewarded(prepared):
    references = [["a red picture"]]
    tokenizer = prepared.tokenizer("en")
    ids = tuple(tokenizer.encode("a red picture"))
    rewards = CaptionRewards(references, "bleu", tokenizer)
    chosen, cut = (Hypothesis(ids, (0.0,) * 4, 0.0, None, finished=True, cut=cut) for cut in (False, True))
    best, worse = rewards.scores(0, [chosen, cut])
    assert worse < best


def test_the_embeddings_of_captions_may_begin_with_word_vectors(prepared, tmp_path):
    data = CaptionData(str(prepared.path), "en")
    (word,) = data.target_tokenizer.encode("picture")
    (tmp_path / "v.txt").write_text("picture 0 1 2 3 4 5 6 7\n")
    config = replace(make().config, tied_embeddings="none")
    options = (data.target_vocab_size, config, CaptioningConfig(), RewardConfig())
    task = CaptioningTask(*options, target_vectors=str(tmp_path / "v.txt"), freeze_vectors=True)
    task.vectors.put_in(task.model, data)
    embedding = task.model.decoder.embedding
    found = embedding.weight[word]
    torch.testing.assert_close(found / found[7], torch.arange(8.0) / 7)
    assert not embedding.weight.requires_grad
    with pytest.raises(UserError, match="target_vectors: the model to start from has its own"):
        CaptioningTask(*options, start_from="model", target_vectors="v.txt")
