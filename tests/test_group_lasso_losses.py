"""GroupLasso: the problem that it states, solved, and its special cases."""

import copy
import os
import pickle

import numpy as np
import pandas as pd
import pytest
import simulated_glm
from glm_certificate import assert_certified, fit
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.interpolate import BSpline
from simulated_glm import GROUPS, LOSSES
from sklearn.linear_model import GammaRegressor, LinearRegression, PoissonRegressor

from mutar_cy import (
    GroupLasso,
    alpha_max,
    regularization_path,
    stack_tasks,
)
from mutar_cy.linear_model import Lasso

pytestmark = pytest.mark.uncertified("certified by glm_certificate")
each_loss = pytest.mark.parametrize("loss", LOSSES)


def regressor(alpha=0.05, groups=GROUPS, **params):
    return GroupLasso(groups=groups, alpha=alpha, **{"tol": 1e-10, **params})


@pytest.mark.drawn(pairs=True)
@each_loss
@pytest.mark.parametrize("layout", ["single", "shared", "stacked", "list", "long"])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.4, 1.0])
def test_every_layout_is_solved(loss, layout, l1_ratio):
    model, given = regressor(loss=loss, l1_ratio=l1_ratio), {}
    if layout in ("single", "shared"):
        X, y = getattr(simulated_glm, layout)(loss)
    elif layout == "stacked":
        X, y = map(np.array, simulated_glm.own(loss, (50, 50)))
    else:
        X, y = simulated_glm.own(loss)
    if layout == "long":
        X, y, given["task"] = stack_tasks(X, y, labels=["b", "a", "c"])
    fit(model, X, y, **given)
    assert model.layout_ == layout
    assert model.coef_.shape == (8, *{"single": (), "stacked": (2,)}.get(layout, (3,)))
    assert model.intercept_.shape == model.coef_.shape[1:]
    predicted = model.predict(X, **given)
    if layout == "list":
        assert [v.shape for v in predicted] == [v.shape for v in y]
    else:
        assert predicted.shape == y.shape


@each_loss
@pytest.mark.parametrize("l1_ratio", [0.0, 0.4])
def test_offsets_weights_and_what_is_not_penalised(loss, l1_ratio):
    X, y = simulated_glm.own(loss)
    given = {
        "sample_weight": simulated_glm.some_weights(y),
        "offset": simulated_glm.some_offsets(y),
    }
    ids = [0, 0, 0, -1, 1, 1, 2, 2]
    model = regressor(0.1, ids, loss=loss, l1_ratio=l1_ratio)
    model.set_params(penalty_weights=[1.0, 0.0, np.inf], task_weight=[1.0, 2.0, 0.5])
    fit(model, X, y, **given)
    assert model.coef_[3:6].all()
    assert not model.coef_[6:].any()
    assert model.selected_groups_[-1] == 1
    model.set_params(alpha=alpha_max(model, X, y, **given) * (1 + 1e-9))
    fit(model, X, y, **given)
    assert not model.coef_[:3].any()
    assert model.coef_[3:6].all()


@each_loss
@pytest.mark.parametrize("l1_ratio", [0.0, 0.5])
def test_zeros_from_alpha_max_on(loss, l1_ratio):
    X, y = simulated_glm.own(loss)
    model = regressor(loss=loss, l1_ratio=l1_ratio)
    largest = alpha_max(model, X, y)
    for factor in (1.0, 1 + 1e-9, 10.0):
        fit(model.set_params(alpha=factor * largest), X, y)
        assert not model.coef_.any()
        assert model.n_iter_ == 0
    assert fit(model.set_params(alpha=0.999 * largest), X, y).coef_.any()


@each_loss
def test_coefficients_that_must_not_be_negative(loss):
    X, y = simulated_glm.own(loss)
    model = fit(regressor(0.02, loss=loss, positive=True), X, y)
    assert model.coef_.min() == 0
    assert model.coef_.any()
    free = fit(regressor(0.02, loss=loss), X, y)
    assert free.coef_.min() < 0


@each_loss
def test_no_intercept(loss):
    X, y = simulated_glm.own(loss)
    model = fit(regressor(loss=loss, fit_intercept=False), X, y)
    assert not np.any(model.intercept_)


