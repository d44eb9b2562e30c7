"""Statistics of probabilities: by hand, against planted truth, against scikit-learn."""

import numpy as np
import pytest

pytest.importorskip("sklearn")
from sklearn.metrics import brier_score_loss

from analysis import ranking, scores


def planted(seed, n=500, bend=1.0):
    """Probabilities, and outcomes of which each is right with its probability to a power."""
    draws = np.random.default_rng(seed)
    p = draws.beta(1.5, 1.0, n)
    return p, draws.random(n) < p**bend


def test_calibration_by_hand():
    """Bins 0.2-0.3: mean 0.25, none of 2 right; 0.9-1: mean 0.95, two of three right."""
    p, right = [0.2, 0.3 - 1e-9, 0.9, 0.95, 1.0], [0, 0, 1, 1, 0]
    (_, _, n, mean, share), (*_, last) = scores.bins_of(p, right)
    assert (n, mean, share, last) == (2, pytest.approx(0.25), 0.0, pytest.approx(2 / 3))
    error = (2 * 0.25 + 3 * (0.95 - 2 / 3)) / 5
    assert scores.calibration_error(p, right) == pytest.approx(error)
    assert scores.brier(p, right) == pytest.approx(brier_score_loss(right, p))


def test_a_calibrated_models_error_lies_within_the_null(monkeypatch):
    """In 95 of 100 seeds or so: outcomes are drawn from the probabilities themselves."""
    monkeypatch.setattr(scores, "DRAWS", 200)
    within = 0
    for seed in range(100):
        p, right = planted(seed, 200)
        within += scores.calibration_error(p, right) <= scores.null_of_calibration(p)[1]
    assert 90 <= within <= 99


def test_an_overconfident_model_lies_outside_and_is_mended():
    p, right = planted(1, bend=3.0)
    before = scores.calibration_error(p, right)
    after = scores.calibrated(p, right)
    assert before > 2 * scores.null_of_calibration(p)[1]
    assert scores.calibration_error(after, right) < before / 2
    assert scores.brier(after, right) < scores.brier(p, right)
    assert ranking.auroc(after, right) == pytest.approx(ranking.auroc(p, right), abs=0.02)


def test_answers_do_not_teach_their_own_calibration():
    """The outcomes of one fold change no calibrated probability of that fold."""
    p, right = planted(2)
    own = scores.folds(len(p)) == 0
    other = np.where(own, ~right, right)
    before, after = (np.array(scores.calibrated(p, outcomes)) for outcomes in (right, other))
    assert np.array_equal(before[own], after[own]) and not np.array_equal(before, after)
    given, changed = (scores.covered(p, outcomes) for outcomes in (right, other))
    assert np.array_equal(given[own], changed[own])


def test_what_cannot_be_computed_is_none():
    p = np.linspace(0.1, 0.9, 20)
    assert scores.calibrated(p, np.ones(20, bool)) is None
    assert scores.influence(p[:, None], np.ones(20, bool)) is None
    assert scores.wilson(0, 0) is None and scores.interval(np.mean, np.ones(20)) is None
    assert scores.share_of(0, 0) == {"count": 0, "n": 0, "share": None, "low": None, "high": None}


def test_intervals_hold_the_truth_as_often_as_they_say():
    hits = 0
    for seed in range(40):
        sample = np.random.default_rng(seed).normal(3.0, 2.0, 60)
        low, high = scores.interval(np.mean, sample)
        hits += low <= 3.0 <= high
    assert 34 <= hits <= 40


def test_wilsons_interval_is_its_formula():
    count, n, z = 13, 40, 1.959963984540054
    share = count / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    assert scores.wilson(count, n) == pytest.approx((share, middle - half, middle + half))


def test_tests_by_hand():
    assert scores.mcnemar(5, 0) == pytest.approx(2 / 2**5)
    assert scores.mcnemar(3, 3) == 1.0 and scores.mcnemar(0, 0) == 1.0
    assert scores.binomial(0, 3, 0.5) == pytest.approx(0.25)
    assert scores.holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert scores.holm([]) == []


def test_influence_finds_the_planted_feature(monkeypatch):
    """The first of three features decides, the second is noise, the third is constant."""
    monkeypatch.setattr(scores, "DRAWS", 300)
    held = 0
    for seed in range(5):
        draws = np.random.default_rng(seed)
        features = draws.normal(size=(400, 3)) * (1.0, 50.0, 0.0) + (0.0, 7.0, 2.0)
        right = draws.random(400) < 1 / (1 + np.exp(-2.0 * features[:, 0]))
        first, second, third = scores.influence(features, right)
        assert first[1] > 1 and first[0] == pytest.approx(2.0, abs=0.6)
        held += second[1] < 0 < second[2]
        assert abs(second[0]) < 0.5 and third[0] == 0
    assert held >= 3
