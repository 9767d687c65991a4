"""Tiny problems against CVXPY with the Clarabel solver: objectives to 1e-9."""

import numpy as np
import pytest
import reference
import simulated
from certificate import assert_certified
from interior_point import cvxpy_optimum
from problems import coefficients_of, problem_of

from mutar_cy import DirtyModel, GroupLasso, IndLasso
from mutar_cy import linear_model as ours

TIGHT = {"tol": 1e-12, "max_iter": 20_000}


def unequal_norms():
    X, y, coef = simulated.ragged((9, 6, 12), 5)
    scales = np.random.default_rng(7).uniform(0.05, 20, (3, 5))
    X = [x * s for x, s in zip(X, scales, strict=True)]
    return simulated.Data(X, y, coef)


def weighted():
    X, y, _ = simulated.ragged((9, 6, 12), 5)
    rng = np.random.default_rng(8)
    return X, y, [rng.uniform(0.1, 3, len(v)) for v in y]


SMALL = {"n_features": 5, "n_samples": 9}
OMEGA = [0.0, 1.0, np.inf, 2.0, 0.5]
GROUPS = [[0, 4], [2], [1, 3]]
RAGGED = simulated.ragged((9, 6, 12), 5)[:2]
WIDE = simulated.ragged((6, 4, 5), 8)[:2]
SHARED = simulated.shared(**SMALL)[:2]
RESPONSES = simulated.responses(**SMALL)[:2]
CASES = {
    "ragged": (GroupLasso(0.2), RAGGED),
    "ragged without intercept": (GroupLasso(0.2, False), RAGGED),
    "fewer samples than features": (GroupLasso(0.05), WIDE),
    "unequal norms": (GroupLasso(0.2), unequal_norms()[:2]),
    "positive": (GroupLasso(0.1, positive=True), RAGGED),
    "groups": (GroupLasso(0.2, groups=GROUPS), RAGGED),
    "groups, weights": (
        GroupLasso(0.2, groups=GROUPS, penalty_weights=[1, 0, 2]),
        RAGGED,
    ),
    "groups, positive": (GroupLasso(0.1, groups=GROUPS, positive=True), RAGGED),
    "penalty weights": (GroupLasso(0.2, penalty_weights=OMEGA), RAGGED),
    "penalty weights, positive": (
        GroupLasso(0.2, penalty_weights=OMEGA, positive=True),
        RAGGED,
    ),
    "task weights": (GroupLasso(0.2, task_weight=[3, 1, 0.2]), RAGGED),
    "sample weights": (GroupLasso(0.2), weighted()),
    "responses": (GroupLasso(0.2), RESPONSES),
    "responses, groups": (GroupLasso(0.2, groups=GROUPS), RESPONSES),
    "shared": (GroupLasso(0.2), SHARED),
    "shared, positive": (GroupLasso(0.1, positive=True), SHARED),
    "shared, groups": (GroupLasso(0.3, groups=GROUPS), SHARED),
    "dirty": (DirtyModel(0.3, 0.2), RAGGED),
    "dirty without intercept": (DirtyModel(0.3, 0.2, False), RAGGED),
    "dirty, unequal norms": (DirtyModel(0.3, 0.2), unequal_norms()[:2]),
    "dirty, fewer samples than features": (DirtyModel(0.05, 0.03), WIDE),
    "dirty, weights": (DirtyModel(0.3, 0.2, penalty_weights=OMEGA), weighted()),
    "dirty, task weights": (DirtyModel(0.3, 0.2, task_weight=[3, 1, 0.2]), RAGGED),
    "dirty, responses": (DirtyModel(0.3, 0.2), RESPONSES),
    "dirty, responses, positive": (DirtyModel(0.3, 0.2, positive=True), RESPONSES),
    "dirty, shared": (DirtyModel(0.4, 0.3), SHARED),
    "independent": (IndLasso([0.1, 0.2, 0.4]), RAGGED),
    "independent, positive": (IndLasso(0.1, positive=True), RAGGED),
    "independent, weights": (IndLasso(0.2, penalty_weights=OMEGA), weighted()),
    "independent, task weights": (IndLasso(0.2, task_weight=[3, 1, 0.2]), RAGGED),
    "independent, responses": (IndLasso(0.2), RESPONSES),
    "elastic net": (ours.ElasticNet(0.3, l1_ratio=0.4), (SHARED[0], SHARED[1][:, 0])),
    "elastic net, positive": (
        ours.ElasticNet(0.3, l1_ratio=0.7, positive=True),
        (SHARED[0], -SHARED[1][:, 0]),
    ),
    "elastic nets": (ours.ElasticNet(0.3, l1_ratio=0.4), SHARED),
    "multi-task elastic net": (ours.MultiTaskElasticNet(0.3, l1_ratio=0.4), SHARED),
    "multi-task lasso": (ours.MultiTaskLasso(0.3), SHARED),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_objective_is_that_of_an_interior_point_method(case):
    model, (X, y, *weight) = case
    params = {"sample_weight": weight[0]} if weight else {}
    model.set_params(**TIGHT).fit(X, y, **params)
    problem = problem_of(model, X, y, **params)
    n_columns = len(problem.columns)
    point = coefficients_of(model, problem.n_features, n_columns)
    assert abs(reference.objective(problem, *point) - cvxpy_optimum(problem)) <= 1e-9
    assert_certified(model, X, y, tol=1e-10, **params)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_reported_objective_and_gap_are_true(case):
    model, (X, y, *weight) = case
    params = {"sample_weight": weight[0]} if weight else {}
    model.set_params(tol=1e-2, max_iter=20_000).fit(X, y, **params)
    problem = problem_of(model, X, y, **params)
    n_columns = len(problem.columns)
    point = coefficients_of(model, problem.n_features, n_columns)
    reached = reference.objective(problem, *point)
    if isinstance(
        model, (DirtyModel, GroupLasso, IndLasso)
    ):  # scikit-learn's have none
        np.testing.assert_allclose(np.sum(model.objective_), reached, rtol=1e-10)
    lowest = cvxpy_optimum(problem)
    # A certificate may overstate the distance to the optimum, never understate it.
    assert np.sum(model.dual_gap_) >= reached - lowest - 1e-9
    assert_certified(model, X, y, **params)
