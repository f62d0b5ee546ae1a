"""Numbers, names, dates and links: what a translation should keep, found by rules that hold for any language."""

import re
from collections import Counter
from collections.abc import Callable, Iterable

from seq2seq.data.words import text_words
from seq2seq.report.analysis.dates import DATES, date_form
from seq2seq.report.analysis.estimates import share
from seq2seq.report.analysis.material import Material
from seq2seq.report.content import Cell, Section, Table

KINDS = ("links", "dates and times", "numbers", "names")
_LINK = re.compile(
    r"""
    (?:https?://|ftp://|www\.)[^\s<>"'«»“”]+    # https://example.org/page
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                # name@example.org
    | (?<!\w)[@#][^\W\d]\w+                       # @name, #topic
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(r"(?<![^\W\d_])\d+(?:[.,'’\u00a0\u202f]\d+)*")  # not within a word, as in "mp3"
_THOUSANDS = re.compile(r"\d{1,3}(?:([.,'’\u00a0\u202f])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_SENTENCE_END = re.compile(r"[.!?…:;。！？—–-][\"'»”’)\]]*$")
_OPENING = "\"'«“„‘([¡¿—–-"
_TAKEN = "\N{OBJECT REPLACEMENT CHARACTER}"  # in place of what is no word
_EXAMPLES = 6  # of a kind
_SHOWN = 120  # characters of a sentence in the table of examples


def find_keepsakes(material: Material) -> Section | str:
    """How many numbers, names, dates and links are kept, and how many are new; why not, where there are none."""
    test = material.test
    if not test.sources:
        return "numbers, names, dates and links: the sources are not known"
    sources = [keepsakes(text) for text in test.sources]
    references = [[keepsakes(text) for text in texts] for texts in test.references]
    due = [
        {kind: source[kind] & _any(texts, kind) for kind in KINDS}
        for source, texts in zip(sources, references, strict=True)
    ]
    words = [
        {word for text in (source, *texts) for word in _bare_words(text)}
        for source, texts in zip(test.sources, test.references, strict=True)
    ]
    columns = []
    examples: list[tuple[Cell, ...]] = []
    for name, system in material.systems.items():
        found = [keepsakes(text) for text in system.outputs]
        held = [Counter(_bare_words(text)) for text in system.outputs]
        column: dict[str, tuple[float | None, int]] = {}
        for kind in KINDS:
            kept, new = [], 0
            for place, wanted in enumerate(due):
                # A name may stand where it shows no capital that means anything: at the start of the sentence.
                here = held[place] if kind == "names" else found[place][kind]
                lost = wanted[kind] - here
                kept.append(wanted[kind].total() - lost.total())
                known = words[place] if kind == "names" else {*sources[place][kind], *_any(references[place], kind)}
                added = [item for item in found[place][kind] if item not in known]
                new += len(added)
                if lost or added:
                    output = system.outputs[place]
                    gone, come = _as_written(kind, lost, test.sources[place]), _as_written(kind, added, output)
                    examples.append((kind, place + 1, name, gone, come, output[:_SHOWN]))
            column[kind] = share(kept, [wanted[kind].total() for wanted in due]).value, new
        columns.append(column)
    counts = {kind: sum(wanted[kind].total() for wanted in due) for kind in KINDS}
    if not any(counts.values()):
        return "numbers, names, dates and links: the test set has none that source and reference share"
    names = list(material.systems)
    tables = [
        Table(
            "kept",
            "Kept and new",
            "Counted are those that the source and a reference have alike: that many should be kept. New are those of "
            "the output that neither source nor reference has. Names are words with a capital within a sentence.",
            (
                "",
                "to keep",
                *(f"{name}: {what}" for name in names for what in ("kept, %", "new")),
            ),
            tuple(
                (kind, counts[kind], *_cells([column[kind] for column in columns]))
                for kind in KINDS
                if counts[kind] or any(column[kind][1] for column in columns)
            ),
        )
    ]
    if examples:
        tables.append(_table_of_examples(examples))
    told = [_tell(name, counts, column) for name, column in zip(names, columns, strict=True)]
    return Section("keepsakes", "Do numbers, names, dates and links survive?", " ".join(told), tuple(tables))


def _table_of_examples(examples: list[tuple[Cell, ...]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for kind in KINDS:
        those = [row for row in examples if row[0] == kind]
        rows += sorted(those, key=lambda row: (row[3] is None, row[1]))[:_EXAMPLES]
    return Table(
        "lost",
        "Lost and new ones",
        "All outputs that lose or add one."
        if len(rows) == len(examples)
        else f"{_EXAMPLES} outputs of a kind, of {len(examples):,} in all that lose or add one; those that lose first.",
        ("kind", "sentence", "system", "lost", "new", "output"),
        tuple(rows),
    )


def keepsakes(text: str) -> dict[str, Counter[str]]:
    """The links, dates and times, numbers and names in a text, each in a form that does not depend on its language.

    >>> found = keepsakes("On 31.12.2024 at 10:30 Anna paid 1,250.50 at https://example.org/a.")
    >>> {kind: list(items) for kind, items in found.items()}
    {'links': ['https://example.org/a'], 'dates and times': ['12 24 31', '10 30'], 'numbers': ['1250.5'], \
'names': ['anna']}
    """
    found: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for kind, form, _ in _finds(text):
        found[kind][form] += 1
    return found


def _finds(text: str) -> list[tuple[str, str, str]]:
    """Of each its kind, its form, and how it is written."""
    found = []

    def take(kind: str, form: Callable[[str], str]) -> Callable[[re.Match[str]], str]:
        def note(match: re.Match[str]) -> str:
            found.append((kind, form(match[0]), match[0]))
            return f" {_TAKEN} "

        return note

    text = _LINK.sub(take("links", _link_form), text)
    for pattern in DATES:
        text = pattern.sub(take("dates and times", date_form), text)
    found += [("numbers", number_form(match[0]), match[0]) for match in _NUMBER.finditer(text)]
    return [*found, *(("names", form, written) for form, written in _names(text))]


def number_form(number: str) -> str:
    """A number without marks of thousands, and with a point before its decimals.

    >>> [number_form(number) for number in ("1.250.000", "1,250.50", "1.250,5", "3,14", "2.500", "007", "١٢")]
    ['1250000', '1250.5', '1250.5', '3.14', '2500', '7', '12']
    """
    digits = "".join(str(int(sign)) if sign.isdigit() else sign for sign in number)
    grouped = _THOUSANDS.fullmatch(digits)
    if grouped:
        digits = digits.replace(grouped[1], "")
    whole, *rest = re.split(r"\D", digits)
    # More than one mark that is none of thousands: a version, an address. Each number counts as it is.
    fraction = [rest[0].rstrip("0")] if len(rest) == 1 else rest
    return ".".join([whole.lstrip("0") or "0", *filter(None, fraction)])


def _link_form(link: str) -> str:
    return link.rstrip(".,;:!?)]").casefold()


def _names(text: str) -> list[tuple[str, str]]:
    """Of each its form, and how it is written."""
    names = []
    starts = True  # a sentence
    for word in text.split():
        bare = word.strip(_OPENING)
        inner = _before_apostrophe(bare)
        letters = [sign for sign in inner if sign.isalpha()]
        starts = starts or bare != word
        if not starts and len(letters) > 1 and inner[:1].isupper() and not any(map(str.isdigit, inner)):
            names += [(form, _within(inner, form)) for form in text_words(inner)]
        starts = bool(_SENTENCE_END.search(word))
    return names


def _within(text: str, form: str) -> str:
    found = re.search(re.escape(form), text, re.IGNORECASE)
    return found[0] if found else form


def _bare_words(text: str) -> list[str]:
    """Words as they are counted, without what an apostrophe adds."""
    return [_before_apostrophe(word) for word in text_words(text)]


def _before_apostrophe(word: str) -> str:
    return re.split("['’]", word)[0]  # "Anna's", "I'm"


def _as_written(kind: str, forms: Iterable[str], text: str) -> str | None:
    """How the text writes what has these forms; None where there is none."""
    written = {form: found for its_kind, form, found in _finds(text) if its_kind == kind}
    return ", ".join(written.get(form, form) for form in forms) or None


def _any(texts: list[dict[str, Counter[str]]], kind: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for text in texts:
        found |= text[kind]
    return found


def _cells(values: list[tuple[float | None, int]]) -> list[Cell]:
    return [cell for kept, new in values for cell in (None if kept is None else round(kept, 1), new)]


def _tell(name: str, counts: dict[str, int], column: dict[str, tuple[float | None, int]]) -> str:
    parts = [f"{column[kind][0]:.0f} % of {counts[kind]} {kind}" for kind in KINDS if counts[kind]]
    return f"{name} keeps {', '.join(parts)}."
