"""Counts and amounts that scatter more, or otherwise, than Poisson counts."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize
from scipy.stats import nbinom
from sklearn.linear_model import TweedieRegressor

from mutar_cy import (
    DirtyModelCV,
    GroupLasso,
    GroupLassoClassifierCV,
    GroupLassoCV,
    IndLassoCV,
    alpha_max,
)
from mutar_cy.inspection import to_sklearn
from mutar_cy.losses import Gamma, NegativeBinomial, Poisson, Tweedie

LOG_LOSSES = [Poisson(), Gamma(), NegativeBinomial(0.7), Tweedie(1.3)]


def counts(dispersion, n=250, n_groups=10, seed=0):
    """Return ten groups of three columns, of which the first one matters."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 3 * n_groups))
    mean = np.exp(0.5 + X[:, :3] @ [0.4, -0.3, 0.3])
    if dispersion:
        mean = mean * rng.gamma(1 / dispersion, dispersion, n)
    return X, rng.poisson(mean)


@pytest.mark.parametrize("loss", LOG_LOSSES, ids=repr)
def test_the_variance_is_the_one_of_the_curvature(loss):
    # At y = mu the second derivative by a log predictor is mu ** 2 over the variance.
    eta = np.linspace(-3.0, 3.0, 7)
    mean = np.exp(eta)
    assert_allclose(loss.curvature(mean, eta), mean**2 / loss.variance(mean))


def test_no_dispersion_is_the_poisson_loss():
    eta, y = np.linspace(-3.0, 3.0, 7), np.arange(7.0)
    nearly = NegativeBinomial(1e-9)
    assert_allclose(nearly.deviance(y, eta), Poisson().deviance(y, eta), rtol=1e-6)


@pytest.mark.parametrize(("power", "limit"), [(1 + 1e-9, Poisson), (2 - 1e-9, Gamma)])
def test_tweedie_lies_between_poisson_and_gamma(power, limit):
    eta, y = np.linspace(-3.0, 3.0, 7), np.arange(1.0, 8.0)
    assert_allclose(
        Tweedie(power).curvature(y, eta), limit().curvature(y, eta), rtol=1e-7
    )


@pytest.mark.parametrize("power", [1.001, 1.1, 1.9, 1.999])
@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_the_conjugate_of_tweedie_at_extreme_powers_and_units(power, scale):
    # Fenchel and Young: with residual r at eta, conjugate + loss = -r * eta.
    loss, eta = Tweedie(power), np.log(scale) + np.array([-3.0, -0.5, 0.0, 2.0, 5.0])
    y, ones, zeros = (
        scale * np.array([0.0, 1.0, 1.0, 3.0, 0.5]),
        np.ones(5),
        np.zeros(5),
    )
    residual, curvature = np.empty(5), np.empty(5)
    value = loss.evaluate(y, eta, ones, residual, curvature)
    dual = loss.dual(y, zeros, ones, residual, 1.0)
    size = abs(value) + abs(residual @ eta)
    assert abs(value - dual + residual @ eta) <= 1e-13 * size


def test_negative_binomial_without_penalty_is_maximum_likelihood():
    X, y = counts(1.0)
    X = X[:, :4]
    model = GroupLasso(alpha=0.0, loss=NegativeBinomial(0.5), groups=1, tol=1e-13)
    with pytest.warns(UserWarning, match="use the statsmodels NegativeBinomial"):
        model.fit(X, y)

    def minus_log_likelihood(b):
        mean = np.exp(b[0] + X @ b[1:])
        return -nbinom.logpmf(y, 2.0, 2.0 / (2.0 + mean)).sum()

    best = minimize(minus_log_likelihood, np.zeros(5), tol=1e-12)
    assert_allclose(model.coef_.ravel(), best.x[1:], atol=1e-5)
    assert_allclose(model.intercept_, best.x[0], atol=1e-5)


