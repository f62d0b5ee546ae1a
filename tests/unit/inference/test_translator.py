import random
import shutil

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seq2seq.data.tokenizer import UNK_ID, Tokenizer
from seq2seq.errors import UserError
from seq2seq.folder import save_model
from seq2seq.inference import Captioner, Translator
from seq2seq.models.encoder_decoder import RecurrentConfig
from seq2seq.models.language_model import LanguageModelConfig, build_language_model

NASTY = st.text(st.characters() | st.sampled_from("\n\r\u2028\u0085\x00\ud800\u200d\ufeff \t.aé¿猫" * 3), max_size=40)


@pytest.fixture(scope="module")
def taught(taught_model):
    return Translator.load(taught_model, device="cpu", precision="fp32")


@pytest.fixture(scope="module")
def untaught(random_models):
    return Translator.load(random_models[0], device="cpu", precision="fp32")


@pytest.mark.parametrize("options", [{}, {"method": "greedy"}, {"beam": 2, "length_penalty": "none"}])
def test_what_was_taught_comes_back(taught, pairs, options):
    source, target = map(list, zip(*pairs, strict=True))
    assert taught.translate(source, **options) == target


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_any_precision_translates(taught_model, pairs, precision):
    source, target = map(list, zip(*pairs, strict=True))
    translator = Translator.load(taught_model, device="cpu", precision=precision)
    assert translator.precision == precision
    assert translator.translate(source) == target
    assert Translator.load(taught_model, device="cpu").precision in ("fp32", "bf16")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NASTY, max_size=8))
def test_as_many_lines_out_as_in(untaught, lines):
    texts = untaught.translate(lines, method="greedy", max_length=8)
    assert len(texts) == len(lines)
    for line, text in zip(lines, texts, strict=True):
        assert len(text.splitlines()) <= 1
        if not line.strip():
            assert text == ""


def test_lines_without_words_are_empty(taught):
    found = taught.translate_detailed(["", " \t\u3000", "\u200b\x00", "Gracias."])
    assert [translation.text for translation in found] == ["", "", "", "Thank you."]
    assert [translation.parts for translation in found] == [0, 0, 0, 1]
    assert taught.translate([]) == []


def test_normalised_as_in_training(taught):
    assert taught.translate(["  Hace fri\u0301o.\r\n", "¿Dónde\u00a0está\u2028el per\u00adro?"]) == [
        "It is cold.",
        "Where is the dog?",
    ]


def many_lines(pairs, seed=5, count=60):
    rng = random.Random(seed)
    words = " ".join(source for source, _ in pairs).split()
    return [" ".join(rng.choices(words, k=rng.randint(1, 25))) for _ in range(count)]


WAYS = [
    {},
    {"method": "greedy"},
    {"method": "sample", "seed": 3, "samples": 2},
    {"method": "sample", "top_k": 9},
    {"method": "sample", "top_p": 0.8},
]


@pytest.mark.parametrize("options", WAYS, ids=str)
def test_batch_size_and_order_change_nothing(untaught, pairs, options):
    lines = many_lines(pairs)
    options = {**options, "max_length": 12}

    def texts(lines, **more):
        found = untaught.translate_detailed(lines, **options, **more)
        return [[candidate.text for candidate in translation.candidates] for translation in found]

    expected = texts(lines)
    for batch_size in (1, 7, 1000):
        assert texts(lines, batch_size=batch_size) == expected
    if options.get("method") != "sample":  # a sample depends on the line's number
        assert texts(lines[::-1]) == expected[::-1]
        assert [texts([line])[0] for line in lines[:5]] == expected[:5]


def test_sampling_bit_by_bit_is_sampling_at_once(untaught, pairs):
    lines = many_lines(pairs, count=20)
    options = {"method": "sample", "seed": 11}
    bits = [untaught.translate(lines[at : at + 6], first_number=at, **options) for at in range(0, 20, 6)]
    assert sum(bits, []) == untaught.translate(lines, **options)  # noqa: RUF017
    assert untaught.translate(lines, method="sample", seed=12) != untaught.translate(lines, **options)