def test_squared_error_is_the_group_lasso():
    X, y = simulated_glm.own("squared_error")
    weights = [0.5, 1.0, 2.0, 0.7]
    model = fit(regressor(penalty_weights=weights), X, y)
    other = GroupLasso(0.05, groups=GROUPS, penalty_weights=weights, tol=1e-12)
    assert_allclose(model.coef_, other.fit(X, y).coef_, atol=1e-7)
    assert_allclose(model.objective_, other.objective_, rtol=1e-9)
    alone = fit(regressor(groups=1), X, y)
    assert_allclose(alone.coef_, GroupLasso(0.05, tol=1e-12).fit(X, y).coef_, atol=1e-7)


def test_groups_of_one_are_the_lasso():
    X, y = simulated_glm.single("squared_error")
    model = fit(regressor(groups=None, tol=1e-14), X, y)
    assert_allclose(model.coef_, Lasso(0.05, tol=1e-14).fit(X, y).coef_, atol=1e-7)
    several = fit(regressor(groups=None, l1_ratio=1.0, tol=1e-14), X, y)
    assert_allclose(several.coef_, model.coef_, atol=1e-7)


@pytest.mark.parametrize(
    ("loss", "cls"), [("poisson", PoissonRegressor), ("gamma", GammaRegressor)]
)
def test_without_penalty_it_is_scikit_learn_s(loss, cls):
    X, y = simulated_glm.single(loss)
    with pytest.warns(UserWarning, match=rf"alpha=0.*{cls.__name__}") as caught:
        model = regressor(0.0, loss=loss, tol=1e-12).fit(X, y)
    assert os.path.dirname(caught[0].filename) == os.path.dirname(__file__)
    assert_certified(model, X, y)
    theirs = cls(alpha=0, tol=1e-8, max_iter=1000).fit(X, y)
    assert_allclose(model.coef_, theirs.coef_, atol=1e-5)
    assert_allclose(model.score(X, y), theirs.score(X, y), rtol=1e-6)


@each_loss
def test_a_weight_is_so_many_repetitions(loss):
    X, y = simulated_glm.single(loss)
    count = np.random.default_rng(3).integers(0, 4, len(y))
    offset = simulated_glm.some_offsets(y)
    weighted = fit(regressor(loss=loss), X, y, sample_weight=count, offset=offset)
    X, y, offset = (np.repeat(v, count, axis=0) for v in (X, y, offset))
    repeated = fit(regressor(loss=loss), X, y, offset=offset)
    assert_allclose(weighted.coef_, repeated.coef_, atol=1e-5)
    assert_allclose(weighted.objective_, repeated.objective_, rtol=1e-9)


def test_exposure_as_offset_is_rates_with_weights():
    X, y = simulated_glm.single("poisson")
    exposure = np.random.default_rng(4).uniform(0.5, 3.0, len(y))
    # The mean of weighted losses divides by the sum of the weights, not by n.
    alpha = 0.05 * exposure.mean()
    counts = fit(regressor(alpha, loss="poisson"), X, y, offset=np.log(exposure))
    rates = fit(regressor(loss="poisson"), X, y / exposure, sample_weight=exposure)
    assert_allclose(counts.coef_, rates.coef_, atol=1e-5)
    assert_allclose(counts.intercept_, rates.intercept_, atol=1e-5)
    assert_allclose(
        counts.score(X, y, offset=np.log(exposure)),
        rates.score(X, y / exposure, sample_weight=exposure),
        rtol=1e-6,
    )


@each_loss
@pytest.mark.parametrize("c", [1e-3, 1e-1, 10.0, 1e3])
def test_units_of_x_do_not_matter(loss, c):
    X, y = simulated_glm.own(loss)
    model = fit(regressor(loss=loss), X, y)
    other = fit(regressor(0.05 * c, loss=loss), [c * x for x in X], y)
    assert other.selected_groups_ == model.selected_groups_
    assert_allclose(c * other.coef_, model.coef_, atol=1e-5)
    assert_allclose(other.objective_, model.objective_, rtol=1e-9)


