# %% [markdown]
# # Attention exploration: part 1 of the assignment, computed
#
# The first part of the assignment asks what attention can do, in formulas. Here each answer has
# its algebra, a computation and, where it helps, a picture. Change a number and run the cell
# again.
#
# This notebook is made from `docs/attention_exploration.py` by `make notebook`. The tests in
# `tests/test_attention_exploration.py` assert every statement and every number.
#
# **Notation.** There are $n$ words. Word $i$ has a key $k_i$ and a value $v_i$, both in
# $\mathbb{R}^d$. A query $q$ gives word $i$ the *score* $s_i = k_i^\top q$ and the *weight*
#
# $$\alpha_i = \frac{e^{s_i}}{\sum_j e^{s_j}}, \qquad\text{and the output is}\qquad
# c = \sum_i \alpha_i v_i .$$
#
# $\sigma(x) = 1/(1 + e^{-x})$ is the logistic function, $\Phi$ the normal distribution function.

# %%
import math
from functools import partial
from statistics import NormalDist

import matplotlib.pyplot as plt
import numpy as np

n, d = 10, 16  # words, and the width of a vector
a, b = 0, 1  # the two words that we want
Phi = NormalDist().cdf


def softmax(scores):
    """The weights of scores (…, n)."""
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def orthonormal(rng, rows):
    """`rows` random vectors in d dimensions, of norm 1 and orthogonal to each other."""
    return np.linalg.qr(rng.normal(size=(d, d)))[0][:rows]


rng = np.random.default_rng(224)
means = orthonormal(rng, n)  # (n, d): the keys of part (b), the means of the keys from (c) on
values = rng.normal(size=(n, d))

# %% [markdown]
# ## (a) Copying
#
# **i. The weights are a probability distribution.** Exponentials are positive, and the
# denominator is the sum of the numerators. So $\alpha_i > 0$ and $\sum_i \alpha_i = 1$.
#
# **ii. One weight takes nearly all** if word $j$ has a clear lead $g = s_j - \max_{i \ne j} s_i$.
# Divide the fraction by $e^{s_j}$:
#
# $$\alpha_j = \frac{1}{1 + \sum_{i \ne j} e^{s_i - s_j}} \;\ge\; \frac{1}{1 + (n-1)\,e^{-g}},
# \qquad\text{so}\qquad \alpha_j \ge 1 - \varepsilon \quad\text{if}\quad
# g \ge \ln\frac{(n-1)(1-\varepsilon)}{\varepsilon}.$$
#
# The query must match $k_j$ better than it matches any other key, by a few units.
#
# **iii. The output is then a copy.** From $c - v_j = \sum_{i \ne j} \alpha_i (v_i - v_j)$ follows
# $\|c - v_j\| \le \varepsilon \max_i \|v_i - v_j\|$.
#
# **iv. In words.** The query looks a word up by its key and takes its value along. It is a soft
# form of reading an entry of a dictionary.


# %%
def least_weight(lead, n):
    """The least weight of a word that leads all others by `lead`."""
    return 1 / (1 + (n - 1) * math.exp(-lead))


def lead_for(rest, n):
    """The lead with which all other words together have at most the weight `rest`."""
    return math.log((n - 1) * (1 - rest) / rest)


for rest in (0.1, 0.01, 0.001):
    print(f"a lead of {lead_for(rest, n):5.2f} leaves the other {n - 1} words at most {rest}")

# %% [markdown]
# **Common slips.**
#
# - *The other scores must be near zero, or negative.* They must only be lower. A constant that is
#   added to all scores cancels in the fraction.
# - *$k_j$ must be long.* Length helps only in the direction of $q$. A long key that points away
#   from $q$ gets no weight.
# - *$v_j$ must resemble $q$.* The formula of $\alpha$ contains no value.
# - *The output of word $j$ is then $v_j$.* The copy arrives at the word that asked.

# %%
scores = np.array([12.0, 2.0, 1.0, 0.0])
print("scores 12, 2, 1, 0:             ", softmax(scores).round(4))
print("the same, plus 100:             ", softmax(scores + 100).round(4))
long_key = np.array([[-30.0, 0.0], [0.0, 1.0], [5.0, 0.0]])  # the first is the longest
print("the longest key points away:    ", softmax(long_key @ [1.0, 0.0]).round(4))