def test_long_lines_are_translated_in_parts_and_joined(taught, pairs):
    source, target = map(list, zip(*pairs, strict=True))
    longest = max(len(taught.source.tokenizer.encode(text)) for text in source)
    found = taught.translate_detailed([" ".join(source), *source], max_source_tokens=longest, alignments=True, n_best=2)
    assert found[0].text == " ".join(target)
    assert [translation.text for translation in found[1:]] == target
    assert [translation.parts for translation in found] == [len(source)] + [1] * len(source)
    whole, alone = found[0].candidates[0], [translation.candidates[0] for translation in found[1:]]
    assert whole.log_probs == pytest.approx([value for part in alone for value in part.log_probs], abs=1e-4)
    assert whole.score == pytest.approx(sum(part.score for part in alone), abs=1e-4)
    assert whole.alignment.shape == (len(whole.tokens), len(found[0].source_tokens))
    torch.testing.assert_close(whole.alignment.sum(1), torch.ones(len(whole.tokens)))
    assert len(found[0].candidates) == 2


def test_details_fit_together(untaught, pairs):
    lines = [source for source, _ in pairs]
    for translation in untaught.translate_detailed(lines, n_best=3, beam=4, alignments=True, max_length=12):
        assert len(translation.candidates) == 3
        assert translation.text == translation.candidates[0].text
        assert translation.source_tokens[-1] == "</s>"
        scores = [candidate.score for candidate in translation.candidates]
        assert scores == sorted(scores, reverse=True)
        for candidate in translation.candidates:
            assert len(candidate.tokens) == len(candidate.log_probs) <= 13
            assert all(value <= 0 for value in candidate.log_probs)
            assert candidate.alignment.shape == (len(candidate.tokens), len(translation.source_tokens))
            torch.testing.assert_close(candidate.alignment.sum(1), torch.ones(len(candidate.tokens)))
    assert untaught.translate_detailed(lines[:1])[0].candidates[0].alignment is None


def test_prefixes_begin_the_translations(untaught, taught):
    texts = untaught.translate(["El gato duerme.", "Gracias.", ""], prefixes=["The dog", "", "The"], max_length=10)
    assert texts[0].startswith("The dog")
    assert texts[2] == ""
    assert taught.translate(["Gracias.", "Hace frío."], prefixes=["Thank", ""]) == ["Thank you.", "It is cold."]


@pytest.mark.parametrize("method", ["greedy", "beam", "sample"])
def test_no_unknown_piece_is_written(random_models, pairs, method):
    translator = Translator.load(random_models[0], device="cpu", precision="fp32")
    with torch.no_grad():
        translator.models[0].model.decoder.output.bias[UNK_ID] = 100.0
    for translation in translator.translate_detailed(many_lines(pairs), method=method, max_length=8):
        assert "<unk>" not in translation.candidates[0].tokens
        assert "⁇" not in translation.text


def test_a_prefix_that_the_model_cannot_write_is_told(untaught):
    with pytest.raises(UserError, match=r"prefixes, line 2: 'The 猫' has characters that the model"):
        untaught.translate(["Gracias.", "Gracias."], prefixes=["The", "The 猫"])


def test_ensemble(random_models, taught_model, untaught, pairs):
    lines = [source for source, _ in pairs]
    twice = Translator.load([random_models[0], random_models[0]], device="cpu", precision="fp32")
    assert twice.translate(lines) == untaught.translate(lines)
    many = many_lines(pairs, count=100)
    for options in ({"n_best": 5}, {"method": "greedy"}, {"method": "sample", "samples": 2, "top_k": 20}):
        alone, together = (model.translate_detailed(many, max_length=20, **options) for model in (untaught, twice))
        assert [found.text for found in together] == [found.text for found in alone]
        for one, other in zip(alone, together, strict=True):
            scores = [candidate.score for candidate in one.candidates]
            assert [candidate.score for candidate in other.candidates] == pytest.approx(scores, abs=1e-4)
    mixed = Translator.load([taught_model, *random_models], device="cpu", precision="fp32")
    assert mixed.translate(lines, max_length=20) != untaught.translate(lines, max_length=20)


def test_progress_ends_at_the_end(untaught, pairs):
    told = []
    untaught.translate(many_lines(pairs), batch_size=8, max_length=3, progress=lambda done, of: told.append((done, of)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (60, 60)
    assert len(told) == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beem": 3}, "unknown option 'beem'"),
        ({"beem": 3}, "did you mean 'beam'?"),
        ({"beam": 0}, "beam=0"),
        ({"batch_size": 0}, "batch_size 0"),
        ({"max_source_tokens": -1}, "max_source_tokens -1"),
        ({"prefixes": []}, "prefixes: 0 for 1 lines"),
    ],
)
def test_wrong_options_are_told(untaught, options, message):
    with pytest.raises(UserError) as error:
        untaught.translate(["x"], **options)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"device": "gpu"}, "--device 'gpu'.*did you mean 'cuda'"),
        ({"device": "GPU:1"}, "did you mean 'cuda'"),
        ({"device": "cuda:99"}, "cuda:99"),
        ({"precision": "fp61"}, "--precision 'fp61': must be auto, fp32, bf16, int8"),
    ],
)
def test_wrong_places_are_told(random_models, settings, message):
    with pytest.raises(UserError, match=message):
        Translator.load(random_models[0], **settings)


