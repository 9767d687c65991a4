"""Groups that are penalised by what they explain, whatever their basis."""

import numpy as np
import pytest
import simulated_glm
from glm_certificate import fit
from numpy.testing import assert_allclose
from scipy import sparse
from scipy.interpolate import BSpline
from simulated_glm import GROUPS, LOSSES
from sklearn.linear_model import LinearRegression

from mutar_cy import GroupLassoRegressor, alpha_max, group_lasso_path

each_loss = pytest.mark.parametrize("loss", LOSSES)


def standardized(alpha=0.03, groups=GROUPS, **params):
    params = {"tol": 1e-11, "standardize_groups": True, **params}
    return GroupLassoRegressor(groups, alpha, **params)


def mixing(seed=0):
    """Return a matrix that mixes the columns of every group."""
    rng = np.random.default_rng(seed)
    out = np.zeros((8, 8))
    for members in GROUPS:
        out[np.ix_(members, members)] = rng.standard_normal((len(members),) * 2)
    return out


def two_bases(n=100):
    """Return counts, and two bases of the same quadratic splines of two covariates."""
    rng = np.random.default_rng(123)
    places = rng.uniform(0, 1, (n, 2))
    knots = np.repeat([0.0, 1 / 3, 2 / 3, 1.0], [3, 1, 1, 3])
    splines = [BSpline.design_matrix(u, knots, 2).toarray() for u in places.T]
    powers = [
        np.column_stack([u**0, u, u**2, *(np.maximum(u - k, 0) ** 2 for k in (1, 2))])
        for u in 3 * places.T
    ]
    y = rng.poisson(np.exp(np.sin(5 * places[:, 0])))
    return y, np.hstack(splines), np.hstack(powers)


def test_two_bases_of_the_same_splines():
    y, *bases = two_bases()
    model = standardized(groups=5, loss="poisson")
    largest = [alpha_max(model, X, y) for X in bases]
    assert_allclose(largest[0], largest[1], rtol=1e-9)
    plain = standardized(groups=5, loss="poisson", standardize_groups=False)
    unequal = [alpha_max(plain, X, y) for X in bases]
    assert abs(unequal[0] / unequal[1] - 1) > 0.05  # or nothing has been tested
    alphas = largest[0] * np.geomspace(0.99, 0.02, 10)
    options = {"groups": 5, "loss": "poisson", "standardize_groups": True, "tol": 1e-10}
    paths = [group_lasso_path(X, y, alphas=alphas, **options) for X in bases]
    supports = [path.group_norms > 0 for path in paths]
    assert np.array_equal(*supports)
    assert supports[0].any(axis=0).all()
    assert not supports[0].all(axis=0).all()
    assert_allclose(paths[0].objectives, paths[1].objectives, rtol=1e-8)


@each_loss
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_own_designs_with_weights_and_offsets(loss, fit_intercept):
    X, y = simulated_glm.own(loss)
    given = {
        "sample_weight": simulated_glm.some_weights(y),
        "offset": simulated_glm.some_offsets(y),
    }
    model = standardized(loss=loss, fit_intercept=fit_intercept)
    model.set_params(task_weight=[1.0, 2.0, 0.5], group_weights=[1.0, 2.0, 0.5, 0.0])
    fit(model, X, y, **given)
    expected = [np.linalg.norm(model.coef_[members]) for members in GROUPS]
    assert_allclose(model.group_norms_, expected, rtol=1e-12)
    fitted, T = model.predict(X), mixing()
    other = model.fit([x @ T for x in X], y, **given)
    for a, b in zip(other.predict([x @ T for x in X]), fitted, strict=True):
        assert_allclose(a, b, rtol=1e-5)


@each_loss
def test_unpenalised_columns_are_left_as_they_are(loss):
    X, y = simulated_glm.own(loss)
    model = fit(standardized(groups=[0, 0, 0, 1, 1, -1, 2, 2], loss=loss), X, y)
    assert model.coef_[5].all()


