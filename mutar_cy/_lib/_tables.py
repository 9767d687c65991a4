"""Tables of pandas, polars and pyarrow, and labelled arrays of xarray.

Tables are read through narwhals, as scikit-learn reads them. Neither it nor any of the
other libraries is imported before such an object has been given.
"""

import sys
from numbers import Number

import numpy as np

PLAIN = (np.ndarray, list, tuple, dict, str, Number, type(None))


def narwhals():
    """Return narwhals, which comes with scikit-learn 1.9 and later."""
    import narwhals.stable.v2 as nw

    return nw


def is_pandas(X):
    """Tell whether X is a DataFrame of pandas, or of a library with its indexing."""
    return hasattr(X, "iloc") and hasattr(X, "columns")


def is_labelled(X):
    """Tell whether X is a DataArray of xarray."""
    xarray = sys.modules.get("xarray")
    return xarray is not None and isinstance(X, xarray.DataArray)


def is_table(X):
    """Tell whether X is a DataFrame, or a Table of pyarrow."""
    if isinstance(X, PLAIN) or hasattr(X, "nnz") or is_labelled(X):
        return False
    return is_pandas(X) or narwhals().dependencies.is_into_dataframe(X)


def refuse_lazy(X, name):
    """Raise if X is a query that has not been run, or a collection of arrays.

    Raises
    ------
    TypeError
        The message says how to get a table.
    """
    if isinstance(X, PLAIN) or hasattr(X, "nnz"):
        return
    kind = f"{type(X).__module__.split('.')[0]}.{type(X).__name__}"
    nw = narwhals()
    lazy = isinstance(nw.from_native(X, pass_through=True), nw.LazyFrame)
    if lazy and not is_table(X):
        way = "compute" if hasattr(X, "compute") else "collect"
        raise TypeError(f"{name} is a {kind}, which holds no data yet: {name}.{way}().")
    xarray = sys.modules.get("xarray")
    if xarray is not None and isinstance(X, xarray.Dataset):
        variables = ", ".join(repr(key) for key in list(X)[:5])
        raise TypeError(
            f"{name} is a {kind} of several arrays ({variables}): pass one of them, "
            f"or {name}.to_dataframe()."
        )


def column_names(X):
    """Return the names of the columns of X, as they are.

    Parameters
    ----------
    X : object
        A table, or a DataArray with coordinates along its last axis; any other object
        has no names.

    Returns
    -------
    names : list or None
        Usually strings; tuples for a MultiIndex of pandas.
    """
    if is_labelled(X):
        return axis_labels(X, X.ndim - 1)
    if not is_table(X):
        return None
    if is_pandas(X):  # narwhals refuses names that several columns have
        return list(X.columns)
    return list(narwhals().from_native(X).columns)


def axis_labels(X, axis):
    """Return the coordinates along an axis of a DataArray, a list or None."""
    dimension = X.dims[axis]
    if dimension not in X.indexes:
        return None
    return list(X.indexes[dimension])


def is_series(y):
    """Tell whether y is a Series, or a ChunkedArray of pyarrow."""
    return not (isinstance(y, PLAIN) or is_labelled(y)) and bool(
        narwhals().dependencies.is_into_series(y)
    )


def series_name(y):
    """Return the name of a Series or of a DataArray, or None."""
    if isinstance(y, PLAIN):
        return None
    if is_labelled(y):
        return y.name
    if is_series(y):
        name = getattr(y, "name", None)  # a ChunkedArray of pyarrow has none
        return None if name == "" else name  # polars' name of a Series without
    return None


def take_rows(X, rows):
    """Return some rows of a table, by position."""
    if is_pandas(X):
        return X.iloc[rows]
    return narwhals().from_native(X)[rows].to_native()


def join_rows(tables):
    """Return tables with the same columns, one below the other."""
    if is_pandas(tables[0]):
        return sys.modules["pandas"].concat(tables)
    nw = narwhals()
    return nw.concat([nw.from_native(X) for X in tables]).to_native()


def take_column(X, at):
    """Return one column of a table as an array, by position."""
    if is_pandas(X):
        return np.asarray(X.iloc[:, at])
    return np.asarray(narwhals().from_native(X)[:, at].to_numpy())


def take_columns(X, positions):
    """Return some columns of a table, by position."""
    if is_pandas(X):
        return X.iloc[:, positions]
    return narwhals().from_native(X)[:, list(positions)].to_native()


def as_table(X):
    """Return a DataArray of two axes as a DataFrame if its columns have coordinates.

    It is a view; the package pandas is there, since xarray needs it. Any other object
    is returned as it is.
    """
    if not is_labelled(X):
        return X
    names = axis_labels(X, 1) if X.ndim == 2 else None
    if names is None:
        return X.to_numpy()
    return sys.modules["pandas"].DataFrame(X.to_numpy(), columns=names)


def column_without_numbers(X):
    """Return the name or position of the first column without numbers, and its kind.

    Parameters
    ----------
    X : object
        A table, or an array of objects or strings with two axes.

    Returns
    -------
    column : hashable, or None
    kind : {"text", "dates"} or None
    """
    names = column_names(X)
    if names is None:
        X = np.asarray(X)
        if X.ndim != 2 or X.dtype.kind not in "OUST":
            return None, None
    for at in range(X.shape[1]):
        values = X[:, at] if names is None else take_column(X, at)
        kind = _kind(values)
        if kind is not None:
            return at if names is None else names[at], kind
    return None, None


def _kind(values):
    """Return what an array holds that is not numbers, or None."""
    if values.dtype.kind in "mM":
        return "dates"
    try:
        values.astype(np.float64)
    except (TypeError, ValueError):
        return "text" if any(isinstance(value, str) for value in values) else None
    return None
