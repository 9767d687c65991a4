"""Every loss with every way of sharing: random problems against an interior point.

Three ways of sharing (none, some, all) times five losses, with ragged designs, groups,
weights, offsets, missing targets, signs and free intercepts drawn at random.
"""

import cvxpy
import numpy as np
import pytest
from interior_point import solved
from loss_cases import CASES
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import (
    ElasticNet,
    MultiTaskElasticNet,
    PoissonRegressor,
    Ridge,
)

from mutar_cy import (
    DirtyClassifier,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoCV,
    IndLasso,
    IndLassoClassifier,
    alpha_max,
    regularization_path,
)

pytestmark = pytest.mark.uncertified("the certificate is compared with the optimum")
LOSSES = ["squared_error", "poisson", "gamma", "huber", "logistic"]
KINDS = {
    "nothing": (IndLasso, IndLassoClassifier),
    "all": (GroupLasso, GroupLassoClassifier),
    "some": (DirtyModel, DirtyClassifier),
}
GROUPS = [[0, 1], [2], [3, 4, 5]]


def estimator(kind, loss, **params):
    """Return the class of a way of sharing, with a loss."""
    regressor, classifier = KINDS[kind]
    if loss == "logistic":
        return classifier(**params)
    return regressor(loss=loss, **params)


def tasks(loss, rng, sizes=(25, 18, 21)):
    """Return ragged designs, targets and offsets of a loss."""
    X = [rng.standard_normal((n, 6)) for n in sizes]
    coef = 0.6 * rng.standard_normal((6, len(sizes))) * (rng.random((6, 1)) < 0.6)
    offset = [0.3 * rng.standard_normal(n) for n in sizes]
    eta = [x @ w + o + 0.2 for x, w, o in zip(X, coef.T, offset, strict=True)]
    y = [CASES[loss].draw(e, rng) for e in eta]
    if loss == "logistic":
        for own in y:
            own[:2] = 0.0, 1.0  # every task has both classes
    return X, y, offset


def penalty_of(kind, W, model, weights):
    """Return the penalty of coefficients as an expression, as docstrings state it."""
    groups = [[j] for j in range(6)] if model.groups is None else model.groups
    n_tasks, total, rho = W.shape[1], 0.0, getattr(model, "l1_ratio", 0.0)
    for rows, weight in zip(groups, weights, strict=True):
        if kind == "nothing":
            for k, alpha in enumerate(np.broadcast_to(model.alpha, n_tasks)):
                norm = cvxpy.norm(W[rows, k], 2)
                total += alpha * (1 - rho) * weight * norm
                total += alpha * rho * cvxpy.norm(W[rows, k], 1) * (weight > 0)
            continue
        block = cvxpy.vec(W[rows], order="C")
        if kind == "all":
            total += model.alpha * (1 - rho) * weight * cvxpy.norm(block, 2)
            total += model.alpha * rho * cvxpy.norm(block, 1) * (weight > 0)
            continue
        beta = model.alpha * n_tasks**-0.25 if model.beta is None else model.beta
        specific = cvxpy.Variable(block.shape)
        total += weight * model.alpha * cvxpy.norm(block - specific, 2)
        total += weight * beta * cvxpy.norm(specific, 1)
    return total


def optimum(kind, loss, model, data, weights, signs=None):
    """Return the least objective, and the coefficients, of an interior point method."""
    X, y, sample_weight, offset = data
    signs = np.full(6, int(model.positive is True)) if signs is None else signs
    W = cvxpy.Variable((6, len(X)))
    constraints = [sign * W[j] >= 0 for j, sign in enumerate(signs) if sign]
    b = cvxpy.Variable(len(X)) if model.fit_intercept else np.zeros(len(X))
    value = penalty_of(kind, W, model, weights)
    value += getattr(model, "ridge", 0.0) / 2 * cvxpy.sum_squares(W)
    entries = zip(X, y, sample_weight, offset, strict=True)
    for k, (x, target, weight, shift) in enumerate(entries):
        here = ~np.isnan(target) & (weight > 0)
        eta = x[here] @ W[:, k] + b[k] + shift[here]
        share = weight[here] / weight[here].sum()
        value += share @ CASES[loss].cvxpy(target[here], eta)
    return solved(value, constraints), W.value


