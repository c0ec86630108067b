"""Records metrics.fixture.json: SQuAD exact match and F1, computed independently of our TypeScript.

    python3 tests/evaluation/record_metrics.py

Python's standard library only; after evaluate-v2.0.py (normalize_answer, compute_exact, compute_f1). ROUGE-L is
recorded by record_rouge.py.
"""

import json
import random
import re
import string
from collections import Counter
from pathlib import Path

WORDS = (
    "the a an The drug treats blood-pressure, pressure; heart Heart's (heart) 5mg 5 mg yes no. Yes No café naïve "
    "An-other theatre another $3.5 3.5 million million! U.S. us \u201cquoted\u201d \u2013 x_y x y"
).split(" ")


def normalize_answer(s):
    s = s.lower()
    s = "".join(ch for ch in s if ch not in set(string.punctuation))
    s = re.sub(r"\b(a|an|the)\b", " ", s)
    return " ".join(s.split())


def f1(answer, reference):
    a, r = normalize_answer(answer).split(), normalize_answer(reference).split()
    if not a or not r:
        return int(a == r)
    same = sum((Counter(a) & Counter(r)).values())
    if same == 0:
        return 0
    precision, recall = same / len(a), same / len(r)
    return 2 * precision * recall / (precision + recall)


def main():
    rng = random.Random(7)
    pairs = [("", ""), ("the", ""), ("", "yes"), ("A.", "the"), ("Hypertension", "hypertension."), ("a b c", "c b a")]
    for _ in range(120):
        reference = [rng.choice(WORDS) for _ in range(rng.randint(0, 12))]
        answer = [w if rng.random() < 0.7 else rng.choice(WORDS) for w in reference if rng.random() < 0.9]
        answer += [rng.choice(WORDS) for _ in range(rng.randint(0, 3))]
        pairs.append((" ".join(answer), rng.choice(["", " ", "\n"]) + " ".join(reference)))
    rows = [
        {
            "answer": a,
            "reference": r,
            "exactMatch": int(normalize_answer(a) == normalize_answer(r)),
            "f1": f1(a, r),
        }
        for a, r in pairs
    ]
    path = Path(__file__).with_name("metrics.fixture.json")
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


main()
