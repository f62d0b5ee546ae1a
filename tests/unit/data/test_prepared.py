import json
from typing import Any

import pytest

from seq2seq.data.prepared import PreparedFolder
from seq2seq.data.tokenizer import Tokenizer
from seq2seq.errors import UserError

PAIRS = [("hola", "hello"), ("¿qué tal?", "how are you?")]
TABLE = "es\ten\n" + "".join(f"{es}\t{en}\n" for es, en in PAIRS)


def _manifest(**changes: Any) -> dict[str, Any]:
    return {
        "format": 1,
        "languages": ["es", "en"],
        "splits": {"train": {"pairs": 2}, "dev": {"pairs": 2}},
        "tokenizer": {"files": {"es": "tokenizer/es.model", "en": "tokenizer/en.model"}},
    } | changes


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps(_manifest()))
    for split in ("train", "dev"):
        (tmp_path / f"{split}.tsv").write_text(TABLE, encoding="utf-8")
    for side, language in enumerate(("es", "en")):
        Tokenizer.train([pair[side] for pair in PAIRS], tmp_path / "tokenizer" / f"{language}.model", "char")
    return tmp_path


def test_pairs_come_in_the_direction_asked_for(folder):
    prepared = PreparedFolder.open(str(folder))
    spanish, english = map(list, zip(*PAIRS, strict=True))
    assert prepared.languages == ("es", "en")
    assert prepared.splits == ("train", "dev")
    assert prepared.pairs("dev", "es", "en") == (spanish, english)
    assert prepared.pairs("train", "en", "es") == (english, spanish)
    assert prepared.tokenizer("es").decode(prepared.tokenizer("es").encode("hola")) == "hola"
    assert prepared.tokenizer_path("en") == folder / "tokenizer" / "en.model"
    assert prepared.table("train") == folder / "train.tsv"


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda p: p.pairs("test", "es", "en"), "no split 'test'; there is train, dev"),
        (lambda p: p.table("../manifest"), "no split"),
        (lambda p: p.pairs("dev", "es", "fr"), "no language 'fr'; it holds es and en"),
        (lambda p: p.pairs("dev", "es", "es"), "source and target are both 'es'"),
        (lambda p: p.tokenizer("eng"), "did you mean 'en'"),
    ],
)
def test_what_is_not_there_is_told(folder, ask, told):
    with pytest.raises(UserError, match=told):
        ask(PreparedFolder.open(folder))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (TABLE + "one column\n", r"dev\.tsv, line 4: 1 columns where 2 are due"),
        (TABLE + "a\tb\tc\n", r"dev\.tsv, line 4: 3 columns"),
        (TABLE.partition("\n")[2], "header"),
        ("en\tes\n" + TABLE.partition("\n")[2], "header"),
        ("es\ten\nhola\thello\n", r"dev\.tsv: 1 pairs where the manifest says 2"),
        ("", r"dev\.tsv: 0 pairs where the manifest says 2"),
    ],
)
def test_a_damaged_table_is_told_by_file_and_line(folder, table, told):
    (folder / "dev.tsv").write_text(table, encoding="utf-8")
    with pytest.raises(UserError, match=told):
        PreparedFolder.open(folder).pairs("dev", "es", "en")


