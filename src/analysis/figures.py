"""The measurements of the report, from the rows of a survey: each a dictionary of plain numbers.

Needs scipy and scikit-learn, as scores.py does. A figure that cannot be computed is None, as an
AUROC is where all answers are right.
"""

import math
from collections import Counter, defaultdict

import numpy as np

from analysis import ranking, scores
from analysis.people import (
    EARLY,
    KINDS,
    LATER,
    RIGHT,
    STRANGER,
    STRANGERS,
    UNSAID,
    position_of,
    stands,
)
from analysis.survey import LEAST, mean_by_layer, surprise
from data.text import can_spell

SURE = (0.5, 0.9)  # probabilities above which an answer about nobody is counted
FREQUENCIES = ((0, 0), (1, 3), (4, 10), (11, math.inf))  # training answers that are the place
REVERSED = 50  # reversed questions


def is_right(rows):
    return np.array([row.kind == RIGHT for row in rows])


def p_of(rows):
    return np.array([row.p for row in rows])


def retrieved(rows):
    """1. How many answers are right, by what they are and by where the place stands."""
    kinds = Counter(row.kind for row in rows)
    where = {}
    for said in (EARLY, LATER, UNSAID, STRANGER):
        among = [row for row in rows if row.said == said]
        where[said] = scores.share_of(is_right(among).sum(), len(among))
    return {
        "right": scores.share_of(kinds[RIGHT], len(rows)),
        "kinds": {kind: kinds[kind] for kind in KINDS},
        "where": where,
        "most common place": most_common([row.place for row in rows]),
    }


def most_common(places):
    """What always answering with the most common place would get."""
    (place, n), *_ = Counter(places).most_common(1)
    return {"place": place, **scores.share_of(n, len(places))}


def tell(rows, nobody):
    """2. Whether right answers can be told from wrong ones: five scores, and coverage."""
    right, p = is_right(rows), p_of(rows)
    prior = defaultdict(float)
    for row in nobody:
        for place, chance in row.top:
            prior[place] += chance / max(1, len(nobody))
    tops = [[chance for _, chance in row.top[:2]] + [0.0, 0.0] for row in rows]
    ways = {
        "probability of the answer": p,
        "probability of the likeliest place": np.array([top[0] for top in tops]),
        "its margin over the second": np.array([top[0] - top[1] for top in tops]),
        "entropy of the places, negated": -np.array([row.entropy for row in rows]),
        "probability compared with that about nobody": np.array(
            [math.log(max(row.p, LEAST) / max(prior[row.answer], LEAST)) for row in rows]
        ),
    }
    table = []
    for way, score in ways.items():
        area = ranking.auroc(score, right)
        line = {"score": way, "auroc": area, "interval": None, "more than the first": None}
        if area is not None:
            line["interval"] = scores.interval(ranking.auroc, score, right)
            if score is not p:
                line["more than the first"] = scores.interval(
                    lambda a, b, r: difference(ranking.auroc(a, r), ranking.auroc(b, r)),
                    score,
                    p,
                    right,
                )
        table.append(line)
    given = scores.covered(p, right)
    return {
        "scores": table,
        "shuffled": shuffled(p, right),
        "curve": [point[:2] for point in ranking.curve(p, right)],
        "wanted": ranking.WANTED,
        "given": scores.share_of(given.sum(), len(rows)),
        "right of the given": scores.share_of(right[given].sum(), given.sum()),
    }


def shuffled(p, right):
    """(low, high): where 95% of the AUROCs lie if the probabilities are dealt out anew."""
    draws = np.random.default_rng(scores.SEED)
    areas = [ranking.auroc(draws.permutation(p), right) for _ in range(scores.DRAWS)]
    return None if areas[0] is None else np.quantile(areas, (0.025, 0.975)).tolist()


def difference(a, b):
    return None if a is None or b is None else a - b


def sure(rows):
    """3. Calibration, before and after a regression. Sets the rows' `calibrated`."""
    right, p = is_right(rows), p_of(rows)
    after = scores.calibrated(p, right)
    for row, value in zip(rows, after or [None] * len(rows), strict=True):
        row.calibrated = value
    mean, high = scores.null_of_calibration(p)
    found = {"bins": scores.bins_of(p, right), "null": {"mean": mean, "95%": high}}
    for name, values in (("before", p), ("after", after)):
        found[name] = None
        if values is not None:
            found[name] = {
                "error": scores.calibration_error(values, right),
                "brier": scores.brier(values, right),
            }
    return found


