"""
============================================
Dirty model: choosing the ratio of penalties
============================================

The ratio beta / alpha of the dirty model's two penalties decides how much tasks share.
This example chooses it by held-out error. The ends of the range are independent lassos
and the group lasso, so the search also tells whether a simpler model is enough.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

from mutar_cy import DirtyModel, DirtyModelCV, GroupLasso, alpha_max
from mutar_cy.datasets import make_multitask_regression

# %%
# Three kinds of data
# -------------------
# Six tasks of unequal sizes, each with eight relevant features of a hundred: all of
# them shared, half of them, or none. Another thousand samples of each task are kept as
# test data.

SIZES, NEW, NOISE = np.array([120, 100, 100, 80, 80, 60]), 1000, 1.0
worlds = {
    "all shared": {"n_shared": 8, "n_specific": 0},
    "half shared": {"n_shared": 4, "n_specific": 4},
    "none shared": {"n_shared": 0, "n_specific": 8},
}


def draw(world):
    """Return the tasks to learn from and new samples of them."""
    data = make_multitask_regression(
        len(SIZES), SIZES + NEW, n_features=100, noise=NOISE, random_state=0, **world
    )
    return [
        ([x[part] for x in data.X], [v[part] for v in data.y])
        for part in (slice(NEW, None), slice(NEW))
    ]


# %%
# The grid
# --------
# The grid has values of ``alpha`` and of the ratio of ``beta`` to it, between :math:`1
# / \sqrt T` and 1. Folds are taken within every task, and every fold fits one path of
# alphas for each ratio. A dirty model with a ratio at either end warns that it equals a
# simpler model; here both ends are in the grid on purpose.

warnings.filterwarnings("ignore", message="DirtyModel with beta")
ratios = np.geomspace(1 / np.sqrt(len(SIZES)), 1, 6)
fractions = np.geomspace(0.3, 0.02, 7)


def search(X, y):
    """Return the model with chosen alpha and beta."""
    alphas = alpha_max(GroupLasso(), X, y) * fractions
    return DirtyModelCV(alphas=alphas, ratios=ratios, cv=5, n_jobs=2).fit(X, y)


data = {name: draw(world) for name, world in worlds.items()}
searches = {name: search(*learn) for name, (learn, _) in data.items()}

# %%
# Held-out error
# --------------
# One picture for each kind of data: dark is a small error, the star is the smallest.
# The less is shared, the smaller is the best ratio. A feature has a shared part if more
# than (alpha / beta)² tasks have it. In the lowest row this is any feature (group
# lasso), in the top row none (independent lassos).

fig, axes = plt.subplots(1, 3, figsize=(9, 3.6), sharey=True, layout="constrained")
for ax, (name, found) in zip(axes, searches.items(), strict=True):
    errors = found.mse_path_.mean(axis=2)
    ax.imshow(np.log(errors), cmap="Blues_r", aspect="auto")
    row, column = np.divmod(errors.argmin(), len(fractions))
    ax.plot(column, row, "*", color="white", markersize=14, markeredgecolor="black")
    ax.set(title=name, xlabel="alpha / alpha_max")
    ax.set_xticks(range(len(fractions)), [f"{f:.2g}" for f in fractions], rotation=60)
    print(f"{name}: beta / alpha = {ratios[row]:.2f}, error {errors.min():.2f}")
labels = [f"{ratio:.2f}" for ratio in ratios]
labels[0], labels[-1] = f"lassos  {labels[0]}", f"group lasso  {labels[-1]}"
axes[0].set_yticks(range(len(ratios)), labels)
axes[0].set_ylabel("beta / alpha")
plt.show()

# %%
# Error on new samples
# --------------------
# For each ratio, the best ``alpha`` by held-out error is fitted to all training data
# and evaluated on the thousand new samples of each task. The noise alone makes an error
# of 1.

fig, axes = plt.subplots(1, 3, figsize=(9, 3.4), sharey=True, layout="constrained")
for ax, (name, found) in zip(axes, searches.items(), strict=True):
    learn, new = data[name]
    errors = found.mse_path_.mean(axis=2)
    spread = found.mse_path_.std(axis=2, ddof=1) / np.sqrt(5)
    best = errors.argmin(axis=1)
    picked = np.arange(len(ratios)), best
    pairs = zip(found.alphas_[picked], found.betas_[picked], strict=True)
    fits = [DirtyModel(alpha, beta).fit(*learn) for alpha, beta in pairs]
    on_new = [
        np.mean(
            [
                np.mean((v - guess) ** 2)
                for v, guess in zip(new[1], guesses, strict=True)
            ]
        )
        for guesses in (model.predict(new[0]) for model in fits)
    ]
    ax.errorbar(ratios, errors[picked], spread[picked], fmt="C0o-", label="held out")
    ax.plot(ratios, on_new, "C1s--", label="new samples")
    ax.axhline(NOISE**2, color="0.6", linewidth=0.8)
    ax.set(title=name, xlabel="beta / alpha")
    ax.spines[["top", "right"]].set_visible(False)
    chosen = on_new[np.argmin(errors[picked])]
    print(f"{name}: error on new samples {chosen:.2f}", end=", ")
    print(f"lassos {on_new[0]:.2f}, group lasso {on_new[-1]:.2f}")
axes[0].set(ylabel="mean squared error", ylim=0.9, yscale="log")
axes[0].set_yticks([1, 1.5, 2, 3, 4], ["1", "1.5", "2", "3", "4"], minor=False)
axes[0].minorticks_off()
axes[0].legend(frameon=False)
plt.show()

# %%
# Held-out errors are larger, because each fold learns from four fifths of the samples;
# but they order the ratios correctly. Where all features or none are shared, the search
# ends at the simpler model, which one can then use. Where half are shared, the dirty
# model beats both. To share wrongly costs more than not to share.
