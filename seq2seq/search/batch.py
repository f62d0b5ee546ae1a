"""The search for a whole batch of sources."""

from collections.abc import Sequence

import torch
from torch import Tensor

from seq2seq.search.beam import Beam
from seq2seq.search.consensus import rank_by_consensus
from seq2seq.search.constraints import Constraints
from seq2seq.search.greedy import Greedy
from seq2seq.search.hypothesis import Hypothesis
from seq2seq.search.interface import SearchContext, StepModel
from seq2seq.search.loop import decode
from seq2seq.search.options import SearchOptions
from seq2seq.search.sampling import Sampling
from seq2seq.search.strategy import Strategy


@torch.inference_mode()
def search(
    model: StepModel,
    context: SearchContext,
    source_lengths: Tensor | Sequence[int],
    options: SearchOptions,
    bos_id: int = 2,
    eos_id: int = 3,
    pad_id: int = 0,
    unk_id: int = 1,
    prefixes: Sequence[Sequence[int]] | None = None,
    indices: Sequence[int] | None = None,
    attention: bool = True,
) -> list[list[Hypothesis]]:
    """Finds target sentences for a batch of B sources.

    What a sentence gets does not depend on the others in the batch, on their order or on padding.

    Args:
        model: has `start(context)` and `step(tokens, state)`; in evaluation mode.
        context: the encoded sources; an `EnsembleContext` for an `Ensemble`.
        source_lengths: (B,) what the relative length bounds refer to.
        options: how to search.
        bos_id: fed to the first step; never written.
        eos_id: ends a hypothesis.
        pad_id: never written.
        unk_id: never written, since no reader can use an unknown token.
        prefixes: tokens with which each sentence's hypotheses must begin, [] for none.
        indices: by which number sampling knows each sentence; 0 to B - 1 when not given. Give the sentences' numbers in
            the whole corpus, so that samples do not depend on how it is cut into batches.
        attention: give each hypothesis what its tokens looked at; False saves the memory of it, and some time.

    Returns:
        For each sentence its hypotheses, best first, at least one: `n_best` of them in beam search (fewer where there
        are no more), 1 in greedy search, `samples` in sampling.

    Raises:
        UserError: a prefix with padding, unknown, begin or end of sentence or a token that the model does not have; a
            coverage penalty for a model without attention.
        ValueError: `source_lengths`, `prefixes` or `indices` of another length than the batch.
    """
    batch = len(context)
    lengths = source_lengths.tolist() if isinstance(source_lengths, Tensor) else list(source_lengths)
    for name, given in (("source_lengths", lengths), ("prefixes", prefixes), ("indices", indices)):
        if given is not None and len(given) != batch:
            raise ValueError(f"{name} has {len(given)} entries, the batch {batch} sentences")
    if batch == 0:
        return []
    device = context.mask.device
    constraints = Constraints(lengths, options, prefixes, eos_id, (pad_id, unk_id, bos_id), device)
    strategy: Strategy
    if options.method == "beam":
        strategy = Beam(options.beam)
    elif options.method == "greedy":
        strategy = Greedy()
    else:
        strategy = Sampling(options, range(batch) if indices is None else indices, constraints.longest, device)
    found = decode(model, context, strategy, constraints, options, bos_id, eos_id, attention)
    if options.ranking == "consensus":
        return [rank_by_consensus(hypotheses)[: options.n_best] for hypotheses in found]
    return found