def test_orthonormal_columns_need_nothing():
    X, y = simulated_glm.single("squared_error")
    Q = np.linalg.qr(X - X.mean(axis=0))[0] * np.sqrt(len(X))
    model = fit(standardized(), Q, y)
    plain = fit(standardized(standardize_groups=False), Q, y)
    assert_allclose(model.coef_, plain.coef_, atol=1e-6)
    assert_allclose(model.intercept_, plain.intercept_, atol=1e-10)


@each_loss
def test_columns_that_say_the_same_share_a_coefficient(loss):
    X, y = simulated_glm.single(loss)
    twice = np.column_stack([X[:, :3], X[:, 0], np.full(len(X), 1e8 / 3), X[:, 3:5]])
    groups = [[0, 1, 2, 3, 4], [5, 6]]
    weights = [np.sqrt(3), np.sqrt(2)]
    model = standardized(groups=groups, group_weights=weights, loss=loss).fit(twice, y)
    single = fit(standardized(groups=[[0, 1, 2], [3, 4]], loss=loss), X[:, :5], y)
    assert_allclose(model.coef_[0], model.coef_[3], rtol=1e-6)
    assert model.coef_[4] == 0
    assert_allclose(2 * model.coef_[0], single.coef_[0], atol=1e-6)
    assert_allclose(model.coef_[[1, 2, 5, 6]], single.coef_[1:], atol=1e-6)
    assert_allclose(model.objective_, single.objective_, rtol=1e-9)


@pytest.mark.parametrize("fit_intercept", [False, True])
def test_a_group_of_constants_is_kept_only_without_an_intercept(fit_intercept):
    X, y = simulated_glm.single("squared_error")
    X[:, 5] = 7.0
    X[:, [6, 7]] = 0.0
    model = standardized(fit_intercept=fit_intercept).fit(X, y + 3)
    assert (model.coef_[5] != 0) == (not fit_intercept)
    assert not model.coef_[6:].any()
    assert np.isfinite(model.coef_).all()


def test_units_of_features_do_not_matter():
    X, y = simulated_glm.own("poisson")
    units = np.geomspace(1e-100, 1e100, 8)
    model = fit(standardized(loss="poisson"), X, y)
    # Columns of a group may not be that far apart: the larger ones would drown them.
    units = np.repeat(units[::2], [3, 2, 1, 2])
    other = standardized(loss="poisson").fit([x * units for x in X], y)
    assert_allclose(other.coef_ * units[:, None], model.coef_, atol=1e-6)


def test_sparse_designs_and_a_shared_one():
    X, Y = simulated_glm.shared("poisson")
    X = np.where(np.abs(X) > 0.8, X, 0.0)
    dense = fit(standardized(loss="poisson"), X, Y)
    for container in (sparse.csr_array, sparse.csc_matrix, sparse.coo_array):
        model = fit(standardized(loss="poisson"), container(X), Y)
        assert_allclose(model.coef_, dense.coef_, atol=1e-8)


def test_more_columns_than_samples():
    X, y = simulated_glm.single("squared_error", 12)
    X = np.hstack([X, X**2, np.sin(X)])
    model = standardized(0.05, [range(16), range(16, 24)]).fit(X, y)
    assert model.dual_gap_ <= 1e-9
    assert model.coef_.any()


def test_without_penalty_it_is_least_squares():
    X, y = simulated_glm.single("squared_error")
    with pytest.warns(UserWarning, match="alpha=0"):
        model = standardized(0.0).fit(X, y)
    theirs = LinearRegression().fit(X, y)
    assert_allclose(model.coef_, theirs.coef_, atol=1e-8)
    assert_allclose(model.intercept_, theirs.intercept_, atol=1e-8)


@each_loss
def test_a_fit_that_starts_at_the_optimum_takes_no_step(loss):
    X, y = simulated_glm.own(loss)
    model = fit(standardized(loss=loss, warm_start=True, tol=1e-8), X, y)
    assert model.n_iter_ > 0
    assert fit(model, X, y).n_iter_ == 0
