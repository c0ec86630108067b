"""Records rouge.fixture.json: ROUGE-L as Google's rouge-score gives it, unstemmed, for pairs of answer and reference.

    pip install rouge-score && python3 tests/evaluation/record_rouge.py

The pairs are those of metrics.fixture.json, which must lie beside this file, and those below.
"""

import json
import random
from pathlib import Path

from rouge_score import rouge_scorer

HERE = Path(__file__).parent

# (answer, reference)
BY_HAND = [
    # nothing, or nothing that counts as a token
    ("", "blood"),
    ("blood", ""),
    (" \t\n ", "blood"),
    ("...", "?!"),
    ("\u2014", "\u2014"),
    ("血圧", "血圧"),
    ("Ω", "ω"),
    # case
    ("ASPIRIN", "aspirin"),
    ("aSpIrIn Is A dRuG", "Aspirin is a drug"),
    # punctuation splits words, and underscores too
    ("don't", "dont"),
    ("don't", "don t"),
    ("U.S.A.", "USA"),
    ("U.S.A.", "U S A"),
    ("beta-blocker", "beta blocker"),
    ("snake_case_name", "snake case name"),
    ("(a) [b] {c}", "a b c"),
    ("yes,no", "yes, no"),
    ("1,000.50", "1 000 50"),
    ("3.14", "314"),
    ("50%", "50 %"),
    ("http://a.b/c?d=e", "http a b c d e"),
    ('"quoted"', "quoted"),
    ("one\ntwo\r\nthree", "one two three"),
    ("one\u00a0two", "one two"),
    ("tab\tbed", "tab bed"),
    # letters beyond ASCII end a token
    ("café", "cafe"),
    ("naïve patients", "na ve patients"),
    ("Größe", "gr e"),
    ("resume\u0301", "resume"),
    ("µg", "g"),
    ("5 µg of β-carotene", "5 g of carotene"),
    ("x² + y²", "x y"),
    ("½ tablet", "tablet"),
    ("日本 2024 年", "2024"),
    ("emoji 🙂 here", "emoji here"),
    ("\u201cquoted\u201d \u2013 dash", "quoted dash"),
    # letters whose lower case is ASCII, or grows
    ("\u212aelvin", "kelvin"),
    ("\u0130stanbul", "istanbul"),
    ("\u0130stanbul", "i stanbul"),
    ("\u1e9eTRASSE", "trasse"),
    ("ΣΑΣ a", "a"),
    ("ﬁve", "ve"),
    ("ＡＢＣ", "abc"),
    # words again and again
    ("a a a a", "a"),
    ("a", "a a a a"),
    ("a b a b a b", "b a b a"),
    ("the the the cat", "the cat the cat"),
    ("no no no", "no no no no no"),
    ("go go stop", "stop go go"),
    # order
    ("a b c d e", "e d c b a"),
    ("b c d e a", "a b c d e"),
    ("a x b x c", "a b c"),
    ("a b c", "x a y b z c"),
    ("police kill the gunman", "police killed the gunman"),
    ("the gunman kill police", "police killed the gunman"),
    # no stemming
    ("treats", "treat"),
    ("studies studying studied", "study study study"),
    # sentences, and a long answer to a short question
    ("It is used against high blood pressure.", "high blood pressure"),
    ("Insulin is made in the pancreas, which lies behind the stomach.", "The pancreas makes insulin."),
    ("I do not know what that is, but it may be a drug that treats pain.", "pain"),
    ("yes", "Yes, because penicillin kills bacteria; it is therefore an antibiotic."),
]

WORDS = (
    "the The drug drugs treats pain, pain. (pain) heart-failure heart failure Naïve naïve 5mg 5 mg $3.50 3 50 "
    "don't do not x_y x y β-blocker blocker \u212a k ½ 2024 🙂 – a A"
).split(" ")


def drawn(rng):
    """A reference of up to 20 words, and an answer that keeps most of them, moves some and adds some."""
    reference = [rng.choice(WORDS) for _ in range(rng.randint(0, 20))]
    answer = [word for word in reference if rng.random() < 0.8]
    for _ in range(rng.randint(0, 4)):
        answer.insert(rng.randint(0, len(answer)), rng.choice(WORDS))
    if answer and rng.random() < 0.3:
        answer.append(answer.pop(0))
    return rng.choice([" ", "\n", ", "]).join(answer), " ".join(reference)


def main():
    rng = random.Random(11)
    recorded = json.loads((HERE / "metrics.fixture.json").read_text(encoding="utf-8"))
    pairs = [(row["answer"], row["reference"]) for row in recorded] + BY_HAND + [drawn(rng) for _ in range(60)]
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
    rows = [
        {"answer": answer, "reference": reference, "rougeL": scorer.score(reference, answer)["rougeL"].fmeasure}
        for answer, reference in pairs
    ]
    text = json.dumps(rows, indent=1, ensure_ascii=False)
    (HERE / "rouge.fixture.json").write_text(text + "\n", encoding="utf-8")


main()