MANIFESTS = [
    ("{", "not JSON"),
    ("[" * 100_000, "not JSON"),
    ("\xff", "not JSON"),
    ("[]", "not an object"),
    (json.dumps(_manifest(format=2)), "format 2 where this version reads 1"),
    (json.dumps(_manifest(languages="es")), "languages"),
    (json.dumps(_manifest(languages=["es", 3])), "languages"),
    (json.dumps(_manifest(languages=["es", "es"])), "2 different codes"),
    (json.dumps(_manifest(languages=["es"])), "2 different codes"),
    (json.dumps(_manifest(task="summaries")), "task 'summaries' where this version knows translation, captions, text"),
    (json.dumps(_manifest(task=["captions"])), "task"),
    (json.dumps(_manifest(task="captions")), "'images' names no folder"),
    (json.dumps(_manifest(task="captions", images={"folder": 3})), "'images' names no folder"),
    (json.dumps(_manifest(task="captions", languages=[], images={"folder": ""})), "1 or 2 different codes"),
    (
        json.dumps(_manifest(task="captions", languages=["en", "image"], images={"folder": ""})),
        "1 or 2 different codes",
    ),
    (json.dumps(_manifest(splits=[])), "splits"),
    (json.dumps(_manifest(splits={"dev": {"pairs": 1}})), "splits"),
    (json.dumps(_manifest(splits={"train": {"pairs": 1}, "../x": {"pairs": 1}})), "splits"),
    (json.dumps(_manifest(splits={"train": {}})), "number of pairs"),
    (json.dumps(_manifest(tokenizer=None)), "tokenizer"),
    (json.dumps(_manifest(tokenizer={"files": {"es": "a"}})), "tokenizer"),
    (json.dumps(_manifest(tokenizer={"files": {"es": "/etc/passwd", "en": "a"}})), "not a file inside the folder"),
    (json.dumps(_manifest(tokenizer={"files": {"es": "a", "en": "../../a"}})), "not a file inside the folder"),
    (json.dumps(_manifest(tokenizer={"files": {"es": "a", "en": ["b"]}})), "not a file inside the folder"),
]


@pytest.mark.parametrize(("text", "told"), MANIFESTS)
def test_a_damaged_or_hostile_manifest_is_refused(tmp_path, text, told):
    (tmp_path / "manifest.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(UserError, match=told):
        PreparedFolder.open(tmp_path)


def test_a_missing_folder_says_how_to_make_one(tmp_path):
    file = tmp_path / "corpus.tsv"
    file.write_text("one\ttwo\n")
    with pytest.raises(UserError, match=r"corpus.tsv: is a file; name the prepared folder"):
        PreparedFolder.open(file)
    with pytest.raises(UserError, match=r"no prepared folder.*python -m data_prep\.sample --output"):
        PreparedFolder.open(tmp_path / "nowhere")


def test_of_a_folder_of_another_kind_no_command_is_told_that_would_overwrite_it(tmp_path):
    (tmp_path / "last.ckpt").touch()
    with pytest.raises(UserError, match=r"no prepared folder.*name one that a data_prep command wrote$"):
        PreparedFolder.open(tmp_path)


def test_a_missing_tokenizer_is_told(folder):
    (folder / "tokenizer" / "en.model").unlink()
    with pytest.raises(UserError, match=r"en\.model"):
        PreparedFolder.open(folder).tokenizer("en")


@pytest.mark.parametrize(
    ("task", "languages", "columns"),
    [
        ("text", ["en"], ("en",)),
        ("classification", ["en"], ("en", "label")),
        ("tagging", ["en"], ("en", "tags")),
        ("frames", [], ("image", "tags")),
        ("forecasting", [], ("date", "value")),
    ],
)
def test_each_task_has_its_columns(tmp_path, task, languages, columns):
    tokenizer = {"files": {"en": "tokenizer/en.model", "characters": "tokenizer/characters.model"}}
    more = {"tokenizer": tokenizer} if languages else {"tokenizer": {"files": {}}, "images": {"folder": "clips"}}
    manifest = _manifest(task=task, languages=languages, splits={"train": {"pairs": 2}}, **more)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    rows = [tuple(f"{name}{number}" for name in columns) for number in range(2)]
    (tmp_path / "train.tsv").write_text("\n".join("\t".join(row) for row in (columns, *rows)) + "\n")
    prepared = PreparedFolder.open(tmp_path)
    assert (prepared.columns, prepared.rows("train")) == (columns, rows)
    if languages:
        assert prepared.tokenizer_path("characters") == tmp_path / "tokenizer" / "characters.model"


def test_running_text_may_have_empty_lines(tmp_path):
    tokenizer = {"files": {"en": "tokenizer/en.model"}}
    manifest = _manifest(task="text", languages=["en"], splits={"train": {"pairs": 3}}, tokenizer=tokenizer)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "train.tsv").write_text("en\nto be\n\nor not\n")
    assert PreparedFolder.open(tmp_path).column("train", "en") == ["to be", "", "or not"]