# %% [markdown]
# ## (b) The average of two
#
# **i. Reading $v_a$ out of a sum.** Put the basis of its subspace into the columns of
# $A = [a_1 \dots a_m]$, and the basis of the other into $B$. Then $v_a = A x$ and $v_b = B y$
# with some coordinates $x$ and $y$. The bases are orthonormal and orthogonal to each other:
# $A^\top A = I$ and $A^\top B = 0$. So
#
# $$M = A A^\top = \sum_{i=1}^m a_i a_i^\top
# \qquad\text{gives}\qquad M (v_a + v_b) = A A^\top A x + A A^\top B y = A x = v_a .$$
#
# From the average $\tfrac12 (v_a + v_b)$, $2M$ reads $v_a$. If the $a_i$ are independent but not
# orthonormal, $M = A (A^\top A)^{-1} A^\top$ does the same.
#
# **Common slip:** $M = A^\top$. Its product is $x$, the $m$ coordinates of $v_a$, and not $v_a$,
# which has $d$ of them.


# %%
def projection(basis):
    """The matrix (d, d) that keeps the span of the columns of `basis` (d, m) alone."""
    return basis @ np.linalg.inv(basis.T @ basis) @ basis.T


m, p = 5, 7
basis = orthonormal(rng, m + p).T  # (d, m + p)
v_a, v_b = basis[:, :m] @ rng.normal(size=m), basis[:, m:] @ rng.normal(size=p)
M = basis[:, :m] @ basis[:, :m].T
print("M(v_a + v_b) is v_a:", np.allclose(M @ (v_a + v_b), v_a))
print(f"Aᵀ(v_a + v_b) has {(basis[:, :m].T @ (v_a + v_b)).size} numbers, v_a has {v_a.size}")

# %% [markdown]
# **ii. A query for both.** The keys are orthonormal. Take $q = \beta (k_a + k_b)$. The scores of
# $a$ and $b$ are $\beta$, all others are 0, and
#
# $$\alpha_a = \alpha_b = \frac{e^\beta}{2 e^\beta + n - 2}, \qquad
# \alpha_i = \frac{1}{2 e^\beta + n - 2} \ \text{ for the others.}$$
#
# The others have the weight $(n-2)/(2 e^\beta + n - 2)$ together. It is at most $\varepsilon$ if
# $\beta \ge \ln\frac{(n-2)(1-\varepsilon)}{2\varepsilon}$. So a large $\beta$ gives
# $c \approx \tfrac12 (v_a + v_b)$.
#
# **Common slips.**
#
# - *The denominator is $2 e^\beta$.* Then the weights add up to more than 1. The other $n - 2$
#   words have $e^0 = 1$ each.
# - *$q$ is a small multiple, such as $\tfrac12 (k_a + k_b)$.* Then the others keep most of the
#   weight.
# - *Both scores must be far above the others.* They must also be equal: scores of 10 and 9 share
#   the weight 73 to 27.


# %%
def weight_of_two(beta, n):
    """α_a = α_b for the query β(k_a + k_b)."""
    return math.exp(beta) / (2 * math.exp(beta) + n - 2)


def beta_for(rest, n):
    """The β with which the other n - 2 words together have the weight `rest`."""
    return math.log((n - 2) * (1 - rest) / (2 * rest))


print(f"the others have 0.01 at β = {beta_for(0.01, n):.2f}")
for beta in (0.5, 5, 10, 20):
    weights = softmax(means @ (beta * (means[a] + means[b])))
    away = np.linalg.norm(weights @ values - (values[a] + values[b]) / 2)
    print(f"β = {beta:4}: α_a = {weights[a]:.7f}, |c - (v_a + v_b)/2| = {away:.1e}")
print("scores 10, 9 and eight times 0:", softmax(np.array([10.0, 9.0] + [0.0] * 8))[:2].round(2))

