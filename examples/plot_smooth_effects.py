"""
============================================
Smooth effects that are in or out as a whole
============================================

The effect of a measurement need not be a straight line. Give each measurement a basis
of cubic splines, and its curve is a weighted sum of six columns. To select
*measurements*, those six have to be in or out together, in every cohort: one group of
six rows of the coefficients, across all tasks.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import SplineTransformer

from mutar_cy import GroupLasso, alpha_max, split_tasks

# %%
# Nine measurements, six columns each
# -----------------------------------
# The splines are fitted on all patients, so that a coefficient means the same in both
# cohorts. A group's columns span its curves; centring them makes a curve of zero mean
# the reference.

data = load_diabetes(scaled=False)
sex = np.array(data.feature_names) == "sex"
names = np.array(data.feature_names)[~sex]
measured, cohort = data.data[:, ~sex], data.data[:, sex].ravel().astype(int)
splines = SplineTransformer(n_knots=5, degree=3, include_bias=False, knots="quantile")
columns = splines.fit_transform(measured)
width = columns.shape[1] // len(names)
groups = np.arange(columns.shape[1]).reshape(len(names), width)
X, y, codes = split_tasks(columns, data.target, cohort)
print(f"{len(names)} measurements x {width} columns, {len(X)} cohorts")

# %%
# Which measurements enter first?
# -------------------------------
# The size of each group along the path. ``warm_start`` lets each fit begin where the
# one before it ended.

model = GroupLasso(groups=list(groups), warm_start=True, tol=1e-6)
largest = alpha_max(model, X, y)
alphas = largest * np.geomspace(1, 0.01, 40)
path = [model.set_params(alpha=alpha).fit(X, y).coef_ for alpha in alphas]
sizes = np.array([[np.linalg.norm(coef[group]) for group in groups] for coef in path])

fig, ax = plt.subplots(figsize=(7, 3.5), layout="constrained")
styles = ["-", "--", ":"]
for number, (name, size) in enumerate(zip(names, sizes.T, strict=True)):
    ax.plot(alphas / largest, size, styles[number // 3], label=name)
ax.set(xscale="log", xlabel="alpha / alpha_max", ylabel="norm of the group")
ax.invert_xaxis()
ax.legend(frameon=False, ncols=3)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# The curves
# ----------
# At a tenth of ``alpha_max``: what each selected measurement adds to the prediction, in
# each cohort, over the middle 98 % of its values.

model.set_params(alpha=0.1 * largest).fit(X, y)
kept = [number for number, group in enumerate(groups) if model.coef_[group].any()]
print("selected:", ", ".join(names[kept]))
null = sum(np.var(v) / 2 for v in y)
print(f"duality gap {model.dual_gap_ / null:.1e} of the loss without any feature")

fig, axes = plt.subplots(
    1, len(kept), figsize=(2.1 * len(kept) + 1, 3), sharey=True, layout="constrained"
)
for ax, number in zip(axes, kept, strict=True):
    grid = np.tile(np.median(measured, axis=0), (100, 1))
    grid[:, number] = np.linspace(*np.quantile(measured[:, number], [0.01, 0.99]), 100)
    group = groups[number]
    curves = splines.transform(grid)[:, group] - columns[:, group].mean(axis=0)
    for task, code in enumerate(codes):
        effect = curves @ model.coef_[group, task]
        ax.plot(grid[:, number], effect, label=f"sex {code}")
    ax.axhline(0, color="0.8", linewidth=0.8, zorder=0)
    ax.set_xlabel(names[number])
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("effect on progression")
axes[-1].legend(frameon=False)
plt.show()
