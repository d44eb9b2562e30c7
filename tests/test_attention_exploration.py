"""Every statement and every number of docs/attention_exploration.py, and the notebook made of it.

Closed forms are compared with attention computed on sampled keys, and the other way round.
"""

import math
from contextlib import redirect_stdout
from functools import partial
from io import StringIO

import numpy as np
import pytest
from conftest import ROOT

import notebooks

pytest.importorskip("matplotlib").use("Agg")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("jupytext")

with redirect_stdout(StringIO()) as printed:
    import attention_exploration as e

NOTEBOOK = ROOT / "docs" / "attention_exploration.ipynb"
SAMPLES = 10_000
a, b, n, d = e.a, e.b, e.n, e.d
near = pytest.approx


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture(scope="module")
def stretched():
    """Keys of (c) ii, and their γ."""
    keys = e.sample_keys(np.random.default_rng(6), SAMPLES, 1e-16, stretch=0.5)
    return keys, keys[:, a] @ e.means[a]


def within(share):
    """Four standard errors of a share that is sampled."""
    return near(share, abs=4 * math.sqrt(max(share * (1 - share), 1e-4) / SAMPLES))


def norm(x):
    return np.linalg.norm(x, axis=-1)


# ----------------------------------------------------------------------------------- (a) copying


def test_weights_are_a_distribution(rng):
    scores = 5 * rng.normal(size=(7, n))
    weights = e.softmax(scores)
    assert (weights > 0).all() and weights.sum(1) == near(np.ones(7))
    assert weights == near(np.exp(scores) / np.exp(scores).sum(1, keepdims=True))


def test_a_lead_bounds_the_weight_and_ties_reach_the_bound(rng):
    for lead in (0.0, 1.0, 6.0):
        others = -rng.exponential(size=(50, n - 1))
        others[:, 0] = 0  # the best of the others
        scores = np.hstack((np.full((50, 1), lead), others))
        assert (e.softmax(scores)[:, 0] >= e.least_weight(lead, n)).all()
        tied = np.array([lead] + [0.0] * (n - 1))
        assert e.softmax(tied)[0] == near(e.least_weight(lead, n))


def test_the_lead_that_leaves_the_others_little():
    for rest, lead in ((0.1, 4.39), (0.01, 6.79), (0.001, 9.10)):
        assert e.lead_for(rest, n) == near(lead, abs=0.005)
        assert e.least_weight(e.lead_for(rest, n), n) == near(1 - rest)


def test_the_output_is_a_copy(rng):
    scores = np.array([9.0, *rng.normal(size=n - 1)])
    weights = e.softmax(scores)
    distance = norm(weights @ e.values - e.values[0])
    assert 0 < distance <= (1 - weights[0]) * norm(e.values - e.values[0]).max() < 0.02


def test_slips_of_copying():
    scores = np.array([12.0, 2.0, 1.0, 0.0])  # the others are neither 0 nor negative
    assert e.softmax(scores)[0] > 0.9999
    assert e.softmax(scores + 100) == near(e.softmax(scores))
    longest = np.argmax(norm(e.long_key))
    assert e.softmax(e.long_key @ [1.0, 0.0])[longest] < 1e-15
    query, values = 10 * e.means[3], np.roll(e.means, 1, axis=0)  # value 3 is orthogonal to it
    assert values[3] @ query == near(0)
    assert e.softmax(e.means @ query) @ values == near(values[3], abs=1e-3)


# ---------------------------------------------------------------------------- (b) average of two


def test_m_reads_the_one_vector_out_of_the_sum():
    A, B = e.basis[:, : e.m], e.basis[:, e.m :]
    assert near(np.eye(e.m)) == A.T @ A and near(np.zeros((e.m, e.p))) == A.T @ B
    assert sum(np.outer(column, column) for column in A.T) == near(e.M)
    assert e.M @ (e.v_a + e.v_b) == near(e.v_a)
    assert 2 * e.M @ ((e.v_a + e.v_b) / 2) == near(e.v_a)


def test_m_of_a_basis_that_is_not_orthonormal(rng):
    A = e.basis[:, : e.m]
    skewed = A @ rng.normal(size=(e.m, e.m))
    assert abs(skewed.T @ skewed - np.eye(e.m)).max() > 0.5
    assert e.projection(skewed) == near(e.M) and e.projection(A) == near(e.M)
    assert abs(skewed @ skewed.T @ (e.v_a + e.v_b) - e.v_a).max() > 0.5


