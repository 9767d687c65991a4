"""Samples that depend on each other: folds and halves keep their clusters whole."""

import numpy as np
import pandas as pd
import pytest
import simulated
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score

from mutar_cy import (
    DirtyModelCV,
    GroupLasso,
    GroupLassoClassifierCV,
    GroupLassoCV,
    IndLassoCV,
)
from mutar_cy.model_selection import StabilitySelection, TaskGroupKFold, make_folds
from mutar_cy.model_selection._subsamples import ClusterSubsamples


def folds_of(splitter, **given):
    n = len(given["groups"])
    pairs = list(splitter.split(np.zeros((n, 1)), **given))
    assert_array_equal(np.sort(np.concatenate([t for _, t in pairs])), np.arange(n))
    for train, test in pairs:
        assert_array_equal(np.sort(np.r_[train, test]), np.arange(n))
    return pairs


@given(st.data())
def test_groups_are_whole_and_tasks_are_in_every_fold(data):
    n_splits = data.draw(st.integers(2, 5))
    n_tasks = data.draw(st.integers(1, 4))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    groups, task = [], []
    for k in range(n_tasks):
        count = data.draw(st.integers(n_splits, 12))
        sizes = rng.integers(1, 6, count)
        groups += np.repeat([f"{k}-{i}" for i in range(count)], sizes).tolist()
        task += [k] * sizes.sum()
    order = rng.permutation(len(groups))
    groups, task = np.array(groups)[order], np.array(task)[order]
    shuffle = data.draw(st.booleans())
    splitter = TaskGroupKFold(
        n_splits, shuffle=shuffle, random_state=0 if shuffle else None
    )
    pairs = folds_of(splitter, groups=groups, task=task)
    assert len(pairs) == splitter.get_n_splits() == n_splits
    for train, test in pairs:
        assert not set(groups[train]) & set(groups[test])
        assert set(task[test]) == set(task[train]) == set(range(n_tasks))


def test_folds_have_about_as_many_samples_of_every_task():
    rng = np.random.default_rng(0)
    sizes = rng.integers(1, 20, 60)
    groups, task = np.repeat(np.arange(60), sizes), np.repeat(np.arange(60) % 3, sizes)
    held = np.array(
        [
            np.bincount(task[t])
            for _, t in folds_of(TaskGroupKFold(5), groups=groups, task=task)
        ]
    )
    shares = held / np.bincount(task)
    assert np.abs(shares - 0.2).max() < 0.03
    # A group of every size would be in one fold if they went in their order.
    unequal = TaskGroupKFold(5, shuffle=True, random_state=1)
    other = [t for _, t in folds_of(unequal, groups=groups, task=task)]
    same = [t for _, t in folds_of(unequal, groups=groups, task=task)]
    for one, again in zip(other, same, strict=True):
        assert_array_equal(one, again)


def test_a_subject_of_several_tasks_is_in_one_fold():
    groups = np.tile(np.repeat(np.arange(10), 2), 3)
    task = np.repeat(["a", "b", "c"], 20)
    for train, test in folds_of(TaskGroupKFold(5), groups=groups, task=task):
        assert not set(groups[train]) & set(groups[test])
        assert np.unique(task[test], return_counts=True)[1].tolist() == [4, 4, 4]


def test_without_tasks_all_samples_are_one():
    groups = np.repeat(list("abcd"), [4, 3, 2, 1])
    pairs = folds_of(TaskGroupKFold(2), groups=groups)
    assert [sorted(set(groups[test])) for _, test in pairs] == [["a", "d"], ["b", "c"]]


def test_messages_of_the_splitter():
    X, groups = np.zeros((6, 1)), np.repeat(np.arange(3), 2)
    with pytest.raises(ValueError, match="needs groups="):
        next(TaskGroupKFold(2).split(X))
    task = ["a"] * 4 + ["b"] * 2
    with pytest.raises(ValueError, match=r"Task 'b' has 1 groups, .* n_splits=2"):
        next(TaskGroupKFold(2).split(X, groups=groups, task=task))
    with pytest.raises(ValueError, match="groups has 5 labels, but X has 6 samples"):
        next(TaskGroupKFold(2).split(X, groups=groups[:5]))
    with pytest.raises(ValueError, match="n_splits must be an integer"):
        TaskGroupKFold(1)
    with pytest.raises(ValueError, match="random_state has no effect"):
        TaskGroupKFold(3, random_state=0)


