import contextlib
import io

import pytest

from seq2seq import progress
from seq2seq.progress import counting, track, working


class Clock:
    """A second passes whenever it is looked at."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        self.now += 1.0
        return self.now


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(progress, "time", Clock())


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def on_terminal(monkeypatch):
    """Within the block that it opens, stderr is a terminal."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    return contextlib.redirect_stderr(Terminal())


def test_a_plain_line_now_and_then_where_there_is_no_terminal(capsys, clock):
    with counting("translating", "lines", total=4000) as counter:
        for done in range(100, 2600, 100):
            counter.show(done)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["translating: 1,100 of 4,000 lines, 100/s", "translating: 2,200 of 4,000 lines, 100/s"]


def test_a_slow_task_has_a_rate_too(capsys, monkeypatch):
    clock = Clock()
    clock.monotonic = lambda: setattr(clock, "now", clock.now + 20) or clock.now
    monkeypatch.setattr(progress, "time", clock)
    with counting("captioning", "pictures", total=9) as counter:
        for done in (0, 1, 90):
            counter.show(done)
    assert capsys.readouterr().err.splitlines() == [
        "captioning: 0 of 9 pictures",
        "captioning: 1 of 9 pictures, 1.5/min",
        "captioning: 90 of 9 pictures, 1.5/s",
    ]


def test_what_was_done_before_does_not_count_as_speed(capsys, clock):
    with counting("downloading", "bytes", done=1000) as counter:
        for done in range(1050, 1601, 50):
            counter.show(done)
    assert capsys.readouterr().err == "downloading: 1,550 bytes, 50/s\n"


def test_a_bar_with_count_and_time_left_on_a_terminal(on_terminal):
    with on_terminal as terminal, counting("translating", "lines", total=1200, done=300) as counter:
        counter.show(450)
        counter.show(600)
    shown = terminal.getvalue()
    for part in ("translating", "600/1,200 lines", "/s", "0:00:0"):
        assert part in shown
    assert shown.endswith("\x1b[2K"), "the bar goes"


@pytest.mark.parametrize("quiet", [True, False])
def test_quiet_tells_nothing(capsys, clock, quiet):
    with counting("translating", "lines", quiet=quiet) as counter:
        for done in range(100):
            counter.show(done)
    assert (capsys.readouterr().err == "") == quiet


def test_quiet_tells_nothing_on_a_terminal(on_terminal, clock):
    with on_terminal as terminal, counting("translating", "lines", quiet=True) as counter:
        for done in range(100):
            counter.show(done)
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("count", [0, 1, 1000, 2500])
def test_track_hands_on_everything_and_counts_it(on_terminal, count):
    with on_terminal as terminal:
        assert list(track(iter(range(count)), "reading", "lines")) == list(range(count))
    assert f"{count:,} lines" in terminal.getvalue()


def test_working_tells_what_goes_on(capsys):
    with working("training the tokenizer"):
        pass
    assert capsys.readouterr().err == "training the tokenizer\n"


def test_working_on_a_terminal(on_terminal):
    with on_terminal as terminal, working("training the tokenizer"):
        pass
    assert "training the tokenizer" in terminal.getvalue()