CAPTIONS = [("a/1.png", "a dog"), ("a/1.png", "one dog"), ("2.png", "no dog")]
IMAGES = "image\tsha256\twidth\theight\n2.png\tabc\t3\t4\na/1.png\tdef\t10\t20\n"


@pytest.fixture
def captions(tmp_path):
    tokenizer = {"files": {"en": "tokenizer/en.model"}}
    images = {"folder": "pictures"}
    splits = {"train": {"pairs": 3, "images": 2}}
    manifest = _manifest(task="captions", languages=["en"], images=images, splits=splits, tokenizer=tokenizer)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "train.tsv").write_text("image\ten\n" + "".join(f"{name}\t{text}\n" for name, text in CAPTIONS))
    (tmp_path / "images.tsv").write_text(IMAGES)
    return tmp_path


def test_pictures_are_a_column_like_a_language(captions):
    prepared = PreparedFolder.open(captions)
    assert (prepared.task, prepared.languages, prepared.columns) == ("captions", ("en",), ("image", "en"))
    names, texts = map(list, zip(*CAPTIONS, strict=True))
    assert prepared.pairs("train", "image", "en") == (names, texts)
    assert prepared.column("train", "image") == names
    assert prepared.rows("train") == CAPTIONS
    assert prepared.images() == {"2.png": ("abc", 3, 4), "a/1.png": ("def", 10, 20)}
    assert list(prepared.images()) == ["2.png", "a/1.png"]
    assert prepared.image_path("a/1.png") == captions / "pictures" / "a" / "1.png"


def test_a_picture_folder_elsewhere_is_named_in_full(captions):
    manifest = json.loads((captions / "manifest.json").read_text()) | {"images": {"folder": "/data/pictures"}}
    (captions / "manifest.json").write_text(json.dumps(manifest))
    assert str(PreparedFolder.open(captions).image_path("2.png")) == "/data/pictures/2.png"


@pytest.mark.parametrize("name", ["../2.png", "a/../../2.png", "/etc/passwd", "", "a\0.png"])
def test_a_name_that_leads_out_of_the_picture_folder_is_refused(captions, name):
    with pytest.raises(UserError, match="is no picture's path within"):
        PreparedFolder.open(captions).image_path(name)


def test_a_column_that_is_none_is_told(captions):
    with pytest.raises(UserError, match="no column 'es'; it holds image and en"):
        PreparedFolder.open(captions).pairs("train", "image", "es")
    with pytest.raises(UserError, match="no language 'image'; it holds en"):
        PreparedFolder.open(captions).tokenizer("image")


def test_text_has_no_pictures(folder):
    prepared = PreparedFolder.open(folder)
    assert (prepared.task, prepared.columns) == ("translation", ("es", "en"))
    for ask in (prepared.images, lambda: prepared.image_folder, lambda: prepared.image_path("1.png")):
        with pytest.raises(UserError, match="prepared for translation; it has no pictures"):
            ask()
    with pytest.raises(UserError, match="no language 'image'"):
        prepared.column("dev", "image")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (IMAGES + "3.png\tabc\t3\n", "line 4: 3 columns where 4 are due"),
        (IMAGES + "3.png\tabc\tx\t4\n", "line 4: no picture"),
        (IMAGES + "../3.png\tabc\t3\t4\n", "line 4: no picture"),
        (IMAGES.replace("sha256", "md5"), "the header says"),
    ],
)
def test_a_damaged_list_of_pictures_is_told_by_file_and_line(captions, text, told):
    (captions / "images.tsv").write_text(text)
    with pytest.raises(UserError, match=rf"images\.tsv.*{told}"):
        PreparedFolder.open(captions).images()
