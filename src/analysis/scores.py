"""Statistics of probabilities against outcomes: intervals, tests, calibration, regressions.

Needs numpy, scipy and scikit-learn (requirements-report.txt). `p` are probabilities, `right` says
which answers were right; both have one entry an answer.
"""

import warnings

import numpy as np
from scipy import stats
from sklearn.linear_model import LogisticRegression

from analysis.ranking import threshold

BINS = 10  # of calibration, of equal width
FOLDS = 5  # of cross-fitting: each answer is judged by what the other folds taught
DRAWS = 1000  # of bootstraps and of the null of the calibration error
SEED = 0


def interval(statistic, *samples, vectorized=False):
    """(low, high): the 95% interval of a statistic of paired samples, by a BCa bootstrap.

    BCa corrects for bias and skew (Efron 1987). None if it cannot be computed, as for a constant. A
    vectorized statistic takes an axis, along which the samples lie.
    """

    def of(*parts, **axis):
        return np.nan if (value := statistic(*parts, **axis)) is None else value

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a degenerate distribution: NaN below
        found = stats.bootstrap(
            samples,
            of,
            paired=True,
            vectorized=vectorized,
            n_resamples=DRAWS,
            method="BCa",
            rng=np.random.default_rng(SEED),
        ).confidence_interval
    ends = float(found.low), float(found.high)
    return None if np.isnan(ends).any() else ends


def wilson(count, n):
    """(share, low, high) of a count: Wilson's 95% interval. None for n = 0."""
    if not n:
        return None
    found = stats.binomtest(int(count), int(n)).proportion_ci(method="wilson")
    return count / n, float(found.low), float(found.high)


def share_of(count, n):
    """{count, n, share, low, high}: a share with Wilson's 95% interval."""
    found = wilson(count, n) or (None, None, None)
    return {
        "count": int(count),
        "n": int(n),
        **dict(zip(("share", "low", "high"), found, strict=True)),
    }


def binomial(count, n, share):
    """The probability of a count so far from what the share expects, by chance, on both sides."""
    return float(stats.binomtest(int(count), int(n), share).pvalue)


def mcnemar(gained, lost):
    """The probability of so uneven a split of the answers on which two ways differ, by chance."""
    return binomial(gained, gained + lost, 0.5) if gained + lost else 1.0


def holm(values):
    """p-values, corrected for being several (Holm 1979)."""
    order = np.argsort(values)
    steps = np.maximum.accumulate((len(values) - np.arange(len(values))) * np.sort(values))
    corrected = np.empty(len(values))
    corrected[order] = np.minimum(steps, 1.0)
    return corrected.tolist()


# ------------------------------------------------------------------------------------- calibration


def bins_of(p, right):
    """[(low, high, answers, mean p, share right)] of each bin that has answers."""
    at = np.minimum((np.asarray(p) * BINS).astype(int), BINS - 1)
    n, sum_p, sum_right = (np.bincount(at, weights, BINS) for weights in (None, p, right))
    return [
        (i / BINS, (i + 1) / BINS, int(n[i]), float(sum_p[i] / n[i]), float(sum_right[i] / n[i]))
        for i in n.nonzero()[0].tolist()
    ]


def calibration_error(p, right):
    """The expected calibration error: |share right - mean p| of a bin, weighed by its answers."""
    return sum(n * abs(share - mean) for _, _, n, mean, share in bins_of(p, right)) / len(p)


def null_of_calibration(p):
    """(mean, 95% quantile) of the calibration error of a perfectly calibrated model.

    Its answers have these probabilities, and each is right with its probability.
    """
    draws = np.random.default_rng(SEED)
    errors = [calibration_error(p, draws.random(len(p)) < p) for _ in range(DRAWS)]
    return float(np.mean(errors)), float(np.quantile(errors, 0.95))


def brier(p, right):
    """The mean square of the difference between probability and outcome."""
    return float(np.mean((np.asarray(p) - np.asarray(right, float)) ** 2))


def folds(n):
    """The fold of each of n answers, at random."""
    return np.random.default_rng(SEED).permutation(np.arange(n) % FOLDS)


def log_odds(p):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


def calibrated(p, right):
    """p after a logistic regression on its log-odds that the other folds taught (Platt 1999).

    None if the answers of some folds are all right or all wrong.
    """
    p, right, fold = np.asarray(p), np.asarray(right, bool), folds(len(p))
    found = np.empty(len(p))
    for number in range(FOLDS):
        rest = fold != number
        if len(set(right[rest])) < 2 or rest.all():
            return None
        model = LogisticRegression(C=1e6).fit(log_odds(p[rest])[:, None], right[rest])
        found[~rest] = model.predict_proba(log_odds(p[~rest])[:, None])[:, 1]
    return found.tolist()


def covered(p, right):
    """Which answers are given if those below a threshold, which the other folds set, are not."""
    p, right, fold = np.asarray(p), np.asarray(right, bool), folds(len(p))
    given = np.zeros(len(p), bool)
    for number in range(FOLDS):
        least = threshold(p[fold != number], right[fold != number])
        if least is not None:
            given |= (fold == number) & (p >= least)
    return given


def influence(features, right):
    """[(coefficient, low, high)] of a logistic regression on standardised features (n, k).

    95% intervals by a bootstrap of the answers. None if all answers are right or all are wrong.
    """
    features, right = np.asarray(features, float), np.asarray(right, bool)
    if len(set(right)) < 2:
        return None
    spread = features.std(0)
    features = (features - features.mean(0)) / np.where(spread, spread, 1)

    def fit(rows):
        if len(set(right[rows])) < 2:
            return np.full(features.shape[1], np.nan)
        return LogisticRegression(C=1.0).fit(features[rows], right[rows]).coef_[0]

    draws = np.random.default_rng(SEED)
    samples = [fit(draws.integers(len(right), size=len(right))) for _ in range(DRAWS // 5)]
    low, high = np.nanquantile(samples, (0.025, 0.975), axis=0)
    return list(zip(fit(np.arange(len(right))).tolist(), low.tolist(), high.tolist(), strict=True))
