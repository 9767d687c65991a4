"""Simulated problems: the truth that comes with them is what made them."""

import inspect

import numpy as np
import pytest
from kinds import CONVEX
from numpy.testing import assert_allclose
from sklearn.utils._param_validation import InvalidParameterError

from mutar_cy import GroupLasso, stack_tasks
from mutar_cy.datasets import make_multitask_regression

SMALL = {"n_tasks": 4, "n_samples": 12, "n_features": 30}
COUNTS = {"n_shared": 3, "n_partial": 4, "n_specific": 2}


def make(**params):
    return make_multitask_regression(**{**SMALL, "random_state": 0, **params})


def tasks_of(data):
    """Yield the design, the target and the coefficients of every task."""
    n_tasks = data.coef.shape[1]
    for k in range(n_tasks):
        if isinstance(data.X, list) or data.X.ndim == 3:
            yield data.X[k], data.y[k], data.coef[:, k]
        else:
            yield data.X, data.y[:, k], data.coef[:, k]


LAYOUTS = {
    "stacked": {},
    "list": {"n_samples": [12, 5, 9, 1]},
    "shared": {"design": "shared"},
    "responses": {"n_responses": 3},
    "one response": {"n_responses": 1},
    "list of responses": {"n_samples": [12, 5, 9, 1], "n_responses": 2},
    "shared with responses": {"design": "shared", "n_responses": 2},
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_without_noise_targets_are_the_truth(layout):
    data = make(**COUNTS, **LAYOUTS[layout], bias=[1.0, -2.0, 0.0, 5.0])
    for (x, y, w), b in zip(tasks_of(data), data.intercept, strict=True):
        assert_allclose(y, x @ w + b, rtol=1e-13, atol=1e-13)
    assert_allclose(data.noise, np.zeros(4))


SHAPES = {
    "stacked": ((4, 12, 30), (4, 12), (30, 4)),
    "list": ([(12, 30), (5, 30), (9, 30), (1, 30)], [(12,), (5,), (9,), (1,)], (30, 4)),
    "shared": ((12, 30), (12, 4), (30, 4)),
    "responses": ((4, 12, 30), (4, 12, 3), (30, 4, 3)),
    "one response": ((4, 12, 30), (4, 12, 1), (30, 4, 1)),
    "list of responses": (
        [(12, 30), (5, 30), (9, 30), (1, 30)],
        [(12, 2), (5, 2), (9, 2), (1, 2)],
        (30, 4, 2),
    ),
    "shared with responses": ((4, 12, 30), (4, 12, 2), (30, 4, 2)),
}


def shape_of(data):
    return [x.shape for x in data] if isinstance(data, list) else data.shape


@pytest.mark.parametrize("layout", LAYOUTS)
def test_shapes(layout):
    data = make(**COUNTS, **LAYOUTS[layout])
    assert (shape_of(data.X), shape_of(data.y), data.coef.shape) == SHAPES[layout]
    assert data.intercept.shape == data.coef.shape[1:]


@pytest.mark.drawn
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("cls", CONVEX)
def test_estimators_take_the_data_and_answer_in_shapes_of_the_truth(layout, cls):
    data = make(**COUNTS, **LAYOUTS[layout], noise=0.1)
    model = cls(alpha=0.2).fit(data.X, data.y)
    assert model.coef_.shape == data.coef.shape
    assert model.intercept_.shape == data.intercept.shape


def test_a_single_task_and_a_long_table():
    data = make(n_tasks=1, n_partial=0)
    assert GroupLasso(0.1).fit(data.X, data.y).coef_.shape == data.coef.shape
    X, y, task = stack_tasks(*(make()[name] for name in ("X", "y")))
    assert GroupLasso(0.1).fit(X, y, task=task).coef_.shape == (30, 4)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_supports_are_as_counted_and_do_not_meet(layout):
    data = make(**COUNTS, **LAYOUTS[layout])
    relevant = data.coef != 0
    relevant = relevant if relevant.ndim == 2 else relevant.all(axis=2)
    assert relevant.any(axis=1).sum() == 3 + 4 + 4 * 2
    assert len(data.shared) == 3
    assert relevant[data.shared].all()
    assert data.partial.any(axis=1).sum() == 4
    assert (data.partial.sum(axis=1)[data.partial.any(axis=1)] == 2).all()
    assert (data.specific.sum(axis=0) == 2).all()
    assert data.specific.sum(axis=1).max() == 1
    union = data.partial.astype(int) + data.specific
    union[data.shared] += 1
    assert np.array_equal(union, (data.coef.reshape(30, 4, -1) != 0).all(axis=2))


def test_relevant_features_are_anywhere():
    first = {tuple(make(n_shared=2, random_state=s).shared) for s in range(20)}
    assert len(first) > 10
    assert len({feature for pair in first for feature in pair}) > 15


def test_supports_may_fill_all_features_or_none():
    data = make(n_features=15, **COUNTS)
    assert (data.coef != 0).any(axis=1).all()
    assert not make(n_shared=0).coef.any()


def test_magnitudes_and_signs():
    params = {"n_features": 400, "n_shared": 400, "magnitude": (2.0, 3.0)}
    coef = make(**params).coef
    assert 2.0 <= np.abs(coef).min() < 2.05
    assert 2.95 < np.abs(coef).max() <= 3.0
    assert 0.45 < (coef > 0).mean() < 0.55
    assert 0 < np.abs(np.sign(coef).sum(axis=1)).mean() < 4
    assert (make(**params, signs="positive").coef >= 2.0).all()
    common = make(**params, signs="common", n_responses=2).coef
    assert (np.sign(common) == np.sign(common[:, :1, :1])).all()
    assert 0.45 < (common > 0).mean() < 0.55
    assert set(np.abs(make(magnitude=[2, 2]).coef).ravel()) == {0.0, 2.0}


def test_features_are_correlated_with_their_neighbours():
    data = make(n_tasks=2, n_samples=60_000, n_features=6, correlation=-0.7)
    distance = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    for x in data.X:
        # standard errors of covariances are at most sqrt(2 / n) = 0.006
        assert_allclose(x.T @ x / len(x), (-0.7) ** distance, atol=0.03)
    assert_allclose(data.X[0].T @ data.X[1] / 60_000, np.zeros((6, 6)), atol=0.03)


def test_designs_of_tasks_are_correlated_entry_by_entry():
    data = make(
        n_tasks=2,
        n_samples=[60_000, 50_000],
        n_features=4,
        n_shared=1,
        task_correlation=0.6,
        correlation=0.5,
    )
    first, second = data.X
    distance = np.abs(np.subtract.outer(np.arange(4), np.arange(4)))
    across = first[:50_000].T @ second / 50_000
    assert_allclose(across, 0.6 * 0.5**distance, atol=0.03)
    assert_allclose(second.T @ second / 50_000, 0.5**distance, atol=0.03)


def test_fully_correlated_designs_are_the_same():
    data = make(task_correlation=1.0)
    assert np.array_equal(data.X, np.broadcast_to(data.X[0], data.X.shape))


def test_a_shared_design_is_the_same_for_all_responses():
    data = make(design="shared", n_responses=2)
    assert np.array_equal(data.X, np.broadcast_to(data.X[0], data.X.shape))


def test_noise_has_the_deviation_of_its_task():
    sigma = np.array([0.5, 3.0])
    data = make(n_tasks=2, n_samples=40_000, n_features=3, n_shared=2, noise=sigma)
    residual = np.array([y - x @ w for x, y, w in tasks_of(data)])
    assert_allclose(residual.std(axis=1), sigma, rtol=0.03)
    assert abs(np.corrcoef(residual)[0, 1]) < 0.03
    assert np.array_equal(data.noise, sigma)
    size = {"n_tasks": 1, "n_samples": 40_000, "n_features": 3, "n_shared": 1}
    responses = make(**size, n_responses=2, noise=2.0)
    residual = responses.y[0] - responses.X[0] @ responses.coef[:, 0]
    assert_allclose(residual.std(axis=0), 2.0, rtol=0.03)
    assert abs(np.corrcoef(residual.T)[0, 1]) < 0.03


def test_the_same_state_gives_the_same_data():
    one, two = make(**COUNTS, noise=0.3), make(**COUNTS, noise=0.3)
    for name in one:
        assert np.array_equal(one[name], two[name]), name
    assert not np.array_equal(one.X, make(**COUNTS, noise=0.3, random_state=1).X)
    rng = np.random.RandomState(0)
    assert np.array_equal(one.X, make(**COUNTS, noise=0.3, random_state=rng).X)
    assert not np.array_equal(one.X, make(**COUNTS, noise=0.3, random_state=rng).X)


def test_noise_and_bias_do_not_change_the_draws():
    quiet, loud = make(**COUNTS), make(**COUNTS, noise=2.0, bias=3.0)
    assert np.array_equal(quiet.X, loud.X)
    assert np.array_equal(quiet.coef, loud.coef)


def test_arguments_are_left_alone():
    noise, bias = np.ones(4), np.zeros(4)
    data = make(noise=noise, bias=bias)
    data.noise[:] = data.intercept[:] = 9.0
    assert np.array_equal(noise, np.ones(4))
    assert np.array_equal(bias, np.zeros(4))


def test_only_what_shapes_the_data_is_positional():
    kinds = [
        (name, p.kind is p.KEYWORD_ONLY)
        for name, p in inspect.signature(make_multitask_regression).parameters.items()
    ]
    assert [name for name, keyword in kinds if not keyword] == [
        "n_tasks",
        "n_samples",
        "n_features",
    ]


def make_small(**params):
    small = {"n_tasks": 4, "n_samples": 12, "n_features": 30, "random_state": 0}
    return make_multitask_regression(**{**small, **params})


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_shared": 31}, r"n_shared=31.*n_features=30"),
        (
            {"n_specific": 8},
            r"n_specific=8 in each of 4 tasks make 37.*n_features=30",
        ),
        ({"n_tasks": 2, "n_partial": 1}, r"n_partial=1.*n_tasks=2"),
        ({"n_samples": [3, 4]}, r"n_samples has shape \(2,\).*n_tasks=4"),
        ({"n_samples": [3, 4, 0, 2]}, r"n_samples must be positive.*0"),
        ({"n_samples": [3, 4, 1.5, 2]}, r"n_samples must be positive.*1\.5"),
        ({"n_samples": [3] * 4, "design": "shared"}, r"n_samples.*design='shared'"),
        ({"task_correlation": 0.5, "design": "shared"}, r"task_correlation=0\.5"),
        ({"noise": [1.0, 2.0]}, r"noise has shape \(2,\).*n_tasks=4"),
        ({"noise": [1.0, -2.0, 1.0, 1.0]}, r"noise must be finite and at least 0.*-2"),
        ({"noise": ["a"] * 4}, r"noise must be numbers.*'a'"),
        ({"bias": [1.0, np.nan, 1.0, 1.0]}, r"bias must be finite.*nan"),
        ({"bias": np.inf}, r"bias must be finite, got inf"),
        ({"magnitude": (2.0, 1.0)}, r"magnitude.*2\.0, 1\.0"),
        ({"magnitude": (0.0, 1.0)}, r"magnitude.*0\.0, 1\.0"),
        ({"magnitude": (1.0, 2.0, 3.0)}, r"magnitude.*3\.0"),
    ],
)
def test_arguments_that_do_not_go_together(params, message):
    with pytest.raises(ValueError, match=message):
        make_small(**params)


@pytest.mark.parametrize(
    "params",
    [
        {"n_tasks": 0},
        {"n_samples": 0},
        {"n_features": 2.5},
        {"n_shared": -1},
        {"n_partial": -1},
        {"n_specific": "a"},
        {"n_responses": 0},
        {"design": "both"},
        {"correlation": 1.0},
        {"correlation": np.nan},
        {"task_correlation": -0.1},
        {"signs": "negative"},
        {"magnitude": 1.0},
        {"noise": -1.0},
        {"noise": None},
        {"bias": "a"},
        {"random_state": "a"},
    ],
)
def test_invalid_arguments_are_named(params):
    with pytest.raises(InvalidParameterError, match=next(iter(params))):
        make_small(**params)
