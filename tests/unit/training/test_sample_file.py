from seq2seq.training.sample_file import SampleFile


def test_stages_follow_each_other(tmp_path):
    file = SampleFile(tmp_path)
    file.add(100, "dev loss 2.5 nats", ["Thou\n\nart", "All:"])
    file.add(200, "dev loss 2.0 nats", ["Thee"])
    assert (tmp_path / "samples.txt").read_text() == (
        "=== step 100 · dev loss 2.5 nats\n\nThou\n\nart\n\nAll:\n\n=== step 200 · dev loss 2.0 nats\n\nThee\n\n"
    )


def test_a_run_that_went_on_from_an_earlier_stage_loses_the_later_ones(tmp_path):
    file = SampleFile(tmp_path)
    for step in (100, 200, 300):
        file.add(step, "before", [f"text {step}"])
    file.add(200, "again", ["new"])
    told = file.path.read_text()
    assert "text 100" in told
    assert "text 200" not in told
    assert "text 300" not in told
    assert told.endswith("=== step 200 · again\n\nnew\n\n")
