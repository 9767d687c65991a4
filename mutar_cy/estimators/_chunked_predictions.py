"""Predictions for chunked designs, in their layout."""

import numpy as np

from mutar_cy.chunks._sources import as_rows, cut


def predict_chunked(model, given, X, coef, intercept):
    """Return linear predictors of designs that are read by rows, in their layout.

    Those of dask arrays are lazy.
    """
    if given.is_statistics:
        raise ValueError("X holds statistics, which have no rows to predict for.")
    names = list(getattr(model, "feature_names_in_", []))
    if given.names is not None and names and names != given.names:
        raise ValueError(
            f"X has columns {given.names[:10]}, but {type(model).__name__} was fitted "
            f"to {names[:10]}."
        )
    if given.kind == "table":
        if model.layout_ not in ("single", "shared"):
            raise ValueError(
                f"{type(model).__name__} was fitted with one design per task; pass X "
                "as a dict or a list of designs."
            )
        (design,) = given.designs.values()
        return predict_rows(design, coef, intercept, type(model).__name__)
    labels = model.tasks_.tolist()
    unknown = [task for task in given.designs if task not in labels]
    if unknown or model.layout_ in ("single", "shared"):
        raise ValueError(
            f"X holds designs of tasks {list(given.designs)[:10]}; the model was "
            f"fitted to {labels[:10]} in the layout {model.layout_!r}."
        )
    found = {}
    for task, own in given.designs.items():
        k = labels.index(task)
        name = type(model).__name__
        found[task] = predict_rows(own, coef[:, k], intercept[k], name)
    return found if given.kind == "dict" else list(found.values())


def predict_long(model, X, coef, intercept, task):
    """Return linear predictors of a long table that is read by rows."""
    X = as_rows(X)
    labels, known = np.asarray(task), model.tasks_.tolist()
    found, inverse = np.unique(labels, return_inverse=True)
    unknown = [own for own in found.tolist() if own not in known]
    if unknown or labels.shape != (X.shape[0],):
        raise ValueError(
            f"task must hold one of {known[:10]} for each of {X.shape[0]} rows of X; "
            f"got shape {labels.shape} and unknown labels {unknown[:10]}."
        )
    codes = np.array([known.index(own) for own in found.tolist()])[inverse]
    out = np.empty((len(labels), *coef.shape[2:]))
    for chunk in cut("X", X, np.empty((X.shape[0], 0)), None):
        rows, own = chunk.read()[0], codes[chunk.start : chunk.stop]
        for k in np.unique(own).tolist():
            eta = np.tensordot(rows[own == k], coef[:, k], 1) + intercept[k]
            out[chunk.start : chunk.stop][own == k] = eta
    return out


def predict_rows(X, coef, intercept, name):
    """Return the linear predictors of one design; those of a dask array are lazy.

    Parameters
    ----------
    X : object
        Sliced by rows.
    coef : ndarray of shape (n_features, ...)
    intercept : ndarray of the shape of a row of ``coef``
    name : str
        Of the estimator.
    """
    if X.shape[1] != len(coef):
        raise ValueError(
            f"X has {X.shape[1]} features, but {name} is expecting "
            f"{len(coef)} features as input."
        )
    if hasattr(X, "map_blocks"):  # dask
        return np.tensordot(X, coef, 1) + intercept
    chunks = cut("X", X, np.empty((X.shape[0], 0)), None)
    rows = [np.tensordot(chunk.read()[0], coef, 1) for chunk in chunks]
    return np.concatenate(rows) + intercept
