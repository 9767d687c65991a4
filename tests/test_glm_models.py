"""Whichever way a Newton step is found, the fit is the same, and certified."""

import numpy as np
import pytest
from loss_cases import CASES
from numpy.testing import assert_allclose, assert_array_equal

from mutar_cy.designs import DesignTargets
from mutar_cy.glm import (
    Responses,
    glm_alpha_max,
    make_responses,
    solve_glm,
    solve_glm_path,
)
from mutar_cy.glm._predictors import PredictorSet
from mutar_cy.glm._solve import GlmLoop
from mutar_cy.losses import Poisson
from mutar_cy.penalties import L21, SparseGroup

pytestmark = pytest.mark.kernel

TOL = 1e-9
P = 18
GROUPS = [np.arange(0, 2), np.arange(2, 9), np.array([17, 9, 11]), np.arange(12, 17)]
GROUPS.append(np.array([10]))
LOSSES = {name: case.loss for name, case in CASES.items()}
PENALTIES = {
    "norms": lambda alpha, n: L21(alpha),
    "weights": lambda alpha, n: L21(alpha, np.linspace(0.5, 2.0, n)),
    "a group excluded": lambda alpha, n: L21(alpha, [1.0] * (n - 1) + [np.inf]),
    "positive": lambda alpha, n: L21(alpha, positive=True),
    "sparse groups": lambda alpha, n: SparseGroup(alpha, 0.4),
    "a free group": lambda alpha, n: L21(alpha, [0.0] + [1.0] * (n - 1)),
    "a free group, positive": lambda alpha, n: L21(
        alpha, [0.0] + [1.0] * (n - 1), positive=True
    ),
}
ROUTES = ["Gram matrices", "packed columns"]


def parts_of(loss, *, responses=1, seed=0):
    """Return three tasks with designs, sizes, weights and offsets of their own."""
    rng = np.random.default_rng(seed)
    parts = []
    for n in (40, 55, 70):
        X = rng.standard_normal((n, P)) + 0.7 * rng.standard_normal((n, 1)) + 1.0
        coef = np.zeros((P, responses))
        coef[2:9] = 0.15 * rng.standard_normal((7, responses))
        offset = 0.2 * rng.standard_normal((n, responses))
        Y = CASES[loss].draw(X @ coef + offset - 0.3, rng).astype(np.float64)
        weight = rng.uniform(0.5, 2.0, n)
        weight[:3] = 0.0
        parts.append(DesignTargets(X, Y, weight, 1.0, n, offset))
    return parts


def take(monkeypatch, route):
    """Let steps be found one way only."""
    if route == "packed columns":
        monkeypatch.setattr(PredictorSet, "newton_rows", lambda predictors: None)


def fit(loss, penalty, groups, share=0.15, *, responses=1, intercept=True, **options):
    found = make_responses(parts_of(loss, responses=responses), LOSSES[loss], intercept)
    n_blocks = P if groups is None else len(groups)
    alpha = glm_alpha_max(found, PENALTIES[penalty](1.0, n_blocks), groups)
    own = PENALTIES[penalty](share * alpha, n_blocks)
    return solve_glm(found, own, groups, tol=TOL, **options)


@pytest.mark.drawn(pairs=True)
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("loss", LOSSES)
def test_all_ways_lead_to_the_same_optimum(loss, penalty, route, monkeypatch):
    reference = fit(loss, penalty, GROUPS)
    take(monkeypatch, route)
    found = fit(loss, penalty, GROUPS)
    for one in (reference, found):
        assert one.converged
        assert 0.0 <= one.dual_gap <= one.gap_target
    # Both are within their gaps of the optimum.
    assert abs(found.objective - reference.objective) <= found.gap_target
    if penalty == "a group excluded":
        assert not found.coef[GROUPS[-1]].any()


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("case", ["rows", "responses", "no intercept"])
def test_all_ways_take_all_shapes(case, route, monkeypatch):
    options = {"responses": 2} if case == "responses" else {}
    options["intercept"] = case != "no intercept"
    groups = None if case == "rows" else GROUPS
    reference = fit("poisson", "weights", groups, **options)
    take(monkeypatch, route)
    found = fit("poisson", "weights", groups, **options)
    assert found.converged
    assert abs(found.objective - reference.objective) <= found.gap_target
    if case == "no intercept":
        assert_array_equal(found.intercept, 0.0)


