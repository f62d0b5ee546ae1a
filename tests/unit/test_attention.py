import math

import pytest
import torch

from seq2seq.decoders.attention import ATTENTIONS, Attention

LENGTHS = [5, 1, 3]
MASK = torch.arange(5) < torch.tensor(LENGTHS)[:, None]
KINDS_AND_HEADS = [(kind, heads) for kind in ATTENTIONS for heads in (1, 2, 6)]


def make(kind, heads):
    """An attention of 4 queries a sentence over 5 positions, and its arguments."""
    torch.manual_seed(1)
    attention = Attention(6, 6, kind, heads).double()
    queries, memory = torch.randn(3, 4, 6).double(), torch.randn(3, 5, 6).double()
    return attention, queries, memory


def attend(attention, queries, memory, mask):
    return attention(queries, attention.keys(memory), memory, mask)


@pytest.mark.parametrize(("kind", "heads"), KINDS_AND_HEADS)
def test_equals_the_formula_written_with_loops(kind, heads):
    attention, queries, memory = make(kind, heads)
    contexts, weights = attend(attention, queries, memory, MASK)
    size = 6 // heads
    for b, length in enumerate(LENGTHS):
        for q in range(4):
            mean = torch.zeros(5).double()
            for head in range(heads):
                part = slice(head * size, (head + 1) * size)
                scores = []
                for m in range(length):
                    if kind == "dot":
                        score = queries[b, q, part] @ memory[b, m, part] / math.sqrt(size)
                    elif kind == "general":
                        score = queries[b, q, part] @ (attention.key.weight @ memory[b, m])[part] / math.sqrt(size)
                    else:
                        both = attention.query(queries[b, q]) + attention.key(memory[b, m])
                        score = attention.energy[head] @ both[part].tanh()
                    scores.append(score)
                shares = torch.stack(scores).softmax(0)
                torch.testing.assert_close(contexts[b, q, part], shares @ memory[b, :length, part], atol=1e-6, rtol=0)
                mean[:length] += shares / heads
            torch.testing.assert_close(weights[b, q].double(), mean, atol=1e-6, rtol=0)


@pytest.mark.parametrize(("kind", "heads"), KINDS_AND_HEADS)
def test_weights_sum_to_one_and_are_zero_at_padding(kind, heads):
    _, weights = attend(*make(kind, heads), MASK)
    torch.testing.assert_close(weights.sum(2), torch.ones(3, 4))
    assert (weights >= 0).all()
    assert (weights.masked_select(~MASK[:, None]) == 0).all()


@pytest.mark.parametrize(("kind", "heads"), KINDS_AND_HEADS)
def test_padding_neither_changes_anything_nor_gets_a_gradient(kind, heads):
    attention, queries, memory = make(kind, heads)
    loud = memory.masked_fill(~MASK[:, :, None], 1e3).requires_grad_()
    context, weights = attend(attention, queries, loud, MASK)
    torch.testing.assert_close((context, weights), attend(attention, queries, memory, MASK))
    context.sum().backward()
    assert (loud.grad[~MASK] == 0).all()
    assert (loud.grad[MASK] != 0).any()


@pytest.mark.parametrize(("kind", "heads"), KINDS_AND_HEADS)
def test_a_batch_is_its_sentences_and_queries_one_by_one(kind, heads):
    attention, queries, memory = make(kind, heads)
    contexts, weights = attend(attention, queries, memory, MASK)
    for b, length in enumerate(LENGTHS):
        for q in range(4):
            alone = attend(
                attention, queries[b : b + 1, q : q + 1], memory[b : b + 1, :length], MASK[b : b + 1, :length]
            )
            torch.testing.assert_close(alone[0][0, 0], contexts[b, q])
            torch.testing.assert_close(alone[1][0, 0], weights[b, q, :length])


@pytest.mark.parametrize(("kind", "heads"), KINDS_AND_HEADS)
def test_order_of_the_memory_orders_the_weights_and_nothing_else(kind, heads):
    attention, queries, memory = make(kind, heads)
    order = torch.tensor([3, 0, 4, 1, 2])
    contexts, weights = attend(attention, queries, memory, MASK)
    turned, turned_weights = attend(attention, queries, memory[:, order], MASK[:, order])
    torch.testing.assert_close(turned, contexts)
    torch.testing.assert_close(turned_weights, weights[:, :, order])


def test_a_key_like_the_query_draws_the_weight():
    attention = Attention(4, 4, "dot")
    memory = 50 * torch.eye(4)[None]
    context, weights = attend(attention, torch.eye(4)[None], memory, torch.ones(1, 4, dtype=torch.bool))
    assert weights[0].argmax(1).tolist() == [0, 1, 2, 3]
    torch.testing.assert_close(context, memory, atol=1e-3, rtol=0)


def test_sizes_of_query_and_memory_may_differ_but_for_dot():
    for kind in ("general", "additive"):
        attention = Attention(6, 8, kind, heads=2)
        context, _ = attend(attention, torch.randn(1, 3, 6), torch.randn(1, 5, 8), MASK[:1])
        assert context.shape == (1, 3, 8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((6, 8, "dot", 1), "attention 'dot' needs queries and memory of one size, not 6 and 8; use 'general'"),
        ((6, 6, "general", 4), "4 heads do not divide the query's 6 and the memory's 6"),
        ((6, 9, "additive", 2), "2 heads do not divide the query's 6 and the memory's 9"),
        ((6, 6, "aditive", 1), "attention 'aditive' is not one of additive, general, dot; did you mean 'additive'?"),
    ],
)
def test_choices_that_do_not_fit_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message.replace("?", "\\?")):
        Attention(*arguments)
