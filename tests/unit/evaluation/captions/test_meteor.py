import json
import os
import stat

import numpy as np
import pytest
from coco_caption import CASE

from seq2seq.errors import UserError
from seq2seq.evaluation.captions import meteor
from seq2seq.evaluation.captions.meteor import find_meteor, meteor_from_statistics, meteor_statistics
from seq2seq.evaluation.captions.ptb import ptb_tokenize


def jar_or_reason():
    try:
        return find_meteor(), ""
    except UserError as error:
        return None, str(error)


JAR, REASON = jar_or_reason()
needs_jar = pytest.mark.skipif(JAR is None, reason=REASON)


@needs_jar
def test_as_coco_caption():
    case = json.loads(CASE.read_text(encoding="utf-8"))
    captions = [ptb_tokenize(picture["caption"]) for picture in case["pictures"]]
    references = [[ptb_tokenize(caption) for caption in picture["references"]] for picture in case["pictures"]]
    statistics = meteor_statistics(captions, references, JAR)
    assert meteor_from_statistics(statistics) == pytest.approx(case["scores of each picture"]["METEOR"], abs=1e-12)
    assert meteor_from_statistics(statistics.sum(0)) == pytest.approx(case["scores"]["METEOR"], abs=1e-12)


def test_nothing_right_is_zero_and_all_right_is_one():
    nothing = np.zeros(23)
    nothing[:2] = 4
    assert meteor_from_statistics(nothing) == 0
    whole = np.array([2, 2, 1, 1, 1, 1, 1, 1, *[0] * 12, 0, 2, 2], dtype=float)
    assert meteor_from_statistics(whole) == 1
    assert meteor_from_statistics(np.stack([nothing, whole])).tolist() == [0, 1]


def test_pieces_and_weaker_matches_cost():
    exact = np.array([4, 4, 2, 2, 2, 2, 2, 2, *[0] * 12, 1, 4, 4], dtype=float)
    broken, stems = exact.copy(), exact.copy()
    broken[20] = 3
    stems[4:12] = [0, 0, 0, 0, 2, 2, 2, 2]
    assert meteor_from_statistics(broken) < meteor_from_statistics(exact) < 1
    assert meteor_from_statistics(stems) < meteor_from_statistics(exact)


@pytest.fixture
def fake_java(tmp_path, monkeypatch):
    """A function that puts a `java` on the path which runs these lines of shell; it returns a jar for it."""

    def make(script):
        java = tmp_path / "bin" / "java"
        java.parent.mkdir()
        java.write_text(f"#!/bin/sh\n{script}\n")
        java.chmod(java.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{java.parent}:/usr/bin:/bin")
        jar = tmp_path / "meteor-1.5.jar"
        jar.touch()
        return jar

    return make


def test_jar_is_found_by_option_then_by_environment(fake_java, tmp_path, monkeypatch):
    jar = fake_java("")
    other = tmp_path / "other.jar"
    other.touch()
    monkeypatch.setenv("METEOR_JAR", str(jar))
    assert find_meteor() == jar
    assert find_meteor(other) == other
    monkeypatch.setenv("METEOR_JAR", str(tmp_path / "gone.jar"))
    with pytest.raises(UserError, match=r"no such file: .*gone\.jar \(from METEOR_JAR\)"):
        find_meteor()


def test_jar_is_found_in_an_installed_package(fake_java, tmp_path, monkeypatch):
    fake_java("")
    monkeypatch.delenv("METEOR_JAR", raising=False)
    monkeypatch.setattr(meteor.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="set METEOR_JAR to its path"):
        find_meteor()
    jar = tmp_path / "pycocoevalcap" / "meteor" / "meteor-1.5.jar"
    jar.parent.mkdir(parents=True)
    jar.touch()
    spec = type("Spec", (), {"submodule_search_locations": [str(tmp_path / "pycocoevalcap")]})
    monkeypatch.setattr(meteor.importlib.util, "find_spec", lambda name: spec)
    assert find_meteor() == jar


def test_without_java_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="METEOR needs Java"):
        find_meteor()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo Invalid or corrupt jarfile >&2; exit 1", "failed: Invalid or corrupt jarfile"),
        ("cat >/dev/null; echo 1 2 3", "failed: 1 2 3"),
        ("cat >/dev/null; echo Error: what", "failed: Error: what"),
        ("exit 3", "failed: it said nothing"),
    ],
)
def test_a_jar_that_fails_is_told(fake_java, script, message):
    with pytest.raises(UserError) as error:
        meteor_statistics([["a"]], [[["a"]]], fake_java(script))
    assert message in str(error.value)


def test_a_jar_that_hangs_is_stopped(fake_java, tmp_path, monkeypatch):
    monkeypatch.setattr(meteor, "_SECONDS", (0.5, 0.0))
    jar = fake_java(f"echo $$ > {tmp_path}/pid; exec sleep 60")
    with pytest.raises(UserError, match="took longer than"):
        meteor_statistics([["a"]], [[["a"]]], jar)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
