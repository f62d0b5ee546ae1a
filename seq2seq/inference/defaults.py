"""What the command line must know of the use of models before torch is there."""

BATCH_SIZE = 64  # sentences
PICTURES_AT_ONCE = 32
MAX_SOURCE_TOKENS = 100
PRECISIONS = ("auto", "fp32", "bf16", "int8")
