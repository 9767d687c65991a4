"""Desparsified estimates: least squares at the limit, coverage, tests, messages."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from statsmodels.api import OLS, WLS, add_constant
from statsmodels.stats.multitest import multipletests

from mutar_cy import (
    DataSharedLassoCV,
    DirtyModel,
    GroupLasso,
    GroupLassoCV,
    IndLasso,
    IndRewLasso,
)
from mutar_cy.inference import desparsify

TIGHT = {"tol": 1e-14, "max_iter": 100_000}


def cohorts(seed=0, sizes=(40, 30), p=6, equal=False):
    rng = np.random.default_rng(seed)
    W = np.zeros((p, len(sizes)))
    W[:2] = rng.standard_normal((2, 1 if equal else len(sizes)))
    X = [rng.standard_normal((n, p)) + 0.7 * rng.standard_normal((n, 1)) for n in sizes]
    y = [x @ w + rng.standard_normal(len(x)) for x, w in zip(X, W.T, strict=True)]
    return X, y, W


@pytest.mark.parametrize("model", [IndLasso, GroupLasso])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_limit_is_least_squares(model, weighted):
    X, y, _ = cohorts()
    s = [np.linspace(0.5, 2.0, len(v)) for v in y] if weighted else None
    fitted = model(alpha=1e-9, **TIGHT).fit(X, y, sample_weight=s)
    found = desparsify(fitted, X, y, sample_weight=s, nodewise_alpha=0.0)
    low, high = found.interval(0.9)
    for k, (x, v) in enumerate(zip(X, y, strict=True)):
        own = OLS(v, add_constant(x))
        own = (WLS(v, add_constant(x), weights=s[k]) if weighted else own).fit()
        assert_allclose(found.estimate_[:, k], own.params[1:], rtol=1e-6)
        assert_allclose(found.se_[:, k], own.bse[1:], rtol=1e-6)
        assert_allclose(found.p_[:, k], own.pvalues[1:], rtol=1e-6)
        assert_allclose(
            np.array([low, high])[:, :, k].T, own.conf_int(0.1)[1:], rtol=1e-6
        )
        if not k:
            one = IndLasso(alpha=1e-9, **TIGHT).fit(x, v, s[k] if weighted else None)
            at = desparsify(one, x, v, s[k] if weighted else None, nodewise_alpha=0.0)
            group = at.test({"four": [2, 3, 4, 5]})
            wald = own.f_test(np.eye(7)[3:])
            assert_allclose(group.p.iloc[0], wald.pvalue, rtol=1e-6)


def test_intervals_cover_and_tests_keep_their_level():
    true, zero, level = [], [], []
    for seed in range(12):
        X, y, W = cohorts(seed, (90, 70, 60), 30)
        found = desparsify(GroupLasso(alpha=0.12).fit(X, y), X, y)
        low, high = found.interval()
        covered = (low <= W) & (high >= W)
        true.append(covered[:2])
        zero.append(covered[2:])
        level.append(found.test().p.to_numpy()[2:] < 0.05)
    # Of 72, 1008 and 336; three standard errors about .95 are .87, and .93 to .97.
    assert np.mean(true) > 0.87
    assert 0.93 < np.mean(zero) < 0.98
    assert 0.01 < np.mean(level) < 0.085


def test_estimates_need_no_shrinkage_of_the_model():
    X, y, _ = cohorts(2, (200, 300))
    for model in (GroupLasso(alpha=0.3), DirtyModel(alpha=0.3)):
        found = desparsify(model.fit(X, y), X, y)
        for k, (x, v) in enumerate(zip(X, y, strict=True)):
            own = OLS(v, add_constant(x)).fit().params[1:]
            error = abs(found.estimate_[:, k] - own).max()
            assert error < 0.3 * abs(model.coef_[:, k] - own).max()
            bound = found.bias_factor_[:, k] * abs(model.coef_[:, k] - own).sum()
            assert (abs(found.estimate_[:, k] - own) <= bound * (1 + 1e-9)).all()


def test_heterogeneity_is_cochrans():
    X, y, _ = cohorts(1)
    found = desparsify(GroupLasso(alpha=0.05).fit(X, y), X, y)
    table = found.heterogeneity()
    w = 1 / found.se_**2
    mean = (w * found.estimate_).sum(axis=1) / w.sum(axis=1)
    q = (w * (found.estimate_ - mean[:, None]) ** 2).sum(axis=1)
    assert_allclose(table.estimate, mean)
    assert_allclose(table.se, w.sum(axis=1) ** -0.5)
    assert_allclose(table.Q, q, atol=1e-10)
    assert_allclose(table.p, stats.chi2.sf(q, 1), rtol=1e-6)
    small = [
        desparsify(GroupLasso(alpha=0.1).fit(X, y), X, y).heterogeneity().p.iloc[:2]
        for X, y, _ in (cohorts(seed, equal=True) for seed in range(20))
    ]
    assert np.mean(np.array(small) < 0.05) < 0.16  # three standard errors of 40 draws


def test_responses_of_a_shared_design_have_correlated_errors():
    rng = np.random.default_rng(0)
    X, noise = rng.standard_normal((60, 5)), rng.standard_normal((60, 1))
    # Both tasks have the same noise, so that a difference of effects has none.
    Y = X[:, :1] @ [[1.0, 1.2]] + noise + 0.01 * rng.standard_normal((60, 2))
    model = GroupLasso(alpha=1e-9, **TIGHT).fit(X, Y)
    found = desparsify(model, X, Y, nodewise_alpha=0.0)
    assert found.p_[0].max() < 1e-6
    assert found.heterogeneity().p.iloc[0] < 1e-6
    difference = OLS(Y[:, 1] - Y[:, 0], add_constant(X)).fit()
    assert_allclose(
        found.heterogeneity().Q, difference.tvalues[1:] ** 2, rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize(
    ("ours", "theirs"), [("holm", "holm"), ("bh", "fdr_bh"), ("by", "fdr_by")]
)
def test_frame_has_names_and_adjusted_p_values(ours, theirs):
    X, y, _ = cohorts(0, (40, 30), 4)
    names = {"Bergen": X[0], "Oslo": X[1]}
    model = GroupLasso(alpha=0.1).fit(names, dict(zip(names, y, strict=True)))
    found = desparsify(model, names, dict(zip(names, y, strict=True)))
    table = found.frame(adjust=ours)
    assert table.task.tolist() == ["Bergen", "Oslo"] * 4
    assert table.feature.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert_allclose(table.estimate, found.estimate_.ravel())
    assert_allclose(table.p_adjusted, multipletests(table.p, method=theirs)[1])


@pytest.mark.parametrize("cv_class", [GroupLassoCV, DataSharedLassoCV])
def test_chosen_strengths_are_those_of_the_fit(cv_class):
    X, y, _ = cohorts(sizes=(60, 50, 55))
    found = desparsify(cv_class(alphas=10).fit(X, y), X, y)
    own = [OLS(v, add_constant(x)).fit() for x, v in zip(X, y, strict=True)]
    sigma = [np.sqrt(fit.scale) for fit in own]
    assert_allclose(found.sigma_, sigma, rtol=0.15)
    assert (found.dof_ > [fit.df_resid - 1e-6 for fit in own]).all()


def test_a_message_names_the_argument_and_the_way_out():
    X, y, _ = cohorts()
    model = GroupLasso(alpha=0.1).fit(X, y)
    with pytest.raises(ValueError, match="nodewise_alpha must be at least 0, got -1"):
        desparsify(model, X, y, nodewise_alpha=-1)
    with pytest.raises(ValueError, match=r"adjust must be one of .*got 'fdr'"):
        desparsify(model, X, y).frame(adjust="fdr")
    with pytest.raises(ValueError, match="level must be between 0 and 1, got 95"):
        desparsify(model, X, y).interval(95)
    with pytest.raises(ValueError, match=r"groups\['a'\] is \[9\], but there are 6"):
        desparsify(model, X, y).test({"a": [9]})
    counts = [np.abs(v).round() for v in y]
    poisson = GroupLasso(alpha=0.1, loss="poisson").fit(X, counts)
    with pytest.raises(ValueError, match=r"fit GroupLasso\(loss='squared_error'\)"):
        desparsify(poisson, X, counts)
    with pytest.raises(TypeError, match=r"needs a fitted IndLasso.*got IndRewLasso"):
        desparsify(IndRewLasso(alpha=0.1).fit(X, y), X, y)
    same = [np.column_stack([x, x[:, 0]]) for x in X]
    with pytest.raises(ValueError, match="is a combination of the others"):
        desparsify(model.fit(same, y), same, y, nodewise_alpha=0.0)
