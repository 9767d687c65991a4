"""MuTaR's helpers: its numbers where they are right, and right ones where not."""

import inspect

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
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


RNG = np.random.default_rng(0)
SHAPES = [(4, 4), (3, 5), (5, 1)]
SIGNATURES = {
    "logsumexp": "(a, axis=None)",
    "klconv1d": "(img, K)",
    "klconv1d_list": "(imgs, K)",
    "kls": "(img, C)",
}

# MuTaR 0.0.1: row 1 of its results for cos(0), cos(1), ... in shape (3, 3, 2), and
# logsumexp along the last axis for shape (3, 4).
WAVES = np.cos(np.arange(18.0)).reshape(3, 3, 2)
LINE = -utils.groundmetric_img(3)
KLS = [
    [1.618214456817167, 1.376831422176761],
    [1.239489380926235, 0.997830312628455],
    [0.342861232495044, 0.742441791428522],
]
CONVOLVED = [
    [1.520920793602062, 0.714658118447785],
    [-0.17226700862552, -1.078746723107417],
    [-1.493167341973886, -0.540864278073525],
]
SUMS = [1.698541675773598, 1.884877827600506, 0.994438635147959]


def grid_logarithm(shape):
    """Return a kernel's logarithm as MuTaR takes it, and as one matrix."""
    factors = [-F for F in ot.grid_factors(shape, 1.5)]
    given = factors if shape[0] != shape[1] else factors[0]
    return given, ot.expand_factors(factors)


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_mutar_s(name):
    assert str(inspect.signature(getattr(utils, name))) == SIGNATURES[name]


def test_mutar_s_numbers():
    assert_allclose(utils.kls(WAVES, LINE)[1], KLS, rtol=1e-12)
    K = np.exp(LINE)
    assert_allclose(utils.klconv1d_list(WAVES, K)[1], CONVOLVED, rtol=1e-12)
    for k in range(2):
        convolved = utils.klconv1d(WAVES[..., k], K)
        assert_allclose(convolved[1], np.array(CONVOLVED)[:, k], rtol=1e-12)
    waves = np.cos(np.arange(12.0)).reshape(3, 4)
    assert_allclose(utils.logsumexp(waves, axis=1), SUMS, rtol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_products_are_those_of_the_whole_matrix(shape):
    C, whole = grid_logarithm(shape)
    images = RNG.standard_normal((*shape, 3))
    K = [np.exp(F) for F in C] if isinstance(C, list) else np.exp(C)
    flat = images.reshape(-1, 3)
    expected = (np.exp(whole) @ flat).reshape(images.shape)
    assert_allclose(utils.klconv1d_list(images, K), expected, rtol=1e-12, atol=1e-14)
    assert_allclose(utils.klconv1d_list(flat, K), expected, rtol=1e-12, atol=1e-14)
    one = utils.klconv1d(images[..., 1], K)
    assert_allclose(one, expected[..., 1], rtol=1e-12, atol=1e-14)
    expected = np.log(np.exp(whole) @ np.exp(flat))
    assert_allclose(utils.kls(images, C).reshape(-1, 3), expected, rtol=1e-12)
    assert_allclose(utils.kls(flat, C), expected, rtol=1e-12)


def test_matrices_of_any_kind_convolve():
    first, second = RNG.standard_normal((2, 4)), RNG.standard_normal((6, 3))
    image = RNG.standard_normal((4, 3))
    found = utils.klconv1d(image, [first, second])
    assert_allclose(found, first @ image @ second.T, rtol=1e-13)
    K = RNG.standard_normal((4, 4))
    square = RNG.standard_normal((4, 4, 2))
    expected = np.einsum("ij,jlk,ml->imk", K, square, K)
    assert_allclose(utils.klconv1d_list(square, K), expected, rtol=1e-12, atol=1e-13)


def test_logarithms_far_beyond_float():
    C, whole = grid_logarithm((3, 5))
    C, whole = [1e5 * F for F in C], 1e5 * whole
    images = 1e4 * RNG.standard_normal((3, 5, 2))
    images[0, :, 0] = images[..., 1] = -np.inf
    found = utils.kls(images, C)
    assert np.isneginf(found[..., 1]).all()
    terms = whole + images[..., 0].ravel()
    assert_allclose(found[..., 0].ravel(), utils.logsumexp(terms, axis=1), rtol=1e-12)


def test_sums_of_logarithms():
    a = RNG.standard_normal((3, 4, 5)) * 3
    for axis in (None, 0, -1, (0, 2)):
        expected = np.log(np.exp(a).sum(axis=axis))
        assert_allclose(utils.logsumexp(a, axis), expected, rtol=1e-12)
    assert_allclose(utils.logsumexp(a + 1e6, 1) - 1e6, utils.logsumexp(a, 1), atol=1e-9)
    a[1] = -np.inf
    assert_array_equal(np.isneginf(utils.logsumexp(a, axis=1)).all(axis=1), [0, 1, 0])
    assert utils.logsumexp([-np.inf, -np.inf]) == -np.inf


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (utils.kls, (WAVES[:2], LINE), r"img has shape \(2, 3, 2\), not \(3, 3, n_t"),
        (utils.kls, (WAVES * np.nan, LINE), "img must hold neither NaN"),
        (utils.kls, (np.abs(WAVES) * np.inf, LINE), "neither NaN nor plus infinity"),
        (utils.kls, (WAVES, -LINE), "must not be positive, got 4"),
        (utils.kls, (WAVES, LINE * [1, 2, 3]), "symmetric"),
        (utils.kls, (WAVES, LINE * np.nan), "NaN"),
        (utils.kls, (WAVES, [LINE]), "2 axes, but C is for 1"),
        (utils.klconv1d_list, (WAVES, np.eye(4)), r"imgs has shape \(3, 3, 2\)"),
        (utils.klconv1d_list, (WAVES, LINE * np.nan), "K contains NaN"),
        (utils.klconv1d, (WAVES, LINE), r"imgs has shape \(3, 3, 2, 1\)"),
        (utils.klconv1d, (WAVES[..., 0] * np.inf, LINE), "img contains infinity"),
        (utils.klconv1d, (np.ma.array(LINE, mask=LINE == 0), LINE), "img.*masked"),
    ],
)
def test_faults_are_named(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)
