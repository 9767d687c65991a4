"""Relaxed fits: least squares on the support of a fit, mixed with its coefficients."""

from itertools import pairwise

import numpy as np

from mutar_cy import tasks

# Share of the samples of a task that a support may have to be fitted by least squares:
# beyond it, the penalised coefficients stay.
LARGEST_SUPPORT = 0.5


class RelaxedFits:
    r"""Mix penalised coefficients with those of least squares on their support.

    With a share :math:`\varphi` the coefficients are
    :math:`\varphi \, w + (1 - \varphi) \, \hat w_S`, where :math:`\hat w_S` is the fit
    of least squares to the features with a coefficient, of every column by itself.

    Parameters
    ----------
    objective : Objective
        With squared error; it has the samples.
    """

    def __init__(self, objective):
        options = objective.options
        # Not those of the objective, whose groups may be in other bases.
        self.parts = tasks.make_parts(objective.data, missing=options.ignores_missing)
        self.fit_intercept = options.fit_intercept
        ends = np.cumsum([0, *(part.Y.shape[1] for part in self.parts)])
        self.columns = [slice(*pair) for pair in pairwise(ends)]
        self.known: dict = {}  # refits by part, column and support

    def refit(self, features, coef, intercept):
        """Return coefficients and intercepts of least squares on the support.

        Parameters
        ----------
        features : ndarray of int, shape (n_selected,)
        coef : ndarray of shape (n_selected, n_columns)
            Of these features; they tell the support of every column.
        intercept : ndarray of shape (n_columns,)

        Returns
        -------
        coef, intercept : ndarray, shaped as those given
            Where a support is too large, those given.
        """
        coef, intercept = coef.copy(), intercept.copy()
        for k, own in enumerate(self.columns):
            for c in range(own.start, own.stop):
                support = np.flatnonzero(coef[:, c])
                found = self._refit_column(k, c - own.start, features[support])
                if found is not None:
                    coef[support, c], intercept[c] = found
        return coef, intercept

    def _refit_column(self, k, column, support):
        """Return the fit of one column to some features; None if there are too many."""
        key = k, column, support.tobytes()
        if key not in self.known:
            self.known[key] = least_squares(
                self.parts[k], column, support, self.fit_intercept
            )
        return self.known[key]

    def mix(self, piece, share):
        """Return the coefficients of some fits, with a share of the penalised ones.

        Parameters
        ----------
        piece : SparseCoefficients
        share : float
        """
        if share == 1.0:
            return piece
        coef, intercept = piece.coef.copy(), piece.intercept.copy()
        for number in range(len(coef)):
            found = self.refit(piece.features, coef[number], intercept[number])
            coef[number] = share * coef[number] + (1.0 - share) * found[0]
            intercept[number] = share * intercept[number] + (1.0 - share) * found[1]
        return piece._replace(coef=coef, intercept=intercept)


def least_squares(part, column, support, fit_intercept):
    """Return the coefficients and the intercept of a column on some features.

    Parameters
    ----------
    part : DesignTargets
    column : int
    support : ndarray of int
    fit_intercept : bool

    Returns
    -------
    coef : ndarray of shape (n_support,)
    intercept : float
        None in place of both if the support is too large.
    """
    y, weight = part.Y[:, column], part.sample_weight
    weight = np.ones(len(y)) if weight is None else weight
    kept = np.flatnonzero(weight > 0.0)
    if len(support) > LARGEST_SUPPORT * len(kept):
        return None
    X = part.X[:, support]
    X = np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float64)
    X, y, weight = X[kept], y[kept], weight[kept]
    means, centre = np.zeros(len(support)), 0.0
    if fit_intercept:
        means = np.average(X, axis=0, weights=weight)
        centre = float(np.average(y, weights=weight))
    root = np.sqrt(weight)
    coef = np.linalg.lstsq(root[:, None] * (X - means), root * (y - centre))[0]
    return coef, centre - float(means @ coef)
