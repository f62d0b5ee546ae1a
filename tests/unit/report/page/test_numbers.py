from seq2seq.report.page.numbers import cells


def column(*values):
    return [cell for (cell,) in cells([[value] for value in values])]


def test_texts_of_a_column_are_numbers_where_all_of_them_are():
    """What comes as text may be a number that a sentence holds; those of one column stand on one side."""
    assert [is_number for _, is_number in column("10.000", "5", "2024")] == [False] * 3
    assert [is_number for _, is_number in column("< 0.001", "0.012")] == [True] * 2
    assert [is_number for _, is_number in column("+1.0", "−0.3", None)] == [True] * 3
    assert column("BLEU", 3, 1.5) == [("BLEU", False), ("3", True), ("1.5", True)]
