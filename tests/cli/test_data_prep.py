import gzip
import subprocess
import sys
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from data_prep import download, parallel, tatoeba
from seq2seq.data.prepared import PreparedFolder

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
NUMBERS = [
    ("uno", "one"),
    ("dos", "two"),
    ("tres", "three"),
    ("diez", "ten"),
    ("cien", "a hundred"),
    ("mil", "a thousand"),
]
THINGS = [("casas", "houses"), ("libros", "books"), ("gatos", "cats"), ("soles", "suns"), ("mesas", "tables")]
PAIRS = [(f"Veo {n[0]} {t[0]}.", f"I see {n[1]} {t[1]}.") for n in NUMBERS for t in THINGS]
SMALL = ["--dev-size", "3", "--test-size", "4", "--vocab-size", "60"]


def _aligned(folder: Path, stem: str, pairs, end="") -> list[Path]:
    files = [folder / f"{stem}.es{end}", folder / f"{stem}.en{end}"]
    for side, file in enumerate(files):
        data = "".join(f"{pair[side]}\n" for pair in pairs).encode()
        file.write_bytes(gzip.compress(data) if end else data)
    return files


def _check_whole(output: Path, lines_in: int, languages=("es", "en")) -> PreparedFolder:
    prepared = PreparedFolder.open(output)
    manifest = prepared.manifest
    assert prepared.languages == languages
    assert manifest["lines_in"] == lines_in == manifest["kept"] + sum(manifest["dropped"].values())
    assert manifest["leak_check"]["shared_sides"] == 0
    return prepared


def _all_pairs(prepared: PreparedFolder) -> list[tuple[str, str]]:
    return sorted(pair for split in prepared.splits for pair in zip(*prepared.pairs(split, "es", "en"), strict=True))


@pytest.mark.parametrize("form", ["aligned", "aligned.gz", "tsv", "csv", "csv.gz"])
def test_parallel_reads_every_form_alike(command, tmp_path, form):
    output = tmp_path / "out"
    extra: list[str] = []
    if form.startswith("aligned"):
        files = _aligned(tmp_path, "train", PAIRS, form.removeprefix("aligned"))
    else:
        files = [tmp_path / f"pairs.{form}"]
        row = "7\t{}\t{}\n" if form == "tsv" else '7,"{}","{}"\n'
        data = ("id,es,en\n".replace(",", row[1]) + "".join(row.format(*pair) for pair in PAIRS)).encode()
        files[0].write_bytes(gzip.compress(data) if form.endswith("gz") else data)
        extra = ["--columns", "2", "3", "--header"]
    code, out, err = command(parallel, *files, "--languages", "es", "en", "--output", output, *SMALL, *extra)
    assert (code, "Traceback" in err) == (0, False)
    prepared = _check_whole(output, len(PAIRS) + bool(extra))
    assert _all_pairs(prepared) == sorted(PAIRS)
    assert prepared.splits == ("train", "dev", "test")
    assert prepared.manifest["name"] == "out"
    assert [Path(entry["path"]) for entry in prepared.manifest["inputs"]] == files
    assert f"prepared folder: {output}" in out


def test_a_tokenizer_that_knows_too_little_is_told_for_each_side(command, tmp_path):
    options = ["--languages", "es", "en", "--dev-size", "5", "--test-size", "0", "--output", tmp_path / "out"]
    words = ["--tokenizer", "word", "--vocab-size", "5", "--separate"]
    code, _, err = command(parallel, *_aligned(tmp_path, "train", PAIRS), *options, *words)
    assert code == 0
    for side in ("es", "en"):
        assert f"of the {side} pieces of dev are unknown to the tokenizer: raise --vocab-size 5, or take" in err


