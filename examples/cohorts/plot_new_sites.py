"""
============================================
Predicting for unseen tasks: LeaveOneTaskOut
============================================

Sixteen sites measure the same features, each on twenty samples of its own.
Cross-validation can answer two questions. Held-out samples *of the same sites*
(:class:`~mutar_cy.model_selection.TaskKFold`) estimate the error at sites of the
training data. Held-out *sites* (:class:`~mutar_cy.model_selection.LeaveOneTaskOut`)
estimate the error at a new site. The two errors differ, and so do the alphas that they
choose.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import GridSearchCV, cross_val_predict

from mutar_cy import GroupLasso, IndLasso, alpha_max
from mutar_cy.model_selection import LeaveOneTaskOut, TaskKFold, make_task_scorer

# %%
# Sixteen sites
# -------------
# Three features have the same coefficient at all sites. Five have different
# coefficients at each site, with mean 0. Twenty-two have no effect. The noise has
# variance 1.

n_sites, n_samples, n_features = 16, 20, 30
rng = np.random.default_rng(0)
coef = np.zeros((n_features, n_sites))
coef[:3] = rng.uniform(0.6, 1.0, (3, 1))
coef[3:8] = 0.5 * rng.standard_normal((5, n_sites))
site = np.repeat(np.arange(n_sites), n_samples)
X = rng.standard_normal((len(site), n_features))
y = (X * coef.T[site]).sum(axis=1) + rng.standard_normal(len(site))
table = np.column_stack([site, X])

# %%
# Two kinds of folds, one grid
# ----------------------------
# An unseen site is predicted with the mean coefficients of the sites in the training
# data: ``unseen_tasks="mean"``. The error is averaged within a site, then over sites.

error = make_task_scorer("neg_mean_squared_error")
folds = {
    "the same sites": TaskKFold(5, task_column=0),
    "a new site": LeaveOneTaskOut(task_column=0),
}
ratios = np.geomspace(1, 0.01, 13)
searches = {}
for cls in (GroupLasso, IndLasso):
    model = cls(task_column=0, unseen_tasks="mean", tol=1e-6, max_iter=10_000)
    grid = {"alpha": np.max(alpha_max(model, table, y)) * ratios}
    for question, cv in folds.items():
        search = GridSearchCV(model, grid, cv=cv, scoring=error, error_score="raise")
        searches[cls.__name__, question] = search.fit(table, y)

# %%
# Errors at known and at new sites
# --------------------------------
# An open mark shows the best alpha. With one lasso per site, the mean of fifteen models
# predicts *better* at a new site than each of them does at its own: their errors are
# mostly noise, which averages out. So a new site needs less shrinkage. The group lasso
# learns more about each site, and predicts better at the sites it was trained on.

looks = {"the same sites": ("C0", "-", "o"), "a new site": ("C1", "--", "s")}
fig, axes = plt.subplots(
    1, 2, figsize=(8.5, 3.8), sharex=True, sharey=True, layout="constrained"
)
for (name, question), search in searches.items():
    ax = axes[int(name == "IndLasso")]
    color, style, marker = looks[question]
    errors = -search.cv_results_["mean_test_score"]
    ax.plot(ratios, errors, style, color=color, label=question)
    best = search.best_index_
    ax.plot(ratios[best], errors[best], marker, color=color, mfc="none", ms=10)
    ax.set(title=name, xscale="log", xlabel="alpha / alpha_max")
for ax in axes:
    ax.axhline(1, color="0.6", linewidth=0.8)
    ax.annotate("noise", (0.011, 1.04), color="0.4")
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set(ylabel="mean squared error", ylim=(0.8, None))
axes[0].legend(frameon=False, title="tested on", loc="upper left")
plt.show()

# %%
# Error of each site
# ------------------
# A mean hides how much sites differ. These are the held-out predictions of the group
# lasso, for each kind of folds at its best alpha:

predicted = {}
for question, cv in folds.items():
    model = searches["GroupLasso", question].best_estimator_
    predicted[question] = cross_val_predict(model, table, y, cv=cv)
squares = pd.DataFrame({name: (y - guess) ** 2 for name, guess in predicted.items()})
by_site = squares.groupby(site).mean().sort_values("a new site")
print(by_site.describe().loc[["mean", "min", "max"]].round(2))

fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
rank = np.arange(n_sites)
ax.vlines(rank, *by_site.to_numpy().T, color="0.8", zorder=0)
for question, (color, _, marker) in looks.items():
    ax.plot(rank, by_site[question], marker, color=color, label=question)
ax.set_xticks(rank, by_site.index)
ax.set(xlabel="site", ylabel="mean squared error", ylim=(0, None))
ax.spines[["top", "right"]].set_visible(False)
ax.legend(frameon=False, title="tested on", loc="upper left")
plt.show()

# %%
# Choose the folds by where the model will be used. For the sites of the training data,
# use ``TaskKFold``. For new sites, use ``LeaveOneTaskOut``.
