"""Pieces of work side by side, with one BLAS thread each."""

import functools
import threading
from contextlib import contextmanager, suppress
from itertools import chain
from typing import Any

from sklearn.utils.parallel import Parallel, delayed
from threadpoolctl import ThreadpoolController


@functools.cache
def _libraries():
    """Find the BLAS libraries of this process."""
    return ThreadpoolController()


class _Guard:
    """Keep BLAS at one thread while anybody wants it: its setting is the process's."""

    def __init__(self):
        self.lock, self.users = threading.Lock(), 0
        self.limiter: Any = None

    def __enter__(self):
        with self.lock:
            self.users += 1
            if self.users == 1:
                self.limiter = _limit()

    def __exit__(self, *error):
        with self.lock:
            self.users -= 1
            if self.users == 0:
                self.limiter.restore_original_limits()


def _limit():
    return _libraries().limit(limits=1, user_api="blas")


_guard = _Guard()


@contextmanager
def one_blas_thread():
    """Let BLAS have one thread, so that results do not depend on how many there are."""
    with _guard, _limit():  # the second for a BLAS whose setting is the thread's own
        yield


def _alone(function, item):
    with one_blas_thread():
        return function(*item)


class _Enough(Exception):
    """Nobody waits for the other results."""


def run_all(function, items, n_jobs, verbose=0):
    """Yield ``function(*item)`` for all items, in their order.

    Whoever may stop before the end closes the generator, for BLAS and for the workers.

    Threads are enough, since kernels release the interpreter, unless the user's
    ``joblib.parallel_config`` says otherwise.

    Parameters
    ----------
    function : callable
    items : iterable of tuple
    n_jobs : int or None
    verbose : bool or int, default=0
        As joblib takes them.
    """
    parallel = Parallel(
        n_jobs=n_jobs, verbose=verbose, prefer="threads", return_as="generator"
    )
    with one_blas_thread():
        results = parallel(delayed(_alone)(function, item) for item in items)
        try:
            yield from chain(results)  # which is not closed along, unlike results
        except GeneratorExit:
            with suppress(_Enough):
                results.throw(_Enough)  # joblib warns of work left when it is closed
            raise
