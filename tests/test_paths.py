"""``path`` of the drop-ins against scikit-learn's."""

import numpy as np
import pytest
import simulated
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn import linear_model as theirs

from mutar_cy import linear_model as ours

NAMES = ["Lasso", "ElasticNet", "MultiTaskLasso", "MultiTaskElasticNet"]
each_name = pytest.mark.parametrize("name", NAMES)


def reach(X, y):
    """Return how far apart coefficients with relative gaps of 2e-14 can be."""
    curvature = np.linalg.eigvalsh(X.T @ X / len(X))[0]
    return 2 * np.sqrt(2e-14 * (y**2).sum() / len(X) / curvature)


def data_for(name):
    X, Y, _ = simulated.shared()
    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)
    return np.asfortranarray(X), Y if "MultiTask" in name else Y[:, 0]


def both(name, X, y, **parameters):
    mine = getattr(ours, name).path(X, y, tol=1e-14, max_iter=20_000, **parameters)
    his = getattr(theirs, name).path(X, y, tol=1e-15, max_iter=100_000, **parameters)
    return mine, his


@each_name
@pytest.mark.parametrize("alphas", [8, [1.0, 0.1, 0.5, 0.02]])
def test_paths_are_scikit_learn_s(name, alphas):
    X, y = data_for(name)
    mine, his = both(name, X, y, alphas=alphas, l1_ratio=0.7, eps=1e-2)
    for got, expected in zip(mine, his, strict=True):
        assert got.shape == expected.shape
    assert_allclose(mine[0], his[0], rtol=1e-10)
    assert_allclose(mine[1], his[1], rtol=0, atol=reach(X, y))
    assert np.all(mine[2] <= 1e-10)


@each_name
def test_paths_count_iterations_when_asked(name):
    X, y = data_for(name)
    mine, his = both(name, X, y, alphas=5, return_n_iter=True)
    assert len(mine) == len(his) == 4
    assert len(mine[3]) == len(his[3]) == 5


@pytest.mark.parametrize("name", NAMES[:2])
def test_positive_paths(name):
    X, y = data_for(name)
    mine, his = both(name, X, -y, alphas=5, positive=True)
    assert (mine[1] >= 0).all()
    assert_allclose(mine[1], his[1], rtol=0, atol=reach(X, y))


@pytest.mark.parametrize("name", NAMES[:2])
@pytest.mark.parametrize("make", [sparse.csc_array, sparse.csc_matrix])
def test_sparse_paths(name, make):
    X, y = data_for(name)
    X = np.where(X > 0.5, X, 0)
    mine = getattr(ours, name).path(make(X), y, alphas=[0.5, 0.05], tol=1e-14)
    his = getattr(theirs, name).path(X, y, alphas=[0.5, 0.05], tol=1e-15)
    assert_allclose(mine[1], his[1], rtol=0, atol=reach(X, y))


@pytest.mark.parametrize("name", NAMES[:2])
def test_paths_from_a_start_and_a_gram(name):
    X, y = data_for(name)
    plain = getattr(ours, name).path(X, y, alphas=[0.1], tol=1e-14)
    start = np.ones(10)
    warm = getattr(ours, name).path(
        X, y, alphas=[0.1], tol=1e-14, coef_init=start, precompute=X.T @ X, Xy=X.T @ y
    )
    assert_allclose(warm[1], plain[1], rtol=0, atol=reach(X, y))
    assert np.array_equal(start, np.ones(10))


@each_name
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
def test_paths_may_end_at_no_strength_at_all(name, l1_ratio):
    X, y = data_for(name)
    _, coefs, gaps = getattr(ours, name).path(
        X, y, l1_ratio=l1_ratio, alphas=[0.0, 0.5, 0.1], tol=1e-12, max_iter=20_000
    )
    squares = np.linalg.lstsq(X, y, rcond=None)[0]
    assert_allclose(coefs[..., -1], squares.T, rtol=1e-5, atol=1e-6)
    assert np.all(gaps <= 1e-10)


@pytest.mark.parametrize("name", NAMES[1::2])
def test_paths_of_ridges(name):
    X, y = data_for(name)
    alphas, coefs, _ = getattr(ours, name).path(
        X, y, l1_ratio=0.0, alphas=[2.0, 0.5, 0.1], tol=1e-13
    )
    for alpha, coef in zip(alphas, np.moveaxis(coefs, -1, 0), strict=True):
        matrix = X.T @ X + len(X) * alpha * np.eye(X.shape[1])
        assert_allclose(coef.T, np.linalg.solve(matrix, X.T @ y), rtol=1e-6, atol=1e-8)


@each_name
def test_the_first_alpha_of_a_path_drops_everything(name):
    X, y = data_for(name)
    alphas, coefs, _ = getattr(ours, name).path(X, y, alphas=5)
    assert np.all(np.diff(alphas) < 0)
    assert not coefs[..., 0].any()
    assert coefs[..., 1].any()


@pytest.mark.parametrize("name", NAMES)
def test_paths_refuse_bad_data(name):
    X, y = data_for(name)
    with pytest.raises(ValueError, match="NaN"):
        getattr(ours, name).path(X * np.nan, y, alphas=3)


@each_name
def test_deprecated_grids_say_so_as_scikit_learn_does(name):
    X, y = data_for(name)
    with pytest.warns(FutureWarning, match="n_alphas"):
        alphas = getattr(ours, name).path(X, y, n_alphas=4)[0]
    assert len(alphas) == 4
    with pytest.warns(FutureWarning, match="alphas=None"):
        alphas = getattr(ours, name).path(X, y, alphas=None)[0]
    assert len(alphas) == 100


def test_functions_are_the_methods():
    X, y = data_for("Lasso")
    for mine, his in zip(
        ours.lasso_path(X, y, alphas=4), theirs.lasso_path(X, y, alphas=4), strict=True
    ):
        assert mine.shape == his.shape
    one = ours.lasso_path(X, y, alphas=4, tol=1e-10)
    two = ours.enet_path(X, y, alphas=4, l1_ratio=1.0, tol=1e-10)
    assert np.array_equal(one[1], two[1])


def test_a_path_without_anything_to_explain():
    X, y = data_for("Lasso")
    alphas, coefs, _ = ours.Lasso.path(X, 0 * y, alphas=3)
    assert np.all(alphas > 0)
    assert not coefs.any()


def test_path_refuses_what_scikit_learn_refuses():
    X, y = data_for("Lasso")
    with pytest.raises(ValueError, match="Unexpected parameters"):
        ours.Lasso.path(X, y, alphas=3, colour="red")
    with pytest.raises(ValueError, match="l1_ratio=0"):
        ours.ElasticNet.path(X, y, alphas=3, l1_ratio=0)
    with pytest.raises(ValueError, match="positive=True is not allowed"):
        ours.MultiTaskLasso.path(X, np.c_[y, y], alphas=3, positive=True)


def test_a_verbose_path_prints_dots(capsys):
    X, y = data_for("Lasso")
    ours.Lasso.path(X, y, alphas=3, verbose=1)
    assert capsys.readouterr().err.count(".") == 3
