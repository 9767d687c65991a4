"""
===============================
Stability selection of features
===============================

A sparse model fitted to other patients would select other features.
:class:`~mutar_cy.model_selection.StabilitySelection` fits the model to many random
halves of the data, and counts how often each feature is selected. Features that are
selected in most halves are stable.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from mutar_cy import GroupLasso, GroupLassoCV, IndLasso, coef_frame
from mutar_cy.model_selection import StabilitySelection
from mutar_cy.plotting import StabilityDisplay

# %%
# Two tasks, and shuffled copies of features
# ------------------------------------------
# Age, body mass index, blood pressure and six blood values of 442 patients predict the
# progression of diabetes within a year. The two sexes, coded 1 and 2, are two tasks:
# the same features may matter, with different coefficients. Squares and products of two
# measurements are features too, and every feature has a copy whose rows are shuffled.
# No copy can have an effect.

raw = load_diabetes(as_frame=True, scaled=False)
sex = raw.data["sex"].map("sex {:.0f}".format)
serum = ["cholesterol", "LDL", "HDL", "ratio", "lipids", "sugar"]
serum = {f"s{k}": name for k, name in enumerate(serum, start=1)}
known = raw.data.drop(columns="sex").rename(columns=serum)


def standardise(table):
    """Return a table whose columns have mean 0 and deviation 1."""
    return StandardScaler().set_output(transform="pandas").fit_transform(table)


squares = PolynomialFeatures(2, include_bias=False).set_output(transform="pandas")
features = standardise(squares.fit_transform(standardise(known)))
order = np.random.default_rng(0).permutation(len(features))
shuffled = features.iloc[order].reset_index(drop=True).add_prefix("shuffled ")
X = features.join(shuffled).assign(sex=sex)
y = raw.target
names = X.columns[:-1]
print(f"{len(names)} features, {', '.join(names[[0, 9, 10, 54]])} among them")

# %%
# One fit
# -------
# The alpha that predicts best selects too many features: it is chosen for the
# predictions, and a shuffled feature with a small coefficient hardly changes them.

best = GroupLassoCV(task_column="sex").fit(X, y)
kept = names[best.coef_.any(axis=1)]
print(f"{len(kept)} features at the best alpha: {', '.join(kept)}")

# %%
# Other patients would lead to other features. Two halves without a patient in common,
# with the same number of each sex:

model = GroupLasso(best.alpha_, task_column="sex")
half = (X.groupby("sex").cumcount() % 2 == 0).to_numpy()
chosen = [
    set(names[model.fit(X[own], y[own]).coef_.any(axis=1)]) for own in (half, ~half)
]
both = [name for name in names if name in chosen[0] & chosen[1]]
print(f"{len(chosen[0])} and {len(chosen[1])} features; in both: {', '.join(both)}")

# %%
# A hundred halves
# ----------------
# ``StabilitySelection`` draws fifty such pairs of halves and follows a path of alphas
# on each, so that no alpha has to be chosen. Choose instead how many features a half
# may select: eight here. This number bounds the expected number of false features among
# those that are selected in nine halves of ten, by :math:`q^2 / ((2 \pi - 1) \, p)`,
# with :math:`q` the mean number of selected features, :math:`\pi = 0.9` and :math:`p =
# 108`.

selection = StabilitySelection(
    GroupLasso(task_column="sex"),
    alphas=20,
    eps=0.15,
    max_features=8,
    threshold=0.9,
    random_state=0,
).fit(X, y)
stable = names[selection.support_]
print(f"stable: {', '.join(stable)}")
print(f"false ones to expect: at most {selection.error_bound_:.2f}")

fig, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
StabilityDisplay.from_estimator(selection, ax=ax)
plt.show()

# %%
# Four features are selected far more often than all others, shuffled or not. This does
# not mean that nothing else matters: a feature with a frequency of one third may have a
# weak effect, which needs more patients.

noise = names.str.startswith("shuffled")
frequency = pd.Series(selection.selection_frequencies_, names)
print(f"most frequent shuffled feature: {frequency[noise].max():.2f}")

# %%
# Each task alone, and both together
# ----------------------------------
# Independent lassos, with the same number of selected features, find body mass and
# lipids in both sexes. Blood pressure misses the threshold in one sex alone, and
# reaches it with the data of the other. HDL is stable in one sex only. The group lasso
# selects a feature for all tasks or for none, so a stable feature matters to at least
# one task; the independent lassos show to which.

alone = StabilitySelection(
    IndLasso(task_column="sex"), alphas=20, eps=0.15, max_features=8, random_state=0
)
alone.fit(X, y)
table = pd.DataFrame(alone.task_frequencies_, index=names, columns=alone.tasks_)
table = table.add_suffix(" alone").assign(together=frequency)
table = table.sort_values("together", ascending=False).head(8)
print(table.round(2))

fig, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
for (label, values), marker in zip(table.items(), "<>o", strict=True):
    size = 9 if marker == "o" else 7
    ax.plot(values, table.index, marker, markersize=size, label=label, clip_on=False)
ax.axvline(0.9, color="0.35", linewidth=1, linestyle="--", zorder=0)
ax.grid(axis="y", color="0.9")
ax.set(xlabel="selection frequency", xlim=(0, 1))
ax.invert_yaxis()
ax.legend(frameon=False, loc=(0.58, 0.03))
ax.spines[["top", "right", "left"]].set_visible(False)
plt.show()

# %%
# Fit with the stable features
# ----------------------------
# The selection is a transformer. It keeps the stable columns, and the column of tasks,
# for the next model.

small = selection.set_output(transform="pandas").transform(X)
last = GroupLassoCV(task_column="sex").fit(small, y)
print(coef_frame(last).round(1))
