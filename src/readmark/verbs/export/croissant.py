"""croissant: metadata of a test set by which catalogues find it and mlcroissant reads it.

The file describes the test set's files and holds none of their content. It belongs into the test set's folder, for its
paths are relative to it.

Source:
    Croissant 1.0, http://mlcommons.org/croissant/1.0, and its responsible-AI vocabulary,
    http://mlcommons.org/croissant/RAI/1.0. What 1.0 leaves open is done as mlcroissant 1.1.1 reads it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from readmark.benchmark import Benchmark
from readmark.benchmark.files import Files as SetFiles
from readmark.benchmark.files import files_of
from readmark.jsonl import read_bytes
from readmark.records import QaItem, SummaryItem
from readmark.verbs.export.facts import PROVENANCE, Facts, check_publishable, facts_of
from readmark.verbs.export.licences import is_url, licences_of, spdx
from readmark.verbs.export.record_sets import PARAGRAPHS_FILE, QUESTIONS_FILE, record_sets
from readmark.verbs.export.source import Made, Source

Json = dict[str, Any]
CROISSANT = "http://mlcommons.org/croissant/1.0"
RAI = "http://mlcommons.org/croissant/RAI/1.0"
# The context of the specification's appendix, with what its text and mlcroissant use besides.
CONTEXT: Json = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/", "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field",
    "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject", "fileSet": "cr:fileSet", "format": "cr:format",
    "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "recordSet": "cr:recordSet",
    "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace",
    "samplingRate": "cr:samplingRate", "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source",
    "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip
FORMATS = {".jsonl": "application/jsonlines", ".csv": "text/csv", ".json": "application/json"}
IN_FOLDER = "its paths are relative: it belongs into the test set's folder, as croissant.json"


def write_croissant(source: Source, with_references: bool) -> Made:  # noqa: ARG001 - it holds none
    """Return a test set's metadata.

    Raises:
        ReadmarkError: The test set cannot be read, or does not say what metadata must say.
    """
    benchmark = source.benchmark
    facts = facts_of(benchmark)
    check_publishable(benchmark, facts)
    files = files_of(benchmark)
    sets, told = record_sets(benchmark, files)
    rai = _rai(facts)
    notes = (IN_FOLDER, *([] if facts.of("url") else [_no_url(benchmark)]), *_lacking(facts), *told)
    metadata = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [CROISSANT, RAI] if rai else CROISSANT,
        **_said(benchmark, facts),
        **rai,
        "distribution": _distribution(benchmark, files),
        "recordSet": sets,
    }
    return Made({"": json.dumps(metadata, ensure_ascii=False, indent=2).encode() + b"\n"}, notes)


def _said(benchmark: Benchmark, facts: Facts) -> Json:
    """Return what is said of the whole set."""
    manifest = benchmark.manifest
    canary = f" Please keep it out of training data; its canary is {manifest.canary}." if manifest.canary else ""
    said: Json = {
        "name": manifest.name,
        "description": facts.description + canary,
        "version": manifest.version,
        "identifier": f"sha256:{benchmark.sha256}",
        "url": facts.of("url") or f"urn:sha256:{benchmark.sha256}",
        "license": [_licence(text) for text in licences_of(facts.licence, benchmark)],
        "creator": _creators(facts),
        "datePublished": facts.of("published"),
        "inLanguage": manifest.language,
        "keywords": _keywords(benchmark),
        "isLiveDataset": False,
    }
    return said | ({"citeAs": facts.of("citation")} if facts.of("citation") else {})


def _no_url(benchmark: Benchmark) -> str:
    return f"it has no [provenance] url: its content's hash stands there, urn:sha256:{benchmark.sha256}"


def _licence(text: str) -> str | Json:
    """Return a licence as its address where it is a known one; else as a work whose description is the text."""
    if is_url(text):
        return text
    name = spdx(text)
    return f"https://spdx.org/licenses/{name}.html" if name else {"@type": "sc:CreativeWork", "description": text}


def _creators(facts: Facts) -> list[Json]:
    kind = "sc:Person" if facts.of("creator_kind") == "person" else "sc:Organization"
    names = [name.strip() for name in facts.of("creator").split(";")]
    return [{"@type": kind, "name": name} for name in names if name]


def _keywords(benchmark: Benchmark) -> list[str]:
    kinds = {"question answering": QaItem, "summarisation": SummaryItem}
    has = [word for word, kind in kinds.items() if any(isinstance(item, kind) for item in benchmark.items)]
    return ["reading comprehension", *has, "benchmark"]


def _rai(facts: Facts) -> Json:
    """Return what is said under the responsible-AI vocabulary."""
    return {key.rai: facts.of(name) for name, key in PROVENANCE.items() if key.rai and facts.of(name)}


def _lacking(facts: Facts) -> tuple[str, ...]:
    wanted = [
        name for name in ("citation", "collection", "biases", "limitations", "uses", "personal") if not facts.of(name)
    ]
    return (f"[provenance] says nothing of {', '.join(wanted)}",) if wanted else ()


def _distribution(benchmark: Benchmark, files: SetFiles) -> list[Json]:
    """Return the files, and the articles once more as a set, for that is how mlcroissant reads many texts."""
    questions = FORMATS["." + files.questions.rpartition(".")[2].lower()]
    found = [_file(files, QUESTIONS_FILE, files.questions, questions)]
    if files.is_squad:
        found.append(_file(files, PARAGRAPHS_FILE, files.questions, questions))
    if files.manifest:
        found.append(_file(files, "manifest-file", files.manifest, "application/toml"))
    for number, (name, path) in enumerate(files.articles.items(), start=1):
        licence = benchmark.articles[name].licence
        stated = {"license": _licence(licence)} if licence else {}
        found.append(_file(files, f"article-file-{number}", path, "text/plain") | stated)
    if files.articles:
        found.append(
            {
                "@type": "cr:FileSet",
                "@id": "article-files",
                "name": "articles",
                "description": "All articles that are asked about.",
                "encodingFormat": "text/plain",
                "includes": [_literal(path) for path in files.articles.values()],
            }
        )
    return found


def _file(files: SetFiles, name: str, path: str, encoding: str) -> Json:
    data = read_bytes(files.folder / path, "file of the test set")
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": path.rpartition("/")[2],
        "contentUrl": path,
        "contentSize": f"{len(data)} B",
        "encodingFormat": encoding,
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _literal(path: str) -> str:
    """Return the glob pattern that a path alone matches."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in path)
