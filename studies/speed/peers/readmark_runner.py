"""Readmark in this process, with a plain function as the model.

Usage: readmark_runner.py DATA OUT ANSWER SETTINGS; prints one JSON object (see `harness.py`).
Nothing but `import readmark` happens before the clock starts: what it imports late, it pays for.
"""

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

_START = time.perf_counter()
import readmark  # noqa: E402  (the import is timed)

IMPORT_SECONDS = time.perf_counter() - _START


def main() -> None:
    """Time one run and print the record; the scores are read back from the run's own files."""
    data, out, answer, _settings = sys.argv[1:]

    def instant(_prompt: object) -> str:
        return answer

    start = time.perf_counter()
    readmark.run(instant, Path(data) / "benchmark", out=Path(out))
    seconds = time.perf_counter() - start
    (report,) = Path(out).glob("*/report.json")
    scores = json.loads(report.read_text("utf-8"))["scores"]
    record = {
        "version": version("readmark"),
        "import_seconds": IMPORT_SECONDS,
        "seconds": seconds,
        "lines": len((report.parent / "predictions.jsonl").read_text("utf-8").splitlines()),
        "exact_match": scores["exact_match"]["value"],
        "f1": scores["token_f1"]["value"],
    }
    print(json.dumps(record))


if __name__ == "__main__":
    main()
