"""Choice of penalty strengths, paths, stability, and scores over tasks."""

# Written by tools/make_stubs.py.

from abc import ABCMeta
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from mutar_cy._lib._annotations import Array, Data
from mutar_cy.inspection import feature_importance as feature_importance
from mutar_cy.model_selection._criteria import RowCounts as RowCounts
from mutar_cy.model_selection._criteria import criterion_path as criterion_path
from mutar_cy.model_selection._cross_validation import (
    ValidationLosses as ValidationLosses,
)
from mutar_cy.model_selection._cross_validation import collect_losses as collect_losses
from mutar_cy.model_selection._cross_validation import cross_validate as cross_validate
from mutar_cy.model_selection._cross_validation import make_folds as make_folds
from mutar_cy.model_selection._cross_validation import select_best as select_best
from mutar_cy.model_selection._grids import Grid as Grid
from mutar_cy.model_selection._grids import alpha_grid as alpha_grid
from mutar_cy.model_selection._grids import geometric_alphas as geometric_alphas
from mutar_cy.model_selection._grids import pair_grid as pair_grid
from mutar_cy.model_selection._paths import last_model as last_model
from mutar_cy.model_selection._paths import path_model as path_model

__all__ = [
    "Evaluation",
    "LeaveOneTaskOut",
    "StabilitySelection",
    "TaskGroupKFold",
    "TaskKFold",
    "evaluate",
    "feature_importance",
    "make_task_scorer",
    "score_tasks",
]

class Evaluation:
    scores_: NDArray[Any]
    models_: list[Any]
    tasks_: list[Any]
    scores: Array
    names: Sequence[Any]
    labels: Sequence[Any]
    def __init__(
        self, scores: Array, names: Sequence[Any], labels: Sequence[Any]
    ) -> None: ...
    def compare(self, model: str, other: str) -> Any: ...
    def frame(self) -> Any: ...

class LeaveOneTaskOut(metaclass=ABCMeta):
    task_column: int | str | None
    set_split_request: Any
    def __init__(self, *, task_column: int | str | None = None) -> None: ...
    def get_metadata_routing(self) -> Any: ...
    def get_n_splits(
        self,
        X: Any = None,
        y: Any = None,
        groups: Array | None = None,
        task: Array | None = None,
    ) -> int: ...
    def split(
        self,
        X: Data,
        y: Any = None,
        groups: Array | None = None,
        task: Array | None = None,
    ) -> Any: ...

class RegularizationPath:
    alphas: Array
    coefs: Array
    intercepts: Array
    dual_gaps: Array
    objectives: Array
    n_iters: Any
    betas: Array | None
    feature_names: Sequence[Any] | None
    tasks: Array | None
    groups: Sequence[Any] | None
    group_names: Sequence[Any] | None
    def __init__(
        self,
        *,
        alphas: Array,
        coefs: Array,
        intercepts: Array,
        dual_gaps: Array,
        objectives: Array,
        n_iters: Any,
        betas: Array | None = None,
        feature_names: Sequence[Any] | None = None,
        tasks: Array | None = None,
        groups: Sequence[Any] | None = None,
        group_names: Sequence[Any] | None = None,
    ) -> None: ...
    @property
    def group_norms(self) -> Any: ...
    @property
    def row_norms(self) -> Any: ...
    def to_dataframe(self, by: Literal["features", "groups"] = "features") -> Any: ...

class StabilitySelection(metaclass=ABCMeta):
    selection_frequencies_: NDArray[Any]
    support_: Any
    stability_path_: NDArray[Any]
    task_frequencies_: NDArray[Any]
    alphas_: NDArray[Any]
    group_frequencies_: NDArray[Any]
    group_path_: NDArray[Any]
    group_names_: list[Any]
    n_selected_: float
    error_bound_: float
    max_features_: Any
    threshold_: float
    tasks_: NDArray[Any]
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    estimator: Any
    alphas: Array | int | None
    eps: float
    n_subsamples: int
    sample_fraction: float
    threshold: float | None
    max_features: int | None
    max_false: float | None
    bound: Literal["worst_case", "unimodal", "r_concave"]
    random_state: int | np.random.RandomState | None
    n_jobs: int | None
    set_fit_request: Any
    set_output: Any
    def __init__(
        self,
        estimator: Any,
        *,
        alphas: Array | int | None = None,
        eps: float = 0.1,
        n_subsamples: int = 100,
        sample_fraction: float = 0.5,
        threshold: float | None = 0.6,
        max_features: int | None = None,
        max_false: float | None = None,
        bound: Literal["worst_case", "unimodal", "r_concave"] = "worst_case",
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
    ) -> None: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        task: Any = None,
        offset: Any = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def fit_transform(self, X: Data, y: Any = ..., **fit_params: Any) -> Any: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(self, indices: bool = False) -> NDArray[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...
    @property
    def stable_groups_(self) -> list[Any]: ...

class TaskGroupKFold(metaclass=ABCMeta):
    n_splits: int
    shuffle: bool
    random_state: int | np.random.RandomState | None
    task_column: int | str | None
    set_split_request: Any
    def __init__(
        self,
        n_splits: int = 5,
        *,
        shuffle: bool = False,
        random_state: int | np.random.RandomState | None = None,
        task_column: int | str | None = None,
    ) -> None: ...
    def get_metadata_routing(self) -> Any: ...
    def get_n_splits(
        self, X: Any = None, y: Any = None, groups: Any = None, task: Any = None
    ) -> int: ...
    def split(
        self,
        X: Data,
        y: Any = None,
        groups: Array | None = None,
        task: Array | None = None,
    ) -> Any: ...

class TaskKFold(metaclass=ABCMeta):
    n_splits: int
    shuffle: bool
    random_state: int | np.random.RandomState | None
    task_column: int | str | None
    set_split_request: Any
    def __init__(
        self,
        n_splits: int = 5,
        *,
        shuffle: bool = False,
        random_state: int | np.random.RandomState | None = None,
        task_column: int | str | None = None,
    ) -> None: ...
    def get_metadata_routing(self) -> Any: ...
    def get_n_splits(
        self, X: Any = None, y: Any = None, groups: Any = None, task: Any = None
    ) -> int: ...
    def split(
        self,
        X: Data,
        y: Any = None,
        groups: Array | None = None,
        task: Array | None = None,
    ) -> Any: ...

def evaluate(
    models: Any,
    X: Array | Mapping[Any, Any] | Sequence[Any],
    y: Array | Mapping[Any, Any] | Sequence[Any],
    *,
    task: Array | None = None,
    clusters: Data | None = None,
    cv: int = 5,
    scoring: str | Callable[..., Any] | None = None,
    n_jobs: int | None = None,
) -> Evaluation: ...
def make_task_scorer(
    metric: str | Callable[..., Any],
    *,
    aggregate: Literal["mean", "min", "median"] | Callable[..., Any] = "mean",
    task_column: int | str | None = None,
    greater_is_better: bool = True,
    response_method: str | Sequence[Any] = "predict",
    **kwargs: Any,
) -> Callable[..., Any]: ...
def regularization_path(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    alphas: Array | int = 100,
    betas: Array | int | None = None,
    eps: float = 0.001,
    max_features: int | None = None,
    max_explained: float | None = None,
    **fit_params: Any,
) -> RegularizationPath: ...
def score_tasks(
    estimator: Any,
    X: Data,
    y: Data,
    *,
    scoring: str | Callable[..., Any] | None = None,
    sample_weight: Array | float | None = None,
    task: Array | None = None,
    offset: Array | None = None,
) -> dict[Any, Any]: ...
