"""Checks of designs, targets, weights and offsets; arrays are copied only to cast."""

import reprlib
from collections.abc import Iterator, Mapping, ValuesView
from numbers import Real

import numpy as np
from scipy import sparse
from sklearn.utils import assert_all_finite, check_array
from sklearn.utils.validation import validate_data

from mutar_cy._lib._tables import (
    as_table,
    column_without_numbers,
    is_series,
    is_table,
    refuse_lazy,
)
from mutar_cy.chunks._sources import is_chunked

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
        refuse_chunked(estimator, X)
        refuse_masked(X, "X")
        refuse_lazy(X, "X")
        given = as_table(X)
        X = check_numeric(estimator, given, finite=finite)
    if estimator is not None:
        record_features(
            estimator, X if is_plain or not is_table(given) else given, reset
        )
    if is_sparse(X) and not X.has_canonical_format:
        X = X.copy()
        X.sum_duplicates()  # in place
    return X


def refuse_chunked(estimator, X):
    """Raise if X is an array that must not be loaded as a whole."""
    if is_chunked(X) and not isinstance(X, np.memmap):
        kind = f"{type(X).__module__.split('.')[0]}.{type(X).__name__}"
        name = "This" if estimator is None else type(estimator).__name__
        raise ValueError(
            f"X is a {kind}, which is read by chunks, but {name} needs it in memory: "
            "numpy.asarray(X) loads it. GroupLasso, IndLasso, DirtyModel, "
            "ReweightedGroupLasso, IndRewLasso and the classes of "
            "mutar_cy.linear_model read chunks."
        )


def check_numeric(estimator, X, *, finite):
    """Return a matrix or a table as floats; the estimator is named in messages."""
    try:
        return as_float(
            check_array(
                X,
                accept_sparse=("csr", "csc"),
                dtype="numeric",  # refuses strings, which a list of dtypes would cast
                ensure_all_finite=finite,
                input_name="X",
                estimator=estimator,
            )
        )
    except (TypeError, ValueError) as error:
        reason = _why_not_a_matrix(X) or _column_without_numbers(estimator, X)
        if reason is None:
            raise
        raise ValueError(reason) from error


def _column_without_numbers(estimator, X):
    """Return the message for a column of text, perhaps of task labels, or None."""
    column, kind = (None, None) if is_sparse(X) else column_without_numbers(X)
    if kind is None:
        return None
    way = "encode it, for instance with sklearn.preprocessing.OneHotEncoder"
    if kind == "dates":
        way = "make numbers of it, such as days since a date, or leave it out"
    if hasattr(estimator, "task_column"):
        way = f"if it names the task, task_column={column!r}; else {way}"
    return f"Column {column!r} of X holds {kind}: {way}."


def _why_not_a_matrix(X):
    """Return the message for what is not a matrix, without its data, or None."""
    kind = type(X).__name__
    if is_dict(X):
        return f"X is a dict with the keys {some_keys(X)}, not a matrix."
    if isinstance(X, str):
        return f"X is the string {X!r}; read a file first, as with pandas.read_csv."
    if isinstance(X, (Iterator, ValuesView)):
        dicts = ", or give the dict itself" if isinstance(X, ValuesView) else ""
        return f"X is a {kind}, without a shape: give list(X){dicts}."
    if kind.endswith("GroupBy"):
        return f"X is a {kind}: give the table itself, and name its task_column."
    shape = getattr(X, "shape", None)
    if isinstance(X, (list, tuple)) and X:
        if isinstance(X[0], Mapping):
            return (
                f"X is a list of dicts, with the keys {some_keys(X[0])}; make a table "
                f"of them: pandas.DataFrame(X), or DictVectorizer of scikit-learn."
            )
        lengths = lengths_of_rows(X)
        if len(lengths) > 1:
            return (
                f"X is ragged: its rows have {min(lengths)} to {max(lengths)} entries. "
                f"Every sample needs as many entries as there are features."
            )
        shape = (len(X),) if lengths == {None} else None
    if shape is not None and len(shape) == 1:
        return (
            f"Expected 2D array, got X of shape ({shape[0]},). Reshape your data: "
            f"X.reshape(-1, 1) if it is one feature, X.reshape(1, -1) if it is one "
            f"sample."
        )
    return None


