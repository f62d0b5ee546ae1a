"""Whether a model knows when it is wrong: reliability of its confidence, and what withholding buys."""

from typing import Any

import numpy as np

from seq2seq.evaluation.test_set import set_name
from seq2seq.report.analysis.estimates import Array, Places, estimate
from seq2seq.report.analysis.material import Material
from seq2seq.report.analysis.reliability import (
    WITHHELD,
    Judged,
    bins_of,
    calibration_error,
    chance_errors,
    discrimination,
)
from seq2seq.report.confidence import find_confidence
from seq2seq.report.content import Cell, Chart, Point, Section, Series, Table

_SHARES = (5, 10, 20, 30, 50)  # percent of the outputs, for the table: some of WITHHELD
_GOOD, _FAIR = 0.02, 0.05  # calibration errors


def judge_confidence(material: Material) -> Section | str:
    """Calibration and risk-coverage of each model; why not, where there is none."""
    found = {name: find_confidence(material.test, system) for name, system in material.systems.items()}
    judged = {
        name: Judged.of(confidence, material.statistics[name], material)
        for name, confidence in found.items()
        if confidence is not None and any(confidence.words)
    }
    if not judged:
        return "confidence: only models tell how sure they are; output files do not"
    told = " ".join(_tell(name, one, material.metric) for name, one in judged.items())
    text = f"{told}\n{_tell_source(judged, material.test.record)}"
    items: tuple[Chart | Table, ...] = (
        _reliability(judged),
        _sentences(judged),
        _measures(judged, material.metric),
        *_fitted(judged, material.test.record),
        _curve(judged, material.metric),
        _thresholds(judged, material.metric),
    )
    return Section("confidence", "Can its confidence be trusted?", text, items)


def _reliability(judged: dict[str, Judged]) -> Chart:
    series = []
    for name, one in judged.items():
        sentences = len(one.confidence.words)
        series.append(Series(f"{name}, plain probability", _diagonal(one.plain, one.truth, one.sentence, sentences)))
        if one.confidence.calibration is not None:
            series.append(Series(f"{name}, calibrated", _diagonal(one.words, one.truth, one.sentence, sentences)))
    return Chart(
        "reliability-words",
        "Words: confidence and truth",
        "Each point is a tenth of the words. On the diagonal, of the words with confidence 0.8 eight in ten are right. "
        "Below it the model is too sure, above it too modest.",
        "diagonal",
        "confidence",
        "share of the words that a reference has",
        tuple(series),
    )


def _sentences(judged: dict[str, Judged]) -> Chart:
    series = []
    for name, one in judged.items():
        rows = [
            (value, np.mean(truth))
            for value, truth in zip(one.confidence.sentences, one.confidence.truth, strict=True)
            if truth
        ]
        values, truth = np.array(rows).T
        series.append(Series(name, _diagonal(values, truth, np.arange(len(rows)), len(rows))))
    return Chart(
        "reliability-sentences",
        "Sentences: confidence and truth",
        "The same for outputs: the confidence of an output is the mean of its words', the share of its words that a "
        "reference may be expected to have. This is what --abstain-below looks at.",
        "diagonal",
        "confidence of the output",
        "share of its words that a reference has",
        tuple(series),
    )


def _diagonal(values: Array, truth: Array, sentence: Places, sentences: int) -> tuple[Point, ...]:
    points = []
    for places in bins_of(values):
        counted = np.zeros((sentences, 2))
        np.add.at(counted, sentence[places], np.stack([truth[places], np.ones(len(places))], 1))
        found = estimate(counted[counted[:, 1] > 0], lambda sums: sums[..., 0] / sums[..., 1], len(places))
        points.append(found.point(round(float(values[places].mean()), 4)))
    return tuple(points)


