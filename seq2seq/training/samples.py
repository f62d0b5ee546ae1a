"""Outputs to look at while the model learns."""

from pytorch_lightning import Callback, LightningModule, Trainer

from seq2seq.training.task import RecipeTask


class Samples(Callback):
    """Shows the outputs for the same few sources of dev after each validation, from all over the split.

    Args:
        count: how many; 0 shows none.
    """

    def __init__(self, count: int) -> None:
        self.count = count

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Print source, what is expected, and output."""
        assert isinstance(pl_module, RecipeTask)
        bar, outputs = trainer.progress_bar_callback, list(pl_module.dev_outputs.items())
        if trainer.sanity_checking or bar is None:
            return
        for number in range(self.count):
            index, output = outputs[len(outputs) * (2 * number + 1) // (2 * self.count)]
            for name, text in {**pl_module.data.describe(index), "output": output}.items():
                bar.print(f"  {name:<11}  {text}".replace("\n", "\n" + " " * 15))
            bar.print("")