def test_slip_the_transpose_gives_coordinates():
    A = e.basis[:, : e.m]
    x = A.T @ (e.v_a + e.v_b)
    assert x.shape == (5,) and e.v_a.shape == (16,)
    assert A @ x == near(e.v_a)


def test_one_query_for_two_words():
    for beta, weight in ((0.5, 0.1459), (5, 0.48688), (10, 0.49991), (20, 0.5)):
        weights = e.softmax(e.means @ (beta * (e.means[a] + e.means[b])))
        assert weights[[a, b]] == near(np.full(2, e.weight_of_two(beta, n)))
        assert weights[2:] == near(np.full(n - 2, 1 / (2 * math.exp(beta) + n - 2)))
        assert e.weight_of_two(beta, n) == near(weight, abs=6e-6 if beta > 1 else 5e-5)
    assert weights @ e.values == near((e.values[a] + e.values[b]) / 2, abs=1e-7)


def test_the_beta_that_leaves_the_others_little():
    assert e.beta_for(0.01, n) == near(5.98, abs=0.005)
    for rest in (0.1, 0.01, 1e-4):
        assert 1 - 2 * e.weight_of_two(e.beta_for(rest, n), n) == near(rest)


def test_slips_of_the_average():
    assert 2 / 2 + (n - 2) / (2 * math.exp(5)) > 1.02  # all weights over 2 e^β
    assert 2 * e.weight_of_two(0.5, n) < 0.3
    assert e.softmax(np.array([10.0, 9.0] + [0.0] * 8))[:2] == near([0.73, 0.27], abs=0.002)


# ---------------------------------------------------------------------- (c) one head, (d) i two


def test_expectation_and_sigmoid():
    assert e.expectation(lambda x: x, 3, 2) == near(3)
    assert e.expectation(lambda x: (x - 3) ** 4, 3, 2) == near(3 * 2**2)
    x = np.array([-800.0, -1.0, 0.0, 800.0])
    assert e.sigmoid(x) == near([0, 1 / (1 + math.e), 0.5, 1])


def test_scores_are_gaussian(rng):
    alpha, beta = 0.01, 3
    keys = e.sample_keys(rng, SAMPLES, alpha)
    scores = keys @ (beta * (e.means[a] + e.means[b]))
    want = np.array([beta] * 2 + [0] * (n - 2))
    assert scores.mean(0) == near(want, abs=0.02)
    assert scores.var(0) == near(np.full(n, 2 * alpha * beta**2), rel=0.05)
    difference = scores[:, a] - scores[:, b]
    assert difference.mean() == near(0, abs=0.02)
    assert difference.var() == near(4 * alpha * beta**2, rel=0.05)


@pytest.mark.parametrize(
    ("beta", "sd"), [(10, 0.0050), (100, 0.0495), (1000, 0.3140), (10_000, 0.4797)]
)
def test_a_large_beta_tears_one_head_apart_and_not_two(rng, beta, sd):
    s = 2 * beta * math.sqrt(e.alpha)
    exact = e.expectation(lambda x: (e.sigmoid(x) - 0.5) ** 2, variance=s * s)
    assert math.sqrt(exact) == near(sd, abs=6e-5)
    keys = e.sample_keys(rng, SAMPLES, e.alpha)
    assert e.one_head(keys, beta)[:, a].std() == near(sd, rel=0.02)
    two = e.two_heads(keys, beta)
    assert two[:, a].std() < 1e-5 and two[:, [a, b]] == near(np.full((SAMPLES, 2), 0.5), abs=1e-3)


def test_both_bounds_on_beta(rng):
    keys = e.sample_keys(rng, SAMPLES, e.alpha)
    assert 2 * e.one_head(keys, 1)[:, a].mean() < 0.5  # too small: the others keep most
    assert abs(e.one_head(keys, 20)[:, [a, b]] - 0.5).max() < 0.05  # ln(n/ε) < 20 < 1/(2√α) = 500
    torn = e.one_head(keys, 10_000)[:, a]
    assert ((torn < 0.1) | (torn > 0.9)).mean() > 0.9


def test_the_lead_of_two_heads_grows_with_beta(rng):
    """Even if √α is a tenth, the lead of each head is β(1 + O(√α)), and no β is too large."""
    keys = e.sample_keys(rng, SAMPLES, 0.01)
    for word in (a, b):
        scores = keys @ e.means[word]  # over β
        lead = scores[:, word] - np.delete(scores, word, 1).max(1)
        assert lead.mean() == near(1, abs=2 * 0.1) and lead.std() < 0.15
    for beta in (100, 1000, 10_000):
        assert (abs(e.two_heads(keys, beta)[:, [a, b]] - 0.5) < 0.01).mean() > 0.99


