"""The parts of reweighting: Newton's steps, runs of problems, shared Gram matrices."""

import numpy as np
import pytest
import simulated
from numpy.testing import assert_allclose
from sklearn.base import clone

from mutar_cy import (
    IndRewLasso,
    MultiLevelLasso,
    ReweightedGroupLasso,
    alpha_max,
    regularization_path,
)
from mutar_cy.datafits import GramQuadratic
from mutar_cy.solvers import (
    RootNewton,
    TangentSteps,
    _reweighting,
    _shared_grams,
)

GROUPS = [[0, 1], [2], [3, 4, 5], [6]]
ROOT, TANGENT = 1.5, 1.0


class Roots:
    """Half a squared residual plus the sum of roots of blocks' norms, in numpy."""

    def __init__(self, ptr, columns, n=12, seed=0):
        rng = np.random.default_rng(seed)
        self.ptr, self.columns = ptr, np.repeat(np.arange(len(columns)), columns)
        n_rows = ptr[-1]
        self.X = rng.standard_normal((len(columns), n, n_rows))
        self.W = rng.standard_normal((n_rows, len(self.columns))) + 2.0
        self.strengths = rng.uniform(0.5, 1.0, len(ptr) - 1)
        self.Y = np.stack(
            [self.X[d] @ w for d, w in zip(self.columns, self.W.T, strict=True)]
        )
        self.Y += 0.5 * rng.standard_normal(self.Y.shape)

    def norms(self, W):
        pairs = zip(self.ptr[:-1], self.ptr[1:], strict=True)
        return np.array([np.linalg.norm(W[a:b]) for a, b in pairs])

    def objective(self, W):
        fits = [self.X[d] @ w for d, w in zip(self.columns, W.T, strict=True)]
        roots = self.strengths @ np.sqrt(self.norms(W))
        return 0.5 * ((self.Y - np.stack(fits)) ** 2).sum() + roots

    def datafit(self, W):
        grams = self.X.transpose(0, 2, 1) @ self.X
        left = [
            y - self.X[d] @ w for d, y, w in zip(self.columns, self.Y, W.T, strict=True)
        ]
        pairs = zip(self.columns, left, strict=True)
        correlation = np.stack([self.X[d].T @ r for d, r in pairs])
        curvature = np.ascontiguousarray(np.diagonal(grams, axis1=1, axis2=2).T)
        counts = np.bincount(self.columns)
        column_ptr = np.cumsum([0, *counts]).astype(np.int32)
        ptr = np.array(self.ptr, dtype=np.int32)
        square = float(sum(r @ r for r in left))
        shape = curvature, ptr, column_ptr
        return GramQuadratic(*shape, grams, correlation, W, square), grams, column_ptr

    def newton(self, W, bend):
        """Return Newton's finder, the datafit, and the direction at ``W``."""
        datafit, grams, column_ptr = self.datafit(W)
        newton = RootNewton(grams, datafit.block_ptr, column_ptr)
        norms = self.norms(W)
        with np.errstate(divide="ignore"):
            thresholds = 0.5 * self.strengths / np.sqrt(norms)
        return newton, datafit, newton.find_direction(datafit, W, thresholds, bend)


each_shape = pytest.mark.parametrize(
    ("ptr", "columns"),
    [
        ([0, 1, 2, 3], [1]),
        ([0, 1, 2], [1, 1, 1]),
        ([0, 2, 3], [3]),
        ([0, 2, 3], [1, 2]),
    ],
)


@pytest.mark.kernel
@each_shape
def test_newton_steps_for_roots_find_where_the_objective_is_flat(ptr, columns):
    roots = Roots(ptr, columns)
    W = roots.W.copy()
    for _ in range(12):
        newton, datafit, direction = roots.newton(W, ROOT)
        assert direction is not None
        newton.take(datafit, W, 1.0)
    for place in np.ndindex(W.shape):  # central differences
        step = np.zeros_like(W)
        step[place] = 1e-5
        slope = (roots.objective(W + step) - roots.objective(W - step)) / 2e-5
        assert abs(slope) < 1e-7


@pytest.mark.kernel
@each_shape
def test_a_newton_step_agrees_with_the_hessian_by_differences(ptr, columns):
    roots = Roots(ptr, columns)
    W = roots.W
    _, _, direction = roots.newton(W, ROOT)
    h, size = 1e-4, W.size

    def value(*moves):
        flat = W.ravel().copy()
        for i, step in moves:
            flat[i] += step
        return roots.objective(flat.reshape(W.shape))

    signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    gradient = [(value((i, h)) - value((i, -h))) / (2 * h) for i in range(size)]
    hessian = [
        [
            sum(a * b * value((i, a * h), (j, b * h)) for a, b in signs) / (4 * h**2)
            for j in range(size)
        ]
        for i in range(size)
    ]
    expected = np.linalg.solve(np.array(hessian), -np.array(gradient))
    assert_allclose(direction.ravel(), expected, rtol=1e-3, atol=1e-5)


