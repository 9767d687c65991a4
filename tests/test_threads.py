"""Threads change neither results nor the settings of BLAS, and hide no error."""

import threading

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from threadpoolctl import threadpool_info, threadpool_limits

from mutar_cy import GroupLasso, regularization_path
from mutar_cy._lib import _threads, one_blas_thread, pieces, share_out
from mutar_cy.designs import DesignTargets, make_scaled_data
from mutar_cy.designs._products import times
from mutar_cy.linear_model import lasso_path

LARGE = _threads.FEWEST * _threads.PIECE


@pytest.fixture
def three(monkeypatch):
    """Pretend that the user lets BLAS have three threads."""
    monkeypatch.setattr(_threads, "n_threads", lambda: 3)


def blas_threads():
    return {i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas"}


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(2000, 1000), (30_000, 60), (50, 40_000), (7, 5)])
def test_products_are_the_same_for_any_number_of_threads(shape, order, monkeypatch):
    monkeypatch.setattr(_threads, "PIECE", 1_000_000)
    rng = np.random.default_rng(0)
    X = np.asarray(rng.standard_normal(shape), order=order)
    left = rng.standard_normal((3, shape[0]))
    alone = times(left, X)
    monkeypatch.setattr(_threads, "n_threads", lambda: 3)
    with one_blas_thread():
        assert_array_equal(times(left, X), alone)
    assert_allclose(alone, left @ X, atol=1e-10)


def test_own_designs_are_shared_out(monkeypatch):
    monkeypatch.setattr(_threads, "PIECE", 1)
    rng = np.random.default_rng(0)
    parts = [
        DesignTargets(rng.standard_normal((n, 40)), rng.standard_normal((n, 2)))
        for n in (20, 31, 12, 25)
    ]
    scaled = make_scaled_data(parts)
    alone = scaled.correlate(scaled.targets)
    monkeypatch.setattr(_threads, "n_threads", lambda: 3)
    with one_blas_thread():
        assert_array_equal(scaled.correlate(scaled.targets), alone)


@pytest.mark.parametrize("length", [1, 3, 7, 1000])
@pytest.mark.parametrize("cost", [0, 1, LARGE - 1, LARGE, 100 * LARGE])
def test_pieces_cover_a_range_once(length, cost):
    parts = pieces(length, cost)
    assert [i for part in parts for i in range(length)[part]] == list(range(length))
    assert len(parts) == 1 or (cost >= LARGE and len(parts) >= _threads.FEWEST)


def test_work_is_done_once_by_several_threads(three):
    seen, threads = [], set()
    both = threading.Barrier(2, timeout=10)

    def work(item):
        seen.append(item)
        threads.add(threading.get_ident())
        if item < 2:
            both.wait()  # returns only if another thread works at the same time

    with one_blas_thread():
        share_out(work, range(20), LARGE)
    assert sorted(seen) == list(range(20))
    assert len(threads) >= 2


@pytest.mark.parametrize("cost", [0, LARGE])
def test_errors_of_shared_work_are_raised(three, cost):
    def work(item):
        if item == 5:
            raise RuntimeError("item 5")

    with one_blas_thread(), pytest.raises(RuntimeError, match="item 5"):
        share_out(work, range(20), cost)


def test_work_within_shared_work_stays_in_its_thread(three):
    owners = {}

    def inner(item):
        owners[item] = threading.get_ident()

    def outer(item):
        share_out(inner, [10 * item + k for k in range(5)], LARGE)
        assert {owners[10 * item + k] for k in range(5)} == {threading.get_ident()}

    with one_blas_thread():
        share_out(outer, range(1, 9), LARGE)
    assert len(owners) == 40


@pytest.mark.parametrize("alone", [False, True])
def test_blas_gets_its_threads_back(alone):
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        with one_blas_thread(alone=alone):
            assert blas_threads() == {1}
            with pytest.raises(RuntimeError, match="within"), one_blas_thread():
                raise RuntimeError("within")
            assert blas_threads() == {1}
        assert blas_threads() == before


def test_blas_has_one_thread_until_the_last_fit_ends():
    entered, leave = threading.Event(), threading.Event()

    def other():
        with one_blas_thread():
            entered.set()
            leave.wait(10)

    with threadpool_limits(2, user_api="blas"):
        before, thread = blas_threads(), threading.Thread(target=other)
        with one_blas_thread():
            thread.start()
            assert entered.wait(10)
        assert blas_threads() == {1}
        leave.set()
        thread.join()
        assert blas_threads() == before


def test_solvers_run_with_one_blas_thread(monkeypatch):
    """In fits and along paths, products find BLAS with one thread."""
    from mutar_cy.designs import DenseDesign

    counts, correlate = [], DenseDesign.correlate

    def watched(self, *args, **kwargs):
        counts.append(blas_threads())
        return correlate(self, *args, **kwargs)

    monkeypatch.setattr(DenseDesign, "correlate", watched)
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((20, 30)), rng.standard_normal((20, 3))
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        GroupLasso(0.1).fit(X, y)
        regularization_path(GroupLasso(), X, y, alphas=3)
        lasso_path(X, y, alphas=3)
        assert blas_threads() == before
    assert counts
    assert all(found == {1} for found in counts)