@pytest.mark.parametrize("seed", range(60))
def test_a_random_problem_against_an_interior_point_method(seed):
    rng = np.random.default_rng(seed)
    kind, loss = list(KINDS)[seed % 3], LOSSES[seed // 3 % 5]
    X, y, offset = tasks(loss, rng)
    classes = loss == "logistic"
    params = {"tol": 1e-11, "fit_intercept": bool(rng.random() < 0.8)}
    params["positive"] = bool(rng.random() < 0.3)
    params["groups"] = GROUPS if rng.random() < 0.5 else None
    if kind != "some":
        params["l1_ratio"] = float(rng.choice([0.0, 0.0, 0.4]))
    if rng.random() < 0.3 and not classes:
        params["missing_targets"] = "ignore"
        for own in y:
            own[rng.integers(len(own), size=3)] = np.nan
    weight = [rng.integers(0, 4, len(own)).astype(float) for own in y]
    for own in weight:
        own[:2] = 1.0
    n_blocks = 3 if params["groups"] else 6
    weights = np.sqrt([len(g) for g in GROUPS]) if n_blocks == 3 else np.ones(6)
    if rng.random() < 0.4:
        weights = rng.choice([0.0, 0.5, 2.0], n_blocks, p=[0.2, 0.4, 0.4])
        weights[0] = 1.0
        params["penalty_weights"] = weights
    model = estimator(kind, loss, **params)
    given = {"sample_weight": weight, "offset": offset}
    largest = np.max(alpha_max(model, X, y, **given))
    model.set_params(alpha=float(largest * rng.choice([0.5, 0.2, 0.05])))
    if kind == "some":
        model.set_params(beta=model.alpha * float(rng.choice([0.65, 0.8, 0.95])))
    model.fit(X, y, **given)
    data = X, y, weight, offset
    least, coef = optimum(kind, loss, model, data, weights)
    found, gap = np.sum(model.objective_), np.sum(model.dual_gap_)
    size = max(1.0, abs(least))
    assert found - least <= 1e-8 * size
    assert gap >= found - least - 1e-9 * size  # the method itself ends near 1e-10
    assert_allclose(model.coef_.reshape(6, 3), coef, atol=2e-3)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("groups", [None, GROUPS])
def test_a_dear_specific_part_is_the_group_lasso(loss, groups):
    X, y, offset = tasks(loss, np.random.default_rng(7))
    given = {"groups": groups, "tol": 1e-12}
    dirty = estimator("some", loss, alpha=0.05, beta=0.06, **given)
    shared = estimator("all", loss, alpha=0.05, **given)
    with pytest.warns(UserWarning, match=r"no specific part: it is GroupLasso.*0\.05"):
        dirty.fit(X, y, offset=offset)
    shared.fit(X, y, offset=offset)
    assert_array_equal(dirty.coef_, shared.coef_)
    assert not dirty.coef_specific_.any()


@pytest.mark.parametrize("loss", LOSSES)
def test_a_dear_shared_part_is_a_lasso_per_task(loss):
    X, y, offset = tasks(loss, np.random.default_rng(7))
    dirty = estimator("some", loss, alpha=0.2, beta=0.05, tol=1e-13)
    alone = estimator("nothing", loss, alpha=0.05, tol=1e-13)
    with pytest.warns(UserWarning, match=r"no shared part: it is IndLasso.*0\.05"):
        dirty.fit(X, y, offset=offset)
    alone.fit(X, y, offset=offset)
    assert_allclose(dirty.coef_, alone.coef_, atol=1e-6)
    assert not dirty.coef_shared_.any()
    assert_allclose(dirty.objective_, np.sum(alone.objective_), rtol=1e-9)


@pytest.mark.parametrize("loss", LOSSES)
def test_one_task_is_a_lasso(loss):
    X, y, _ = tasks(loss, np.random.default_rng(3), sizes=(40,))
    fits = []
    for kind in KINDS:
        model = estimator(kind, loss, alpha=0.05, tol=1e-13)
        if kind == "nothing":
            fits.append(model.fit(X[0], y[0]))
            continue
        with pytest.warns(UserWarning, match="a lasso"):
            fits.append(model.fit(X[0], y[0]))
    for model in fits[1:]:
        assert_allclose(model.coef_, fits[0].coef_, atol=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", KINDS)
def test_layouts_agree(kind, loss):
    rng = np.random.default_rng(5)
    X, y, offset = tasks(loss, rng, sizes=(20, 20, 20))
    params = {"alpha": 0.03, "groups": GROUPS, "tol": 1e-12}
    own = estimator(kind, loss, **params).fit(X, y, offset=offset)
    stacked = estimator(kind, loss, **params)
    stacked.fit(np.array(X), np.array(y), offset=np.array(offset))
    assert_array_equal(stacked.coef_, own.coef_)
    table, target, task = (
        np.vstack(X),
        np.concatenate(y),
        np.repeat(["c", "a", "b"], 20),
    )
    long = estimator(kind, loss, **params)
    long.fit(table, target, task=task, offset=np.concatenate(offset))
    order = [["c", "a", "b"].index(label) for label in long.tasks_]
    assert_allclose(long.coef_, own.coef_[..., order], atol=1e-7)
    labels = [own.predict(X)[k] for k in range(3)]
    assert_allclose(stacked.predict(np.array(X)), np.array(labels), atol=1e-9)
    shared = estimator(kind, loss, **params).fit(X[0], np.stack(y, axis=1))
    same = estimator(kind, loss, **params).fit([X[0]] * 3, y)
    assert_allclose(shared.coef_, same.coef_, atol=1e-7)


@pytest.mark.parametrize("loss", ["poisson", "gamma"])
def test_neurons_on_their_own_are_fits_of_columns(loss):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((80, 6))
    Y = CASES[loss].draw(X @ (0.5 * rng.standard_normal((6, 4))), rng)
    blocks = {"place": X[:, :3], "speed": X[:, 3:]}
    alpha = [0.02, 0.05, 0.1, 0.2]
    together = IndLasso(alpha, loss=loss, tol=1e-13).fit(blocks, Y)
    for k, own in enumerate(alpha):
        single = IndLasso(own, loss=loss, tol=1e-13).fit(blocks, Y[:, k])
        assert_allclose(together.coef_[:, k], single.coef_, atol=1e-9)
        assert_allclose(together.intercept_[k], single.intercept_, atol=1e-9)
        assert_allclose(together.dual_gap_[k], single.dual_gap_, atol=1e-12)
    assert together.group_names_ == ["place", "speed"]


def test_more_than_two_classes_of_tasks():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((2, 90, 6))
    y = np.array([(x[:, :3] + rng.gumbel(size=(90, 3))).argmax(axis=1) for x in X])
    for kind in KINDS:
        model = estimator(kind, "logistic", alpha=0.03, tol=1e-11).fit(X, y)
        assert model.coef_.shape == (3, 6, 2)
        for c in range(3):
            one = estimator(kind, "logistic", alpha=0.03, tol=1e-11).fit(X, y == c)
            assert_allclose(model.coef_[c], one.coef_[0], atol=1e-6)
            assert_allclose(np.sum(model.objective_[c]), np.sum(one.objective_))
        assert_allclose(model.predict_proba(X).sum(axis=-1), 1.0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("loss", LOSSES)
def test_std_is_scaled_columns(kind, loss):
    rng = np.random.default_rng(2)
    X, y, _ = tasks(loss, rng)
    X = [x * [1, 5, 0.2, 1, 30, 1] + 3 for x in X]
    weight = [rng.integers(1, 4, len(own)) for own in y]
    model = estimator(kind, loss, alpha=0.03, normalize="std", tol=1e-12)
    model.fit(X, y, sample_weight=weight)
    means = [np.average(x, axis=0, weights=w) for x, w in zip(X, weight, strict=True)]
    scales = [
        np.sqrt(np.average((x - m) ** 2, axis=0, weights=w))
        for x, m, w in zip(X, means, weight, strict=True)
    ]
    scaled = [(x - m) / s for x, m, s in zip(X, means, scales, strict=True)]
    plain = estimator(kind, loss, alpha=0.03, tol=1e-12)
    plain.fit(scaled, y, sample_weight=weight)
    coef = model.coef_.reshape(6, 3) * np.transpose(scales)
    assert_allclose(coef, plain.coef_.reshape(6, 3), atol=1e-6)
    # A sample of weight 2 is a sample that is there twice.
    twice = estimator(kind, loss, alpha=0.03, normalize="std", tol=1e-12)
    pairs = list(zip(X, y, weight, strict=True))
    twice.fit(
        [np.repeat(x, w, 0) for x, _, w in pairs],
        [np.repeat(v, w) for _, v, w in pairs],
    )
    assert_allclose(twice.coef_, model.coef_, atol=1e-6)


@pytest.mark.parametrize("seed", range(30))
def test_a_ridge_against_an_interior_point_method(seed):
    rng = np.random.default_rng(100 + seed)
    kind, loss = list(KINDS)[seed % 3], LOSSES[seed // 3 % 5]
    X, y, offset = tasks(loss, rng)
    groups = GROUPS if seed % 4 > 1 else None
    model = estimator(kind, loss, groups=groups, tol=1e-11, positive=seed % 7 == 0)
    if kind != "some":
        model.set_params(l1_ratio=float(rng.choice([0.0, 0.4, 1.0])))
    largest = np.max(alpha_max(model, X, y, offset=offset))
    model.set_params(alpha=float(largest * rng.choice([0.5, 0.1])), ridge=0.3)
    model.fit(X, y, offset=offset)
    weights = np.sqrt([len(g) for g in GROUPS]) if groups else np.ones(6)
    data = X, y, [np.ones(len(own)) for own in y], offset
    least, coef = optimum(kind, loss, model, data, weights)
    found, gap = np.sum(model.objective_), np.sum(model.dual_gap_)
    assert found - least <= 1e-8 * max(1.0, abs(least))
    assert gap >= found - least - 1e-9 * max(1.0, abs(least))
    assert_allclose(model.coef_.reshape(6, 3), coef, atol=1e-4)


def test_one_task_with_a_ridge_is_an_elastic_net():
    X, y, _ = tasks("squared_error", np.random.default_rng(3), sizes=(40,))
    alpha, l1_ratio = 0.1, 0.6
    theirs = ElasticNet(alpha, l1_ratio=l1_ratio, tol=1e-14).fit(X[0], y[0])
    ridge = alpha * (1 - l1_ratio)
    model = IndLasso(alpha * l1_ratio, ridge=ridge, tol=1e-14).fit(X[0], y[0])
    assert_allclose(model.coef_, theirs.coef_, atol=1e-7)
    shared = np.random.default_rng(4).standard_normal((40, 3))
    model = GroupLasso(alpha * l1_ratio, ridge=ridge, tol=1e-14).fit(X[0], shared)
    theirs = MultiTaskElasticNet(alpha, l1_ratio=l1_ratio, tol=1e-14)
    assert_allclose(model.coef_.T, theirs.fit(X[0], shared).coef_, atol=1e-6)


def test_a_ridge_without_alpha_is_ridge_regression():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((50, 4))
    y = rng.poisson(np.exp(0.3 * X[:, 0])).astype(float)
    model = IndLasso(0.0, ridge=0.3, tol=1e-12).fit(X, y)  # penalised: no warning
    assert_allclose(model.coef_, Ridge(0.3 * 50).fit(X, y).coef_, atol=1e-8)
    model = IndLasso(0.0, ridge=0.3, loss="poisson", tol=1e-12).fit(X, y)
    theirs = PoissonRegressor(alpha=0.3, tol=1e-12).fit(X, y)
    assert_allclose(model.coef_, theirs.coef_, atol=1e-6)


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
@pytest.mark.parametrize(
    "model",
    [
        GroupLasso(groups=GROUPS),
        GroupLasso(groups=GROUPS, l1_ratio=0.4),
        IndLasso(groups=GROUPS, l1_ratio=0.4),
        DirtyModel(groups=GROUPS),
    ],
    ids=["group", "sparse group", "own sparse groups", "dirty"],
)
def test_a_ridge_along_a_path(model, loss):
    X, y, _ = tasks(loss, np.random.default_rng(3))
    model = clone(model).set_params(loss=loss, ridge=0.2, tol=1e-11)
    path = regularization_path(model, X, y, alphas=5, eps=0.05)
    for at, alpha in enumerate(path.alphas):
        fit = clone(model).set_params(alpha=alpha).fit(X, y)
        assert_allclose(path.coefs[..., at], fit.coef_, atol=1e-5)


@pytest.mark.parametrize("n", [15, 200], ids=["wide", "narrow"])
@pytest.mark.parametrize(
    "model", [GroupLasso(l1_ratio=0.4), IndLasso(l1_ratio=0.4), DirtyModel()]
)
def test_a_ridge_is_as_rows_of_the_identity(model, n):
    rng = np.random.default_rng(5)
    X = rng.standard_normal((3, n, 40))
    X[:, :, 1] = X[:, :, 0] + 0.01 * X[:, :, 1]
    y = X[:, :, :4] @ [1.0, 1.0, -2.0, 0.5] + rng.standard_normal((3, n))
    model = clone(model).set_params(fit_intercept=False, ridge=0.5, tol=1e-13)
    model.set_params(alpha=float(0.05 * np.max(alpha_max(model, X, y)))).fit(X, y)
    rows = np.sqrt(0.5 * n) * np.broadcast_to(np.eye(40), (3, 40, 40))
    more = np.concatenate([X, rows], axis=1), np.pad(y, ((0, 0), (0, 40)))
    other = clone(model).set_params(ridge=0.0, alpha=model.alpha * n / (n + 40))
    other.fit(*more)
    assert_allclose(model.coef_, other.coef_, atol=1e-6)
    objective = np.sum(other.objective_) * (n + 40) / n
    assert_allclose(np.sum(model.objective_), objective, rtol=1e-10)


def test_a_ridge_has_no_place_beside_unpenalised_features():
    X, y, _ = tasks("poisson", np.random.default_rng(3))
    model = GroupLasso(loss="poisson", ridge=0.1, penalty_weights={2: 0.0})
    with pytest.raises(ValueError, match=r"penalty_weights has a 0.*Set ridge=0"):
        model.fit(X, y)


@pytest.mark.parametrize("seed", range(15))
def test_signs_of_features_against_an_interior_point_method(seed):
    rng = np.random.default_rng(200 + seed)
    kind, loss = list(KINDS)[seed % 3], LOSSES[seed // 3 % 5]
    X, y, offset = tasks(loss, rng)
    signs = rng.choice([-1, 0, 1], 6)
    signs[:2] = 1, -1
    groups = GROUPS if seed % 2 else None
    model = estimator(kind, loss, groups=groups, tol=1e-11, positive=signs)
    if kind != "some" and seed % 5 == 1:
        model.set_params(l1_ratio=0.4)
    largest = np.max(alpha_max(model, X, y, offset=offset))
    model.set_params(alpha=float(largest * rng.choice([0.5, 0.1])))
    if kind == "some":
        model.set_params(beta=0.8 * model.alpha)
    store = sparse.csr_array if seed % 4 == 0 else np.asarray
    model.fit([store(x) for x in X], y, offset=offset)
    assert np.all(model.coef_.reshape(6, 3) * signs[:, None] >= 0)
    weights = np.sqrt([len(g) for g in GROUPS]) if groups else np.ones(6)
    data = X, y, [np.ones(len(own)) for own in y], offset
    least, coef = optimum(kind, loss, model, data, weights, signs)
    found, gap = np.sum(model.objective_), np.sum(model.dual_gap_)
    assert found - least <= 1e-8 * max(1.0, abs(least))
    assert gap >= found - least - 1e-9 * max(1.0, abs(least))
    assert_allclose(model.coef_.reshape(6, 3), coef, atol=2e-3)
    if kind == "some":
        both = model.coef_shared_ + model.coef_specific_
        assert_array_equal(both, model.coef_)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_signs_are_a_bool(kind):
    X, y, _ = tasks("squared_error", np.random.default_rng(3))
    given = {"alpha": 0.05, "tol": 1e-12}
    for signs, same, factor in (([1] * 6, True, 1), ([0] * 6, False, 1)):
        model = estimator(kind, "squared_error", positive=signs, **given).fit(X, y)
        other = estimator(kind, "squared_error", positive=same, **given).fit(X, y)
        assert_allclose(model.coef_, factor * other.coef_, atol=1e-6)
    turned = estimator(kind, "squared_error", positive=[-1] * 6, **given).fit(X, y)
    other = estimator(kind, "squared_error", positive=True, **given)
    other.fit([-x for x in X], y)
    assert_allclose(turned.coef_, -other.coef_, atol=1e-6)


def test_signs_of_paths_starts_and_folds():
    X, y, _ = tasks("poisson", np.random.default_rng(3))
    signs = [1, -1, 0, 0, 1, -1]
    model = GroupLasso(loss="poisson", positive=signs, tol=1e-10, warm_start=True)
    path = regularization_path(model, X, y, alphas=4, eps=0.05)
    assert path.coefs.shape == (6, 3, 4)
    model.set_params(alpha=path.alphas[-1]).fit(X, y)
    assert_allclose(path.coefs[..., -1], model.coef_, atol=1e-5)
    coef = model.coef_.copy()
    assert model.fit(X, y).n_iter_ <= 1
    assert_allclose(model.coef_, coef, atol=1e-6)
    chosen = GroupLassoCV(loss="poisson", positive=signs, alphas=4, cv=3).fit(X, y)
    assert np.all(chosen.coef_ * np.array(signs)[:, None] >= 0)


@pytest.mark.parametrize(
    ("signs", "message"),
    [
        ([1, 0], r"shape \(2,\), but there are 6 features; give one sign per feature"),
        ([1, 0, 2, 1, 1, 1], "2 for feature 2; a sign is 1, -1, or 0 for both"),
    ],
)
def test_signs_that_cannot_be(signs, message):
    X, y, _ = tasks("poisson", np.random.default_rng(3))
    with pytest.raises(ValueError, match=message):
        GroupLasso(positive=signs).fit(X, y)
