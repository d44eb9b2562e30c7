"""The report: a survey of everybody, the measurements, and their page."""

import json
import platform
import sys

import numpy as np
import torch

from analysis import figures, scores
from analysis.exchange import PAIRS, exchange
from analysis.inside import weights_of
from analysis.origins import Origins, bias
from analysis.people import OTHERS, OWN, RIGHT, STRANGER, prompt_of
from analysis.places import FLOOR
from analysis.plots import heads
from analysis.survey import LEAST, survey


def report(model, corpus, answers, strangers, places, pairs, about):
    """The data of knowledge.json: what `about` says of the run, measurements, and everybody.

    `answers` are those of people.answers_about, `strangers` of people.answers_about_strangers,
    `places` the right ones, and `pairs` the training pairs. The same input gives the same data.
    """
    rows, nobody = survey(model, corpus, answers, strangers, places, pairs)
    known = [row for row in rows if row.kind == RIGHT]
    measurements = {
        "retrieved": figures.retrieved(rows),
        "tell": figures.tell(rows, nobody),
        "sure": figures.sure(rows),
        "nobody": figures.about_nobody(rows, nobody),
        "half": figures.half_known(rows, pairs),
        "sticks": figures.sticks(rows),
        "inside": {
            "lens": figures.lens(rows, nobody),
            "interchange": exchange(known, model, corpus),
        },
        "bias": bias(rows, nobody, Origins()),
        "reversed": figures.reversed_questions(rows, model, corpus),
    }
    facts = {
        **{name: value for name, value in about.items() if value is not None},
        "closed set": f"{measurements['half']['places']} places of the training pairs",
        "exact probabilities": "of every place whose letters keep a probability of"
        f" {FLOOR:g} or more; the rest is bounded: on average"
        f" {np.mean([row.pruned for row in rows]):.3f} was not followed,"
        f" {np.mean([row.outside for row in rows]):.3f} is no place of the set",
        "bins, folds, draws, seed": f"{scores.BINS}, {scores.FOLDS}, {scores.DRAWS}, {scores.SEED}",
        "least probability in bits": f"{LEAST:g}",
        "pairs for interchange": f"at most {PAIRS}",
        "versions": f"Python {platform.python_version()}, torch {torch.__version__}, numpy"
        f" {np.__version__}, scipy {sys.modules['scipy'].__version__}, scikit-learn"
        f" {sys.modules['sklearn'].__version__}",
    }
    found = {
        "about": {
            "line": [value for name, value in about.items() if name in HEADLINE and value],
            "documents": sum(bool(document) for document in corpus.data),
            "strangers": len(nobody),
            "seen": sum(row.question in {question for question, _ in pairs} for row in rows),
            "facts": facts,
        },
        "measurements": measurements,
        "people": [vars(row) for row in rows + nobody],
        "showcase": showcase(model, corpus, rows, nobody),
    }
    return json.loads(json.dumps(found))  # as somebody reads it who has the file alone


HEADLINE = ("attention", "recipe", "work of the last training", "seed")


def showcase(model, corpus, rows, nobody):
    """Six rows that differ in kind, with a picture of all heads."""
    wrong = [row for row in rows if row.kind != RIGHT and row.p_place]
    ways = {
        "the surest right answer": surest(rows, RIGHT),
        "the least sure right answer": surest(rows, RIGHT, sign=-1),
        "the surest from the own biography": surest(rows, OWN),
        "the surest from other biographies": surest(rows, OTHERS),
        "half known": max(wrong, key=lambda row: row.p_place, default=None),
        "the surest about nobody": surest(nobody, STRANGER),
    }
    found = []
    for why, row in ways.items():
        if row is not None:
            idx = torch.tensor([prompt_of(row.question, corpus)])
            weights = torch.stack([layer[0] for layer in weights_of(model, idx)]).numpy()
            picture, height, width = heads(weights)
            found.append(
                {
                    "why": why,
                    "question": row.question,
                    "answer": row.answer,
                    "p": row.p,
                    "picture": picture,
                    "width": width,
                    "height": height,
                }
            )
    return found


def surest(rows, kind, sign=1):
    """The row of a kind with the most probable answer, or with the least; None if there is none."""
    among = (row for row in rows if row.kind == kind)
    return max(among, key=lambda row: sign * row.p, default=None)
