"""Translations to look at while the model learns."""

from pytorch_lightning import Callback, LightningModule, Trainer

from seq2seq.training.task import TranslationTask


class SampleTranslations(Callback):
    """Shows the same few dev sentences after each validation, from all over the split.

    Args:
        count: how many; 0 shows none.
    """

    def __init__(self, count: int) -> None:
        self.count = count

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Print source, reference and translation."""
        assert isinstance(pl_module, TranslationTask)
        bar, data = trainer.progress_bar_callback, pl_module.data
        if trainer.sanity_checking or bar is None:
            return
        translations = pl_module.dev_translations
        for number in range(self.count):
            index = len(translations) * (2 * number + 1) // (2 * self.count)
            bar.print(f"  source       {data.dev_sources[index]}")
            bar.print(f"  reference    {data.dev_references[index]}")
            bar.print(f"  translation  {translations[index]}\n")
