"""Stability selection against a plain loop of fits, and against the truth."""

import numpy as np
import pytest
import simulated
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier

from mutar_cy import (
    MTW,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoRegressor,
    IndLasso,
    IndRewLasso,
    MultiLevelLasso,
    ReweightedGroupLasso,
    alpha_max,
)
from mutar_cy import linear_model as ours
from mutar_cy.model_selection import StabilitySelection
from mutar_cy.model_selection._subsamples import Subsamples

pytestmark = pytest.mark.uncertified("fits of a plain loop, to compare with")
TIGHT = {"tol": 1e-9, "max_iter": 50_000}
MODELS = [
    GroupLasso(0.3, **TIGHT),
    GroupLasso(0.3, normalize=True, positive=True, **TIGHT),
    IndLasso(0.3, **TIGHT),
    IndLasso([0.2, 0.3, 0.4], **TIGHT),
    DirtyModel(0.5, 0.4, **TIGHT),
    ReweightedGroupLasso(0.3, **TIGHT),
    IndRewLasso(0.3, **TIGHT),
    MultiLevelLasso(0.1, **TIGHT),
    MTW(0.1, 0.3, support_threshold=0.01, **TIGHT),
    GroupLassoRegressor(2, 0.3, **TIGHT),
    GroupLassoRegressor(2, 0.2, l1_ratio=0.5, **TIGHT),
    GroupLassoRegressor(2, 0.3, standardize_groups=True, **TIGHT),
]
each_model = pytest.mark.parametrize("model", MODELS, ids=str)
DRAWS = {"n_subsamples": 7, "random_state": 0}


def plain(model, X, y, *, at=({},), own=True, **given):
    """Return the frequencies of entries (n_points, n_features, n_tasks), by a loop.

    Designs are lists if ``own``, else they are one that tasks share.
    """
    designs, data = (X if own else [X]), dict(given, y=y)
    problem = model._read(X, y, **given).samples
    classes = is_classifier(model)
    subsamples = Subsamples(problem, 0.5, 7, 0, classes)
    found = []
    for b in range(7):
        rows = subsamples.rows(b)
        cut = {name: take(value, rows, own) for name, value in data.items()}
        X_cut = take(designs, rows, True) if own else X[rows[0]]
        fits = [clone(model).set_params(**point).fit(X_cut, **cut) for point in at]
        coefs = [np.asarray(fit.coef_) for fit in fits]
        coefs = [np.moveaxis(c, 0, -1) if classes else c for c in coefs]
        coefs = [c.T if not hasattr(model, "task_column") else c for c in coefs]
        shape = problem.n_features, len(problem.labels), -1
        found.append([(c.reshape(shape) != 0).any(axis=2) for c in coefs])
    return np.mean(found, axis=0)


def take(values, rows, own):
    """Return some samples of one array per design, or of one array."""
    if not own:
        return values[rows[0]]
    return [value[r] for value, r in zip(values, rows, strict=True)]


def assert_counts(selection, expected):
    """See that a fitted selection says what a plain loop says."""
    assert_allclose(selection.task_frequencies_, expected.max(axis=0), atol=1e-15)


@each_model
def test_tasks_with_own_designs(model):
    X, y, _ = simulated.ragged((25, 14, 30))
    selection = StabilitySelection(model, **DRAWS).fit(X, y)
    expected = plain(model, X, y)
    assert_counts(selection, expected)
    assert 0 < expected.mean() < 1
    assert selection.alphas_.shape[0] == 1
    assert_array_equal(
        selection.support_, selection.selection_frequencies_ >= selection.threshold
    )


@each_model
def test_a_shared_design_with_weights(model):
    X, y, _ = simulated.shared(n_samples=40)
    weight = np.random.default_rng(0).uniform(0, 2, y.shape)
    weight[::5] = 0.0
    selection = StabilitySelection(model, **DRAWS).fit(X, y, sample_weight=weight)
    assert_counts(selection, plain(model, X, y, own=False, sample_weight=weight))


@pytest.mark.parametrize(
    "model", [ours.MultiTaskLasso(0.3, **TIGHT), ours.Lasso(0.3, **TIGHT)], ids=str
)
def test_shapes_of_scikit_learn(model):
    X, y, _ = simulated.shared(n_samples=40)
    weight = np.random.default_rng(0).uniform(0, 2, 40)
    selection = StabilitySelection(model, **DRAWS).fit(X, y, sample_weight=weight)
    assert_counts(selection, plain(model, X, y, own=False, sample_weight=weight))


def test_a_single_task():
    X, y, _ = simulated.shared(n_samples=40)
    model = GroupLasso(0.4, **TIGHT)
    selection = StabilitySelection(model, **DRAWS).fit(X, y[:, 0])
    assert_counts(selection, plain(model, X, y[:, 0], own=False))
    assert_array_equal(
        selection.task_frequencies_[:, 0], selection.selection_frequencies_
    )


def test_responses_of_a_task_count_together():
    X, y, _ = simulated.responses()
    model = IndLasso(0.4, **TIGHT)
    selection = StabilitySelection(model, **DRAWS).fit(X, y)
    assert selection.task_frequencies_.shape == (8, 2)
    assert_counts(selection, plain(model, list(X), list(y)))


