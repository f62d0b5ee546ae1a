"""The samples within the bytes that a page has for them: compressed, and less of them where they are too many."""

import base64
import json
import zlib
from dataclasses import asdict
from typing import Any

from seq2seq.report.document import Report
from seq2seq.report.page.pictures import SIDES, likely_side, thumbnails
from seq2seq.report.page.samples import chosen_rows, lighten, sample_data, sample_texts

PAGE_BYTES = 5_000_000
"""A page is smaller."""

_CUTS = (2000, 1000, 600, 400, 250, 150, 80)  # characters that are shown of a text
_LETTERS = 6_000_000  # that a browser shall hold
_SHARES = (1.0, 0.5, 0.25, 0.1, 0.0)  # of what all words looked at
_ROWS = (3000, 1500, 750, 300, 100)  # at most
_TEXTS = 0.5  # of the bytes, where there are pictures, too


def packed_samples(report: Report, most: int) -> str:
    """`sample_data` as the page carries it: JSON, compressed, in at most so many letters of ASCII.

    What is left out first, until it fits, is what the longest outputs looked at, then the ends of long texts, then
    rows; pictures get what texts leave, and half of the whole at least.
    """
    pictured = report.test.captions and bool(report.test.sources)
    for_texts = round(most * _TEXTS) if pictured else most
    text, data = _texts(report, for_texts)
    if not pictured:
        return text
    paths = [report.test.sources[number - 1] for number in data["numbers"]]
    likely = likely_side(paths, round(0.97 * (most - len(text))))
    for side in SIDES[SIDES.index(likely) :]:
        text = pack(data | {"pictures": [asdict(picture) for picture in thumbnails(paths, side)]})
        if len(text) <= most:
            break
    return text


def pack(value: Any) -> str:
    """A JSON value, deflated, to the base 64: no reader of HTML can take it for a tag."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode("utf-8", "replace"), 9)).decode("ascii")


def _texts(report: Report, most: int) -> tuple[str, dict[str, Any]]:
    """All but the pictures, packed and as it is."""
    for rows, cut in [*((_ROWS[0], cut) for cut in _CUTS), *((rows, _CUTS[-1]) for rows in _ROWS[1:])]:
        last = (rows, cut) == (_ROWS[-1], _CUTS[-1])
        chosen = chosen_rows(report, rows)
        texts = sample_texts(report, chosen, cut)
        if not last and (sum(map(len, texts)) > _LETTERS or len(pack(texts)) > most):
            continue
        data = sample_data(report, chosen, cut)
        for share in _SHARES:
            data["left_out"] += lighten(data["systems"], share)
            text = pack(data)
            if len(text) <= most:
                return text, data
    return text, data
