"""Fetching a file over HTTP so that an interrupted download goes on where it stopped."""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

from data_prep.output import no_empty_parents
from seq2seq.errors import UserError
from seq2seq.progress import counting

_CHUNK_BYTES = 1 << 16
_ATTEMPTS = 3
_TIMEOUT_SECONDS = 30
# Some servers refuse clients that do not look like a browser.
_USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def download(url: str, path: Path, advice: str) -> Path:
    """Fetch `url` into `path`, which appears only when it has the size that the server announced.

    What came so far lies in `<path>.part`; the next attempt, or the next run, asks for the rest only.

    Args:
        url: the address.
        path: the file to write; if it is there, nothing is fetched.
        advice: the end of an error message: what to do without the download.

    Raises:
        UserError: no connection, an answer other than the file, or a size that stays wrong.
    """
    if path.exists():
        return path
    part = path.with_name(f"{path.name}.part")
    problem = ""
    with no_empty_parents(part):
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(attempt)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                problem = _fetch(url, part)
            except urllib.error.HTTPError as error:
                problem = f"the server answered {error.code} {error.reason}"
                if error.code < 500:
                    break  # asking again changes nothing
            except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
                problem = str(getattr(error, "reason", error)) or type(error).__name__
                if not isinstance(error, ConnectionError | TimeoutError | http.client.HTTPException):
                    break
            if not problem:
                part.rename(path)
                return path
    raise UserError(f"{url}: cannot be downloaded ({problem}); {advice}")


def _fetch(url: str, part: Path) -> str:
    """Fetch what is missing of `part`; the problem with its size afterwards, or ""."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        response = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=_TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        if _total(error.headers.get("Content-Range")) == have:
            return ""  # the part was whole
        part.unlink()  # not a part of what the server has now
        return _fetch(url, part)
    with response:
        if response.status == http.client.PARTIAL_CONTENT:
            content_range = response.headers.get("Content-Range", "")
            if not content_range.startswith(f"bytes {have}-"):
                part.unlink()
                return f"asked for the bytes from {have} on, the server sent {content_range!r}"
            total = _total(content_range)
        else:
            have, total = 0, int(response.headers.get("Content-Length", 0)) or None
        with part.open("ab" if have else "wb") as file, counting(f"downloading {url}", "bytes", total, have) as counter:
            _copy(response, file, have, counter.show)
    size = part.stat().st_size
    if total is not None and size > total:
        part.unlink()
    return "" if total in (None, size) else f"{size:,} of {total:,} bytes came"


def _copy(response: IO[bytes], file: IO[bytes], have: int, show: Callable[[int], None]) -> None:
    while chunk := response.read(_CHUNK_BYTES):
        file.write(chunk)
        have += len(chunk)
        show(have)


def _total(content_range: str | None) -> int | None:
    """The whole size in a header such as "bytes 100-199/200" or "bytes */200"."""
    total = (content_range or "").rpartition("/")[2]
    return int(total) if total.isdigit() else None
