"""Checks of designs, targets, weights and offsets; arrays are copied only to cast."""

from numbers import Real

import numpy as np
from scipy import sparse
from sklearn.utils import assert_all_finite, check_array
from sklearn.utils.validation import validate_data

# Number of features from which `linear` looks for the nonzero rows of the coefficients:
# below it the search costs more than the product that it saves.
N_FEATURES_SEARCHED = 200


def is_sparse(X) -> bool:
    """Tell whether X is a sparse matrix or sparse array of SciPy."""
    return bool(sparse.issparse(X))


def by_rows(X):
    """Return X in a format whose rows can be indexed."""
    return X.tocsr() if is_sparse(X) else X


def is_float(array):
    """Tell whether an array is float64 or float32 in native byte order."""
    return array.dtype.char in "df" and array.dtype.isnative


def as_float(array):
    """Cast an array to float64 unless it is float64 or float32."""
    return array if is_float(array) else array.astype(np.float64)


def refuse_masked(array, name):
    """Raise if ``array`` has masked entries: NumPy functions would ignore the mask."""
    if isinstance(array, np.ma.MaskedArray) and np.ma.is_masked(array):
        raise ValueError(
            f"{name} is a masked array and its mask would be ignored; "
            f"drop the masked entries, or fill them."
        )


def check_design(estimator, X, *, reset=False, finite=False):
    """Check one design matrix and its features.

    Parameters
    ----------
    estimator : estimator or None
        Stores (``reset=True``) or compares the number and the names of features.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
    reset : bool, default=False
    finite : bool, default=False
        Whether to check for NaN and infinity. ``fit`` leaves this check to the solver,
        whose first pass over the data finds them at no extra cost.

    Returns
    -------
    X : {ndarray, CSR, CSC} of shape (n_samples, n_features), float64 or float32
        ``X`` itself if no conversion is needed.
    """
    is_plain = type(X) is np.ndarray and X.ndim == 2 and X.size > 0 and is_float(X)
    given = X
    if is_plain and finite:
        assert_all_finite(X, input_name="X", estimator_name=type(estimator).__name__)
    elif not is_plain:
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
        record_features(estimator, given if hasattr(given, "columns") else X, reset)
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
    for size, axis in zip(X.shape, ("tasks", "samples", "features"), strict=True):
        if size == 0:
            raise ValueError(f"X of shape {X.shape} holds 0 {axis}.")
    record_features(estimator, X[0], reset)
    return X


def record_features(estimator, X, reset):
    """Store or compare the number and the names of features."""
    known = vars(estimator)
    # A plain array has no names; validate_data takes tens of microseconds to find out.
    if type(X) is np.ndarray:
        if reset:
            known.pop("feature_names_in_", None)
            known["n_features_in_"] = X.shape[1]
            return
        if "feature_names_in_" not in known and known["n_features_in_"] == X.shape[1]:
            return
    validate_data(estimator, X, reset=reset, skip_check_array=True)


def check_values(values, name, *, missing=False):
    """Cast targets, weights or offsets to float64 and check that they are finite.

    Parameters
    ----------
    values : array-like
    name : str
        Name in error messages.
    missing : bool, default=False
        Whether NaN or a mask marks missing values. If False, both are errors.

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
    """Check the targets, of all tasks or of one, with `check_values`."""
    if y is None:
        raise ValueError(
            f"This estimator requires y to be passed, but the target {name} is None."
        )
    return check_values(y, name, missing=missing)


def check_weights(weights, shape, *, owner="sample_weight"):
    """Check sample weights against the shape of the targets.

    Parameters
    ----------
    weights : None, float, or array-like
        A number gives all samples the same weight, which equals no weights.
    shape : tuple
        Shape of the targets: ``(n_samples,)`` or ``(n_samples, n_columns)``.
    owner : str
        Name of the argument, and its task, in error messages.

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
    """Check offsets against the shape of the targets.

    Parameters
    ----------
    offset : None or array-like
    shape : tuple
        Shape of the targets: ``(n_samples,)`` or ``(n_samples, n_columns)``.
    owner : str
        Name of the argument, and its task, in error messages.

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
    """Return ``X @ coef + intercept``, reading only columns with nonzero coefficients.

    Parameters
    ----------
    X : {ndarray, sparse matrix} of shape (n_samples, n_features)
    coef : ndarray of shape (n_features, ...)
        Any number of axes may follow the features.
    intercept : float, or ndarray of shape ``coef.shape[1:]``
    """
    if len(coef) > N_FEATURES_SEARCHED and not is_sparse(X):
        support = np.flatnonzero(coef.reshape(len(coef), -1).any(axis=1))
        if 4 * len(support) < len(coef):  # the copy then costs less than the product
            X, coef = X[:, support], coef[support]
    if coef.ndim > 2:
        flat = X @ coef.reshape(len(coef), -1)
        return flat.reshape(X.shape[0], *coef.shape[1:]) + intercept
    return X @ coef + intercept


def task_list(values, n_tasks, name):
    """Return a list of one entry per task; raise if their numbers differ."""
    if not isinstance(values, (list, tuple)):
        values = np.asarray(values)
        if values.ndim == 0:
            raise ValueError(f"{name} must hold one array per task, got {values}.")
    if len(values) != n_tasks:
        raise ValueError(f"X holds {n_tasks} tasks, but {name} holds {len(values)}.")
    return list(values)


def check_task_weights(sample_weight, shapes):
    """Check the sample weights of tasks with targets of the given shapes."""
    if sample_weight is None or np.isscalar(sample_weight):
        check_weights(sample_weight, ())
        return [None] * len(shapes)
    weights = task_list(sample_weight, len(shapes), "sample_weight")
    return [
        check_weights(w, shape, owner=f"sample_weight of task {k}")
        for k, (w, shape) in enumerate(zip(weights, shapes, strict=True))
    ]


def check_task_offsets(offset, shapes):
    """Check the offsets of tasks with targets of the given shapes."""
    if offset is None:
        return [None] * len(shapes)
    offsets = task_list(offset, len(shapes), "offset")
    return [
        check_offset(values, shape, owner=f"offset of task {k}")
        for k, (values, shape) in enumerate(zip(offsets, shapes, strict=True))
    ]