def about_nobody(rows, nobody):
    """4. How sure it is of people who do not exist, by how their names were made."""
    right = is_right(rows)
    least = ranking.threshold(p_of(rows), right)
    said = Counter(row.answer for row in rows)
    groups = [(way, [row for row in nobody if row.way == way]) for way in STRANGERS]
    table = []
    for way, group in (("all", nobody), *groups):
        line = {"way": way, "n": len(group)}
        for level in SURE:
            line[f"above {level}"] = scores.share_of(
                sum(row.p > level for row in group), len(group)
            )
        line["let through"] = None
        if least is not None:
            passed = sum(row.p >= least for row in group)
            line["let through"] = scores.share_of(passed, len(group))
        for at, whose in enumerate(("that of the first name", "that of the last name")):
            same = sum(row.answer == row.lenders[at][1] for row in group)
            line[whose] = scores.share_of(same, len(group))
        by_chance = sum(said[row.answer] for row in group) / max(1, len(group) * len(rows))
        line["that of anybody"] = by_chance
        table.append(line)
    both = [*rows, *nobody]
    exists = np.arange(len(both)) < len(rows)
    known = np.append(right, np.ones(len(nobody), bool))  # the right answers, and the strangers
    return {
        "ways": table,
        "threshold": least,
        "auroc of people and strangers": ranking.auroc(p_of(both), exists),
        "auroc of right answers and strangers": ranking.auroc(p_of(both)[known], exists[known]),
    }


def half_known(rows, pairs):
    """5. Where the right place stands among all places of the set."""
    places = {place for _, place in pairs}
    known = [row for row in rows if row.rank is not None]
    ranks = np.array([row.rank for row in known])
    best = np.array([bool(row.top) and row.top[0][0] == row.place for row in rows])
    right = is_right(rows)
    gained, lost = int((best & ~right).sum()), int((right & ~best).sum())
    frequency = Counter(place for _, place in pairs)
    prior = [surprise(frequency[row.place] / len(pairs)) for row in known]
    left = [surprise(row.p_place) for row in known]
    return {
        "in the set": scores.share_of(len(known), len(rows)),
        "places": len(places),
        "among the likeliest": {
            n: scores.share_of((ranks <= n).sum(), len(rows)) for n in (1, 3, 5, 10)
        },
        "not said, among ten": int((ranks[~is_right(known)] <= 10).sum()) if known else 0,
        "pairs ranked right": float(1 - (ranks - 1).mean() / (len(places) - 1))
        if known and len(places) > 1
        else None,
        "likeliest place": scores.share_of(best.sum(), len(rows)),
        "gained": gained,
        "lost": lost,
        "mcnemar": scores.mcnemar(gained, lost),
        "bits before": float(np.mean(prior)) if known else None,
        "bits known": float(np.mean(prior) - np.mean(left)) if known else None,
    }


def sticks(rows):
    """6. What makes a fact stick: accuracy by frequency, and one regression."""
    table = []
    for low, high in FREQUENCIES:
        among = [row for row in rows if low <= row.told <= high]
        table.append({"from": low, "to": high if high < math.inf else None})
        table[-1] |= scores.share_of(is_right(among).sum(), len(among))
    said = [row for row in rows if row.said in (EARLY, LATER)]
    names = (
        "how often the place is a training answer (doublings)",
        "length of the line",
        "where the place stands in the line",
        "length of the name",
    )
    features = [
        (
            math.log2(1 + row.told),
            len(line := line_with(row)),
            position_of(row.place, line),
            len(row.name),
        )
        for row in said
    ]
    found = scores.influence(features, is_right(said)) if len(said) > 10 else None
    return {
        "frequency": table,
        "regression": found
        and [
            {"feature": name, "coefficient": value, "low": low, "high": high}
            for name, (value, low, high) in zip(names, found, strict=True)
        ],
        "n": len(said),
    }


def line_with(row):
    """The document of the person that has the place."""
    return next(line for line in row.lines if stands(row.place, line))


def lens(rows, nobody):
    """7. The answer's first letter after each layer, of right and wrong answers and strangers."""
    right = is_right(rows)
    groups = {
        "right": [row for row, good in zip(rows, right, strict=True) if good],
        "wrong": [row for row, good in zip(rows, right, strict=True) if not good],
        "strangers": nobody,
    }
    return {
        name: {
            "n": len(group),
            "p": mean_by_layer(group, 2),
            "first": [
                float(np.mean([row.lens[at][0] == row.answer[:1] for row in group]))
                for at in range(len(rows[0].lens))
            ]
            if group
            else [],
        }
        for name, group in groups.items()
    }


def reversed_questions(rows, model, corpus):
    """A control that must fail: "Who was born in X?", answered with somebody born in X."""
    import utils

    born = defaultdict(set)
    for row in rows:
        if row.kind == RIGHT:
            born[row.place].add(row.name)
    places = [p for p in sorted(born) if can_spell(f"Who was born in {p}?", corpus.stoi)][:REVERSED]
    if not places:
        return None
    asked = [f"Who was born in {place}?" for place in places]
    said = utils.predict_places(model, corpus, asked, "a reversed question")
    hits = sum(text in born[place] for text, place in zip(said, places, strict=True))
    return {
        **scores.share_of(hits, len(places)),
        "examples": list(zip(asked, said, strict=True))[:3],
    }
