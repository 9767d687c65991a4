"""Which samples are fitted to and which are held out, fold by fold."""

from collections.abc import Mapping
from numbers import Integral

import numpy as np
from sklearn.base import is_classifier
from sklearn.model_selection import check_cv
from sklearn.utils.metadata_routing import get_routing_for_object

from mutar_cy.model_selection._splitters import TaskKFold


def make_folds(model, problem, cv, X=None, **given):
    """Return the rows of every design to fit to and to hold out, for every fold.

    Parameters
    ----------
    model : estimator
    problem : object
        As ``model._read`` returns it.
    cv : int, splitter, iterable of pairs of array, or None
        Samples are counted as the user gave them; all tasks end to end where every
        task has a design of its own.
    X : object, default=None
        What a splitter is shown, if it is a table.
    **given : dict
        What else the splitter takes.

    Returns
    -------
    folds : list of (train, test)
        Lists of one array of rows per design.

    Raises
    ------
    ValueError
        If a fold would leave a task without samples, or without those of a class.
    """
    data = problem.samples
    codes = data.task_codes()
    y = _as_given(data)
    if codes is not None:
        if wants_groups(cv):
            given = {"groups": data.labels[np.maximum(codes, 0)], **given}
        own = data.rows is None
        X = np.zeros((len(codes), 1)) if own or X is None else X
    elif X is None or isinstance(X, Mapping):
        X = np.zeros((len(y), 1))
    strata = _strata(model, codes, y)
    splitter = _splitter(cv, codes, strata)
    shown = y if strata is None or not isinstance(cv, Integral | None) else strata
    pairs = [
        tuple(data.rows_per_design(_indices(part, len(y))) for part in pair)
        for pair in splitter.split(X, shown, **given)
    ]
    if not pairs:
        raise ValueError(f"cv={cv!r} gives no fold.")
    for number, (train, test) in enumerate(pairs):
        _refuse_gaps(model, problem, number, train, test)
    return pairs


def wants_groups(cv):
    """Tell whether a splitter asks for groups of samples: scikit-learn's say so."""
    if cv is None or isinstance(cv, Integral):
        return True  # TaskKFold
    if not hasattr(cv, "get_metadata_routing"):
        return hasattr(cv, "split")
    return get_routing_for_object(cv).split.requests.get("groups") is True


def _as_given(data):
    """Return the targets as one array, samples as `TaskData.task_codes` counts them."""
    y = np.concatenate(data.targets)
    if data.rows is not None:
        order = np.arange(data.shape[0])
        placed = np.concatenate([order[own] for own in data.rows])
        found = np.full((data.shape[0], y.shape[1]), np.nan)
        found[placed] = y
        y = found
    return y[:, 0] if y.shape[1] == 1 else y


def _strata(model, codes, y):
    """Return what is to be spread evenly over the folds of a classifier, or None."""
    if not is_classifier(model):
        return None
    keys = y.reshape(len(y), -1) if codes is None else np.column_stack([codes, y])
    return np.unique(keys, axis=0, return_inverse=True)[1].ravel()


def _splitter(cv, codes, strata):
    cv = 5 if cv is None else cv
    if not isinstance(cv, Integral):
        return check_cv(cv)
    if strata is not None:
        return check_cv(cv, strata, classifier=True)
    return check_cv(cv) if codes is None else TaskKFold(cv)


def _indices(part, n_samples):
    part = np.asarray(part)
    return np.flatnonzero(part) if part.dtype.kind == "b" else part.astype(np.intp)


def _refuse_gaps(model, problem, number, train, test):
    """Raise if a task has nothing to fit to, or nothing at all is held out."""
    data, where = problem.samples, f"Fold {number} of cv"
    if not any(len(own) for own in test):
        raise ValueError(f"{where} holds out no sample.")
    if data.task_codes() is not None:
        _refuse_absent(model, data, where, train)
    without = data._replace(designs=data.targets)  # designs are large to take rows of
    refuse_lacking(model, problem, without.take(train), where)


def refuse_lacking(model, problem, data, where):
    """Raise if some of the samples are not enough to fit a model to.

    Parameters
    ----------
    model : estimator
    problem : object
        As ``model._read`` returned it.
    data : tasks.TaskData
        Some of its samples; designs are not looked at.
    where : str
        What the message calls the samples.

    Raises
    ------
    ValueError
        If no target is left to a task, or none of a class, or no count above 0.
    """
    classes = problem.classes if is_classifier(model) else np.zeros(0)
    counts = getattr(model, "loss", None) == "poisson"
    for owner, y, _ in data.target_columns():
        if not len(y):
            raise ValueError(f"{where} leaves no target{owner} to fit to.")
        if counts and not y.any():
            raise ValueError(f"{where} leaves no count above 0{owner} to fit to.")
        missing = np.setdiff1d(np.arange(len(classes)), y).astype(np.intp)
        if len(missing):
            raise ValueError(
                f"{where} leaves no sample of class "
                f"{classes.tolist()[missing[0]]!r}{owner} to fit to."
            )


def _refuse_absent(model, data, where, train):
    """Raise if a task that is not to be left out has no sample."""
    absent = [k for k, own in enumerate(train) if not len(own)]
    if absent and (model.unseen_tasks != "mean" or len(absent) == len(train)):
        raise ValueError(
            f"{where} leaves task {data.labels.tolist()[absent[0]]!r} without a sample "
            f"to fit to. Take folds within tasks (TaskKFold), or set "
            f"unseen_tasks='mean' to hold out whole tasks."
        )
