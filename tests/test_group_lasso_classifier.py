"""GroupLassoClassifier: two classes, several classes, tasks, and scikit-learn."""

import numpy as np
import pandas as pd
import pytest
import simulated_glm
from draws import parametrize_with_few_checks
from glm_certificate import fit
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from simulated_glm import GROUPS, three_classes, two_classes
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.multiclass import OneVsRestClassifier

from mutar_cy import GroupLassoClassifier, alpha_max, stack_tasks


@parametrize_with_few_checks(
    [GroupLassoClassifier()],
    [
        GroupLassoClassifier(l1_ratio=0.5),
        GroupLassoClassifier(standardize_groups=True, tol=1e-10),
        GroupLassoClassifier(class_weight="balanced"),
    ],
)
def test_scikit_learn_agrees(estimator, check):
    check(estimator)


def classifier(alpha=0.03, groups=GROUPS, **params):
    return GroupLassoClassifier(groups=groups, alpha=alpha, **{"tol": 1e-10, **params})


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_two_classes(l1_ratio):
    X, y = two_classes()
    model = fit(classifier(l1_ratio=l1_ratio), X, y)
    assert model.classes_.tolist() == ["no", "yes"]
    assert model.coef_.shape == (1, 8)
    assert model.intercept_.shape == (1,)
    assert np.ndim(model.dual_gap_) == np.ndim(model.objective_) == 0
    decision = model.decision_function(X)
    assert_allclose(decision, X @ model.coef_[0] + model.intercept_[0], rtol=1e-12)
    probability = model.predict_proba(X)
    assert_allclose(probability[:, 1], 1 / (1 + np.exp(-decision)), rtol=1e-12)
    assert_allclose(probability.sum(axis=1), 1.0, rtol=1e-12)
    assert_array_equal(model.predict(X), np.where(decision > 0, "yes", "no"))
    assert model.score(X, y) == accuracy_score(y, model.predict(X))
    weight = np.arange(120.0)
    expected = accuracy_score(y, model.predict(X), sample_weight=weight)
    assert_allclose(model.score(X, y, sample_weight=weight), expected, rtol=1e-12)


def test_the_other_class_has_the_opposite_sign():
    X, y = two_classes()
    model = fit(classifier(), X, y)
    other = fit(classifier(), X, np.where(y == "yes", 0, 1))
    assert_allclose(other.coef_, -model.coef_, atol=1e-6)


def test_groups_of_one_are_scikit_learn_s_lasso():
    X, y = two_classes()
    model = fit(classifier(0.02, "auto", tol=1e-12), X, y)
    theirs = LogisticRegression(
        l1_ratio=1.0, C=1 / (0.02 * len(y)), solver="saga", tol=1e-10, max_iter=100_000
    ).fit(X, y)
    assert_allclose(model.coef_, theirs.coef_, atol=1e-5)
    assert_allclose(model.intercept_, theirs.intercept_, atol=1e-5)
    assert_allclose(model.predict_proba(X), theirs.predict_proba(X), atol=1e-5)


@pytest.mark.parametrize("class_weight", [None, "balanced", {"yes": 3.0}])
def test_without_penalty_it_is_scikit_learn_s(class_weight):
    X, y = two_classes()
    with pytest.warns(UserWarning, match=r"alpha=0.*LogisticRegression"):
        model = classifier(0.0, class_weight=class_weight).fit(X, y)
    theirs = LogisticRegression(C=np.inf, class_weight=class_weight, tol=1e-10)
    assert_allclose(model.coef_, theirs.fit(X, y).coef_, atol=1e-4)


def test_several_classes_are_one_against_the_rest():
    X, y = three_classes()
    model = fit(classifier(), X, y)
    assert model.coef_.shape == (3, 8)
    assert model.intercept_.shape == model.dual_gap_.shape == (3,)
    theirs = OneVsRestClassifier(classifier()).fit(X, y)
    for own, binary in zip(model.coef_, theirs.estimators_, strict=True):
        assert_array_equal(own, binary.coef_[0])
    assert_allclose(model.decision_function(X), theirs.decision_function(X), rtol=1e-12)
    assert_allclose(model.predict_proba(X), theirs.predict_proba(X), rtol=1e-9)
    assert_array_equal(model.predict(X), theirs.predict(X))
    rows = model.coef_.transpose(1, 0)
    assert_allclose(model.group_norms_, [np.linalg.norm(rows[g]) for g in GROUPS])
    assert_array_equal(model.get_support(), rows.any(axis=1))


