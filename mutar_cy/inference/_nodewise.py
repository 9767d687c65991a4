"""Node-wise lassos: of every column of a design on all other columns."""

from typing import NamedTuple

import numpy as np

from mutar_cy._lib import share_out
from mutar_cy.solvers import nodewise_lassos

# Smallest product of a feature with its node-wise residual, over its squared norm: an
# estimate divides by it.
LEAST_RESIDUAL = 1e-8
# Node-wise penalty over sqrt(2 log(p) / n), chosen by coverage of true effects with the
# correction for degrees of freedom, at alpha = .145 and 40 draws. With all features
# correlated by .5: .94, .95, .94 at .25; .92, .93, .92 at .5 (n = 90, 70, 60 of p = 50;
# n = 200 of p = 50; n = 200 of p = 300). With neighbours correlated by .5: alike.
NODEWISE = 0.25
# Duality gap over the mean square of a column. Estimates are exact for any residuals;
# this changes standard errors by 1.4e-4 of themselves, and bounds of bias by .7 %
# (n = 200, p = 1000).
TOL = 1e-3
# Columns per call, between which Ctrl-C is noticed and threads are shared out: 0.1 s.
N_COLUMNS = 100


class NodewiseResiduals(NamedTuple):
    """The residuals of all columns of a design."""

    residuals: np.ndarray  # (n, p)
    along: np.ndarray  # (p,), inner products of residuals and columns
    bias_factor: np.ndarray  # (p,), largest product with another column, over `along`
    # (p, q), share of the support of a fit that is outside of that of the lasso
    outside: np.ndarray


def nodewise_residuals(X, support, name, alpha):
    """Return the residuals of a lasso of every column on all others.

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Centred and weighted.
    support : ndarray of bool, shape (p, q)
        The features that fits of q responses use.
    name : object
        Of the task, for messages.
    alpha : float or None
        Penalty strength for columns with a mean square of 1.

    Returns
    -------
    NodewiseResiduals
    """
    n, p = X.shape
    scale = np.sqrt(np.einsum("ij,ij->j", X, X) / n)
    if not scale.all():
        j = int(np.argmin(scale))
        raise ValueError(
            f"Feature {j} is constant in task {name!r}; leave it out of the model."
        )
    Z = X / scale
    if alpha is None:
        alpha = NODEWISE * np.sqrt(2.0 * np.log(max(p, 2)) / n)
    if alpha == 0.0 or p == 1:
        z, outside = _orthogonal(Z, name), np.zeros(support.shape)
    else:
        z, outside = _lassos(Z, support, alpha)
    along = np.einsum("ij,ij->j", z, Z)
    if np.any(along <= LEAST_RESIDUAL * n):
        refuse_combination(int(np.argmin(along)), name)
    largest = np.zeros(p)
    for own in _pieces(p):
        products = np.abs(z[:, own].T @ X)
        products[np.arange(len(products)), np.arange(p)[own]] = 0.0
        largest[own] = products.max(axis=1)
    return NodewiseResiduals(
        z * scale, along * scale**2, largest / (along * scale), outside
    )


def _pieces(p):
    return [slice(first, min(first + N_COLUMNS, p)) for first in range(0, p, N_COLUMNS)]


def _lassos(Z, support, alpha):
    """Return the residuals of lassos, and the shares of supports outside of theirs."""
    n, p = Z.shape
    gram = Z.T @ Z / n
    capacity = min(p, 4 * n + 64)  # a support has n columns at most
    z, outside = np.empty((n, p)), np.empty(support.shape)
    size = np.maximum(support.sum(axis=0), 1)
    counted = support.astype(np.float64)

    def solve(own):
        coef, _ = nodewise_lassos(gram, alpha, TOL, own.start, own.stop, capacity)
        z[:, own] = Z[:, own] - Z @ coef.T
        inside = (coef != 0.0) @ counted + counted[own]
        outside[own] = (counted.sum(axis=0) - inside) / size

    share_out(solve, _pieces(p), float(p) * p * n)
    return z, outside


def _orthogonal(Z, name):
    """Return the residuals of least squares of every column on all others."""
    n, p = Z.shape
    if n < p:
        raise ValueError(
            f"nodewise_alpha=0 needs more samples than features, but task {name!r} "
            f"has {n} samples and {p} features; leave it out for the default."
        )
    values, vectors = np.linalg.svd(Z, full_matrices=False)[1:]
    if values[-1] <= LEAST_RESIDUAL * values[0]:
        refuse_combination(int(np.argmax(np.abs(vectors[-1]))), name)
    z = np.linalg.pinv(Z).T
    return z / np.einsum("ij,ij->j", z, z)


def refuse_combination(feature, name):
    """Raise: a feature is a linear combination of the others."""
    raise ValueError(
        f"Feature {feature} is a combination of the others in task {name!r}; leave it "
        "out of the model, or set a larger nodewise_alpha."
    )
