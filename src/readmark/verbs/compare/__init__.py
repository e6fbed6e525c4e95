"""Two runs side by side: what differs, by how much, and whether it could be chance."""

from readmark.verbs.compare.build import DEFAULT_GAP, compare
from readmark.verbs.compare.records import Compared, Comparison, LeftOut, NeededItems, Side

__all__ = ["DEFAULT_GAP", "Compared", "Comparison", "LeftOut", "NeededItems", "Side", "compare"]
