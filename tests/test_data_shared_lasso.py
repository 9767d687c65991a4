"""DataSharedLasso: common effects, deviations, and the models at its ends."""

import cvxpy
import numpy as np
import pytest
from draws import parametrize_with_few_checks
from interior_point import solved
from loss_cases import CASES
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from test_sharing import tasks

from mutar_cy import (
    DataSharedLasso,
    DataSharedLassoCV,
    GroupLasso,
    IndLasso,
    alpha_max,
    coef_frame,
    regularization_path,
)
from mutar_cy.linear_model import Lasso
from mutar_cy.plotting import SupportDisplay

pytestmark = pytest.mark.uncertified("the certificate is compared with the optimum")
LOSSES = ["squared_error", "poisson", "gamma", "huber"]
KINDS = ["entries", "rows"]
each_kind = pytest.mark.parametrize("kind", KINDS)


def cohorts(seed=0, sizes=(40, 25, 30, 35), n_features=12):
    """Return tasks whose first effects are common, and one that is one task's own."""
    rng = np.random.default_rng(seed)
    X = [rng.standard_normal((n, n_features)) for n in sizes]
    y = [x[:, 0] - 0.8 * x[:, 1] + 0.3 * rng.standard_normal(len(x)) for x in X]
    y[1] = y[1] + 1.5 * X[1][:, 2]
    return X, y


