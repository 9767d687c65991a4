"""MuTaR's sums of logarithms and kernels of images: definitions and its numbers."""

import inspect

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mutar_cy import ot, utils

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
