"""Paths of generalised linear models in compiled code, dense and sparse."""

import numpy as np
import pytest
from loss_cases import CASES
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from mutar_cy.designs import DesignTargets
from mutar_cy.glm import _solve as module
from mutar_cy.glm import glm_alpha_max, make_responses, solve_glm, solve_glm_path
from mutar_cy.glm._solve import GlmLoop
from mutar_cy.penalties import L21, SparseGroup

pytestmark = pytest.mark.kernel

TOL = 1e-8
N, P = 60, 24
GROUPS = list(np.arange(P).reshape(-1, 3))
SHARES = np.geomspace(1.2, 0.03, 20)


def part_of(loss, *, density=None, scale=1.0, responses=1, seed=0):
    """Return a design, targets, weights (some are 0) and offsets."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((N, P)) + 0.5 * rng.standard_normal((N, 1)) + 1.0
    if density is not None:
        X *= rng.random((N, P)) < density
        X[:, 3] = 0.0
    offset = 0.2 * rng.standard_normal((N, responses))
    eta = 0.3 * X[:, :2] @ rng.standard_normal((2, responses)) + offset
    Y = CASES[loss].draw(eta, rng).astype(np.float64)
    weight = rng.uniform(0.5, 2.0, N)
    weight[:3] = 0.0
    X = X * scale if density is None else sparse.csc_array(X * scale)
    return DesignTargets(X, Y, weight, 1.0, "own", offset)


def responses_of(loss, *, intercept=True, normalize=False, **options):
    part = part_of(loss, **options)
    return make_responses([part], CASES[loss].loss, intercept, normalize)


def penalties_of(responses, groups, make=L21):
    top = glm_alpha_max(responses, make(1.0), groups)
    return [make(share * top) for share in SHARES]


def compiled_path(responses, penalties, groups=None, tol=TOL):
    """Return what compiled code finds on its own."""
    loop = GlmLoop(responses, penalties[0], groups, tol)
    loop.start(None)
    return list(loop.settle(penalties, 100))


def assert_as_good(path, responses, penalties, groups, monkeypatch):
    """Raise unless solutions are those of the loop in Python, up to their gaps."""
    monkeypatch.setattr(GlmLoop, "settle", lambda *args, **kwargs: iter(()))
    for found, penalty in zip(path, penalties, strict=True):
        alone = solve_glm(responses, penalty, groups, tol=TOL)
        assert alone.converged
        assert found.converged
        assert 0.0 <= found.dual_gap <= found.gap_target
        assert abs(found.objective - alone.objective) <= alone.gap_target
        assert_allclose(found.gap_target, alone.gap_target, rtol=1e-12)
    monkeypatch.undo()


@pytest.mark.parametrize("scale", [1.0, 1e150, 1e-150])
@pytest.mark.parametrize("groups", [None, GROUPS], ids=["single", "groups"])
@pytest.mark.parametrize("loss", CASES)
def test_a_dense_path_is_that_of_the_loop(loss, groups, scale, monkeypatch):
    responses = responses_of(loss, scale=scale)
    penalties = penalties_of(responses, groups)
    path = compiled_path(responses, penalties, groups)
    assert len(path) == len(penalties)
    assert not path[0].coef.any()
    assert sum(one.n_iter for one in path) <= 8 * len(path)
    assert_as_good(path, responses, penalties, groups, monkeypatch)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("responses", [1, 2])
@pytest.mark.parametrize("loss", CASES)
def test_a_sparse_path_is_that_of_the_loop(
    loss, responses, intercept, normalize, monkeypatch
):
    options = {"intercept": intercept, "normalize": normalize, "responses": responses}
    found = responses_of(loss, density=0.2, **options)
    penalties = penalties_of(found, None)[:12]
    monkeypatch.setattr(module, "SPARSE", 0.0)
    loop = GlmLoop(found, penalties[0], None, TOL)
    loop.start(None)
    path = list(loop.settle(penalties, 100))
    assert len(path) == len(penalties)
    assert loop.working_set.storage.n_rows == 0  # nothing is packed
    assert_as_good(path, found, penalties, None, monkeypatch)
    assert not any(one.coef[3].any() for one in path)  # an empty column


def test_penalties_with_a_ridge_and_of_entries_follow_their_paths(monkeypatch):
    responses = responses_of("logistic")
    for make in (
        lambda alpha: L21(alpha, ridge=alpha),
        lambda alpha: SparseGroup(alpha, 0.5),
        lambda alpha: L21(alpha, positive=True),
    ):
        penalties = penalties_of(responses, GROUPS, make)
        path = compiled_path(responses, penalties, GROUPS)
        assert len(path) == len(penalties)
        assert_as_good(path, responses, penalties, GROUPS, monkeypatch)


def test_a_path_ends_where_nothing_is_penalised_and_the_loop_goes_on():
    responses = responses_of("poisson")
    penalties = [*penalties_of(responses, GROUPS)[:5], L21(0.0)]
    assert len(compiled_path(responses, penalties, GROUPS)) == 5
    path = list(solve_glm_path(responses, penalties, GROUPS, tol=TOL))
    assert len(path) == 6
    assert path[-1].converged
    assert path[-1].coef.all()


def test_sparse_columns_that_are_nearly_equal_are_left_to_packed_columns(monkeypatch):
    part = part_of("logistic", density=0.3)
    X = part.X.toarray()
    X[:, 1::2] = X[:, ::2] * (1.0 + 1e-9 * np.arange(N)[:, None])
    responses = make_responses(
        [part._replace(X=sparse.csc_array(X))], CASES["logistic"].loss
    )
    penalty = penalties_of(responses, None)[-1]
    monkeypatch.setattr(module, "SPARSE", 0.0)
    found = solve_glm(responses, penalty, tol=1e-10)
    assert found.converged
    assert found.n_iter <= 40


@pytest.mark.parametrize("density", [None, 0.3])
def test_a_callback_sees_gaps_and_changes_nothing(density, monkeypatch):
    monkeypatch.setattr(module, "SPARSE", 0.0)
    responses = responses_of("poisson", density=density)
    penalty = penalties_of(responses, None)[-1]
    seen = []
    one = solve_glm(responses, penalty, on_iteration=lambda *own: seen.append(own))
    other = solve_glm(responses, penalty)
    assert_array_equal(one.coef, other.coef)
    n_steps, gaps, targets = zip(*seen, strict=True)
    assert n_steps[0] == 0
    assert n_steps[-1] == one.n_iter
    assert gaps[-1] == one.dual_gap
    assert set(targets) == {one.gap_target}


def test_an_error_of_a_callback_ends_the_fit():
    responses = responses_of("poisson")

    def stop(*own):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve_glm(responses, penalties_of(responses, None)[-1], on_iteration=stop)
