import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from benchmarks import peer_joeynmt, peer_opennmt, peer_seq2seq
from benchmarks.environment import Environment, Patch, Recipe, UnavailableError, apply_patch
from benchmarks.machine import only_run
from benchmarks.measure import (
    BatchSize,
    Decoding,
    Progress,
    Trained,
    TrainingSpeed,
    measure_training,
    read_outputs,
    run_logged,
    speed,
)
from benchmarks.peers import _measures, _parser, _take
from benchmarks.results import Measure, Results
from benchmarks.split import Split, prepare_split, read_pairs, split_pairs
from seq2seq.data.prepared import PreparedFolder
from seq2seq.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = BatchSize(64, "sentences")
TOKENS = BatchSize(4096, "tokens")

NUMBERS = ("uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez")
PAIRS = [
    (f"Tengo {n} {m}.", f"I have {i} times {j}.") for (i, n), (j, m) in itertools.product(enumerate(NUMBERS), repeat=2)
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "spa.txt"
    path.write_text("".join(f"{english}\t{spanish}\tby me\n" for spanish, english in PAIRS), encoding="utf-8")
    return path


class TestSplit:
    def test_parts_have_their_sizes_and_share_no_side(self) -> None:
        shouted = [(spanish.upper(), f"Other than {english}") for spanish, english in PAIRS]
        parts = split_pairs(PAIRS + shouted, held_out=20)
        assert {name: len(pairs) for name, pairs in parts.items()} == {"train": 60, "dev": 20, "test": 20}
        sides = [side.lower() for pairs in parts.values() for pair in pairs for side in pair]
        assert len(sides) == len(set(sides))

    def test_the_seed_decides(self) -> None:
        assert split_pairs(PAIRS, 20, seed=1) == split_pairs(PAIRS, 20, seed=1) != split_pairs(PAIRS, 20, seed=2)

    def test_too_few_pairs_are_told(self) -> None:
        with pytest.raises(UserError, match="only 100 distinct pairs"):
            split_pairs(PAIRS, held_out=50)

    def test_a_line_without_a_tab_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "spa.txt"
        path.write_text("Go.\tVe.\nGo on.\n", encoding="utf-8")
        with pytest.raises(UserError, match="line 2"):
            read_pairs(path)

    def test_every_form_holds_the_same_pairs(
        self, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("benchmarks.split.split_pairs.__defaults__", (20, 1))
        monkeypatch.setattr("benchmarks.split.VOCABULARY", 60)
        split = prepare_split(corpus, tmp_path / "data")
        prepared = PreparedFolder.open(split.folder)
        for part in ("train", "dev", "test"):
            assert prepared.pairs(part, "es", "en") == (split.lines(part, "es"), split.lines(part, "en"))
        tokenizer = prepared.tokenizer("en")
        assert len(split.pieces.read_text(encoding="utf-8").splitlines()) == len(tokenizer) - 4
        encoded = [len(tokenizer.encode(text)) + 1 for text in split.lines("train", "en")]
        assert split.mean_target_tokens() == pytest.approx(sum(encoded) / len(encoded))

        made = split.tokenizer.stat().st_mtime_ns
        prepare_split(corpus, tmp_path / "data")
        assert split.tokenizer.stat().st_mtime_ns == made, "the same corpus is prepared once"
        corpus.write_text(corpus.read_text(encoding="utf-8") + "Come.\tVen.\n", encoding="utf-8")
        prepare_split(corpus, tmp_path / "data")
        assert split.tokenizer.stat().st_mtime_ns != made, "another corpus is prepared anew"


class TestLogs:
    def test_joeynmt_training(self) -> None:
        line = (
            "2026-01-31 10:00:01,500 - INFO - joeynmt.training - Epoch   1, Step:       25, Batch Loss:     4.2, "
            "Batch Acc: 0.3, Tokens per Sec:      612, Lr: 0.001000"
        )
        assert peer_joeynmt.parse_progress(line, 500.0, SENTENCES) == Progress(612.0, 2500.0)
        assert peer_joeynmt.parse_progress(line, None, TOKENS) == Progress(612.0, None)
        assert peer_joeynmt.parse_progress("EPOCH 1", None, TOKENS) is None

    def test_joeynmt_decoding(self) -> None:
        assert peer_joeynmt.parse_generation("INFO - joeynmt.prediction - Generation took 12.3456[sec].") == 12.3456
        assert peer_joeynmt.parse_generation("Predicting 128 example(s)...") is None

    def test_opennmt_training_takes_the_target_side(self) -> None:
        line = (
            "[2026-01-31 10:00:01,500 INFO] Step 25/1000000; acc: 13.8; ppl: 353.0; xent: 5.9; lr: 0.00100; "
            "sents:     320; bsz:  602/ 611/64; 1470/1492 tok/s;     20 sec;"
        )
        assert peer_opennmt.parse_progress(line, SENTENCES) == Progress(1492.0, 5 * 611.0)
        assert peer_opennmt.parse_progress("Saving checkpoint model_step_100.pt", SENTENCES) is None

    def test_opennmt_decoding(self) -> None:
        assert peer_opennmt.parse_translation_time("[10:00 INFO] Total translation time (s): 5.7") == 5.7
        assert peer_opennmt.parse_translation_time("Average translation time (ms): 2.9") is None

    def test_own_lines(self) -> None:
        assert peer_seq2seq.parse_decoding('{"translation_seconds": 2.5}') == 2.5
        assert peer_seq2seq.parse_progress('{"translation_seconds": 2.5}') is None
        assert peer_seq2seq.parse_progress("a warning") is None


class TestSpeed:
    def test_the_warm_up_and_the_stretch_before_it_do_not_count(self) -> None:
        reports = [(100.0, Progress(1.0, 9.0)), (109.0, Progress(1.0, 9.0)), (111.0, Progress(1.0, 9.0))]
        reports += [(113.0, Progress(30.0, 62.0)), (117.0, Progress(60.0, 238.0))]
        assert speed(reports, warm_up=10) == TrainingSpeed(50.0, 50.0, 6.0)

    def test_no_numbers_of_tokens_no_figure_by_the_clock(self) -> None:
        assert speed([(0.0, Progress(8.0, None)), (2.0, Progress(8.0, None))], 0).by_the_clock is None

    @pytest.mark.parametrize("reports", [[], [(0.0, Progress(8.0, None))]])
    def test_too_few_reports(self, reports: list[tuple[float, Progress]]) -> None:
        with pytest.raises(UnavailableError, match="too few reports"):
            speed(reports, 0)


class TestProcesses:
    def test_a_training_without_end_is_measured_and_ended(self, tmp_path: Path) -> None:
        code = "import time\nwhile True: time.sleep(0.1); print('rate 40', flush=True)"

        def parse(line: str) -> Progress | None:
            return Progress(float(line.split()[1]), 4.0) if line.startswith("rate") else None

        found = measure_training([sys.executable, "-c", code], tmp_path / "log", parse, warm_up=0.2, seconds=0.3)
        assert found.tokens_per_second == pytest.approx(40)
        assert found.by_the_clock is not None
        assert 0 < found.by_the_clock <= 41, "sleep may be late, never early"
        assert found.seconds >= 0.3

    def test_an_interrupt_lets_the_process_save_its_work(self, tmp_path: Path) -> None:
        code = (
            "import time, sys\nprint('begun', flush=True)\ntry: time.sleep(60)\n"
            "except KeyboardInterrupt: print('saved'); sys.exit(1)"
        )
        for patience in (1, 5, 25):  # a busy machine may take its time to begin
            lines = run_logged([sys.executable, "-c", code], tmp_path / "log", interrupt_after=patience)
            if lines:
                break
        assert [text for _, text in lines] == ["begun", "saved"]

    def test_standard_output_can_be_kept_apart(self, tmp_path: Path) -> None:
        (tmp_path / "in").write_text("uno\ndos\n", encoding="utf-8")
        code = "import sys; print(sys.stdin.read().upper(), end=''); print('took 1 s', file=sys.stderr)"
        command = [sys.executable, "-c", code]
        lines = run_logged(command, tmp_path / "log", stdin=tmp_path / "in", stdout=tmp_path / "out")
        assert [text for _, text in lines] == ["took 1 s"]
        assert read_outputs(tmp_path / "out") == ["UNO", "DOS"]

    def test_failure_tells_the_last_line_and_the_log(self, tmp_path: Path) -> None:
        code = "print('loading'); raise SystemExit('no such vocabulary')"
        with pytest.raises(UnavailableError, match=r"exit code 1: no such vocabulary; see .*the\.log"):
            run_logged([sys.executable, "-c", code], tmp_path / "the.log")

    def test_a_hanging_process_is_killed(self, tmp_path: Path) -> None:
        with pytest.raises(UnavailableError, match="no end after"):
            run_logged([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "log", limit=0.5)


class TestEnvironment:
    def test_a_patch_replaces_text_that_is_there_once(self, tmp_path: Path) -> None:
        (tmp_path / "module.py").write_text("a = 1\nb = 1\n", encoding="utf-8")
        apply_patch(tmp_path, Patch("module.py", "a = 1", "a = 2"))
        assert (tmp_path / "module.py").read_text(encoding="utf-8") == "a = 2\nb = 1\n"

    @pytest.mark.parametrize(("old", "times"), [(" = 1", 2), (" = 3", 0)])
    def test_a_patch_that_does_not_fit_changes_nothing(self, tmp_path: Path, old: str, times: int) -> None:
        (tmp_path / "module.py").write_text("a = 1\nb = 1\n", encoding="utf-8")
        with pytest.raises(UnavailableError, match=f"{times} times, not once"):
            apply_patch(tmp_path, Patch("module.py", old, ""))
        assert (tmp_path / "module.py").read_text(encoding="utf-8") == "a = 1\nb = 1\n"

    def test_what_cannot_be_installed_leaves_one_line_and_no_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "environment"
        # Stands for both interpreters: "makes" the environment, whose pip then fails.
        python = tmp_path / "python"
        python.write_text(
            f'#!/bin/sh\nif [ "$2" = venv ]; then mkdir -p {folder}/bin && cp "$0" {folder}/bin/python; exit; fi\n'
            "echo collecting >&2; echo 'ERROR: No matching distribution found for joeynmt' >&2; echo hint >&2; exit 1\n"
        )
        python.chmod(0o755)
        monkeypatch.setattr("sys.executable", str(python))
        environment = Environment(folder, Recipe(installs=(("joeynmt",),), patches=(), packages=()))
        with pytest.raises(UnavailableError) as caught:
            environment.build()
        assert str(caught.value) == (
            "its environment cannot be built: ERROR: No matching distribution found for joeynmt"
        )
        assert not folder.exists()


class TestConfigurations:
    @pytest.fixture
    def split(self, tmp_path: Path) -> Split:
        return Split(tmp_path / "data")

    def test_joeynmt(self, split: Split, tmp_path: Path) -> None:
        for batch, kind in ((SENTENCES, "sentence"), (TOKENS, "token")):
            made = peer_joeynmt.configuration(split, tmp_path / "model", batch, beam=5, decoding_batch=1)
            assert yaml.safe_load(yaml.safe_dump(made)) == made
            assert (made["training"]["batch_size"], made["training"]["batch_type"]) == (batch.amount, kind)
            assert (made["testing"]["beam_size"], made["testing"]["batch_size"]) == (5, 1)
            assert f"{made['data']['train']}.{made['data']['trg']['lang']}" == str(split.text("train", "en"))
            assert Path(made["data"]["src"]["tokenizer_cfg"]["model_file"]) == split.tokenizer

    def test_opennmt(self, split: Split, tmp_path: Path) -> None:
        for batch, kind in ((SENTENCES, "sents"), (TOKENS, "tokens")):
            made = peer_opennmt.configuration(split, tmp_path / "model", batch)
            assert yaml.safe_load(yaml.safe_dump(made)) == made
            assert (made["batch_size"], made["batch_type"]) == (batch.amount, kind)
            assert Path(made["data"]["train"]["path_tgt"]) == split.text("train", "en")

    def test_all_three_are_of_one_size(self, split: Split, tmp_path: Path) -> None:
        joey = peer_joeynmt.configuration(split, tmp_path, SENTENCES)["model"]
        onmt = peer_opennmt.configuration(split, tmp_path, SENTENCES)
        ours = peer_seq2seq.SIZES
        assert joey["encoder"]["embeddings"]["embedding_dim"] == onmt["word_vec_size"] == ours["embedding_size"]
        assert 2 * joey["encoder"]["hidden_size"] == onmt["enc_hid_size"] == 2 * int(ours["encoder.hidden_size"])
        assert joey["decoder"]["hidden_size"] == onmt["dec_hid_size"] == ours["decoder.hidden_size"]
        assert joey["encoder"]["num_layers"] == onmt["enc_layers"] == ours["encoder.layers"]
        assert joey["decoder"]["num_layers"] == onmt["dec_layers"] == ours["decoder.layers"]


class Scripted:
    """A system whose figures are known; it fails where it has none left."""

    def __init__(self, name: str, figures: list[float]) -> None:
        self.name, self.figures = name, figures

    def prepare(self) -> dict[str, str]:
        return {"python": "3"}

    def training_speed(self, batch: BatchSize, warm_up: float, seconds: float) -> TrainingSpeed:
        if not self.figures:
            raise UnavailableError("out of memory")
        return TrainingSpeed(self.figures.pop(0), None, seconds)

    def train(self, minutes: float) -> Trained:
        return Trained(Path("model"), minutes)

    def decode(self, model: Path, source: Path, beam: int, batch: int) -> Decoding:
        lines = source.read_text(encoding="utf-8").splitlines()
        return Decoding(beam * 10.0, 2.0, [f"the translation of {line}" for line in lines])


class TestResults:
    def test_turns_medians_ratios_and_what_is_skipped(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        systems = [
            Scripted("joeynmt", [5.0]),
            Scripted("opennmt", [30, 10, 11]),
            Scripted("seq2seq-fp32", [40, 44, 60]),
        ]
        results = Results(tmp_path / "results.json", {"date": "today"})
        for system in systems:
            results.systems[system.name] = {"versions": system.prepare()}

        def run(system: Scripted) -> tuple[float, dict[str, object]]:
            return system.training_speed(SENTENCES, 0, 1).tokens_per_second, {}

        _take(Measure("training", "target tokens/s", run, 3), systems, results)  # type: ignore[arg-type]
        written = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
        turns = [(figure["round"], figure["system"]) for figure in written["figures"]]
        assert turns[:5] == [(1, "joeynmt"), (1, "opennmt"), (1, "seq2seq-fp32"), (2, "opennmt"), (2, "seq2seq-fp32")]
        assert written["medians"]["training"] == {"joeynmt": 5, "opennmt": 11, "seq2seq-fp32": 44}
        assert written["ratios"]["training"] == {"seq2seq-fp32 / joeynmt": 8.8, "seq2seq-fp32 / opennmt": 4}
        assert written["systems"]["joeynmt"]["skipped"] == ["training: out of memory"]
        assert "skipping joeynmt: training: out of memory" in capsys.readouterr().err
        assert "| training, target tokens/s | 5.0 | 11.0 | 44.0 |" in results.tables()

    def test_decoding_is_timed_and_scored(self, tmp_path: Path) -> None:
        folder = tmp_path / "data"
        folder.mkdir()
        (folder / "test.es").write_text("uno\ndos\ntres\ncuatro\n", encoding="utf-8")
        (folder / "test.en").write_text("".join(f"the translation of {n}\n" for n in NUMBERS[:4]), encoding="utf-8")
        options = ["--data", "spa.txt", "--what", "decode", "--rounds", "1", "--sentences", "3"]
        arguments = _parser().parse_args(options)
        results = Results(tmp_path / "results.json", {})
        results.systems["opennmt"] = {}
        for measure in _measures(tmp_path, Split(folder), arguments):
            _take(measure, [Scripted("opennmt", [])], results)
        medians = results.medians()
        assert medians["greedy, batch 64"] == {"opennmt": 10.0}
        assert medians["beam 5, batch 64"] == {"opennmt": 50.0}
        assert {figure.get("sentences", 3) for figure in results.figures} == {3}
        scored = [figure for figure in results.figures if figure["measure"] == "BLEU, greedy, batch 64"]
        assert scored[0]["value"] == pytest.approx(100)
        assert "tok:13a" in scored[0]["signature"]


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    with only_run(tmp_path), pytest.raises(UserError, match="another run"), only_run(tmp_path):
        pass
    with only_run(tmp_path):
        pass


def test_a_missing_corpus_is_one_clear_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.peers", "--cores", "1", "--data", str(tmp_path / "spa.txt")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: --data {tmp_path / 'spa.txt'}: no such file")


def test_a_mistake_is_told_as_the_toolkits_commands_tell_it():
    with pytest.raises(UserError, match="unknown option --round; did you mean '--rounds'"):
        _parser().parse_args(["--data", "spa.txt", "--round", "2"])
    with pytest.raises(UserError, match="--cores: '0' is too small; use 1 or more"):
        _parser().parse_args(["--data", "spa.txt", "--cores", "0"])