# %% [markdown]
# ## (c) What one head cannot do
#
# **i. Keys that vary a little.** $k_i \sim N(\mu_i, \alpha I)$ with orthonormal means. The means
# are known, so $q = \beta (\mu_a + \mu_b)$. (This $\alpha$ is the assignment's variance. The
# weights carry an index.) The scores are Gaussian:
#
# $$k_i^\top q \sim N\big(\beta\,[i \in \{a, b\}],\; 2 \alpha \beta^2\big), \qquad
# (k_a - k_b)^\top q \sim N\big(0,\; 4 \alpha \beta^2\big).$$
#
# Two things are needed. $\beta$ must be large enough to leave the other words nothing. The
# difference of the two scores must stay small, or one of $a$ and $b$ wins by chance:
#
# $$\ln \frac{n}{\varepsilon} \;\ll\; \beta \;\ll\; \frac{1}{2\sqrt\alpha} .$$
#
# **Common slips.**
#
# - *$\beta \to \infty$ without the second bound.* For every $\alpha > 0$ a large enough $\beta$
#   tears the average apart. If the others have no weight,
#   $\alpha_a = \sigma(2\beta\sqrt\alpha\,z)$ with $z \sim N(0, 1)$. The picture shows it: to the
#   right of $2\beta\sqrt\alpha = 1$ each sample chooses one of the two words. (Two heads: see (d).)
# - *$q = \beta (k_a + k_b)$.* The query is fixed before the keys are drawn. It may use the means.


# %%
def sample_keys(rng, samples, alpha, stretch=0.0):
    """Keys (samples, n, d): k_i ~ N(μ_i, αI), k_a ~ N(μ_a, αI + stretch μ_a μ_aᵀ)."""
    keys = means + math.sqrt(alpha) * rng.normal(size=(samples, n, d))
    keys[:, a] += math.sqrt(stretch) * rng.normal(size=(samples, 1)) * means[a]
    return keys


def one_head(keys, beta):
    """Weights (samples, n) of the query β(μ_a + μ_b)."""
    return softmax(keys @ (beta * (means[a] + means[b])))


def two_heads(keys, beta):
    """Weights (samples, n) of the mean of two heads, with the queries βμ_a and βμ_b."""
    return (softmax(keys @ (beta * means[a])) + softmax(keys @ (beta * means[b]))) / 2


def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))


def expectation(f, mean=0.0, variance=1.0):
    """E f(x) for x ~ N(mean, variance), by the trapezoid rule on ±9 standard deviations."""
    z = np.linspace(-9, 9, 100001)
    density = np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return float(np.trapezoid(f(mean + math.sqrt(variance) * z) * density, z))


alpha = 1e-6
keys = sample_keys(rng, 5000, alpha)
for beta in (10, 100, 1000, 10_000):
    s = 2 * beta * math.sqrt(alpha)
    exact = math.sqrt(expectation(lambda x: (sigmoid(x) - 0.5) ** 2, variance=s * s))
    sds = [head(keys, beta)[:, a].std() for head in (one_head, two_heads)]
    print(f"2β√α = {s:5.2f}: sd of α_a {exact:.3f}, sampled {sds[0]:.3f}; two heads {sds[1]:.4f}")


# %%
def draw_window():
    """α_a against 2β√α, for one head and for the mean of two."""
    betas = np.logspace(0, 4, 80)
    x = 2 * betas * math.sqrt(alpha)
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True, layout="constrained")
    heads = (("one head", one_head, beta_for), ("mean of two heads", two_heads, lead_for))
    for ax, (name, head, enough) in zip(axes, heads, strict=True):
        sampled = np.array([head(keys, beta)[:, a] for beta in betas])  # (80, samples)
        low, high = np.percentile(sampled, (5, 95), axis=1)
        ax.fill_between(x, low, high, color="#56b4e9", alpha=0.4, lw=0, label="90% of the samples")
        ax.plot(x, sampled[:, :12], color="#0072b2", lw=0.7)
        ax.plot([], [], color="#0072b2", lw=0.7, label="12 samples")
        ax.axvline(2 * enough(0.01, n) * math.sqrt(alpha), color="#d55e00", ls="--", lw=1)
        ax.set(xscale="log", xlabel="2β√α", ylim=(-0.02, 1.02), title=name)
        ax.secondary_xaxis(-0.28, functions=(lambda x: x * 500, lambda x: x / 500)).set_xlabel("β")
    axes[0].set_ylabel("weight of word a")
    axes[1].legend(*axes[0].get_legend_handles_labels(), loc="upper right", frameon=False)
    axes[1].text(
        0.018, 0.06, "right of the dashed line, words\nbesides a and b have less than 0.01"
    )


