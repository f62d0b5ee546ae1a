"""What the command line must know of evaluation before the libraries that it takes are there."""

TOKENIZERS = ("13a", "intl", "zh", "ja-mecab", "ko-mecab", "char", "none")  # those that sacrebleu need not download
