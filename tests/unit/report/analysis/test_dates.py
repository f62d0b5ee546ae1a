import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq.report.analysis.dates import DATES, date_form


def dates(text):
    """Those in the text, as they are written."""
    return [found[0] for pattern in DATES for found in pattern.finditer(text)]


@pytest.mark.parametrize(
    "text",
    [
        "on 5 May",
        "on May 5.",
        "(May 5)",
        "May 5 2024",
        "5 May, 2024",
        "5th May, 2024",
        "May 5th, 2024",
        "the 5th of May",
        "the 5th of may 2024",
        "may 5th",
        "May the 5th",
        "In May 5th was a Sunday",
        "5 may 2024",
        "el 5 de mayo",
        "el 5 de Mayo de 2024",
        "5 de mayo del 2024",
        "mayo 5, 2024",
        "am 5. Mai",
        "am 5. Mai 2024",
        "le 5 mai 2024",
        "le 5 mai",
        "il 5 maggio",
    ],
)
def test_a_fifth_of_may(text):
    (found,) = dates(text)
    assert date_form(found) == ("5 5 24" if "2024" in text else "5 5")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("5-10 May", "5 5 10"),
        ("5–10 de mayo", "5 5 10"),
        ("May 5-10, 2024", "5 5 10 24"),
        ("Sept 7", "7 9"),
        ("Sept. 7, 1999", "7 9 99"),
        ("7 sept 1999", "7 9 99"),
        ("7 de sept.", "7 9"),
        ("8 ene 2024", "1 8 24"),
        ("8 abr. 2024", "4 8 24"),
        ("8 de dic de 2024", "8 12 24"),
        ("8. Okt. 2024", "8 10 24"),
        ("1er mars", "1 3"),
        ("1º de agosto", "1 8"),
        ("31 Dec", "12 31"),
    ],
)
def test_days_of_other_months(text, form):
    assert [date_form(found) for found in dates(text)] == [form]


@pytest.mark.parametrize(
    "text",
    [
        "you may 5 times",
        "5 may come",
        "the 2nd may fail",
        "el mar 3 veces",
        "3 mar",
        "mars 5",
        "Mars 5",
        "5 Mars bars",
        "mai 5 volte",
        "In May 12 people came",
        "last May 12 people came",
        "the 2nd set",
        "3 out of 10",
        "5 of mars",
        "5 ago",
        "May 5-year plans",
        "May 45",
        "0 May",
        "in May 1999",
        "March 12.5 km",
        "5. May I go?",
        "dec 5",
        "15 Mayors",
        "3 Maya",
    ],
)
def test_what_is_no_date(text):
    assert dates(text) == []


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text):
    for found in dates(text):
        assert date_form(found).replace(" ", "").isdigit()
