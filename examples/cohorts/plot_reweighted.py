"""
=================================================
Reweighted models: fewer features, less shrinkage
=================================================

Norms as penalties shrink large coefficients as much as small ones. Held-out error then
chooses a small alpha, which selects too many features. The square root of a norm
shrinks large coefficients less: :class:`~mutar_cy.IndRewLasso` uses it for single
coefficients, :class:`~mutar_cy.ReweightedGroupLasso` for a feature in all tasks. Each
solves a short sequence of weighted convex problems.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from mutar_cy import (
    GroupLasso,
    IndLasso,
    IndRewLasso,
    ReweightedGroupLasso,
    alpha_max,
    stack_tasks,
)
from mutar_cy.datasets import make_multitask_regression

# %%
# Simulated data
# --------------
# Eight of two hundred features drive five tasks of eighty samples. Each model gets the
# alpha that predicts held-out samples best. ``amplitude`` is the slope of the estimates
# against the true coefficients: 1 without shrinkage.

data = make_multitask_regression(
    5, 80, n_features=200, n_shared=8, correlation=0.5, noise=1.0, random_state=1
)
X, y, task = stack_tasks(data.X, data.y)
table = np.column_stack([X, task])
true = data.coef != 0
folds = KFold(5, shuffle=True, random_state=0)


def choose(estimator, table, y, column):
    """Return the grid search over alpha, fitted."""
    estimator.set_params(task_column=column)
    largest = np.max(alpha_max(estimator, table, y))
    grid = {"alpha": largest * np.geomspace(0.8, 0.01, 12)}
    return GridSearchCV(estimator, grid, cv=folds, error_score="raise").fit(table, y)


models = {}
for estimator in (IndLasso(), IndRewLasso(), GroupLasso(), ReweightedGroupLasso()):
    name, search = type(estimator).__name__, choose(estimator, table, y, -1)
    models[name] = model = search.best_estimator_
    amplitude = np.vdot(model.coef_[true], data.coef[true]) / np.sum(data.coef**2)
    false = np.count_nonzero(model.coef_[~true])
    print(f"{name:<20} held-out R² {search.best_score_:.3f}", end=", ")
    print(f"amplitude {amplitude:.2f}, {false:3} false coefficients")

# %%
# Estimated against true coefficients. Estimates on the dashed line are not shrunk;
# false coefficients are at the true value 0.

fig, axes = plt.subplots(
    1, 4, figsize=(9, 2.9), sharex=True, sharey=True, layout="constrained"
)
for ax, (name, model) in zip(axes, models.items(), strict=True):
    ax.axline((0, 0), slope=1, color="0.6", linestyle="--", linewidth=1)
    false = (model.coef_ != 0) & ~true
    ax.plot(data.coef[true], model.coef_[true], "C0o", markersize=4)
    ax.plot(data.coef[false], model.coef_[false], "C1x", markersize=5)
    ax.set_title(name, fontsize=10)
    ax.set(xlabel="truth", aspect="equal")
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("estimate")
plt.show()

# %%
# The reweighting, step by step
# -----------------------------
# The first problem is the group lasso with the same ``alpha``. Each further problem
# weights the penalty of a feature by the slope of the square root at its present norm:
# a weak feature is penalised more, and a feature that was dropped stays out. The
# estimator does the same, on the support only.

short = models["ReweightedGroupLasso"]
weights, steps = np.ones(200), []
for _ in range(len(short.loss_)):
    convex = GroupLasso(short.alpha, penalty_weights=weights, tol=1e-8)
    steps.append(np.linalg.norm(convex.fit(data.X, data.y).coef_, axis=1))
    with np.errstate(divide="ignore"):
        weights = 0.5 / np.sqrt(steps[-1])  # infinite where the norm is 0
steps = np.array(steps)
print("features after each problem:", np.count_nonzero(steps, axis=1))
difference = abs(convex.coef_ - short.coef_).max()
print(f"largest difference to the estimator {difference:.0e}")

# %%
# ``loss_`` is the objective, with the square root, after each of these problems. It
# falls until the coefficients stop changing. The strong features lose the shrinkage of
# the first problem.

assert np.all(np.diff(short.loss_) <= 1e-12 * short.loss_[0])
matters = np.isin(np.arange(200), data.shared)
problems = np.arange(1, len(steps) + 1)
fig, axes = plt.subplots(1, 2, figsize=(9, 3.3), layout="constrained")
axes[0].plot(problems, short.loss_, "C0o-", markersize=4)
axes[0].set(xlabel="convex problem", title="loss_")
false = steps[:, ~matters & steps[0].astype(bool)]
axes[1].plot(problems, steps[:, matters], "C0-", linewidth=1.4)
axes[1].plot(problems, false, "C1--", linewidth=1.4)
axes[1].plot([], [], "C0-", label="features that matter")
axes[1].plot([], [], "C1--", label="features that do not")
axes[1].set(xlabel="convex problem", title="norm of a feature's coefficients")
axes[1].legend(frameon=False, loc="center right")
for ax in axes:
    ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# Two cohorts
# -----------
# The diabetes data of scikit-learn: the two sexes are two tasks, with 54 features,
# which are nine measurements, their squares and products.

diabetes = load_diabetes(as_frame=True, scaled=False)
sex, progression = diabetes.data["sex"].astype(int), diabetes.target.to_numpy()
scaler = StandardScaler().set_output(transform="pandas")
expand = PolynomialFeatures(2, include_bias=False).set_output(transform="pandas")
measured = scaler.fit_transform(diabetes.data.drop(columns="sex"))
features = scaler.fit_transform(expand.fit_transform(measured))
patients = pd.concat([sex, features], axis=1)

# %%
# Every alpha of the grid is one point: the number of selected features, and R² over
# held-out patients.

names = features.columns.to_numpy()
fig, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
for style, model in (("C0s--", GroupLasso()), ("C1o-", ReweightedGroupLasso())):
    search, label = choose(model, patients, progression, "sex"), type(model).__name__
    counts = [
        model.set_params(**params).fit(patients, progression).coef_.any(axis=1).sum()
        for params in search.cv_results_["params"]
    ]
    ax.plot(counts, search.cv_results_["mean_test_score"], style, label=label)
    kept = names[search.best_estimator_.coef_.any(axis=1)]
    print(f"{label:<20} R² {search.best_score_:.3f}, {len(kept)} features: ", end="")
    print(", ".join(kept[:4]) + ", ..." * (len(kept) > 4))
ax.set(xlabel="features kept", ylabel="held-out R²")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# With four features the square root predicts as well as the norm with sixteen. On the
# right, where a small alpha selects too many features, the norm still shrinks them and
# the square root hardly does, so it predicts worse. Use reweighted models to select few
# features.
