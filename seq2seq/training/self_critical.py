"""Training on the score itself: captions are drawn, scored, and made likelier the more they beat a baseline.

Rennie et al. 2017 (arXiv 1612.00563) take the greedy caption's score as the baseline; Luo 2020 (arXiv 2003.09971) the
mean of the other captions drawn for the same picture, which saves the greedy search and varies less.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from seq2seq.data.batching import Batch, teach
from seq2seq.data.tokenizer import BOS_ID, EOS_ID, PAD_ID, UNK_ID, Tokenizer
from seq2seq.errors import UserError
from seq2seq.evaluation.captions import BleuReward, CiderD, ptb_tokenize
from seq2seq.models.encoder_decoder import Seq2Seq
from seq2seq.search import Hypothesis, SearchOptions, search

END = "</s>"

Reward = Literal["none", "cider", "bleu"]
Baseline = Literal["greedy", "others"]


@dataclass
class RewardConfig:
    """What a second stage of training rewards; the first one (cross-entropy) has none.

    Attributes:
        score: "cider" (CIDEr-D), "bleu" (BLEU-4 of a sentence), or "none".
        baseline: what a caption must beat: "greedy" (the greedy caption's score) or "others" (the mean of the other
            captions drawn for its picture).
        samples: captions drawn for each picture, 2 or more with "others".
    """

    score: Reward = "none"
    baseline: Baseline = "others"
    samples: int = 5

    def check(self) -> None:
        """Raise UserError unless the values are known and go together."""
        for name, allowed in (("score", get_args(Reward)), ("baseline", get_args(Baseline))):
            value = getattr(self, name)
            if value not in allowed:
                raise UserError(f"model.reward.{name}: {value!r} is not one of {', '.join(allowed)}")
        least = 2 if self.baseline == "others" else 1
        if self.samples < least:
            raise UserError(f"model.reward.samples: {self.samples} is too small; use {least} or more")


class CaptionRewards:
    """What captions of training pictures are worth, for training on the score itself.

    The end of a caption counts as a word, so that one that breaks off before it is worth less.

    Args:
        references: the captions of each picture.
        score: "cider" (CIDEr-D, 0 to 10) or "bleu" (a sentence's BLEU-4, 0 to 1).
        tokenizer: makes text of hypotheses.
    """

    def __init__(self, references: list[list[str]], score: str, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        kind = CiderD if score == "cider" else BleuReward
        self._reward = kind([[[*ptb_tokenize(text), END] for text in texts] for texts in references])

    def scores(self, picture: int, hypotheses: Sequence[Hypothesis]) -> list[float]:
        """The worth of each hypothesis for the picture with that number in the split."""
        return [
            self._reward.score(
                ptb_tokenize(self.tokenizer.decode(hypothesis.tokens)) + [END] * _chose_its_end(hypothesis),
                picture,
            )
            for hypothesis in hypotheses
        ]


def _chose_its_end(hypothesis: Hypothesis) -> bool:
    """Whether the model ended it; what was forced is neither rewarded nor learned."""
    return hypothesis.finished and not hypothesis.cut


def self_critical_loss(
    model: Seq2Seq, batch: Batch, config: RewardConfig, rewards: CaptionRewards, seed: int
) -> tuple[Tensor, Tensor]:
    """The loss of one batch of pictures and the mean reward of the captions drawn.

    The loss's gradient is that of the expected reward, with the baseline taken off (Williams 1992): each token's
    negative log-probability times how much better its caption is than the baseline, mean over the tokens. With dropout
    it is so only roughly, because captions are drawn without.

    Args:
        model: in training mode.
        batch: B pictures; its captions are not looked at.
        config: what is rewarded.
        rewards: gives a caption's score.
        seed: decides what is drawn.

    Returns:
        The loss, (), with its gradient, and the mean reward of the B * samples captions, (), in the score's own range
        (see `CaptionRewards`).
    """
    pictures = batch.indices.tolist()
    model.eval()
    with torch.no_grad():
        context = model.encode(batch.source, batch.source_lengths)
        options = SearchOptions(method="sample", samples=config.samples, seed=seed)
        drawn = search(model, context, batch.source_lengths, options, attention=False)
        scores = torch.tensor([rewards.scores(*pair) for pair in zip(pictures, drawn, strict=True)])
        if config.baseline == "greedy":
            greedy = SearchOptions(method="greedy")
            best = search(model, context, batch.source_lengths, greedy, attention=False)
            baseline = torch.tensor([rewards.scores(*pair) for pair in zip(pictures, best, strict=True)])
        else:
            baseline = (scores.sum(1, keepdim=True) - scores) / (config.samples - 1)
    model.train()
    captions = [hypothesis for found in drawn for hypothesis in found]
    prefix, goal = teach([list(hypothesis.tokens) for hypothesis in captions])
    for row, hypothesis in zip(goal, captions, strict=True):
        if not _chose_its_end(hypothesis):
            row[len(hypothesis.tokens)] = PAD_ID
    rows = torch.arange(len(pictures)).repeat_interleave(config.samples)
    read = replace(batch, prefix=prefix, goal=goal, rows=rows).to(batch.source.device)
    advantages = (scores - baseline).flatten().to(batch.source.device)
    context = model.encode(batch.source, batch.source_lengths)
    worth: list[Tensor] = []
    for targets in read.targets():
        assert targets.rows is not None
        features, _ = model.decoder.teach(targets.prefix, context.select(targets.rows))
        real = targets.goal != PAD_ID
        logits = model.decoder.output(features[real]).float()
        _forbid(logits, first=(torch.arange(real.shape[1], device=real.device) == 0).expand(real.shape)[real])
        losses = cross_entropy(logits, targets.goal[real], reduction="none")
        worth.append(losses * advantages[targets.numbers, None].expand(real.shape)[real])
    return torch.cat(worth).mean(), scores.mean()


def _forbid(logits: Tensor, first: Tensor) -> None:
    """Take what search never draws out of the softmax: else its share would grow with every word that is made rarer.

    Args:
        logits: (N, V), changed in place.
        first: (N,) which of them are of a caption's first word, since no caption is empty.
    """
    logits[:, [PAD_ID, UNK_ID, BOS_ID]] = -torch.inf
    logits[:, EOS_ID].masked_fill_(first, -torch.inf)