def lengths_of_rows(rows):
    """Return the set of the lengths of the entries of a list: None for a scalar."""
    return {
        len(row) if hasattr(row, "__len__") and not isinstance(row, str) else None
        for row in rows
    }


def is_dict(values):
    """Tell whether values are a dict; a DOK matrix of SciPy is not."""
    return isinstance(values, Mapping) and not is_sparse(values)


def some_keys(X):
    """Return the keys of a dict as text, shortened if there are many."""
    return reprlib.repr(list(X))


def check_stack_of_designs(estimator, X, *, reset, finite=False):
    """Check an array of shape (n_tasks, n_samples, n_features), as `check_design`."""
    refuse_masked(X, "X")
    first = as_table(X[0]) if len(X) else X
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
    record_features(estimator, first if is_table(first) else X[0], reset)
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
    refuse_lazy(values, name)
    if type(values) is not np.ndarray or values.dtype != np.float64:
        values = _as_doubles(values, name)
    if not np.isfinite(values).all():
        assert_all_finite(values, input_name=name, allow_nan=missing)
    return values


def _as_doubles(values, name):
    """Return an array-like as float64; the message of an error has no data in it."""
    if isinstance(values, Mapping):
        raise ValueError(
            f"{name} is a dict with the keys {some_keys(values)}; give an array, or "
            f"X as a dict too, with the same keys: one design per task."
        )
    try:
        return check_array(
            values.to_numpy() if is_series(values) else values,
            allow_nd=True,
            ensure_2d=False,
            dtype="numeric",
            ensure_all_finite=False,
            ensure_min_samples=0,
            ensure_min_features=0,
            input_name=name,
        ).astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        raise ValueError(_not_numbers(values, name, error)) from error


def _not_numbers(values, name, error):
    """Return the message for values that are not an array of numbers."""
    if isinstance(values, str):
        return (
            f"{name} must be numbers, got the string {values!r}; for a column of a "
            f"table give {name} = table[{values!r}]."
        )
    lengths = lengths_of_rows(values) if isinstance(values, (list, tuple)) else ()
    if len(lengths) > 1 and None not in lengths:
        return (
            f"{name} is ragged: its rows have {min(lengths)} to {max(lengths)} "
            f"entries. Arrays of several lengths need one design each: X as a "
            f"list of matrices, one per task."
        )
    text = next((v for v in np.ravel(values) if isinstance(v, str)), None)
    if text is None:
        return f"{name} must be numbers: {str(error).splitlines()[0]}"
    way = ""
    if name.startswith("y"):
        way = " Classes are for mutar_cy.GroupLassoClassifier."
    elif name.startswith("sample_weight"):
        way = " Labels of tasks are given by keyword, task=."
    return f"{name} must be numbers, but holds text, such as {str(text)!r}.{way}"


def check_target(y, name, *, missing=False):
    """Check the targets, of all tasks or of one, with `check_values`."""
    if y is None:
        raise ValueError(
            f"This estimator requires y to be passed, but the target {name} is None."
        )
    return check_values(y, name, missing=missing)


def check_known_target(y, name, missing):
    """Check targets; the error of NaN names the parameter that allows them.

    Parameters
    ----------
    y : array-like
    name : str
        Name in error messages.
    missing : bool
        Whether NaN or a mask marks missing targets.
    """
    y = check_target(y, name, missing=True)
    if not missing and np.isnan(y).any():
        n_missing = np.count_nonzero(np.isnan(y))
        raise ValueError(
            f"{name} contains NaN (or masked entries), {n_missing} of {y.size} "
            f"targets. With missing_targets='ignore' such samples are left out of "
            f"their task."
        )
    return y


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
    if isinstance(weights, str):
        raise ValueError(
            f"{owner} must be numbers, one per sample, got {weights!r}; classes are "
            f"balanced by the parameter class_weight='balanced' of classifiers."
        )
    weights = check_values(weights, owner)
    if weights.shape not in (shape, shape[:1]):
        raise ValueError(
            f"{owner} has shape {weights.shape}, but the targets have shape {shape}; "
            f"give one weight per sample or one per target"
            f"{_transposed(weights, shape)}."
        )
    if np.any(weights < 0):
        raise ValueError(f"{owner} must not be negative, got {weights.min()}.")
    return weights


