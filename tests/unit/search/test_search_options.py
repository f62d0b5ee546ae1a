import pytest

from seq2seq.errors import UserError
from seq2seq.search import SearchOptions

WRONG = [
    ({"method": "bean"}, "method='bean': must be one of greedy, beam, sample; did you mean 'beam'?"),
    ({"length_penalty": "gnmt"}, "length_penalty='gnmt': must be one of wu, power, none"),
    ({"beam": 0}, "beam=0: must be a whole number, at least 1"),
    ({"beam": 2.5}, "beam=2.5: must be a whole number, at least 1"),
    ({"beam": True}, "beam=True: must be a whole number, at least 1"),
    ({"n_best": 6}, "n_best=6: must be at most beam, which is 5; set beam higher"),
    ({"method": "greedy", "beam": 3}, "beam=3: has an effect only with method='beam', not 'greedy'"),
    ({"method": "greedy", "n_best": 2}, "n_best=2: has an effect only with method='beam', not 'greedy'"),
    (
        {"beam": 1, "ranking": "consensus"},
        "ranking='consensus': has an effect only with method='beam' and a beam of 2 or more",
    ),
    (
        {"method": "sample", "ranking": "consensus"},
        "ranking='consensus': has an effect only with method='beam' and a beam of 2 or more",
    ),
    ({"ranking": "mbr"}, "ranking='mbr': must be one of score, consensus"),
    ({"samples": 3}, "samples=3: has an effect only with method='sample', not 'beam'"),
    ({"temperature": 0.5}, "temperature=0.5: has an effect only with method='sample', not 'beam'"),
    ({"method": "sample", "temperature": 0}, "temperature=0: must be a number above 0"),
    ({"method": "sample", "top_p": 1.5}, "top_p=1.5: must be above 0 and at most 1"),
    ({"method": "sample", "top_k": -1}, "top_k=-1: must be a whole number, at least 0"),
    ({"length_penalty_alpha": float("nan")}, "length_penalty_alpha=nan: must be a number, at least 0"),
    ({"coverage_penalty": "much"}, "coverage_penalty='much': must be a number, at least 0"),
    ({"min_length": 9, "max_length": 8}, "min_length=9: must be at most max_length, which is 8"),
]


@pytest.mark.parametrize(("options", "message"), WRONG, ids=[str(options) for options, _ in WRONG])
def test_a_wrong_value_is_named(options, message):
    with pytest.raises(UserError) as error:
        SearchOptions(**options)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("options", "width", "wanted"),
    [
        ({"method": "greedy"}, 1, 1),
        ({"beam": 7, "n_best": 3}, 7, 3),
        ({"beam": 7, "n_best": 3, "ranking": "consensus"}, 7, 7),
        ({"method": "sample", "samples": 4, "temperature": 2, "top_p": 0.5, "top_k": 3, "seed": 9}, 4, 4),
    ],
)
def test_width_and_wanted(options, width, wanted):
    assert (SearchOptions(**options).width, SearchOptions(**options).wanted) == (width, wanted)
