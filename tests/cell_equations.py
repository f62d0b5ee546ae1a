"""A plain reading of every cell's equations in NumPy: weights by name, an input and the parts of a state -> a state."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def elman(w, x, h):
    return (np.tanh(w["weight_ih_l0"] @ x + w["bias_ih_l0"] + w["weight_hh_l0"] @ h + w["bias_hh_l0"]),)


def irnn(w, x, h):
    return (np.maximum(0, w["weight_ih_l0"] @ x + w["bias_ih_l0"] + w["weight_hh_l0"] @ h + w["bias_hh_l0"]),)


def jordan(w, x, y):
    hidden = np.tanh(w["input.weight"] @ x + w["feedback.weight"] @ y + w["input.bias"])
    return (np.tanh(w["output.weight"] @ hidden + w["output.bias"]),)


def gru(w, x, h):
    from_input = np.split(w["weight_ih_l0"] @ x + w["bias_ih_l0"], 3)
    from_state = np.split(w["weight_hh_l0"] @ h + w["bias_hh_l0"], 3)
    reset, keep = sigmoid(from_input[0] + from_state[0]), sigmoid(from_input[1] + from_state[1])
    candidate = np.tanh(from_input[2] + reset * from_state[2])
    return ((1 - keep) * candidate + keep * h,)


def lstm(w, x, h, c):
    products = w["weight_ih_l0"] @ x + w["bias_ih_l0"] + w["weight_hh_l0"] @ h + w["bias_hh_l0"]
    i, f, g, o = np.split(products, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def peephole(w, x, h, c):
    i, f, g, o = np.split(w["input.weight"] @ x + w["input.bias"] + w["hidden.weight"] @ h, 4)
    p_i, p_f, p_o = w["peepholes"]
    new = sigmoid(f + p_f * c) * c + sigmoid(i + p_i * c) * np.tanh(g)
    return sigmoid(o + p_o * new) * np.tanh(new), new


def minlstm(w, x, h):
    f, i, candidate = np.split(w["input.weight"] @ x + w["input.bias"], 3)
    f, i = sigmoid(f), sigmoid(i)
    return (f / (f + i) * h + i / (f + i) * candidate,)


def mingru(w, x, h):
    z, candidate = np.split(w["input.weight"] @ x + w["input.bias"], 2)
    return ((1 - sigmoid(z)) * h + sigmoid(z) * candidate,)


READINGS = {
    "lstm": lstm,
    "gru": gru,
    "rnn": elman,
    "irnn": irnn,
    "jordan": jordan,
    "peephole": peephole,
    "minlstm": minlstm,
    "mingru": mingru,
}
