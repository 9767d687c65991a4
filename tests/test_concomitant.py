"""Noise levels that are estimated with the coefficients, by three convex models."""

import cvxpy
import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.metrics import average_precision_score

from mutar_cy import (
    MTW,
    DirtyModel,
    DirtyModelCV,
    GroupLasso,
    GroupLassoCV,
    IndLasso,
    IndLassoCV,
    alpha_max,
    pivotal_alpha,
    regularization_path,
)
from mutar_cy.model_selection import StabilitySelection

LEVELS = 1e-3, 1.0, 1e4  # of noise
LOWEST = 1e-2  # smallest level, relative to the deviation of a target
MODELS = {
    "group": lambda **given: GroupLasso(concomitant=True, **given),
    "dirty": lambda alpha, **given: DirtyModel(
        alpha, 0.7 * alpha, concomitant=True, **given
    ),
    "alone": lambda **given: IndLasso(concomitant=True, **given),
}
each_model = pytest.mark.parametrize("kind", MODELS)


def tasks(seed=0, sizes=(30, 45, 25), p=12, noise=(0.3, 1.0, 4.0)):
    """Return designs and targets of tasks that share three features."""
    rng = np.random.default_rng(seed)
    X = [rng.standard_normal((n, p)) + 0.5 for n in sizes]
    W = np.zeros((p, len(sizes)))
    W[:3] = 1.0 + rng.standard_normal((3, len(sizes)))
    y = [
        x @ W[:, k] + 3.0 + s * rng.standard_normal(len(x))
        for k, (x, s) in enumerate(zip(X, noise, strict=True))
    ]
    return X, y


def weights_of(X, seed):
    rng = np.random.default_rng(seed)
    return [rng.uniform(0.5, 2.0, len(x)) for x in X]


def solve_cone(X, y, alpha, kind, weights=None, task_weight=None, positive=False):
    """Return the minimum of the objective, by an interior point method."""
    T, p = len(X), X[0].shape[1]
    W, b, sigma = cvxpy.Variable((p, T)), cvxpy.Variable(T), cvxpy.Variable(T)
    total, constraints = 0.0, [W >= 0] if positive else []
    for k in range(T):
        s = np.ones(len(y[k])) if weights is None else weights[k]
        s = s / s.sum()
        c = 1.0 if task_weight is None else task_weight[k]
        deviation = np.sqrt(s @ (y[k] - s @ y[k]) ** 2)
        residual = cvxpy.multiply(np.sqrt(s), y[k] - X[k] @ W[:, k] - b[k])
        total += 0.5 * c * (cvxpy.quad_over_lin(residual, sigma[k]) + sigma[k])
        constraints.append(sigma[k] >= LOWEST * deviation)
    if kind == "group":
        total += alpha * cvxpy.sum(cvxpy.norm(W, axis=1))
    elif kind == "alone":
        total += alpha * cvxpy.sum(cvxpy.abs(W))
    else:
        P = cvxpy.Variable((p, T))
        total += alpha * cvxpy.sum(cvxpy.norm(P, axis=1))
        total += 0.7 * alpha * cvxpy.sum(cvxpy.abs(W - P))
        if positive:
            constraints += [P >= 0, W - P >= 0]
    problem = cvxpy.Problem(cvxpy.Minimize(total), constraints)
    problem.solve(
        solver=cvxpy.CLARABEL, tol_gap_abs=1e-9, tol_gap_rel=1e-9, tol_feas=1e-9
    )
    return problem.value


@pytest.mark.parametrize("seed", range(10))
@each_model
def test_objectives_are_those_of_an_interior_point_method(kind, seed):
    X, y = tasks(seed)
    share = (0.05, 0.2, 0.6)[seed % 3]
    weights = weights_of(X, seed) if seed % 2 else None
    task_weight = [1.0, 2.0, 0.5] if seed % 4 == 3 else None
    given = {"tol": 1e-7, "max_iter": 20000, "positive": seed % 5 == 4}
    if task_weight is not None:
        given["task_weight"] = task_weight
    probe = MODELS[kind](alpha=1.0, **given)
    largest = np.max(alpha_max(probe, X, y, sample_weight=weights))
    alpha = float(share * largest)
    model = MODELS[kind](alpha=alpha, **given).fit(X, y, sample_weight=weights)
    least = solve_cone(X, y, alpha, kind, weights, task_weight, given["positive"])
    found, gap = np.sum(model.objective_), np.sum(model.dual_gap_)
    assert abs(found - least) <= 1e-7 * least
    assert gap >= found - least - 1e-8 * least
    assert gap <= 1e-5 * least


@each_model
def test_levels_are_the_deviations_of_residuals(kind):
    X, y = tasks()
    model = MODELS[kind](alpha=0.2, tol=1e-8).fit(X, y)
    deviations = [np.sqrt(np.mean(r**2)) for r in model.residuals_]
    assert_allclose(model.sigma_, deviations, rtol=1e-6)
    assert model.sigma_.shape == (3,)


