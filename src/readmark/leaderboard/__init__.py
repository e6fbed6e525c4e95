"""What a leaderboard is: its records, how runs become one, and how one is read and made anew from its files."""

from readmark.leaderboard.assemble import Labels, assemble
from readmark.leaderboard.parts import ENTRIES, Part, part_of
from readmark.leaderboard.records import FORMAT, Entry, EntryFile, Leaderboard

__all__ = ["ENTRIES", "FORMAT", "Entry", "EntryFile", "Labels", "Leaderboard", "Part", "assemble", "part_of"]
