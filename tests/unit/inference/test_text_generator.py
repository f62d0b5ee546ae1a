import numpy as np
import pytest
import torch
from toy_text import LINES, save_language_model, write_text

from seq2seq.data.tokenizer import EOS_ID
from seq2seq.errors import UserError
from seq2seq.inference import TextGenerator
from seq2seq.models.language_model import nothing_read


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    folder = write_text(tmp_path_factory.mktemp("text") / "prepared", {"train": LINES, "dev": LINES[:6]})
    return folder / "tokenizer" / "en.model"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, tokenizer):
    return save_language_model(tmp_path_factory.mktemp("model") / "model", tokenizer)


@pytest.fixture(scope="module")
def generator(folder):
    return TextGenerator.load(folder, device="cpu", precision="fp32")


@pytest.fixture(scope="module")
def by_word(tmp_path_factory):
    place = tmp_path_factory.mktemp("word")
    prepared = write_text(place / "prepared", {"train": LINES}, kind="word")
    return TextGenerator.load(
        save_language_model(place / "model", prepared / "tokenizer" / "en.model"), precision="fp32"
    )


def step_by_step(generator: TextGenerator, ids: list[int]) -> list[float]:
    """The log-probability of each id, by a plain loop."""
    network = generator.networks[0]
    state = nothing_read(network, 1, torch.device("cpu"))
    found, last = [], EOS_ID
    with torch.inference_mode():
        for index in ids:
            logits, state = network.step(torch.tensor([last]), state)
            found.append(float(logits[0].log_softmax(0)[index]))
            last = index
    return found


def test_log_probs_are_those_of_a_loop_token_by_token(generator, monkeypatch):
    monkeypatch.setattr("seq2seq.inference.text_generator._STEPS", 7)
    lines = LINES[:6]
    found = generator.log_probs(lines)
    assert [len(each) for each in found] == [len(line) + 1 for line in lines], "characters and a line end"
    ids = [index for line in lines for index in (*generator.target.tokenizer.encode(line), EOS_ID)]
    assert np.concatenate(found) == pytest.approx(step_by_step(generator, ids), abs=1e-4)


def test_no_lines_have_no_log_probs(generator):
    assert generator.log_probs([]) == []


def test_an_ensemble_has_the_mean_of_probabilities(folder, tokenizer, tmp_path):
    other = save_language_model(tmp_path / "other", tokenizer, seed=2)
    one, two, both = (
        TextGenerator.load(which, precision="fp32").log_probs(["hear me."])[0]
        for which in (folder, other, [folder, other])
    )
    assert np.exp(both) == pytest.approx((np.exp(one) + np.exp(two)) / 2, abs=1e-5)
    assert len(TextGenerator.load([folder, other], precision="fp32").generate(["All"], characters=9)[0]) == 9


def test_greedy_goes_on_with_the_likeliest_character(generator):
    prompt = "All:\n  Sp"
    (text,) = generator.generate([prompt], method="greedy", characters=30)
    tokenizer, network = generator.target.tokenizer, generator.networks[0]
    read = [*tokenizer.encode("All:"), EOS_ID, *tokenizer.encode("  Sp")]
    state, last, expected = nothing_read(network, 1, torch.device("cpu")), EOS_ID, ""
    with torch.inference_mode():
        for index in read:
            _, state = network.step(torch.tensor([last]), state)
            last = index
        while len(expected) < 30:
            logits, state = network.step(torch.tensor([last]), state)
            last = 3 + int(logits[0, 3:].argmax())
            expected += "\n" if last == EOS_ID else tokenizer.pieces([last])[0].replace("▁", " ")
    assert text == expected


