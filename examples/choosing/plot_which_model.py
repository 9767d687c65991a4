"""
=========================================
Six models compared on four kinds of data
=========================================

This example fits six models to simulated tasks that share all features, some or none,
and compares their error on new samples and the features that they select.
:doc:`/guide/which_model` says when to use which model.
"""

import matplotlib.pyplot as plt
import numpy as np

from mutar_cy import (
    DirtyModel,
    GroupLasso,
    IndLasso,
    IndRewLasso,
    MultiLevelLasso,
    ReweightedGroupLasso,
    alpha_max,
)
from mutar_cy.datasets import make_multitask_regression

# %%
# Four kinds of data
# ------------------
# Six tasks with a hundred features. Each has sixty samples to fit, sixty to choose
# ``alpha``, and a thousand to test. The noise has variance 1.

N_TASKS, N_LEARN, N_NEW = 6, 60, 1000
truths = {
    "shared": {"n_shared": 6},
    "partly shared": {"n_shared": 0, "n_partial": 10},
    "shared and specific": {"n_shared": 4, "n_specific": 2},
    "specific": {"n_shared": 0, "n_specific": 5},
}


def draw(truth, seed):
    """Return the coefficients and three pairs (X, y): to learn, to choose, to judge."""
    data = make_multitask_regression(
        N_TASKS,
        2 * N_LEARN + N_NEW,
        n_features=100,
        correlation=0.5,
        noise=1.0,
        random_state=seed,
        **truth,
    )
    parts = np.split(np.arange(data.y.shape[1]), [N_LEARN, 2 * N_LEARN])
    return data.coef, [(data.X[:, part], data.y[:, part]) for part in parts]


# %%
# Six models
# ----------
# Each model gets a grid of alphas, as fractions of the smallest alpha without a
# coefficient; the dirty model also a grid of ratios. The fit that predicts best on the
# validation samples is kept. It is judged by its error on new samples, and by F1, a
# score of the selected coefficients: 1 if they are the true ones, and less for each
# false or missing one.

fractions = np.geomspace(0.8, 0.03, 12)
models = {
    "IndLasso": [IndLasso()],
    "GroupLasso": [GroupLasso()],
    "DirtyModel": [DirtyModel(beta=ratio) for ratio in (0.5, 0.65, 0.85)],
    "IndRewLasso": [IndRewLasso()],
    "ReweightedGroupLasso": [ReweightedGroupLasso()],
    "MultiLevelLasso": [MultiLevelLasso()],
}


def mean_error(model, X, y):
    """Return the mean squared error over all tasks."""
    return np.mean((y - model.predict(X)) ** 2)


def grid(kinds, X, y):
    """Return a model for every alpha, as kinds say at alpha 1."""
    for kind in kinds:
        reference = GroupLasso() if isinstance(kind, DirtyModel) else kind
        largest = np.max(alpha_max(reference, X, y))
        for alpha in largest * fractions:
            params = {**kind.get_params(), "alpha": alpha}
            if isinstance(kind, DirtyModel):
                params["beta"] = kind.beta * alpha
            yield type(kind)(**params)


def judge(kinds, coef, parts):
    """Return the chosen model, its error on new samples and the F1 of its support."""
    learn, choose, new = parts
    fits = [model.fit(*learn) for model in grid(kinds, *learn)]
    best = min(fits, key=lambda model: mean_error(model, *choose))
    found, true = best.coef_ != 0, coef != 0
    f1 = 2 * np.sum(found & true) / (found.sum() + true.sum())
    return best, mean_error(best, *new), f1


SEEDS = range(2)
errors, scores = np.zeros((2, len(models), len(truths)))
kept = {}
for column, (title, truth) in enumerate(truths.items()):
    for seed in SEEDS:
        coef, parts = draw(truth, seed)
        for row, (name, kinds) in enumerate(models.items()):
            best, error, f1 = judge(kinds, coef, parts)
            errors[row, column] += error / len(SEEDS)
            scores[row, column] += f1 / len(SEEDS)
            kept[title, name] = best, coef

# %%
# Error and selected features
# ---------------------------
# Dark is good, in both tables.

tables = {"error on new samples": errors, "F1 of the support": scores}
fig, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True, layout="constrained")
for ax, (title, table) in zip(axes, tables.items(), strict=True):
    shade = -np.log(table) if table is errors else table
    shade = (shade - shade.min()) / np.ptp(shade)
    ax.imshow(shade, cmap="Blues", vmin=0, vmax=1.1, aspect="auto")
    for (row, column), value in np.ndenumerate(table):
        color = "white" if shade[row, column] > 0.6 else "black"
        ax.text(column, row, f"{value:.2f}", ha="center", va="center", color=color)
    ax.set_title(title)
    ax.set_xticks(range(len(truths)), [name.replace(" ", "\n") for name in truths])
    ax.set_yticks(range(len(models)), list(models))
plt.show()

# %%
# *Where features are shared*, the models that share predict better than those that do
# not, and the dirty model is as good as the group lasso. *Where they are specific*,
# independent models predict better, and to share wrongly costs more than to share
# correctly gains. The dirty model is always close to the better of independent lassos
# and group lasso, and better than both where features are *shared and specific*.
#
# The selected features are another matter. Held-out error chooses a small alpha for the
# convex models, because a large one shrinks the coefficients; so they select far too
# many features. Square roots need less of a compromise. Each reweighted model selects
# better and has a smaller error than its convex counterpart, on all four kinds of data.
# The multi-level lasso is made for features that are *partly shared*.

convex, rooted = [0, 1], [3, 4]
assert np.all(errors[rooted] < errors[convex])
assert np.all(scores[rooted] > scores[convex])
for column, title in enumerate(truths):
    best = list(models)[errors[:, column].argmin()]
    print(f"{title:<20} predicted best by {best}")

# %%
# Selected coefficients
# ---------------------
# The last data set with shared and specific features. Each column is a task, and the
# features that matter are the top rows. A model that shares whole rows has to give a
# feature that one task needs to all of them: the crosses beside the squares.

title = "shared and specific"
coef = kept[title, "GroupLasso"][1]
order = np.argsort(-np.count_nonzero(coef, axis=1), kind="stable")
fig, axes = plt.subplots(1, 6, figsize=(9, 6), sharey=True, layout="constrained")
for ax, name in zip(axes, models, strict=True):
    found, true = kept[title, name][0].coef_[order] != 0, coef[order] != 0
    marks = {
        "found": (found & true, "s", {"color": "C0"}),
        "missed": (~found & true, "s", {"facecolors": "none", "edgecolors": "black"}),
        "false": (found & ~true, "x", {"color": "C1"}),
    }
    for label, (where, marker, style) in marks.items():
        row, column = np.nonzero(where)
        ax.scatter(column + 1, row, 14, marker=marker, label=label, **style)
    counts = [f"{where.sum()} {label}" for label, (where, *_) in marks.items()]
    short = name.replace("Reweighted", "Reweighted-\n")
    ax.set_title("\n".join([short, *counts]), fontsize=9)
    ax.set(xticks=range(1, N_TASKS + 1), xlim=(0.4, N_TASKS + 0.6), ylim=(100, -1))
    print(f"{name:<20}", ", ".join(counts))
axes[0].set_ylabel("feature")
plt.show()
