"""Stability selection on data whose truth is known."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from mutar_cy import DirtyModel, GroupLasso, ReweightedGroupLasso
from mutar_cy.model_selection import StabilitySelection


def true_or_not(estimator, noise=1.0, seed=0, n_true=4):
    """Return a selection from data of which the first few features are true."""
    rng = np.random.default_rng(seed)
    coef = np.zeros((60, 3))
    coef[:n_true] = rng.choice([-1.0, 1.0], (n_true, 3))
    X = [rng.standard_normal((n, 60)) for n in (80, 100, 60)]
    pairs = zip(X, coef.T, strict=True)
    y = [x @ w + noise * rng.standard_normal(len(x)) for x, w in pairs]
    selection = StabilitySelection(
        estimator, alphas=12, n_subsamples=30, max_features=8, random_state=seed
    )
    return selection.fit(X, y)


@pytest.mark.parametrize("cls", [GroupLasso, DirtyModel, ReweightedGroupLasso])
def test_true_features_are_found_and_noise_is_not(cls):
    selection = true_or_not(cls())
    assert_array_equal(selection.get_support(indices=True), range(4))
    assert np.all(selection.selection_frequencies_[:4] >= 0.9)


def test_false_selections_stay_below_their_bound():
    found = [true_or_not(GroupLasso(tol=1e-3), seed=s, n_true=0) for s in range(8)]
    false = np.mean([np.count_nonzero(own.support_) for own in found])
    assert false <= np.mean([own.error_bound_ for own in found])
    assert max(own.n_selected_ for own in found) > 4  # single fits do select noise
