"""
=============================================================
Group lasso of two cohorts of different sizes (diabetes data)
=============================================================

The diabetes data of scikit-learn: nine measurements of 442 people, and the progression
of the disease a year later. The two sexes are two cohorts of 235 and 207 people, each
with its own patients and so with its own design matrix. ``MultiTaskLasso`` of
scikit-learn cannot fit them, because it needs one design for all tasks.
:class:`~mutar_cy.GroupLasso` can, and selects the same features in both.
"""

from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from mutar_cy import GroupLasso, IndLasso, alpha_max, split_tasks

# %%
# One table
# ---------
# Nine measurements, their squares and their products are 54 features. One more column
# names the cohort of each row; the data set codes the sexes as 1 and 2.

data = load_diabetes(as_frame=True, scaled=False)
sex, progression = data.data["sex"].astype(int), data.target.to_numpy()
measured = data.data.drop(columns="sex")
scaler = StandardScaler().set_output(transform="pandas")
expand = PolynomialFeatures(2, include_bias=False).set_output(transform="pandas")
features = scaler.fit_transform(expand.fit_transform(scaler.fit_transform(measured)))
table = pd.concat([sex, features], axis=1)
X, y, codes = split_tasks(features.to_numpy(), progression, sex)
print("cohorts:", [design.shape for design in X])

# %%
# Choosing alpha with GridSearchCV
# --------------------------------
# ``task_column`` names the column of cohorts, so that a model with two designs is an
# ordinary estimator for scikit-learn's grid search. Each model gets its own grid, from
# a hundredth to half of its ``alpha_max``. The score is R² over all held-out patients.

tol = 1e-8
folds = KFold(5, shuffle=True, random_state=0)


def choose(estimator):
    """Return the grid search over alpha, fitted."""
    estimator.set_params(task_column="sex", tol=tol)
    largest = np.max(alpha_max(estimator, table, progression))
    grid = {"alpha": largest * np.geomspace(0.5, 0.01, 20)}
    search = GridSearchCV(estimator, grid, cv=folds, error_score="raise")
    return search.fit(table, progression)


searches = {"IndLasso": choose(IndLasso()), "GroupLasso": choose(GroupLasso())}
models = {name: search.best_estimator_ for name, search in searches.items()}

# %%
# Selected features
# -----------------

names = features.columns.to_numpy()
for name, search in searches.items():
    model, r2 = models[name], search.best_score_
    each, in_all = (model.coef_ != 0).sum(axis=0), model.coef_.any(axis=1).sum()
    print(f"{name}: alpha {model.alpha:.2f}, held-out R² {r2:.3f}", end=", ")
    print(f"{each[0]} and {each[1]} features, {in_all} in all")
kept = names[models["GroupLasso"].coef_.any(axis=1)]
print(fill("GroupLasso keeps " + ", ".join(kept), width=88))

# %%
# The two models predict equally well. But independent lassos select few features in
# both cohorts, and one cannot tell whether the cohorts differ or whether the choice was
# noise. The group lasso selects each feature for both.

either = np.any([model.coef_.any(axis=1) for model in models.values()], axis=0)
rows = np.flatnonzero(either)
cohorts = [f"sex {code}\n({len(v)})" for code, v in zip(codes, y, strict=True)]
fig, axes = plt.subplots(1, 2, figsize=(5.5, 7), sharey=True, layout="constrained")
for ax, (name, model) in zip(axes, models.items(), strict=True):
    ax.imshow(model.coef_[rows] != 0, aspect="auto", cmap="Blues", vmax=1.4)
    ax.set_title(name)
    ax.set_xticks(range(2), cohorts)
    ax.set_yticks(range(len(rows)), names[rows])
plt.show()

# %%
# Coefficients of the cohorts
# ---------------------------
# The features are the same, but each cohort has its own coefficients: the change of
# progression, in the data set's units, for a change of one standard deviation.

fig, axes = plt.subplots(
    1, 2, figsize=(8, 7), sharex=True, sharey=True, layout="constrained"
)
for ax, (name, model) in zip(axes, models.items(), strict=True):
    ax.axvline(0, color="0.8", linewidth=0.8)
    ax.hlines(range(len(rows)), *np.sort(model.coef_[rows], axis=1).T, color="0.8")
    for cohort, (code, marker) in enumerate(zip(codes, "os", strict=True)):
        coef = model.coef_[rows, cohort]
        ax.plot(coef, range(len(rows)), marker, label=f"sex {code}")
    ax.set(title=name, xlabel="coefficient")
    ax.set_yticks(range(len(rows)), names[rows])
    ax.spines[["top", "right"]].set_visible(False)
axes[0].invert_yaxis()
axes[1].legend(frameon=False, loc="lower right")
plt.show()
