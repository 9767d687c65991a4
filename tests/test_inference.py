"""Desparsified estimates: least squares at the limit, coverage, tests, messages."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats
from sklearn.linear_model import Lasso as SklearnLasso
from statsmodels.api import GLM, OLS, WLS, add_constant, families
from statsmodels.stats.multitest import multipletests

from mutar_cy import (
    DataSharedLassoCV,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoCV,
    IndLasso,
    IndLassoClassifier,
    IndRewLasso,
)
from mutar_cy.inference import desparsify
from mutar_cy.linear_model import ElasticNetCV, Lasso, LassoCV, MultiTaskLasso
from mutar_cy.losses import Gamma, NegativeBinomial, Poisson, Tweedie

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
    huber = GroupLasso(alpha=0.1, loss="huber").fit(X, y)
    with pytest.raises(ValueError, match=r"fit GroupLasso\(loss='squared_error'\)"):
        desparsify(huber, X, y)
    three = [np.arange(len(v)) % 3 for v in y]
    with pytest.raises(ValueError, match=r"for two classes, but .* was fitted to 3"):
        desparsify(GroupLassoClassifier(alpha=0.1).fit(X, three), X, three)
    with pytest.raises(TypeError, match=r"needs a fitted IndLasso.*got IndRewLasso"):
        desparsify(IndRewLasso(alpha=0.1).fit(X, y), X, y)
    same = [np.column_stack([x, x[:, 0]]) for x in X]
    with pytest.raises(ValueError, match="is a combination of the others"):
        desparsify(model.fit(same, y), same, y, nodewise_alpha=0.0)


def test_without_the_correction_estimates_are_those_of_zhang_and_zhang():
    X, y, _ = cohorts(3, (60, 50), 20)
    model = GroupLasso(alpha=0.2, **TIGHT).fit(X, y)
    found = desparsify(model, X, y, nodewise_alpha=0.15, correct_df=False)
    for k, (x, v) in enumerate(zip(X, y, strict=True)):
        x, v = x - x.mean(axis=0), v - v.mean()
        residual = v - x @ model.coef_[:, k]
        for j in range(20):
            others = np.delete(x, j, axis=1)
            scale = x.std(axis=0)
            lasso = SklearnLasso(0.15, fit_intercept=False, tol=1e-12, max_iter=10**5)
            lasso.fit(others / np.delete(scale, j), x[:, j] / scale[j])
            z = x[:, j] / scale[j] - lasso.predict(others / np.delete(scale, j))
            estimate = model.coef_[j, k] + z @ residual / (z @ x[:, j])
            se = found.sigma_[k] * np.linalg.norm(z) / abs(z @ x[:, j])
            # The gap of node-wise lassos is 1e-4.
            assert_allclose(found.estimate_[j, k], estimate, atol=0.02 * se)
            assert_allclose(found.se_[j, k], se, rtol=0.02)


def test_the_correction_grows_with_the_features_that_a_fit_selects():
    X, y, _ = cohorts(4, (80, 80), 60)
    model = GroupLasso(alpha=0.05).fit(X, y)
    found = desparsify(model, X, y)
    plain = desparsify(model, X, y, correct_df=False)
    factor = (found.se_ / plain.se_) ** 2
    n, df = 79, 80 - found.dof_ - 1
    assert (factor >= 1.0).all()
    assert (factor <= n / (n - df) + 1e-9).all()
    assert factor.mean() > 1.2
    shift = found.estimate_ - model.coef_
    assert_allclose(shift, factor * (plain.estimate_ - model.coef_), rtol=1e-9)


def test_one_table_has_the_same_results_as_a_drop_in():
    rng = np.random.default_rng(5)
    X = rng.standard_normal((70, 12))
    Y = X[:, :2] @ rng.standard_normal((2, 3)) + rng.standard_normal((70, 3))
    s = rng.uniform(0.5, 2.0, 70)
    ours = desparsify(IndLasso(alpha=0.1).fit(X, Y[:, 0], s), X, Y[:, 0], s)
    drop_in = desparsify(Lasso(alpha=0.1).fit(X, Y[:, 0], s), X, Y[:, 0], s)
    assert_allclose(drop_in.estimate_, ours.estimate_, atol=1e-3 * ours.se_.min())
    assert_allclose(drop_in.se_, ours.se_, rtol=1e-3)
    ours = desparsify(GroupLasso(alpha=0.2 / np.sqrt(3)).fit(X, Y), X, Y)
    model = MultiTaskLasso(alpha=0.2 / np.sqrt(3)).fit(X, Y)
    drop_in = desparsify(model, X, Y)
    assert drop_in.estimate_.shape == (12, 3)
    assert_allclose(drop_in.dof_, ours.dof_, rtol=0.2)
    for chosen in (LassoCV(alphas=20), ElasticNetCV(alphas=20, l1_ratio=[0.5, 0.9])):
        found = desparsify(chosen.fit(X, Y[:, 0]), X, Y[:, 0])
        own = OLS(Y[:, 0], add_constant(X)).fit()
        assert_allclose(found.estimate_[:, 0], own.params[1:], atol=2 * own.bse.max())
        assert_allclose(found.sigma_, np.sqrt(own.scale), rtol=0.2)


@pytest.mark.parametrize(
    "options", [{"standardize_groups": True}, {"normalize": "std"}]
)
def test_the_basis_and_the_scale_of_a_fit_do_not_matter(options):
    X, y, _ = cohorts(9)
    model = GroupLasso(alpha=1e-9, groups=3, **options, **TIGHT).fit(X, y)
    found = desparsify(model, X, y, nodewise_alpha=0.0)
    for k, (x, v) in enumerate(zip(X, y, strict=True)):
        own = OLS(v, add_constant(x)).fit()
        assert_allclose(found.estimate_[:, k], own.params[1:], rtol=1e-6)
        assert_allclose(found.se_[:, k], own.bse[1:], rtol=1e-6)


@pytest.mark.parametrize("loss", ["poisson", "logistic"])
def test_the_limit_of_counts_and_classes_is_walds_test(loss):
    rng = np.random.default_rng(6)
    X = [rng.standard_normal((n, 4)) for n in (200, 150)]
    eta = [0.5 * x[:, 0] - 0.3 for x in X]
    offset = None
    weights = [rng.integers(1, 4, len(x)).astype(float) for x in X]
    if loss == "poisson":
        offset = [rng.uniform(-0.5, 0.5, len(x)) for x in X]
        y = [rng.poisson(np.exp(v + o)) for v, o in zip(eta, offset, strict=True)]
        model, family = GroupLasso(alpha=1e-9, loss="poisson", **TIGHT), "Poisson"
    else:
        y = [(rng.random(len(v)) < 1 / (1 + np.exp(-v))).astype(int) for v in eta]
        model, family = IndLassoClassifier(alpha=1e-9, **TIGHT), "Binomial"
    given = {"sample_weight": weights, "offset": offset}
    found = desparsify(model.fit(X, y, **given), X, y, **given, nodewise_alpha=0.0)
    for k in range(2):
        own = GLM(
            y[k],
            add_constant(X[k]),
            getattr(families, family)(),
            offset=None if offset is None else offset[k],
            freq_weights=weights[k],
        )
        fit = own.fit(tol=1e-12)
        assert_allclose(found.estimate_[:, k], fit.params[1:], rtol=1e-6)
        assert_allclose(found.se_[:, k], fit.bse[1:], rtol=1e-6)
        assert_allclose(found.p_[:, k], fit.pvalues[1:], rtol=1e-5)


@pytest.mark.parametrize("loss", ["poisson", "logistic"])
def test_the_limit_of_clustered_counts_and_classes(loss):
    rng = np.random.default_rng(6)
    X = rng.standard_normal((200, 4))
    subject = np.arange(200) // 5
    eta = 0.5 * X[:, 0] + rng.standard_normal(40)[subject]
    if loss == "poisson":
        y, family = rng.poisson(np.exp(eta)), families.Poisson()
        model = GroupLasso(alpha=1e-9, loss="poisson", **TIGHT)
    else:
        y = (rng.random(200) < 1 / (1 + np.exp(-eta))).astype(int)
        model, family = IndLassoClassifier(alpha=1e-9, **TIGHT), families.Binomial()
    found = desparsify(model.fit(X, y), X, y, nodewise_alpha=0.0, clusters=subject)
    fit = GLM(y, add_constant(X), family).fit(
        tol=1e-12,
        cov_type="cluster",
        cov_kwds={"groups": subject, "use_correction": False},
    )
    factor = np.sqrt(199 / 195 * 40 / 39)
    assert_allclose(found.se_[:, 0], factor * fit.bse[1:], rtol=1e-6)


def test_intervals_of_counts_and_classes_cover():
    covered = {"true": [], "zero": []}
    for seed in range(12):
        rng = np.random.default_rng(seed)
        W = np.zeros((25, 2))
        W[:3] = 0.4 * rng.standard_normal((3, 2))
        X = [rng.standard_normal((n, 25)) for n in (250, 200)]
        eta = [x @ w for x, w in zip(X, W.T, strict=True)]
        counts = [rng.poisson(np.exp(v)) for v in eta]
        classes = [rng.random(len(v)) < 1 / (1 + np.exp(-v)) for v in eta]
        for model, y in (
            (GroupLasso(alpha=0.15, loss="poisson"), counts),
            (GroupLassoClassifier(alpha=0.05), classes),
        ):
            low, high = desparsify(model.fit(X, y), X, y).interval()
            inside = (low <= W) & (high >= W)
            covered["true"].append(inside[:3])
            covered["zero"].append(inside[3:])
    # Of 144 and 1056; three standard errors.
    assert np.mean(covered["true"]) > 0.89
    assert 0.92 < np.mean(covered["zero"]) < 0.98


def test_the_limit_of_clusters_is_that_of_least_squares():
    X, y, _ = cohorts(7, (60, 40), 4)
    subject = [np.arange(len(v)) // 4 for v in y]
    model = GroupLasso(alpha=1e-9, **TIGHT).fit(X, y)
    names = [[f"s{i}" for i in own] for own in subject]
    apart = [[f"{k}{i}" for i in own] for k, own in enumerate(names)]
    found = desparsify(model, X, y, clusters=apart, nodewise_alpha=0.0)
    flat = desparsify(model, X, y, clusters=np.concatenate(apart), nodewise_alpha=0.0)
    assert_allclose(flat.se_, found.se_)
    group = found.test({"a": [0], "both": [2, 3]})
    wald = 0.0
    for k, (x, v) in enumerate(zip(X, y, strict=True)):
        own = OLS(v, add_constant(x)).fit(
            cov_type="cluster", cov_kwds={"groups": subject[k]}, use_t=True
        )
        assert_allclose(found.se_[:, k], own.bse[1:], rtol=1e-6)
        assert_allclose(found.p_[:, k], own.pvalues[1:], rtol=1e-6)
        count = len(np.unique(subject[k]))
        pair = own.params[3:] @ np.linalg.solve(
            own.cov_params()[3:, 3:], own.params[3:]
        )
        p = stats.f.sf(pair * (count - 2) / (count - 1) / 2, 2, count - 2)
        wald += stats.chi2.isf(p, 2)
    assert_allclose(group.statistic["both"], wald, rtol=1e-6)
    p = [stats.chi2.isf(own, 1) for own in found.p_[0]]
    assert_allclose(group.statistic["a"], np.sum(p), rtol=1e-6)
    # A subject that is in both tasks links the tests of their effects.
    linked = desparsify(model, X, y, clusters=names, nodewise_alpha=0.0)
    assert_allclose(linked.se_, found.se_)
    assert abs(linked.heterogeneity().Q - found.heterogeneity().Q).max() > 0.01


def test_repeated_subjects_need_clusters():
    naive, robust = [], []
    for seed in range(15):
        rng = np.random.default_rng(seed)
        subject = np.repeat(np.arange(40), 5)
        # Four fifths of the variance of features and noise are that of subjects.
        X = 2 * rng.standard_normal((40, 10))[subject] + rng.standard_normal((200, 10))
        y = X[:, 0] + 2 * rng.standard_normal(40)[subject] + rng.standard_normal(200)
        model = IndLasso(alpha=0.2).fit(X, y)
        naive.append(desparsify(model, X, y).p_[1:] < 0.05)
        found = desparsify(model, X, y, clusters=subject)
        robust.append(found.p_[1:] < 0.05)
    assert np.mean(naive) > 0.2
    assert 0.02 < np.mean(robust) < 0.10  # of 135


def test_clusters_in_long_tables_and_shared_designs():
    X, y, _ = cohorts(8, (30, 24), 3)
    subject = [
        np.repeat(np.arange(n // 3), 3) + 100 * k for k, n in enumerate((30, 24))
    ]
    expected = desparsify(GroupLasso(alpha=0.1).fit(X, y), X, y, clusters=subject)
    task = np.repeat(["a", "b"], [30, 24])
    order = np.random.default_rng(0).permutation(54)
    table, v = np.concatenate(X)[order], np.concatenate(y)[order]
    model = GroupLasso(alpha=0.1).fit(table, v, task=task[order])
    labels = np.concatenate(subject)[order]
    found = desparsify(model, table, v, task=task[order], clusters=labels)
    assert_allclose(found.se_, expected.se_, rtol=1e-6)
    Y = np.column_stack([y[0], y[0] + np.arange(30) % 2])
    shared = GroupLasso(alpha=0.1).fit(X[0], Y)
    found = desparsify(shared, X[0], Y, clusters=subject[0])
    assert found.dof_.tolist() == [9, 9]
    by_name = {"a": X[0], "b": X[1]}, {"a": y[0], "b": y[1]}
    model = GroupLasso(alpha=0.1).fit(*by_name)
    found = desparsify(model, *by_name, clusters={"b": subject[1], "a": subject[0]})
    assert_allclose(found.se_, expected.se_, rtol=1e-6)


def test_messages_about_clusters():
    X, y, _ = cohorts(sizes=(40, 30))
    model = GroupLasso(alpha=0.1).fit(X, y)
    with pytest.raises(ValueError, match=r"clusters of task 1 has 29 labels"):
        desparsify(model, X, y, clusters=[np.zeros(40), np.zeros(29)])
    with pytest.raises(ValueError, match="clusters has 40 labels, but X has 70"):
        desparsify(model, X, y, clusters=np.zeros(40))
    with pytest.raises(ValueError, match=r"Task 1 has 1 cluster; .* 2 or more"):
        desparsify(model, X, y, clusters=[np.arange(40), np.full(30, 99)])
    few = desparsify(model, X, y, clusters=[np.arange(40) % 3, 5 + np.arange(30) % 3])
    with pytest.raises(
        ValueError, match="3 clusters are too few for a joint test of 3"
    ):
        few.test({"three": [0, 1, 2]})


def test_the_forest_plot_has_the_intervals(figures):
    X, y, _ = cohorts()
    data = dict(zip("ab", X, strict=True)), dict(zip("ab", y, strict=True))
    found = desparsify(GroupLasso(alpha=0.1).fit(*data), *data)
    display = found.plot(level=0.9, max_features=3)
    low, high = found.interval(0.9)
    rows = display.features_
    distance = abs(found.estimate_ / (high - low)).max(axis=1)
    assert rows.tolist() == sorted(np.argsort(-distance)[:3].tolist())
    for k, (lines, marks) in enumerate(
        zip(display.intervals_, display.marks_, strict=True)
    ):
        assert_allclose(marks.get_xdata(), found.estimate_[rows, k])
        ends = np.array([path.vertices[:, 0] for path in lines.get_paths()])
        assert_allclose(ends, np.column_stack([low[rows, k], high[rows, k]]))
    table = found.heterogeneity()
    means = found.mean_effects(0.9)
    assert_allclose(means[:, 0], table.estimate)
    assert_allclose(means[:, 2] - means[:, 0], stats.norm.isf(0.05) * table.se)
    corners = display.means_.get_paths()[0].vertices
    assert_allclose([corners[:, 0].min(), corners[:, 0].max()], means[rows[0], 1:])
    assert [text.get_text() for text in display.legend_.get_texts()] == [
        "a",
        "b",
        "mean",
    ]


@pytest.mark.parametrize(
    ("loss", "estimated"),
    [
        (NegativeBinomial(0.5), False),
        (NegativeBinomial(0.5), True),
        (Gamma(), True),
        (Tweedie(1.4), True),
        (Poisson(), True),
    ],
)
def test_without_penalty_errors_are_those_of_maximum_likelihood(loss, estimated):
    # The inverse of Fisher's information, times Pearson's dispersion if estimated.
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 4))
    mean = np.exp(0.5 + 0.3 * X[:, 0])
    y = rng.poisson(mean * rng.gamma(2.0, 0.5, 300)).astype(float)
    if isinstance(loss, Gamma):
        y = rng.gamma(2.0, mean / 2)
    model = GroupLasso(alpha=1e-9, loss=loss, groups=1, **TIGHT).fit(X, y)
    found = desparsify(
        model, X, y, nodewise_alpha=0.0, estimate_dispersion=estimated
    ).frame()
    fitted = model.predict(X)
    design = np.column_stack([np.ones(300), X])
    information = (design.T * (fitted**2 / loss.variance(fitted))) @ design
    phi = 1.0
    if estimated:
        phi = np.sum((y - fitted) ** 2 / loss.variance(fitted)) / (300 - 5)
        assert_allclose(phi, model.dispersion_, rtol=1e-5)
    errors = np.sqrt(phi * np.diag(np.linalg.inv(information)))[1:]
    assert_allclose(found["se"], errors, rtol=1e-4)
    assert_allclose(found["estimate"], model.coef_.ravel(), atol=1e-5)


def test_estimated_dispersion_widens_intervals_of_overdispersed_counts():
    rng = np.random.default_rng(1)
    X = [rng.standard_normal((200, 8)) for _ in range(2)]
    y = [rng.poisson(np.exp(0.7 + 0.3 * x[:, 0]) / 3) * 3.0 for x in X]
    model = GroupLasso(alpha=0.1, loss="poisson").fit(X, y)
    plain = desparsify(model, X, y).frame()["se"]
    wide = desparsify(model, X, y, estimate_dispersion=True).frame()["se"]
    assert_allclose(wide / plain, np.sqrt(3.0), rtol=0.25)
