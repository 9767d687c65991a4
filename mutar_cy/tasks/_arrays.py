"""One matrix, one target, one vector of weights: checked, and copied only to cast."""

from numbers import Real

import numpy as np
from scipy import sparse
from sklearn.utils import assert_all_finite, check_array
from sklearn.utils.validation import validate_data

# Features, from where on it pays to look which of them have a coefficient.
MANY = 200


def is_sparse(X) -> bool:
    """Tell whether X is a sparse matrix or array of scipy's."""
    return bool(sparse.issparse(X))


def by_rows(X):
    """Return X in a format of which rows can be taken."""
    return X.tocsr() if is_sparse(X) else X


def is_float(array):
    """Tell whether an array's numbers can be read as they are, without a cast."""
    return array.dtype.char in "df" and array.dtype.isnative


def as_float(array):
    """Cast to float64 what is neither float64 nor float32."""
    return array if is_float(array) else array.astype(np.float64)


def refuse_masked(array, name):
    """Raise if ``array`` hides entries under a mask, which would be ignored."""
    if isinstance(array, np.ma.MaskedArray) and np.ma.is_masked(array):
        raise ValueError(
            f"{name} is a masked array and its mask would be ignored; "
            f"drop the masked entries, or fill them."
        )


def check_design(estimator, X, *, reset=False, finite=False):
    """Check one design matrix, and the features that ``estimator`` knows.

    Parameters
    ----------
    estimator : estimator or None
        Learns (``reset=True``) or compares the number and the names of features.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
    reset : bool, default=False
    finite : bool, default=False
        Whether to look for NaN and infinity. A fit leaves that to the pass over the
        data that the solver makes anyway.

    Returns
    -------
    X : {ndarray, CSR, CSC} of shape (n_samples, n_features), float64 or float32
        ``X`` itself, if it could be used as it is.
    """
    plain = type(X) is np.ndarray and X.ndim == 2 and X.size > 0 and is_float(X)
    named = X
    if plain and finite:
        assert_all_finite(X, input_name="X", estimator_name=type(estimator).__name__)
    elif not plain:
        refuse_masked(X, "X")
        X = check_array(
            X,
            accept_sparse=("csr", "csc"),
            dtype="numeric",  # refuses strings, which a list of dtypes would cast
            ensure_all_finite=finite,
            input_name="X",
            estimator=estimator,
        )
    if estimator is not None:
        know_features(estimator, named if hasattr(named, "columns") else X, reset)
    if is_sparse(X) and not X.has_canonical_format:
        X = X.copy()
        X.sum_duplicates()  # in place
    return as_float(X)


def check_stack_of_designs(estimator, X, *, reset, finite=False):
    """Check an array of shape (n_tasks, n_samples, n_features), as `check_design`."""
    refuse_masked(X, "X")
    if finite or type(X) is not np.ndarray or not is_float(X):
        X = check_array(
            X,
            allow_nd=True,
            ensure_2d=False,
            dtype="numeric",
            ensure_all_finite=finite,
            ensure_min_samples=0,
            ensure_min_features=0,
            input_name="X",
        )
        X = as_float(X)
    for size, what in zip(X.shape, ("tasks", "samples", "features"), strict=True):
        if size == 0:
            raise ValueError(f"X of shape {X.shape} holds 0 {what}.")
    know_features(estimator, X[0], reset)
    return X


def know_features(estimator, X, reset):
    """Learn, or compare, the number and the names of features."""
    known = vars(estimator)
    if type(X) is np.ndarray:  # nameless, which validate_data takes long to see
        if reset:
            known.pop("feature_names_in_", None)
            known["n_features_in_"] = X.shape[1]
            return
        if "feature_names_in_" not in known and known["n_features_in_"] == X.shape[1]:
            return
    validate_data(estimator, X, reset=reset, skip_check_array=True)


