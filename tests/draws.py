"""Few of many cases: the same ones on every machine, and every value at least once."""

import itertools
import random
import zlib

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

FEW = 6  # of scikit-learn's checks, for a variant of a class that has passed them all


def draw(*axes, pairs=False, least=0, seed=0):
    """Return some of the product of the axes, in its order.

    Every value of every axis is in at least one case.

    Parameters
    ----------
    *axes : iterable
        Of two axes or more, the values in any order.
    pairs : bool, default=False
        Whether every pair of values of two axes is in a case too.
    least : int, default=0
        How many cases there are at least, drawn at random beyond those needed.
    seed : int, default=0
        Another number, another draw.

    Returns
    -------
    cases : list of tuple
    """
    axes = [list(axis) for axis in axes]
    product = list(itertools.product(*(range(len(axis)) for axis in axes)))
    random.Random(seed).shuffle(product)
    parts = 2 if pairs else 1
    missing = {part for case in product for part in _parts(case, parts)}
    drawn = []
    while missing:
        best = max(product, key=lambda case: len(missing & _parts(case, parts)))
        drawn.append(best)
        missing -= _parts(best, parts)
    beyond = [case for case in product if case not in set(drawn)]
    drawn += beyond[: max(0, least - len(drawn))]
    return [
        tuple(axis[n] for axis, n in zip(axes, case, strict=True))
        for case in sorted(drawn)
    ]


def _parts(case, size):
    """Return the values that a case has on one axis, or on two."""
    return set(itertools.combinations(enumerate(case), size))


def parametrize_few(names, *axes, ids=None, **options):
    """Parametrize a test by a draw from the product of the axes.

    Parameters
    ----------
    names : str
        Of the arguments, separated by commas, one per axis.
    *axes : iterable
    ids : callable, default=None
        From a value to its name.
    **options : dict
        Of `draw`.
    """
    cases = draw(*axes, **options)
    return pytest.mark.parametrize(names, cases, ids=ids)


def parametrize_with_few_checks(whole, variants=(), failures=None):
    """Parametrize a test by scikit-learn's checks, as its own decorator does.

    Parameters
    ----------
    whole : list of estimator
        One per class: all checks.
    variants : list of estimator
        Of the same classes, with other parameters: a few checks each, others for
        every variant.
    failures : callable, default=None
        As ``expected_failed_checks`` of scikit-learn's decorator.
    """
    mark = parametrize_with_checks(whole, expected_failed_checks=failures).mark
    names, cases = mark.args
    cases = list(cases)
    for estimator in variants:
        own = parametrize_with_checks([estimator], expected_failed_checks=failures)
        seed = zlib.crc32(repr(estimator).encode())
        cases += random.Random(seed).sample(list(own.mark.args[1]), FEW)
    return pytest.mark.parametrize(names, cases, **mark.kwargs)
