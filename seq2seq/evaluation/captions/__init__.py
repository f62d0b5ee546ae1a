"""How good captions are: scores by coco-caption's rules without Java, their variety, and rewards made of the same."""

from seq2seq.evaluation.captions.bleu import BleuReward
from seq2seq.evaluation.captions.cider import CiderD
from seq2seq.evaluation.captions.diversity import Diversity, measure_diversity
from seq2seq.evaluation.captions.meteor import find_meteor
from seq2seq.evaluation.captions.ptb import ptb_tokenize
from seq2seq.evaluation.captions.scores import score_captions

__all__ = [
    "BleuReward",
    "CiderD",
    "Diversity",
    "find_meteor",
    "measure_diversity",
    "ptb_tokenize",
    "score_captions",
]
