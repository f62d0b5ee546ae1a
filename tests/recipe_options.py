"""Whether a recipe's main config names every option."""

from pathlib import Path

import yaml

from seq2seq.training.cli import RecipeCLI

# Of the data or the run.
_LINKED = {
    *("seed", "labels", "source_vocab_size", "target_vocab_size", "character_vocab_size"),
    *("value_mean", "value_deviation"),
}


def unnamed_options(config: Path, cli: RecipeCLI) -> set[str]:
    """The options of task, data and average that a config says nothing of, where people look for them."""
    given = yaml.safe_load(config.read_text(encoding="utf-8"))
    missing = (_missing(cli.config[part].as_dict(), given.get(part, {})) for part in ("data", "model", "average"))
    return set().union(*missing) - _LINKED


def _missing(whole: dict, part: dict) -> set[str]:
    names = whole.keys() - part.keys()
    for name in whole.keys() & part.keys():
        if isinstance(whole[name], dict):
            names |= _missing(whole[name], part[name])
    return names
