"""Stability selection against a plain loop of fits, and against the truth."""

import numpy as np
import pytest
import simulated
from hypothesis import given
from hypothesis import strategies as st
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from stability import FEW, assert_same
from threadpoolctl import threadpool_info
from watching import ProgressBar, needs_callbacks

from mutar_cy import (
    MTW,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    IndLasso,
    IndRewLasso,
    MultiLevelLasso,
    ReweightedGroupLasso,
    alpha_max,
)
from mutar_cy import linear_model as ours
from mutar_cy.model_selection import StabilitySelection
from mutar_cy.model_selection._stability_selection import SubsampleFits
from mutar_cy.model_selection._subsamples import Subsamples
from mutar_cy.tasks import read_task_data

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
    GroupLasso(groups=2, alpha=0.3, **TIGHT),
    GroupLasso(groups=2, alpha=0.2, l1_ratio=0.5, **TIGHT),
    GroupLasso(groups=2, alpha=0.3, standardize_groups=True, **TIGHT),
]
each_model = pytest.mark.parametrize("model", MODELS, ids=str)
DRAWS = {"n_subsamples": 7, "random_state": 0}


def plain(model, X, y, *, at=({},), own=True, **given):
    """Return the frequencies of entries (n_points, n_features, n_tasks), by a loop.

    Designs are lists if ``own``, else they are one that tasks share.
    """
    designs, data = (X if own else [X]), dict(given, y=y)
    problem = model._read(X, y, **given)
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
    model = GroupLassoClassifier(groups=2, alpha=0.08, **TIGHT)
    selection = StabilitySelection(model, **DRAWS).fit(X, y)
    assert_counts(selection, plain(model, X, y, own=False))


def test_counts_with_offsets():
    X, y, _ = simulated.ragged((40, 50))
    y = [np.round(np.exp(v / 4)) for v in y]
    offset = [np.linspace(-1, 1, len(v)) for v in y]
    model = GroupLasso(groups=2, alpha=0.4, loss="poisson", **TIGHT)
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
    subsamples = Subsamples(model._read(X, y), 0.5, 7, 0)
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
    model = GroupLasso(groups=groups, alpha=0.3, l1_ratio=0.5, **TIGHT)
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


# Stability selection on data whose truth is known.


def true_or_not(estimator, noise=1.0, seed=0, n_true=4):
    """Return a selection from data of which the first few features are true."""
    rng = np.random.default_rng(seed)
    coef = np.zeros((60, 3))
    coef[:n_true] = rng.choice([-1.0, 1.0], (n_true, 3))
    X = [rng.standard_normal((n, 60)) for n in (80, 100, 60)]
    pairs = zip(X, coef.T, strict=True)
    y = [x @ w + noise * rng.standard_normal(len(x)) for x, w in pairs]
    selection = StabilitySelection(
        estimator, alphas=12, n_subsamples=30, max_features=8, random_state=seed
    )
    return selection.fit(X, y)


@pytest.mark.parametrize("cls", [GroupLasso, DirtyModel, ReweightedGroupLasso])
def test_true_features_are_found_and_noise_is_not(cls):
    selection = true_or_not(cls())
    assert_array_equal(selection.get_support(indices=True), range(4))
    assert np.all(selection.selection_frequencies_[:4] >= 0.9)


def test_false_selections_stay_below_their_bound():
    found = [true_or_not(GroupLasso(tol=1e-3), seed=s, n_true=0) for s in range(8)]
    false = np.mean([np.count_nonzero(own.support_) for own in found])
    assert false <= np.mean([own.error_bound_ for own in found])
    assert max(own.n_selected_ for own in found) > 4  # single fits do select noise


# Stability selection tells how it goes on, in parallel or not, and can be stopped.


