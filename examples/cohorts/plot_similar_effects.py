"""
==================================================
Data-shared lasso: cohorts with similar effects
==================================================

Do cohorts share *how much* a feature matters, only *which* features matter, or neither?
Six models assume six answers. Here they are fitted to four kinds of simulated
cohorts, and predict new samples.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from mutar_cy import (
    DataSharedLasso,
    DataSharedLassoCV,
    GroupLassoCV,
    IndLassoCV,
    PretrainedLassoCV,
)
from mutar_cy.linear_model import LassoCV

# %%
# Four kinds of cohorts
# ---------------------
# Five cohorts of 25 to 100 samples, 60 features of which six matter. The effects are
# the same in all cohorts; or similar; or unrelated, of the same features; or half of
# the features have the same effects, and each cohort has three features of its own.

sizes, n_features = [25, 50, 50, 100, 50], 60
n_tasks = len(sizes)


def draw_coef(kind, rng):
    """Return the true coefficients of one draw, of shape (n_features, n_tasks)."""
    coef = np.zeros((n_features, n_tasks))
    if kind == "half the same":
        coef[:3] = rng.standard_normal(3)[:, None]
        for k in range(n_tasks):
            coef[6 + 3 * k : 9 + 3 * k, k] = rng.standard_normal(3)
        return coef
    spread = {"the same": 0.0, "similar": 0.3, "unrelated": 1.0}[kind]
    common = 0.0 if kind == "unrelated" else rng.standard_normal(6)[:, None]
    coef[:6] = common + spread * rng.standard_normal((6, n_tasks))
    return coef


def draw_samples(coef, sizes, rng):
    """Return designs and targets of all cohorts."""
    X = [rng.standard_normal((n, n_features)) for n in sizes]
    noise = [1.5 * rng.standard_normal(n) for n in sizes]
    return X, [x @ w + e for x, w, e in zip(X, coef.T, noise, strict=True)]


# %%
# Six models
# ----------
# One lasso for all samples; a lasso per cohort; the same, pretrained on all samples; a
# group lasso; and two data-shared
# lassos: their deviations from common effects are single coefficients, or whole rows.

short = {"alphas": 12, "eps": 0.03}
models = {
    "LassoCV, pooled": LassoCV(**short),
    "IndLassoCV": IndLassoCV(**short),
    "PretrainedLassoCV": PretrainedLassoCV(**short),
    "GroupLassoCV": GroupLassoCV(**short),
    "DataSharedLassoCV, entries": DataSharedLassoCV(
        deviations="entries", ratios=3, **short
    ),
    "DataSharedLassoCV, rows": DataSharedLassoCV(deviations="rows", ratios=3, **short),
}


def r2(model, X, y, X_new, y_new):
    """Return the mean R² of a fit over the new samples of the cohorts."""
    if isinstance(model, LassoCV):
        model.fit(np.vstack(X), np.concatenate(y))
        predicted = [model.predict(x) for x in X_new]
    else:
        predicted = model.fit(X, y).predict(X_new)
    pairs = zip(predicted, y_new, strict=True)
    return np.mean([1 - np.mean((v - p) ** 2) / np.var(v) for p, v in pairs])


kinds = ["the same", "similar", "unrelated", "half the same"]
scores = pd.DataFrame(0.0, index=kinds, columns=list(models))
n_draws = 2
for kind in kinds:
    for seed in range(n_draws):
        rng = np.random.default_rng(seed)
        coef = draw_coef(kind, rng)
        data = *draw_samples(coef, sizes, rng), *draw_samples(coef, [400] * 5, rng)
        for name, model in models.items():
            scores.loc[kind, name] += r2(model, *data) / n_draws
print(scores.T.round(2).to_string())

# %%
# The pooled lasso is best as long as effects are the same, and useless where they are
# unrelated; the group lasso is the other way round. The data-shared lasso by rows is
# near the best of both, and by entries it is best where cohorts have features of their
# own. Without ``deviations``, the class chooses between rows and entries as well.

figure, ax = plt.subplots(figsize=(7.5, 3), layout="constrained")
image = ax.imshow(scores.T.clip(lower=0), cmap="Blues", vmin=0, aspect="auto")
for j, name in enumerate(models):
    for i, kind in enumerate(kinds):
        value = scores.loc[kind, name]
        best = value == scores.loc[kind].max()
        dark = value > 0.6 * scores.to_numpy().max()
        ax.text(
            i,
            j,
            f"{value:.2f}",
            ha="center",
            va="center",
            color="white" if dark else "black",
            weight="bold" if best else "normal",
        )
ax.set_xticks(range(len(kinds)), kinds)
ax.set_yticks(range(len(models)), list(models))
ax.set_xlabel("effects of the cohorts")
ax.set_title("R² on new samples, the best in bold", fontsize="medium")

# %%
# Common effects and deviations
# -----------------------------
# The fit says what cohorts have in common, ``coef_shared_``, and what deviates,
# ``coef_specific_``. In this draw every cohort has three features of its own.

rng = np.random.default_rng(0)
coef = draw_coef("half the same", rng)
X, y = draw_samples(coef, sizes, rng)
model = models["DataSharedLassoCV, entries"].fit(X, y)
fit = DataSharedLasso(model.alpha_, model.beta_, deviations="entries").fit(X, y)
shown = np.flatnonzero(coef.any(axis=1))
figure, axes = plt.subplots(
    1, 3, figsize=(9, 4), layout="constrained", sharey=True, width_ratios=[5, 1, 5]
)
parts = {
    "truth": coef[shown],
    "common": fit.coef_shared_[shown, None],
    "deviations": fit.coef_specific_[shown],
}
limit = abs(coef).max()
for ax, (title, part) in zip(axes, parts.items(), strict=True):
    image = ax.imshow(part, cmap="PuOr", vmin=-limit, vmax=limit, aspect="auto")
    ax.set_title(title, fontsize="medium")
    ax.set_xticks([])
    ax.set_xlabel("cohort" if part.shape[1] > 1 else "all")
axes[0].set_ylabel("features that matter")
figure.colorbar(image, ax=axes, label="coefficient")
