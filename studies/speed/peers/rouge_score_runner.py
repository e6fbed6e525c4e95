"""Score pairs with rouge-score: read {"warm", "pairs"} from standard input, print seconds and scores as JSON."""

import importlib.metadata
import json
import sys
import time

from rouge_score.rouge_scorer import RougeScorer

NAMES = ["rouge1", "rouge2", "rougeL", "rougeLsum"]


def main() -> None:
    """Score, and count the processor's time of scoring alone."""
    work = json.load(sys.stdin)
    scorer = RougeScorer(NAMES, use_stemmer=True)
    for prediction, reference in work["warm"]:
        scorer.score(reference, prediction)
    start = time.process_time()
    found = [scorer.score(reference, prediction) for prediction, reference in work["pairs"]]
    seconds = time.process_time() - start
    scores = [[one[name].fmeasure for name in NAMES] for one in found]
    print(json.dumps({"seconds": seconds, "scores": scores, "version": importlib.metadata.version("rouge-score")}))


if __name__ == "__main__":
    main()