draw_window()

# %% [markdown]
# **ii. A key of uncertain length.** Now $\Sigma_a = \alpha I + \tfrac12 \mu_a \mu_a^\top$. The
# matrix $\mu_a \mu_a^\top$ has rank 1 and trace 1: it adds variance along $\mu_a$ alone. So
#
# $$k_a = \gamma \mu_a + \sqrt\alpha\,z, \qquad
# \gamma \sim N(1, \tfrac12) \ \text{ with variance } \tfrac12, \text{ standard deviation 0.71.}$$
#
# The scores of $a$ and $b$ are about $\beta\gamma$ and $\beta$. Among the two, $a$ has the share
#
# $$w = \frac{\alpha_a}{\alpha_a + \alpha_b} = \sigma\big(\beta(\gamma - 1)\big), \qquad
# c \approx v_b + w\,(v_a - v_b) .$$
#
# $\gamma - 1$ is symmetric about 0, so $E\,w = \tfrac12$. The *mean* of the outputs is still
# $\tfrac12 (v_a + v_b)$. But $\operatorname{Var} w \to \tfrac14$ for large $\beta$, which is the
# variance of a coin. A single $c$ is nearly $v_a$ or nearly $v_b$, and hardly ever their average.
# In the picture below, the step of $w$ stands in the middle of the density of $\gamma$.
#
# **Common slips.**
#
# - *$\|\mu_a\| = 1$, so $\mu_a \mu_a^\top = I$* (or $= 1$). A key from $N(\mu_a, \tfrac12 I)$
#   would have $E\|k_a\|^2 = 1 + d/2$, and would turn away from $\mu_a$. The true one has
#   $E\|k_a\|^2 = 1.5$ and stays on the line of $\mu_a$.
# - *The longer of $k_a$ and $k_b$ wins.* $\gamma$ decides, not the length. With $\gamma < -1$ the
#   key $k_a$ is the longer one, and has no weight.
# - *$\gamma$ lies between 0.5 and 1.5.* It does so half of the time. $N(1, 0.5)$ must say that
#   0.5 is the variance.
# - *$c$ becomes long.* $c$ is an average of values. The weights swing, and $c$ stays between
#   $v_a$ and $v_b$.


# %%
def share_of_a(gamma, beta):
    """w = α_a / (α_a + α_b) of one head, as α → 0."""
    return sigmoid(beta * (gamma - 1))


def moments(f, above=-math.inf):
    """Mean and variance of f(γ), γ ~ N(1, ½), given γ > above."""
    share = expectation(lambda gamma: gamma > above, 1, 0.5)
    mean = expectation(lambda gamma: (gamma > above) * f(gamma), 1, 0.5) / share
    squares = expectation(lambda gamma: (gamma > above) * (f(gamma) - mean) ** 2, 1, 0.5)
    return mean, squares / share


def share_near_half(beta):
    """P(0.4 < w < 0.6) = P(|β(γ - 1)| < ln 1.5)."""
    return 2 * Phi(math.log(1.5) / (beta * math.sqrt(0.5))) - 1


for beta in (5, 10, 20, 100):
    mean, variance = moments(partial(share_of_a, beta=beta))
    near = share_near_half(beta)
    print(f"β = {beta:3}: E w = {mean:.3f}, Var w = {variance:.3f}, P(0.4 < w < 0.6) = {near:.1%}")