@pytest.mark.parametrize("backend", ["threading", "loky"])
@pytest.mark.parametrize(
    "estimator",
    [
        GroupLasso(),
        DirtyModel(0.5, 0.4),
        GroupLasso(groups=2, loss="poisson", alpha=1.0),
    ],
    ids=str,
)
def test_parallel_and_serial_give_the_same_bits(estimator, backend):
    X, y, _ = simulated.ragged((60, 50), 120)
    y = [np.round(np.exp(v / 4)) for v in y]
    model = StabilitySelection(estimator, alphas=4, **FEW)
    serial = clone(model).fit(X, y)
    with parallel_config(backend, n_jobs=2):
        assert_same(clone(model).fit(X, y), serial)
    assert_same(clone(model).set_params(n_jobs=2).fit(X, y), serial)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_blas_has_one_thread_meanwhile(n_jobs, monkeypatch):
    before = blas_threads()
    seen = []
    select = SubsampleFits.select

    def watched(fits, *given):
        seen.append(set(blas_threads()))
        return select(fits, *given)

    monkeypatch.setattr(SubsampleFits, "select", watched)
    X, y, _ = simulated.ragged()
    StabilitySelection(GroupLasso(0.3), n_jobs=n_jobs, **FEW).fit(X, y)
    assert seen == [{1}] * 6
    assert blas_threads() == before


def blas_threads():
    """Return how many threads every BLAS library of this process has."""
    every = threadpool_info()
    return [own["num_threads"] for own in every if own["user_api"] == "blas"]


def test_subsamples_do_not_depend_on_what_is_drawn_elsewhere():
    X, y, _ = simulated.ragged()
    model = StabilitySelection(GroupLasso(0.3), n_subsamples=6)
    assert_same(
        clone(model).set_params(random_state=np.random.RandomState(5)).fit(X, y),
        clone(model).set_params(random_state=np.random.RandomState(5)).fit(X, y),
    )
    one, other = (
        clone(model).set_params(random_state=seed).fit(X, y) for seed in (1, 2)
    )
    assert not np.array_equal(one.task_frequencies_, other.task_frequencies_)


class Counting:
    """Count what a fit reports, and raise at some step as Ctrl-C does."""

    def __init__(self, last=None):
        self.last, self.names = last, []

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context, **data):
        pass

    def on_fit_task_end(self, estimator, context, **data):
        self.names.append(context.task_name)
        if len(self.names) == self.last:
            raise KeyboardInterrupt


@needs_callbacks
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_callbacks_see_every_subsample(n_jobs, capsys):
    X, y, _ = simulated.ragged()
    callback = Counting()
    model = StabilitySelection(GroupLasso(0.3), n_jobs=n_jobs, **FEW)
    model.set_callbacks(callback, ProgressBar()).fit(X, y)
    assert callback.names == ["subsample"] * 6 + ["fit"]
    assert "100%" in capsys.readouterr().out
    assert_same(model, StabilitySelection(GroupLasso(0.3), **FEW).fit(X, y))


@needs_callbacks
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_interrupted_fit_leaves_nothing_or_the_fit_before_it(n_jobs):
    X, y, _ = simulated.ragged()
    model = StabilitySelection(GroupLasso(0.3), n_jobs=n_jobs, **FEW)
    model.set_callbacks(Counting(last=3))
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    with pytest.raises(NotFittedError):
        model.get_support()
    model.set_callbacks().fit(X, y)
    before = vars(model).copy()
    with pytest.raises(ValueError, match="X holds 3 tasks, but y holds 2"):
        model.fit(X, y[:2])
    assert vars(model) == before


def test_fits_that_have_not_converged_are_counted():
    X, y, _ = simulated.ragged((25, 14, 30), 300)
    model = StabilitySelection(GroupLasso(0.01, tol=1e-12, max_iter=1), **FEW)
    with pytest.warns(ConvergenceWarning, match=r"in 6 fits .* of the GroupLasso") as w:
        model.fit(X, y)
    assert w[0].filename == __file__


# Halves of every task, in pairs.


def problem_of(X, y, sample_weight=None, **parameters):
    return read_task_data(GroupLasso(**parameters), X, y, sample_weight)


@given(
    st.lists(st.integers(2, 40), min_size=1, max_size=5),
    st.floats(0.05, 0.5),
    st.integers(0, 100),
)
def test_every_task_keeps_its_fraction_and_pairs_share_nothing(sizes, fraction, seed):
    if int(fraction * min(sizes)) == 0:
        fraction = 0.5
    X, y, _ = simulated.ragged(sizes)
    subsamples = Subsamples(problem_of(X, y), fraction, 6, seed)
    for pair in range(3):
        sides = subsamples.rows(2 * pair), subsamples.rows(2 * pair + 1)
        for one, other, n in zip(*sides, sizes, strict=True):
            assert len(one) == len(other) == int(fraction * n + 1e-9)
            assert len(np.unique(np.r_[one, other])) == 2 * len(one)
            for own in (one, other):
                assert_array_equal(own, np.sort(own))
                assert own.min() >= 0
                assert own.max() < n


