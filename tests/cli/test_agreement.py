from data_prep import agreement
from data_prep.agreement import VERBS, vocabulary


def test_the_command_prints_sentences(command):
    code, out, err = command(agreement, "--distance", 15, "--sentences", 3)
    lines = out.splitlines()
    assert (code, err, len(lines)) == (0, "", 3)
    assert all(set(line.split()) <= set(vocabulary()) for line in lines)


def test_sentences_may_end_with_their_verb(command):
    whole = command(agreement, "--distance", 9)[1].splitlines()
    until = command(agreement, "--distance", 9, "--until-verb")[1].splitlines()
    for line, start in zip(whole, until, strict=True):
        assert start.split()[-1] in VERBS
        assert line.startswith(f"{start} ")


def test_bad_options_get_one_line(command):
    code, _, err = command(agreement, "--distance", 3)
    assert code == 2
    assert err == ("error: --distance: '3' is too small; use 7 or more (see `python -m data_prep.agreement --help`)\n")