# ------------------------------------------------------------------------- (c) ii, one long key


def test_the_covariance_of_the_long_key(rng):
    outer = np.outer(e.means[a], e.means[a])
    assert np.linalg.matrix_rank(outer) == 1 and np.trace(outer) == near(1)
    keys = e.sample_keys(rng, SAMPLES, 0.01, stretch=0.5)
    assert np.cov(keys[:, a].T) == near(0.01 * np.eye(d) + outer / 2, abs=0.02)
    assert np.cov(keys[:, b].T) == near(0.01 * np.eye(d), abs=0.002)
    assert keys[:, a].mean(0) == near(e.means[a], abs=0.03)


def test_the_long_key_stays_on_its_line(stretched):
    keys, gamma = stretched
    length = norm(keys[:, a])
    assert (length**2).mean() == near(1.5, abs=0.05)
    assert gamma.mean() == near(1, abs=0.02) and gamma.std() == near(0.71, abs=0.02)
    clear = abs(gamma) > 0.1
    assert abs(gamma / length)[clear] == near(np.ones(clear.sum()), abs=1e-6)


@pytest.mark.parametrize(("width", "cosine"), [(2, 0.71), (16, 0.33), (256, 0.09)])
def test_slip_a_covariance_of_half_the_identity(rng, width, cosine):
    keys = math.sqrt(0.5) * rng.normal(size=(5000, width)) + np.eye(width)[0]
    length = norm(keys)
    assert (length**2).mean() == near(1 + width / 2, rel=0.05)
    assert (keys[:, 0] / length).mean() == near(cosine, abs=0.03)


@pytest.mark.parametrize(
    ("beta", "variance", "share"),
    [(5, 0.149, 9.1), (10, 0.195, 4.6), (20, 0.222, 2.3), (100, 0.244, 0.5)],
)
def test_the_share_of_one_head(stretched, beta, variance, share):
    keys, gamma = stretched
    weights = e.one_head(keys, beta)
    w = weights[:, a] / (weights[:, a] + weights[:, b])
    assert w == near(e.share_of_a(gamma, beta), abs=1e-5)
    mean, exact = e.moments(partial(e.share_of_a, beta=beta))
    assert mean == near(0.5, abs=1e-6) and w.mean() == near(0.5, abs=0.02)
    assert exact == near(variance, abs=5e-4) and w.var() == near(exact, abs=0.01)
    assert 100 * e.share_near_half(beta) == near(share, abs=0.05)
    assert ((w > 0.4) & (w < 0.6)).mean() == within(e.share_near_half(beta))


def test_the_variance_tends_to_that_of_a_coin():
    assert e.moments(partial(e.share_of_a, beta=1e4))[1] == near(0.25, abs=1e-4)


def test_the_output_stays_between_the_two_values(stretched):
    keys, _ = stretched
    weights = e.one_head(keys, 20)
    w = (weights[:, a] / (weights[:, a] + weights[:, b]))[:, None]
    others = weights[:, 2:].sum(1)
    c = e.values[b] + w * (e.values[a] - e.values[b])
    far = norm(weights @ e.values - c)
    assert (far <= others * 2 * norm(e.values).max() + 1e-9).all() and others.max() < 1e-6
    mean = (weights @ e.values).mean(0)
    assert mean == near((e.values[a] + e.values[b]) / 2, abs=0.05)


def test_slips_about_the_length(stretched):
    keys, gamma = stretched
    assert (gamma < 0).mean() == within(0.0786) and e.Phi(-math.sqrt(2)) == near(0.0786, abs=5e-5)
    longer = norm(keys[:, a]) > 1
    assert longer.mean() == within(0.5023)
    assert 0.5 + e.Phi(-2 * math.sqrt(2)) == near(0.5023, abs=5e-5)
    backwards = gamma < -1
    assert backwards.sum() > 10 and longer[backwards].all()
    assert e.one_head(keys, 20)[backwards, a].max() < 1e-15
    inside = (gamma > 0.5) & (gamma < 1.5)
    assert inside.mean() == within(0.5205) and 2 * e.Phi(0.5**0.5) - 1 == near(0.5205, abs=5e-5)


# --------------------------------------------------------------------------- (d) ii, two heads


