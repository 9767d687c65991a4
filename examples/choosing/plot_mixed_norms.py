"""
==================================
Six penalties, seen from two tasks
==================================

Take one feature and two tasks: its coefficients are a point in the plane. What a
penalty charges for that point, which of the two coefficients it sets to zero, and how
much it takes from what it keeps can be drawn. Six of this package's models differ in
nothing else.
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
# What they charge
# ----------------
# The dirty model charges the cheapest split of the point into a shared part, charged by
# its norm, and a specific part, charged entry by entry. Its dual ball is the
# intersection of a disc and a square, so its value is the largest product with a point
# on the edge of that.

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
# All points on a line cost the same; the thick line is the price of (1, 0). The first
# row is convex. A corner is where minima like to be: on the axes, one task drops the
# feature. The norm has no corner but at zero, where both drop it. The dirty model has
# corners on the axes and is round where the tasks are alike: both kinds of zeros. The
# second row takes square roots: the lines get wider apart, because the more there is of
# a coefficient, the less more of it costs.


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
# What they leave
# ---------------
# An estimator can be asked for its own proximal map. Let every point of a grid be one
# feature with a column of its own: the design is the identity, once for each task, and
# the coefficients are what the penalty makes of the targets. The factor
# :math:`\sqrt n` undoes the mean in the data term. The multi-level lasso gets half the
# alpha, because its penalty is *twice* ``alpha`` times the root.

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
# Where is a coefficient zero? The lassos decide for each task, the group lassos for
# both. The dirty model lets one task in alone if its signal is strong and the other's
# is weak, and takes both together on less evidence than the lasso. So does the
# multi-level lasso, in its own way: the stronger one task, the weaker the other may be.
#
# A root is steepest at zero, so that for these models (0, 0) is always a local minimum.
# What is drawn is where the solver ends, which starts from the convex model.

# %%
# What they take
# --------------
# Task 2 has four tenths of the signal of task 1. How much of task 1 is lost, as its
# signal grows?

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
# A norm takes the same from all that is large. A root takes everything from what is
# small, and then less and less.
