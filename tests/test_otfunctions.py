"""MuTaR's barycentres: their definition, and its numbers."""

import inspect

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import kl_div, logsumexp, xlogy
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

import mutar_cy
from mutar_cy import ot, otfunctions

SIGNATURE = "(P, M, epsilon, gamma, b=None, tol=0.0001, max_iter=1000, "
MATRIX = SIGNATURE + "weights=None, threshold=1e-10)"
IMAGE = SIGNATURE + f"xp={np!r}, threshold=0.0)"

# From MuTaR 0.0.1 at EPSILON and GAMMA with tol=1e-15 and max_iter=20000: the sum of q,
# and q, marginals[1] and the logarithm of b of task 1 at feature 3; for the images of
# `pictures` and with M = -groundmetric_img(5) / 4 / EPSILON at the pixel (2, 3).
MUTAR = {
    None: (3.7392528085106, 0.3938431522420, 0.4062281952381, -0.7142490889008),
    (0.5, 0.3, 0.2): (
        3.7660651515917,
        0.5431708304711,
        0.4229027373082,
        -0.1095611439146,
    ),
    "image": (6.0269964863879, 0.3136983128536, 0.3984122737390, -1.3149560524151),
}
each = pytest.mark.parametrize("name", POINTS + IMAGES)


def plain_sweeps(P, M, gamma, weights, n_iter=3000):
    """Return the barycentre, and plans, by the plainest sweeps in logarithms."""
    share, log_P = gamma / (EPSILON + gamma), np.log(P)
    log_b = np.zeros(P.shape)
    for _ in range(n_iter):
        log_a = share * (log_P - logsumexp(M[:, :, None] + log_b, axis=1))
        log_A = logsumexp(M[:, :, None] + log_a, axis=1)
        log_q = logsumexp((1 - share) * log_A, axis=1, b=weights / np.sum(weights))
        log_q /= 1 - share
        log_b = share * (log_q[:, None] - log_A)
    return np.exp(log_q), np.exp(log_a.T[:, :, None] + M + log_b.T[:, None, :])


def value_of(plans, q, P, M, weights, gamma=GAMMA):
    """Return the objective of plans, term by term as it is defined."""
    each = -EPSILON * np.sum(M * plans, axis=(1, 2))
    each += EPSILON * (xlogy(plans, plans) - plans).sum(axis=(1, 2))
    each += gamma * kl_div(plans.sum(axis=2), P.T).sum(axis=1)
    each += gamma * kl_div(plans.sum(axis=1), q).sum(axis=1)
    return weights @ each / np.mean(weights)


@each
def test_signatures_are_mutar_s(name):
    assert mutar_cy.otfunctions is otfunctions
    signature = inspect.signature(getattr(otfunctions, name))
    assert str(signature) == (MATRIX if name in POINTS else IMAGE)


@pytest.mark.parametrize("name", POINTS)
@pytest.mark.parametrize("weights", [None, (0.5, 0.3, 0.2)], ids=str)
def test_mutar_s_numbers(name, weights):
    function = getattr(otfunctions, name)
    _, log, m, b, q = function(*line(), EPSILON, GAMMA, weights=weights, **TIGHT)
    assert log["flag"] == 0
    found = q.sum(), q[3], m[1, 3], log_scalings(name, b)[3, 1]
    assert_allclose(found, MUTAR[weights], rtol=1e-9)
    assert (m.shape, b.shape, q.shape) == ((3, 12), (12, 3), (12,))


@pytest.mark.parametrize("name", IMAGES)
def test_mutar_s_numbers_of_images(name):
    function = getattr(otfunctions, name)
    _, log, m, b, q = function(pictures(), axes()[0], EPSILON, GAMMA, **TIGHT)
    assert log["flag"] == 0
    found = q.sum(), q[13], m[1, 13], log_scalings(name, b)[2, 3, 1]
    assert_allclose(found, MUTAR["image"], rtol=1e-9)
    assert (m.shape, b.shape, q.shape) == ((2, 25), (5, 5, 2), (25,))


@pytest.mark.drawn
@pytest.mark.parametrize("name", POINTS)
@pytest.mark.parametrize("gamma", [0.05, 1.0, 20.0])
@pytest.mark.parametrize("weights", [None, (1.0, 1.0, 1.0), (2.0, 0.5, 1.0)], ids=str)
def test_all_is_what_plain_sweeps_and_the_definition_say(name, gamma, weights):
    P, M = line()
    given = np.ones(3) if weights is None else np.array(weights)
    expected, plans = plain_sweeps(P, M, gamma, given)
    function = getattr(otfunctions, name)
    f, log, m, b, q = function(P, M, EPSILON, gamma, weights=weights, **TIGHT)
    assert_allclose(q, expected, rtol=1e-9)
    assert_allclose(m, plans.sum(axis=2), rtol=1e-9)
    assert_allclose(f, value_of(plans, expected, P, M, given, gamma), rtol=1e-9)
    known = gamma * (P @ given).sum() / given.mean() - (EPSILON + gamma) * 3 * q.sum()
    assert_allclose(f, known, rtol=1e-9)
    # b is the scaling: it makes the plan from the marginals alone.
    own = np.exp(M + log_scalings(name, b).T[:, None, :])
    own *= (m / own.sum(axis=2))[:, :, None]
    assert_allclose(own, plans, rtol=1e-8)
    assert log["obj"] == [f]
    assert log["cstr"][-1] <= 1e-12


