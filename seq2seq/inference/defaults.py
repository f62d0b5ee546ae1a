"""What the command line must know of the use of models before torch is there."""

BATCH_SIZE = 64  # sentences
PICTURES_AT_ONCE = 32  # through a picture network
CAPTIONS_AT_ONCE = 128  # searched for
MAX_SOURCE_TOKENS = 100
PRECISIONS = ("auto", "fp32", "bf16", "int8")