print(f"P(γ < 0) = {Phi(-math.sqrt(2)):.4f},  P(0.5 < γ < 1.5) = {2 * Phi(math.sqrt(0.5)) - 1:.4f}")
print(f"P(|γ| > 1) = {0.5 + Phi(-2 * math.sqrt(2)):.4f}")
for width in (2, 16, 256):
    slip = math.sqrt(0.5) * rng.normal(size=(4000, width)) + np.eye(width)[0]  # N(μ, ½I)
    length = np.linalg.norm(slip, axis=1)
    print(
        f"N(μ, ½I) in {width:3} dimensions: mean |k|² = {(length**2).mean():6.2f},"
        f" mean cosine with μ = {(slip[:, 0] / length).mean():.2f}"
    )


# %%
stretched = sample_keys(rng, 5000, alpha, stretch=0.5)


def draw_weights(curve, sampled, label):
    """A weight against γ, with γ's density, and its histogram at three β."""
    figure, axes = plt.subplots(1, 4, figsize=(11, 2.6), layout="constrained")
    gamma = np.linspace(-1.2, 3.2, 500)
    density = np.exp(-((gamma - 1) ** 2))
    axes[0].fill_between(gamma, 0.9 * density, color="0.85", lw=0)
    axes[0].text(2.15, 0.2, "density\nof γ", color="0.35")
    axes[0].set(xlabel="γ", ylabel=label, ylim=(0, 1.02))
    settings = zip(axes[1:], (5, 20, 100), ("#009e73", "#0072b2", "#000000"), strict=True)
    for ax, beta, color in settings:
        axes[0].plot(gamma, curve(gamma, beta), color=color)
        ax.hist(sampled(beta), np.linspace(0, 1, 22), color=color)
        ax.set(xlabel=label, ylim=(0, 5000))
        ax.set_title(f"β = {beta}", color=color)
        ax.tick_params(labelleft=ax is axes[1])
    axes[1].set_ylabel("of 5,000 samples")


def sampled_share(beta):
    weights = one_head(stretched, beta)
    return weights[:, a] / (weights[:, a] + weights[:, b])


draw_weights(share_of_a, sampled_share, "w")

# %% [markdown]
# ## (d) What two heads can
#
# The output is the mean of two heads, $c = \tfrac12 (c_1 + c_2)$.
#
# **i.** $q_1 = \beta \mu_a$ and $q_2 = \beta \mu_b$. Head 1 copies $v_a$ and head 2 copies $v_b$.
# The lead in each head is $\beta\,(1 + O(\sqrt\alpha))$. It grows with $\beta$, so no second
# bound on $\beta$ is needed: $\sqrt\alpha \ll 1$ is enough. The two words do not compete in one
# softmax. The right half of the first picture shows it.
#
# **ii. With the uncertain length** head 2 does not see $\gamma$, since $k_a^\top q_2 \approx 0$.
# So $c_2 \approx v_b$, always. Head 1 has the scores $\beta\gamma$ for $a$ and about 0 for all
# others:
#
# $$\alpha_a^{(1)} = \frac{e^{\beta\gamma}}{e^{\beta\gamma} + n - 1}
# = \sigma\big(\beta\gamma - \ln(n-1)\big).$$
#
# It is a sigmoid again, but its step has moved from $\gamma = 1$, the middle of the density, to
# $\gamma = \ln(n-1)/\beta$, its tail. A little above the step it does not matter how long $k_a$
# is: the softmax is saturated. So nearly all samples give $c \approx \tfrac12 (v_a + v_b)$. Below
# the step head 1 averages the *other* values. That happens with $P(\gamma < \ln(n-1)/\beta)$,
# which falls to $P(\gamma < 0) = 0.079$. The assignment leaves these cases out.
#
# **Common slips.**
#
# - *$c$ is the average whatever the length.* Not below the step.
# - *The second query is longer and makes up for it.* The queries are fixed before the keys are
#   drawn.
# - *The mean of two heads damps the swing.* Each head has one large score and is saturated. That
#   is the reason, and not the averaging. Two heads with the same query swing as one does.
# - *$k_b^\top q_2 = \gamma\beta$.* $\gamma$ belongs to $k_a$ alone.


# %%
def first_head(gamma, beta):
    """α_a of head 1, as α → 0."""
    return sigmoid(beta * gamma - math.log(n - 1))


def mean_of_heads(gamma, beta):
    """α_a of the mean of the two heads, as α → 0."""
    return (first_head(gamma, beta) + 1 / (math.exp(beta) + n - 1)) / 2