@each
def test_the_value_is_that_of_unbalanced_barycenter(name):
    P, M = problem_of(name)
    f, log, m, _, q = getattr(otfunctions, name)(P, M, EPSILON, GAMMA, **TIGHT)
    cost = M if name in POINTS else ot.expand_factors([M, M])
    masses = P.reshape(len(cost), -1)
    result = ot.unbalanced_barycenter(masses, -EPSILON * cost, EPSILON, GAMMA, **TIGHT)
    assert_allclose(f, result.value, rtol=1e-11)
    assert_allclose(q, result.barycenter, rtol=1e-10)
    assert_allclose(m, result.left_marginals.T, rtol=1e-10)
    assert 0 < log["n_iter"] < 100


@pytest.mark.parametrize("shape", [(5, 5), (3, 6), (6, 1)])
def test_images_are_masses_on_a_grid(shape):
    P, factors = pictures(*shape), axes(*shape)
    flat, M = P.reshape(-1, 2), ot.expand_factors(factors)
    whole = otfunctions.barycenterkl(flat, M, EPSILON, GAMMA, **TIGHT)
    for name in IMAGES:
        for masses in (P, flat):
            function = getattr(otfunctions, name)
            f, _, m, b, q = function(masses, factors, EPSILON, GAMMA, **TIGHT)
            assert_allclose(f, whole[0], rtol=1e-11)
            assert_allclose(m, whole[2], rtol=1e-9)
            assert b.shape == (*shape, 2)
            scalings = np.exp(log_scalings(name, b)).reshape(-1, 2)
            assert_allclose(scalings, whole[3], rtol=1e-9)
            assert_allclose(q, whole[4], rtol=1e-9)


def test_a_weight_of_two_is_a_task_twice():
    P, M = line()
    twice = otfunctions.barycenterkl_log(P[:, [0, 0, 2]], M, EPSILON, GAMMA, **TIGHT)
    for weights in ([2.0, 1.0], [200.0, 100.0]):
        f, _, m, b, q = otfunctions.barycenterkl_log(
            P[:, [0, 2]], M, EPSILON, GAMMA, weights=weights, **TIGHT
        )
        assert_allclose(q, twice[4], rtol=1e-10)
        assert_allclose(m, twice[2][[0, 2]], rtol=1e-10)
        assert_allclose(b, twice[3][:, [0, 2]], rtol=1e-8, atol=1e-10)
        assert_allclose(3 * f, 2 * twice[0], rtol=1e-10)  # f sums over the tasks


@pytest.mark.parametrize("weights", [(0.6, 0.3, 0.1), (0.9, 0.09, 0.01)], ids=str)
def test_weights_where_entropy_is_all(weights):
    P, M = line()
    given, gamma = np.array(weights), 0.01
    f, _, m, _, q = otfunctions.barycenterkl(
        P, M, EPSILON, gamma, weights=weights, **TIGHT
    )
    expected, plans = plain_sweeps(P, M, gamma, given, 60)
    assert_allclose(q, expected, rtol=1e-10)
    assert_allclose(m, plans.sum(axis=2), rtol=1e-10)
    assert_allclose(f, value_of(plans, expected, P, M, given, gamma), rtol=1e-10)


@pytest.mark.parametrize("weights", [(0.6, 0.3, 0.1), (1.3, 1.3, 0.3)], ids=str)
def test_weights_beyond_float(weights):
    P, M = line()
    with pytest.raises(ValueError, match=r"too unequal for epsilon / gamma = 700"):
        otfunctions.barycenterkl(P, M, EPSILON, EPSILON / 700, weights=weights)


@pytest.mark.parametrize("plain", ["barycenterkl", "barycenterkl_img"])
def test_the_plain_form_and_that_of_logarithms_agree(plain):
    P, M = problem_of(plain)
    name = plain + "_log"
    for tol in (1e-4, 1e-13):
        found = getattr(otfunctions, name)(P, M, EPSILON, GAMMA, tol=tol)
        other = getattr(otfunctions, plain)(P, M, EPSILON, GAMMA, tol=tol)
        for place in (0, 2, 4):
            assert_allclose(found[place], other[place], rtol=1e-12)
        assert_allclose(np.exp(log_scalings(name, found[3])), other[3], rtol=1e-12)


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