def test_an_ensemble_needs_one_direction(tmp_path, random_models):
    other = shutil.copytree(random_models[1], tmp_path / "turned")
    config = (other / "config.yaml").read_text(encoding="utf-8")
    turned = config.replace("language: es", "language: XX").replace("language: en", "language: es")
    (other / "config.yaml").write_text(turned.replace("language: XX", "language: en"), encoding="utf-8")
    with pytest.raises(UserError, match=r"turned: its source is en, but that of .*model1 es"):
        Translator.load([random_models[0], other])


def test_tokenizers_of_an_ensemble_may_differ_in_what_decides_nothing(tmp_path, random_models):
    other = shutil.copytree(random_models[1], tmp_path / "other")
    for path in other.glob("*.model"):
        path.write_bytes(path.read_bytes() + b"\x22\x00")
    both = Translator.load([random_models[0], other], device="cpu", precision="fp32")
    assert both.translate(["Hola."]) == Translator.load(random_models, "cpu", "fp32").translate(["Hola."])


def test_an_ensemble_needs_one_vocabulary(tmp_path, make_model, random_models):
    tokenizer = tmp_path / "other.model"
    Tokenizer.train(["Un texto distinto.", "A different text."], tokenizer, vocab_size=40)
    other = make_model(tmp_path / "other", tokenizer)
    with pytest.raises(UserError, match=r"other: its source tokenizer differs from that of .*model1"):
        Translator.load([random_models[0], other])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("Hola.", "lines: a single str; give a list of strings"),
        (b"Hola.", "lines: a single bytes; give a list of strings"),
        (None, "lines: a NoneType; give a list of strings"),
        (3, "lines: a int; give a list of strings"),
        (["Hola.", None], r"lines\[1\]: None is of type NoneType; give strings"),
        ([3], r"lines\[0\]: 3 is of type int; give strings"),
    ],
)
def test_what_is_no_list_of_texts_is_refused(untaught, lines, message):
    with pytest.raises(TypeError, match=message):
        untaught.translate(lines)
    if lines is not None:  # which means that there are no prefixes
        with pytest.raises(TypeError, match=message.replace("lines", "prefixes")):
            untaught.translate(["x"], prefixes=lines)


@pytest.mark.parametrize("options", [{"n_best": 3}, {"method": "sample", "samples": 2}, {"alignments": True}])
def test_what_only_the_details_can_hold_is_refused(untaught, options):
    with pytest.raises(UserError, match="translate gives the best text only; use translate_detailed"):
        untaught.translate(["x"], **options)
    assert len(untaught.translate_detailed(["x"], **options)) == 1


def test_a_path_that_is_no_model_folder_says_what_is(tmp_path, random_models):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "model").symlink_to(random_models[0])
    with pytest.raises(UserError, match=r"run: is the folder of a training run; its model is in .*run/model"):
        Translator.load(tmp_path / "run")
    with pytest.raises(UserError, match=r"model\.safetensors: is a file, not a model folder"):
        Translator.load(random_models[0] / "model.safetensors")


def test_a_translation_says_whether_the_greatest_length_ended_it_or_a_part_of_it(untaught, taught, pairs):
    source = pairs[0][0]
    assert not taught.translate_detailed([source])[0].candidates[0].cut
    assert taught.translate_detailed([source], max_length=1)[0].candidates[0].cut
    many = untaught.translate_detailed([f"{source} " * 40], max_length=1)[0]
    assert many.parts > 1
    assert many.candidates[0].cut


def test_a_model_that_neither_translates_nor_captions_is_refused(tmp_path, tiny_tokenizer):
    config = LanguageModelConfig(embedding_size=4, decoder=RecurrentConfig(hidden_size=4, layers=1))
    model = build_language_model(config, len(Tokenizer.load(tiny_tokenizer)))
    save_model(tmp_path / "model", model, config, None, ("en", tiny_tokenizer), card="")
    for kind in (Translator, Captioner):
        with pytest.raises(UserError, match="model: is a language model; use it with `seq2seq generate`"):
            kind.load(tmp_path / "model")
