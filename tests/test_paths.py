"""Paths of the drop-ins are scikit-learn's; alpha_max is where all paths begin."""

import numpy as np
import pytest
import simulated
from certificate import assert_certified
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn import linear_model as theirs

from mutar_cy import GroupLasso, IndLasso, alpha_max
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


# The smallest penalty that drops everything, exactly there and on both sides.

RAGGED = simulated.ragged()[:2]
SHARED = simulated.shared()[:2]
ONE = SHARED[0], SHARED[1][:, 0]
OMEGA = [1, 2, 0.5, 1, np.inf, 1, 1, 3, 1, 1]
GROUPS = [[0, 9], [1, 2, 3], [4, 5, 6, 7], [8]]
CASES = {
    "group lasso": (GroupLasso(), RAGGED),
    "without intercept": (GroupLasso(fit_intercept=False), RAGGED),
    "positive": (GroupLasso(positive=True), RAGGED),
    "weights": (GroupLasso(penalty_weights=OMEGA), RAGGED),
    "groups": (GroupLasso(groups=GROUPS), RAGGED),
    "task weights": (GroupLasso(task_weight=[1, 2, 0.5]), RAGGED),
    "normalize": (GroupLasso(normalize=True), RAGGED),
    "responses": (GroupLasso(), simulated.responses()[:2]),
    "shared": (GroupLasso(), SHARED),
    "one task": (GroupLasso(), ONE),
    "lasso": (ours.Lasso(), ONE),
    "elastic net": (ours.ElasticNet(l1_ratio=0.3), ONE),
    "multi-task lasso": (ours.MultiTaskLasso(), SHARED),
    "multi-task elastic net": (ours.MultiTaskElasticNet(l1_ratio=0.3), SHARED),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@each_case
def test_zeros_from_alpha_max_on(case):
    model, (X, y) = case
    largest = alpha_max(model, X, y)
    assert np.ndim(largest) == 0
    for factor in (1.0, 1 + 1e-9, 2.0, 1e6):
        model.set_params(alpha=largest * factor).fit(X, y)
        assert not np.any(model.coef_)
        assert np.all(np.asarray(model.n_iter_) == 0)
        assert_certified(model, X, y)


@each_case
def test_something_below_alpha_max(case):
    model, (X, y) = case
    model.set_params(alpha=alpha_max(model, X, y) * (1 - 1e-3), tol=1e-9)
    assert np.any(model.fit(X, y).coef_)
    assert_certified(model, X, y)


@each_case
def test_the_estimator_is_not_fitted_nor_changed(case):
    model, (X, y) = case
    before = repr(model.set_params(alpha=0.5).get_params())
    fitted = {**vars(model)}
    alpha_max(model, X, y)
    assert repr(model.get_params()) == before
    assert vars(model).keys() == fitted.keys()


def test_alpha_max_from_the_definition():
    X, y = RAGGED
    slopes = [
        (x - x.mean(axis=0)).T @ (v - v.mean()) / len(v)
        for x, v in zip(X, y, strict=True)
    ]
    rows = np.linalg.norm(slopes, axis=0)
    assert_allclose(alpha_max(GroupLasso(), X, y), rows.max(), rtol=1e-12)
    largest = np.broadcast_to(np.abs(slopes).max(axis=1), 3)
    assert_allclose(alpha_max(IndLasso(alpha=np.ones(3)), X, y), largest, rtol=1e-12)


def test_independent_lassos_have_one_alpha_max_each():
    X, y = RAGGED
    largest = alpha_max(IndLasso(alpha=np.ones(3)), X, y)
    alpha = largest * np.array([1.0, 0.99, 1.0])
    coef = IndLasso(alpha, tol=1e-9).fit(X, y).coef_
    assert coef.any(axis=0).tolist() == [False, True, False]


def test_unpenalised_features_are_solved_first():
    X, y = RAGGED
    omega = np.ones(10)
    omega[0] = 0
    model = GroupLasso(penalty_weights=omega)
    largest = alpha_max(model, X, y)
    model.set_params(alpha=largest * (1 + 1e-9)).fit(X, y)
    assert model.coef_[0].all()
    assert not model.coef_[1:].any()
    assert_certified(model, X, y, tol=1e-9)
    model.set_params(alpha=largest * 0.99, tol=1e-10).fit(X, y)
    assert model.coef_[1:].any()


def test_alpha_max_of_weights_and_labels():
    (X, y, _), task = simulated.long()
    weight = np.random.default_rng(0).uniform(0.1, 2, len(y))
    params = {"sample_weight": weight, "task": task}
    largest = alpha_max(GroupLasso(), X, y, **params)
    model = GroupLasso(largest * (1 + 1e-9)).fit(X, y, **params)
    assert not model.coef_.any()
    assert GroupLasso(largest * 0.99, tol=1e-10).fit(X, y, **params).coef_.any()


def test_alpha_max_refuses_bad_data():
    X, y = RAGGED
    with pytest.raises(ValueError, match="NaN"):
        alpha_max(GroupLasso(), [x * np.nan for x in X], y)


def test_alpha_max_takes_this_package_s_estimators_only():
    with pytest.raises(TypeError, match="Lasso"):
        alpha_max(theirs.Lasso(), *ONE)


@pytest.mark.parametrize("cls", [ours.ElasticNet, ours.MultiTaskElasticNet])
def test_a_ridge_alone_has_no_alpha_max(cls):
    X, Y = SHARED
    y = Y if cls is ours.MultiTaskElasticNet else Y[:, 0]
    with pytest.raises(ValueError, match="l1_ratio=0"):
        alpha_max(cls(l1_ratio=0.0), X, y)