def lost(beta):
    """P(γ < ln(n-1)/β): head 1 gives word a less than half."""
    return Phi((math.log(n - 1) / beta - 1) / math.sqrt(0.5))


def average_near_half(beta):
    """P(0.4 < α_a < 0.6) of the mean of the two heads."""
    first = 0.8 - 1 / (math.exp(beta) + n - 1)  # what head 1 must give, beside head 2
    gamma = (math.log(n - 1) + math.log(first / (1 - first))) / beta
    return 1 - Phi((gamma - 1) / math.sqrt(0.5))


print("  β   Var α_a  given γ > 0  P(0.4 < α_a < 0.6)  P(γ < ln(n-1)/β)  sampled")
for beta in (5, 10, 20, 100):
    f = partial(mean_of_heads, beta=beta)
    low = (two_heads(stretched, beta)[:, a] < 0.25).mean()  # head 1 below one half
    print(
        f"{beta:3}  {moments(f)[1]:8.3f}  {moments(f, above=0)[1]:11.4f}"
        f"  {average_near_half(beta):18.1%}  {lost(beta):16.3f}  {low:7.3f}"
    )
draw_weights(mean_of_heads, lambda beta: two_heads(stretched, beta)[:, a], "weight of word a")

# %% [markdown]
# ## (e) Keys, queries and values (edition of 2021)
#
# $u_a, u_b, u_c, u_d$ are orthogonal and have the norm $\beta$. The three words are
# $x_1 = u_d + u_b$, $x_2 = u_a$, $x_3 = u_c + u_b$. Self-attention takes keys $K x_i$, queries
# $Q x_i$ and values $V x_i$.
#
# **i. Without matrices**, $K = Q = V = I$. The scores of word 2 are $(0, \beta^2, 0)$, so
# $\alpha_2 = (1, e^{\beta^2}, 1)/(2 + e^{\beta^2})$ and $c_2 \approx x_2 = u_a$.
#
# *Can $c_2 \approx u_b$ be had by adding $u_d$ or $u_c$ to $x_2$?* No. With $x_2 = u_a + t u_d$
# the scores are $(t\beta^2, (1 + t^2)\beta^2, 0)$. Word 2 leads word 1 by
# $(t^2 - t + 1)\beta^2 \ge \tfrac34 \beta^2$ for every $t$. It always reads itself, and
# $c_2 \approx u_a + t u_d$. With $u_c$, words 1 and 3 change places. Nor would reading word 1
# help: $x_1 = u_d + u_b$ is not $u_b$.
#
# **Common slips.** The exponent is $\beta^2$, not $\beta$. The denominator is $2 + e^{\beta^2}$.
# With $t = 1$, $e^{2\beta^2}$ must be compared with $e^{\beta^2}$ and not with 1. Equal norms are
# not the reason: no factor $t$ helps either.
#
# **ii. With matrices**, the task is $c_2 \approx u_b$ and $c_1 \approx u_b - u_c$. First the
# values. Since $u_b u_b^\top u_b = \beta^2 u_b$,
#
# $$V = \frac{u_b u_b^\top - u_c u_c^\top}{\beta^2} \quad\text{gives}\quad
# v_1 = u_b, \; v_2 = 0, \; v_3 = u_b - u_c .$$
#
# So word 2 must read word 1, and word 1 must read word 3. $K = I$ keeps the words as keys. $u_d$
# stands in word 1 alone and $u_c$ in word 3 alone, so they serve as queries: $q_2 = u_d$ and
# $q_1 = u_c$.
#
# $$Q = \frac{u_d u_a^\top + u_c u_d^\top}{\beta^2}, \qquad
# q_1 = u_c, \; q_2 = u_d, \; q_3 = 0 .$$
#
# The scores are $(0, 0, \beta^2)$ for word 1 and $(\beta^2, 0, 0)$ for word 2. Word 3 asks
# nothing. Its weights are equal, and $c_3 = \tfrac13 (2 u_b - u_c)$.
#
# **Common slips.**
#
# - *$V$ divided by $\beta$.* The values are then $\beta$ times too long.
# - *$Q = u_a u_a^\top + u_c u_c^\top$.* Then $q_1 = 0$, and $q_2$ finds word 2 itself, whose
#   value is 0.
# - *$Q = u_a u_a^\top + u_c u_b^\top$.* This mends $c_1$, and not $c_2$.
# - *$Q = (u_c u_c^\top + u_d u_d^\top)/\beta^2$.* Then $q_1 = u_d$ reads word 1, and $q_2 = 0$.
# - *The outer products the other way round*, $u_a u_d^\top + u_d u_c^\top$. Then $q_1 = u_a$
#   reads word 2.
# - *The other scores must be 0, so $q_1$ must be $u_c$.* A lead is enough: $q_1 = u_c - u_d$ does
#   it too.
#
# The cells below compute the outputs and weights with each $Q$. Each is divided by $\beta^2$. A row
# of a picture is the word that reads, a column the word that is read.


