"""
============================================
Predicting for unseen tasks: LeaveOneTaskOut
============================================

Sixteen sites measure the same thing, each on twenty samples of its own. There are two
questions to ask by cross-validation. Held-out samples *of the same sites*
(:class:`~mutar_cy.model_selection.TaskKFold`) tell how well a model does where it was
trained. Held-out *sites* (:class:`~mutar_cy.model_selection.LeaveOneTaskOut`) tell how
well it will do at the next one. The answers differ, and so do the chosen
alphas.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.model_selection import GridSearchCV, cross_val_predict

from mutar_cy import GroupLasso, IndLasso, alpha_max
from mutar_cy.model_selection import LeaveOneTaskOut, TaskKFold, make_task_scorer

# %%
# Sites that have something in common
# -----------------------------------
# Three features act alike everywhere. Five act at each site in a way of its own, and on
# average not at all. Twenty-two do nothing. The noise has variance 1.

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
# Two questions, one grid
# -----------------------
# A site that was not seen is predicted with the mean coefficients of those that were:
# ``unseen_tasks="mean"``. The error is averaged within a site, then over sites.

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
# Two answers
# -----------
# An open mark shows the best alpha. With one lasso per site, the mean of fifteen
# models predicts *better* at a new site than each of them does at its own: what they
# have wrong is noise, and averages out. So a new site asks for less shrinkage. The
# group lasso learns more about each site, and does better where it was trained.

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
# Site by site
# ------------
# An average hides how much sites differ. Held-out predictions of the group lasso, each
# question at its own best alpha:

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
# Which question to ask depends on where the model is going. If it serves the sites that
# it was trained on, fold their samples. If it has to travel, leave sites out.
