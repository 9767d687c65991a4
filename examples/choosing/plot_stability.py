"""
===============================
Stability selection of features
===============================

A sparse model of one data set keeps some features and drops the others. Had other
patients come to the clinic, would it have kept the same ones?
:class:`~mutar_cy.model_selection.StabilitySelection` asks the data themselves: it fits
the model to many random halves of them, and counts how often each feature is kept.
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
# Two tasks, and features that mean nothing
# -----------------------------------------
# How far did diabetes get within a year, in 442 patients? Age, body mass index, blood
# pressure and six values of blood serum are known from the start. The two sexes, which
# the data call 1 and 2, are two tasks: what matters may be the same, and how much may
# differ. Squares and products of two are features as well, and beside every feature
# stands a copy whose rows are shuffled. No copy can matter.

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
# The alpha that predicts best selects too much: it is chosen for the predictions, and a
# shuffled feature with a small coefficient does them little harm.

best = GroupLassoCV(task_column="sex").fit(X, y)
kept = names[best.coef_.any(axis=1)]
print(f"{len(kept)} features at the best alpha: {', '.join(kept)}")

# %%
# Nor is it what other patients would lead to. Two halves without a patient in common,
# with as many of each sex:

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
# ``StabilitySelection`` draws fifty such pairs of halves and follows a path over
# alphas on each of them, so that no alpha has to be chosen. What has to be is how
# many features a half may let in: eight here. That bounds how many false ones to expect
# among those that come in nine times of ten, by
# :math:`q^2 / ((2 \pi - 1) \, p)`, with :math:`q` the mean number let in,
# :math:`\pi = 0.9` and :math:`p = 108`.

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
# The four lines on top leave all others behind, the shuffled ones and the rest alike.
# It does not follow that nothing else matters: a line that gets to a third may belong
# to a weak effect, which needs more patients than these.

noise = names.str.startswith("shuffled")
frequency = pd.Series(selection.selection_frequencies_, names)
print(f"most frequent shuffled feature: {frequency[noise].max():.2f}")

# %%
# Alone and together
# ------------------
# What would each sex have said alone? Lassos of their own, with as many features let
# in, find body mass and lipids in both. Blood pressure falls short of the threshold in
# one sex, and gains from the other. HDL is seen in one only: the group lasso keeps a
# feature for all tasks or for none, so that what is stable matters to one task or
# another, and these lassos tell to which.

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
# With what is left
# -----------------
# The selection is a transformer. It keeps the stable columns, and that of the tasks,
# for the model that comes next.

small = selection.set_output(transform="pandas").transform(X)
last = GroupLassoCV(task_column="sex").fit(small, y)
print(coef_frame(last).round(1))