def test_missing_targets():
    X, y, _ = simulated.shared(n_samples=40)
    y[np.random.default_rng(0).random(y.shape) < 0.2] = np.nan
    model = IndLasso(0.3, missing_targets="ignore", **TIGHT)
    selection = StabilitySelection(model, **DRAWS).fit(X, y)
    assert_counts(selection, plain(model, X, y, own=False))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_classes(n_classes):
    X, Y, _ = simulated.shared(n_samples=60)
    y = np.digitize(Y[:, 0], np.quantile(Y[:, 0], np.arange(1, n_classes) / n_classes))
    y = np.array(["low", "middle", "up"])[y]
    model = GroupLassoClassifier(2, 0.08, **TIGHT)
    selection = StabilitySelection(model, **DRAWS).fit(X, y)
    assert_counts(selection, plain(model, X, y, own=False))


def test_counts_with_offsets():
    X, y, _ = simulated.ragged((40, 50))
    y = [np.round(np.exp(v / 4)) for v in y]
    offset = [np.linspace(-1, 1, len(v)) for v in y]
    model = GroupLassoRegressor(2, 0.4, loss="poisson", **TIGHT)
    selection = StabilitySelection(model, **DRAWS).fit(X, y, offset=offset)
    assert_counts(selection, plain(model, X, y, offset=offset))
    without = StabilitySelection(model, **DRAWS).fit(X, y)
    assert not np.array_equal(selection.task_frequencies_, without.task_frequencies_)


@pytest.mark.parametrize("model", MODELS[:1] + MODELS[4:6] + MODELS[9:10], ids=str)
def test_paths(model):
    X, y, _ = simulated.ragged((25, 14, 30))
    alphas = [0.3, 0.7, 0.5]
    selection = StabilitySelection(model, alphas=alphas, **DRAWS).fit(X, y)
    ratio = getattr(model, "beta", 0) / model.alpha
    points = [
        {"alpha": a} | ({"beta": ratio * a} if ratio else {}) for a in (0.7, 0.5, 0.3)
    ]
    expected = plain(model, X, y, at=points)
    assert_array_equal(selection.alphas_, [0.7, 0.5, 0.3])
    assert_counts(selection, expected)
    frequency = selection.stability_path_
    assert frequency.shape == (3, 10)
    assert np.all(frequency.min(axis=0) <= selection.selection_frequencies_)
    assert_array_equal(selection.selection_frequencies_, frequency.max(axis=0))
    # A feature is in at least as often as in any task, at most as in all of them.
    assert np.all(frequency >= expected.max(axis=2) - 1e-12)
    assert np.all(frequency <= expected.sum(axis=2) + 1e-12)


def test_strengths_are_laid_out_from_the_first_that_selects():
    X, y, _ = simulated.ragged()
    selection = StabilitySelection(GroupLasso(), alphas=5, eps=0.2, **DRAWS).fit(X, y)
    largest = alpha_max(GroupLasso(), X, y)
    assert_allclose(selection.alphas_, largest * np.geomspace(1, 0.2, 5))
    each = StabilitySelection(IndLasso(), alphas=5, **DRAWS).fit(X, y)
    assert_allclose(each.alphas_[0], alpha_max(IndLasso(), X, y))
    assert each.alphas_.shape == (5, 3)


def test_paths_are_cut_before_too_many():
    X, y, _ = simulated.ragged(n_features=40)
    alphas = np.geomspace(1.0, 0.01, 20)
    model = GroupLasso(**TIGHT)
    most = 5
    selection = StabilitySelection(
        model, alphas=alphas, max_features=most, **DRAWS
    ).fit(X, y)
    subsamples = Subsamples(model._read(X, y).samples, 0.5, 7, 0)
    expected = np.zeros((7, 20, 40), dtype=bool)
    for b in range(7):
        ever = np.zeros(40, dtype=bool)
        cut = take(X, subsamples.rows(b), True), take(y, subsamples.rows(b), True)
        for at, alpha in enumerate(alphas):
            own = clone(model).set_params(alpha=alpha).fit(*cut).coef_.any(axis=1)
            ever |= own
            if ever.sum() > most:
                expected[b, at:] = expected[b, at - 1]
                break
            expected[b, at] = own
    assert_allclose(selection.stability_path_, expected.mean(axis=0))
    assert selection.n_selected_ == expected.any(axis=1).sum(axis=1).mean() <= most
    assert selection.error_bound_ == pytest.approx(selection.n_selected_**2 / 0.2 / 40)


def test_groups_are_counted_too():
    X, y, _ = simulated.ragged()
    groups = {"first": [0, 1, 2], "second": [3, 4, 5, 6], "third": [9, 8, 7]}
    model = GroupLassoRegressor(groups, 0.3, l1_ratio=0.5, **TIGHT)
    selection = StabilitySelection(model, alphas=[0.6, 0.3], **DRAWS).fit(X, y)
    assert selection.group_names_ == list(groups)
    points = [{"alpha": 0.6}, {"alpha": 0.3}]
    assert_counts(selection, plain(model, X, y, at=points))
    for g, members in enumerate(groups.values()):
        own = selection.group_path_[:, g]
        assert np.all(own >= selection.stability_path_[:, members].max(axis=1))
        assert np.all(own <= selection.stability_path_[:, members].sum(axis=1))
    assert selection.stable_groups_[0] == "first"
    q = selection.n_selected_
    assert q <= 3
    assert selection.error_bound_ == pytest.approx(q**2 / (0.2 * 3))