@each_loss
@pytest.mark.parametrize("container", [sparse.csr_array, sparse.csc_matrix])
def test_sparse_designs(loss, container):
    X, y = simulated_glm.own(loss)
    X = [np.where(np.abs(x) > 0.8, x, 0.0) for x in X]
    dense = fit(regressor(loss=loss), X, y)
    model = fit(regressor(loss=loss), [container(x) for x in X], y)
    assert_allclose(model.coef_, dense.coef_, atol=1e-6)
    assert_array_equal(model.get_support(), dense.get_support())


@each_loss
def test_single_precision(loss):
    X, y = simulated_glm.own(loss)
    X = [x.astype(np.float32) for x in X]
    model = fit(regressor(loss=loss, tol=1e-4), X, y)
    assert model.coef_.dtype == model.intercept_.dtype == np.float32
    assert model.group_norms_.dtype == np.float32
    assert {v.dtype for v in model.predict(X)} == {np.dtype(np.float32)}


@each_loss
def test_missing_targets_are_as_if_removed(loss):
    X, Y = simulated_glm.shared(loss)
    Y[::5, 1] = np.nan
    model = fit(regressor(loss=loss, missing_targets="ignore"), X, Y)
    lists = [X[~np.isnan(y)] for y in Y.T], [y[~np.isnan(y)] for y in Y.T]
    assert_allclose(model.coef_, fit(regressor(loss=loss), *lists).coef_, atol=1e-5)
    assert np.isfinite(model.score(X, Y))


@each_loss
@pytest.mark.parametrize("tol", [1e-3, 1e-9])
def test_a_fit_that_starts_at_the_optimum_takes_no_step(loss, tol):
    X, y = simulated_glm.own(loss)
    model = regressor(loss=loss, tol=tol, warm_start=True)
    coef = fit(model, X, y).coef_
    assert model.n_iter_ > 0
    assert fit(model, X, y).n_iter_ == 0
    assert_allclose(model.coef_, coef, rtol=1e-6, atol=1e-12)
    fit(model.set_params(alpha=0.02), X, y)
    with pytest.raises(ValueError, match=r"(?s)warm_start.*8, 3"):
        model.fit(X[:2], y[:2])


# Groups of GroupLasso: told in every way, named, counted and selected.


def frame():
    X, y = simulated_glm.single("poisson")
    names = [
        "pos__0",
        "pos__1",
        "pos__2",
        "speed__a",
        "speed__b",
        "age",
        "c__1",
        "c__2",
    ]
    return pd.DataFrame(X, columns=names), y


SPECIFICATIONS = {
    "lists": [[0, 1, 2], [3, 4], [5], [6, 7]],
    "numbers": [0, 0, 0, 1, 1, 2, 3, 3],
    "dict": {
        "pos": slice(0, 3),
        "speed": ["speed__a", "speed__b"],
        "age": [5],
        "c": [6, 7],
    },
    "mask": np.repeat(np.eye(4, dtype=bool), [3, 2, 1, 2], axis=1),
    "prefix": "prefix",
    "labels": ["pos"] * 3 + ["speed"] * 2 + ["age"] + ["c"] * 2,
    "mask of numbers": np.repeat(np.eye(4, dtype=int), [3, 2, 1, 2], axis=1),
}


@pytest.mark.parametrize("groups", SPECIFICATIONS.values(), ids=SPECIFICATIONS)
def test_groups_in_every_way(groups):
    X, y = frame()
    model = fit(GroupLasso(groups=groups, alpha=0.3, loss="poisson"), X, y)
    assert [members.tolist() for members in model.groups_] == GROUPS
    labels = isinstance(groups, list) and groups[0] == "pos"
    named = labels or isinstance(groups, (dict, str))
    names = ["pos", "speed", "age", "c"] if named else [0, 1, 2, 3]
    assert model.group_names_ == names
    expected = [np.linalg.norm(model.coef_[members]) for members in GROUPS]
    assert_allclose(model.group_norms_, expected, rtol=1e-12)
    assert model.selected_groups_ == [names[0], names[2]]
    assert model.feature_names_in_.tolist() == list(X.columns)


def test_an_integer_is_the_size_of_groups():
    X, y = simulated_glm.single("poisson")
    model = fit(GroupLasso(groups=4, alpha=0.01, loss="poisson"), X, y)
    assert [members.tolist() for members in model.groups_] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
    ]