def repeated(seed=0, sizes=(12, 10), copies=10, p=6):
    """Return ragged tasks in which every row is there ten times, and its subject."""
    X, y, _ = simulated.ragged(sizes, n_features=p, seed=seed)
    X, y = ([np.repeat(own, copies, axis=0) for own in each] for each in (X, y))
    subject = [np.repeat(np.arange(n), copies) + 100 * k for k, n in enumerate(sizes)]
    return X, y, subject


def test_folds_never_split_ten_identical_rows():
    X, y, subject = repeated()
    model = GroupLassoCV(alphas=5)
    objective = model._objective(model._model()._read(X, y))
    codes = np.unique(np.concatenate(subject), return_inverse=True)[1]
    for cv in (None, 4, GroupKFold(3), TaskGroupKFold(3)):
        for train, test in make_folds(objective, cv, clusters=codes):
            for k, own in enumerate(subject):
                assert not set(own[train[k]]) & set(own[test[k]])
    with pytest.raises(ValueError, match=r"Fold 0 of cv=KFold.* splits \d+ clusters"):
        make_folds(objective, KFold(3, shuffle=True, random_state=0), clusters=codes)


@pytest.mark.parametrize("cv_class", [GroupLassoCV, IndLassoCV, DirtyModelCV])
def test_layouts_choose_by_the_same_folds(cv_class):
    X, y, subject = repeated()
    given = {"alphas": 6, "cv": 4}
    expected = cv_class(**given).fit(X, y, clusters=subject)
    plain = cv_class(**given).fit(X, y)
    # Copies of held-out rows are in training: the error looks smaller than it is.
    assert plain.mse_path_.mean() < expected.mse_path_.mean()
    end_to_end = cv_class(**given).fit(X, y, clusters=np.concatenate(subject))
    assert_array_equal(end_to_end.mse_path_, expected.mse_path_)
    names = dict(zip("ab", X, strict=True)), dict(zip("ab", y, strict=True))
    by_name = cv_class(**given).fit(
        *names, clusters=dict(zip("ab", subject, strict=True))
    )
    assert_array_equal(by_name.mse_path_, expected.mse_path_)
    task = np.repeat(["a", "b"], [len(own) for own in y])
    table = pd.DataFrame(np.concatenate(X)).add_prefix("x").assign(site=task)
    order = np.random.default_rng(0).permutation(len(table))
    long = cv_class(**given, task_column="site").fit(
        table.iloc[order],
        np.concatenate(y)[order],
        clusters=np.concatenate(subject)[order],
    )
    np.testing.assert_allclose(long.mse_path_, expected.mse_path_, rtol=1e-4)
    splitter = TaskGroupKFold(4, task_column="site")
    again = cv_class(**{**given, "cv": splitter}, task_column="site").fit(
        table, np.concatenate(y), clusters=np.concatenate(subject)
    )
    np.testing.assert_allclose(again.mse_path_, expected.mse_path_, rtol=1e-4)


def test_shared_designs_and_classes():
    rng = np.random.default_rng(0)
    X = np.repeat(rng.standard_normal((30, 4)), 3, axis=0)
    Y = X[:, :1] + rng.standard_normal((90, 2))
    subject = np.repeat(np.arange(30), 3)
    model = GroupLassoCV(alphas=5).fit(X, Y, clusters=subject)
    assert model.mse_path_.shape == (5, 5)
    labels = (Y > 0).astype(int)
    classifier = GroupLassoClassifierCV(alphas=5).fit(X, labels, clusters=subject)
    assert classifier.deviance_path_.shape == (5, 5)


def test_messages_of_cross_validation():
    X, y, subject = repeated()
    with pytest.raises(ValueError, match=r"groups= and clusters= were given"):
        GroupLassoCV().fit(X, y, groups=np.concatenate(subject), clusters=subject)
    with pytest.raises(ValueError, match=r"criterion='bic' makes none"):
        GroupLassoCV(criterion="bic").fit(X, y, clusters=subject)
    with pytest.raises(ValueError, match="clusters of task 1 has 99 labels"):
        GroupLassoCV().fit(X, y, clusters=[subject[0], subject[1][1:]])


