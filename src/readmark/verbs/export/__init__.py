"""Export: runs, boards and test sets in the forms that others read; a form is one file of this folder."""

from readmark.verbs.export.build import Exported, export
from readmark.verbs.export.formats import FORMATS, Format
from readmark.verbs.export.source import Source

__all__ = ["FORMATS", "Exported", "Format", "Source", "export"]
