import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq.report.analysis.keepsakes import KINDS, find_keepsakes, keepsakes, number_form
from seq2seq.report.analysis.material import Material
from seq2seq.report.system import System, TestSet


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("See https://example.org/a?b=1.", "links", ["https://example.org/a?b=1"]),
        ("(www.example.org)", "links", ["www.example.org"]),
        ("Write to anna.b@example.co.uk, please", "links", ["anna.b@example.co.uk"]),
        ("#topic by @name", "links", ["#topic", "@name"]),
        ("on 2024-12-31", "dates and times", ["12 24 31"]),
        ("am 31.12.2024", "dates and times", ["12 24 31"]),
        ("on 12/31/24", "dates and times", ["12 24 31"]),
        ("at 10:30 and 7:05:09", "dates and times", ["10 30", "7 5 9"]),
        ("el 5 de mayo, am 5. Mai, le 5 mai", "dates and times", ["5 5"] * 3),
        ("May 5, the 5th of May; 1er mai", "dates and times", ["5 5", "5 5", "1 5"]),
        ("Dec. 31, 2024 = 31 de diciembre de 2024", "dates and times", ["12 24 31"] * 2),
        ("in May 1999, by march 12.5 km", "dates and times", []),
        ("in 1984", "numbers", ["1984"]),
        ("1,250.50 = 1.250,50", "numbers", ["1250.5", "1250.5"]),
        ("3,5 and 3.5", "numbers", ["3.5", "3.5"]),
        ("-7 °C, 50%, $5", "numbers", ["7", "50", "5"]),
        ("an mp3 of the 1st", "numbers", ["1"]),
        ("He met Anna and Tom's aunt in New York.", "names", ["anna", "tom", "new", "york"]),
        ("Yes. No! Why? “Go” said I", "names", []),
        ("Él vive en México", "names", ["méxico"]),
        ("the NATO and the X-15", "names", ["nato"]),
        ("the cat", "names", []),
        ("猫は眠る", "names", []),
    ],
)
def test_what_is_found(text, kind, found):
    assert sorted(keepsakes(text)[kind].elements()) == sorted(found)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("at www.example.org/2024", ["links"]),
        ("on 31.12.2024", ["dates and times"]),
        ("no such thing", []),
        ("version 1.2.3.4 of it", ["numbers"]),
    ],
)
def test_nothing_is_counted_twice(text, kinds):
    assert [kind for kind, items in keepsakes(text).items() if items] == kinds


@given(st.integers(0, 10**9), st.sampled_from([",", ".", "\u202f", "'"]))
def test_marks_of_thousands_do_not_matter(number, mark):
    assert number_form(f"{number:,}".replace(",", mark)) == str(number)


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text):
    assert list(keepsakes(text)) == list(KINDS)


def test_kept_lost_and_new():
    sources = ["El 3 de mayo llegó Ana.", "Son 1.500 euros.", "Véase www.example.org", "El 4 de julio, Tomás."]
    references = ["On May 3 there came Ana.", "It is 1,500 euros.", "See www.example.org", "On July 4, Thomas."]
    outputs = ["On May 3 came Anna.", "It is 1500 euros.", "See www.example.com", "On July 14, Thomas."]
    test = TestSet(False, sources, [[text] for text in references], "en", {})
    section = find_keepsakes(Material(test, [System("A", outputs)]))
    assert section.items[0].rows == (
        ("links", 1, 0.0, 1),
        ("dates and times", 2, 50.0, 1),
        ("numbers", 1, 100.0, 0),
        ("names", 1, 0.0, 1),
    )
    assert [row[:5] for row in section.items[1].rows] == [
        ("links", 3, "A", "www.example.org", "www.example.com"),
        ("dates and times", 4, "A", "4 de julio", "July 14"),
        ("names", 1, "A", "Ana", "Anna"),
    ]


def test_each_kind_has_its_examples():
    sources = [f"Son las 10:30, Ana, dijo Eva {number}.500" for number in range(1, 30)]
    test = TestSet(False, sources, [[text] for text in sources], "en", {})
    outputs = ["Only Bob came " + sources[0], *["nothing"] * 28]
    table = find_keepsakes(Material(test, [System("A", outputs)])).items[1]
    assert [row[0] for row in table.rows] == ["dates and times"] * 6 + ["numbers"] * 6 + ["names"] * 6
    assert [row[1] for row in table.rows] == [2, 3, 4, 5, 6, 7] * 3  # the first loses none
    assert table.rows[6][3:5] == ("2.500", None)  # as the source writes it
    assert "of 85 in all" in table.text


def test_who_copies_the_reference_keeps_all(text_set, perfect):
    test = TestSet(False, ["Ana 7 y Luis"], [["7 Ana and Luis"]], "en", {})
    section = find_keepsakes(Material(test, [perfect(test)]))
    assert all(row[2] == 100.0 and row[3] == 0 for row in section.items[0].rows)
    assert "has none" in find_keepsakes(Material(text_set, [perfect(text_set)]))
