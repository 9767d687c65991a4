"""GroupLassoRegressor: the problem that it states, solved, and its special cases."""

import numpy as np
import pytest
import simulated_glm
from glm_certificate import assert_certified, fit
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from simulated_glm import GROUPS, LOSSES
from sklearn.linear_model import GammaRegressor, PoissonRegressor

from mutar_cy import GroupLasso, GroupLassoRegressor, alpha_max, stack_tasks
from mutar_cy.linear_model import Lasso

each_loss = pytest.mark.parametrize("loss", LOSSES)


def regressor(alpha=0.05, groups=GROUPS, **params):
    return GroupLassoRegressor(groups, alpha, **{"tol": 1e-10, **params})


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
    model.set_params(group_weights=[1.0, 0.0, np.inf], task_weight=[1.0, 2.0, 0.5])
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
    model = fit(regressor(group_weights=weights), X, y)
    other = GroupLasso(0.05, groups=GROUPS, penalty_weights=weights, tol=1e-12)
    assert_allclose(model.coef_, other.fit(X, y).coef_, atol=1e-7)
    assert_allclose(model.objective_, other.objective_, rtol=1e-9)
    alone = fit(regressor(groups=1), X, y)
    assert_allclose(alone.coef_, GroupLasso(0.05, tol=1e-12).fit(X, y).coef_, atol=1e-7)


def test_groups_of_one_are_the_lasso():
    X, y = simulated_glm.single("squared_error")
    model = fit(regressor(groups="auto", tol=1e-14), X, y)
    assert_allclose(model.coef_, Lasso(0.05, tol=1e-14).fit(X, y).coef_, atol=1e-7)
    several = fit(regressor(l1_ratio=1.0, tol=1e-14), X, y)
    assert_allclose(several.coef_, model.coef_, atol=1e-7)


@pytest.mark.parametrize(
    ("loss", "cls"), [("poisson", PoissonRegressor), ("gamma", GammaRegressor)]
)
def test_without_penalty_it_is_scikit_learn_s(loss, cls):
    X, y = simulated_glm.single(loss)
    with pytest.warns(UserWarning, match=rf"alpha=0.*{cls.__name__}") as caught:
        model = regressor(0.0, loss=loss, tol=1e-12).fit(X, y)
    assert caught[0].filename == __file__
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
