"""The scores of a run: what they are called, and which way is better."""

from typing import Literal, NamedTuple


class Metric(NamedTuple):
    """A score on dev.

    Attributes:
        name: in the logs.
        label: for people.
        mode: "max" where more is better, "min" where less is.
        digits: behind the point.
    """

    name: str
    label: str
    mode: Literal["max", "min"] = "max"
    digits: int = 1

    def best(self, *values: float) -> float:
        """The best of some values."""
        return max(values) if self.mode == "max" else min(values)

    def told(self, value: float) -> str:
        """A value for people."""
        return f"{value:.{self.digits}f}"


METRICS = {
    metric.name: metric
    for metric in (
        Metric("dev_nll", "loss", "min", 3),
        Metric("dev_bleu", "BLEU"),
        Metric("dev_cider", "CIDEr-D"),
        Metric("dev_accuracy", "accuracy"),
        Metric("dev_macro_f1", "macro F1"),
        Metric("dev_f1", "entity F1"),
        Metric("dev_mae", "MAE", "min", 4),
    )
}
