from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from seq2seq.config import one_line, parse_options, read_yaml, shown
from seq2seq.errors import UserError


@dataclass
class Inner:
    rate: float
    names: list[Literal["red", "green"]] = field(default_factory=list)


@dataclass
class Outer:
    size: int
    on: bool
    word: str
    inner: Inner
    free: dict[str, Any]


GOOD = {"size": 3, "on": True, "word": "x", "inner": {"rate": 1, "names": ["red"]}, "free": {"a": [None]}}


def test_plain_values_become_the_dataclass():
    parsed = parse_options(Outer, GOOD, Path("file"))
    assert parsed == Outer(3, True, "x", Inner(1.0, ["red"]), {"a": [None]})
    assert type(parsed.inner.rate) is float


def test_a_field_that_is_not_there_takes_its_default():
    assert parse_options(Outer, {**GOOD, "inner": {"rate": 1}}, Path("file")).inner == Inner(1.0, [])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (None, "file: the file: None is not a table of options"),
        ({**GOOD, "size": 3.0}, "file: size: 3.0 is not a whole number"),
        ({**GOOD, "size": None}, "file: size: None is not a whole number"),
        ({**GOOD, "on": 1}, "file: on: 1 is not true or false"),
        ({**GOOD, "word": 5}, "file: word: 5 is not text"),
        ({**GOOD, "free": []}, "file: free: [] is not a table of options"),
        ({**GOOD, "inner": {"rate": "1", "names": []}}, "file: inner.rate: '1' is not a number"),
        ({**GOOD, "inner": {"rate": 1, "names": "red"}}, "file: inner.names: 'red' is not a list"),
        (
            {**GOOD, "inner": {"rate": 1, "names": ["rod"]}},
            "file: inner.names: 'rod' is not one of red, green; did you mean 'red'?",
        ),
        ({**GOOD, "inner": {"names": []}}, "file: inner.rate is missing"),
        ({**GOOD, "siz": 1}, "file: 'siz': no such option; did you mean 'size'?"),
        ({**GOOD, None: 1}, "file: None: no such option"),
    ],
)
def test_what_is_wrong_is_named(values, message):
    with pytest.raises(UserError) as caught:
        parse_options(Outer, values, Path("file"))
    assert str(caught.value) == message


def test_yaml_is_read(tmp_path):
    (tmp_path / "a.yaml").write_text("a: [1, 2.5, no, 'no']\nb: Ørn\n", encoding="utf-8")
    assert read_yaml(tmp_path / "a.yaml") == {"a": [1, 2.5, False, "no"], "b": "Ørn"}


@pytest.mark.parametrize(
    "content", [b"a: [", b"!!python/name:os.system", b"\xff\xfe\xfa", b"[" * 20000, b"a: 2001-99-99"]
)
def test_what_is_no_plain_yaml_is_refused(tmp_path, content):
    (tmp_path / "a.yaml").write_bytes(content)
    with pytest.raises(UserError, match=r"a\.yaml: not plain YAML") as caught:
        read_yaml(tmp_path / "a.yaml")
    assert "\n" not in str(caught.value)


def test_messages_stay_short():
    deep: list = ["x"] * 9
    for _ in range(9):
        deep = [deep] * 9
    assert len(shown(deep)) < 300
    assert one_line(ValueError("two\n  lines" + "!" * 999))[:12] == "two lines!!!"
    assert len(one_line(ValueError("!" * 999))) == 200
