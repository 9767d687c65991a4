"""Paths of folds on moments: all rows minus those left out."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.model_selection import KFold, ShuffleSplit

from mutar_cy import GroupLasso, GroupLassoCV, IndLasso, IndLassoCV
from mutar_cy.linear_model import ElasticNet, Lasso, LassoCV, MultiTaskLasso
from mutar_cy.objectives import FoldMoments
from mutar_cy.objectives._folds import FoldObjective

SHARES = np.geomspace(1.0, 1e-3, 12)


def drawn(seed, n_tasks=1, n=40, p=8, *, offset=0.0, scale=1.0, twins=0.0):
    """Return designs with offsets and nearly equal columns, and targets."""
    rng = np.random.default_rng(seed)
    designs = [rng.standard_normal((n + 7 * k, p)) for k in range(n_tasks)]
    if twins:
        for X in designs:
            X[:, 1] = X[:, 0] + twins * X[:, 1]
    truth = rng.standard_normal(p) * (rng.random(p) < 0.5)
    targets = [
        X @ (truth + 0.3 * rng.standard_normal(p))
        + rng.standard_normal(len(X))
        + offset
        for X in designs
    ]
    return [scale * (X + offset) for X in designs], targets


def exact_gap(alpha, X, y, coef):
    """Return the duality gap of a group lasso over its null objective.

    In extended precision; ``X`` and ``y`` are lists of one array per task, ``coef`` is
    of shape (n_features, n_tasks).
    """
    null = square = inner = np.longdouble(0.0)
    coef = coef.astype(np.longdouble)
    slopes = np.zeros_like(coef)
    for k, (own, target) in enumerate(zip(X, y, strict=True)):
        own, target = own.astype(np.longdouble), target.astype(np.longdouble)
        own, target = own - own.mean(axis=0), target - target.mean()
        residual = target - own @ coef[:, k]
        slopes[:, k] = own.T @ residual / len(own)
        null += target @ target / (2 * len(own))
        square += residual @ residual / len(own)
        inner += residual @ target / len(own)
    largest = np.sqrt(np.sum(slopes**2, axis=1)).max()
    scale = min(inner / square, alpha / largest)
    primal = square / 2 + alpha * np.sqrt(np.sum(coef**2, axis=1)).sum()
    return float((primal - (scale * inner - scale**2 * square / 2)) / null)


def solved(model, X, y, train):
    """Return solutions of a path of training rows, and its strengths."""
    objective = model._objective(model._read(X, y))
    points = objective.path_strengths(SHARES * objective.largest_alpha())
    assert FoldMoments.suits(objective, 100)
    fold = FoldMoments(objective).fold(train)
    assert isinstance(fold, FoldObjective)
    return points, settled(fold, points), fold


def settled(fold, points):
    """Return the solutions by moments, and by rows where moments end."""
    found = fold.objective.settle_by_moments(fold.data, fold.statistics, points)
    solutions = list(found.each())
    left = points[len(solutions) :]
    assert len(left) < len(points)
    return solutions + list(fold.objective.restrict(fold.rows).solve_path(left))


@pytest.mark.parametrize("tol", [1e-4, 1e-7])
@pytest.mark.parametrize("offset", [0.0, 30.0, 1e8])
@pytest.mark.parametrize("scale", [1.0, 1e-60, 1e60])
@pytest.mark.parametrize("twins", [0.0, 1e-4])
def test_every_solution_is_certified_by_its_own_rows(tol, offset, scale, twins):
    rng = np.random.default_rng(1)
    for seed, tasks in enumerate((1, 3)):
        X, y = drawn(seed, tasks, offset=offset, scale=scale, twins=twins)
        train = [np.sort(rng.permutation(len(own))[: 3 * len(own) // 4]) for own in X]
        model = GroupLasso(tol=tol, max_iter=100000)
        points, found, _ = solved(model, X, y, train)
        own_X = [x[rows] for x, rows in zip(X, train, strict=True)]
        own_y = [t[rows] for t, rows in zip(y, train, strict=True)]
        for point, one in zip(points, found, strict=True):
            assert one.converged
            gap = exact_gap(point["alpha"], own_X, own_y, one.coef)
            assert gap <= 1.01 * tol + 1e-12


@pytest.mark.parametrize("make", [Lasso, ElasticNet, IndLasso, MultiTaskLasso])
def test_a_path_is_that_of_the_rows(make):
    X, y = drawn(3, n=60)
    X, y = X[0], y[0]
    if make is MultiTaskLasso:
        y = np.stack([y, y**2], axis=1)
    train = [np.arange(15, 60)]
    model = make(tol=1e-10, max_iter=100000)
    points, found, _ = solved(model, X, y, train)
    ordinary = model._objective(model._read(X[15:], y[15:]))
    for one, other in zip(found, ordinary.solve_path(points), strict=True):
        assert_allclose(one.coef, other.coef, atol=2e-4)
        assert_allclose(one.intercept, other.intercept, atol=2e-4)
        assert_allclose(one.objective, other.objective, rtol=1e-8)
        assert_allclose(one.gap_target, other.gap_target, rtol=1e-9)


def test_weights_of_samples_and_tasks():
    X, y = drawn(4, 2)
    rng = np.random.default_rng(0)
    weights = [rng.uniform(0.0, 3.0, len(t)) for t in y]
    model = GroupLasso(tol=1e-10, task_weight=[1.0, 4.0], max_iter=100000)
    objective = model._objective(model._read(X, y, sample_weight=weights))
    train = [np.arange(10, len(t)) for t in y]
    points = objective.path_strengths(SHARES * objective.largest_alpha())
    fold, ordinary = FoldMoments(objective).fold(train), objective.restrict(train)
    pairs = zip(settled(fold, points), ordinary.solve_path(points), strict=True)
    for one, other in pairs:
        assert_allclose(one.objective, other.objective, rtol=1e-8)
        assert_allclose(one.coef, other.coef, atol=1e-4)


def test_columns_that_vary_in_other_rows_only_are_left_to_the_rows():
    X, y = drawn(5)
    X[0][10:, 2] = 7.0
    X[0][:10, 2] = np.arange(10.0) * 1e3
    model = GroupLasso()
    objective = model._objective(model._read(X, y))
    moments = FoldMoments(objective)
    fold = moments.fold([np.arange(10, 40)])
    assert not isinstance(fold, FoldObjective)
    assert isinstance(moments.fold([np.arange(30)]), FoldObjective)
    # So are rows that are there twice, and folds of few rows.
    assert not isinstance(moments.fold([np.r_[0:30, 3]]), FoldObjective)
    assert not isinstance(moments.fold([np.arange(10)]), FoldObjective)


@pytest.mark.parametrize(
    ("model", "n_tasks"),
    [(GroupLassoCV(), 3), (IndLassoCV(), 3), (LassoCV(), 1)],
    ids=["GroupLassoCV", "IndLassoCV", "LassoCV"],
)
@pytest.mark.parametrize(
    "cv", [3, ShuffleSplit(3, random_state=0)], ids=["kfold", "shuffled"]
)
def test_cross_validation_is_that_of_the_rows(model, n_tasks, cv, monkeypatch):
    X, y = drawn(6, n_tasks, n=50, offset=4.0)
    if n_tasks == 1:
        X, y = X[0], y[0]
    model.set_params(cv=cv, tol=1e-9, max_iter=100000)
    by_moments = model.fit(X, y).mse_path_
    calls = []
    solve = FoldObjective.path_coefficients
    monkeypatch.setattr(
        FoldObjective, "path_coefficients", lambda *a: calls.append(1) or solve(*a)
    )
    model.fit(X, y)
    assert calls or cv != 3
    monkeypatch.setattr(FoldMoments, "suits", staticmethod(lambda *given: False))
    assert_allclose(by_moments, model.fit(X, y).mse_path_, rtol=1e-5)


def test_rounding_is_that_of_all_rows():
    # What is left out dominates the sums, of which the training rows are a difference.
    X, y = drawn(8)
    model = GroupLasso()
    shares = []
    for factor in (1.0, 50.0):
        large = X[0].copy()
        large[:10] *= factor
        objective = model._objective(model._read([large], y))
        fold = FoldMoments(objective).fold([np.arange(10, 40)])
        shares.append(fold.statistics.share)
    assert 100.0 < shares[1] / shares[0] < 5000.0  # some 50 squared, times a third


def test_no_row_of_the_design_is_copied(monkeypatch):
    X, y = drawn(7, n=60)
    model = Lasso()
    objective = model._objective(model._read(X[0], y[0]))
    monkeypatch.setattr(type(objective), "restrict", None)
    fold = FoldMoments(objective).fold([next(KFold(5).split(X[0]))[0]])
    points = objective.path_strengths(SHARES * objective.largest_alpha())
    (piece,) = fold.path_coefficients(points)
    assert len(piece.coef) == len(points)