def test_tweedie_without_penalty_is_scikit_learns():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 4))
    n = rng.poisson(np.exp(X[:, 0]))
    y = np.where(n > 0, rng.gamma(np.maximum(n, 1)), 0.0)
    model = GroupLasso(alpha=0.0, loss=Tweedie(1.4), groups=1, tol=1e-13)
    with pytest.warns(UserWarning, match="use the TweedieRegressor"):
        model.fit(X, y)
    peer = TweedieRegressor(power=1.4, alpha=0.0, link="log", tol=1e-12, max_iter=9999)
    peer.fit(X, y)
    assert_allclose(model.coef_.ravel(), peer.coef_, atol=1e-6)
    assert_allclose(to_sklearn(model).predict(X), model.predict(X), rtol=1e-12)
    assert to_sklearn(model).power == 1.4


def test_to_sklearn_predicts_negative_binomial_means():
    X, y = counts(1.0)
    model = GroupLasso(0.05, loss="negative_binomial", groups=3).fit(X, y)
    assert_allclose(to_sklearn(model).predict(X), model.predict(X), rtol=1e-12)


def test_dispersion_from_moments():
    X, y = counts(0.8, n=20000, n_groups=1)
    mean = np.exp(0.5 + X[:, :3] @ [0.4, -0.3, 0.3])
    loss = NegativeBinomial.from_moments(y, mean)
    assert abs(loss.dispersion - 0.8) < 0.05
    pearson = np.sum((y - mean) ** 2 / loss.variance(mean))
    assert_allclose(pearson, len(y))
    assert NegativeBinomial.from_moments(y, mean, 100).dispersion > loss.dispersion


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (([1, 2], [1.0]), r"y has shape \(2,\), but mean has shape \(1,\)"),
        (([1, 2], [1.0, 0.0]), "mean must be positive, got 0.0"),
        (([1, 1], [1.0, 1.0]), "no more than Poisson counts.*Take loss='poisson'"),
        (([1, 9], [1.0, 1.0], 2), "n_parameters=2 must be below"),
    ],
)
def test_moments_that_give_no_dispersion_are_errors(given, message):
    with pytest.raises(ValueError, match=message):
        NegativeBinomial.from_moments(*given)


def test_parameters_out_of_range_are_errors():
    for dispersion in (0.0, -1.0, np.inf, np.nan):
        with pytest.raises(ValueError, match="dispersion must be positive and finite"):
            NegativeBinomial(dispersion)
    for power in (0.0, 1.0, 2.0, 3.0, np.nan):
        with pytest.raises(ValueError, match="power must be above 1 and below 2"):
            Tweedie(power)
    assert Tweedie(1.2) != Tweedie(1.3)
    assert NegativeBinomial(2.0) == NegativeBinomial(2.0)


def test_a_task_of_zeros_is_named():
    X, y = np.eye(4), np.zeros(4)
    for loss, words in (("negative_binomial", "no count"), ("tweedie", "no target")):
        with pytest.raises(ValueError, match=f"has {words} above 0"):
            GroupLasso(loss=loss, groups=1).fit(X, y)


@pytest.mark.parametrize("weighted", [False, True])
def test_the_dispersion_of_a_fit_is_pearsons(weighted):
    X, y = counts(1.0)
    weight = np.random.default_rng(1).uniform(0.5, 2.0, 250) if weighted else None
    model = GroupLasso(0.05, loss="poisson", groups=3).fit(X, y, sample_weight=weight)
    mean = model.predict(X)
    squares = (y - mean) ** 2 / mean * (1.0 if weight is None else weight)
    left = 250 - np.count_nonzero(model.coef_) - 1
    assert_allclose(model.dispersion_, squares.sum() / left, rtol=1e-12)
    assert model.dispersion_ > 1.5
    model.set_params(loss="squared_error").fit(X, y)
    assert not hasattr(model, "dispersion_")


def test_rates_with_exposures_have_the_dispersion_of_counts():
    X, _ = counts(0.0)
    rng = np.random.default_rng(2)
    exposure = rng.uniform(0.5, 4.0, 250)
    y = rng.poisson(exposure * np.exp(0.3 * X[:, 0]))
    given = {"loss": "poisson", "groups": 3, "tol": 1e-10}
    alpha = float(0.3 * alpha_max(GroupLasso(**given), X, y, offset=np.log(exposure)))
    model = GroupLasso(alpha, **given).fit(X, y, offset=np.log(exposure))
    scaled = alpha / exposure.mean()  # weights are divided by their mean
    rates = GroupLasso(scaled, **given).fit(X, y / exposure, sample_weight=exposure)
    assert_allclose(rates.dispersion_, model.dispersion_, rtol=1e-5)


