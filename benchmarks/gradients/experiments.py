"""What is measured."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from benchmarks.gradients.nets import IRNN, NETS, Net, forget_bias, read, scaled_identity
from data_prep.agreement import PLURAL, SINGULAR, VERBS, Sentence, sentences
from seq2seq.inspection.distance import gradient_by_distance
from seq2seq.inspection.watch import gradient_norms, watching
from seq2seq.models.classifier import Classifier
from seq2seq.recurrent import RecurrentLayer

BATCH, POOL, HELD_OUT = 32, 4096, 512
RATE, CLIP = 5e-3, 1.0
WIDE = 64  # units of the layers that are looked at before any training


@dataclass(frozen=True)
class Effort:
    """How much is computed.

    Attributes:
        length: steps of the layers that are not trained.
        distances: between noun and verb.
        steps: of training.
        seeds: trainings of each net at each distance.
        looked_at: the distance at which gradients are looked at before and after training.
        clipping_steps: of the two trainings with and without clipping, at the greatest distance.
        inside: the distance of the two sentences over which a trained LSTM's gates are drawn.
    """

    length: int = 100
    distances: tuple[int, ...] = (10, 15, 20, 30, 40)
    steps: int = 800
    seeds: int = 3
    looked_at: int = 20
    clipping_steps: int = 300
    inside: int = 20


QUICK = Effort(length=60, distances=(10, 12), steps=6, seeds=1, looked_at=12, clipping_steps=6, inside=10)
"""To see whether everything works."""


def powers(length: int) -> dict[float, list[float]]:
    """w -> |dh_T / dx_{T-k}| for k = 0 ... length of the linear net h_t = w h_{t-1} + x_t with one unit."""
    found = {}
    for weight in (0.9, 1.0, 1.1):
        layer = RecurrentLayer(1, 1, "irnn").double()  # linear as long as all is above zero
        for parameter, value in zip(layer.parameters(), (1.0, weight, 0.0, 0.0), strict=True):
            nn.init.constant_(parameter, value)
        found[weight] = gradient_by_distance(layer, length, torch.ones(length + 1, 1, 1)).tolist()
    return found


def at_start(nets: Sequence[Net], length: int) -> dict[str, list[float]]:
    """By net, the gradient's norm by distance before any training, as a share of that at distance 0."""
    found = {}
    for net in nets:
        torch.manual_seed(1)
        norms = gradient_by_distance(net.layer(WIDE, WIDE).double(), length)
        found[net.name] = (norms / norms[0]).tolist()
    return found


def scales(length: int) -> dict[float, list[float]]:
    """As `at_start`, of IRNNs whose recurrent weights begin at 0.9, 1 and 1.1 times the identity."""
    nets = {scale: Net(f"{scale}", "irnn", "", scaled_identity(scale)) for scale in (0.9, 1.0, 1.1)}
    return {scale: at_start([net], length)[net.name] for scale, net in nets.items()}


def forget_biases(length: int) -> dict[float, list[float]]:
    """As `at_start`, of LSTMs whose forget gates begin with a bias of 0, 1, 2, 3 and 5."""
    nets = {bias: Net(f"{bias}", "lstm", "", forget_bias(bias)) for bias in (0.0, 1.0, 2.0, 3.0, 5.0)}
    return {bias: at_start([net], length)[net.name] for bias, net in nets.items()}


@dataclass(frozen=True)
class Trained:
    """A net after training on sentences of one distance.

    Attributes:
        net: its name.
        distance: words between noun and verb.
        seed: of its weights and sentences.
        accuracy: share of held-out sentences whose verb it gets right.
        before: norm of the gradient of the log-odds of "were" with respect to each word read, by distance from the
            verb, before training; empty where it was not looked at.
        after: likewise after training.
        clipped: share of the steps whose gradient was clipped.
    """

    net: str
    distance: int
    seed: int
    accuracy: float
    before: list[float]
    after: list[float]
    clipped: float


