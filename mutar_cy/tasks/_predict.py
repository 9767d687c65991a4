"""Linear predictors, predictions and residuals, in the layout of the data."""

from mutar_cy.tasks._arrays import check_offset, linear, task_list
from mutar_cy.tasks._layouts import find_layout, linear_per_task


def predict(model, X, task=None):
    """Return the predictions of a fitted linear model, in the layout of X."""
    return linear_predictor(model, X, model.coef_, model.intercept_, task)


def linear_predictor(model, X, coef, intercept, task=None):
    """Return ``X @ coef + intercept``, in the layout of X and task.

    Parameters
    ----------
    model : estimator
        Fitted, with ``tasks_``, ``layout_`` and the parameters ``task_column`` and
        ``unseen_tasks``.
    X : array-like, sparse matrix, DataFrame, or one of them per task
    coef : ndarray of shape (n_features, ...)
        With an axis for tasks unless the layout is "single"; other axes may follow.
    intercept : ndarray of shape ``coef.shape[1:]``
    task : array-like of shape (n_samples,), default=None

    Returns
    -------
    predictor : ndarray, or list or dict of ndarray if X is one of designs
    """
    layout, X = find_layout(model, X, task)
    return layout.predict(model, X, coef, intercept, task)


def add_offset(predictor, offset, owner="offset"):
    """Return linear predictors plus offsets, in the same layout.

    Parameters
    ----------
    predictor : ndarray, or list or dict of ndarray
    offset : None, or array-like of the same layout
    owner : str
        Name of the offset, and its task, in error messages.
    """
    if offset is None:
        return predictor
    if isinstance(predictor, list):
        return list(add_offset(dict(enumerate(predictor)), offset, owner).values())
    if isinstance(predictor, dict):
        entries = task_list(offset, list(predictor), owner)
        return {
            label: add_offset(own, entry, f"{owner} of task {label!r}")
            for (label, own), entry in zip(predictor.items(), entries, strict=True)
        }
    checked = check_offset(offset, predictor.shape, owner=owner)
    checked = checked.reshape(predictor.shape)
    return (predictor + checked).astype(predictor.dtype, copy=False)


def residuals(data, coef, intercept):
    """Return the targets minus the linear predictors, in the layout of y."""
    blocks = fitted_values(data, coef, intercept)
    pairs = zip(data.targets, blocks, strict=True)
    return data.unstack([Y - fitted for Y, fitted in pairs])


def fitted_values(data, coef, intercept, mean=None):
    """Return the predictions for the data of a fit, shaped as the targets.

    Parameters
    ----------
    data : TaskData
    coef : ndarray of shape (n_features, *data.columns)
    intercept : ndarray of shape ``data.columns``
    mean : callable, default=None
        Returns predictions, given linear predictors; the identity by default.
    """
    if data.layout.shares_samples:
        blocks = [linear(data.designs[0], coef, intercept)]
    else:
        blocks = linear_per_task(data.designs, coef, intercept)
    blocks = [own.reshape(Y.shape) for own, Y in zip(blocks, data.targets, strict=True)]
    pairs = zip(blocks, data.offsets, strict=True)
    blocks = [own if offset is None else own + offset for own, offset in pairs]
    return blocks if mean is None else [mean(own) for own in blocks]


def map_tasks(function, values):
    """Apply a function to every array of a list or a dict, or to an array."""
    if isinstance(values, dict):
        return {label: function(own) for label, own in values.items()}
    if isinstance(values, list):
        return [function(own) for own in values]
    return function(values)