def test_tasks_that_share_a_design_share_rows():
    X, y, _ = simulated.shared()
    assert len(Subsamples(problem_of(X, y), 0.5, 2, 0).rows(0)) == 1


def test_every_sample_is_drawn_alike():
    X, y, _ = simulated.ragged((7, 12))
    subsamples = Subsamples(problem_of(X, y), 0.5, 4000, 0)
    drawn = [subsamples.rows(b) for b in range(4000)]
    for k, n in enumerate((7, 12)):
        own = np.concatenate([rows[k] for rows in drawn])
        share = np.bincount(own, minlength=n) / 4000
        deviation = np.sqrt(0.25 / 4000)
        assert np.all(np.abs(share - (n // 2) / n) < 4 * deviation)


def test_pairs_of_samples_are_drawn_alike():
    """In a half of n samples, two are together with (n / 2 - 1) / (n - 1) / 2."""
    X, y, _ = simulated.ragged((8,))
    subsamples = Subsamples(problem_of(X, y), 0.5, 4000, 0)
    together = np.zeros((8, 8))
    for b in range(4000):
        (rows,) = subsamples.rows(b)
        together[np.ix_(rows, rows)] += 1 / 4000
    apart = together[~np.eye(8, dtype=bool)]
    assert np.all(np.abs(apart - 3 / 7 / 2) < 0.04)


def test_seeds_decide_and_the_order_of_asking_does_not():
    X, y, _ = simulated.ragged()
    problem = problem_of(X, y)
    one, other = (Subsamples(problem, 0.5, 10, 3) for _ in range(2))
    backwards = [other.rows(b) for b in range(9, -1, -1)][::-1]
    for b in range(10):
        for mine, his in zip(one.rows(b), backwards[b], strict=True):
            assert_array_equal(mine, his)
    different = Subsamples(problem, 0.5, 10, 4).rows(0)
    pairs = zip(one.rows(0), different, strict=True)
    assert any(not np.array_equal(a, b) for a, b in pairs)


def test_fewer_subsamples_are_the_first_of_more():
    X, y, _ = simulated.ragged()
    few, many = (Subsamples(problem_of(X, y), 0.5, n, 0) for n in (3, 20))
    for b in range(3):
        for mine, his in zip(few.rows(b), many.rows(b), strict=True):
            assert_array_equal(mine, his)


def test_samples_that_do_not_count_are_not_drawn():
    X, y, _ = simulated.ragged()
    weight = [np.ones(len(own)) for own in y]
    weight[0][::3] = 0.0
    y[1][5] = np.nan
    problem = problem_of(X, y, weight, missing_targets="ignore")
    subsamples = Subsamples(problem, 0.5, 40, 0)
    every = zip(*map(subsamples.rows, range(40)), strict=True)
    drawn = [np.concatenate(own) for own in every]
    assert set(drawn[0]) == set(np.flatnonzero(weight[0]))
    assert set(drawn[1]) == set(range(14)) - {5}
    assert len(subsamples.rows(0)[0]) == np.count_nonzero(weight[0]) // 2


@pytest.mark.parametrize("fraction", [0.5, 0.3])
def test_every_class_keeps_its_fraction(fraction):
    rng = np.random.default_rng(0)
    sizes = [13, 20, 7]
    y = rng.permutation(np.repeat([0.0, 1.0, 2.0], sizes))
    problem = problem_of(rng.standard_normal((40, 3)), y)
    subsamples = Subsamples(problem, fraction, 50, 0, classes=True)
    found = np.array(
        [np.bincount(y[subsamples.rows(b)[0]].astype(int)) for b in range(50)]
    )
    assert np.all(np.abs(found - fraction * np.array(sizes)) <= 1.0)
    assert np.all(found.sum(axis=1) == int(40 * fraction))


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((9, 1, 9), r"Task 1 has 1 sample.* sample_fraction=0\.5 leaves none"),
        ((1,), r"X has 1 sample.* sample_fraction=0\.5 leaves none"),
    ],
)
def test_tasks_too_small_to_be_cut(sizes, message):
    X, y, _ = simulated.ragged(sizes)
    with pytest.raises(ValueError, match=message):
        Subsamples(problem_of(X, y), 0.5, 10, 0)
