"""
==============================================
MTW with features that shift from task to task
==============================================

Four tasks have the same three bumps along a line of a hundred positions, at slightly
different positions. A model that selects the same features in all tasks has little to
share; a model per task has too few samples. :class:`~mutar_cy.MTW` penalises the cost
of moving the coefficients of one task to those of another, so that tasks help each
other.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import average_precision_score

from mutar_cy import (
    MTW,
    GroupLasso,
    IndLasso,
    IndRewLasso,
    ReMTW,
    ReweightedGroupLasso,
    alpha_max,
    ot,
)

# %%
# Simulated data
# --------------
# Every task has its own design, with 25 samples to fit and 25 to choose alpha and beta:
# a fourth of the number of positions. Two bumps are positive, one is negative; each is
# three positions wide.

N_TASKS, N_SAMPLES, N_FEATURES, NOISE = 4, 25, 100, 0.3
CENTRES, SIGNS = (20, 50, 80), (1, -1, 1)
position = np.arange(N_FEATURES)


def draw(shift, seed):
    """Return the coefficients and two pairs (X, y): to learn and to choose."""
    rng = np.random.default_rng(seed)
    coef = np.zeros((N_FEATURES, N_TASKS))
    for sign, centre in zip(SIGNS, CENTRES, strict=True):
        moved = centre + np.round(shift * rng.uniform(-1, 1, N_TASKS))
        coef += sign * np.maximum(0, 1 - abs(position[:, None] - moved) / 2)

    def sample():
        X = rng.standard_normal((N_TASKS, N_SAMPLES, N_FEATURES))
        clean = np.einsum("tnp,pt->tn", X, coef)
        return X, clean + NOISE * rng.standard_normal(clean.shape)

    return coef, sample(), sample()


# %%
# Six models
# ----------
# The cost of a move is its squared distance, in steps of the line. An ``epsilon`` of
# 0.5 blurs the barycentre by half a step. ``gamma`` is so large that mass is hardly
# ever created. Two parameters are left to choose: ``beta`` as a fraction of the
# smallest one without coefficients in a lasso, and ``alpha = beta / distance²``, so
# that to move mass over that distance costs as much as the mass itself. The other
# models get a path of ``alpha``. The candidate that predicts best on the validation
# samples is kept.

M = ot.grid_cost(N_FEATURES)
TRANSPORT = {"M": M, "epsilon": 0.5, "gamma": 1000.0, "tol": 1e-3}
DISTANCES = (3, 8)
FRACTIONS = np.geomspace(0.8, 0.02, 12)


def path(cls, X, y):
    """Return a model for every alpha on a grid."""
    if cls in (MTW, ReMTW):
        betas = np.array([0.06, 0.02, 0.007]) * np.max(alpha_max(IndLasso(), X, y))
        return [cls(b / d**2, b, **TRANSPORT) for d in DISTANCES for b in betas]
    return [cls(alpha) for alpha in np.max(alpha_max(cls(), X, y)) * FRACTIONS]


def choose(cls, learn, apart):
    """Return the fitted model that predicts best on the samples set apart."""
    fits = [model.fit(*learn) for model in path(cls, *learn)]
    return min(fits, key=lambda fit: np.mean((apart[1] - fit.predict(apart[0])) ** 2))


def error_of(model, coef):
    """Return the distance from the true coefficients, relative to their size."""
    return np.linalg.norm(model.coef_ - coef) / np.linalg.norm(coef)


def precision_of(model, coef):
    """Return how far the largest coefficients are the true ones: 1 if all are."""
    return average_precision_score((coef != 0).ravel(), abs(model.coef_).ravel())


# %%
# Estimated coefficients
# ----------------------
# Bumps are up to three positions apart. The error is that of the coefficients, relative
# to their norm. The coefficients of a transport model are never exactly zero, so
# supports are compared by their order: the average precision is 1 if the largest
# coefficients are those that matter.

classes = [
    [IndLasso, GroupLasso, MTW],
    [IndRewLasso, ReweightedGroupLasso, ReMTW],
]
coef, learn, apart = draw(shift=3, seed=0)
found = {cls: choose(cls, learn, apart) for row in classes for cls in row}

print("                      error  average precision")
for cls, model in found.items():
    print(f"{cls.__name__:<20} {error_of(model, coef):6.2f}", end="")
    print(f"{precision_of(model, coef):10.2f}")

fig, axes = plt.subplots(
    2, 3, figsize=(9, 5.6), sharex=True, sharey=True, layout="constrained"
)
for ax, cls in zip(axes.flat, np.ravel(classes), strict=True):
    for task in range(N_TASKS):
        level, label = 2.2 * (N_TASKS - 1 - task), {} if task else {"label": "truth"}
        ax.fill_between(position, level, level + coef[:, task], color="0.75", **label)
        label = {} if task else {"label": "found"}
        ax.plot(position, level + found[cls].coef_[:, task], "C0", lw=1.1, **label)
    ax.set_title(f"{cls.__name__}, error {error_of(found[cls], coef):.2f}", fontsize=10)
    ax.set_yticks(2.2 * np.arange(N_TASKS), [f"task {N_TASKS - k}" for k in range(4)])
    ax.spines[["top", "right"]].set_visible(False)
for ax in axes[1]:
    ax.set_xlabel("position")
fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
plt.show()

# %%
# Transport has the smallest error of the convex models, in the upper row, and also of
# the non-convex ones below, which shrink less: there the gain is larger.

# %%
# The barycentre
# --------------
# The fit also returns the barycentre: one set of masses for all tasks, which moves mass
# instead of averaging it. The mean of the true coefficients is spread over all
# positions of a bump; their barycentre has the width of a bump.

parts = {1: np.maximum(coef, 0), -1: np.maximum(-coef, 0)}
truth = sum(
    sign * ot.unbalanced_barycenter(part, M, 0.5, 1000.0, tol=1e-6).barycenter
    for sign, part in parts.items()
)
fig, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
ax.fill_between(position, coef.mean(axis=1), color="0.75", label="mean of the truth")
ax.plot(position, truth, "k:", label="barycentre of the truth")
for cls, style in ((MTW, "C0-"), (ReMTW, "C1--")):
    label = f"barycentre of {cls.__name__}"
    ax.plot(position, found[cls].barycenter_, style, label=label)
ax.axhline(0, color="black", linewidth=0.6)
ax.set(xlabel="position", ylabel="mass")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# Error by size of the shift
# --------------------------
# Two data sets for each of four shifts.

SHIFTS, SEEDS = (0, 1, 3, 6), range(1, 3)
errors = np.zeros((3, len(SHIFTS)))
for column, shift in enumerate(SHIFTS):
    for seed in SEEDS:
        truth, learn, apart = draw(shift, seed)
        for row, cls in enumerate(classes[0]):
            errors[row, column] += error_of(choose(cls, learn, apart), truth)
errors /= len(SEEDS)

fig, ax = plt.subplots(figsize=(6, 3.4), layout="constrained")
for cls, row, style in zip(classes[0], errors, ("C2:s", "C1--^", "C0-o"), strict=True):
    ax.plot(SHIFTS, row, style, label=cls.__name__)
    print(f"{cls.__name__:<12}", *(f"{error:5.2f}" for error in row))
ax.set(xlabel="largest shift, in positions", ylabel="error", ylim=(0, None))
ax.set_xticks(SHIFTS)
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# Without a shift the group lasso is the best of the three. With any shift, transport is
# better. Its own error grows too, once bumps are farther apart than they are wide; then
# one lasso per task does nearly as well.
