"""drop_incomplete: leave out the samples for which a feature is missing."""

import numpy as np
from scipy import sparse

from mutar_cy._lib._tables import as_table, column_names, is_table, take_column
from mutar_cy.tasks import take_samples


def drop_incomplete(X, *arrays):
    """Leave out the samples of X, y and others for which a feature is missing.

    A transformer of scikit-learn cannot remove samples: it does not see y. This
    function removes them before a fit, for instance those whose past
    :class:`LagTransformer` does not know.

    Parameters
    ----------
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)
        The features; NaN and None are missing.
    *arrays : {array-like, sparse matrix, DataFrame} of shape (n_samples, ...) or None
        Such as y, sample weights, offsets, labels of trials. NaN in these is no reason
        to leave out a sample.

    Returns
    -------
    kept : tuple
        The complete samples of X and of every array, in the same order; None where None
        was given. With X alone: the complete samples of X.

    Raises
    ------
    ValueError
        If numbers of samples differ, or no sample is complete.

    See Also
    --------
    LagTransformer : Its output is incomplete where a trial begins.
    sklearn.impute.SimpleImputer : Fill missing values instead.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.preprocessing import LagTransformer, drop_incomplete
    >>> counts = np.array([3.0, 1.0, 0.0, 2.0])
    >>> past = LagTransformer(lags=1).fit_transform(counts[:, np.newaxis])
    >>> X, y = drop_incomplete(past, counts)
    >>> X.ravel(), y
    (array([3., 1., 0.]), array([1., 0., 2.]))
    """
    missing = missing_samples(X)
    for k, array in enumerate(arrays, start=1):
        length = len(missing) if array is None else _n_samples(array)
        if length != len(missing):
            raise ValueError(
                f"X has {len(missing)} samples, but argument {k} after it has "
                f"{length}; give arrays of the same samples."
            )
    if missing.all():
        raise ValueError(
            f"Each of the {len(missing)} samples of X lacks a feature. Where lags are "
            f"longer than trials, give shorter lags, or LagTransformer(missing='zero')."
        )
    rows = np.flatnonzero(~missing)
    kept = tuple(None if each is None else _take(each, rows) for each in arrays)
    return (take_samples(X, rows), *kept) if arrays else take_samples(X, rows)


def _take(array, rows):
    series = getattr(array, "iloc", None)  # of pandas: it keeps its index
    return take_samples(array, rows) if series is None else series[rows]


def _n_samples(array):
    shape = getattr(array, "shape", None)
    return shape[0] if shape else len(array)


def missing_samples(X):
    """Tell which samples lack a feature.

    Parameters
    ----------
    X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_features)

    Returns
    -------
    missing : ndarray of bool, shape (n_samples,)
    """
    if sparse.issparse(X):
        holes = sparse.coo_array(X)
        missing = np.zeros(X.shape[0], bool)
        missing[holes.coords[0][np.isnan(holes.data)]] = True
        return missing
    X = as_table(X)
    if not is_table(X):
        X = np.asarray(X)
        if X.ndim != 2:
            raise ValueError(
                f"X must be of shape (n_samples, n_features), got shape {X.shape}. "
                f"Give X first, then y."
            )
        return _is_missing(X).any(axis=1)
    columns = [_is_missing(take_column(X, k)) for k in range(len(column_names(X)))]
    return np.any(columns, axis=0)


def _is_missing(values):
    """Tell which entries of an array are NaN, NaT, NA or None."""
    if values.dtype.kind in "fcmM":
        return np.isnan(values)
    if values.dtype.kind != "O":
        return np.zeros(values.shape, bool)
    flat = [
        each is None or type(each).__name__ == "NAType" or each != each
        for each in values.ravel()
    ]
    return np.array(flat, bool).reshape(values.shape)
