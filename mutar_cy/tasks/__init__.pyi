"""Data of several tasks: layouts, task labels, checks, predictions and scores."""

# Written by tools/make_stubs.py.

from typing import Any

from numpy.typing import NDArray

from mutar_cy._lib._annotations import Array, Data
from mutar_cy.tasks._arrays import check_design as check_design
from mutar_cy.tasks._arrays import check_offset as check_offset
from mutar_cy.tasks._arrays import check_target as check_target
from mutar_cy.tasks._arrays import check_task_offsets as check_task_offsets
from mutar_cy.tasks._arrays import check_task_weights as check_task_weights
from mutar_cy.tasks._arrays import check_values as check_values
from mutar_cy.tasks._arrays import check_weights as check_weights
from mutar_cy.tasks._arrays import is_dict as is_dict
from mutar_cy.tasks._arrays import linear as linear
from mutar_cy.tasks._arrays import task_list as task_list
from mutar_cy.tasks._clusters import cluster_codes as cluster_codes
from mutar_cy.tasks._clusters import sample_clusters as sample_clusters
from mutar_cy.tasks._convert import take_samples as take_samples
from mutar_cy.tasks._labels import check_labels as check_labels
from mutar_cy.tasks._labels import column_position as column_position
from mutar_cy.tasks._labels import encode as encode
from mutar_cy.tasks._labels import feature_names as feature_names
from mutar_cy.tasks._labels import format_label as format_label
from mutar_cy.tasks._labels import label_array as label_array
from mutar_cy.tasks._labels import labels_in_column as labels_in_column
from mutar_cy.tasks._labels import look_up as look_up
from mutar_cy.tasks._labels import rows_of_tasks as rows_of_tasks
from mutar_cy.tasks._labels import task_position as task_position
from mutar_cy.tasks._labels import to_python as to_python
from mutar_cy.tasks._labels import without_task_column as without_task_column
from mutar_cy.tasks._layouts import LAYOUTS as LAYOUTS
from mutar_cy.tasks._layouts import SHARED as SHARED
from mutar_cy.tasks._layouts import SINGLE as SINGLE
from mutar_cy.tasks._layouts import Layout as Layout
from mutar_cy.tasks._layouts import fitted_layout as fitted_layout
from mutar_cy.tasks._layouts import has_task_designs as has_task_designs
from mutar_cy.tasks._layouts import read_task_data as read_task_data
from mutar_cy.tasks._predict import add_offset as add_offset
from mutar_cy.tasks._predict import fitted_values as fitted_values
from mutar_cy.tasks._predict import linear_predictor as linear_predictor
from mutar_cy.tasks._predict import map_tasks as map_tasks
from mutar_cy.tasks._predict import predict as predict
from mutar_cy.tasks._predict import residuals as residuals
from mutar_cy.tasks._scores import columns_with_weights as columns_with_weights
from mutar_cy.tasks._scores import r_squared as r_squared
from mutar_cy.tasks._scores import score as score
from mutar_cy.tasks._scores import score_predictions as score_predictions
from mutar_cy.tasks._task_data import TaskData as TaskData
from mutar_cy.tasks._task_data import make_parts as make_parts

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
    "cluster_codes",
    "column_position",
    "columns_with_weights",
    "encode",
    "feature_names",
    "fitted_layout",
    "fitted_values",
    "format_label",
    "has_task_designs",
    "is_dict",
    "label_array",
    "labels_in_column",
    "linear",
    "linear_predictor",
    "look_up",
    "make_parts",
    "map_tasks",
    "predict",
    "r_squared",
    "read_task_data",
    "residuals",
    "rows_of_tasks",
    "sample_clusters",
    "score",
    "score_predictions",
    "split_tasks",
    "stack_tasks",
    "take_samples",
    "task_list",
    "task_position",
    "to_python",
    "without_task_column",
]

def split_tasks(
    X: Data, y: Array, task: Array
) -> tuple[Any, list[Any], NDArray[Any]]: ...
def stack_tasks(
    X: Data | Data, y: Data, labels: Array | None = None
) -> tuple[Any, NDArray[Any], NDArray[Any]]: ...
