import json
import platform
import subprocess
import sys
from pathlib import Path

from benchmarks import report
from seq2seq.evaluation.record import machine_facts


def test_the_figures_are_written_with_the_machine_they_were_taken_on(tmp_path, monkeypatch, capsys):
    ask = subprocess.run  # git, for the commit

    def run(words, **options):
        if "report" not in words:
            return ask(words, **options)
        folder = Path(words[words.index("--output") + 1])
        folder.mkdir()
        (folder / "index.html").write_bytes(b"x" * 2_500_000)
        return subprocess.CompletedProcess(words, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr("benchmarks.report.limit_cores", lambda _cores: None)
    monkeypatch.setattr(sys, "argv", ["report", "--sentences", "3", "--output", str(tmp_path / "figures.json")])
    report.main()
    found = json.loads((tmp_path / "figures.json").read_text())
    assert {"date", "commit", "machine", "torch"} < found.keys()
    assert (found["sentences"], found["systems"], found["page_mb"]) == (3, 3, 2.5)
    assert found["seconds"] > 0
    assert found["machine"]["system"] == f"{platform.system()} {platform.machine()}", "not the kernel's own version"
    assert found["machine"].items() >= machine_facts().items()
    assert "page_mb" in capsys.readouterr().out
