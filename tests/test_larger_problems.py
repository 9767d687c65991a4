"""Problems large enough for working sets, each certified from the data."""

import tracemalloc

import numpy as np
import pytest
import simulated
from certificate import assert_certified
from kinds import CONVEX, TiedDirtyModel
from scipy import sparse

from mutar_cy import GroupLasso, IndLasso, alpha_max
from mutar_cy import linear_model as ours

pytestmark = pytest.mark.kernel

TOL = 1e-8
MODELS = {
    "group lasso": GroupLasso(),
    "without intercept": GroupLasso(fit_intercept=False),
    "positive": GroupLasso(positive=True),
    "normalize": GroupLasso(normalize=True),
    "groups": GroupLasso(groups=[range(g, 400, 80) for g in range(80)]),
    "groups, positive": GroupLasso(
        groups=[range(g, 400, 80) for g in range(80)], positive=True
    ),
    "penalty weights": GroupLasso(penalty_weights=[0.0, np.inf] + [1.0, 3.0] * 199),
    "penalty weights, positive": GroupLasso(
        penalty_weights=[0.0, np.inf] + [1.0, 3.0] * 199, positive=True
    ),
    "dirty": TiedDirtyModel(),
    "dirty without intercept": TiedDirtyModel(fit_intercept=False),
    "dirty, positive": TiedDirtyModel(positive=True),
    "dirty, normalize": TiedDirtyModel(normalize=True),
    "dirty, penalty weights": TiedDirtyModel(
        penalty_weights=[0.0, np.inf] + [1.0, 3.0] * 199
    ),
    "independent": IndLasso(),
    "independent, positive": IndLasso(positive=True),
}
each_model = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
each_share = pytest.mark.parametrize("share", [0.5, 0.1, 0.02])
SIZES = {"n_features": 400, "n_tasks": 3}


def fit(model, share, X, y):
    """Fit at a share of alpha_max to a small gap, and certify."""
    model.set_params(tol=TOL, max_iter=50_000)
    model.set_params(alpha=np.min(alpha_max(model, X, y)) * share)
    assert_certified(model.fit(X, y), X, y)
    assert np.any(model.coef_)


@pytest.mark.drawn
@each_model
@each_share
def test_own_designs(model, share):
    fit(model, share, *simulated.ragged((60, 25, 40), 400)[:2])


@pytest.mark.drawn
@each_model
@each_share
def test_a_shared_design(model, share):
    fit(model, share, *simulated.shared(n_samples=60, **SIZES)[:2])


@each_model
def test_sparse_designs(model):
    X, y, _ = simulated.ragged((60, 25, 40), 400)
    rng = np.random.default_rng(0)
    X = [sparse.csc_array(np.where(rng.random(x.shape) < 0.8, 0, x)) for x in X]
    fit(model, 0.1, X, y)


@each_model
def test_responses(model):
    sizes = {"n_samples": 40, "n_features": 400, "n_responses": 2}
    fit(model, 0.1, *simulated.responses(**sizes)[:2])


@pytest.mark.drawn(pairs=True)
@pytest.mark.parametrize(
    "model", [*(cls() for cls in CONVEX), *(cls(positive=True) for cls in CONVEX)]
)
@pytest.mark.parametrize("share", [0.1, 0.001])
@pytest.mark.parametrize("layout", ["stacked", "shared"])
def test_more_samples_than_features(model, share, layout):
    sizes = {"n_samples": 900, "n_features": 90, "n_tasks": 3}
    fit(model, share, *getattr(simulated, layout)(**sizes)[:2])


@pytest.mark.parametrize("model", [*(cls() for cls in CONVEX), ours.MultiTaskLasso()])
def test_neighbouring_columns_correlated_like_a_leadfield(model):
    rng = np.random.default_rng(0)
    walk = np.cumsum(rng.standard_normal((50, 300)), axis=1)
    X = walk / np.linalg.norm(walk, axis=0)
    y = X[:, [40, 150, 260]] @ rng.standard_normal((3, 4)) * 10
    y += 0.1 * rng.standard_normal(y.shape)
    assert np.corrcoef(X[:, 200], X[:, 201])[0, 1] > 0.99
    fit(model, 0.1, X, y)


@pytest.mark.parametrize("share", [0.5, 0.05])
@pytest.mark.parametrize("l1_ratio", [0.9, 0.1])
def test_elastic_nets(share, l1_ratio):
    X, Y, _ = simulated.shared(n_samples=60, **SIZES)
    fit(ours.MultiTaskElasticNet(l1_ratio=l1_ratio), share, X, Y)
    fit(ours.ElasticNet(l1_ratio=l1_ratio), share, X, Y[:, 0])
    fit(ours.ElasticNet(l1_ratio=l1_ratio, positive=True), share, X, Y[:, 0])


@pytest.mark.parametrize("cls", CONVEX)
def test_many_small_tasks(cls):
    X, y, _ = simulated.stacked(n_tasks=60, n_samples=12, n_features=100)
    fit(cls(), 0.2, X, y)


@pytest.mark.parametrize("cls", CONVEX)
def test_single_precision(cls):
    X, y, _ = simulated.ragged((60, 25, 40), 400)
    X = [x.astype(np.float32) for x in X]
    model = cls(0.05, tol=1e-6, max_iter=50_000).fit(X, y)
    assert_certified(model, X, y)


@pytest.mark.parametrize("cls", CONVEX)
def test_a_path_by_warm_starts(cls):
    X, y, _ = simulated.ragged((60, 25, 40), 400)
    largest = np.max(alpha_max(cls(), X, y))
    model = cls(warm_start=True, tol=TOL, max_iter=50_000)
    for share in np.geomspace(0.9, 0.02, 8):
        model.set_params(alpha=largest * share).fit(X, y)
        assert_certified(model, X, y)


def memory_of_fit(model, X, y):
    """Return the most bytes that a fit holds at a time."""
    tracemalloc.start()
    model.fit(X, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.uncertified("the certificate needs memory too")
@pytest.mark.drawn
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("model", [GroupLasso(), IndLasso(), ours.MultiTaskLasso()])
def test_large_designs_are_not_copied(model, order):
    # Nor is there room for a Gram matrix of all features: 200 MB.
    X, Y, _ = simulated.shared(n_samples=300, n_features=5000)
    X = np.asarray(X, order=order)
    model.set_params(alpha=0.5 * float(alpha_max(GroupLasso(), X, Y)))
    assert memory_of_fit(model, X, Y) < X.nbytes / 4
    assert_certified(model, X, Y)


@pytest.mark.uncertified("the certificate needs memory too")
@pytest.mark.parametrize("cls", CONVEX)
def test_responses_share_their_design(cls):
    X, Y, _ = simulated.shared(n_samples=300, n_features=3000, n_tasks=8)
    model = cls(0.5 * float(alpha_max(GroupLasso(), X, Y)))
    assert memory_of_fit(model, [X], [Y]) < X.nbytes / 2
    assert_certified(model, [X], [Y])


@pytest.mark.uncertified("the certificate needs memory too")
def test_ragged_designs_are_not_stacked():
    X, y, _ = simulated.ragged((200, 100, 300), 5000)
    model = GroupLasso(0.5 * alpha_max(GroupLasso(), X, y))
    assert memory_of_fit(model, X, y) < sum(x.nbytes for x in X) / 4
    assert_certified(model, X, y)
