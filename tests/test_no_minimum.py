"""Unpenalised columns whose coefficients have no finite optimum are named."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from mutar_cy import GroupLasso, GroupLassoClassifier

pytestmark = pytest.mark.uncertified("there is no minimum to be certified")
MESSAGE = "No finite coefficients minimise"


def data():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 5))
    return X, rng.integers(0, 2, 60), rng.poisson(2.0, 60) + 1.0


def warned(model, X, y, **given):
    """Return the warnings of a fit that say that there is no minimum."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y, **given)
    said = [w for w in caught if not issubclass(w.category, ConvergenceWarning)]
    # conftest.py calls fits of some classes.
    assert {Path(w.filename).parent for w in said} <= {Path(__file__).parent}
    return [str(w.message) for w in said if MESSAGE in str(w.message)]


def free(n, **params):
    """Penalise groups of the first columns; the last ``n`` are unpenalised."""
    labels = [0, 0, 1, 1, 1]
    labels[5 - n :] = [-1] * n
    return {"groups": labels, "alpha": 0.02, **params}


@pytest.mark.parametrize("as_frame", [False, True])
def test_a_column_that_separates_classes_is_named(as_frame):
    X, y, _ = data()
    X[:, 4] = np.where(y > 0, 1.0, -1.0) * (0.1 + np.abs(X[:, 4])) + 3.0
    if as_frame:
        X = pytest.importorskip("pandas").DataFrame(X, columns=list("abcde"))
    (said,) = warned(GroupLassoClassifier(**free(2)), X, y)
    assert f"column {repr('e') if as_frame else 4} separates" in said
    assert not warned(
        GroupLassoClassifier(groups=[[0, 1], [2, 3, 4]], alpha=0.02), X, y
    )


def test_a_dummy_without_counts_is_named():
    X, _, y = data()
    X[:, 3] = np.arange(60) < 5
    y[:5], y[20:30] = 0.0, 0.0
    model = GroupLasso(**free(2), loss="poisson")
    (said,) = warned(model, X, y)
    assert "column 3 separates" in said
    assert model.coef_[3] < -5.0
    weight = np.ones(60)
    weight[20:30] = 0.0
    assert len(warned(model, X, y, sample_weight=weight)) == 1
    y[0] = 1.0
    assert not warned(model, X, y)
    weight[0] = 0.0  # the only count of the dummy has no weight
    assert len(warned(model, X, y, sample_weight=weight)) == 1


def test_columns_that_separate_together_are_named():
    X, y, _ = data()
    X[:, 4] = X[:, 3] + np.where(y > 0, 1.0, -1.0) * (0.1 + np.abs(X[:, 4]))
    (said,) = warned(GroupLassoClassifier(**free(2)), X, y)
    assert "columns 3, 4 separate " in said


def test_one_warning_names_the_first_of_several_tasks():
    X, _, y = data()
    X, y = np.stack([X, X, X]), np.stack([y, y, y])
    X[1:, :, 4] = np.arange(60) < 5
    y[1:, :5] = 0.0
    (said,) = warned(GroupLasso(**free(1), loss="poisson"), X, y)
    assert "of task 1 (and in 1 other task): unpenalised column 4 " in said


def test_signs_that_are_not_allowed_do_not_count():
    X, _, y = data()
    X[:, 4] = np.arange(60) < 5
    y[:5] = 0.0
    model = GroupLasso(**free(1), loss="poisson", positive=True)
    assert not warned(model, X, y)
    X[:, 4] *= -1.0
    assert len(warned(model, X, y)) == 1


def test_a_large_table_is_searched_too():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20_000, 3))
    y = rng.poisson(1.0, 20_000).astype(float)
    X[:, 2] = np.arange(20_000) % 2000 == 7  # ten rows
    y[7::2000] = 0.0
    model = GroupLasso(groups=[0, 0, -1], alpha=0.01, loss="poisson", tol=1e-8)
    assert len(warned(model, X, y)) == 1
    y[7] = 1.0
    assert not warned(model, X, y)