@each_model
def test_alpha_max_is_where_coefficients_begin(kind):
    X, y = tasks()
    largest = np.max(alpha_max(MODELS[kind](alpha=1.0), X, y))
    above = MODELS[kind](alpha=float(1.0001 * largest), tol=1e-7).fit(X, y)
    below = MODELS[kind](alpha=float(0.99 * largest), tol=1e-7).fit(X, y)
    assert not above.coef_.any()
    assert below.coef_.any()
    assert_allclose(above.sigma_, [own.std() for own in y], rtol=1e-9)


@each_model
def test_units_of_targets_do_not_change_which_alpha_fits(kind):
    X, y = tasks()
    model = MODELS[kind](alpha=0.2, tol=1e-8).fit(X, y)
    scaled = MODELS[kind](alpha=0.2, tol=1e-8).fit(X, [1e6 * own for own in y])
    assert_allclose(scaled.coef_, 1e6 * model.coef_, rtol=1e-4, atol=1e2)
    assert_allclose(scaled.sigma_, 1e6 * model.sigma_, rtol=1e-5)


def test_one_task_is_the_square_root_lasso():
    # The minimum over sigma of (v / sigma + sigma) / 2 is the root of v.
    X, y = tasks()
    model = IndLasso(0.2, concomitant=True, tol=1e-8).fit(X[0], y[0])
    rest = y[0] - model.predict(X[0])
    root = np.sqrt(np.mean(rest**2)) + 0.2 * np.abs(model.coef_).sum()
    assert_allclose(model.objective_, root, rtol=1e-7)
    assert np.ndim(model.sigma_) == 0


def test_layouts_agree():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 8))
    Y = X[:, :2] @ rng.standard_normal((2, 3)) + rng.standard_normal((40, 3)) * [
        1,
        2,
        3,
    ]
    given = {"alpha": 0.15, "tol": 1e-8}
    shared = MODELS["group"](**given).fit(X, Y)
    own = MODELS["group"](**given).fit([X] * 3, list(Y.T))
    responses = MODELS["group"](**given).fit([X], [Y])
    assert_allclose(shared.coef_, own.coef_, atol=1e-6)
    assert_allclose(shared.sigma_, own.sigma_, rtol=1e-6)
    assert_allclose(responses.sigma_, shared.sigma_[None], rtol=1e-6)
    Y[3, 0] = np.nan
    missing = MODELS["group"](missing_targets="ignore", **given).fit(X, Y)
    kept = np.arange(40) != 3
    lists = [X[kept], X, X], [Y[kept, 0], Y[:, 1], Y[:, 2]]
    assert_allclose(
        missing.coef_, MODELS["group"](**given).fit(*lists).coef_, atol=1e-6
    )


def test_offsets_groups_and_free_features():
    X, y = tasks()
    offset = [0.5 * x[:, 4] for x in X]
    given = {"alpha": 0.1, "tol": 1e-8, "groups": 3, "penalty_weights": [0, 1, 1, 2]}
    moved = MODELS["group"](**given).fit(X, y, offset=offset)
    plain = MODELS["group"](**given).fit(
        X, [own - o for own, o in zip(y, offset, strict=True)]
    )
    assert_allclose(moved.coef_, plain.coef_, atol=1e-6)
    assert moved.coef_[:3].all()
    assert moved.dual_gap_ <= 1e-8 * 3 * np.max([own.std() for own in y])


def test_constant_targets_and_perfect_fits_are_finite():
    X, y = tasks()
    y[1] = np.full(len(y[1]), 7.0)
    y[2] = X[2][:, 0]
    model = MODELS["group"](alpha=0.01, max_iter=20000).fit(X, y)
    assert np.isfinite(model.coef_).all()
    assert (model.sigma_ > 0).all()
    assert_allclose(model.predict(X)[1], 7.0, atol=0.2)


@each_model
def test_float32_is_certified(kind):
    X, y = tasks()
    single = MODELS[kind](alpha=0.2, tol=1e-4).fit([x.astype(np.float32) for x in X], y)
    assert single.coef_.dtype == np.float32
    double = MODELS[kind](alpha=0.2, tol=1e-8).fit(X, y)
    assert_allclose(single.coef_, double.coef_, atol=0.02)


@pytest.mark.parametrize("cls", [GroupLassoCV, DirtyModelCV, IndLassoCV])
def test_cross_validated_classes_estimate_levels(cls):
    X, y = tasks()
    given = {"ratios": 2} if cls is DirtyModelCV else {}
    model = cls(concomitant=True, alphas=8, cv=3, **given).fit(X, y)
    assert model.sigma_.shape == (3,)
    ratio = model.sigma_[2] / model.sigma_[0]
    assert 5.0 < ratio < 40.0
    short = cls(concomitant=True, alphas=8, criterion="bic", **given).fit(X, y)
    assert np.isfinite(short.criterion_path_).any()
    if cls is GroupLassoCV:
        fixed = MODELS["group"](alpha=model.alpha_).fit(X, y)
        assert_allclose(fixed.coef_, model.coef_, atol=1e-3)


