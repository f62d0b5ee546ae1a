"""How good captions are: scores by coco-caption's rules without Java, their variety, and rewards made of the same.

Tokens, BLEU, ROUGE-L and CIDEr-D are computed here and by no library: those that keep to coco-caption's rules
(pycocoevalcap, aac-metrics) start Java for the tokens, and give values, not the statistics of each picture of which a
bootstrap and paired tests are made; sacrebleu has other tokens, and no CIDEr-D. The tests hold tokens and scores to
coco-caption's own output, stored for captions of every kind and for Flickr8k's dev pictures, and BLEU to sacrebleu's,
too. METEOR is its authors' program, run where Java is.
"""

from seq2seq.evaluation.captions.bleu import BleuReward
from seq2seq.evaluation.captions.cider import CiderD
from seq2seq.evaluation.captions.diversity import Diversity, distinct_captions, measure_diversity
from seq2seq.evaluation.captions.meteor import find_meteor
from seq2seq.evaluation.captions.ptb import ptb_tokenize
from seq2seq.evaluation.captions.scores import score_captions

__all__ = [
    "BleuReward",
    "CiderD",
    "Diversity",
    "distinct_captions",
    "find_meteor",
    "measure_diversity",
    "ptb_tokenize",
    "score_captions",
]