def test_tools_of_scikit_learn_take_the_splitter():
    X, y, subject = repeated()
    task = np.repeat(["a", "b"], [len(own) for own in y])
    table = pd.DataFrame(np.concatenate(X)).add_prefix("x").assign(site=task)
    splitter = TaskGroupKFold(4, task_column="site")
    model, groups = GroupLasso(0.1, task_column="site"), np.concatenate(subject)
    scores = cross_val_score(
        model, table, np.concatenate(y), cv=splitter, groups=groups
    )
    assert scores.shape == (4,)
    search = GridSearchCV(model, {"alpha": [0.1, 1.0]}, cv=splitter)
    search.fit(table, np.concatenate(y), groups=groups)
    assert search.best_params_["alpha"] in (0.1, 1.0)


@given(
    st.lists(st.integers(2, 15), min_size=1, max_size=4),
    st.booleans(),
    st.integers(0, 100),
)
def test_halves_have_whole_clusters_and_pairs_share_none(sizes, crossed, seed):
    rng = np.random.default_rng(seed)
    if crossed:
        sizes = [max(sizes) + 4] * len(sizes)
    counts = [rng.integers(1, 5, n) for n in sizes]
    X, y, _ = simulated.ragged([int(own.sum()) for own in counts])
    clusters = [
        np.repeat(np.arange(n) + (0 if crossed else 100 * k), own)
        for k, (n, own) in enumerate(zip(sizes, counts, strict=True))
    ]
    data = GroupLasso(alpha=0.1)._read(X, y)
    halves = ClusterSubsamples(data, 0.5, 6, seed, clusters)
    for pair in range(3):
        sides = halves.rows(2 * pair), halves.rows(2 * pair + 1)
        drawn = []
        for rows in sides:
            inside = set()
            for own, labels in zip(rows, clusters, strict=True):
                assert_array_equal(own, np.sort(own))
                inside |= set(labels[own])
            drawn.append(inside)
            for own, labels in zip(rows, clusters, strict=True):
                assert np.isin(labels, list(inside)).sum() == len(own)
                n = len(np.unique(labels))
                assert len(np.unique(labels[own])) == n // 2
        assert not drawn[0] & drawn[1]


def test_halves_of_clusters_with_one_sample_are_halves_of_samples():
    X, y, _ = simulated.ragged((20, 14))
    given = {"n_subsamples": 20, "random_state": 0}
    plain = StabilitySelection(GroupLasso(0.2), **given).fit(X, y)
    alone = StabilitySelection(GroupLasso(0.2), **given).fit(
        X, y, clusters=np.arange(34)
    )
    assert_array_equal(plain.selection_frequencies_, alone.selection_frequencies_)


def test_the_bound_holds_for_clusters_where_it_does_not_for_samples():
    false, bounds = {"samples": [], "clusters": []}, {"samples": [], "clusters": []}
    for seed in range(12):
        rng = np.random.default_rng(seed)
        # Thirty subjects in each task, with ten rows that are the same.
        X = [np.repeat(rng.standard_normal((30, 40)), 10, axis=0) for _ in range(2)]
        y = [x[:, 0] + np.repeat(rng.standard_normal(30), 10) for x in X]
        subject = [np.repeat(np.arange(30), 10) + 100 * k for k in range(2)]
        for how, clusters in (("samples", None), ("clusters", subject)):
            selection = StabilitySelection(
                GroupLasso(),
                alphas=10,
                max_features=8,
                threshold=0.9,
                n_subsamples=30,
                random_state=0,
            ).fit(X, y, clusters=clusters)
            false[how].append(selection.support_[1:].sum())
            bounds[how].append(selection.error_bound_)
    assert np.mean(false["clusters"]) <= np.mean(bounds["clusters"])
    assert np.mean(false["samples"]) > 1.5 * np.mean(bounds["samples"])


def test_messages_of_stability_selection():
    X, y, subject = repeated()
    selection = StabilitySelection(GroupLasso(0.1))
    with pytest.raises(ValueError, match=r"Task 1 has 1 cluster.* leaves none"):
        selection.fit(X, y, clusters=[subject[0], np.full(100, 99)])
    with pytest.raises(ValueError, match="clusters of task 0 has 5 labels"):
        selection.fit(X, y, clusters=[subject[0][:5], subject[1]])
