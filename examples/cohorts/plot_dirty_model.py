"""
==============================================
Dirty model: shared and task-specific features
==============================================

Some features matter for every task, others for one task only, and some matter for one
task far more than for the others. A group lasso has to give a feature to all tasks or
to none. :class:`~mutar_cy.DirtyModel` writes the coefficients as a sum, W = P + Q: the
shared part P has whole rows, the specific part Q single entries.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from mutar_cy import DirtyModel, GroupLasso, alpha_max
from mutar_cy.datasets import make_multitask_regression
from mutar_cy.plotting import CoefficientMapDisplay, SupportDisplay

# %%
# Six tasks with known coefficients
# ---------------------------------
# Four features matter for all tasks, and one more for each task alone. The first shared
# feature has three times its coefficient in the third task.

N_TASKS, N_SAMPLES, NOISE = 6, 60, 0.5
data = make_multitask_regression(
    N_TASKS,
    N_SAMPLES,
    n_features=80,
    n_shared=4,
    n_specific=1,
    signs="common",
    noise=NOISE,
    random_state=3,
)
X, truth = data.X, data.coef
first, outlier = data.shared[0], 2
extra = 2 * truth[first, outlier]
y = data.y.copy()
y[outlier] += extra * X[outlier, :, first]
truth[first, outlier] += extra

# %%
# Shared and specific parts
# -------------------------
# ``alpha`` penalises P and ``beta`` penalises Q. If beta / alpha is between 1 /
# sqrt(n_tasks) and 1, both parts can be non-zero; outside, one part is empty. The parts
# add up to ``coef_``.

alpha = 0.1 * alpha_max(GroupLasso(), X, y)
model = DirtyModel(alpha, beta=0.5 * alpha, tol=1e-8).fit(X, y)
group = GroupLasso(alpha, tol=1e-8).fit(X, y)
W, P, Q = model.coef_, model.coef_shared_, model.coef_specific_
assert np.array_equal(W, P + Q)

specific = np.flatnonzero(data.specific.any(axis=1))
owners = data.specific[specific].argmax(axis=1)
rows = np.r_[data.shared, specific[np.argsort(owners)]]
others = np.setdiff1d(np.arange(len(W)), rows)
print("features that matter for one task, and how many tasks they were given to:")
print("  GroupLasso ", np.count_nonzero(group.coef_[rows[4:]], axis=1))
print("  DirtyModel ", np.count_nonzero(W[rows[4:]], axis=1))
print("coefficients of features without any truth:")
print(f"  GroupLasso {np.count_nonzero(group.coef_[others])} of {truth[others].size}")
print(f"  DirtyModel {np.count_nonzero(W[others])} of {truth[others].size}")


# %%
# The two parts, between the true coefficients and those of the group lasso, with the
# same colours. The first four rows are truly shared.

pictures = [
    {"coef": truth[rows]},
    {"coef": W[rows], "shared": P[rows], "specific": Q[rows]},
    {"coef": group.coef_[rows]},
]
fig, axes = plt.subplots(
    1, 3, figsize=(9, 3.8), width_ratios=(1, 2.1, 1), layout="constrained"
)
for ax, given, last in zip(axes, pictures, (False, False, True), strict=True):
    display = SupportDisplay(
        **given, feature_names=rows, task_names=range(1, N_TASKS + 1)
    )
    display.plot(ax, limit=abs(truth).max(), colorbar=last)
    ax.axhline(3.5, color="black", linewidth=0.8)
for ax, title in zip(axes, ("truth", "DirtyModel", "GroupLasso"), strict=True):
    ax.set_title(title, pad=20)
plt.show()

# %%
# Both models have false coefficients. At the same ``alpha`` the dirty model penalises a
# single strong entry less, so it selects a few more entries that are noise.

# %%
# How a row is split
# ------------------
# The fit reports the split with the smallest penalty. It has a simple form: every row
# has a height at which its entries are cut. What is below the cut is shared, what is
# above it is specific. A feature has a shared part if more than (alpha / beta)² tasks
# have it: here more than four. For the feature with the outlier:

height = abs(P).max(axis=1, keepdims=True)
assert np.allclose(P, np.clip(W, -height, height), atol=1e-12)
assert np.array_equal(P.any(axis=1), np.count_nonzero(W, axis=1) > 4)

fig, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
tasks = np.arange(1, N_TASKS + 1)
sign = np.sign(truth[first, 0])
bars = {"edgecolor": "black", "linewidth": 0.8, "width": 0.6}
ax.bar(tasks, sign * P[first], color="C0", label="P, shared", **bars)
ax.bar(
    tasks,
    sign * Q[first],
    bottom=sign * P[first],
    color="C1",
    hatch="//",
    label="Q, specific",
    **bars,
)
ax.plot(tasks, sign * truth[first], "kD", markersize=5, label="truth")
ax.axhline(height[first, 0], color="0.3", linestyle="--", linewidth=1)
ax.set(xlabel="task", ylabel=f"coefficient of feature {first}")
ax.set_ylim(top=1.25 * abs(truth[first]).max())
ax.legend(frameon=False, ncols=3, loc="upper right")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# Ten digits as tasks
# -------------------
# The images of handwritten digits come with scikit-learn. Each digit is a task: a
# linear model of 64 pixels separates it from the other nine. All tasks share one
# design.

digits = load_digits()
pixels = digits.data / 16
targets = (digits.target[:, None] == np.arange(10)).astype(float)
alpha = 0.1 * alpha_max(GroupLasso(), pixels, targets)
model = DirtyModel(alpha, beta=0.5 * alpha, tol=1e-6).fit(pixels, targets)
shared, specific = model.coef_shared_, model.coef_specific_
in_all = shared.any(axis=1)
alone = specific.any(axis=1) & ~in_all
print(f"{in_all.sum()} pixels are shared by all digits, {alone.sum()} others are not,")
print(f"{(specific != 0).sum()} of 640 entries have a specific part")
guess = model.predict(pixels).argmax(axis=1)
print(f"largest prediction is the right digit: {np.mean(guess == digits.target):.0%}")

# %%
# The specific parts: pixels that speak for a digit (purple) or against it (orange) more
# than for others. The last picture is the norm of the shared part of each pixel, with
# its own scale.

fig, axes = plt.subplots(
    1, 2, figsize=(9, 3.4), width_ratios=(5, 2), layout="constrained"
)
names = [f"{digit} alone" for digit in range(10)]
together = np.linalg.norm(shared, axis=1)
CoefficientMapDisplay(coef=specific, shape=(8, 8), task_names=names).plot(axes[0])
CoefficientMapDisplay(coef=together, shape=(8, 8), task_names=["shared"]).plot(axes[1])
plt.show()