@pytest.mark.parametrize("route", ROUTES)
def test_newton_needs_few_steps(route, monkeypatch):
    take(monkeypatch, route)
    for loss in LOSSES:
        # Curvatures of the Huber loss jump, so that Newton's method is not quadratic.
        most = 30 if loss == "huber" else 8
        assert fit(loss, "norms", GROUPS).n_iter <= most


@pytest.mark.parametrize("loss", LOSSES)
def test_a_path_ends_where_fits_from_nothing_do(loss):
    responses = make_responses(parts_of(loss), LOSSES[loss])
    top = glm_alpha_max(responses, L21(), GROUPS)
    penalties = [L21(alpha) for alpha in np.geomspace(1.2 * top, 0.02 * top, 9)]
    path = list(solve_glm_path(responses, penalties, GROUPS, tol=TOL))
    assert not path[0].coef.any()
    assert path[0].n_iter == 0
    for penalty, found in zip(penalties, path, strict=True):
        alone = solve_glm(responses, penalty, GROUPS, tol=TOL)
        assert found.converged
        assert abs(found.objective - alone.objective) <= alone.gap_target


def test_curvatures_are_kept_where_new_ones_would_cost_more_than_steps():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 200))
    y = rng.poisson(np.exp(0.3 * X[:, :3].sum(axis=1))).astype(float)
    responses = make_responses([DesignTargets(X, y[:, None])], Poisson())
    top = glm_alpha_max(responses, L21())
    loop = GlmLoop(responses, L21(0.05 * top), None, TOL)
    loop.start(None)
    penalties = [L21(share * top) for share in (0.05, 0.049, 0.048)]
    found = list(loop.settle(penalties, 100))
    assert len(found) == len(penalties)
    n_steps = sum(one.n_iter for one in found)
    assert loop.working_set.newton_rows().n_models < n_steps / 2
    for penalty, one in zip(penalties, found, strict=True):
        alone = solve_glm(responses, penalty, tol=TOL)
        assert abs(one.objective - alone.objective) <= alone.gap_target


def test_a_start_from_the_solution_takes_no_step_and_one_far_off_is_not_followed():
    responses = make_responses(parts_of("poisson"), Poisson(), False)
    alpha = 0.1 * glm_alpha_max(responses, L21(), GROUPS)
    found = solve_glm(responses, L21(alpha), GROUPS, tol=1e-6)
    again = solve_glm(responses, L21(alpha), GROUPS, found.coef, tol=1e-6)
    assert again.n_iter == 0
    assert_allclose(again.coef, found.coef, rtol=1e-12, atol=1e-14)
    far = solve_glm(responses, L21(alpha), GROUPS, 1e4 + found.coef, tol=1e-6)
    assert far.converged
    assert abs(far.objective - found.objective) <= found.gap_target


@pytest.mark.parametrize("off", [0.05, -0.3])
@pytest.mark.parametrize("loss", ["poisson", "logistic", "huber"])
def test_a_certificate_measures_whether_residuals_sum_to_zero(loss, off, monkeypatch):
    # The dual point of a residual whose sum is not 0 is infeasible: its gap may be 0
    # although the objective is above its minimum.
    best = fit(loss, "norms", GROUPS)
    right = Responses.best_intercepts
    monkeypatch.setattr(
        Responses, "best_intercepts", lambda self, eta: right(self, eta) + off
    )
    take(monkeypatch, "packed columns")  # compiled steps ask the loss itself
    penalty = L21(alpha_of(loss, "norms"))
    responses = make_responses(parts_of(loss), LOSSES[loss])
    found = solve_glm(responses, penalty, GROUPS, tol=TOL, max_iter=10)
    excess = found.objective - best.objective
    assert excess > 10 * best.gap_target
    assert found.dual_gap >= excess - best.gap_target
    assert not found.converged


def alpha_of(loss, penalty, share=0.15):
    """Return the alpha that `fit` takes."""
    found = make_responses(parts_of(loss), LOSSES[loss])
    return share * glm_alpha_max(found, PENALTIES[penalty](1.0, len(GROUPS)), GROUPS)