# %%
def words(beta):
    """u (4, d): u_a, u_b, u_c, u_d, of norm β; and x (3, d)."""
    u = beta * orthonormal(np.random.default_rng(224), 4)
    return u, np.stack((u[3] + u[1], u[0], u[2] + u[1]))


def self_attention(x, Q, K, V):
    """Outputs c (3, d) and weights (3, 3); row i belongs to word i."""
    weights = softmax((x @ Q.T) @ (x @ K.T).T)
    return weights @ (x @ V.T), weights


def matrices(beta):
    """V, and the six Q of the picture by name."""
    u, _ = words(beta)
    u_a, u_b, u_c, u_d = u
    V = (np.outer(u_b, u_b) - np.outer(u_c, u_c)) / beta**2
    pairs = {
        "right: u_d u_aᵀ + u_c u_dᵀ": ((u_d, u_a), (u_c, u_d)),
        "slip: u_a u_aᵀ + u_c u_cᵀ": ((u_a, u_a), (u_c, u_c)),
        "slip: u_a u_aᵀ + u_c u_bᵀ": ((u_a, u_a), (u_c, u_b)),
        "slip: u_c u_cᵀ + u_d u_dᵀ": ((u_c, u_c), (u_d, u_d)),
        "slip: u_a u_dᵀ + u_d u_cᵀ": ((u_a, u_d), (u_d, u_c)),
    }
    Q = {name: sum(np.outer(*pair) for pair in two) / beta**2 for name, two in pairs.items()}
    return V, {"no matrices: I": np.eye(d), **Q}


def combination(vector, u):
    """A vector in the span of u_a … u_d as text."""
    terms = ""
    for part, name in zip((u @ vector / (u[0] @ u[0])).round(2), "abcd", strict=True):
        if part:
            size = "" if abs(part) == 1 else f"{abs(part):g} "
            terms += f" {'-' if part < 0 else '+'} {size}u_{name}"
    return terms.removeprefix(" + ") or "0"


beta = 4.0
(u, x), (V, queries) = words(beta), matrices(beta)
for name, Q in queries.items():
    c, _ = self_attention(x, Q, np.eye(d), V if "u" in name else np.eye(d))
    print(f"{name:26}  c_1 = {combination(c[0], u):20} c_2 = {combination(c[1], u)}")


# %%
def draw_maps():
    """The weights of the three words, for each Q."""
    figure, axes = plt.subplots(2, 3, figsize=(8, 5.4), layout="constrained")
    for ax, (name, Q) in zip(axes.flat, queries.items(), strict=True):
        weights = self_attention(x, Q, np.eye(d), V)[1]
        ax.imshow(weights, cmap="Blues", vmin=0, vmax=1)
        for (i, j), weight in np.ndenumerate(weights):
            color = "white" if weight > 0.5 else "black"
            ax.text(j, i, f"{weight:.2f}", ha="center", va="center", color=color)
        kind, formula = name.split(": ")
        ax.set_title(f"{kind}: ${formula}$".replace("ᵀ", r"^\top"))
        ax.set_xticks(range(3), ("read $x_1$", "$x_2$", "$x_3$"))
        ax.set_yticks(range(3), ("$x_1$", "$x_2$", "$x_3$"))


draw_maps()
