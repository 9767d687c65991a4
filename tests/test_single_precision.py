"""The gap and the objective of a fit are those of the numbers that are returned."""

import glm_certificate
import glm_reference
import numpy as np
import pytest
import reference
from certificate import coefficients_of, in_normalized_units, problem_of
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from mutar_cy import (
    MTW,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoCV,
    IndLasso,
    IndRewLasso,
    ReMTW,
    ReweightedGroupLasso,
    linear_model,
    regularization_path,
)

pytestmark = pytest.mark.uncertified("rounding breaks the tolerance on purpose")
OFF = 1e6  # float32 has seven digits: the intercept is off by up to 0.03
ALL = {
    "GroupLasso": GroupLasso(0.1),
    "normalize": GroupLasso(0.1, normalize=True),
    "IndLasso": IndLasso(0.05),
    "IndRewLasso": IndRewLasso(0.05),
    "ReweightedGroupLasso": ReweightedGroupLasso(0.1),
    "DirtyModel": DirtyModel(0.1, 0.08),
    "Lasso": linear_model.Lasso(0.1),
    "MultiTaskElasticNet": linear_model.MultiTaskElasticNet(0.1),
}
GROUPED = {
    "squared_error": GroupLasso(groups=2, alpha=0.1),
    "standardised": GroupLasso(groups=2, alpha=0.1, standardize_groups=True),
    "huber": GroupLasso(groups=2, alpha=0.05, loss="huber"),
    "poisson": GroupLasso(groups=2, alpha=0.02, loss="poisson"),
    "logistic": GroupLassoClassifier(groups=2, alpha=0.02),
}


def data(off=OFF, n_tasks=2):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_tasks, 30, 6)).astype(np.float32)
    y = X[:, :, 0] - X[:, :, 1] + 0.3 * rng.standard_normal((n_tasks, 30))
    weight = 10.0 ** rng.uniform(-4, 4, y.shape)
    return X, y.astype(np.float64) + off, weight


@pytest.mark.parametrize("name", ALL)
def test_gap_and_objective_are_those_of_the_returned_numbers(name):
    model, (X, y, weight) = ALL[name].set_params(tol=1e-9), data()
    given = {} if name == "normalize" else {"sample_weight": weight}
    if name == "Lasso":
        X, y, given = X[0], y[0], {"sample_weight": weight[0]}
    elif name == "MultiTaskElasticNet":
        X, y, given = X[0], y.T, {}
    with pytest.warns(ConvergenceWarning, match="returned in float32"):
        model.fit(X, y, **given)
    problem = problem_of(model, X, y, **given)
    coef, intercept = coefficients_of(model, problem.n_features, len(problem.columns))
    if name == "normalize":
        problem, coef, intercept = in_normalized_units(problem, coef, intercept)
    found = reference.objective(problem, coef, intercept)
    if hasattr(model, "objective_") and not hasattr(model, "weights_"):
        assert_allclose(np.sum(model.objective_), found, rtol=1e-9)
    best = coef, reference.best_intercept(problem, coef)
    # With the best intercept, the same coefficients are next to optimal.
    excess = found - reference.objective(problem, *best)
    assert excess > 1e-6
    assert_allclose(np.sum(model.dual_gap_), excess, rtol=1e-3)


@pytest.mark.parametrize("name", GROUPED)
def test_grouped_models_certify_the_returned_numbers(name):
    model, (X, y, _) = GROUPED[name].set_params(tol=1e-9), data(0.0)
    offset = np.full(y.shape, 1e6)
    if name == "poisson":
        y = np.round(np.exp(y))
    elif name == "logistic":
        y = (y > 0).astype(int)
    with pytest.warns(ConvergenceWarning, match="returned in float32"):
        model.fit(X, y, offset=offset)
    problems = glm_certificate.problems_of(model, X, y, offset=offset)
    gaps, objectives = np.ravel(model.dual_gap_), np.ravel(model.objective_)
    exact = clone(model).set_params(tol=1e-10).fit(X.astype(float), y, offset=offset)
    minima = np.ravel(exact.objective_)
    for (problem, coef, intercept), gap, objective, minimum in zip(
        problems, gaps, objectives, minima, strict=True
    ):
        coef, intercept = coef.astype(float), intercept.astype(float)
        if model.standardize_groups:
            problem, coef, intercept = glm_certificate.in_orthonormal_bases(
                problem, coef, intercept
            )
        found = glm_reference.objective(problem, coef, intercept)
        assert_allclose(objective, found, rtol=1e-9)
        excess = found - minimum
        assert excess > 1e-6
        assert_allclose(gap, excess, rtol=1e-3)


@pytest.mark.parametrize("cls", [MTW, ReMTW])
def test_transport_certifies_the_returned_intercept(cls):
    X, y, weight = data()
    model = cls(alpha=0.1, beta=0.05, tol=1e-9)
    with pytest.warns(ConvergenceWarning, match="returned in float32"):
        model.fit(X, y, sample_weight=weight)
    share = weight / weight.sum(axis=1, keepdims=True)
    residual = y - np.einsum("kij,jk->ki", X, model.coef_.astype(float))
    means = np.sum(share * residual, axis=1)
    excess = 0.5 * np.sum((means - model.intercept_.astype(float)) ** 2)
    assert_allclose(model.dual_gap_, excess, rtol=1e-3)


def test_paths_certify_the_returned_numbers():
    X, y, _ = data()
    path = regularization_path(GroupLasso(tol=1e-9), X, y, alphas=[0.3, 0.1])
    assert path.coefs.dtype == np.float32
    assert path.dual_gaps.min() > 1e-6


def test_no_warning_where_rounding_costs_less_than_the_tolerance(recwarn):
    X, y, _ = data(10.0)
    model = GroupLasso(0.1).fit(X, y)
    GroupLasso(0.1, tol=1e-12).fit(X, y)
    GroupLassoCV(alphas=5).fit(X, y)
    assert model.dual_gap_ > 0
    assert not recwarn.list


def test_numbers_that_do_not_fit_are_an_error():
    X_given, y_given, _ = data(0.0)
    for x_unit, y_unit in ((1e-30, 1e12), (1e30, 1e-20)):
        X, y, scale = X_given * np.float32(x_unit), y_given * y_unit, x_unit * y_unit
        model = GroupLasso(0.1 * scale)
        with pytest.raises(ValueError, match=r"do not fit float32.*Give X in float64"):
            model.fit(X, y)
        assert not hasattr(model, "coef_")
        with pytest.raises(ValueError, match="do not fit float32"):
            regularization_path(GroupLasso(), X, y, alphas=[0.1 * scale])
        assert model.fit(X.astype(np.float64), y).coef_.any()


def test_every_class_is_returned_and_certified():
    X, y, _ = data(0.0)
    y = (y > 0).astype(int) + (y > 1)
    model = GroupLassoClassifier(groups=2, alpha=0.02, tol=1e-9).fit(X, y)
    exact = clone(model).fit(X.astype(float), y)
    assert model.dual_gap_.shape == model.objective_.shape == (3,)
    assert np.all(model.objective_ - model.dual_gap_ <= exact.objective_)
    assert_allclose(model.objective_, exact.objective_, rtol=1e-6)
