"""Recurrent layers: every cell by name, one direction of one layer, and layers one upon the other."""

from seq2seq.recurrent.cell import Cell, Gates, State, held_rows, run_steps
from seq2seq.recurrent.layer import CELLS, CellName, RecurrentLayer
from seq2seq.recurrent.lstm import LSTMFunction
from seq2seq.recurrent.stack import RecurrentStack

__all__ = [
    "CELLS",
    "Cell",
    "CellName",
    "Gates",
    "LSTMFunction",
    "RecurrentLayer",
    "RecurrentStack",
    "State",
    "held_rows",
    "run_steps",
]
