"""How much of a gradient is left after so many steps back in time."""

import torch
from torch import Tensor, nn

from seq2seq.recurrent import RecurrentLayer, RecurrentStack


def gradient_by_distance(
    net: RecurrentLayer | RecurrentStack,
    length: int,
    inputs: Tensor | None = None,
    rows: int = 32,
    seed: int = 1,
) -> Tensor:
    """Norm of the gradient of the last output with respect to the input read k steps before it, for k = 0 ... `length`.

    The output y_T is looked at along a direction u, drawn at random for each row, of length 1: it is the norm of
    d(u . y_T) / d x_{T-k}, the mean over rows. Bengio et al. 1994 show that it falls exponentially with k where a
    network keeps information safely, and Pascanu et al. 2013 (arXiv 1211.5063) when it vanishes and explodes.

    Args:
        net: in eval mode where it has dropout. In float32 what is below 1e-38 counts as zero: `net.double()` sees more.
        length: the greatest distance.
        inputs: (length + 1, B, F) what is read; numbers from a normal distribution when None.
        rows: B, where `inputs` is None.
        seed: of what is drawn at random.

    Returns:
        (length + 1,) norms, that of distance 0 first.

    Raises:
        ValueError: `inputs` of another length.

    >>> layer = RecurrentLayer(1, 1, "irnn")  # h_t = 0.9 h_{t-1} + x_t, as long as it is above zero
    >>> for weight, value in zip(layer.cell.weights(), (1.0, 0.9, 0.0, 0.0)):
    ...     _ = weight.data.fill_(value)
    >>> round(gradient_by_distance(layer, 50, torch.ones(51, 1, 1))[50].item(), 5)  # 0.9 ** 50
    0.00515
    """
    chance = torch.Generator().manual_seed(seed)
    bottom = net if isinstance(net, RecurrentLayer) else net.layers[0][0]
    weight = next(net.parameters())
    if inputs is None:
        inputs = torch.randn(length + 1, rows, bottom.input_size, generator=chance)
    if len(inputs) != length + 1:
        raise ValueError(f"inputs have {len(inputs)} steps, but a distance of {length} needs {length + 1}")
    inputs = inputs.detach().to(weight).requires_grad_()
    outputs = _outputs(net, inputs)[-1]
    direction = nn.functional.normalize(torch.randn(outputs.shape, generator=chance), dim=1).to(weight)
    (gradient,) = torch.autograd.grad((direction * outputs).sum(), inputs)
    return gradient.norm(dim=2).mean(1).flip(0)


def _outputs(net: RecurrentLayer | RecurrentStack, inputs: Tensor) -> Tensor:
    if isinstance(net, RecurrentLayer):
        return net(inputs, net.zero_state(inputs.shape[1]))[0]
    return RecurrentStack.forward(net, inputs)[0]  # of an encoder, too, whose own forward reads tokens
