"""The certificate of the tests, judged by scikit-learn and by CVXPY."""

from functools import cache, partial

import numpy as np
import pytest
import reference
import simulated
from certificate import assert_certified, check, dual_value, duality_gap
from interior_point import cvxpy_optimum
from numpy.testing import assert_allclose
from problems import (
    Column,
    Problem,
    coefficients_of,
    entry_blocks,
    group_blocks,
    problem_of,
)
from sklearn.linear_model import (
    ElasticNet,
    Lasso,
    LinearRegression,
    MultiTaskElasticNet,
    MultiTaskLasso,
)

from mutar_cy import DirtyModel, GroupLasso, IndLasso
from mutar_cy import linear_model as ours

TIGHT = {"tol": 1e-13, "max_iter": 100_000}
THEIRS = [
    Lasso(0.1, **TIGHT),
    Lasso(0.1, fit_intercept=False, positive=True, **TIGHT),
    ElasticNet(0.1, l1_ratio=0.3, **TIGHT),
    MultiTaskLasso(0.1, **TIGHT),
    MultiTaskElasticNet(0.1, l1_ratio=0.6, fit_intercept=False, **TIGHT),
]
each_of_theirs = pytest.mark.parametrize(
    "model", THEIRS, ids=lambda model: type(model).__name__
)


def small(model, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((30, 8)) + 0.5
    Y = X[:, :2] @ rng.standard_normal((2, 3)) + 0.3 * rng.standard_normal((30, 3)) + 2
    return X, Y if "MultiTask" in type(model).__name__ else Y[:, 0]


def ragged(kind, **changes):
    """Three columns of different length; five features, the last two of no use."""
    rng = np.random.default_rng(1)
    columns = []
    for n, total in [(12, 1.0), (20, 2.0), (9, 0.5)]:
        X = rng.standard_normal((n, 5))
        weight = rng.uniform(0.5, 2, n)
        y = X[:, :3] @ rng.standard_normal(3) + 0.2 * rng.standard_normal(n) + 1
        columns.append(Column(X, y, total * weight / weight.sum()))
    weights = changes.pop("weights", None)
    split = partial(group_blocks, beta=0.2)
    kinds = {"group": group_blocks, "entry": entry_blocks, "split": split}
    blocks = kinds[kind](5, 3, 0.3, weights)
    return Problem(columns, blocks, **changes)


PROBLEMS = {
    "group": ragged("group"),
    "entry": ragged("entry"),
    "ridge": ragged("group", ridge=0.4),
    "positive": ragged("group", positive=True),
    "split": ragged("split"),
    "split positive": ragged("split", positive=True),
    "split free": ragged("split", weights=[0, 1, 1, 0, 1]),
    "split excluded": ragged("split", weights=[np.inf, 1, 1, 2, 1]),
    "free": ragged("group", weights=[0, 1, 1, 0, 1]),
    "free positive": ragged("entry", weights=[0, 1, 1, 0, 1], positive=True),
    "excluded": ragged("entry", weights=[np.inf, 1, 1, 0, 1], fit_intercept=False),
}
each_problem = pytest.mark.parametrize("name", PROBLEMS)


@cache
def solved(name):
    """Return where the proximal gradient ends: once the gap is closed, or never."""
    problem = PROBLEMS[name]
    target = 1e-12 * reference.null_objective(problem)
    return reference.proximal_gradient(
        problem, stop=lambda *point: abs(duality_gap(problem, *point)) <= target
    )


@each_of_theirs
def test_scikit_learn_s_optimum_is_certified(model):
    X, y = small(model)
    assert_certified(model.fit(X, y), X, y, tol=1e-10)


@each_of_theirs
@pytest.mark.parametrize("move", [1e-3, -1e-3])
def test_a_point_beside_the_optimum_is_refused(model, move):
    X, y = small(model)
    model.fit(X, y)
    model.coef_ = np.where(model.coef_ == 0, 0, model.coef_ + move)
    with pytest.raises(AssertionError, match="gap"):
        assert_certified(model, X, y, tol=1e-8)


def test_a_wrong_intercept_is_refused():
    X, y = small(THEIRS[0])
    model = Lasso(0.1, **TIGHT).fit(X, y)
    model.intercept_ += 1e-2
    with pytest.raises(AssertionError, match="gap"):
        assert_certified(model, X, y, tol=1e-6)


def test_the_optimum_of_another_alpha_is_refused():
    X, y = small(THEIRS[0])
    model = Lasso(0.1, **TIGHT).fit(X, y).set_params(alpha=0.101)
    with pytest.raises(AssertionError, match="gap"):
        assert_certified(model, X, y, tol=1e-6)


def test_weights_count():
    X, y = small(THEIRS[0])
    weight = np.random.default_rng(2).uniform(0, 2, 30)
    model = Lasso(0.1, **TIGHT).fit(X, y, sample_weight=weight)
    assert_certified(model, X, y, sample_weight=weight, tol=1e-10)
    with pytest.raises(AssertionError, match="gap"):
        assert_certified(model, X, y, tol=1e-6)


def test_nonzero_where_excluded_is_refused():
    problem = PROBLEMS["excluded"]
    coef = np.ones((5, 3))
    with pytest.raises(AssertionError):
        check(problem, coef, np.zeros(3), tol=1e6)


def test_negative_where_positive_is_asked_is_refused():
    problem = PROBLEMS["positive"]
    with pytest.raises(AssertionError, match="gap inf"):
        check(problem, -np.ones((5, 3)), np.zeros(3), tol=1e6)


@each_problem
def test_the_gap_closes_at_the_proximal_gradient_s_end(name):
    problem = PROBLEMS[name]
    gap = duality_gap(problem, *solved(name))
    assert abs(gap) <= 1e-11 * reference.null_objective(problem)


@each_problem
def test_a_dual_value_is_a_lower_bound_everywhere(name):
    problem = PROBLEMS[name]
    best = reference.objective(problem, *solved(name))
    rng = np.random.default_rng(3)
    for scale in [1e-3, 1e-1, 1.0]:
        for _ in range(20):
            coef = scale * rng.standard_normal((5, 3))
            value = dual_value(problem, coef, scale * rng.standard_normal(3))
            assert value <= best + 1e-12


def test_a_problem_of_free_coefficients_is_least_squares():
    X, y = small(THEIRS[0])
    problem = Problem(
        [Column(X, y, np.full(30, 1 / 30))], group_blocks(8, 1, 0.0, None)
    )
    theirs = LinearRegression().fit(X, y)
    coef, intercept = reference.proximal_gradient(problem)
    assert_allclose(coef[:, 0], theirs.coef_, atol=1e-10)
    assert_allclose(intercept, theirs.intercept_, atol=1e-10)
    check(problem, theirs.coef_[:, None], np.array([theirs.intercept_]), tol=1e-12)


def test_a_single_bad_column_cannot_hide_behind_good_ones():
    problem = PROBLEMS["entry"]
    coef, intercept = solved("entry")
    coef = coef.copy()
    check(problem, coef, intercept, tol=1e-10)
    coef[0, 2] += 1e-2
    with pytest.raises(AssertionError, match="gap"):
        check(problem, coef, intercept, tol=1e-5)


# Tiny problems against CVXPY with the Clarabel solver: objectives to 1e-9.

CLOSE = {"tol": 1e-12, "max_iter": 20_000}


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
    model.set_params(**CLOSE).fit(X, y, **params)
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
