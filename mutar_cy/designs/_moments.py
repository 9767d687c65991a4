"""The moments of rows of a design and its targets, which add up and subtract."""

from typing import Any, NamedTuple

import numpy as np

from mutar_cy.designs._design import Design
from mutar_cy.designs._products import weighted_products


class RowMoments(NamedTuple):
    """Weighted sums over rows of products of columns, about given centres."""

    gram: np.ndarray  # (n_features, n_features)
    products: np.ndarray  # (n_responses, n_features) of targets and columns
    squares: np.ndarray  # (n_responses,) of targets
    sums: np.ndarray  # (n_features,)
    sums_of_targets: np.ndarray  # (n_responses,)
    weight: float

    def without(self, other):
        """Return the moments of the rows that are not among those of ``other``."""
        pairs = zip(self, other, strict=True)
        return RowMoments(*[mine - removed for mine, removed in pairs])

    def recentred(self):
        """Return the products about the means of these rows themselves.

        Returns
        -------
        gram, products, squares : ndarray
            Those of columns, of targets with columns, and of targets.
        """
        shift, of_targets = self.sums / self.weight, self.sums_of_targets / self.weight
        return (
            self.gram - np.outer(self.sums, shift),
            self.products - np.outer(self.sums_of_targets, shift),
            self.squares - self.sums_of_targets * of_targets,
        )


def moments_of_rows(X, Y, weight, centre, centre_of_targets):
    """Return the moments of rows of a dense design.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_features)
    Y : ndarray of shape (n_rows, n_responses)
    weight : ndarray of shape (n_rows,)
    centre : ndarray of shape (n_features,)
        Subtracted from every row of X: the closer to the means, the less is lost when
        moments are subtracted.
    centre_of_targets : ndarray of shape (n_responses,)
    """
    root = np.sqrt(weight)
    rows = np.concatenate([(Y - centre_of_targets).T * root, root[None, :]])
    one = np.ones(X.shape[1])
    gram, products = weighted_products(X, centre, one, root, rows)
    squares = rows @ rows.T
    return RowMoments(
        gram,
        products[:-1],
        np.diag(squares)[:-1].copy(),
        products[-1],
        squares[-1, :-1].copy(),
        float(weight.sum()),
    )


class MomentsDesign(Design):
    """A design of which only the moments are known: it has no rows to multiply.

    Parameters
    ----------
    weight : ndarray of shape (n_samples,)
    center : bool
    mean, squares : ndarray of shape (n_features,)
        As `Design` documents them.
    """

    packs_cheaply = False
    scale = None
    X: Any = None

    def __init__(self, weight, center, mean, squares):
        self.weight, self.sqrt_weight = weight, np.sqrt(weight)
        self.n_samples, self.n_features = len(weight), len(mean)
        self.centers, self.mean, self.squares = center, mean, squares
        self.total_weight = float(weight.sum()) if center else 0.0

    def correlate(self, residual, exact=True):
        """Raise: there are no rows."""
        raise NotImplementedError

    def pack(self, features, out):
        """Raise: there are no rows."""
        raise NotImplementedError

    def gram(self, rows, columns):
        """Raise: there are no rows."""
        raise NotImplementedError

    def apply(self, features, coef):
        """Raise: there are no rows."""
        raise NotImplementedError
