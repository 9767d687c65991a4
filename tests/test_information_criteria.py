"""Degrees of freedom, and criteria that are made of them."""

import numpy as np
import pytest
import simulated
from numpy.testing import assert_allclose
from scipy.special import gammaln

from mutar_cy import (
    DirtyModel,
    DirtyModelCV,
    GroupLasso,
    GroupLassoClassifierCV,
    GroupLassoCV,
    IndLasso,
    IndLassoCV,
    MultiLevelLassoCV,
    ReweightedGroupLassoCV,
)

GROUPS = [[0, 1, 2], [3, 4, 5, 6], [7, 8, 9]]
TIGHT = {"tol": 1e-13}
WEIGHT = np.random.default_rng(0).uniform(0.3, 2.0, (3, 20))
CASES = {
    "group": (GroupLassoCV, GroupLasso, {"alpha": 0.3}, {}),
    "group, weak": (GroupLassoCV, GroupLasso, {"alpha": 0.02}, {}),
    "normalised": (GroupLassoCV, GroupLasso, {"alpha": 0.2}, {"normalize": True}),
    "without intercept": (
        GroupLassoCV,
        GroupLasso,
        {"alpha": 0.3},
        {"fit_intercept": False},
    ),
    "groups": (GroupLassoCV, GroupLasso, {"alpha": 0.4}, {"groups": GROUPS}),
    "penalty weights": (
        GroupLassoCV,
        GroupLasso,
        {"alpha": 0.3},
        {"penalty_weights": [0.0, *[1.0] * 8, np.inf]},
    ),
    "task weights": (
        GroupLassoCV,
        GroupLasso,
        {"alpha": 0.3},
        {"task_weight": [1, 2, 3]},
    ),
    "ind": (IndLassoCV, IndLasso, {"alpha": 0.1}, {"per_task": False}),
    "sparse groups": (
        GroupLassoCV,
        GroupLasso,
        {"alpha": 0.1},
        {"groups": GROUPS, "l1_ratio": 0.3},
    ),
    "standardised": (
        GroupLassoCV,
        GroupLasso,
        {"alpha": 0.1},
        {"groups": GROUPS, "standardize_groups": True},
    ),
}


def divergence(model, X, y, **more):
    """Return the sum of the derivatives of fitted values by their own targets."""
    step, total = 1e-4, 0.0
    for at in np.ndindex(y.shape):
        up, down = y.copy(), y.copy()
        up[at] += step
        down[at] -= step
        moved = [model.fit(X, v, **more).predict(X)[at] for v in (up, down)]
        total += (moved[0] - moved[1]) / (2.0 * step)
    return total


@pytest.mark.drawn(least=12)
@pytest.mark.uncertified("a hundred fits of one problem, for differences")
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("weighed", [False, True])
def test_degrees_of_freedom_are_the_divergence(name, weighed):
    cls, plain, strength, given = CASES[name]
    X, y, _ = simulated.stacked(n_samples=20)
    more = {"sample_weight": WEIGHT} if weighed else {}
    alphas = [strength["alpha"]]
    model = cls(alphas=alphas, criterion="bic", **given, **TIGHT).fit(X, y, **more)
    given = {k: v for k, v in given.items() if k != "per_task"}
    expected = divergence(plain(**strength, **given, **TIGHT), X, y, **more)
    assert_allclose(model.degrees_of_freedom_, [expected], rtol=1e-5)


@pytest.mark.uncertified("a hundred fits of one problem, for differences")
def test_degrees_of_freedom_of_two_parts():
    X, y, _ = simulated.stacked(n_samples=20)
    model = DirtyModelCV(alphas=[0.3], ratios=[0.7], criterion="bic", **TIGHT)
    model.fit(X, y)
    expected = divergence(DirtyModel(0.3, 0.21, **TIGHT), X, y)
    assert_allclose(model.degrees_of_freedom_, [[expected]], rtol=1e-5)


def test_degrees_of_freedom_of_lassos_are_their_coefficients():
    X, y, _ = simulated.stacked()
    model = IndLassoCV(alphas=8, criterion="bic", per_task=False).fit(X, y)
    counts = [np.count_nonzero(IndLasso(a).fit(X, y).coef_) + 3 for a in model.alphas_]
    assert_allclose(model.degrees_of_freedom_, counts, atol=1e-6)


def test_a_feature_that_is_there_twice_counts_once():
    X, y, _ = simulated.stacked()
    twice = np.concatenate([X, X[:, :, :1]], axis=2)
    alphas = [0.3, 0.1]
    for cls in (DirtyModelCV, IndLassoCV):
        model = cls(alphas=alphas, criterion="bic", **TIGHT)
        expected = model.fit(X, y).degrees_of_freedom_
        found = model.fit(twice, y).degrees_of_freedom_
        # Collinear columns cost digits; counted twice, a feature would add about 1.
        assert_allclose(found, expected, rtol=0, atol=0.01)


@pytest.mark.parametrize("criterion", ["aic", "bic", "ebic"])
def test_criteria_of_squared_error(criterion):
    X, y, _ = simulated.ragged((40, 30))
    model = GroupLassoCV(alphas=15, criterion=criterion, **TIGHT).fit(X, y)
    values = []
    for alpha, degrees in zip(model.alphas_, model.degrees_of_freedom_, strict=True):
        fit = GroupLasso(alpha, **TIGHT).fit(X, y)
        value = sum(
            len(r) * (np.log(2 * np.pi * np.mean(r**2)) + 1) for r in fit.residuals_
        )
        value += degrees * (2.0 if criterion == "aic" else np.log(70))
        k = np.count_nonzero(fit.coef_.any(axis=1))
        if criterion == "ebic":
            value += 2 * (gammaln(11) - gammaln(k + 1) - gammaln(11 - k))
        values.append(value if degrees <= 35 else np.inf)
    assert_allclose(model.criterion_path_, values, rtol=1e-7)
    assert model.alpha_ == model.alphas_[np.argmin(values)]
    assert not hasattr(model, "mse_path_")