def test_a_model_without_names_takes_every_feature_on_its_own():
    X, y = simulated_glm.single("poisson")
    model = fit(GroupLasso(alpha=0.01, loss="poisson"), X, y)
    assert model.group_names_ == list(range(8))


def test_support():
    X, y = simulated_glm.own("poisson")
    model = fit(GroupLasso(groups=GROUPS, alpha=0.6, loss="poisson"), X, y)
    assert np.flatnonzero(model.get_support()).tolist() == [0, 1, 2, 5]
    assert model.get_support(indices=True).tolist() == [0, 1, 2, 5]
    assert model.get_support(groups=True).tolist() == [True, False, True, False]
    assert model.get_support(groups=True, indices=True).tolist() == [0, 2]
    assert model.selected_groups_ == [0, 2]


@each_loss
def test_a_dict_is_its_columns_side_by_side(loss):
    X, y = simulated_glm.single(loss)
    blocks = {"a": X[:, :3], "b": X[:, 3:5], "c": X[:, 5], "d": X[:, 6:]}
    model = fit(GroupLasso(alpha=0.05, loss=loss), X=blocks, y=y)
    other = GroupLasso(groups=GROUPS, alpha=0.05, loss=loss).fit(X, y)
    assert_array_equal(model.coef_, other.coef_)
    assert model.group_names_ == ["a", "b", "c", "d"]
    shuffled = {key: blocks[key] for key in "dbca"}
    assert_array_equal(model.predict(shuffled), other.predict(X))
    assert model.score(blocks, y) == other.score(X, y)
    assert_array_equal(
        pickle.loads(pickle.dumps(model)).predict(blocks), other.predict(X)
    )
    Y = np.column_stack([y, y[::-1]])
    assert GroupLasso(alpha=0.05, loss=loss).fit(blocks, Y).coef_.shape == (
        8,
        2,
    )
    task = np.arange(len(y)) % 2
    model = GroupLasso(alpha=0.05, loss=loss).fit(blocks, y, task=task)
    assert model.predict(blocks, task=task).shape == y.shape
    model.fit(X, y)  # and forgets that there was a dict
    assert model.predict(X).shape == y.shape


def test_a_task_column_is_none_of_the_features():
    X, y = frame()
    table = X.assign(site=np.where(np.arange(len(X)) % 2, "u", "v"))[
        ["site", *X.columns]
    ]
    groups = {"first": [0, 1, 2], "rest": list(X.columns[3:])}
    model = GroupLasso(groups=groups, alpha=0.05, loss="poisson", task_column="site")
    fit(model, table, y)
    assert model.coef_.shape == (8, 2)
    assert model.n_features_in_ == 9
    other = GroupLasso(groups=groups, alpha=0.05, loss="poisson")
    other.fit(X, y, task=table["site"])
    assert_array_equal(model.coef_, other.coef_)


def test_parameters_are_left_alone():
    X, y = simulated_glm.single("poisson")
    groups, weights = copy.deepcopy(GROUPS), np.ones(4)
    weights.flags.writeable = False
    model = fit(GroupLasso(groups=groups, alpha=0.05, penalty_weights=weights), X, y)
    assert groups == GROUPS
    assert model.groups is groups
    assert model.penalty_weights is weights
    model.groups_[0][:] = 7
    assert groups == GROUPS


# Groups that are penalised by what they explain, whatever their basis.


def standardized(alpha=0.03, groups=GROUPS, **params):
    params = {"tol": 1e-11, "standardize_groups": True, **params}
    return GroupLasso(groups=groups, alpha=alpha, **params)


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
    paths = [regularization_path(model, X, y, alphas=alphas) for X in bases]
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
    model.set_params(task_weight=[1.0, 2.0, 0.5], penalty_weights=[1.0, 2.0, 0.5, 0.0])
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
    model = standardized(groups=groups, penalty_weights=weights, loss=loss).fit(
        twice, y
    )
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
def test_a_start_at_the_optimum_takes_no_step_in_any_basis(loss):
    X, y = simulated_glm.own(loss)
    model = fit(standardized(loss=loss, warm_start=True, tol=1e-8), X, y)
    assert model.n_iter_ > 0
    assert fit(model, X, y).n_iter_ == 0
