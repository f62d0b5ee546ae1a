"""Text that goes on, over line ends, from where a prompt leaves it: for language models."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from seq2seq.errors import UserError
from seq2seq.search.greedy import Greedy
from seq2seq.search.interface import TextModel
from seq2seq.search.options import SearchOptions
from seq2seq.search.sampling import Sampling
from seq2seq.search.strategy import Frontier, Strategy

_AT_ONCE = 4096  # tokens of all prompts that are read in one call; each has its features in memory there


@dataclass
class Written:
    """Attributes: tokens, what was written after a prompt; log_probs, of each, in nats, as the model gave them."""

    tokens: list[int] = field(default_factory=list)
    log_probs: list[float] = field(default_factory=list)


@torch.inference_mode()
def write_on(
    model: TextModel,
    state: Any,
    prompts: Sequence[Sequence[int]],
    options: SearchOptions,
    longest: int,
    is_enough: Callable[[int, int], bool],
    device: torch.device,
    indices: Sequence[int] | None = None,
    first_id: int = 3,
    never: Sequence[int] = (0, 1, 2),
) -> list[Written]:
    """Write on from each of B prompts until there is enough.

    What a prompt gets does not depend on the others: neither on their number nor on their lengths.

    Args:
        model: has `step(tokens, state)` and `read(tokens, state)`; in evaluation mode.
        state: its state before anything was read, one row a prompt.
        prompts: what each text begins with; [] for none.
        options: "greedy" takes the likeliest token each time, "sample" draws one.
        longest: the most tokens to write.
        is_enough: is told each token that is written, by (prompt's number, token), and says whether it was the last.
        device: of the model.
        indices: by which number sampling knows each prompt; 0 to B - 1 when not given.
        first_id: read before the prompts: a line end, after which a text's first line begins as any other.
        never: tokens that are never written: pad, unknown and begin of sentence.

    Raises:
        UserError: another method.
    """
    if options.method == "beam":
        raise UserError("method='beam': the likeliest long text is a dull one; use greedy or sample")
    texts = [[first_id, *prompt] for prompt in prompts]
    strategy: Strategy = Greedy()
    if options.method == "sample":
        lengths = [len(ids) + longest for ids in texts]
        strategy = Sampling(options, range(len(texts)) if indices is None else indices, lengths, device)
    written = [Written() for _ in texts]
    active = list(range(len(texts)))
    place = 0  # of the token that is read next
    while active:
        ahead = min(len(texts[number]) for number in active) - 1 - place
        if ahead > 0:  # nobody writes before the last token of the shortest text
            end = place + min(ahead, max(1, _AT_ONCE // len(active)))
            read = torch.tensor([texts[number][place:end] for number in active], device=device)
            state, place = model.read(read, state), end
            continue
        tokens = torch.tensor([texts[number][place] for number in active], device=device)
        logits, state = model.step(tokens, state)
        log_probs = logits.log_softmax(-1, dtype=torch.float32)
        log_probs[:, list(never)] = -torch.inf
        # A draw belongs to a place of the text, so that longer prompts beside this one change nothing.
        choice = strategy.choose(
            Frontier(
                log_probs[:, None],
                scores=log_probs.new_zeros(len(active), 1),
                places=torch.ones(len(active), dtype=torch.long, device=device),
                sentences=torch.tensor(active, device=device),
                step=place,
            )
        )
        place += 1
        kept = []
        for row, (number, token, chance) in enumerate(
            zip(active, choice.tokens[:, 0].tolist(), choice.log_probs[:, 0].tolist(), strict=True)
        ):
            if place < len(texts[number]):  # the prompt goes on by itself
                kept.append(row)
                continue
            text = written[number]
            texts[number].append(token)
            text.tokens.append(token)
            text.log_probs.append(chance)
            if not is_enough(number, token) and len(text.tokens) < longest:
                kept.append(row)
        if len(kept) < len(active):
            rows = torch.tensor(kept, dtype=torch.long, device=device)
            state = state.select(rows, rows)
            active = [active[row] for row in kept]
    return written
