"""
===========================================================
Overdispersed counts: quasi-EBIC and the negative binomial
===========================================================

Counts of real processes often vary more than Poisson counts. An information criterion
of the Poisson likelihood then takes scatter for signal. This example selects one of ten
groups of features, with three criteria, on counts of growing dispersion.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

from mutar_cy import GroupLassoCV
from mutar_cy.losses import NegativeBinomial

rng = np.random.default_rng(0)


def draw(dispersion, n=250):
    """Return ten groups of three features, and counts that depend on the first."""
    X = rng.standard_normal((n, 30))
    mean = np.exp(0.5 + X[:, :3] @ [0.4, -0.3, 0.3])
    if dispersion > 0:
        mean = mean * rng.gamma(1 / dispersion, dispersion, n)
    return X, rng.poisson(mean)


# %%
# The dispersion
# --------------
#
# A fit of counts has the attribute ``dispersion_``, Pearson's statistic over its
# degrees of freedom. It is near 1 for Poisson counts.

X, y = draw(1.0)
model = GroupLassoCV(loss="poisson", groups=3, criterion="qebic").fit(X, y)
loss = NegativeBinomial.from_moments(y, model.predict(X))
print(f"dispersion_ of the fit: {model.dispersion_:.1f}")
print(f"dispersion of the negative binomial loss: {loss.dispersion:.2f}")

# %%
# False groups
# ------------
#
# Nine groups do not matter. EBIC with the Poisson likelihood keeps more of them the
# more the counts scatter. Quasi-EBIC divides the deviance by the dispersion; the
# negative binomial loss has the right variance.

METHODS = ("Poisson, EBIC", "Poisson, quasi-EBIC", "negative binomial, EBIC")


def select(method, X, y):
    """Return which groups a criterion selects."""
    settings = {"groups": 3, "alphas": 40}
    criterion = "qebic" if method == METHODS[1] else "ebic"
    loss = "poisson"
    if method == METHODS[2]:
        first = GroupLassoCV(loss=loss, criterion="qebic", **settings).fit(X, y)
        if first.dispersion_ > 1.0:
            loss = NegativeBinomial.from_moments(y, first.predict(X))
    model = GroupLassoCV(loss=loss, criterion=criterion, **settings).fit(X, y)
    return np.abs(model.coef_.reshape(10, 3)).any(axis=1)


warnings.filterwarnings("ignore", message="The targets scatter")  # it is the point
levels, n_draws = [0.0, 0.25, 0.5, 1.0], 6
false = {method: [] for method in METHODS}
true = dict.fromkeys(METHODS, 0)
for level in levels:
    draws = [draw(level) for _ in range(n_draws)]
    for method in METHODS:
        kept = np.array([select(method, X, y) for X, y in draws])
        false[method].append(kept[:, 1:].sum(axis=1).mean())
        true[method] += kept[:, 0].sum()
for method in METHODS:
    share = true[method] / (n_draws * len(levels))
    print(f"{method:24} keeps the true group in {share:.0%} of the draws")

# %%

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for method, style in zip(METHODS, ("o-", "s--", "^:"), strict=True):
    ax.plot(levels, false[method], style, label=method)
ax.set(xlabel="dispersion of the counts", ylabel="false groups, of nine")
ax.set_ylim(bottom=-0.2)
ax.legend(frameon=False)
plt.show()