def _measures(judged: dict[str, Judged], metric: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, one in judged.items():
        rows.append(
            (
                name,
                len(one.words),
                round(float(one.truth.mean()), 3),
                *(round(calibration_error(values, one.truth), 3) for values in (one.plain, one.words)),
                round(float(chance_errors(one.words).mean()), 3),
                *(round(float(((values - one.truth) ** 2).mean()), 3) for values in (one.plain, one.words)),
                _rounded(discrimination(one.words, one.truth)),
                round(float(np.mean(one.kept)), 1),
                None if one.gain is None else round(100 * one.gain),
            )
        )
    return Table(
        "calibration",
        "How good the confidence is",
        "Calibration error: how far confidence and truth are apart on average (0 is best); by chance: what so many "
        "words give if it can be taken at its word. Brier score: mean squared distance of the confidence from the "
        "truth (0 is best). Right above wrong: how often a right word has more confidence than a wrong one (0.5 is "
        "chance, 1 is best). The area is the mean of the curve below; the gain is that over withholding at random, 100 "
        "being the gain of whoever knows the worst outputs.",
        (
            "model",
            "words",
            "share right",
            "calibration error, plain",
            "calibration error, calibrated",
            "calibration error by chance",
            "Brier score, plain",
            "Brier score, calibrated",
            "right above wrong",
            f"area, {metric}",
            "gain, %",
        ),
        tuple(rows),
    )


def _fitted(judged: dict[str, Judged], record: dict[str, Any]) -> tuple[Table, ...]:
    """What the calibrations are, and what they were fitted on; no table where there is none."""
    halves = ("sentences with even numbers, for the others", "sentences with odd numbers, for the others")
    rows: list[tuple[Cell, ...]] = []
    for name, one in judged.items():
        for place, used in enumerate(one.confidence.used):
            data = ", ".join(str(used.data[key]) for key in ("name", "split") if used.data.get(key))
            data += " (other files of that name)" if used.fitted_on_namesake(record) else ""
            where = halves[place] if one.confidence.calibration == "folds" else data or "data without a name"
            rows.append((name, round(used.temperature, 3), round(used.bias, 3), used.words, where))
    text = "confidence = sigmoid(logit(probability) / temperature + bias); the model is too sure where the temperature "
    text += "is above 1, too modest where it is below."
    columns = ("model", "temperature", "bias", "words", "fitted on")
    return (Table("fitted", "How probabilities become confidences", text, columns, tuple(rows)),) if rows else ()


def _curve(judged: dict[str, Judged], metric: str) -> Chart:
    return Chart(
        "risk-coverage",
        "What withholding buys",
        "The quality of the outputs that remain when the least confident are withheld. The more it rises, the better "
        "the model knows where it is wrong; a flat line is no better than withholding at random.",
        "line",
        "outputs withheld, %",
        f"{metric} of the rest",
        tuple(
            Series(
                name,
                tuple(
                    Point(part, value, count=len(one.order) - len(one.order) * part // 100)
                    for part, value in zip(WITHHELD, one.kept, strict=True)
                ),
            )
            for name, one in judged.items()
        ),
    )


def _thresholds(judged: dict[str, Judged], metric: str) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for part in _SHARES:
        row: list[Cell] = [part]
        for one in judged.values():
            first_kept = one.order[len(one.order) * part // 100]
            row += [round(one.confidence.sentences[first_kept], 3), round(one.kept[WITHHELD.index(part)], 1)]
        rows.append(tuple(row))
    columns = [f"{name}: {what}" for name in judged for what in ("P", f"{metric} of the rest")]
    return Table(
        "thresholds",
        "Which P withholds what",
        "What to give seq2seq translate or seq2seq caption as --abstain-below P, so that this share of outputs "
        "like these is withheld.",
        ("withheld, %", *columns),
        tuple(rows),
    )


def _tell(name: str, one: Judged, metric: str) -> str:
    error, chance = calibration_error(one.words, one.truth), chance_errors(one.words)
    excess = error - float(chance.mean())
    word = "can be taken at its word" if excess <= _GOOD else "is roughly right" if excess <= _FAIR else "is off"
    if error <= np.quantile(chance, 0.95):
        word = "has no error that this test set can show"
    lean = "too sure" if one.plain.mean() > one.truth.mean() else "too modest"
    share = f"; chance alone gives {100 * chance.mean():.1f}"
    before = f" ({100 * calibration_error(one.plain, one.truth):.1f} before calibration: {lean})"
    kept = one.kept[WITHHELD.index(20)]
    return (
        f"{name}: its confidence {word}: on average it is {100 * error:.1f} percentage points from the truth"
        f"{before if one.confidence.calibration else ''}{share}. Without the least confident fifth of its "
        f"outputs, {metric} {_moved(one.kept[0], kept)}."
    )


def _moved(before: float, after: float) -> str:
    """What became of a score, as far as it is told.

    >>> _moved(100.0, 100.0), _moved(40.0, 41.26), _moved(40.04, 40.0)
    ('stays at 100.0', 'rises from 40.0 to 41.3', 'stays at 40.0')
    """
    first, last = f"{before:.1f}", f"{after:.1f}"
    if first == last:
        return f"stays at {first}"
    return f"{'rises' if after > before else 'falls'} from {first} to {last}"


def _tell_source(judged: dict[str, Judged], record: dict[str, Any]) -> str:
    how = {one.confidence.calibration for one in judged.values()}
    namesakes = [
        name for name, one in judged.items() if any(used.fitted_on_namesake(record) for used in one.confidence.used)
    ]
    told = []
    if "model" in how:
        told.append("Calibrated as confidence.yaml in the model's folder says, which was fitted on other files.")
    if namesakes:
        told.append(
            f"That of {', '.join(namesakes)} was fitted on other files that are called {set_name(record)}, too: where "
            "they hold sentences of this test set, the confidence looks better than it is."
        )
    if "folds" in how:
        told.append(
            "Where the model's folder has no calibration, or one that was fitted on this test set, each half of the "
            "test set calibrates the other half."
        )
    if None in how:
        told.append("The test set is too small to calibrate: the confidence is the plain probability.")
    return " ".join(told)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
