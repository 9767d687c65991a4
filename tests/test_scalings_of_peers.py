"""The strengths of other packages: what the guide's table tells to give for them.

Every objective is written down here as the other package states it, and the fit at the
converted strength has to satisfy its optimality conditions.
"""

import numpy as np
import pytest
import simulated_glm
from numpy.testing import assert_allclose
from scipy.special import expit
from simulated_glm import GROUPS

from mutar_cy import GroupLasso, GroupLassoClassifier

SIZES = np.array([len(group) for group in GROUPS])
ROOTS, ONES = np.sqrt(SIZES), np.ones(len(GROUPS))
TOL = 1e-12

# Losses in other packages, and strengths that leave some groups in and some out.
STRENGTHS = {
    "half square": 0.08,
    "square": 0.08,
    "poisson": 0.14,
    "gamma": 0.1,
    "logistic": 0.06,
}
# The derivatives of losses as other packages write them, per sample.
DERIVATIVES = {
    "half square": lambda y, eta: eta - y,
    "square": lambda y, eta: 2 * (eta - y),
    "poisson": lambda y, eta: np.exp(eta) - y,
    "gamma": lambda y, eta: 1 - y * np.exp(-eta),
    "logistic": lambda y, eta: expit(eta) - y,
}
# Package: its loss, its weights of groups, and what to give here for a strength of 1.
PENALISE_COEFFICIENTS = {
    "NeMoS, Poisson": ("poisson", ROOTS, {"alpha": 1.0}),
    "NeMoS, Bernoulli": ("logistic", ROOTS, {"alpha": 1.0}),
    "NeMoS, Gaussian": ("square", ROOTS, {"alpha": 0.5}),
    "NeMoS, gamma": ("gamma", ROOTS, {"alpha": 1.0}),
    "adelie, gaussian": ("half square", ROOTS, {"alpha": 1.0}),
    "adelie, binomial": ("logistic", ROOTS, {"alpha": 1.0}),
    "adelie, poisson": ("poisson", ROOTS, {"alpha": 1.0}),
    "celer": ("half square", ONES, {"alpha": 1.0, "penalty_weights": ONES}),
}


def fitted(loss, alpha, **params):
    """Return a design, targets, and the coefficients and intercept of a fit.

    ``alpha`` is what to give for a strength of 1.
    """
    params["alpha"] = alpha * STRENGTHS[loss]
    ours = {"half square": "squared_error", "square": "squared_error"}.get(loss, loss)
    X, y = simulated_glm.single(ours)
    if loss == "logistic":
        model = GroupLassoClassifier(groups=GROUPS, tol=TOL, **params).fit(X, y)
        return X, y, model.coef_[0], model.intercept_[0]
    model = GroupLasso(groups=GROUPS, loss=ours, tol=TOL, **params).fit(X, y)
    return X, y, model.coef_, model.intercept_


def assert_optimal(gradients, coefs, bounds):
    """Assert that gradients of a loss and a norm's subgradients cancel out, by group.

    ``bounds`` are the strengths of the norms. Some groups have to be in, and some out.
    """
    kept = [bool(coef.any()) for coef in coefs]
    assert 0 < sum(kept) < len(kept)
    for gradient, coef, bound, here in zip(gradients, coefs, bounds, kept, strict=True):
        if here:
            pull = bound * coef / np.linalg.norm(coef)
            assert_allclose(gradient, -pull, rtol=0, atol=1e-6)
        else:
            assert np.linalg.norm(gradient) <= bound * (1 + 1e-9)


@pytest.mark.parametrize(
    ("loss", "weights", "params"),
    PENALISE_COEFFICIENTS.values(),
    ids=PENALISE_COEFFICIENTS,
)
def test_penalties_of_coefficients(loss, weights, params):
    X, y, coef, intercept = fitted(loss, **params)
    slope = DERIVATIVES[loss](y, intercept + X @ coef)
    assert abs(slope.mean()) < 1e-9
    gradient = X.T @ slope / len(y)
    gradients = [gradient[group] for group in GROUPS]
    coefs = [coef[group] for group in GROUPS]
    assert_optimal(gradients, coefs, STRENGTHS[loss] * weights)


@pytest.mark.parametrize("loss", ["half square", "poisson", "logistic"])
def test_grpreg(loss):
    # Centred columns are orthonormalised group by group, X_g'X_g = n I, and penalised
    # in that basis.
    X, y, coef, intercept = fitted(loss, 1.0, standardize_groups=True)
    slope = DERIVATIVES[loss](y, intercept + X @ coef)
    n_samples, gradients, coefs = len(y), [], []
    for group in GROUPS:
        columns = X[:, group] - X[:, group].mean(axis=0)
        basis, triangle = np.linalg.qr(columns)
        gradients.append(np.sqrt(n_samples) * basis.T @ slope / n_samples)
        coefs.append(triangle @ coef[group] / np.sqrt(n_samples))
    assert abs(slope.mean()) < 1e-9
    assert_optimal(gradients, coefs, STRENGTHS[loss] * ROOTS)


def test_adelie_with_several_responses():
    # The square is a mean over responses, whose coefficients count as one group's.
    strength = 0.02
    X, Y = simulated_glm.shared("squared_error")
    n_samples, n_tasks = Y.shape
    alpha = strength * n_tasks**1.5
    model = GroupLasso(groups=GROUPS, alpha=alpha, tol=TOL).fit(X, Y)
    gradient = X.T @ (model.predict(X) - Y) / (n_samples * n_tasks)
    split = (
        [gradient[group] for group in GROUPS],
        [model.coef_[group] for group in GROUPS],
    )
    assert_optimal(*split, strength * np.sqrt(n_tasks * SIZES))


def test_logistic_regression_with_an_l1_penalty():
    # celer and scikit-learn: |w|_1 + C * the sum of losses; celer has no intercept.
    X, y = simulated_glm.single("logistic")
    C = 1 / (STRENGTHS["logistic"] * len(y))
    options = {"fit_intercept": False, "tol": TOL}
    model = GroupLassoClassifier(groups=1, alpha=1 / (C * len(y)), **options).fit(X, y)
    coef = model.coef_[0]
    gradient = C * X.T @ DERIVATIVES["logistic"](y, X @ coef)
    assert_optimal(gradient[:, None], coef[:, None], np.ones(len(coef)))