def _transposed(values, shape):
    """Return a hint if values are the transpose of what they should be."""
    return ", as its transpose has" if values.T.shape == shape[:2] else ""


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
            f"give one offset per target{_transposed(offset, shape)}."
        )
    return offset.reshape(len(offset), -1)


def same_length(X, y, where=""):
    """Raise unless X and y have the same number of samples."""
    n_samples = y.shape[0]
    if X.shape[0] == n_samples:
        return
    fix = ""
    if y.ndim == 2 and X.shape[0] == y.shape[1]:
        fix = " Give y.T: samples come first."
    elif len(X.shape) > 1 and X.shape[1] == n_samples:
        fix = " Give X.T: samples come first."
    raise ValueError(
        f"{where}X and y have inconsistent numbers of samples: "
        f"[{X.shape[0]}, {n_samples}]; X has shape {X.shape} and y {y.shape}.{fix}"
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


def task_list(values, labels, name):
    """Return a list of one entry per task.

    Parameters
    ----------
    values : sequence, or dict from label to entry
    labels : sequence
        Of the tasks: the keys of a dict, in any order.
    name : str
        Name in error messages.

    Raises
    ------
    ValueError
        If the numbers of entries and tasks differ, or the keys are not the labels.
    """
    if isinstance(values, Mapping):
        return entries_by_key(values, labels, name)
    refuse_lazy(values, name)
    if not isinstance(values, (list, tuple)):
        values = np.asarray(values)
        if values.ndim == 0:
            raise ValueError(
                f"{name} must hold one array per task, got {reprlib.repr(values[()])}."
            )
    if len(values) != len(labels):
        shape = f", of shape {values.shape}" if isinstance(values, np.ndarray) else ""
        raise ValueError(
            f"X holds {len(labels)} tasks, but {name} holds {len(values)}{shape}."
        )
    return list(values)


def entries_by_key(values, labels, name):
    """Return the entries of a dict in the order of labels, which are its keys."""
    known = set(labels)
    unknown = [key for key in values if key not in known]
    missing = [label for label in labels if label not in values]
    if unknown or missing:
        fault, key = ("no", missing[0]) if missing else ("an unknown", unknown[0])
        raise ValueError(
            f"{name} has {fault} key {key!r}; the keys must be those of the tasks, "
            f"{some_keys(labels)}, and are {some_keys(values)}."
        )
    return [values[label] for label in labels]


def refuse_positions(values, labels, name):
    """Raise unless values that go with a dict are one, a number, or None."""
    if values is None or np.isscalar(values) or isinstance(values, Mapping):
        return
    raise ValueError(
        f"X is a dict, so {name} must be one too, with the keys {some_keys(labels)}, "
        f"got {type(values).__name__}."
    )


def check_task_weights(sample_weight, shapes, labels):
    """Check the sample weights of tasks with targets of the given shapes."""
    if sample_weight is None or np.isscalar(sample_weight):
        check_weights(sample_weight, ())  # a number weighs all samples alike
        return [None] * len(shapes)
    weights = task_list(sample_weight, labels, "sample_weight")
    return [
        check_weights(w, shape, owner=f"sample_weight of task {label!r}")
        for label, w, shape in zip(labels, weights, shapes, strict=True)
    ]


def check_task_offsets(offset, shapes, labels):
    """Check the offsets of tasks with targets of the given shapes."""
    if offset is None:
        return [None] * len(shapes)
    offsets = task_list(offset, labels, "offset")
    return [
        check_offset(values, shape, owner=f"offset of task {label!r}")
        for label, values, shape in zip(labels, offsets, shapes, strict=True)
    ]