@pytest.mark.kernel
def test_no_newton_step_where_the_objective_is_not_convex():
    roots = Roots([0, 1, 2], [1, 1])
    W = roots.W.copy()
    W[1] = 1e-4  # a small block's root bends more than the data term does
    assert roots.newton(W, ROOT)[2] is None
    assert roots.newton(W, TANGENT)[2] is not None


@pytest.mark.kernel
def test_zero_blocks_take_no_part_in_newton_steps():
    roots = Roots([0, 2, 3, 4], [1, 2])
    W = roots.W.copy()
    W[:2] = 0.0
    newton, datafit, direction = roots.newton(W, ROOT)
    assert not direction[:2].any()
    alone = Roots([0, 1, 2], [1, 2])
    alone.X, alone.Y = np.ascontiguousarray(roots.X[:, :, 2:]), roots.Y
    alone.strengths = roots.strengths[1:]
    expected = alone.newton(np.ascontiguousarray(W[2:]), ROOT)
    assert_allclose(direction[2:], expected[2], rtol=1e-12)
    assert newton.shrinkage == pytest.approx(expected[0].shrinkage)
    newton.take(datafit, W, 0.5)
    assert_allclose(datafit.gradient(1)[0], roots.datafit(W)[0].gradient(1)[0])


def counted(monkeypatch, owner, name):
    """Return a list to which every call of a method appends its arguments."""
    calls, method = [], getattr(owner, name)

    def call(self, *args, **kwargs):
        calls.append(args)
        return method(self, *args, **kwargs)

    monkeypatch.setattr(owner, name, call)
    return calls


@pytest.mark.parametrize(
    "model",
    [
        ReweightedGroupLasso(tol_reweighting=1e-8),
        ReweightedGroupLasso(tol_reweighting=1e-8, groups=GROUPS),
        ReweightedGroupLasso(positive=True),
        IndRewLasso(tol_reweighting=1e-8),
        IndRewLasso(positive=True),
        MultiLevelLasso(),
        MultiLevelLasso(positive=True),
    ],
    ids=str,
)
def test_paths_are_plain_fits(model):
    X, y, _ = simulated.ragged((25, 14, 30), 7)
    model = clone(model).set_params(tol=1e-10)
    alphas = float(np.max(alpha_max(model, X, y))) * np.geomspace(0.9, 0.02, 6)
    path = regularization_path(model, X, y, alphas=alphas)
    for i, alpha in enumerate(alphas):
        own = model.set_params(alpha=alpha).fit(X, y)
        assert_allclose(path.coefs[..., i], own.coef_, atol=1e-5)
        assert_allclose(np.sum(path.objectives[i]), own.objective_, rtol=1e-7)


def test_problems_are_solved_several_at_a_time(monkeypatch):
    X, y, _ = simulated.ragged((60, 50, 70), 10)
    calls = counted(monkeypatch, _reweighting.ReweightingPath, "_solve")
    model = ReweightedGroupLasso(0.2, tol_reweighting=1e-12).fit(X, y)
    assert len(calls) <= 0.6 * (len(model.loss_) - 1)


def test_a_path_multiplies_the_columns_of_a_feature_once(monkeypatch):
    X, y, _ = simulated.ragged((60, 50, 70), 10)
    added = counted(monkeypatch, _shared_grams.GramStorage, "add")
    alphas = alpha_max(ReweightedGroupLasso(), X, y) * np.geomspace(0.9, 0.01, 20)
    regularization_path(ReweightedGroupLasso(), X, y, alphas=alphas)
    features = np.concatenate([features for (features,) in added])
    assert len(features) == len(set(features.tolist()))


def test_runs_of_problems_measure_the_objective_of_roots():
    roots = Roots([0, 1, 2, 3], [1, 1])
    datafit, _, _ = roots.datafit(roots.W)
    lengths, units = np.ones_like(roots.W), (0, 0)
    steps = TangentSteps(roots.strengths, lengths, 1.0, 1.0, units, False)
    found = steps.objective(datafit, roots.W)
    assert found == pytest.approx(roots.objective(roots.W))