def test_parallel_keeps_official_splits(command, tmp_path):
    train, dev = _aligned(tmp_path, "train", PAIRS), _aligned(tmp_path, "val", [*PAIRS[:2], ("otra", "another")])
    options = ["--languages", "es", "en", "--vocab-size", "60", "--output", tmp_path / "out", "--licence", "CC0"]
    code, out, _ = command(parallel, *train, "--dev", *dev, "--test-size", "0", *options)
    assert code == 0
    prepared = _check_whole(tmp_path / "out", len(PAIRS) + 3)
    assert prepared.pairs("dev", "es", "en")[1] == [PAIRS[0][1], PAIRS[1][1], "another"]
    assert prepared.splits == ("train", "dev")
    assert prepared.manifest["licence"] == "CC0"
    assert prepared.manifest["dropped"] == {"sentence of dev or test": 2}
    assert "train-dev 0" in out


def test_an_undecodable_line_is_dropped_by_file_and_line(command, tmp_path):
    files = _aligned(tmp_path, "train", PAIRS)
    files[1].write_bytes(files[1].read_bytes() + b"caf\xe9\n")
    files[0].write_bytes(files[0].read_bytes() + "café\n".encode())
    code, out, _ = command(parallel, *files, "--languages", "es", "en", "--output", tmp_path / "out", *SMALL)
    assert code == 0
    _check_whole(tmp_path / "out", len(PAIRS) + 1)
    assert "dropped: not UTF-8" in out
    listed = (tmp_path / "out" / "dropped.tsv").read_text().splitlines()
    assert listed == ["file\tline\treason", f"train.en\t{len(PAIRS) + 1}\tnot UTF-8"]


