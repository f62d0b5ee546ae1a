"""The colour and the marker of each system, the same in all charts and in the text."""

from collections.abc import Sequence
from dataclasses import dataclass

from seq2seq.report.page.svg import series_colour

COLOURS = 8
MARKERS = "os^DvPX*"  # as template.html draws them


@dataclass(frozen=True)
class Look:
    """How a series is drawn.

    Attributes:
        index: of its colour and marker, from 1 to COLOURS.
        second: a second line of the same system: dashed, with hollow markers.
    """

    index: int
    second: bool = False

    @property
    def colour(self) -> str:
        """The colour that stands for the page's."""
        return series_colour(self.index)

    @property
    def marker(self) -> str:
        """The marker's shape, matplotlib's name for it."""
        return MARKERS[self.index - 1]


def looks(names: Sequence[str], systems: Sequence[str]) -> list[Look]:
    """How series of these names are drawn: one that is named after a system ("A, before") like that system.

    >>> [(look.index, look.second) for look in looks(["B", "A, before", "A, after"], ["A", "B"])]
    [(2, False), (1, True), (1, False)]
    >>> looks(["AB", "A"], ["A"])
    [Look(index=1, second=False), Look(index=1, second=False)]
    """
    owners = [_owner(name, systems) for name in names]
    found = []
    for place, (name, owner) in enumerate(zip(names, owners, strict=True)):
        if owner is None:
            found.append(Look(place % COLOURS + 1))
        else:  # of two lines of one system, that which stands last counts as its result
            second = owner in owners[place + 1 :] and name != owner
            found.append(Look(systems.index(owner) % COLOURS + 1, second))
    return found


def _owner(name: str, systems: Sequence[str]) -> str | None:
    found = (system for system in systems if name == system or name.startswith(f"{system}, "))
    return max(found, key=len, default=None)
