import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from data_prep import download as module
from data_prep.download import download
from seq2seq.errors import UserError

BODY = bytes(range(256)) * 2000
ADVICE = "give the file"


class Server(BaseHTTPRequestHandler):
    """Serves BODY; the path says how it misbehaves. Every request's Range is noted in `asked`."""

    def do_GET(self):
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        assert "Mozilla" in self.headers["User-Agent"]
        start = int(asked[6:-1]) if asked else 0
        if self.path == "/missing":
            self.send_error(404)
        elif self.path == "/down":
            self.send_error(503)
        elif self.path == "/no-range":
            self._send(200, 0, len(BODY), {"Content-Length": len(BODY)})
        elif self.path == "/no-length":
            self._send(200, 0, len(BODY), {})
        elif self.path == "/wrong-range":
            self._send(206 if asked else 200, start, len(BODY), {"Content-Range": f"bytes 7-9/{len(BODY)}"})
        elif self.path == "/stuck":
            self._send(200, 0, 1000, {"Content-Length": len(BODY)})
        elif start >= len(BODY):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(BODY)}")
            self.end_headers()
        else:
            end = min(len(BODY), start + 200_000) if self.path == "/breaks" else len(BODY)
            length = {"Content-Length": len(BODY) - start}
            span = {"Content-Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"}
            self._send(206 if asked else 200, start, end, length | span if asked else length)

    def _send(self, status, start, end, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(BODY[start:end])

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        running.asked = []
        running.url = f"http://127.0.0.1:{running.server_port}"
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.mark.parametrize(
    ("path", "part", "asked"),
    [
        ("/good", None, [None]),
        ("/good", BODY[:1234], ["bytes=1234-"]),
        ("/good", BODY, [f"bytes={len(BODY)}-"]),
        ("/good", BODY + b"x", [f"bytes={len(BODY) + 1}-", None]),
        ("/no-range", BODY[:1234], ["bytes=1234-"]),
        ("/no-length", None, [None]),
        ("/wrong-range", BODY[:1234], ["bytes=1234-", None]),
        ("/breaks", None, [None, "bytes=200000-", "bytes=400000-"]),
    ],
)
def test_the_whole_file_comes_whatever_was_there(server, tmp_path, path, part, asked):
    file = tmp_path / "new" / "file.zip"
    if part is not None:
        file.parent.mkdir()
        file.with_name("file.zip.part").write_bytes(part)
    assert download(server.url + path, file, ADVICE) == file
    assert file.read_bytes() == BODY
    assert server.asked == asked
    assert list(file.parent.iterdir()) == [file]
    download(server.url + path, file, ADVICE)
    assert server.asked == asked  # a file that is there is not fetched again


@pytest.mark.parametrize(
    ("path", "requests", "told"),
    [
        ("/missing", 1, "404 Not Found"),
        ("/down", 3, "503 Service Unavailable"),
        ("/stuck", 3, "1,000 of 512,000 bytes came"),
    ],
)
def test_failures_are_told_with_advice(server, tmp_path, path, requests, told):
    with pytest.raises(UserError, match=rf"{told}.*; {ADVICE}") as caught:
        download(server.url + path, tmp_path / "file.zip", ADVICE)
    assert "\n" not in str(caught.value)
    assert len(server.asked) == requests
    assert not (tmp_path / "file.zip").exists()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/file.zip", "http://no-such-host.invalid/file.zip", "nonsense"])
def test_offline_gives_the_advice(monkeypatch, tmp_path, url):
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(UserError, match=ADVICE):
        download(url, tmp_path / "file.zip", ADVICE)
    assert not list(tmp_path.iterdir())