@pytest.mark.parametrize("third", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_tatoeba_reads_both_editions_and_the_zip(command, tmp_path, third, packed):
    file = tmp_path / "spa.txt"
    end = "\tCC-BY 2.0 (France) Attribution: tatoeba.org #1 (x) & #2 (y)\n" if third else "\n"
    file.write_text("".join(f"{english}\t{spanish}{end}" for spanish, english in PAIRS), encoding="utf-8")
    if packed:
        with zipfile.ZipFile(tmp_path / "spa-eng.zip", "w") as archive:
            archive.write(file, "spa.txt")
            archive.writestr("_about.txt", "about")
        file = tmp_path / "spa-eng.zip"
    code, _, _ = command(tatoeba, file, "--output", tmp_path / "out", *SMALL)
    assert code == 0
    prepared = _check_whole(tmp_path / "out", len(PAIRS))
    assert _all_pairs(prepared) == sorted(PAIRS)
    assert prepared.manifest["licence"] == "CC BY 2.0 FR"


def test_tatoeba_downloads_what_is_not_given(command, tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    (tmp_path / "site").mkdir()
    with zipfile.ZipFile(tmp_path / "site" / "spa-eng.zip", "w") as archive:
        archive.writestr("spa.txt", "".join(f"{english}\t{spanish}\n" for spanish, english in PAIRS))
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/spa-eng.zip"
        code, _, _ = command(tatoeba, "--url", url, "--output", tmp_path / "out", *SMALL)
        server.shutdown()
    assert code == 0
    assert _all_pairs(_check_whole(tmp_path / "out", len(PAIRS))) == sorted(PAIRS)
    assert (tmp_path / "downloads" / "spa-eng.zip").exists()


def test_offline_says_in_one_line_how_to_give_the_file(command, tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise download.urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(download.urllib.request, "urlopen", refuse)
    code, out, err = command(tatoeba, "--output", tmp_path / "out")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "https://www.manythings.org/anki/spa-eng.zip: cannot be downloaded (Name or service not known)" in err
    assert f"python -m data_prep.tatoeba spa-eng.zip --output {tmp_path / 'out'}" in err


def _files_for_mistakes(folder: Path) -> None:
    _aligned(folder, "good", PAIRS)
    _aligned(folder, "short", PAIRS[:5])
    (folder / "bad.zip").write_bytes(b"PK\x03\x04 cut")
    with zipfile.ZipFile(folder / "two.zip", "w") as archive:
        archive.writestr("a.txt", "")
        archive.writestr("b.txt", "")
    (folder / "same.en").write_bytes((folder / "good.es").read_bytes())
    text = (folder / "good.es").read_text(encoding="utf-8")
    (folder / "wide.es").write_text(text, encoding="utf-16")
    (folder / "bare.es").write_text(text, encoding="utf-16-le")
    (folder / "pairs.csv").write_text("uno;one\n", encoding="utf-16")
    (folder / "pairs.tsv").write_text("".join(map("{0[0]}\t{0[1]}\n".format, PAIRS)), encoding="utf-8")
    (folder / "home").mkdir()
    (folder / "home" / "mine").touch()


TWO = ["--languages", "es", "en"]
MISTAKES = [
    (parallel, ["good.es", "short.en", *TWO], f"good.es has {len(PAIRS)} lines and short.en has 5"),
    (parallel, ["good.es", "missing.en", *TWO], "missing.en: cannot be read (No such file"),
    (parallel, ["good.es", "good.en", "short.en", *TWO], "FILES: 3 files"),
    (parallel, ["good.es", "good.en", "--dev", "a", "b", "c", *TWO], "--dev: 3 files"),
    (parallel, ["good.es", "good.en", "--languages", "es", "es"], "--languages es es"),
    (parallel, ["good.es", "good.en", "--languages", "es", "../en"], "'../en' is not a language code"),
    (parallel, ["good.es", "good.en"], "required: --languages"),
    (parallel, ["good.es", "good.en", *TWO], "--dev-size 2000 and --test-size 2000: more than half of the 30 pairs"),
    (parallel, ["good.es", *TWO], "1 column(s), but columns 1 and 2"),
    (parallel, ["good.es", "--columns", "2", "2", *TWO], "--columns 2 2: two different"),
    (parallel, ["good.es", "--delimiter", "||", *TWO], "--delimiter '||'"),
    (
        parallel,
        ["pairs.tsv", "--delimiter", ";", *TWO],
        "--delimiter ';': is for CSV tables, and pairs.tsv would be read",
    ),
    (parallel, ["good.es", "good.en", "--delimiter", ";", *TWO], "--delimiter: is for a table"),
    (parallel, ["good.es", "good.en", "--header", *TWO], "--header: is for a table"),
    (parallel, ["good.es", "good.en", "--columns", "1", "2", *TWO], "--columns: is for a table"),
    (parallel, ["good.es", "good.en", "--dev", "good.es", *TWO], "--dev good.es: not in the form of FILES; give two"),
    (parallel, ["pairs.tsv", "--test", "good.es", "good.en", *TWO], "--test good.es good.en: not in the form of FILES"),
    (parallel, ["good.es", "same.en", *TWO], "good.es and same.en: the same text"),
    (parallel, ["good.es", "good.en", "--dev", "good.es", "good.es", *TWO], "good.es and good.es: the same text"),
    (parallel, ["wide.es", "good.en", *TWO], "wide.es: is UTF-16, not UTF-8; convert it first: iconv"),
    (parallel, ["good.en", "bare.es", *TWO], "bare.es: is UTF-16"),
    (parallel, ["pairs.csv", "--delimiter", ";", *TWO], "pairs.csv: is UTF-16"),
    (parallel, ["wide.es", *TWO], "wide.es: is UTF-16"),
    (parallel, ["good.es", "short.en", "--output", "deep/er/out", *TWO], "short.en has 5"),
    (parallel, ["good.es", "good.en", "--min-words", "9", "--max-words", "3", *TWO], "--min-words 9: more than"),
    (parallel, ["good.es", "good.en", "--max-ratio", "0.5", *TWO], "'0.5' is not a number of at least 1"),
    (parallel, ["good.es", "good.en", "--max-ratio", "nan", *TWO], "'nan' is not a number"),
    (parallel, ["good.es", "good.en", "--seed", "x", *TWO], "--seed: 'x' is no whole number"),
    (parallel, ["good.es", "good.en", "--tokenizer", "bpee", *TWO], "did you mean 'bpe'?"),
    (parallel, ["good.es", "good.en", "--vocabsize", "9", *TWO], "--vocabsize; did you mean '--vocab-size'?"),
    (parallel, ["good.es", "good.en", "--vocab", "9", *TWO], "unknown option --vocab"),
    (parallel, ["good.es", "good.en", "--output", "home", *TWO], "home: is there already"),
    (parallel, ["good.es", "good.en", "--output", "home", "--force", *TWO], "this is none"),
    (tatoeba, ["missing.txt"], "missing.txt: cannot be read"),
    (tatoeba, ["bad.zip"], "bad.zip: not a zip file, or a damaged one"),
    (tatoeba, ["two.zip"], "one sentence file"),
    (tatoeba, ["--language", "de"], "--language de: give FILE or the --url"),
    (tatoeba, ["--language", "en"], "--language en"),
    (
        tatoeba,
        ["--url", "file:///good.zip"],
        "begins with https:// or http://; a file on this machine is given as FILE",
    ),
    (tatoeba, ["--url", "https://127.0.0.1/"], "'https://127.0.0.1/' is not the address of a file"),
    (tatoeba, ["--url", "http://127.0.0.1:9/a.zip", "--output", "deep/er/out"], "cannot be downloaded"),
]


@pytest.mark.parametrize(("module", "arguments", "told"), MISTAKES)
def test_mistakes_get_a_message_and_exit_code_two(command, tmp_path, monkeypatch, module, arguments, told):
    _files_for_mistakes(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    code, out, err = command(module, "--output", "out", *arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert err.startswith("error: ")
    assert len(err.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_force_replaces_an_earlier_folder(command, tmp_path):
    files = _aligned(tmp_path, "train", PAIRS)
    options = [*files, "--languages", "es", "en", "--output", tmp_path / "out", *SMALL]
    assert command(parallel, *options)[0] == 0
    code, _, err = command(parallel, *options)
    assert code == 2
    assert "--force" in err
    assert command(parallel, *options, "--force", "--separate", "--tokenizer", "bpe")[0] == 0
    assert sorted(file.name for file in (tmp_path / "out" / "tokenizer").iterdir()) == ["en.model", "es.model"]


MODULES = ["tatoeba", "parallel", "sample", "captions", "coco", "flickr8k", "scenes"]


@pytest.mark.parametrize("module", MODULES)
def test_help_teaches_with_an_example(module):
    ended = subprocess.run(
        [sys.executable, "-m", f"data_prep.{module}", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert f"\n  python -m data_prep.{module} " in ended.stdout
    assert "(default: None)" not in ended.stdout


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize(("word", "code"), [("--help", 0), ("--outptu", 2)])
def test_neither_help_nor_a_slip_waits_for_torch(module, word, code):
    program = (
        "import runpy, sys\n"
        f"sys.argv[1:] = [{word!r}]\n"
        f"try: runpy.run_module('data_prep.{module}', run_name='__main__')\n"
        "finally: assert 'torch' not in sys.modules"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == code, ended.stderr


def test_the_sample_corpus_is_prepared_as_it_is_shipped(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "data_prep.sample", "--output", str(tmp_path / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    manifest = PreparedFolder.open(tmp_path / "out").manifest
    prepared = _check_whole(tmp_path / "out", manifest["lines_in"])
    assert prepared.manifest["licence"] == "MIT"
    assert prepared.manifest["splits"]["dev"]["pairs"] > 250
    assert prepared.manifest["splits"]["test"]["pairs"] > 250
    assert prepared.manifest["dropped"] == {}


@pytest.mark.skipif(not (DATA / "tatoeba" / "spa.txt").exists(), reason="needs ../shared/data/tatoeba/spa.txt")
def test_real_tatoeba_keeps_every_line_and_leaks_none(command, tmp_path):
    file = DATA / "tatoeba" / "spa.txt"
    code, out, _ = command(tatoeba, file, "--output", tmp_path / "out", "--tokenizer", "bpe")
    assert code == 0
    with file.open("rb") as lines:
        prepared = _check_whole(tmp_path / "out", sum(1 for _ in lines))
    assert prepared.manifest["splits"]["dev"]["pairs"] == prepared.manifest["splits"]["test"]["pairs"] == 2000
    assert "train-dev 0, train-test 0, dev-test 0" in out
