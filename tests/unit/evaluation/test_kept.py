from seq2seq.evaluation.kept import keep, read_kept


def record(digest: str, value: float) -> dict:
    score = {"value": value, "interval": None, "signature": "s"}
    files = [{"role": "pairs", "name": "test.tsv", "sha256": digest}]
    return {
        "format": 1,
        "sentences": 2,
        "scores": {"BLEU": score},
        "data": {"name": "news", "split": "test", "files": files},
        "decoding": None,
    }


def values(folder):
    return {name: kept["scores"]["BLEU"]["value"] for name, kept in read_kept(folder).items()}


def test_a_later_record_of_one_test_set_takes_the_place_of_the_earlier(tmp_path):
    keep(tmp_path, record("a" * 64, 20.0))
    keep(tmp_path, record("a" * 64, 30.0))
    assert values(tmp_path) == {"news, test": 30.0}


def test_test_sets_of_one_name_are_both_kept(tmp_path):
    for digest, value in (("a", 20.0), ("b", 30.0), ("b", 35.0), ("a", 25.0)):
        keep(tmp_path, record(digest * 64, value))
    assert values(tmp_path) == {"news, test": 25.0, "news, test (bbbbbbbb)": 35.0}


def test_the_card_tells_them(tmp_path):
    (tmp_path / "card.md").write_text("# A model\n\n## Scores\n\nnone\n\n## Limits\n\nmany\n")
    keep(tmp_path, record("a" * 64, 20.0))
    card = (tmp_path / "card.md").read_text()
    assert "| news, test | 2 | – | 20.0 |" in card
    assert card.endswith("## Limits\n\nmany\n")
    assert "none" not in card
