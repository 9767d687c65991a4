"""Folds of scikit-learn's tools that test tasks which they do not train on."""

from inspect import currentframe

import numpy as np

from mutar_cy._lib._tables import column_names
from mutar_cy.tasks._labels import (
    FOLDS_WITHIN_TASKS,
    NEW_TASKS,
    labels_in_column,
)

SPLITTING = "sklearn.model_selection._validation"
FITTING_A_FOLD = "_fit_and_score"
NEAR = 30  # frames between a fold and this module; pipelines stand between them


def refuse_folds_without_tasks(estimator):
    """Raise if a fold that this fit is for tests tasks which it does not train on.

    Every score of such a fold would fail, which scikit-learn reports as a warning with
    a traceback for each. If all fits fail, it raises one error. No method of the
    estimator is asked for folds, so this looks who calls.

    Parameters
    ----------
    estimator : estimator
        Its parameters ``task_column`` and ``unseen_tasks`` are read.
    """
    column = estimator.task_column
    if column is None or estimator.unseen_tasks != "raise":
        return
    frame = currentframe()
    for _ in range(NEAR):
        frame = None if frame is None else frame.f_back
        if frame is None:
            return
        if (
            frame.f_code.co_name == FITTING_A_FOLD
            and frame.f_globals.get("__name__") == SPLITTING
        ):
            _check_fold(column, frame.f_locals)
            return


def _check_fold(column, fold):
    """Raise if the task column of a fold's table has labels to test only."""
    X, train, test = (fold.get(name) for name in ("X", "train", "test"))
    if X is None or train is None or test is None:
        return
    # The steps of a pipeline may move columns: then only a name tells which it is.
    if getattr(fold.get("estimator"), "task_column", None) != column and (
        not isinstance(column, str) or column not in (column_names(X) or ())
    ):
        return
    labels = labels_in_column(X, column)
    if len(np.setdiff1d(labels[test], labels[train])):
        # Without the labels: scikit-learn shows an error of several folds once.
        raise ValueError(
            f"This fold tests tasks that it does not train on. "
            f"{FOLDS_WITHIN_TASKS.format(column=f', task_column={column!r}')}"
            f"{NEW_TASKS}"
        )
