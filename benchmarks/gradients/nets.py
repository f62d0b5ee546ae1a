"""The recurrent nets that are compared, and a classifier of each that reads sentences."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from data_prep.agreement import Sentence, vocabulary
from seq2seq.encoders.text import TextEncoder
from seq2seq.inspection.style import PALETTE
from seq2seq.models.classifier import Classifier
from seq2seq.recurrent import RecurrentLayer
from seq2seq.recurrent.lstm import LSTM

EMBEDDING, HIDDEN = 16, 32

_IDS = {word: number for number, word in enumerate(vocabulary(), start=1)}  # 0 is padding


@dataclass(frozen=True)
class Net:
    """A cell and how its weights begin.

    Attributes:
        name: for people.
        cell: of `seq2seq.recurrent.CELLS`.
        colour: of its line, one for all that are of a kind.
        begin: changes the first weights of a layer; None leaves them as the toolkit has them.
        dashed: its line is: a variant of the net whose line has the same colour.
    """

    name: str
    cell: str
    colour: str
    begin: Callable[[RecurrentLayer], None] | None = None
    dashed: bool = False

    def layer(self, inputs: int, hidden: int) -> RecurrentLayer:
        """A layer of it."""
        layer = RecurrentLayer(inputs, hidden, self.cell)
        if self.begin is not None:
            self.begin(layer)
        return layer

    def classifier(self) -> Classifier:
        """Reads a sentence up to its verb from left to right and says whether the verb is "were"."""
        encoder = TextEncoder(
            len(_IDS) + 1, EMBEDDING, HIDDEN, layers=1, cell=self.cell, bidirectional=False, dropout=0.0
        )
        if self.begin is not None:
            self.begin(encoder.layers[0][0])
        return Classifier(encoder, labels=2, pooling="last", dropout=0.0)


def small_weights(layer: RecurrentLayer) -> None:
    """Recurrent weights drawn evenly between -1/sqrt(H) and 1/sqrt(H), as `torch.nn.RNN` begins."""
    bound = layer.hidden_size**-0.5
    for name, weight in layer.named_parameters():
        if "weight_hh" in name:
            torch.nn.init.uniform_(weight, -bound, bound)


def forget_bias(value: float) -> Callable[[RecurrentLayer], None]:
    """Sets the bias of an LSTM's forget gate, the other weights as they are."""

    def begin(layer: RecurrentLayer) -> None:
        assert isinstance(layer.cell, LSTM)
        with torch.no_grad():
            layer.cell.weights()[2][layer.hidden_size : 2 * layer.hidden_size] = value

    return begin


def scaled_identity(scale: float) -> Callable[[RecurrentLayer], None]:
    """Makes an IRNN's recurrent weights the identity times a number."""

    def begin(layer: RecurrentLayer) -> None:
        for name, weight in layer.named_parameters():
            if "weight_hh" in name:
                with torch.no_grad():
                    weight.zero_().diagonal().fill_(scale)

    return begin


SMALL_RNN = Net("RNN, small weights", "rnn", PALETTE[1], small_weights, dashed=True)
RNN = Net("RNN", "rnn", PALETTE[1])
JORDAN = Net("Jordan", "jordan", PALETTE[6])
IRNN = Net("IRNN", "irnn", PALETTE[3])
GRU = Net("GRU", "gru", PALETTE[2])
LSTM_NET = Net("LSTM", "lstm", PALETTE[0])
CLOSED_LSTM = Net("LSTM, forget bias 0", "lstm", PALETTE[0], forget_bias(0.0), dashed=True)
PEEPHOLE = Net("peephole LSTM", "peephole", PALETTE[4])
MINGRU = Net("minGRU", "mingru", PALETTE[5])
MINLSTM = Net("minLSTM", "minlstm", PALETTE[5], dashed=True)

NETS = (SMALL_RNN, RNN, JORDAN, IRNN, GRU, LSTM_NET, CLOSED_LSTM, PEEPHOLE, MINGRU, MINLSTM)


def read(sentences: list[Sentence]) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids (B, T) of what stands before the verbs of B sentences of one length, and which verbs are "were" (B,)."""
    ids = torch.tensor([[_IDS[word] for word in sentence.before] for sentence in sentences])
    return ids, torch.tensor([int(sentence.plural) for sentence in sentences])
