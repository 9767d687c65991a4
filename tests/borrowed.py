"""scikit-learn's own tests, run with this package's classes in place of its own."""

import importlib.util
from unittest import mock

import pytest
import sklearn.linear_model
from scipy import sparse

from mutar_cy import linear_model as ours

TWINS = [sparse.csc_matrix, sparse.csr_matrix, sparse.coo_matrix]  # of sparse arrays


def borrow(module, names):
    """Return the tests of a module that are about some classes of ours.

    Parameters
    ----------
    module : str
        Where scikit-learn has the tests.
    names : list of str
        The classes, by the name that both packages call them. Of the parameters of
        tests, those are kept that have one of them, if any has.

    Returns
    -------
    tests : dict of str to callable
    """
    spec = importlib.util.find_spec(module)
    room = importlib.util.module_from_spec(spec)
    own = {public: getattr(ours, public) for public in ours.__all__}
    with mock.patch.multiple(sklearn.linear_model, **own):
        spec.loader.exec_module(room)
    classes = [getattr(ours, name) for name in names]
    tests = {}
    for name, test in vars(room).items():
        if name.startswith("test_") and _is_about(test, names, classes):
            test.pytestmark = [_narrowed(mark, classes) for mark in _marks(test)]
            if sum(mark.name == "parametrize" for mark in test.pytestmark) > 1:
                test.pytestmark.append(pytest.mark.drawn(pairs=True).mark)
            tests[name] = test
    return tests


def _marks(test):
    return getattr(test, "pytestmark", [])


def _is_about(test, names, classes):
    """Tell whether a test names a class, in its body or in its parameters."""
    return bool(set(names) & set(test.__code__.co_names)) or any(
        _has(value, classes)
        for mark in _marks(test)
        if mark.name == "parametrize"
        for value in mark.args[1]
    )


def _has(value, classes):
    """Tell whether a parameter is, or holds, one of some classes or an instance."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):  # those of pytest.param too
        return any(_has(own, classes) for own in value)
    return value in classes if isinstance(value, type) else type(value) in classes


def _narrowed(mark, classes):
    """Return a mark without parameters of other classes, and of sparse twins."""
    if mark.name != "parametrize":
        return mark
    argnames, values = mark.args
    kept = [n for n, value in enumerate(values) if _has(value, classes)]
    if not kept:
        kept = [n for n, value in enumerate(values) if not _is_twin(value)]
    given = dict(mark.kwargs)
    if isinstance(given.get("ids"), list):
        given["ids"] = [given["ids"][n] for n in kept]
    few = [values[n] for n in kept]
    return pytest.mark.parametrize(argnames, few, **given).mark


def _is_twin(value):
    return any(value is twin for twin in TWINS)
