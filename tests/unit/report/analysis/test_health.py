import math

from seq2seq.report.analysis.health import check_search
from seq2seq.report.analysis.material import Material
from seq2seq.report.system import Details, System, TestSet

CUT, EMPTY, UNKNOWN, TWICE, COPIED, PARTS = (
    "cut off: the limit of length ended them, not the model",
    "empty, though the source is not",
    "hold an unknown character (⁇)",
    "say the same three words twice",
    "the source as it is, where no reference is",
    "translated in parts, since the line is long (no fault)",
)


def ended(log_prob=-0.1, **changes):
    return Details(("▁a", "</s>"), (-0.1, log_prob), **changes)


def test_every_fault_is_counted():
    sources = ["uno", "", "dos", "tres", "cuatro", "NATO", "cinco", "seis"]
    outputs = ["one", "", "", "th⁇ree", "four a b c a b c", "NATO", "cinco", "six"]
    references = ["one", "", "two", "three", "four", "NATO", "five", "six"]
    details = [
        ended(),
        Details(parts=0),
        ended(math.log(1e-6)),
        ended(finished=False),
        Details(("▁a", "</s>", "▁b", "</s>"), (-0.1, math.log(1e-4), -0.1, -0.1), parts=2),
        ended(),
        ended(),
        ended(-2.0),
    ]
    test = TestSet(False, sources, [[text] for text in references], "en", {})
    table = check_search(Material(test, [System("model", outputs, details), System("file", outputs)])).items[0]
    assert {row[0]: row[1:] for row in table.rows} == {
        CUT: (3, None),
        EMPTY: (1, 1),
        UNKNOWN: (1, 1),
        TWICE: (1, 1),
        COPIED: (1, 1),
        PARTS: (1, None),
    }


def test_nothing_to_find_fault_with(text_set, perfect):
    section = check_search(Material(text_set, [perfect(text_set)]))
    assert section.text == "perfect: no sign of trouble."


def test_pictures_that_cannot_be_read_are_told_and_no_source_is_compared(caption_set):
    details = [Details(problem="no picture"), *[ended()] * 59]
    section = check_search(Material(caption_set, [System("A", ["", *["a dog"] * 59], details)]))
    rows = {row[0]: row[1] for row in section.items[0].rows}
    assert rows["none, since the picture could not be read"] == 1
    assert COPIED not in rows
