"""
=====================================================
Six penalties compared: contours, zeros and shrinkage
=====================================================

The coefficients of one feature in two tasks are a point in the plane. This example
draws, for six models, the value of the penalty at every point, which of the two
coefficients it sets to zero, and how much it shrinks the others. The six models differ
only in the penalty.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy import sparse

from mutar_cy import (
    DirtyModel,
    GroupLasso,
    IndLasso,
    IndRewLasso,
    MultiLevelLasso,
    ReweightedGroupLasso,
)

# %%
# Contours of the penalties
# -------------------------
# The penalty of the dirty model is that of the cheapest split of the point into a
# shared part, penalised by its norm, and a specific part, penalised entry by entry. Its
# dual ball is the intersection of a disc and a square, so its value is the largest
# product with a point on the edge of that intersection.

ALPHA, BETA = 1.0, 0.8
angles = np.linspace(0, 2 * np.pi, 721)
compass = np.stack([np.cos(angles), np.sin(angles)])
reach = np.minimum(ALPHA, BETA / abs(compass).max(axis=0))


def dirty(W):
    """Return the value of the dirty penalty for each row."""
    return (W @ (reach * compass)).max(axis=1)


def l1(W):
    """Return the sum of the magnitudes of each row."""
    return abs(W).sum(axis=1)


def l2(W):
    """Return the norm of each row."""
    return np.linalg.norm(W, axis=1)


penalties = {
    "IndLasso": l1,
    "GroupLasso": l2,
    "DirtyModel": dirty,
    "IndRewLasso": lambda W: np.sqrt(abs(W)).sum(axis=1),
    "ReweightedGroupLasso": lambda W: np.sqrt(l2(W)),
    "MultiLevelLasso": lambda W: np.sqrt(l1(W)),
}

# %%
# All points on a line have the same penalty; the thick line is that of (1, 0). The
# first row is convex. Minima tend to lie at corners: on the axes, where one task drops
# the feature. The norm has a corner at zero only, where both tasks drop it. The dirty
# model has corners on the axes and is round where the tasks are alike, so it makes both
# kinds of zeros. The second row takes square roots: the lines get wider apart, because
# the penalty grows more slowly the larger a coefficient is.


def panels(**kwargs):
    """Return a figure and its axes, one for each penalty."""
    fig, axes = plt.subplots(
        2, 3, figsize=(8, 5.6), sharex=True, sharey=True, layout="constrained", **kwargs
    )
    for ax, name in zip(axes.flat, penalties, strict=True):
        ax.set(title=name, aspect="equal")
    for ax in axes[1]:
        ax.set_xlabel("task 1")
    for ax in axes[:, 0]:
        ax.set_ylabel("task 2")
    return fig, axes.flat


ticks = np.linspace(-1.6, 1.6, 161)
plane = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
fig, axes = panels()
for ax, penalty in zip(axes, penalties.values(), strict=True):
    values = penalty(plane).reshape(len(ticks), -1)
    price = penalty(np.array([[1.0, 0.0]])).item()
    levels = price * np.array([0.25, 0.5, 0.75, 1.0, 1.25, 1.5])
    widths = np.where(levels == price, 2.2, 0.6)
    ax.axhline(0, color="0.85", linewidth=0.6)
    ax.axvline(0, color="0.85", linewidth=0.6)
    ax.contour(ticks, ticks, values, levels, colors="C0", linewidths=widths)
plt.show()

# %%
# Zeros
# -----
# A fit to an identity design returns the proximal map of the penalty. Every point of a
# grid is one feature with a column of its own, and the design is the identity for both
# tasks; the coefficients are then the targets after shrinkage. The factor :math:`\sqrt
# n` undoes the mean in the data term. The multi-level lasso gets half the alpha,
# because its penalty is *twice* ``alpha`` times the root.

SETTINGS = {"fit_intercept": False, "tol": 1e-10}
models = {
    "IndLasso": IndLasso(ALPHA, **SETTINGS),
    "GroupLasso": GroupLasso(ALPHA, **SETTINGS),
    "DirtyModel": DirtyModel(ALPHA, BETA, **SETTINGS),
    "IndRewLasso": IndRewLasso(ALPHA, **SETTINGS),
    "ReweightedGroupLasso": ReweightedGroupLasso(ALPHA, **SETTINGS),
    "MultiLevelLasso": MultiLevelLasso(ALPHA / 2, **SETTINGS),
}


def shrink(model, points):
    """Return where the model moves each point."""
    root = np.sqrt(len(points))
    X = [root * sparse.eye_array(len(points), format="csc")] * 2
    return model.fit(X, list(root * points.T)).coef_


# Signs do not matter: one quadrant says it all, and is mirrored.
ticks = np.arange(0.05, 3, 0.1)
quadrant = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
fig, axes = panels()
for ax, (name, model) in zip(axes, models.items(), strict=True):
    kept = np.count_nonzero(shrink(model, quadrant), axis=1)
    share = np.bincount(kept, minlength=3) / len(kept)
    print(f"{name:<20} none {share[0]:4.0%}, one {share[1]:4.0%}, both {share[2]:4.0%}")
    right = kept.reshape(len(ticks), -1)
    upper = np.hstack([right[:, ::-1], right])
    box = {"extent": (-3, 3, -3, 3), "origin": "lower", "interpolation": "nearest"}
    ax.imshow(np.vstack([upper[::-1], upper]), cmap="Blues", vmin=0, vmax=3.4, **box)
    ax.text(0, 0, "none", ha="center", va="center")
    ax.text(2.2, 2.2, "both", ha="center", va="center")
    if share[1]:
        ax.text(2.3, 0, "one", ha="center", va="center")
plt.show()

# %%
# The lassos set a coefficient to zero for each task, the group lassos for both. The
# dirty model selects one task alone if its signal is strong and the other's is weak,
# and selects both together at weaker signals than the lasso. The multi-level lasso does
# so too: the stronger one task is, the weaker the other may be.
#
# A square root is steepest at zero, so that (0, 0) is always a local minimum of these
# models. The picture shows the local minimum at which the solver ends; it starts from
# the convex model.

# %%
# Shrinkage
# ---------
# The signal of task 2 is 0.4 times that of task 1. The curves show how much the
# coefficient of task 1 is shrunk as its signal grows.

signal = np.linspace(0, 8, 81)
ray = signal[:, None] * [1.0, 0.4]
fig, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
styles = ["C0-", "C0--", "C0:", "C1-", "C1--", "C1:"]
for style, (name, model) in zip(styles, models.items(), strict=True):
    lost = signal - shrink(model, ray)[:, 0]
    ax.plot(signal, lost, style, linewidth=1.8, label=name)
    print(f"{name:<20} takes {lost[-1]:.2f} of {signal[-1]:.0f}")
ax.set(xlabel="signal of task 1", ylabel="lost to the penalty")
ax.legend(frameon=False, ncols=2)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# Norms shrink all large coefficients by the same amount. Square roots set small
# coefficients to zero, and shrink large ones the less the larger they are.