@pytest.mark.parametrize("precision", ["fp32", "int8"])
@pytest.mark.parametrize("models", [1, 2])
def test_a_long_prompt_read_in_chunks_gives_the_text_of_one_read_step_by_step(
    folder, tokenizer, tmp_path, monkeypatch, precision, models
):
    if precision == "int8" and not torch.backends.mkldnn.is_available():
        pytest.skip("no 8-bit products here")
    folders = [folder, save_language_model(tmp_path / "other", tokenizer, seed=2)][:models]
    generator = TextGenerator.load(folders, device="cpu", precision=precision)
    prompts = ["\n".join(LINES), "All:", "hear me.\n" * 9]
    found = []
    for at_once in (1, 50, 4096):
        monkeypatch.setattr("seq2seq.search.continuation._AT_ONCE", at_once)
        found.append(generator.generate_detailed(prompts, characters=60, seed=2))
    for others in found[1:]:
        for one, other in zip(found[0], others, strict=True):
            assert one.text == other.text
            assert one.log_probs == pytest.approx(other.log_probs, abs=1e-4 if precision == "fp32" else 0.1)


@pytest.mark.parametrize("characters", [1, 37, 200])
def test_a_text_has_as_many_characters_as_asked_for(generator, by_word, characters):
    for each in (generator, by_word):
        found = each.generate(["", "All:", "hear me.\n"], characters=characters, seed=4)
        assert [len(text) for text in found] == [characters] * 3


def test_lines_end_with_the_last_one(generator, by_word):
    for each in (generator, by_word):
        for text in each.generate(["", "All:"], lines=3, characters=5000, seed=1):
            assert text.count("\n") == 3
            assert text.endswith("\n")


def test_the_seed_decides_whatever_the_batch_and_the_length(generator):
    prompts = ["", "All:", "Before we proceed, hear", "All:"]
    options = {"seed": 3, "characters": 60}
    found = generator.generate(prompts, **options)
    assert generator.generate(prompts, batch_size=1, **options) == found
    assert generator.generate(prompts, batch_size=3, **options) == found
    assert generator.generate(prompts[2:], first_number=2, **options) == found[2:]
    longer = generator.generate(prompts, seed=3, characters=120)
    assert [text[:60] for text in longer] == found
    assert generator.generate(prompts, seed=4, characters=60) != found
    assert found[1] != found[3], "the same prompt in another place"


def test_a_prompt_and_its_text_join(by_word, generator):
    (found,) = by_word.generate_detailed(["we  proceed,\nhear"], characters=40)
    assert found.prompt == "we proceed,\nhear"
    assert found.text[0] in " \n", "words are divided"
    (found,) = generator.generate_detailed(["  we  proceed, "], characters=40)
    assert found.prompt == "  we  proceed, "
    assert len(found.tokens) == len(found.log_probs) == 40


def test_log_probs_of_a_text_are_those_of_reading_it(generator):
    (found,) = generator.generate_detailed(["All"], characters=25, seed=9, temperature=2.0)
    ids = generator.target.tokenizer.encode("All")
    written = [generator.target.tokenizer._pieces.index(piece) for piece in found.tokens]
    assert found.log_probs == pytest.approx(step_by_step(generator, [*ids, *written])[3:], abs=1e-4)


def test_what_a_prompt_holds_that_is_unknown_is_counted(generator, by_word):
    assert [found.unknown for found in generator.generate_detailed(["All", "Ωll"], characters=3)] == [0, 1]
    assert by_word.generate_detailed(["All: whale"], characters=3)[0].unknown == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"characters": 0}, "characters 0: must be 1 or more"),
        ({"lines": -1}, "lines -1: must be 1 or more"),
        ({"temperature": 0}, "temperature=0"),
        ({"top_p": 2}, "top_p=2"),
        ({"method": "greedy", "seed": 3}, "seed=3: has an effect only with method='sample'"),
        ({"method": "beam"}, "method='beam'"),
        ({"method": "gredy"}, "did you mean 'greedy'"),
    ],
)
def test_a_value_out_of_range_is_told(generator, options, told):
    with pytest.raises(UserError, match=told):
        generator.generate(["All"], **options)


def test_a_single_prompt_is_no_list(generator):
    with pytest.raises(TypeError, match="a single str; give a list of strings"):
        generator.generate("All")


def test_int8_writes_text(folder):
    if not torch.backends.mkldnn.is_available():
        pytest.skip("no 8-bit products here")
    assert len(TextGenerator.load(folder, precision="int8").generate(["All"], characters=20)[0]) == 20


def test_another_model_is_told(taught_model):
    with pytest.raises(UserError, match="is a translator; use it with `seq2seq translate`"):
        TextGenerator.load(taught_model)
