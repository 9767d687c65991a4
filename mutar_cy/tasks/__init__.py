"""The layouts that tasks come in, and go back out in."""

from mutar_cy.tasks._answers import (
    in_layout,
    linear_predictor,
    predict,
    residuals,
)
from mutar_cy.tasks._arrays import (
    check_design,
    check_offset,
    check_target,
    check_values,
    check_weights,
    linear,
)
from mutar_cy.tasks._convert import split_tasks, stack_tasks
from mutar_cy.tasks._labels import (
    as_python,
    check_labels,
    encode,
    name_of,
)
from mutar_cy.tasks._layouts import has_own_designs, task_list, with_offset
from mutar_cy.tasks._parts import make_parts, target_columns
from mutar_cy.tasks._problem import (
    Problem,
    read_offsets,
    read_problem,
    read_weights,
)
from mutar_cy.tasks._rows import own_rows, take_rows, take_samples, task_codes
from mutar_cy.tasks._scores import columns_with_weights, compare, r_squared, score
from mutar_cy.tasks._task_column import (
    feature_names,
    labels_in_column,
    position_of,
    task_position,
)

__all__ = [
    "Problem",
    "as_python",
    "check_design",
    "check_labels",
    "check_offset",
    "check_target",
    "check_values",
    "check_weights",
    "columns_with_weights",
    "compare",
    "encode",
    "feature_names",
    "has_own_designs",
    "in_layout",
    "labels_in_column",
    "linear",
    "linear_predictor",
    "make_parts",
    "name_of",
    "own_rows",
    "position_of",
    "predict",
    "r_squared",
    "read_offsets",
    "read_problem",
    "read_weights",
    "residuals",
    "score",
    "split_tasks",
    "stack_tasks",
    "take_rows",
    "take_samples",
    "target_columns",
    "task_codes",
    "task_list",
    "task_position",
    "with_offset",
]