def test_the_second_head_does_not_see_the_length(stretched):
    keys, _ = stretched
    weights = e.softmax(keys @ (20 * e.means[b]))
    assert weights[:, b] == near(np.ones(SAMPLES), abs=1e-6)


@pytest.mark.parametrize(("beta", "chance"), [(5, 0.214), (10, 0.135), (20, 0.104), (100, 0.083)])
def test_the_first_head_has_its_step_in_the_tail(stretched, beta, chance):
    keys, gamma = stretched
    weights = e.softmax(keys @ (beta * e.means[a]))
    assert weights[:, a] == near(e.first_head(gamma, beta), abs=1e-5)
    step = math.log(n - 1) / beta
    assert e.first_head(step, beta) == near(0.5)
    assert e.lost(beta) == near(chance, abs=5e-4)
    assert (weights[:, a] < 0.5).mean() == within(e.lost(beta))
    assert e.lost(1e6) == near(0.0786, abs=1e-4)


def test_below_the_step_the_first_head_averages_the_others(stretched):
    keys, gamma = stretched
    weights = e.softmax(keys @ (20 * e.means[a]))[gamma < -0.5]
    assert len(weights) > 100
    assert weights[:, 1:] == near(np.full((len(weights), n - 1), 1 / (n - 1)), abs=1e-3)


@pytest.mark.parametrize(
    ("beta", "variance", "positive", "share"),
    [
        (5, 0.026, 0.0160, 66.0),
        (10, 0.023, 0.0086, 81.8),
        (20, 0.020, 0.0042, 87.7),
        (100, 0.019, 0.0008, 91.4),
    ],
)
def test_the_mean_of_two_heads(stretched, beta, variance, positive, share):
    keys, gamma = stretched
    weight = e.two_heads(keys, beta)[:, a]
    assert weight == near(e.mean_of_heads(gamma, beta), abs=1e-5)
    f = partial(e.mean_of_heads, beta=beta)
    assert e.moments(f)[1] == near(variance, abs=5e-4)
    assert weight.var() == near(e.moments(f)[1], abs=0.001)
    assert e.moments(f, above=0)[1] == near(positive, abs=5e-5)
    assert weight[gamma > 0].var() == near(e.moments(f, above=0)[1], abs=0.0005)
    assert 100 * e.average_near_half(beta) == near(share, abs=0.05)
    assert ((weight > 0.4) & (weight < 0.6)).mean() == within(e.average_near_half(beta))
    assert e.average_near_half(beta) > 5 * e.share_near_half(beta)


# ------------------------------------------------------------------- (e) keys, queries and values


@pytest.fixture(params=(3.0, 4.0))
def world(request):
    """β, its exact softmax weight of the others, u, x, V and the Q by name."""
    beta = request.param
    return beta, 1 / (2 + math.exp(beta**2)), *e.words(beta), *e.matrices(beta)


def test_the_vectors_are_the_assignments(world):
    beta, _, u, x, *_ = world
    assert u @ u.T == near(beta**2 * np.eye(4))
    assert x == near(np.stack((u[3] + u[1], u[0], u[2] + u[1])))


def test_without_matrices_a_word_reads_itself(world):
    beta, other, u, x, *_ = world
    identity = np.eye(d)
    c, weights = e.self_attention(x, identity, identity, identity)
    assert x @ x[1] == near([0, beta**2, 0])
    assert weights[1] == near([other, 1 - 2 * other, other])
    assert c[1] == near(u[0], abs=4 * beta * other)
    assert 1 / (2 + math.exp(beta)) > 100 * other  # the slip in the exponent


@pytest.mark.parametrize(("added", "word"), [(3, 0), (2, 2)])
def test_adding_a_vector_to_word_2_never_makes_it_read_another(world, added, word):
    beta, _, u, x, *_ = world
    leads = []
    for t in np.linspace(-3, 3, 61):
        changed = x.copy()
        changed[1] = u[0] + t * u[added]
        scores = changed @ changed[1]
        assert scores[[word, 1, 2 - word]] == near(beta**2 * np.array([t, 1 + t * t, 0]))
        leads.append(scores[1] - np.delete(scores, 1).max())
        c, weights = e.self_attention(changed, *[np.eye(d)] * 3)
        assert weights[1, 1] >= 1 / (1 + math.exp(-0.75 * beta**2) + math.exp(-(beta**2)))
        assert c[1] == near(changed[1], abs=0.02 * beta)
        assert norm(c[1] - u[1]) > beta  # far from u_b
        if t == near(1):
            powers = np.exp([2 * beta**2, beta**2, 0])
            assert weights[1, [1, word, 2 - word]] == near(powers / powers.sum())
    assert min(leads) == near(0.75 * beta**2)
    assert norm(x[word] - u[1]) == near(beta)  # nor is the other word u_b


