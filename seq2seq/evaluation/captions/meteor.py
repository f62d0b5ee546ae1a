"""METEOR 1.5 through its jar, where Java and the jar are there: it aligns words by stem, synonym and paraphrase."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seq2seq.errors import UserError

JAR = "METEOR_JAR"  # the environment variable
_SECONDS = (300.0, 0.2)  # allowed for the start, and for each caption
# The tuned parameters for English (Denkowski and Lavie, 2014): weights of exact, stem, synonym and paraphrase matches.
_MATCH_WEIGHTS = np.array([1.0, 0.6, 0.8, 0.6])
_ALPHA, _BETA, _GAMMA, _DELTA = 0.85, 0.2, 0.6, 0.75

Array = NDArray[np.float64]


def find_meteor(jar: str | Path | None = None) -> Path:
    """The jar: this one, or that of the environment variable METEOR_JAR, or that of an installed pycocoevalcap.

    Raises:
        UserError: Java or the jar is not there, in one line that says which and what to do.
    """
    if shutil.which("java") is None:
        raise UserError("METEOR needs Java, and there is no `java` on the path; install a Java runtime")
    named = jar or os.environ.get(JAR)
    if named:
        path = Path(named)
        if not path.is_file():
            raise UserError(f"METEOR: no such file: {path} (from {'the option' if jar else JAR})")
        return path
    package = importlib.util.find_spec("pycocoevalcap")
    for folder in package.submodule_search_locations or [] if package else []:
        path = Path(folder) / "meteor" / "meteor-1.5.jar"
        if path.is_file():
            return path
    raise UserError(f"METEOR needs meteor-1.5.jar: set {JAR} to its path, or `pip install --no-deps pycocoevalcap`")


def meteor_statistics(
    hypotheses: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]], jar: Path
) -> Array:
    """What METEOR is made of, for each caption against the reference that suits it best.

    Args:
        hypotheses: one caption a picture, in tokens.
        references: those of each picture, in tokens.
        jar: METEOR 1.5, beside its folder `data`.

    Returns:
        Shape (pictures, 23): the jar's own numbers, which add up over pictures.

    Raises:
        UserError: the jar failed, or took too long.
    """
    lines = [
        " ||| ".join(["SCORE", *(_line(reference) for reference in its), _line(tokens)])
        for tokens, its in zip(hypotheses, references, strict=True)
    ]
    command = ["java", "-Xmx2G", "-jar", str(jar.resolve()), "-", "-", "-stdio", "-l", "en", "-norm"]
    start, each = _SECONDS
    try:
        # `run` sees to it that the process is gone, whatever happens.
        done = subprocess.run(
            command,
            input="".join(line + "\n" for line in lines),
            capture_output=True,
            encoding="utf-8",
            timeout=start + each * len(lines),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UserError(f"METEOR: {jar} took longer than {error.timeout:.0f} s, and was stopped") from error
    try:
        statistics = np.array([[float(number) for number in line.split()] for line in done.stdout.splitlines()])
    except ValueError:
        statistics = np.empty(0)
    if done.returncode or statistics.shape != (len(lines), 23):
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise UserError(f"METEOR: {jar} failed: {said[0] if said else 'it said nothing'}")
    # The jar adds up captions that are wholly right as if they were in no pieces at all.
    whole = (statistics[:, 0:2] == statistics[:, 21:23]).all(1) & (statistics[:, 20] == 1)
    statistics[whole, 20] = 0
    return statistics


def meteor_from_statistics(statistics: Array) -> Array:
    """METEOR from 0 to 1 (the formula of Denkowski and Lavie, 2014).

    Args:
        statistics: shape (..., 23), of one picture or their sum over many.

    Returns:
        Shape (...).
    """
    lengths, functions = statistics[..., 0:2], statistics[..., 2:4]
    matches = statistics[..., 4:20].reshape(
        *statistics.shape[:-1], 4, 4
    )  # match type, (content, function) x (own, its)
    chunks, matched = statistics[..., 20], statistics[..., 21:23]
    weighted = np.einsum("...mk,m->...k", matches, _MATCH_WEIGHTS)
    right = _DELTA * weighted[..., 0:2] + (1 - _DELTA) * weighted[..., 2:4]
    made = _DELTA * (lengths - functions) + (1 - _DELTA) * functions
    precision, recall = np.moveaxis(_divide(right, made), -1, 0)
    mean = _divide(precision * recall, _ALPHA * precision + (1 - _ALPHA) * recall)
    return mean * (1 - _GAMMA * _divide(chunks, matched.mean(-1)) ** _BETA)


def _divide(numerator: Array, denominator: Array) -> Array:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def _line(tokens: Sequence[str]) -> str:
    return " ".join(tokens).replace("|||", "")
