"""The one table of export formats; help, errors and tests derive from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from readmark.verbs.export.croissant import write_croissant
from readmark.verbs.export.csv_table import write_csv
from readmark.verbs.export.eval_results import write_eval_results
from readmark.verbs.export.every_eval_ever import write_every_eval_ever
from readmark.verbs.export.hf_dataset import write_hf_dataset
from readmark.verbs.export.latex import write_latex
from readmark.verbs.export.markdown import write_markdown
from readmark.verbs.export.model_index import write_model_index
from readmark.verbs.export.source import Files, Kind, Made, Source
from readmark.verbs.export.squad import write_squad


@dataclass(frozen=True)
class Format:
    """A form that others read.

    Attributes:
        name: As `--to` takes it.
        about: One line for people.
        sources: What can be exported so.
        write: (source, whether references and articles may go out) → the files, or `Made` with something to tell.
        is_folder: Whether it is a folder of files; else it is one file.
        private: From which sources it cannot be made without references or articles.
        partly: From which sources it leaves something out without them; what it leaves out.
    """

    name: str
    about: str
    sources: tuple[Kind, ...]
    write: Callable[[Source, bool], Files | Made]
    is_folder: bool = False
    private: tuple[Kind, ...] = ()
    partly: Mapping[Kind, str] = field(default_factory=dict)


RESULTS: tuple[Kind, ...] = ("run", "board")

_ROWS: tuple[Format, ...] = (
    Format("csv", "a row a number, unrounded, for spreadsheets and data frames", RESULTS, write_csv),
    Format("markdown", "tables for a README", RESULTS, write_markdown),
    Format("latex", "tables for a paper, with booktabs", RESULTS, write_latex),
    Format("every-eval-ever", "results in the schema of Every Eval Ever 0.3.0", RESULTS, write_every_eval_ever,
           is_folder=True, partly=dict.fromkeys(RESULTS, "items: prompts, articles, references, answers")),
    Format("eval-results", "headlines for .eval_results/ in a model's repository on the Hub", RESULTS,
           write_eval_results, is_folder=True),
    Format("model-index", "a model card with its block of results", RESULTS, write_model_index, is_folder=True),
    Format("croissant", "metadata by which catalogues and mlcroissant read a test set", ("test set",), write_croissant),
    Format("hf-dataset", "a test set as a Hugging Face data set: card and Parquet", ("test set",), write_hf_dataset,
           is_folder=True, private=("test set",)),
    Format("squad", "a test set as a SQuAD file, a run as predictions for it", ("test set", "run"), write_squad,
           private=("test set",)),
)  # fmt: skip
FORMATS: dict[str, Format] = {form.name: form for form in _ROWS}
