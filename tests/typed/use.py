"""What a user writes; a line with a mistake says so. Read by tools/check_types.py."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

import mutar_cy
from mutar_cy import (
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoCV,
    IndLasso,
    alpha_max,
    coef_frame,
    regularization_path,
)
from mutar_cy.datasets import make_multitask_regression
from mutar_cy.inference import desparsify
from mutar_cy.linear_model import LassoCV
from mutar_cy.losses import Huber
from mutar_cy.model_selection import StabilitySelection, TaskKFold
from mutar_cy.plotting import SupportDisplay
from mutar_cy.preprocessing import TaskScaler

rng = np.random.default_rng(0)
X = [rng.standard_normal((30, 5)) for _ in range(3)]
y = [x[:, 0] + 1.0 for x in X]

# What is right.
model = GroupLasso(alpha=0.1, normalize="std", groups=[[0, 1], [2, 3, 4]]).fit(X, y)
coef: NDArray[Any] = model.coef_
gap: float = model.dual_gap_
n_iter: int = model.n_iter_
again: GroupLasso = model.set_params(alpha=0.2).fit(np.stack(X), np.stack(y))
print(model.predict(X)[0].shape, model.score(X, y), model.get_support().sum())
print(mutar_cy.__version__, model.get_params()["alpha"], model.groups_[0])
robust = GroupLasso(0.1, loss=Huber(delta=2.0)).fit(
    X, y, sample_weight=[w * w for w in y]
)
searched = GroupLassoCV(alphas=[0.1, 0.01], cv=TaskKFold(3), rule="1se").fit(X, y)
print(searched.alpha_, searched.mse_path_.mean(axis=1))
single = IndLasso([0.1, 0.2, 0.3]).fit({"a": X[0], "b": X[1]}, {"a": y[0], "b": y[1]})
labels = [np.where(v > 1, "yes", "no") for v in y]
print(GroupLassoClassifier(class_weight="balanced").fit(X, labels).predict_proba(X))
print(alpha_max(model, X, y), coef_frame(model), make_multitask_regression(3))
print(LassoCV(cv=3).fit(X[0], y[0]).alpha_, desparsify(model, X, y).frame())
print(StabilitySelection(model).fit(X, y).support_.any())
print(regularization_path(model, X, y, alphas=10).alphas)
SupportDisplay.from_estimator(model).figure_.savefig("support.png")
TaskScaler(task_column="site").fit_transform(X[0])

# What is wrong.
GroupLasso(alpha="x")  # mistake
GroupLasso(alhpa=0.1)  # mistake
GroupLasso(0.1, normalize="max")  # mistake
GroupLasso(missing_targets="drop")  # mistake
GroupLasso(loss=3)  # mistake
IndLasso(alpha="x")  # mistake
GroupLassoCV(rule="max")  # mistake
LassoCV(n_jobs="two")  # mistake
model.coeff_  # mistake
model.fitt(X, y)  # mistake
model.fit(X)  # mistake
model.fit(X, y, weights=y)  # mistake
model.fit(3, y)  # mistake
model.predict()  # mistake
wrong: str = model.dual_gap_  # mistake
searched.alpha  # mistake
alpha_max(model, X)  # mistake
make_multitask_regression(n_task=3)  # mistake
desparsify(model, X, y).frame(adjust="none")  # mistake
TaskKFold(folds=3)  # mistake
mutar_cy.GroupLaso()  # mistake
