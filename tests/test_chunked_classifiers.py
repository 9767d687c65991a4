"""Classifiers on chunked X, beside fits in memory."""

import numpy as np
import pytest
import sklearn

import mutar_cy as mc
from mutar_cy.chunks import ChunkError, RowChunks, TaskStats

SIZES, N_FEATURES = {"a": 700, "b": 500}, 48
FREE = np.ones(N_FEATURES)
FREE[[3, 40]] = 0.0
FREE[7] = np.inf
Group, Ind = mc.GroupLassoClassifier, mc.IndLassoClassifier


def simulate():
    """Return designs, labels of two and of three classes, weights and offsets."""
    rng = np.random.default_rng(0)
    X, two, three, weights, offsets = {}, {}, {}, {}, {}
    for task, n in SIZES.items():
        W = rng.standard_normal(8)
        X[task] = rng.standard_normal((n, N_FEATURES)) + 0.5 * rng.standard_normal(
            (n, 1)
        )
        eta = X[task][:, :8] @ W + rng.logistic(size=n)
        two[task] = np.where(eta > 0.0, "yes", "no")
        three[task] = np.digitize(eta, [-1.0, 1.0])
        weights[task] = rng.integers(0, 3, n).astype(float)
        offsets[task] = 0.3 * rng.standard_normal(n)
    return X, two, three, weights, offsets


def lazily(X, n_rows=90):
    return {task: RowChunks(own, n_rows) for task, own in X.items()}


def compare(model, X, y, **given):
    memory = sklearn.clone(model).set_params(tol=1e-9).fit(X, y, **given)
    found = sklearn.clone(memory).fit(lazily(X), y, **given)
    assert 0 < memory.get_support().sum() < N_FEATURES
    np.testing.assert_array_equal(found.get_support(), memory.get_support())
    np.testing.assert_array_equal(found.classes_, memory.classes_)
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=1e-6)
    np.testing.assert_allclose(found.intercept_, memory.intercept_, atol=1e-6)
    np.testing.assert_allclose(found.objective_, memory.objective_, atol=1e-8)
    assert np.shape(found.dual_gap_) == np.shape(memory.dual_gap_)
    assert np.all(found.dual_gap_ < 1e-8)
    return memory, found


@pytest.mark.parametrize(
    "model",
    [
        Group(0.03),
        Group(0.03, groups=4, l1_ratio=0.3),
        Group(0.03, penalty_weights=FREE),
        Group(0.03, fit_intercept=False),
        Group(0.03, normalize="std"),
        Group(0.03, class_weight="balanced"),
        Ind([0.02, 0.05]),
        Ind(0.04, groups=4),
    ],
)
def test_two_classes(model):
    X, y, _, weights, offsets = simulate()
    compare(model, X, y)
    memory, found = compare(model, X, y, sample_weight=weights, offset=offsets)
    guess = found.predict_proba(lazily(X))
    for task, own in memory.predict_proba(X).items():
        np.testing.assert_allclose(guess[task], own, atol=1e-6)
    assert found.score(lazily(X), y) == pytest.approx(memory.score(X, y))


@pytest.mark.parametrize("model", [Group(0.03), Ind(0.04, class_weight={0: 2.0})])
def test_three_classes(model):
    X, _, y, weights, offsets = simulate()
    _, found = compare(model, X, y, sample_weight=weights)
    assert found.n_bytes_read_ == found.n_passes_ * sum(v.nbytes for v in X.values())
    for task, own in found.predict(X).items():
        np.testing.assert_array_equal(found.predict(lazily(X))[task], own)
    with pytest.raises(ValueError, match="offset is for two classes, but y has 3"):
        model.fit(lazily(X), y, offset=offsets)


def test_ordinary_fits_take_at_most_eight_passes():
    X, y, _, _, _ = simulate()
    assert 4 <= Group(0.03).fit(lazily(X), y).n_passes_ <= 8


def test_one_table_with_several_columns_of_labels():
    X, _, y, _, _ = simulate()
    X, y = X["a"], y["a"]
    y = np.column_stack([y, y[::-1]])
    model = Group(0.03, tol=1e-9)
    memory = sklearn.clone(model).fit(X, y)
    found = sklearn.clone(model).fit(RowChunks(X, 90), y)
    assert found.layout_ == memory.layout_ == "shared"
    np.testing.assert_allclose(found.coef_, memory.coef_, atol=1e-6)
    np.testing.assert_allclose(
        found.decision_function(RowChunks(X, 50)),
        memory.decision_function(X),
        atol=1e-5,
    )
    with pytest.raises(ValueError, match="class_weight is not available"):
        model.set_params(class_weight="balanced").fit(RowChunks(X, 90), y)


@pytest.mark.parametrize("kind", [Group, Ind])
def test_alpha_max_of_fits_without_coefficients(kind):
    X, two, three, _, _ = simulate()
    for y in (two, three):
        memory, found = kind(9.0).fit(X, y), kind(9.0).fit(lazily(X), y)
        np.testing.assert_allclose(found.alpha_max_, memory.alpha_max_, rtol=1e-9)


def test_what_is_refused():
    X, y, _, _, _ = simulate()
    with pytest.raises(ValueError, match="y of task 'a' has one class only, 'no'"):
        Group().fit(lazily(X), y | {"a": np.full(700, "no")})
    with pytest.raises(ValueError, match="needs the rows of X in memory"):
        mc.GroupLassoClassifierCV().fit(lazily(X), y)
    with pytest.raises(ValueError, match="DirtyClassifier needs the rows"):
        mc.DirtyClassifier().fit(lazily(X), y)
    stats = {t: TaskStats.from_chunk(X[t], np.zeros(len(X[t])), task=t) for t in X}
    with pytest.raises(ValueError, match="needs the rows of the data"):
        Group().fit(stats, None)


def test_a_chunk_that_fails_leaves_no_fit():
    X, y, _, _, _ = simulate()
    X["b"][321, 5] = np.inf
    model = Group(0.03)
    with pytest.raises(ChunkError, match=r"'b', rows 270 to 359 .*row 321, column 5"):
        model.fit(lazily(X), y)
    assert not [name for name in vars(model) if name.endswith("_")]
