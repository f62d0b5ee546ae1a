"""What a recipe's `train.py` does: read the config, train, export the best model, score it."""

import argparse
import inspect
import re
import shutil
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jsonargparse import ArgumentError, DefaultHelpFormatter
from pytorch_lightning import Trainer
from pytorch_lightning.callbacks import EarlyStopping
from pytorch_lightning.cli import LightningArgumentParser, LightningCLI
from pytorch_lightning.utilities import rank_zero_only
from pytorch_lightning.utilities.exceptions import MisconfigurationException

from seq2seq.config import one_line
from seq2seq.data.prepared import SPLITS
from seq2seq.errors import Terminated, UserError, suggest
from seq2seq.files import failing_as
from seq2seq.folder import check_model_place
from seq2seq.inference.placement import choose_device, choose_precision
from seq2seq.training.averaging import WeightAverage
from seq2seq.training.callbacks import BEST, CHECKPOINTS, LAST, TENSORBOARD, make_callbacks, make_loggers
from seq2seq.training.curves import PICTURE
from seq2seq.training.data import RecipeData
from seq2seq.training.ending import Stopped
from seq2seq.training.exporting import Checkpoint
from seq2seq.training.finish import INSIDE, LOGS, MODEL, REPORT, finish, record_name
from seq2seq.training.messages import explain, silence
from seq2seq.training.metrics import METRICS
from seq2seq.training.sample_file import SAMPLES
from seq2seq.training.task import RecipeTask
from seq2seq.training.translation import TranslationData, TranslationTask
from seq2seq.training.values import check_folder, check_values

TINY = "tiny.yaml"
# What a task may take from its data, and what it calls it.
_OF_DATA = {
    "source_vocab_size": "source_vocab_size",
    "target_vocab_size": "target_vocab_size",
    "character_vocab_size": "character_vocab_size",
    "label_count": "labels",
    "value_mean": "value_mean",
    "value_deviation": "value_deviation",
}


