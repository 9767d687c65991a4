"""Threads: one for BLAS while a solver runs, some of our own for large products.

A fit makes small products by the thousand. A BLAS with threads waits at the end of each
until all of them are done, and where a core has other work to do that takes longer than
the product by itself, up to a hundred times. So BLAS gets one thread in a fit. Large
products are shared out in pieces to threads that take the next piece when they are done
with one, so that a thread that is held up does not hold up the others.
"""

import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from itertools import pairwise
from typing import Any

from threadpoolctl import ThreadpoolController

# Multiplications of a piece of shared work: some 2 ms. A thread that is held up, as if
# the machine is busy, then has a small part of the whole.
PIECE = 30_000_000
# Pieces from which work is shared out, and pieces at most: larger products are faster.
FEWEST, MOST = 4, 8


@functools.cache
def _libraries():
    """Find the BLAS libraries of this process, those of NumPy and SciPy at least."""
    for module in ("numpy", "scipy.linalg.cython_blas"):
        import_module(module)
    found = ThreadpoolController().select(user_api="blas").lib_controllers
    return [library for library in found if library.get_num_threads() is not None]


def _set_one():
    """Set BLAS to one thread; return what has to be set to go back."""
    before = [(library, library.get_num_threads()) for library in _libraries()]
    several = [pair for pair in before if pair[1] != 1]
    for library, _ in several:
        _set(library, 1)
    return several


def _set_back(several):
    for library, number in several:
        _set(library, number)


def _set(library, number):
    # threadpoolctl 3.8 ignores all threads but the one that has set a
    # number first, until that is cleared. The guard is what keeps threads apart here.
    clear = getattr(library, "clear_controlling_thread", None)
    if clear is not None:
        clear(force=True)
    library.set_num_threads(number)
    if clear is not None:
        clear(force=True)


class _Guard:
    """Keep BLAS at one thread while anybody wants it: its setting is the process's."""

    def __init__(self):
        self.lock, self.users, self.several = threading.Lock(), 0, []

    def __enter__(self):
        with self.lock:
            if self.users == 0:
                self.several = _set_one()
            self.users += 1

    def __exit__(self, *error):
        with self.lock:
            self.users -= 1
            if self.users == 0:
                _set_back(self.several)


class _Here(threading.local):
    """What holds in a thread: whether it is one of several at work already."""

    busy = False


_guard, _here = _Guard(), _Here()


@contextmanager
def one_blas_thread(*, alone=False):
    """Let BLAS have one thread, so that results do not depend on how many there are.

    Parameters
    ----------
    alone : bool, default=False
        Whether work in this thread is not shared out either, since there are others.
    """
    busy, _here.busy = _here.busy, _here.busy or alone
    try:
        with _guard:
            several = _set_one()  # of a BLAS whose setting is the thread's own
            try:
                yield
            finally:
                _set_back(several)
    finally:
        _here.busy = busy


def n_threads():
    """Return how many threads the user lets BLAS have, within a fit: now our own."""
    return max((number for _, number in _guard.several), default=1)


@functools.cache
def _pool(n_helpers):
    return ThreadPoolExecutor(n_helpers, thread_name_prefix="mutar_cy")


def share_out(work, items, cost):
    """Call ``work(item)`` for all items, in several threads if that pays.

    Only within :func:`one_blas_thread`; otherwise one after the other.

    Parameters
    ----------
    work : callable
        Mostly outside the interpreter. Calls must not depend on each other.
    items : sequence
    cost : float
        Multiplications of all calls.
    """
    helpers = min(n_threads(), len(items)) - 1
    if helpers < 1 or _here.busy or cost < FEWEST * PIECE or _guard.users == 0:
        for item in items:
            work(item)
        return
    _share(work, items, helpers)


def _share(work, items, n_helpers):
    todo, lock = iter(items), threading.Lock()

    def drain():
        with one_blas_thread(alone=True):
            while True:
                with lock:
                    item = next(todo, lock)
                if item is lock:
                    return
                work(item)

    futures: list[Any] = [_pool(n_helpers).submit(drain) for _ in range(n_helpers)]
    try:
        drain()
    finally:
        with lock:
            todo = iter(())  # also if this thread was interrupted
        # A helper that has not begun has nothing left to do: it may not even exist any
        # more, after a fork.
        for future in futures:
            if not future.cancel():
                future.result()


def pieces(length, cost):
    """Return slices of a range, each worth `PIECE` or more; one if the range is not.

    They do not depend on the number of threads, and so neither do results.

    Parameters
    ----------
    length : int
    cost : float
        Multiplications of the whole range.
    """
    count = min(length, MOST, int(cost / PIECE))
    count = count if count >= FEWEST else 1
    edges = [length * k // count for k in range(count + 1)]
    return [slice(*pair) for pair in pairwise(edges)]
