"""Few of many cases: the same ones on every machine, and every value at least once."""

import collections
import itertools
import random
import zlib

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

LARGE = 16  # cases of one test, of which all are run
FEW = 6  # of scikit-learn's checks, for a variant of a class that has passed them all


def draw(cases, *, pairs=False, least=0, seed=0):
    """Return the positions of some cases, together with every value of every axis.

    Parameters
    ----------
    cases : list of tuple
        Each with a value on every axis; all of a product, or some of it.
    pairs : bool, default=False
        Whether every pair of values of two axes is in a case too.
    least : int, default=0
        Number of cases at least: others are drawn besides those needed.
    seed : int, default=0
        Another number, another draw.

    Returns
    -------
    positions : list of int
        In ascending order.
    """
    size = 2 if pairs and len(cases[0]) > 1 else 1
    parts = [set(itertools.combinations(enumerate(case), size)) for case in cases]
    order = list(range(len(cases)))
    random.Random(seed).shuffle(order)
    missing, drawn, useful = set().union(*parts), [], order
    while missing:
        best = max(useful, key=lambda n: len(missing & parts[n]))
        drawn.append(best)
        missing -= parts[best]
        useful = [n for n in useful if missing & parts[n]]
    beyond = [n for n in order if n not in drawn]
    return sorted(drawn + beyond[: max(0, least - len(drawn))])


def drawn_items(items):
    """Return tests without the cases that draws leave out.

    The marker ``drawn`` asks for a draw, and tells its options. Of other products, if
    they are large, every pair of values is drawn.
    """
    products = collections.defaultdict(list)
    for item in items:
        if hasattr(item, "callspec"):
            products[item.nodeid.split("[")[0]].append(item)
    left_out = set()
    for name, own in products.items():
        mark = own[0].get_closest_marker("drawn")
        if mark is None and len(own) <= LARGE:
            continue
        options = {"pairs": True} if mark is None else mark.kwargs
        # By identity, since some values cannot be compared.
        cases = [tuple(map(id, item.callspec.params.values())) for item in own]
        kept = draw(cases, seed=zlib.crc32(name.encode()), **options)
        left_out |= {own[n] for n in set(range(len(own))) - set(kept)}
    return [item for item in items if item not in left_out]


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