def test_paths_and_stability_selection():
    X, y = tasks()
    path = regularization_path(MODELS["group"](alpha=1.0, tol=1e-7), X, y, alphas=5)
    for at in (1, 3):
        model = MODELS["group"](alpha=float(path.alphas[at]), tol=1e-7).fit(X, y)
        assert_allclose(path.coefs[..., at], model.coef_, atol=1e-4)
    chosen = StabilitySelection(
        MODELS["group"](alpha=0.5), n_subsamples=6, random_state=0
    ).fit(X, y)
    assert chosen.selection_frequencies_.max() == 1.0


def test_unequal_noise_hides_no_feature():
    # The plain model weighs all tasks alike, so that the noise of one enters all.
    rng = np.random.default_rng(0)
    noise, p = (0.3, 0.6, 1.5, 3.0, 6.0), 100
    scores = {True: [], False: []}
    for _ in range(3):
        X = [rng.standard_normal((60, p)) for _ in noise]
        W = np.zeros((p, len(noise)))
        W[:10] = 0.4 * rng.choice([-1.0, 1.0], (10, len(noise)))
        y = [
            x @ W[:, k] + s * rng.standard_normal(60)
            for k, (x, s) in enumerate(zip(X, noise, strict=True))
        ]
        for concomitant in scores:
            model = GroupLasso(concomitant=concomitant)
            path = regularization_path(model, X, y, alphas=15, eps=0.1)
            entered = np.abs(path.coefs).any(axis=1).sum(axis=1)
            norms = np.linalg.norm(path.coefs[..., -1], axis=1)
            ranks = entered + norms / (1.0 + norms.max())
            scores[concomitant].append(
                average_precision_score(np.arange(p) < 10, ranks)
            )
    assert np.mean(scores[True]) >= 0.95
    assert np.mean(scores[False]) <= 0.7


def test_faults():
    X, y = tasks()
    with pytest.raises(ValueError, match="concomitant=True estimates the noise of"):
        GroupLasso(concomitant=True, loss="huber").fit(X, y)
    with pytest.raises(ValueError, match="concomitant=True takes no ridge, got"):
        GroupLasso(concomitant=True, ridge=0.1).fit(X, y)
    with pytest.raises(ValueError, match="concomitant"):
        GroupLasso(concomitant="yes").fit(X, y)
    model = MODELS["group"](alpha=0.2).fit(X, y)
    clone(model).set_params(concomitant=False)
    model.set_params(concomitant=False).fit(X, y)
    assert not hasattr(model, "sigma_")


def test_the_pivotal_alpha_keeps_noise_of_any_level_out():
    rng = np.random.default_rng(0)
    X, _ = tasks()
    model = GroupLasso(concomitant=True)
    alpha = pivotal_alpha(model, X, _, level=0.2, random_state=0)
    largest = []
    for _ in range(200):
        y = [s * rng.standard_normal(len(x)) for x, s in zip(X, LEVELS, strict=True)]
        largest.append(alpha_max(model, X, y))
    share = np.mean(np.array(largest) > alpha)
    assert 0.1 < share < 0.3  # 0.2, with a standard error of 0.04
    again = pivotal_alpha(model, X, [1e6 * own for own in y], level=0.2, random_state=0)
    assert again == alpha
    assert pivotal_alpha(model, X, y, level=0.05, random_state=0) > alpha


def test_every_task_alone_has_a_pivotal_alpha():
    X, y = tasks()
    weights = weights_of(X, 0)
    model = IndLasso(concomitant=True)
    alphas = pivotal_alpha(model, X, y, n_draws=40, sample_weight=weights)
    assert alphas.shape == (3,)
    assert alphas[2] > alphas[1]  # fewer samples


@pytest.mark.parametrize(
    ("estimator", "given", "error", "message"),
    [
        (GroupLasso(), {}, ValueError, "got concomitant=False. Set concomitant=True"),
        (MTW(concomitant=True), {}, TypeError, "needs GroupLasso, IndLasso or Dirty"),
        (GroupLasso, {}, TypeError, "GroupLasso"),
        (GroupLasso(concomitant=True), {"level": 1.5}, ValueError, "level=1.5 must be"),
        (GroupLasso(concomitant=True), {"sample_waits": 1}, TypeError, "sample_waits"),
    ],
)
def test_faults_of_the_pivotal_alpha(estimator, given, error, message):
    X, y = tasks()
    with pytest.raises(error, match=message):
        pivotal_alpha(estimator, X, y, **given)