def learn(net: Net, distance: int, seed: int, effort: Effort) -> tuple[Trained, Classifier]:
    """Train a net on sentences of one distance, and try it on others; the same arguments give the same result."""
    torch.manual_seed(seed)
    model = net.classifier()
    # The words of training and test are the same; what is read of their sentences is not.
    pool = sentences(distance, POOL, seed)
    known = {sentence.before for sentence in pool}
    held_out = [
        sentence for sentence in sentences(distance, 2 * HELD_OUT, seed + 1_000_003) if sentence.before not in known
    ]
    tokens, verbs = read(pool)
    test_tokens, test_verbs = read(held_out[:HELD_OUT])
    looks = distance == effort.looked_at and seed == 1
    before = log_odds_gradient(model, test_tokens[:64]) if looks else []
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    lengths = torch.full((BATCH,), tokens.shape[1])
    clipped = 0
    for _ in range(effort.steps):
        rows = torch.randint(len(tokens), (BATCH,))
        loss = nn.functional.cross_entropy(model(tokens[rows], lengths), verbs[rows])
        optimizer.zero_grad()
        loss.backward()
        clipped += bool(nn.utils.clip_grad_norm_(model.parameters(), CLIP) > CLIP)
        optimizer.step()
    with torch.inference_mode():
        said = model(test_tokens, torch.full((len(test_tokens),), test_tokens.shape[1])).argmax(1)
    accuracy = (said == test_verbs).double().mean().item()
    after = log_odds_gradient(model, test_tokens[:64]) if looks else []
    return Trained(net.name, distance, seed, accuracy, before, after, clipped / effort.steps), model


def log_odds_gradient(model: Classifier, tokens: Tensor) -> list[float]:
    """Norm of the gradient of the log-odds of "were" with respect to each word (B, T), by its distance from the end.

    Log-odds and not the loss, whose gradient vanishes where a model is sure of itself.
    """
    with torch.enable_grad(), watching(model) as traces:
        logits = model(tokens, torch.full((len(tokens),), tokens.shape[1]))
        (norms,) = gradient_norms((logits[:, 1] - logits[:, 0]).sum(), traces)
    return norms.mean(1).flip(0).tolist()


@dataclass(frozen=True)
class Inside:
    """What a trained LSTM does with one sentence. Letters: T words, H units.

    Attributes:
        words: the T words that it reads, those before the verb.
        log_odds: of "were", against "was", in nats.
        gates: each T lists of H numbers, by its name.
        memory: the cell state, likewise.
    """

    words: list[str]
    log_odds: float
    gates: dict[str, list[list[float]]]
    memory: list[list[float]]


def look_inside(model: Classifier, distance: int) -> list[Inside]:
    """What the layer of a classifier does with a sentence of its distance, and with the same of a plural noun."""
    found = next(one for one in sentences(distance, 8, seed=7) if not one.plural)
    noun = PLURAL[SINGULAR.index(found.before[1])]
    return [_inside(model, words) for words in (found.before, (found.before[0], noun, *found.before[2:]))]


def _inside(model: Classifier, words: tuple[str, ...]) -> Inside:
    tokens, _ = read([Sentence((*words, VERBS[0]), len(words))])
    with torch.no_grad(), watching(model) as (trace,):
        logits = model(tokens, torch.tensor([len(words)]))[0]
    assert trace.memory is not None
    gates = {name: _rounded(gate[:, 0]) for name, gate in trace.gates.items()}
    return Inside(list(words), (logits[1] - logits[0]).item(), gates, _rounded(trace.memory[:, 0]))


def _rounded(values: Tensor) -> list[list[float]]:
    return [[round(value, 4) for value in row] for row in values.tolist()]


@dataclass(frozen=True)
class Descent:
    """A training by plain gradient descent.

    Attributes:
        clip: the greatest length of the gradient; None for no bound.
        losses: of each step, until they were no numbers any more.
        norms: of the gradients before clipping, likewise.
    """

    clip: float | None
    losses: list[float]
    norms: list[float]


def descend(clip: float | None, distance: int, steps: int, rate: float = 0.003) -> Descent:
    """Train an IRNN by gradient descent with momentum on sentences of one distance."""
    torch.manual_seed(1)
    model = IRNN.classifier()
    tokens, verbs = read(sentences(distance, POOL, seed=1))
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    lengths = torch.full((BATCH,), tokens.shape[1])
    losses: list[float] = []
    norms: list[float] = []
    for _ in range(steps):
        rows = torch.randint(len(tokens), (BATCH,))
        loss = nn.functional.cross_entropy(model(tokens[rows], lengths), verbs[rows])
        optimizer.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), math.inf if clip is None else clip)
        if not (math.isfinite(loss.item()) and math.isfinite(norm.item())):
            break
        losses.append(loss.item())
        norms.append(norm.item())
        optimizer.step()
    return Descent(clip, losses, norms)


def jobs(effort: Effort) -> list[tuple[Net, int, int]]:
    """Net, distance and seed of every training, the longest first."""
    distances = sorted({*effort.distances, effort.looked_at}, reverse=True)
    return [(net, distance, seed) for distance in distances for net in NETS for seed in range(1, effort.seeds + 1)]


def run_job(net: int, distance: int, seed: int, effort: Effort) -> dict[str, object]:
    """One training by the number of its net, as plain values, for another process."""
    torch.set_num_threads(1)  # so that the sums, and so the figures, do not depend on the machine's cores
    return asdict(learn(NETS[net], distance, seed, effort)[0])
