"""How varied a system's captions are, and how many are new."""

from seq2seq.evaluation.captions import Diversity, measure_diversity
from seq2seq.report.system import System, TestSet


def knows_training(test: TestSet, system: System) -> bool:
    """Whether the test set's training captions are what trained a system, as far as can be known.

    An output file does not say what trained its system; a model may say that it was other data.
    """
    return test.training is not None and bool(system.facts.get("models")) and not system.elsewhere


def diversity_of(test: TestSet, system: System) -> Diversity:
    """The variety of a system's captions; how many are new is told where it `knows_training`.

    Raises:
        UserError: there are no captions.
    """
    return measure_diversity(system.outputs, test.training_captions if knows_training(test, system) else None)