def test_every_task_is_judged_on_its_own():
    X, y, _ = simulated.ragged((60, 40))
    y[1] = 50.0 * y[1]
    both = IndLassoCV(alphas=20, criterion="bic").fit(X, y)
    for k in range(2):
        alone = IndLassoCV(alphas=20, criterion="bic").fit(X[k], y[k])
        assert_allclose(both.alpha_[k], alone.alpha_, rtol=1e-12)


def test_criterion_of_counts():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((150, 9))
    y = rng.poisson(np.exp(X[:, :3] @ [0.4, -0.4, 0.3]))
    model = GroupLassoCV(groups=3, loss="poisson", alphas=12, criterion="bic", **TIGHT)
    model.fit(X, y)
    at = int(np.argmin(model.criterion_path_))
    fit = GroupLasso(groups=3, alpha=model.alphas_[at], loss="poisson", **TIGHT)
    mean = fit.fit(X, y).predict(X)
    terms = np.where(y > 0, y * np.log(np.maximum(y, 1) / mean), 0.0) - y + mean
    expected = 2 * terms.sum() + model.degrees_of_freedom_[at] * np.log(150)
    assert_allclose(model.criterion_path_[at], expected, rtol=1e-8)
    assert model.selected_groups_ == [0]


def test_criterion_of_classes():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((200, 9))
    y = rng.random(200) < 1 / (1 + np.exp(-2.0 * X[:, 3]))
    model = GroupLassoClassifierCV(groups=3, alphas=12, criterion="bic", tol=1e-11)
    model.fit(X, y)
    assert model.selected_groups_ == [1]
    probability = model.predict_proba(X)[np.arange(200), y.astype(int)]
    at = int(np.flatnonzero(model.alphas_ == model.alpha_)[0])
    expected = -2 * np.log(probability).sum()
    expected += model.degrees_of_freedom_[at] * np.log(200)
    assert_allclose(model.criterion_path_[at], expected, rtol=1e-4)


@pytest.mark.parametrize("cls", [ReweightedGroupLassoCV, MultiLevelLassoCV])
def test_models_that_are_not_convex_find_the_truth(cls):
    X, y, coef = simulated.stacked(n_samples=60)
    model = cls(alphas=30, criterion="ebic").fit(X, y)
    assert np.array_equal(model.coef_.any(axis=1), coef.any(axis=1))


def test_what_interpolates_is_not_considered():
    X, y, _ = simulated.stacked(n_samples=12, n_features=60)
    model = GroupLassoCV(criterion="aic", alphas=50, eps=1e-5).fit(X, y)
    assert np.isinf(model.criterion_path_[-1])
    assert np.isfinite(model.criterion_path_[0])
    at = int(np.flatnonzero(model.alphas_ == model.alpha_)[0])
    assert model.degrees_of_freedom_[at] <= 18


def test_faults_of_criteria():
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match="rule='1se' is for cross-validation"):
        GroupLassoCV(criterion="bic", rule="1se").fit(X, y)
    with pytest.raises(ValueError, match="loss='gamma'"):
        GroupLassoCV(loss="gamma", criterion="bic").fit(X, np.exp(y))


@pytest.mark.parametrize("criterion", ["aic", "bic", "ebic"])
def test_rates_with_exposures_are_counts_with_offsets(criterion):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((150, 9))
    time = rng.uniform(0.5, 12.0, 150)
    y = rng.poisson(time * np.exp(X[:, :3] @ [0.2, -0.2, 0.15] - 1.0)).astype(float)
    alphas = np.geomspace(1.0, 0.003, 15)
    model = GroupLassoCV(
        groups=3, loss="poisson", alphas=alphas, criterion=criterion, **TIGHT
    )
    model.fit(X, y, offset=np.log(time))
    coef, path = model.coef_, model.criterion_path_
    assert np.any(coef)
    # The data term is divided by the sum of the weights: so is alpha.
    rates = GroupLassoCV(
        groups=3,
        loss="poisson",
        alphas=alphas * 150 / time.sum(),
        criterion=criterion,
        **TIGHT,
    )
    rates.fit(X, y / time, sample_weight=time)
    assert_allclose(rates.alpha_, model.alpha_ * 150 / time.sum())
    assert_allclose(rates.coef_, coef, atol=1e-6)
    assert_allclose(np.diff(rates.criterion_path_), np.diff(path), atol=1e-5)


def test_a_row_of_weight_two_has_twice_its_likelihood():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((80, 6))
    y = rng.random(80) < 1 / (1 + np.exp(-X[:, 0]))
    weight = rng.integers(1, 4, 80)
    model = GroupLassoClassifierCV(
        groups=2, alphas=[0.1, 0.03], criterion="aic", tol=1e-10
    )
    twice = model.fit(np.repeat(X, weight, 0), np.repeat(y, weight)).criterion_path_
    assert_allclose(model.fit(X, y, weight).criterion_path_, twice, rtol=1e-6)
