"""Data of several tasks: layouts, task labels, checks, predictions and scores."""

from mutar_cy.tasks._arrays import (
    check_design,
    check_offset,
    check_target,
    check_task_offsets,
    check_task_weights,
    check_values,
    check_weights,
    linear,
    task_list,
)
from mutar_cy.tasks._convert import split_tasks, stack_tasks, take_samples
from mutar_cy.tasks._labels import (
    check_labels,
    column_position,
    encode,
    feature_names,
    format_label,
    labels_in_column,
    task_position,
    to_python,
)
from mutar_cy.tasks._layouts import (
    LAYOUTS,
    SHARED,
    SINGLE,
    Layout,
    fitted_layout,
    has_task_designs,
    read_task_data,
)
from mutar_cy.tasks._predict import add_offset, linear_predictor, predict, residuals
from mutar_cy.tasks._scores import (
    columns_with_weights,
    r_squared,
    score,
    score_predictions,
)
from mutar_cy.tasks._task_data import TaskData, make_parts

__all__ = [
    "LAYOUTS",
    "SHARED",
    "SINGLE",
    "Layout",
    "TaskData",
    "add_offset",
    "check_design",
    "check_labels",
    "check_offset",
    "check_target",
    "check_task_offsets",
    "check_task_weights",
    "check_values",
    "check_weights",
    "column_position",
    "columns_with_weights",
    "encode",
    "feature_names",
    "fitted_layout",
    "format_label",
    "has_task_designs",
    "labels_in_column",
    "linear",
    "linear_predictor",
    "make_parts",
    "predict",
    "r_squared",
    "read_task_data",
    "residuals",
    "score",
    "score_predictions",
    "split_tasks",
    "stack_tasks",
    "take_samples",
    "task_list",
    "task_position",
    "to_python",
]