class RecipeCLI(LightningCLI):
    """Reads a recipe's config and makes task, data and trainer of it."""

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        """Add what a recipe has beside Lightning's own options."""
        parser.add_argument("--output", type=str, default="runs/translation", help="folder for all that the run writes")
        parser.add_argument(
            "--ckpt_path", type=str | None, default=None, help="last: go on with the run in --output; or a checkpoint"
        )
        parser.add_argument(
            "--overwrite", type=bool, default=False, help="true: start over in an --output that holds a run already"
        )
        parser.add_argument("--samples", type=int, default=3, help="outputs for dev shown after each validation")
        parser.add_argument(
            "--inside",
            type=int,
            default=0,
            help="draw gates, states and attention for dev's first example after every so many validations, into "
            "inside/stepNNNNNN (0: only of the best model, at the end)",
        )
        parser.add_argument(
            "--tiny", action="store_true", help="only see whether everything works: a small model, under a minute"
        )
        parser.add_lightning_class_args(WeightAverage, "average")
        parser.add_lightning_class_args(EarlyStopping, "early_stopping")
        main = self._datamodule_class.main_score()  # type: ignore[union-attr]
        parser.set_defaults(
            {
                "early_stopping.monitor": main.name,
                "early_stopping.mode": main.mode,
                "early_stopping.patience": 10,
                "early_stopping.check_on_train_epoch_end": False,
            }
        )
        for known, wanted in _OF_DATA.items():
            if wanted in inspect.signature(self._model_class).parameters:
                parser.link_arguments(f"data.{known}", f"model.{wanted}", apply_on="instantiate")
        parser.link_arguments("seed_everything", "data.seed")

    def parse_arguments(self, parser: LightningArgumentParser, args: Any) -> None:
        """Parse, and tell a mistake in one line.

        Raises:
            UserError: an option that is unknown or has a value that it cannot have.
        """
        try:
            super().parse_arguments(parser, args)
        except (ArgumentError, ValueError, TypeError) as error:
            raise explain(error, [action.dest for action in parser._actions]) from error
        check_values(self.config)

    @property
    def output(self) -> Path:
        """The run's folder."""
        return Path(self.config.output)

    @property
    def last(self) -> Path:
        """The checkpoint to go on from."""
        return self.output / CHECKPOINTS / f"{LAST}.ckpt"

    def before_instantiate_classes(self) -> None:
        """Refuse to mix two runs in one folder, or to write where that cannot be."""
        check_folder(self.output)
        check_model_place(self.output / MODEL)
        if self.config.ckpt_path == LAST:
            if not self.last.exists():
                raise UserError(
                    f"--ckpt_path last: {self.output} holds no run to go on with{_near_run(self.output)}; name its "
                    "folder by --output, or start a run without --ckpt_path"
                )
            self.config.ckpt_path = str(self.last)
        if self.config.ckpt_path is None and not self.config.overwrite and self.last.exists():
            raise UserError(
                f"--output {self.output}: holds a run already; go on with it by --ckpt_path last, choose another "
                "folder, or start over by --overwrite true"
            )
        if self.config.ckpt_path is None and not self.config.overwrite and (self.output / SAMPLES).exists():
            raise UserError(
                f"--output {self.output}: holds {SAMPLES} already; choose another folder, or start over by --overwrite "
                "true"
            )

    def instantiate_trainer(self, **settings: Any) -> Trainer:
        """Make the trainer with the callbacks and loggers of every run."""
        config = self.config_init.trainer
        if config.precision is None:
            device = choose_device("cpu" if config.accelerator == "cpu" else "auto")
            settings["precision"] = {4: "32-true", 2: "bf16-mixed"}[choose_precision("auto", device).itemsize]
        settings["logger"] = make_loggers(self.output)
        settings["default_root_dir"] = str(self.output)
        self.trainer_defaults["callbacks"] = make_callbacks(
            self.output,
            self.last,
            self.model,
            self.datamodule,
            self.config.samples,
            self.config.inside,
            self.config.early_stopping,
        )
        try:
            return super().instantiate_trainer(**settings)
        except (MisconfigurationException, ValueError) as error:
            raise UserError(f"trainer: {one_line(error)}") from error

    def instantiate_classes(self) -> None:
        """Make task, data and trainer, and refuse those that do not go together or not with the checkpoint."""
        try:
            super().instantiate_classes()
        except MisconfigurationException as error:
            raise UserError(one_line(error)) from error
        except UserError as error:
            raise UserError(self._as_option(str(error))) from error
        self.model.check_data(self.datamodule)
        monitor, known = self.config.early_stopping.monitor, ("dev_nll", *self.datamodule.scores)
        if monitor not in known:
            raise UserError(
                f"early_stopping.monitor: {monitor!r} is none of {', '.join(known)}{suggest(monitor, known)}"
            )
        mode, wanted = self.config.early_stopping.mode, METRICS[monitor].mode
        if mode != wanted:
            better = {"max": "more", "min": "less"}[wanted]
            raise UserError(
                f"early_stopping.mode: {mode!r}, but of {monitor} {better} is better; set it to {wanted}, too"
            )
        if self.model.vectors is not None:
            self.model.vectors.put_in(self.model.model, self.datamodule)
        if self.config.ckpt_path is not None:
            self._check_same_run(Path(self.config.ckpt_path))
        elif self.config.overwrite and not rank_zero_only.rank:  # type: ignore[attr-defined]  # one process does it
            self._remove_run()

    def _as_option(self, message: str) -> str:
        """What is wrong with a model's config, whose options a recipe has below `model`, as the recipe calls it."""
        found = re.match(r"model(?:\.(\w+))?[.:]", message)
        own = inspect.signature(self._model_class).parameters
        return f"model.{message}" if found and found[1] not in own else message

    def _remove_run(self) -> None:
        for name in (CHECKPOINTS, LOGS, TENSORBOARD, MODEL, REPORT, INSIDE):
            shutil.rmtree(self.output / name, ignore_errors=True)
        for file in (PICTURE, SAMPLES, *(record_name(split) for split in SPLITS)):
            (self.output / file).unlink(missing_ok=True)

    def _check_same_run(self, path: Path) -> None:
        found = Checkpoint.load(path)
        data = self.datamodule
        if found.columns != data.columns:
            there, here = (" to ".join(columns) for columns in (found.columns, data.columns))
            raise UserError(f"--ckpt_path {path}: its model goes from {there}, but the config says {here}")
        model = _flat(asdict(self.model.config))
        for name, value in _flat(asdict(found.config)).items():
            if model[name] != value:
                raise UserError(f"--ckpt_path {path}: its model has {name} {value}, but the config says {model[name]}")
        for name, digest in found.data.items():
            if data.identity[name] != digest:
                raise UserError(
                    f"--ckpt_path {path}: its run had another {name} than {data.prepared.path} holds; "
                    "give the data it was trained on as data.prepared, or start a new run"
                )


