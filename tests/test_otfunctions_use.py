"""MuTaR's barycentres where its own did not survive, and what they refuse."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import InvalidParameterError
from transported import (
    EPSILON,
    GAMMA,
    IMAGES,
    POINTS,
    TIGHT,
    axes,
    line,
    log_scalings,
    pictures,
    problem_of,
)

from mutar_cy import otfunctions

each = pytest.mark.parametrize("name", POINTS + IMAGES)


@each
def test_from_its_end_it_takes_one_sweep(name):
    P, M = problem_of(name)
    weights = {"weights": [0.5, 0.3, 0.2]} if name in POINTS else {}
    function = getattr(otfunctions, name)
    first = function(P, M, EPSILON, GAMMA, tol=1e-10, **weights)
    first[3].flags.writeable = False
    again = function(P, M, EPSILON, GAMMA, b=first[3], tol=1e-9, **weights)
    assert first[1]["n_iter"] > again[1]["n_iter"] == 1
    assert_allclose(again[0], first[0], rtol=1e-10)
    assert_allclose(again[4], first[4], rtol=1e-8)


@each
def test_scalings_beyond_float(name):
    P, M = problem_of(name)
    epsilon = 1e-3
    M = M * (EPSILON / epsilon)
    M.flags.writeable = P.flags.writeable = False
    function = getattr(otfunctions, name)
    f, log, m, b, q = function(P, M, epsilon, GAMMA, max_iter=3000)
    assert log["flag"] == 0
    assert all(np.isfinite(part).all() for part in (f, m, b, q))
    if name.endswith("log"):
        assert b.max() > 1000
    else:
        assert b.max() > 1e300
    assert_allclose(q.sum(), m.sum(axis=1).mean(), rtol=1e-3)
    again = function(P, M, epsilon, GAMMA, b=b, max_iter=3000)
    assert_allclose(again[0], f, rtol=1e-6)


def test_weights_and_scalings_beyond_float():
    P, M = line()
    given = 100 * M, EPSILON / 100, GAMMA
    options = {"weights": [0.9, 0.09, 0.01]}
    first = otfunctions.barycenterkl_log(P, *given, tol=1e-7, **options)
    assert np.abs(first[3]).max() > 1000
    again = otfunctions.barycenterkl_log(P, *given, tol=1e-6, b=first[3], **options)
    assert again[1]["n_iter"] == 1
    assert_allclose(again[0], first[0], rtol=1e-6)


@each
def test_too_few_iterations(name):
    P, M = problem_of(name)
    said = "in 2 iterations: its residual is"
    with pytest.warns(ConvergenceWarning, match=said) as caught:
        f, log, *rest = getattr(otfunctions, name)(P, M, EPSILON, GAMMA, max_iter=2)
    assert [w.filename for w in caught] == [__file__]  # the line of the call
    assert log["flag"] == (-1 if name == "barycenterkl" else 3)
    assert log["n_iter"] == 2
    assert log["cstr"][-1] > 1e-4
    assert all(np.isfinite(part).all() for part in (f, *rest))
    assert f < getattr(otfunctions, name)(P, M, EPSILON, GAMMA)[0]


@each
def test_tasks_without_mass(name):
    P, M = problem_of(name)
    function = getattr(otfunctions, name)
    P[..., 1] = 0.0
    f, _, m, b, q = function(P, M, EPSILON, GAMMA, **TIGHT)
    assert np.isfinite(f)
    assert not m[1].any()
    assert q.any()
    assert not np.exp(log_scalings(name, b))[..., 1].any()
    f, log, m, b, q = function(0.0 * P, M, EPSILON, GAMMA)
    assert (f, log["flag"]) == (0.0, 0)
    for nothing in (m, np.exp(log_scalings(name, b)), q):
        assert not nothing.any()


@each
def test_what_is_below_the_threshold_is_destroyed(name):
    P, M = problem_of(name)
    function = getattr(otfunctions, name)
    f, _, m, _, q = function(P, M, EPSILON, GAMMA, threshold=0.2, **TIGHT)
    kept = (P > 0.2).any(axis=-1)
    assert 0 < kept.sum() < kept.size
    rest = function(np.where(kept[..., None], P, 0), M, EPSILON, GAMMA, **TIGHT)
    assert_allclose(q, rest[4], rtol=1e-12)
    assert_allclose(m, rest[2], rtol=1e-12)
    assert not m[:, ~kept.ravel()].any()
    assert_allclose(f, rest[0] + GAMMA * P[~kept].sum(), rtol=1e-12)


P, M = line()
HOLE = np.where(np.eye(12, dtype=bool), np.nan, M)
WRONG = [
    ({"P": -P}, "P must be non-negative"),
    ({"P": P * np.nan}, "P contains NaN"),
    ({"P": P / 0.1 * np.inf}, "P contains infinity"),
    ({"P": P.T}, r"P has shape \(3, 12\), not \(12, n_tasks\)"),
    ({"P": np.ma.array(P, mask=P > 0.5)}, "P must not be a masked array"),
    ({"P": P * 1j}, "Complex"),
    ({"M": -M}, "-cost / epsilon, must not be positive"),
    ({"M": HOLE}, "M must not hold NaN"),
    ({"M": M[:5]}, r"M must be square.*\(5, 12\)"),
    ({"M": M * np.arange(1, 13)}, "M must be symmetric"),
    ({"b": -np.ones((12, 3))}, r"b must hold one scaling"),
    ({"b": np.ones((12, 2))}, r"b must hold one scaling"),
    ({"b": np.ones((3, 12))}, r"b has shape \(3, 12\)"),
    ({"weights": [1.0, 1.0]}, r"weights has shape \(2,\)"),
    ({"weights": [1.0, 0.0, 1.0]}, "weights must be 3 positive"),
    ({"weights": [1.0, -1.0, 1.0]}, "weights must be 3 positive"),
    ({"weights": [1.0, np.nan, 1.0]}, "weights contains NaN"),
    ({"epsilon": np.inf}, "'epsilon'"),
    ({"epsilon": 1e-200, "gamma": 1e200}, "epsilon / gamma is beyond float"),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG)
def test_faults_are_named(wrong, message):
    params = {"P": P, "M": M, "epsilon": EPSILON, "gamma": GAMMA, **wrong}
    with pytest.raises(ValueError, match=message):
        otfunctions.barycenterkl(**params)


@each
def test_parameters_are_named(name):
    function, problem = getattr(otfunctions, name), problem_of(name)
    with pytest.raises(InvalidParameterError, match=f"'epsilon'.*{name}"):
        function(*problem, 0.0, GAMMA)
    for wrong in ({"tol": -1.0}, {"max_iter": 0}, {"threshold": "a"}):
        with pytest.raises(InvalidParameterError, match=f"'{next(iter(wrong))}'"):
            function(*problem, EPSILON, GAMMA, **wrong)


def test_images_of_another_shape():
    with pytest.raises(ValueError, match=r"\(6, 3, 2\), not \(3, 6, n_tasks\)"):
        otfunctions.barycenterkl_img(pictures(6, 3), axes(3, 6), EPSILON, GAMMA)
    with pytest.raises(ValueError, match="2 axes, but M is for 3"):
        otfunctions.barycenterkl_img(pictures(), [M, M, M], EPSILON, GAMMA)
