"""Scores that rank answers, against scikit-learn and against a search of all thresholds."""

import random

import numpy as np
import pytest

from analysis import ranking


def cases(seed):
    numbers = random.Random(seed)
    for _ in range(30):
        n = numbers.randint(2, 14)
        score = [numbers.randrange(9) / 9 for _ in range(n)]
        right = [numbers.random() < 0.3 + 0.6 * s for s in score]
        yield score, right


def test_auroc_is_scikit_learns():
    metrics = pytest.importorskip("sklearn.metrics")
    seen = 0
    for score, right in cases(3):
        if len(set(right)) == 2:
            seen += 1
            assert ranking.auroc(score, right) == pytest.approx(metrics.roc_auc_score(right, score))
    assert seen > 10


def test_auroc_of_one_kind_of_answers_is_none():
    assert ranking.auroc([0.1, 0.2], [True, True]) is None
    assert ranking.auroc([0.1, 0.2], [False, False]) is None


def test_the_threshold_keeps_the_most_that_are_right_often_enough():
    for score, right in cases(4):
        score, right = np.array(score), np.array(right)
        enough = [least for least in set(score) if right[score >= least].mean() >= ranking.WANTED]
        assert ranking.threshold(score, right) == (min(enough) if enough else None)


def test_the_curve_gives_equally_sure_answers_together():
    points = ranking.curve([0.9, 0.5, 0.5, 0.1], [True, False, True, False])
    assert points == [
        (0.25, 1.0, 0.9),
        (0.75, pytest.approx(2 / 3), 0.5),
        (1.0, 0.5, 0.1),
    ]
    assert ranking.curve([], []) == [] and ranking.threshold([], []) is None
