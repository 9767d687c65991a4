"""Halves of every task, in pairs."""

import numpy as np
import pytest
import simulated
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from mutar_cy import GroupLasso
from mutar_cy.model_selection._subsamples import Subsamples
from mutar_cy.tasks import read_task_data


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
