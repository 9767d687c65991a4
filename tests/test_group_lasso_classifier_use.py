"""Weights, offsets and faults of GroupLassoClassifier, and what it takes for data."""

import numpy as np
import pandas as pd
import pytest
import simulated_glm
from glm_certificate import fit
from numpy.testing import assert_allclose
from scipy import sparse
from simulated_glm import GROUPS, three_classes, two_classes
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning
from sklearn.model_selection import cross_val_predict

from mutar_cy import GroupLassoClassifier


def classifier(alpha=0.03, groups=GROUPS, **params):
    return GroupLassoClassifier(groups, alpha, **{"tol": 1e-10, **params})


@pytest.mark.parametrize("l1_ratio", [0.0, 0.4])
def test_offsets_weights_and_what_is_not_penalised(l1_ratio):
    X, y = simulated_glm.own("logistic")
    weight, offset = simulated_glm.some_weights(y), simulated_glm.some_offsets(y)
    model = classifier(0.05, [0, 0, 0, -1, 1, 1, 2, 2], l1_ratio=l1_ratio)
    model.set_params(group_weights=[1.0, 0.0, np.inf], task_weight=[1.0, 2.0, 0.5])
    fit(model, X, y, sample_weight=weight, offset=offset)
    assert model.coef_[0, 3:6].all()
    assert not model.coef_[0, 6:].any()
    plain = model.decision_function(X)
    moved = model.decision_function(X, offset=offset)
    for a, b, o in zip(plain, moved, offset, strict=True):
        assert_allclose(b - a, o, rtol=1e-9)


def test_a_weight_is_so_many_repetitions():
    X, y = two_classes()
    count = np.random.default_rng(3).integers(0, 4, len(y))
    several = X.repeat(count, axis=0), y.repeat(count)
    model = fit(classifier(), X, y, sample_weight=count)
    assert_allclose(model.coef_, fit(classifier(), *several).coef_, atol=1e-6)
    balanced = classifier(class_weight="balanced")
    coef = balanced.fit(X, y, sample_weight=count).coef_
    assert_allclose(coef, balanced.fit(*several).coef_, atol=1e-6)
    assert np.abs(coef - model.coef_).max() > 1e-3


def test_class_weights_are_sample_weights():
    X, y = three_classes()
    model = classifier(class_weight={5: 2.0, 9: 0.5}).fit(X, y)
    weight = np.array([2.0, 1.0, 0.5])[np.searchsorted([5, 7, 9], y)]
    assert_allclose(model.coef_, fit(classifier(), X, y, sample_weight=weight).coef_)


def test_a_class_without_weight_is_none():
    X, y = three_classes()
    weight = np.where(y == 7, 0.0, 1.0)
    model = classifier().fit(X, y, sample_weight=weight)
    kept = weight > 0
    other = fit(classifier(), X[kept], y[kept])
    assert model.classes_.tolist() == [5, 9]
    assert_allclose(model.coef_, other.coef_, atol=1e-7)
    assert model.score(X, y) == np.mean(model.predict(X) == y)


def test_warm_start():
    X, y = three_classes()
    model = fit(classifier(warm_start=True), X, y)
    assert model.n_iter_ > 0
    assert fit(model, X, y).n_iter_ == 0
    with pytest.raises(ValueError, match=r"(?s)warm_start.*3, 8.*1, 8"):
        model.fit(X, y > 5)


def test_sparse_single_precision_and_tables():
    X, y = two_classes()
    expected = fit(classifier(), X, y).coef_
    assert_allclose(
        fit(classifier(), sparse.csr_array(X), y).coef_, expected, atol=1e-6
    )
    frame = pd.DataFrame(X).add_prefix("a__")
    model = fit(classifier(groups="auto"), frame, pd.Series(y, dtype="category"))
    assert model.group_names_ == ["a"]
    narrow = fit(classifier(tol=1e-4), X.astype(np.float32), y)
    assert (
        narrow.coef_.dtype == narrow.predict_proba(X.astype("f4")).dtype == np.float32
    )


def test_standardized_groups_and_positive_coefficients():
    X, y = two_classes()
    fit(classifier(standardize_groups=True), X, y)
    assert (fit(classifier(positive=True), X, y).coef_ >= 0).all()


def test_a_column_of_labels_is_taken_with_a_warning():
    X, y = two_classes()
    with pytest.warns(DataConversionWarning, match="column-vector"):
        model = classifier().fit(X, y[:, None])
    assert model.predict(X).shape == y.shape


def test_cross_validation():
    X, y = three_classes()
    probability = cross_val_predict(clone(classifier()), X, y, method="predict_proba")
    assert np.mean(np.unique(y)[probability.argmax(axis=1)] == y) > 0.5


def test_classes():
    X, y = simulated_glm.own("logistic", (20, 30))
    with pytest.raises(ValueError, match=r"y has one class only, 'a'"):
        GroupLassoClassifier().fit(X[0], ["a"] * 20)
    with pytest.raises(ValueError, match=r"y of task 1 has one class only, 1\.0"):
        GroupLassoClassifier().fit(X, [y[0], np.ones(30)])
    task = np.repeat(["u", "v"], [20, 30])
    labels = np.where(task == "u", np.arange(50) % 2, np.arange(50) % 3)
    with pytest.raises(ValueError, match="y of task 'u' has no sample of class 2"):
        GroupLassoClassifier().fit(np.vstack(X), labels, task=task)
    weight = np.where(y[0] == 1, 0.0, 1.0)
    with pytest.raises(ValueError, match=r"one class only, 0\.0"):
        GroupLassoClassifier().fit(X[0], y[0], sample_weight=weight)
    with pytest.raises(ValueError, match="Unknown label type"):
        GroupLassoClassifier().fit(X[0], X[0][:, 0])
    with pytest.raises(ValueError, match="offset is for two classes, but y has 3"):
        GroupLassoClassifier().fit(X[1], np.arange(30) % 3, offset=np.zeros(30))