def false_groups(criterion, dispersion, n_draws=8):
    """Return the mean number of groups that are selected and do not matter."""
    found = []
    for seed in range(n_draws):
        X, y = counts(dispersion, seed=seed)
        model = GroupLassoCV(
            loss="poisson", groups=3, criterion=criterion, alphas=40
        ).fit(X, y)
        kept = np.abs(model.coef_.reshape(10, -1)).any(axis=1)
        found.append(kept[1:].sum())
    return np.mean(found)


@pytest.mark.filterwarnings("ignore:The targets scatter")
def test_quasi_criteria_do_not_take_overdispersion_for_signal():
    assert false_groups("ebic", 1.0) > 3.0
    assert false_groups("qebic", 1.0) <= 1.0
    assert false_groups("qebic", 0.0) == false_groups("ebic", 0.0)


def test_a_criterion_that_expects_less_scatter_warns():
    X, y = counts(1.0)
    model = GroupLassoCV(loss="poisson", groups=3, criterion="ebic", alphas=20)
    with pytest.warns(UserWarning, match=r"scatter \d\.\d times .* criterion='qebic'"):
        model.fit(X, y)
    assert not hasattr(model, "criterion_dispersion_")
    X, y = counts(0.0)
    model.fit(X, y)  # a warning is an error in tests


def test_a_quasi_criterion_divides_the_deviance():
    X, y = counts(1.0)
    given = {"loss": "poisson", "groups": 3, "alphas": 20}
    quasi = GroupLassoCV(criterion="qbic", **given).fit(X, y)
    with pytest.warns(UserWarning, match="The targets scatter"):
        plain = GroupLassoCV(criterion="bic", **given).fit(X, y)
    cost = np.log(250) * plain.degrees_of_freedom_
    finite = np.isfinite(plain.criterion_path_)
    deviance = (plain.criterion_path_ - cost)[finite]
    assert quasi.criterion_dispersion_ > 1.5
    assert_allclose(
        (quasi.criterion_path_ - cost)[finite],
        deviance / quasi.criterion_dispersion_,
        rtol=1e-9,
    )


@pytest.mark.parametrize("loss", ["gamma", "tweedie"])
def test_losses_without_likelihood_have_quasi_criteria(loss):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 12))
    y = rng.gamma(2.0, np.exp(0.6 * X[:, 0]) / 2)
    with pytest.raises(ValueError, match="or take criterion='qebic'"):
        GroupLassoCV(loss=loss, groups=1, criterion="ebic").fit(X, y)
    model = GroupLassoCV(loss=loss, groups=1, criterion="qebic", alphas=30).fit(X, y)
    assert np.flatnonzero(model.coef_.ravel()).tolist() == [0]
    assert 0.2 < model.criterion_dispersion_ < 1.0


def test_every_task_of_independent_lassos_has_a_dispersion():
    noisy, calm = counts(1.5), counts(0.0, seed=1)
    X, y = [noisy[0], calm[0]], [noisy[1], calm[1]]
    model = IndLassoCV(loss="poisson", criterion="qbic", alphas=20).fit(X, y)
    assert model.criterion_dispersion_.shape == (2,)
    assert model.criterion_dispersion_[0] > 1.5 > model.criterion_dispersion_[1] >= 1.0
    both = DirtyModelCV(loss="poisson", criterion="qbic", alphas=10, ratios=2)
    assert both.fit(X, y).criterion_dispersion_ > 1.2


def test_quasi_criteria_of_other_losses_are_errors():
    X, y = counts(0.0)
    with pytest.raises(ValueError, match=r"criterion='qbic' divides .* take 'bic'"):
        GroupLassoCV(groups=3, criterion="qbic").fit(X, y)
    with pytest.raises(ValueError, match="criterion"):
        GroupLassoClassifierCV(groups=3, criterion="qbic").fit(X, y > 1)
