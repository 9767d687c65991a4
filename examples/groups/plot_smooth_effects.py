"""
=======================================
Group lasso with splines in two cohorts
=======================================

The effect of a measurement may be a curve. Each measurement gets a basis of cubic
splines, and its curve is a weighted sum of six columns. :class:`~mutar_cy.GroupLasso`
selects the six columns of a measurement together, in both cohorts: a group is six rows
of the coefficients, in all tasks.
"""

# sphinx_gallery_thumbnail_number = 2
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import SplineTransformer

from mutar_cy import GroupLasso, regularization_path, split_tasks
from mutar_cy.plotting import RegularizationPathDisplay

# %%
# Nine measurements, six columns each
# -----------------------------------
# The splines are fitted on all patients, so that a coefficient means the same in both
# cohorts. The curves are centred: each has mean zero.

data = load_diabetes(scaled=False)
sex = np.array(data.feature_names) == "sex"
names = np.array(data.feature_names)[~sex]
measured, cohort = data.data[:, ~sex], data.data[:, sex].ravel().astype(int)
splines = SplineTransformer(n_knots=5, degree=3, include_bias=False, knots="quantile")
columns = splines.fit_transform(measured)
width = columns.shape[1] // len(names)
X, y, codes = split_tasks(columns, data.target, cohort)
print(f"{len(names)} measurements x {width} columns, {len(X)} cohorts")

# %%
# Which measurements enter first?
# -------------------------------
# The norm of each group along a path of alphas.

groups = np.repeat(names, width)  # the name of the measurement of every column
model = GroupLasso(groups=groups, tol=1e-6)
path = regularization_path(model, X, y, alphas=40, eps=0.01)
fig, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
RegularizationPathDisplay.from_path(path, ax=ax)
plt.show()

# %%
# The curves
# ----------
# At a tenth of the largest alpha: what each selected measurement adds to the
# prediction, in each cohort, over the middle 98 % of its values.

model.set_params(alpha=0.1 * path.alphas[0]).fit(X, y)
kept = model.selected_groups_
print("selected:", ", ".join(kept))
null = sum(np.var(v) / 2 for v in y)
print(f"duality gap {model.dual_gap_ / null:.1e} of the loss without any feature")

fig, axes = plt.subplots(
    1, len(kept), figsize=(2.1 * len(kept) + 1, 3), sharey=True, layout="constrained"
)
for ax, name in zip(axes, kept, strict=True):
    number = list(names).index(name)
    grid = np.tile(np.median(measured, axis=0), (100, 1))
    grid[:, number] = np.linspace(*np.quantile(measured[:, number], [0.01, 0.99]), 100)
    group = np.flatnonzero(groups == name)
    curves = splines.transform(grid)[:, group] - columns[:, group].mean(axis=0)
    for task, code in enumerate(codes):
        effect = curves @ model.coef_[group, task]
        ax.plot(grid[:, number], effect, label=f"sex {code}")
    ax.axhline(0, color="0.8", linewidth=0.8, zorder=0)
    ax.set_xlabel(name)
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("effect on progression")
axes[-1].legend(frameon=False)
plt.show()
