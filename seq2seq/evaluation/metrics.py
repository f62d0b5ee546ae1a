"""Metrics by name: which way is better, and how their values are shown."""

HIGHER_IS_BETTER = {
    "BLEU": True,
    "chrF": True,
    "TER": False,
    "accuracy": True,
    "macro F1": True,
    "entity F1": True,
    "precision": True,
    "recall": True,
    "nats/character": False,
    "bits/character": False,
    "perplexity/word": False,
    "perplexity/token": False,
}
ERRORS = (  # of forecasts, and what they are above those of simpler methods
    *("MAE", "RMSE", "NLL", "free-running MAE"),
    *(f"{error} - {simpler}" for error in ("MAE", "free-running MAE") for simpler in ("persistence", "AR")),
)
HIGHER_IS_BETTER |= dict.fromkeys(ERRORS, False)
_AIMS = {"coverage": 95, "free-running coverage": 95}  # of scores that may be too high as well as too low
_DIGITS: dict[str, int] = {  # behind the point, where it is not one
    "nats/character": 3,
    "bits/character": 3,
    "perplexity/token": 2,
    **dict.fromkeys(ERRORS, 4),
}


def shown(metric: str, value: float) -> str:
    """A score for people.

    >>> shown("BLEU", 31.25)
    '31.2'
    """
    return f"{value:.{_DIGITS.get(metric, 1)}f}"


def signed(difference: float, places: int = 1) -> str:
    """A difference with its sign, of which there is none where nothing is left of it.

    >>> signed(1.83), signed(-1.83), signed(-0.04), signed(-0.04, 2)
    ('+1.8', '-1.8', '0.0', '-0.04')
    """
    rounded = round(difference, places)
    return f"{rounded:+.{places}f}" if rounded else f"{0:.{places}f}"


def p_shown(p: float) -> str:
    """A p-value in a table.

    >>> p_shown(0.00012), p_shown(0.0042), p_shown(0.412)
    ('< 0.001', '0.004', '0.412')
    """
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def arrow(metric: str) -> str:
    """Where a metric's better values lie: "↑" or "↓", or "→" and the best of them."""
    if metric in _AIMS:
        return f"→ {_AIMS[metric]}"
    return "↑" if HIGHER_IS_BETTER.get(metric, True) else "↓"