def test_the_matrices_do_what_is_asked(world):
    beta, other, u, x, V, queries = world
    (Q,) = (Q for name, Q in queries.items() if name.startswith("right"))
    u_a, u_b, u_c, u_d = u
    assert x @ V.T == near(np.stack((u_b, 0 * u_b, u_b - u_c)))
    assert x @ Q.T == near(np.stack((u_c, u_d, 0 * u_b)), abs=1e-12)
    scores = beta**2 * np.array([[0, 0, 1], [1, 0, 0], [0, 0, 0]])
    assert (x @ Q.T) @ x.T == near(scores, abs=1e-12)
    c, weights = e.self_attention(x, Q, np.eye(d), V)
    assert weights[0] == near([other, other, 1 - 2 * other])
    assert weights[1] == near([1 - 2 * other, other, other])
    exact = 3 * beta * other
    assert c[0] == near(u_b - u_c, abs=exact) and c[1] == near(u_b, abs=exact)
    assert c[2] == near((2 * u_b - u_c) / 3)
    assert beta < 4 or exact < 2e-6
    scaled, _ = e.self_attention(x, Q, np.eye(d), V * beta)  # the slip: over β, not β²
    assert scaled == near(beta * c)


def test_slips_of_the_queries(world):
    beta, other, u, x, V, queries = world
    u_a, u_b, u_c, u_d = u
    third, zero = (2 * u_b - u_c) / 3, 0 * u_b
    want = {  # the formula: c_1, c_2
        "right: u_d u_aᵀ + u_c u_dᵀ": (u_b - u_c, u_b),
        "slip: u_a u_aᵀ + u_c u_cᵀ": (third, zero),
        "slip: u_a u_aᵀ + u_c u_bᵀ": (u_b - u_c, zero),
        "slip: u_c u_cᵀ + u_d u_dᵀ": (u_b, third),
        "slip: u_a u_dᵀ + u_d u_cᵀ": (zero, third),
    }
    vectors = dict(zip("abcd", u, strict=True))
    for name, (c_1, c_2) in want.items():
        one, two = (term.split() for term in name.partition(": ")[2].split(" + "))
        outers = [np.outer(vectors[p[0][2]], vectors[p[1][2]]) for p in (one, two)]
        assert queries[name] == near(sum(outers) / beta**2)  # the matrix is what its name says
        c, _ = e.self_attention(x, queries[name], np.eye(d), V)
        assert c[0] == near(c_1, abs=3 * beta * other), name
        assert c[1] == near(c_2, abs=3 * beta * other), name
    assert list(queries) == ["no matrices: I", *want]


def test_a_query_may_have_other_parts(world):
    beta, other, u, x, V, _ = world
    weights = e.softmax(x @ (u[2] - u[3]))  # q_1 = u_c - u_d
    assert weights[2] > 1 - 3 * other
    assert weights @ (x @ V.T) == near(u[1] - u[2], abs=3 * beta * other)


def test_combinations_are_written_as_formulas():
    u, _ = e.words(4.0)
    assert e.combination(u[1] - u[2], u) == "u_b - u_c"
    assert e.combination((2 * u[1] - u[2]) / 3, u) == "0.67 u_b - 0.33 u_c"
    assert e.combination(-u[3], u) == " - u_d" and e.combination(0 * u[0], u) == "0"


# ----------------------------------------------------------------------------------- the notebook


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_the_notebook_is_made_of_the_file(notebook):
    nbformat.validate(notebook)
    want = notebooks.of_percent()
    stored = [(cell.cell_type, cell.id, cell.source) for cell in notebook.cells]
    assert stored == [(cell.cell_type, cell.id, cell.source) for cell in want.cells], (
        "run `make notebook`"
    )
    assert notebook.metadata.kernelspec.name == "python3"


def test_the_notebooks_outputs_are_what_the_file_prints(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    streams = [output.text for output in outputs if output.output_type == "stream"]
    assert "".join(streams) == printed.getvalue(), "run `make notebook`"
    pictures = [output for output in outputs if output.output_type == "display_data"]
    assert len(pictures) == 4 and all("image/png" in picture.data for picture in pictures)
    assert len(outputs) == len(streams) + len(pictures)  # no error
    assert NOTEBOOK.stat().st_size < 400_000