def test_probabilities_far_out_are_probabilities():
    X, y = three_classes()
    probability = fit(classifier(), X, y).predict_proba(1e6 * X)
    assert_allclose(probability.sum(axis=1), 1.0, rtol=1e-12)


@pytest.mark.parametrize("data", [two_classes, three_classes])
def test_alpha_max(data):
    X, y = data()
    largest = alpha_max(classifier(), X, y)
    model = fit(classifier(largest * (1 + 1e-9)), X, y)
    assert not model.coef_.any()
    assert model.n_iter_ == 0
    assert fit(classifier(0.99 * largest), X, y).coef_.any()


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("layout", ["list", "stacked", "shared", "long", "dict"])
def test_tasks(classes, layout):
    rng = np.random.default_rng(3)
    sizes = (90, 90) if layout == "stacked" else (80, 110)
    X = [rng.standard_normal((n, 8)) for n in sizes]
    labels = np.array(list("abc"))[:classes]
    y = [
        labels[(x[:, :classes] + rng.gumbel(size=(len(x), classes))).argmax(1)]
        for x in X
    ]
    given, several = {}, (() if classes == 2 else (3,))
    expected = [(n, *several) for n in sizes]
    if layout == "stacked":
        X, y, expected = np.array(X), np.array(y), (2, 90, *several)
    elif layout == "shared":
        X, y, expected = X[0], np.stack([y[0], y[0][::-1]], 1), (80, 2, *several)
    elif layout in ("long", "dict"):
        y, expected = np.concatenate(y), (190, *several)
        X, given["task"] = np.vstack(X), np.repeat(["u", "v"], sizes)
    if layout == "dict":
        X = {"first": X[:, :3], "second": X[:, 3:]}
    model = fit(classifier(None if layout == "dict" else GROUPS), X, y, **given)
    assert model.classes_.tolist() == labels.tolist()
    assert model.coef_.shape == (3 if several else 1, 8, 2)
    assert model.intercept_.shape == (3 if several else 1, 2)
    decision, guess = (model.decision_function(X, **given), model.predict(X, **given))
    probability, score = model.predict_proba(X, **given), model.score(X, y, **given)
    if layout == "list":
        assert [own.shape for own in decision] == expected
        right = [np.mean(a == b) for a, b in zip(guess, y, strict=True)]
        assert all(np.allclose(own.sum(axis=-1), 1) for own in probability)
    else:
        assert decision.shape == expected
        right = np.mean(guess == y, axis=1 if layout == "stacked" else None)
        assert_allclose(probability.sum(axis=-1), 1.0)
    assert_allclose(score, right, rtol=1e-12)
    assert np.mean(score) > 0.5


def test_an_unseen_task_gets_the_mean():
    X, y = simulated_glm.own("logistic")
    X, y, task = stack_tasks(X, y, ["a", "b", "c"])
    model = fit(classifier(unseen_tasks="mean"), X, y, task=task)
    new = model.decision_function(X, task=np.full(len(y), "d"))
    expected = X @ model.coef_[0].mean(axis=1) + model.intercept_.mean()
    assert_allclose(new, expected, rtol=1e-12)
    table = np.column_stack([np.repeat([0.0, 1.0, 2.0], [60, 45, 70]), X])
    order = np.random.default_rng(0).permutation(len(y))
    model = classifier(task_column=0, unseen_tasks="mean")
    grid = GridSearchCV(model, {"alpha": [0.1, 0.01]}, cv=3)
    grid.fit(table[order], y[order])
    assert grid.best_score_ > 0.55


# Weights, offsets and faults of GroupLassoClassifier, and what it takes for data.


@pytest.mark.parametrize("l1_ratio", [0.0, 0.4])
def test_offsets_weights_and_what_is_not_penalised(l1_ratio):
    X, y = simulated_glm.own("logistic")
    weight, offset = simulated_glm.some_weights(y), simulated_glm.some_offsets(y)
    model = classifier(0.05, [0, 0, 0, -1, 1, 1, 2, 2], l1_ratio=l1_ratio)
    model.set_params(penalty_weights=[1.0, 0.0, np.inf], task_weight=[1.0, 2.0, 0.5])
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
    model = fit(classifier(), frame, pd.Series(y, dtype="category"))
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
