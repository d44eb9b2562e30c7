"""How well a score separates right answers from wrong ones, and how many it lets a model give.

`score` has a number an answer, larger where the model is surer; `right` says which were right.
"""

import numpy as np

WANTED = 0.9  # share of right ones among the answers that are given, if the unsure are withheld


def auroc(score, right):
    """The share of pairs, a right and a wrong answer each, in which the right one scores higher.

    Ties count half: the area under the ROC curve (Hanley and McNeil 1982). None if all answers are
    right or all are wrong.
    """
    score, right = np.asarray(score, float), np.asarray(right, bool)
    high, low = score[right], np.sort(score[~right])
    if not len(high) or not len(low):
        return None
    wins = np.searchsorted(low, high, "left") + np.searchsorted(low, high, "right")  # twice
    return float(wins.mean() / (2 * len(low)))


def curve(score, right):
    """[(share answered, share right of them, least score)] as ever less sure answers are given.

    Answers of equal score are given together.
    """
    order = np.argsort(-np.asarray(score, float), kind="stable")
    score, right = np.asarray(score, float)[order], np.asarray(right, float)[order]
    last = np.diff(score, append=-np.inf) != 0
    n = np.arange(1, len(score) + 1)
    parts = (n / len(n), right.cumsum() / n, score)
    return list(zip(*(part[last].tolist() for part in parts), strict=True))


def threshold(score, right, wanted=WANTED):
    """The least score from which the share of right answers is as wanted; None if there is none."""
    enough = [least for _, share, least in curve(score, right) if share >= wanted]
    return enough[-1] if enough else None
