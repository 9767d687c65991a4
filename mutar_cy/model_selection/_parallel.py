"""Pieces of work side by side, with one BLAS thread each."""

from contextlib import suppress
from itertools import chain
from threading import get_ident

from sklearn.utils.parallel import Parallel, delayed

from mutar_cy._lib import one_blas_thread


def _in_turn(function, item, caller):
    with one_blas_thread(alone=get_ident() != caller):
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
    caller = get_ident()
    with one_blas_thread():
        results = parallel(delayed(_in_turn)(function, item, caller) for item in items)
        try:
            yield from chain(results)  # which is not closed along, unlike results
        except GeneratorExit:
            with suppress(_Enough):
                results.throw(_Enough)  # joblib warns of work left when it is closed
            raise
