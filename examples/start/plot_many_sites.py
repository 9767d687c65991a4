"""
=======================================================
GroupLassoCV of twelve hospitals with few patients each
=======================================================

Twelve hospitals measure the same 60 features on 30 to 59 patients each. Five features
matter, in all hospitals, but their coefficients differ between hospitals. One lasso per
hospital has too few patients; one lasso for all patients assumes equal coefficients. A
group lasso selects features with the patients of all hospitals, and gives each hospital
its own coefficients.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from mutar_cy import GroupLassoCV, ReweightedGroupLassoCV
from mutar_cy.linear_model import LassoCV

# %%
# The data
# --------
# Neighbouring features are correlated (0.5). The data are simulated, so that the true
# coefficients are known and each hospital has 1000 new patients to predict.

rng = np.random.default_rng(0)
n_sites, n_features, important = 12, 60, [3, 11, 24, 37, 50]
sites = [f"site {k + 1}" for k in range(n_sites)]
lags = np.subtract.outer(np.arange(n_features), np.arange(n_features))
root = np.linalg.cholesky(0.5 ** np.abs(lags))
true_coef = np.zeros((n_features, n_sites))
sizes = rng.integers(30, 60, n_sites)
mean_effect = np.array([1.0, -0.8, 0.7, 0.9, -0.6])[:, None]
true_coef[important] = mean_effect * rng.normal(0.6, 0.9, (5, n_sites))


def draw_patients(sizes):
    """Return a dict of features and a dict of outcomes, by site."""
    X, y = {}, {}
    for k, (site, n) in enumerate(zip(sites, sizes, strict=True)):
        X[site] = rng.standard_normal((n, n_features)) @ root.T
        y[site] = X[site] @ true_coef[:, k] + 1.5 * rng.standard_normal(n)
    return X, y


X, y = draw_patients(sizes)
X_new, y_new = draw_patients([1000] * n_sites)

# %%
# Four models
# -----------
# Each model chooses its alpha by cross-validation on its patients. The non-convex model
# gets a shorter path: small alphas would take seconds.

own = {site: LassoCV().fit(X[site], y[site]) for site in sites}
pooled = LassoCV().fit(np.vstack([*X.values()]), np.concatenate([*y.values()]))
shared = GroupLassoCV().fit(X, y)
sparser = ReweightedGroupLassoCV(alphas=30, eps=0.05).fit(X, y)


def r2(predicted):
    """Return R² on the new patients of every site."""
    pairs = [(y_new[site], predicted[site]) for site in sites]
    return [1 - np.mean((v - p) ** 2) / np.var(v) for v, p in pairs]


scores = pd.DataFrame(
    {
        "LassoCV, one per site": r2({s: own[s].predict(X_new[s]) for s in sites}),
        "LassoCV, all patients": r2({s: pooled.predict(X_new[s]) for s in sites}),
        "GroupLassoCV": r2(shared.predict(X_new)),
        "ReweightedGroupLassoCV": r2(sparser.predict(X_new)),
    },
    index=sites,
)
own_coef = np.column_stack([own[site].coef_ for site in sites])
coefs = {
    "LassoCV, one per site": own_coef,
    "LassoCV, all patients": np.tile(pooled.coef_[:, None], n_sites),
    "GroupLassoCV": shared.coef_,
    "ReweightedGroupLassoCV": sparser.coef_,
}
selected = {name: np.flatnonzero(coef.any(axis=1)) for name, coef in coefs.items()}
summary = pd.DataFrame(
    {
        "R² on new patients": scores.mean().round(2),
        "features selected": {name: len(rows) for name, rows in selected.items()},
        "of the 5 that matter": {
            name: len(np.intersect1d(rows, important))
            for name, rows in selected.items()
        },
    }
)
print(summary.to_string())

# %%
# The picture
# -----------
# Left: which features are selected at which site; the five that matter are marked.
# Right: R² on new patients, a point for every site, and the mean.

figure, axes = plt.subplots(
    1, 3, figsize=(10, 4.2), layout="constrained", width_ratios=[1, 1, 1.9]
)
for ax, name in zip(
    axes, ["LassoCV, one per site", "ReweightedGroupLassoCV"], strict=False
):
    ax.imshow(coefs[name] != 0, cmap="Blues", vmax=1.4, aspect="auto")
    ax.set_yticks(important, [f"▸ {j}" for j in important])
    ax.set_xticks([0, n_sites - 1], ["site 1", f"site {n_sites}"])
    ax.set_title(name, fontsize="medium")
axes[0].set_ylabel("feature")
colours = ["0.6", "0.75", "#56b4e9", "#0072b2"]  # legible in grey too
labels = [
    "LassoCV,\none per site",
    "LassoCV,\nall patients",
    "GroupLasso-\nCV",
    "Reweighted-\nGroupLassoCV",
]
for place, (name, colour) in enumerate(zip(scores, colours, strict=True)):
    values = scores[name]
    spread = np.linspace(-0.15, 0.15, n_sites)
    axes[2].scatter(place + spread, values, s=16, color=colour)
    axes[2].hlines(values.mean(), place - 0.3, place + 0.3, color="0.1")
    axes[2].text(place + 0.32, values.mean(), f"{values.mean():.2f}", va="center")
axes[2].set_xticks(range(len(labels)), labels, fontsize="small")
axes[2].set_xlim(-0.5, 3.8)
axes[2].set_title("R² on new patients", fontsize="medium")
axes[2].spines[["top", "right"]].set_visible(False)

# %%
# One lasso per site selects different features at every site, most of them by chance.
# The shared models find that the same five matter everywhere.
# :class:`~mutar_cy.GroupLassoCV` still keeps features that do not matter: a convex
# penalty that keeps all five also selects others.
# :class:`~mutar_cy.ReweightedGroupLassoCV` has a non-convex penalty and drops them.
