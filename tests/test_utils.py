"""MuTaR's helpers: its numbers where they are right, and right ones where not."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.utils._param_validation import InvalidParameterError

from mutar_cy import ot, utils

GROUNDS = [utils.groundmetric, utils.groundmetric2d, utils.groundmetric_img]
each_ground = pytest.mark.parametrize("ground", GROUNDS, ids=lambda f: f.__name__)

# From MuTaR 0.0.1, images of size n: sums of M times cos(i + 2 j), which tells entries
# and their order apart, and M[1, -1].
#   from mutar import utils
#   M = utils.groundmetric2d(4, p=2, normed=True)
#   (M * np.cos(np.arange(len(M))[:, None] + 2 * np.arange(len(M)))).sum(), M[1, -1]
MUTAR = [
    (utils.groundmetric, 4, {}, (-0.0347277055123, 4)),
    (utils.groundmetric, 4, {"p": 2, "normed": True}, (-0.0347277055123, 4)),
    (utils.groundmetric, 4, {"p": 1, "normed": True}, (0.208657589397, 2)),
    (utils.groundmetric, 4, {"p": 3}, (-0.700431555031, 8)),
    (utils.groundmetric, 5, {}, (-17.15259804, 9)),
    (utils.groundmetric, 5, {"p": 2, "normed": True}, (-17.15259804, 9)),
    (utils.groundmetric, 5, {"p": 1, "normed": True}, (-5.64458591185, 3)),
    (utils.groundmetric, 5, {"p": 3}, (-59.2327631195, 27)),
    (utils.groundmetric2d, 4, {}, (0.0502647326995, 3.60555127546)),
    (utils.groundmetric2d, 4, {"p": 2, "normed": True}, (1.84883863972, 3.25)),
    (
        utils.groundmetric2d,
        4,
        {"p": 1, "normed": True},
        (0.0251323663498, 1.80277563773),
    ),
    (utils.groundmetric2d, 4, {"p": 3}, (41.4372136996, 46.872166581)),
    (utils.groundmetric2d, 5, {}, (-0.420234310215, 5)),
    (utils.groundmetric2d, 5, {"p": 2, "normed": True}, (-0.808512232617, 5)),
    (
        utils.groundmetric2d,
        5,
        {"p": 1, "normed": True},
        (-0.187934496824, 5**0.5),
    ),
    (utils.groundmetric2d, 5, {"p": 3}, (-28.0267275, 125)),
    (utils.groundmetric_img, 4, {}, (-0.0347277055123, 4)),
    (utils.groundmetric_img, 4, {"p": 2, "normed": True}, (-0.00868192637808, 1)),
    (utils.groundmetric_img, 5, {}, (-17.15259804, 9)),
    (utils.groundmetric_img, 5, {"p": 2, "normed": True}, (-3.430519608, 1.8)),
]


def weighed(M):
    rows, columns = np.indices(M.shape)
    return (M * np.cos(rows + 2 * columns)).sum(), M[1, -1]


@pytest.mark.parametrize(("ground", "n", "params", "expected"), MUTAR)
def test_squares_are_mutar_s(ground, n, params, expected):
    assert_allclose(weighed(ground(n, **params)), expected, rtol=1e-10)
    assert_allclose(weighed(ground(n, n, **params)), expected, rtol=1e-10)


def test_gamma_is_mutar_s():
    gamma = utils.compute_gamma(0.8, utils.groundmetric(5))
    assert gamma == pytest.approx(35.85136094179641, rel=1e-12)
    gamma = utils.compute_gamma(0.3, utils.groundmetric2d(4))
    assert gamma == pytest.approx(1.761933771209474, rel=1e-12)


def test_a_line_by_hand():
    M = utils.groundmetric(3, 4, p=3)
    assert np.array_equal(M, [[0, 1, 8, 27], [1, 0, 1, 8], [8, 1, 0, 1]])
    assert np.array_equal(utils.groundmetric(4, 3, p=3), M.T)
    assert np.array_equal(utils.groundmetric(3, p=3), M[:, :3])
    assert utils.groundmetric(2, p=0.5, normed=True)[0, 1] == 2.0


@pytest.mark.drawn
@pytest.mark.parametrize("shape", [(4, 4), (2, 5), (5, 2), (1, 6), (6, 1), (1, 1)])
@pytest.mark.parametrize("p", [0.5, 1, 2, 3])
def test_distances_between_pixels(shape, p):
    pixels = np.argwhere(np.ones(shape))  # in the order of a raveled image
    apart = pixels[:, None] - pixels
    M = utils.groundmetric2d(*shape, p=p)
    assert M.shape == (len(pixels), len(pixels))
    assert np.array_equal(M, M.T)
    assert_allclose(M, np.linalg.norm(apart, axis=2) ** p, rtol=1e-13)
    axes = utils.groundmetric_img(*shape, p=p)
    axes = [axes, axes] if shape[0] == shape[1] else axes
    assert_allclose(
        ot.expand_factors(axes), (np.abs(apart) ** float(p)).sum(axis=2), rtol=1e-13
    )


def test_an_image_and_its_raveled_form_are_transported_alike():
    image = np.random.default_rng(0).uniform(size=(3, 4))
    whole = np.exp(-utils.groundmetric2d(3, 4, p=2)) @ image.ravel()
    first, second = (np.exp(-M) for M in utils.groundmetric_img(3, 4))
    assert_allclose(first @ image @ second, whole.reshape(3, 4), rtol=1e-13)


@each_ground
@pytest.mark.parametrize("sizes", [(4,), (3, 5)])
def test_normed_costs_have_median_one(ground, sizes):
    plain, normed = ground(*sizes, p=1.5), ground(*sizes, p=1.5, normed=True)
    if ground is utils.groundmetric_img:
        pair = ([M, M] if len(sizes) == 1 else M for M in (plain, normed))
        plain, normed = (ot.expand_factors(M) for M in pair)
    assert np.median(normed) == pytest.approx(1.0)
    assert_allclose(normed * np.median(plain), plain, rtol=1e-13)


@each_ground
def test_a_median_of_zero_divides_nothing(ground):
    assert np.array_equal(ground(1, normed=True), [[0.0]])


@each_ground
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("width", 0),
        ("width", 2.5),
        ("width", "wide"),
        ("height", 0),
        ("height", [2]),
        ("p", 0),
        ("p", -1),
        ("p", np.nan),
        ("p", "two"),
        ("normed", "yes"),
    ],
)
def test_invalid_grids_are_named(ground, name, value):
    with pytest.raises(InvalidParameterError, match=f"'{name}'.*{ground.__name__}"):
        ground(**{"width": 3, name: value})


def test_gamma_keeps_a_share_of_the_mass():
    M = utils.groundmetric(20)
    gamma = utils.compute_gamma(0.8, M)
    assert np.exp(-M.max() / (2 * gamma)) == pytest.approx(0.8)
    assert utils.compute_gamma(0.8, 3 * M) == pytest.approx(3 * gamma)
    assert utils.compute_gamma(0.5, np.zeros((2, 2))) == 0.0


def test_gamma_of_an_image_and_of_its_axes():
    whole = utils.compute_gamma(0.8, utils.groundmetric2d(3, 4, p=2))
    assert utils.compute_gamma(0.8, utils.groundmetric_img(3, 4)) == pytest.approx(
        whole
    )


@pytest.mark.parametrize("tau", [0.0, 1.0, 2.0, -1.0, np.nan, "a", None])
def test_a_share_is_between_zero_and_one(tau):
    with pytest.raises(InvalidParameterError, match="'tau'"):
        utils.compute_gamma(tau, np.ones((2, 2)))


@pytest.mark.parametrize(
    ("M", "message"),
    [
        (np.ones((2, 3)), r"square.*\(2, 3\)"),
        ([[0.0, -1.0], [-1.0, 0.0]], "non-negative"),
        ([[0.0, np.nan], [np.nan, 0.0]], "NaN"),
        ([[0.0, 1.0], [2.0, 0.0]], "symmetric"),
    ],
)
def test_gamma_of_no_cost(M, message):
    with pytest.raises(ValueError, match=message):
        utils.compute_gamma(0.8, M)


def test_residuals():
    rng = np.random.default_rng(0)
    X, coef = rng.standard_normal((3, 5, 4)), rng.standard_normal((4, 3))
    y = rng.standard_normal((3, 5))
    expected = y - np.einsum("knj,jk->kn", X, coef)
    assert_allclose(utils.residual(X, coef, y), expected, rtol=1e-13)
    ragged = utils.residual([X[0], X[1][:2]], coef[:, :2], [y[0], y[1][:2]])
    assert [r.shape for r in ragged] == [(5,), (2,)]
    assert_allclose(ragged[1], expected[1, :2], rtol=1e-13)
    responses = utils.residual(X, np.stack([coef, -coef], axis=2), np.stack([y, y], 2))
    assert_allclose(responses[..., 0], expected, rtol=1e-13)
    with pytest.raises(ValueError, match=r"3 tasks.*2 columns.*3 tasks"):
        utils.residual(X, coef[:, :2], y)


def test_parts_by_sign():
    x = np.array([[1.5, -2.0, 0.0]])
    positive, negative = utils.get_unsigned(x)
    assert np.array_equal(positive, [[1.5, 0.0, 0.0]])
    assert np.array_equal(negative, [[0.0, 2.0, 0.0]])
    assert not np.signbit(negative).any()