@pytest.mark.parametrize("seed", range(40))
def test_a_random_problem_against_an_interior_point_method(seed):
    rng = np.random.default_rng(300 + seed)
    kind, loss = KINDS[seed % 2], LOSSES[seed // 2 % 4]
    X, y, offset = tasks(loss, rng)
    model = DataSharedLasso(
        deviations=kind, loss=loss, tol=1e-11, fit_intercept=bool(rng.random() < 0.8)
    )
    if rng.random() < 0.3:
        model.set_params(missing_targets="ignore")
        for own in y:
            own[rng.integers(len(own), size=3)] = np.nan
    weights = np.ones(6)
    if rng.random() < 0.5:
        weights = rng.choice([0.0, 0.5, 2.0], 6, p=[0.2, 0.4, 0.4])
        weights[0] = 1.0
        model.set_params(penalty_weights=weights)
    weight = [rng.integers(0, 4, len(own)).astype(float) for own in y]
    for own in weight:
        own[:2] = 1.0
    least = 0.62 if kind == "rows" else 0.4  # below, there are no common effects
    model.set_params(beta=float(rng.choice([least, 0.8, 1.2])), alpha=1.0)
    given = {"sample_weight": weight, "offset": offset}
    largest = alpha_max(model, X, y, **given) * float(rng.choice([0.5, 0.2, 0.05]))
    model.set_params(alpha=largest, beta=model.beta * largest).fit(X, y, **given)

    W, common = cvxpy.Variable((6, 3)), cvxpy.Variable(6)
    b = cvxpy.Variable(3) if model.fit_intercept else np.zeros(3)
    value = model.alpha * weights @ cvxpy.abs(common)
    for j, own in enumerate(weights):
        order = 1 if kind == "entries" else 2
        value += model.beta * own * cvxpy.norm(W[j] - common[j], order)
    for k, (x, target, own, shift) in enumerate(zip(X, y, weight, offset, strict=True)):
        here = ~np.isnan(target) & (own > 0)
        eta = x[here] @ W[:, k] + b[k] + shift[here]
        value += own[here] / own[here].sum() @ CASES[loss].cvxpy(target[here], eta)
    least = solved(value, [])
    size = max(1.0, abs(least))
    assert model.objective_ - least <= 1e-8 * size
    assert model.dual_gap_ >= model.objective_ - least - 1e-9 * size
    assert_allclose(model.coef_, W.value, atol=2e-3)
    parts = model.coef_shared_[:, None] + model.coef_specific_
    assert_allclose(parts, model.coef_, rtol=1e-14)


@each_kind
def test_the_ends_are_other_models(kind):
    X, y = cohorts()
    n_tasks = len(X)
    root = n_tasks if kind == "entries" else n_tasks**0.5
    other = IndLasso if kind == "entries" else GroupLasso
    model = DataSharedLasso(0.1001 * root, 0.1, deviations=kind, tol=1e-13)
    with pytest.warns(UserWarning, match=f"no common effects: it is {other.__name__}"):
        model.fit(X, y)
    assert_allclose(model.coef_, other(0.1, tol=1e-13).fit(X, y).coef_, atol=1e-6)
    assert not model.coef_shared_.any()

    # Deviations that are dear enough: one lasso, on samples of equal weight in a task.
    centred = [x - x.mean(axis=0) for x in X], [v - v.mean() for v in y]
    model = DataSharedLasso(0.3, 1e4, deviations=kind, tol=1e-13).fit(*centred)
    weight = np.concatenate([np.full(len(v), 1 / len(v)) for v in y])
    pooled = Lasso(0.3 / n_tasks, fit_intercept=False, tol=1e-13)
    pooled.fit(np.vstack(centred[0]), np.concatenate(centred[1]), weight)
    assert_allclose(model.coef_shared_, pooled.coef_, atol=1e-7)
    assert not model.coef_specific_.any()


def test_one_task_is_a_lasso():
    X, y = cohorts()
    model = DataSharedLasso(0.1, 0.2, tol=1e-12)
    with pytest.warns(
        UserWarning, match=r"with one task is a lasso, IndLasso\(alpha=0"
    ):
        model.fit(X[0], y[0])
    same = IndLasso(0.1, tol=1e-12).fit(X[0], y[0])
    assert_allclose(model.coef_, same.coef_, atol=1e-7)


@each_kind
def test_what_is_common_and_what_deviates_is_found(kind):
    X, y = cohorts()
    model = DataSharedLassoCV(deviations=kind, rule="1se", cv=4).fit(X, y)
    assert_allclose(model.coef_shared_[:2], [1.0, -0.8], atol=0.25)
    assert abs(model.coef_shared_[2]) < 0.2 < 0.8 < model.coef_specific_[2, 1]
    assert model.deviations_ == kind


def test_the_kind_of_deviations_is_chosen():
    X, y = cohorts()
    either = DataSharedLassoCV(alphas=15, cv=3, ratios=2).fit(X, y)
    alone = [
        DataSharedLassoCV(deviations=kind, alphas=15, cv=3, ratios=2).fit(X, y)
        for kind in KINDS
    ]
    paths = [model.mse_path_ for model in alone]
    assert_array_equal(either.mse_path_, np.concatenate(paths))
    best = alone[int(np.argmin([path.mean(axis=-1).min() for path in paths]))]
    assert either.deviations_ == best.deviations_
    assert (either.alpha_, either.beta_) == (best.alpha_, best.beta_)
    same = DataSharedLasso(best.alpha_, best.beta_, deviations=best.deviations_)
    assert_array_equal(same.fit(X, y).coef_, either.coef_)


@each_kind
@pytest.mark.parametrize("n_features", [12, 150], ids=["narrow", "wide"])
def test_a_path_is_its_fits(kind, n_features):
    X, y = cohorts(n_features=n_features)
    model = DataSharedLasso(deviations=kind, tol=1e-11, max_iter=100_000)
    path = regularization_path(model, X, y, alphas=6, eps=0.05)
    for at, alpha in enumerate(path.alphas):
        fit = clone(model).set_params(alpha=alpha, beta=None).fit(X, y)
        assert_allclose(path.objectives[at], fit.objective_, rtol=1e-9)
        assert_allclose(path.coefs[..., at], fit.coef_, atol=2e-4)


@each_kind
def test_sparse_shared_and_ragged_designs_agree(kind):
    X, y = cohorts(sizes=(30, 30, 30))
    model = DataSharedLasso(0.1, deviations=kind, tol=1e-11)
    dense = clone(model).fit(X, y).coef_
    some = [sparse.csr_array(np.where(abs(x) > 0.5, x, 0.0)) for x in X]
    few = clone(model).fit(some, y).coef_
    assert_allclose(few, clone(model).fit([x.toarray() for x in some], y).coef_)
    table = np.column_stack([np.repeat(range(3), 30), np.vstack(X)])
    long = clone(model).set_params(task_column=0).fit(table, np.concatenate(y))
    assert_allclose(long.coef_, dense, atol=1e-12)
    shared = clone(model).fit(X[0], np.column_stack(y)).coef_
    assert_allclose(shared, clone(model).fit([X[0]] * 3, y).coef_, atol=1e-9)


def test_degrees_of_freedom_count_a_common_effect_once():
    X, y = cohorts()
    grid = {"alphas": [0.3], "betas": [10.0], "fit_intercept": False}
    model = DataSharedLassoCV(deviations="entries", criterion="bic", **grid).fit(X, y)
    n_common = np.count_nonzero(model.coef_shared_)
    assert n_common >= 2
    assert not model.coef_specific_.any()
    assert_allclose(model.degrees_of_freedom_, n_common, rtol=0.02)


def test_a_silent_task_is_to_be_left_out():
    X, _ = cohorts()
    counts = [np.zeros(len(X[0]))] + [np.ones(len(x)) for x in X[1:]]
    model = DataSharedLasso(loss="poisson")
    with pytest.raises(ValueError, match=r"no finite optimum\. Leave it out\.$"):
        model.fit(X, counts)
    counts[0][0] = 1.0
    with pytest.raises(ValueError, match=r"Take fewer folds, or leave that task out"):
        DataSharedLassoCV(loss="poisson", cv=4, alphas=3).fit(X, counts)


def test_tables_and_displays_show_both_parts():
    X, y = cohorts()
    model = DataSharedLasso(0.1, deviations="entries").fit(X, y)
    assert coef_frame(model).shape == (12, 4)
    display = SupportDisplay.from_estimator(model)
    assert len(display.images_) == 2  # common effects, and deviations


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"alpha": 0.0}, "'alpha' parameter of DataSharedLasso must be a float in"),
        ({"beta": 0.0}, "'beta' parameter of DataSharedLasso must be"),
        ({"deviations": "either"}, "'deviations' parameter of DataSharedLasso must be"),
        ({"groups": [[0, 1]]}, "has no parameter 'groups': it has alpha, beta"),
    ],
)
def test_wrong_parameters_are_named(params, message):
    X, y = cohorts()
    with pytest.raises((ValueError, TypeError), match=message):
        DataSharedLasso(**params).fit(X, y)


@parametrize_with_few_checks(
    [DataSharedLasso(0.01), DataSharedLassoCV(alphas=3, cv=2, ratios=2)]
)
def test_scikit_learn_agrees(estimator, check):
    check(estimator)
