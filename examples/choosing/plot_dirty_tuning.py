"""
============================================
Dirty model: choosing the ratio of penalties
============================================

The ratio of the dirty model's two penalties, beta / alpha, is a question about the
data: do the tasks agree on the features that matter? Held-out error can answer it. At
one end of the ratios are independent lassos, at the other is the group lasso, so the
search also tells whether the dirty model is needed at all.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

from mutar_cy import DirtyModel, DirtyModelCV, GroupLasso, alpha_max
from mutar_cy.datasets import make_multitask_regression

# %%
# Three worlds
# ------------
# Six tasks of unequal sizes, each with eight relevant features of a hundred: all of
# them shared, half of them, or none. Another thousand samples of each task are kept for
# the end.

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
# One grid
# --------
# What is searched is ``alpha`` and the ratio of ``beta`` to it, between
# :math:`1 / \sqrt T` and 1. Every fold is taken within every task, and on it there is
# one path of warm fits for each ratio. A dirty model with a ratio at either end warns
# that it is another model; here both ends are in the grid on purpose.

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
# Where the error is least
# ------------------------
# One picture for each world; dark is a small error, a star the smallest. The less is
# shared, the smaller is the best ratio. It says how many tasks make a shared feature:
# more than (alpha / beta)², which is one for the group lasso and all for the lassos.

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
# Does it keep its promise?
# -------------------------
# For each ratio, the best ``alpha`` by held-out error is fitted to all the data and
# judged on the thousand new samples of each task. The noise alone makes an error of 1.

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
# Held out, errors are larger, because the folds learn from four fifths of the samples;
# but they order the ratios well. Where all or nothing is shared, the choice ends at the
# simpler model, and one may as well use it. Where half is, the dirty model gains on
# both, and a wrong belief in sharing costs more than a wrong belief in independence.