def check_values(values, name, *, missing=False):
    """Cast targets or weights to float64 and refuse what is not finite.

    Parameters
    ----------
    values : array-like
    name : str
        What messages call it.
    missing : bool, default=False
        Whether NaN, or a mask, may say that a value is missing.

    Returns
    -------
    values : ndarray of float64
        NaN where a value is missing.
    """
    if isinstance(values, np.ma.MaskedArray) and missing:
        values = np.ma.filled(values.astype(np.float64), np.nan)
    refuse_masked(values, name)
    if type(values) is not np.ndarray or values.dtype != np.float64:
        values = check_array(
            values,
            allow_nd=True,
            ensure_2d=False,
            dtype="numeric",
            ensure_all_finite=False,
            ensure_min_samples=0,
            ensure_min_features=0,
            input_name=name,
        ).astype(np.float64, copy=False)
    if not np.isfinite(values).all():
        assert_all_finite(values, input_name=name, allow_nan=missing)
    return values


def check_target(y, name, *, missing=False):
    """Check y, or the y of one task, as `check_values`; absence has its own message."""
    if y is None:
        raise ValueError(
            f"This estimator requires y to be passed, but the target {name} is None."
        )
    return check_values(y, name, missing=missing)


def check_weights(weights, shape, *, owner="sample_weight"):
    """Check the sample weights that go with targets of the given shape.

    Parameters
    ----------
    weights : None, float, or array-like
        A single number weighs all samples alike, which is no weights at all.
    shape : tuple
        Of the targets: ``(n_samples,)`` or ``(n_samples, n_columns)``.
    owner : str
        What messages call the argument, and whose it is.

    Returns
    -------
    weights : None, or ndarray of shape (n_samples,) or (n_samples, n_columns)
    """
    if weights is None:
        return None
    if isinstance(weights, Real):
        if not 0 < float(weights) < np.inf:
            raise ValueError(f"{owner} must be positive and finite, got {weights}.")
        return None
    weights = check_values(weights, owner)
    if weights.shape not in (shape, shape[:1]):
        raise ValueError(
            f"{owner} has shape {weights.shape}, but the targets have shape {shape}; "
            f"give one weight per sample or one per target."
        )
    if np.any(weights < 0):
        raise ValueError(f"{owner} must not be negative, got {weights.min()}.")
    return weights


def check_offset(offset, shape, *, owner="offset"):
    """Check the offsets that go with targets of the given shape.

    Parameters
    ----------
    offset : None or array-like
    shape : tuple
        Of the targets: ``(n_samples,)`` or ``(n_samples, n_columns)``.
    owner : str
        What messages call the argument, and whose it is.

    Returns
    -------
    offset : None or ndarray of shape (n_samples, n_columns)
    """
    if offset is None:
        return None
    offset = check_values(offset, owner)
    if offset.shape != shape:
        raise ValueError(
            f"{owner} has shape {offset.shape}, but the targets have shape {shape}; "
            f"give one offset per target."
        )
    return offset.reshape(len(offset), -1)


def same_length(X, y, where=""):
    """Raise unless X and y have the same number of samples."""
    if X.shape[0] != y.shape[0]:
        raise ValueError(
            f"{where}X and y have inconsistent numbers of samples: "
            f"[{X.shape[0]}, {y.shape[0]}]."
        )


def linear(X, coef, intercept):
    """Return ``X @ coef + intercept``, reading only the columns that matter.

    Parameters
    ----------
    X : {ndarray, sparse matrix} of shape (n_samples, n_features)
    coef : ndarray of shape (n_features, ...)
        None, one or several axes of columns.
    intercept : float, or ndarray of the shape of the columns
    """
    if len(coef) > MANY and not is_sparse(X):
        support = np.flatnonzero(coef.reshape(len(coef), -1).any(axis=1))
        if 4 * len(support) < len(coef):  # a copy of so few columns is cheaper
            X, coef = X[:, support], coef[support]
    if coef.ndim > 2:
        flat = X @ coef.reshape(len(coef), -1)
        return flat.reshape(X.shape[0], *coef.shape[1:]) + intercept
    return X @ coef + intercept
