from hypothesis import given
from hypothesis import strategies as st

from seq2seq.report.page.differences import NEAR, OTHER, SAME, compare
from seq2seq.report.page.texts import shown, shown_words

WORDS = st.lists(st.sampled_from(["a", "dog", "Dog", "dog.", "runs", "我是", "x"]), min_size=1, max_size=12).map(
    " ".join
)
REFERENCES = st.lists(WORDS, min_size=1, max_size=4)


@given(WORDS, st.lists(WORDS, max_size=3))
def test_an_output_like_a_reference_has_no_marks(text, others):
    text = shown(text, 1000)
    found = compare(text, [*[shown(other, 1000) for other in others], text])
    assert set(found.marks) == {SAME}
    assert found.missing == ()


@given(WORDS, REFERENCES)
def test_each_word_gets_a_mark_and_what_is_marked_other_is_in_no_reference(output, references):
    output, references = shown(output, 1000), [shown(text, 1000) for text in references]
    found = compare(output, references)
    words = shown_words(output)
    assert len(found.marks) == len(words)
    known = {word for text in references for word in shown_words(text)}
    assert all(word not in known for word, mark in zip(words, found.marks, strict=True) if mark == OTHER)
    assert all(word in known for word, mark in zip(words, found.marks, strict=True) if mark == SAME)


@given(WORDS, WORDS)
def test_what_is_missing_is_of_the_reference_and_not_of_the_output(output, reference):
    found = compare(output, [reference])
    assert set(found.missing) <= {*reference.split(), "…"}
    assert len(found.missing) <= len(reference.split())
    if not set(output.casefold().split()) & set(reference.casefold().split()):
        assert found.marks.strip(OTHER + NEAR) == ""


def test_case_and_punctuation_are_marked_lightly():
    assert compare("the Dog runs", ["the dog runs."]).marks == SAME + NEAR + NEAR


def test_a_word_elsewhere_is_near_and_not_missing():
    found = compare("today he sings", ["he sings today"])
    assert found.marks == NEAR + SAME + SAME
    assert found.missing == ()


def test_of_several_references_only_what_half_of_them_have_is_missing():
    references = ["a dog runs on grass", "a dog runs", "the dog is here"]
    assert compare("a runs on grass", references).missing == ("dog",)


def test_an_empty_output_lacks_everything():
    found = compare("", ["a dog"])
    assert (found.marks, found.missing) == (NEAR, ("a", "dog"))