def _near_run(output: Path) -> str:
    try:
        runs = [folder.parent.name for folder in output.absolute().parent.glob(f"*/{CHECKPOINTS}")]
    except OSError:
        runs = []
    return suggest(output.name, runs)


class _HelpFormatter(argparse.RawDescriptionHelpFormatter, DefaultHelpFormatter):
    """Leaves the description's lines as they are."""


def _flat(options: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in options.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return flat


def make_cli(
    default_config: Path,
    arguments: Sequence[str],
    description: str = "",
    task: type[RecipeTask[Any]] = TranslationTask,
    data: type[RecipeData] = TranslationData,
) -> RecipeCLI:
    """Parse the config and the arguments, and make everything that training needs.

    Raises:
        UserError: no such config, an option that is unknown or has a value that it cannot have.
    """
    if not default_config.is_file():
        raise UserError(f"{default_config}: no such file")
    tiny = f"--config={default_config.with_name(TINY)}"
    return RecipeCLI(
        task,
        data,
        save_config_kwargs={"overwrite": True},
        seed_everything_default=1,
        trainer_defaults={"num_sanity_val_steps": 0, "use_distributed_sampler": False, "enable_model_summary": False},
        parser_kwargs={
            "default_config_files": [str(default_config)],
            "exit_on_error": False,
            "allow_abbrev": False,
            "usage": "%(prog)s [--tiny] [--config FILE] [--OPTION VALUE ...]",
            "description": description,
            "formatter_class": _HelpFormatter,
        },
        args=[tiny if word == "--tiny" else word for word in arguments],
        run=False,
        auto_configure_optimizers=False,
        load_from_checkpoint_support=False,
    )


def train(
    default_config: str | Path,
    description: str = "",
    arguments: Sequence[str] | None = None,
    task: type[RecipeTask[Any]] = TranslationTask,
    data: type[RecipeData] = TranslationData,
) -> None:
    """Train by a config, then export and score the best model.

    Args:
        default_config: the recipe's own config.yaml, in force where `--config` files and options say nothing else;
            `--tiny` stands for `--config` with the tiny.yaml beside it.
        description: for `--help`.
        arguments: of the command line, those of the process by default.
        task: what is trained.
        data: what it is trained on.

    Raises:
        UserError: wrong options, data that is not there, and whatever else the user can mend.
        KeyboardInterrupt: Ctrl-C; a checkpoint was saved, and stderr says how to go on.
        Terminated: SIGTERM, likewise.
    """
    silence()
    cli = make_cli(Path(default_config), sys.argv[1:] if arguments is None else arguments, description, task, data)
    try:
        with failing_as(f"--output {cli.output}"):
            cli.trainer.fit(cli.model, datamodule=cli.datamodule, ckpt_path=cli.config.ckpt_path)
    except Stopped as stopped:
        if stopped.saved:
            best = cli.last.with_stem(BEST)
            print(
                f"saved {cli.last}; go on with the same command and --ckpt_path last\n"
                f"a model of what it has learned so far: seq2seq export {best if best.exists() else cli.last} "
                f"{cli.output / MODEL}",
                file=sys.stderr,
            )
        raise KeyboardInterrupt if stopped.signal == signal.SIGINT else Terminated from stopped
    if cli.trainer.is_global_zero:
        print(f"trained for {cli.trainer.global_step:,} steps")
        finish(cli.output, cli.last.with_stem(BEST), cli.datamodule.prepared)
