"""Estimators: parameters, docstring, objective and predictions of every model."""

# Written by tools/make_stubs.py.

from abc import ABCMeta
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from mutar_cy._lib._annotations import Array, Data
from mutar_cy.estimators._cross_validated import CrossValidated as CrossValidated
from mutar_cy.estimators._cross_validated import constraints_of as constraints_of
from mutar_cy.estimators._docs import fill as fill
from mutar_cy.losses import Loss

__all__ = [
    "MTW",
    "MTWCV",
    "CrossValidated",
    "DataSharedLasso",
    "DataSharedLassoCV",
    "DirtyClassifier",
    "DirtyClassifierCV",
    "DirtyModel",
    "DirtyModelCV",
    "GroupLasso",
    "GroupLassoCV",
    "GroupLassoClassifier",
    "GroupLassoClassifierCV",
    "IndLasso",
    "IndLassoCV",
    "IndLassoClassifier",
    "IndLassoClassifierCV",
    "IndRewLasso",
    "IndRewLassoCV",
    "MultiLevelLasso",
    "MultiLevelLassoCV",
    "PretrainedLasso",
    "PretrainedLassoCV",
    "ReMTW",
    "ReMTWCV",
    "ReweightedGroupLasso",
    "ReweightedGroupLassoCV",
    "alpha_max",
    "constraints_of",
    "fill",
    "pivotal_alpha",
]

class DataSharedLasso(metaclass=ABCMeta):
    coef_: NDArray[Any]
    coef_shared_: NDArray[Any]
    coef_specific_: NDArray[Any]
    intercept_: Any
    alpha_max_: Any
    dual_gap_: float
    objective_: float
    n_iter_: int
    residuals_: Any
    dispersion_: float
    n_passes_: int
    n_bytes_read_: int
    dual_gap_statistics_: Any
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: float
    beta: float | None
    deviations: Literal["entries", "rows"]
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    warm_start: bool
    loss: str | Loss
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    degenerate_tasks: Any
    groups: Any
    l1_ratio: Any
    positive: Any
    ridge: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    standardize_groups: Any
    def __init__(
        self,
        alpha: float = 0.1,
        beta: float | None = None,
        *,
        deviations: Literal["entries", "rows"] = "rows",
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        warm_start: bool = False,
        loss: str | Loss = "squared_error",
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class DataSharedLassoCV(metaclass=ABCMeta):
    alpha_: float
    beta_: float
    deviations_: Literal["entries", "rows"]
    alphas_: NDArray[Any]
    betas_: NDArray[Any]
    mse_path_: NDArray[Any]
    task_mse_path_: NDArray[Any]
    deviance_path_: NDArray[Any]
    task_deviance_path_: NDArray[Any]
    criterion_path_: NDArray[Any]
    criterion_dispersion_: Any
    degrees_of_freedom_: NDArray[Any]
    coef_: NDArray[Any]
    coef_shared_: NDArray[Any]
    coef_specific_: NDArray[Any]
    intercept_: Any
    dual_gap_: float
    objective_: float
    n_iter_: int
    residuals_: Any
    dispersion_: float
    n_passes_: int
    n_bytes_read_: int
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    deviations: Literal["entries", "rows", "either"]
    alphas: Array | int
    betas: Array | None
    ratios: Array | int
    eps: float
    cv: Any
    rule: Literal["min", "1se"]
    criterion: Literal["aic", "bic", "ebic", "qaic", "qbic", "qebic", "sure"] | None
    n_jobs: int | None
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    loss: str | Loss
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    degenerate_tasks: Any
    groups: Any
    l1_ratio: Any
    positive: Any
    relax: Any
    ridge: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    standardize_groups: Any
    verbose: Any
    def __init__(
        self,
        *,
        deviations: Literal["entries", "rows", "either"] = "either",
        alphas: Array | int = 40,
        betas: Array | None = None,
        ratios: Array | int = 4,
        eps: float = 0.01,
        cv: Any = None,
        rule: Literal["min", "1se"] = "min",
        criterion: Literal["aic", "bic", "ebic", "qaic", "qbic", "qebic", "sure"]
        | None = None,
        n_jobs: int | None = None,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        loss: str | Loss = "squared_error",
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
        groups: Array | None = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class DirtyClassifier(metaclass=ABCMeta):
    classes_: NDArray[Any]
    coef_: NDArray[Any]
    coef_shared_: NDArray[Any]
    coef_specific_: NDArray[Any]
    intercept_: NDArray[Any]
    alpha_max_: Any
    dual_gap_: Any
    objective_: Any
    n_iter_: int
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: float
    beta: float | None
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: Array | bool
    warm_start: bool
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    ridge: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    class_weight: Literal["balanced"] | Mapping[Any, Any] | None
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    degenerate_tasks: Literal["raise", "constant"]
    l1_ratio: Any
    set_decision_function_request: Any
    set_fit_request: Any
    set_predict_proba_request: Any
    set_predict_request: Any
    set_score_request: Any
    standardize_groups: Any
    def __init__(
        self,
        alpha: float = 0.01,
        beta: float | None = None,
        *,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: Array | bool = False,
        warm_start: bool = False,
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        ridge: float = 0.0,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        class_weight: Literal["balanced"] | Mapping[Any, Any] | None = None,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        degenerate_tasks: Literal["raise", "constant"] = "raise",
    ) -> None: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def decision_function(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def fit(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(self, X: Any, task: Any = None, offset: Any = None) -> Any: ...
    def predict_proba(self, X: Any, task: Any = None, offset: Any = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class DirtyClassifierCV(metaclass=ABCMeta):
    alpha_: float
    beta_: float
    alphas_: NDArray[Any]
    betas_: NDArray[Any]
    deviance_path_: NDArray[Any]
    task_deviance_path_: NDArray[Any]
    criterion_path_: NDArray[Any]
    degrees_of_freedom_: NDArray[Any]
    classes_: NDArray[Any]
    coef_: NDArray[Any]
    coef_shared_: NDArray[Any]
    coef_specific_: NDArray[Any]
    intercept_: NDArray[Any]
    dual_gap_: Any
    objective_: Any
    n_iter_: int
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alphas: Array | int
    betas: Array | None
    ratios: Array | int
    eps: float
    cv: Any
    rule: Literal["min", "1se"]
    criterion: Literal["aic", "bic", "ebic"] | None
    n_jobs: int | None
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: Array | bool
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    ridge: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    class_weight: Literal["balanced"] | Mapping[Any, Any] | None
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    degenerate_tasks: Literal["raise", "constant"]
    l1_ratio: Any
    relax: Any
    set_decision_function_request: Any
    set_fit_request: Any
    set_predict_proba_request: Any
    set_predict_request: Any
    set_score_request: Any
    standardize_groups: Any
    verbose: Any
    def __init__(
        self,
        *,
        alphas: Array | int = 100,
        betas: Array | None = None,
        ratios: Array | int = 5,
        eps: float = 0.001,
        cv: Any = None,
        rule: Literal["min", "1se"] = "min",
        criterion: Literal["aic", "bic", "ebic"] | None = None,
        n_jobs: int | None = None,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: Array | bool = False,
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        ridge: float = 0.0,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        class_weight: Literal["balanced"] | Mapping[Any, Any] | None = None,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        degenerate_tasks: Literal["raise", "constant"] = "raise",
    ) -> None: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def decision_function(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
        groups: Array | None = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(self, X: Any, task: Any = None, offset: Any = None) -> Any: ...
    def predict_proba(self, X: Any, task: Any = None, offset: Any = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class DirtyModel(metaclass=ABCMeta):
    coef_: NDArray[Any]
    coef_shared_: NDArray[Any]
    coef_specific_: NDArray[Any]
    intercept_: Any
    alpha_max_: Any
    dual_gap_: float
    objective_: float
    n_iter_: int
    residuals_: Any
    dispersion_: float
    sigma_: Any
    n_passes_: int
    n_bytes_read_: int
    dual_gap_statistics_: Any
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: float
    beta: float | None
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: Array | bool
    warm_start: bool
    loss: str | Loss
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    ridge: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    degenerate_tasks: Literal["raise", "constant"]
    concomitant: bool
    l1_ratio: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    standardize_groups: Any
    def __init__(
        self,
        alpha: float = 1.0,
        beta: float | None = None,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: Array | bool = False,
        warm_start: bool = False,
        *,
        loss: str | Loss = "squared_error",
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        ridge: float = 0.0,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
        degenerate_tasks: Literal["raise", "constant"] = "raise",
        concomitant: bool = False,
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class DirtyModelCV(metaclass=ABCMeta):
    alpha_: float
    beta_: float
    alphas_: NDArray[Any]
    betas_: NDArray[Any]
    mse_path_: NDArray[Any]
    task_mse_path_: NDArray[Any]
    deviance_path_: NDArray[Any]
    task_deviance_path_: NDArray[Any]
    criterion_path_: NDArray[Any]
    criterion_dispersion_: Any
    degrees_of_freedom_: NDArray[Any]
    coef_: NDArray[Any]
    coef_shared_: NDArray[Any]
    coef_specific_: NDArray[Any]
    intercept_: Any
    dual_gap_: float
    objective_: float
    n_iter_: int
    residuals_: Any
    dispersion_: float
    sigma_: Any
    n_passes_: int
    n_bytes_read_: int
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alphas: Array | int
    betas: Array | None
    ratios: Array | int
    eps: float
    cv: Any
    rule: Literal["min", "1se"]
    criterion: Literal["aic", "bic", "ebic", "qaic", "qbic", "qebic", "sure"] | None
    n_jobs: int | None
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: Array | bool
    loss: str | Loss
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    ridge: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    degenerate_tasks: Literal["raise", "constant"]
    concomitant: bool
    l1_ratio: Any
    relax: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    standardize_groups: Any
    verbose: Any
    def __init__(
        self,
        *,
        alphas: Array | int = 100,
        betas: Array | None = None,
        ratios: Array | int = 5,
        eps: float = 0.001,
        cv: Any = None,
        rule: Literal["min", "1se"] = "min",
        criterion: Literal["aic", "bic", "ebic", "qaic", "qbic", "qebic", "sure"]
        | None = None,
        n_jobs: int | None = None,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: Array | bool = False,
        loss: str | Loss = "squared_error",
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        ridge: float = 0.0,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
        degenerate_tasks: Literal["raise", "constant"] = "raise",
        concomitant: bool = False,
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
        groups: Array | None = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class GroupLasso(metaclass=ABCMeta):
    coef_: NDArray[Any]
    intercept_: Any
    alpha_max_: Any
    dual_gap_: float
    objective_: float
    n_iter_: int
    residuals_: Any
    dispersion_: float
    sigma_: Any
    n_passes_: int
    n_bytes_read_: int
    dual_gap_statistics_: Any
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: float
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: Array | bool
    warm_start: bool
    loss: str | Loss
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    l1_ratio: float
    ridge: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    standardize_groups: bool
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    degenerate_tasks: Literal["raise", "constant"]
    concomitant: bool
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    def __init__(
        self,
        alpha: float = 0.1,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: Array | bool = False,
        warm_start: bool = False,
        *,
        loss: str | Loss = "squared_error",
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        l1_ratio: float = 0.0,
        ridge: float = 0.0,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        standardize_groups: bool = False,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
        degenerate_tasks: Literal["raise", "constant"] = "raise",
        concomitant: bool = False,
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    @property
    def coef_shared_(self) -> Any: ...
    @property
    def coef_specific_(self) -> Any: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class GroupLassoCV(metaclass=ABCMeta):
    alpha_: float
    alphas_: NDArray[Any]
    relax_: float
    relax_mse_path_: NDArray[Any]
    mse_path_: NDArray[Any]
    deviance_path_: NDArray[Any]
    task_mse_path_: NDArray[Any]
    task_deviance_path_: NDArray[Any]
    criterion_path_: NDArray[Any]
    criterion_dispersion_: Any
    degrees_of_freedom_: NDArray[Any]
    coef_: NDArray[Any]
    intercept_: Any
    dual_gap_: float
    objective_: float
    n_iter_: int
    residuals_: Any
    dispersion_: float
    sigma_: Any
    n_passes_: int
    n_bytes_read_: int
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alphas: Array | int
    eps: float
    cv: Any
    rule: Literal["min", "1se"]
    criterion: Literal["aic", "bic", "ebic", "qaic", "qbic", "qebic", "sure"] | None
    relax: Array | float | None
    n_jobs: int | None
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: Array | bool
    loss: str | Loss
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    l1_ratio: float
    ridge: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    standardize_groups: bool
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    degenerate_tasks: Literal["raise", "constant"]
    concomitant: bool
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    verbose: Any
    def __init__(
        self,
        *,
        alphas: Array | int = 100,
        eps: float = 0.001,
        cv: Any = None,
        rule: Literal["min", "1se"] = "min",
        criterion: Literal["aic", "bic", "ebic", "qaic", "qbic", "qebic", "sure"]
        | None = None,
        relax: Array | float | None = None,
        n_jobs: int | None = None,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: Array | bool = False,
        loss: str | Loss = "squared_error",
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        l1_ratio: float = 0.0,
        ridge: float = 0.0,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        standardize_groups: bool = False,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
        degenerate_tasks: Literal["raise", "constant"] = "raise",
        concomitant: bool = False,
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    @property
    def coef_shared_(self) -> Any: ...
    @property
    def coef_specific_(self) -> Any: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
        groups: Array | None = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class GroupLassoClassifier(metaclass=ABCMeta):
    classes_: NDArray[Any]
    coef_: NDArray[Any]
    intercept_: NDArray[Any]
    alpha_max_: Any
    dual_gap_: Any
    objective_: Any
    n_iter_: int
    n_passes_: int
    n_bytes_read_: int
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: float
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: Array | bool
    warm_start: bool
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    l1_ratio: float
    ridge: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    standardize_groups: bool
    class_weight: Literal["balanced"] | Mapping[Any, Any] | None
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    degenerate_tasks: Literal["raise", "constant"]
    set_decision_function_request: Any
    set_fit_request: Any
    set_predict_proba_request: Any
    set_predict_request: Any
    set_score_request: Any
    def __init__(
        self,
        alpha: float = 0.01,
        *,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: Array | bool = False,
        warm_start: bool = False,
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        l1_ratio: float = 0.0,
        ridge: float = 0.0,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        standardize_groups: bool = False,
        class_weight: Literal["balanced"] | Mapping[Any, Any] | None = None,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        degenerate_tasks: Literal["raise", "constant"] = "raise",
    ) -> None: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def decision_function(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def fit(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(self, X: Any, task: Any = None, offset: Any = None) -> Any: ...
    def predict_proba(self, X: Any, task: Any = None, offset: Any = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class GroupLassoClassifierCV(metaclass=ABCMeta):
    alpha_: float
    alphas_: NDArray[Any]
    deviance_path_: NDArray[Any]
    task_deviance_path_: NDArray[Any]
    criterion_path_: NDArray[Any]
    degrees_of_freedom_: NDArray[Any]
    classes_: NDArray[Any]
    coef_: NDArray[Any]
    intercept_: NDArray[Any]
    dual_gap_: Any
    objective_: Any
    n_iter_: int
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alphas: Array | int
    eps: float
    cv: Any
    rule: Literal["min", "1se"]
    criterion: Literal["aic", "bic", "ebic"] | None
    n_jobs: int | None
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: Array | bool
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    l1_ratio: float
    ridge: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    standardize_groups: bool
    class_weight: Literal["balanced"] | Mapping[Any, Any] | None
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    degenerate_tasks: Literal["raise", "constant"]
    relax: Any
    set_decision_function_request: Any
    set_fit_request: Any
    set_predict_proba_request: Any
    set_predict_request: Any
    set_score_request: Any
    verbose: Any
    def __init__(
        self,
        *,
        alphas: Array | int = 100,
        eps: float = 0.001,
        cv: Any = None,
        rule: Literal["min", "1se"] = "min",
        criterion: Literal["aic", "bic", "ebic"] | None = None,
        n_jobs: int | None = None,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: Array | bool = False,
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        l1_ratio: float = 0.0,
        ridge: float = 0.0,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        standardize_groups: bool = False,
        class_weight: Literal["balanced"] | Mapping[Any, Any] | None = None,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        degenerate_tasks: Literal["raise", "constant"] = "raise",
    ) -> None: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def decision_function(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
        groups: Array | None = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(self, X: Any, task: Any = None, offset: Any = None) -> Any: ...
    def predict_proba(self, X: Any, task: Any = None, offset: Any = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class IndLasso(metaclass=ABCMeta):
    coef_: NDArray[Any]
    intercept_: Any
    alpha_max_: Any
    dual_gap_: Any
    objective_: Any
    n_iter_: int
    residuals_: Any
    dispersion_: float
    sigma_: Any
    n_passes_: int
    n_bytes_read_: int
    dual_gap_statistics_: Any
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: Array | float
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: Array | bool
    warm_start: bool
    loss: str | Loss
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    l1_ratio: float
    ridge: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    standardize_groups: bool
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    degenerate_tasks: Literal["raise", "constant"]
    concomitant: bool
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    def __init__(
        self,
        alpha: Array | float = 0.1,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: Array | bool = False,
        warm_start: bool = False,
        *,
        loss: str | Loss = "squared_error",
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        l1_ratio: float = 0.0,
        ridge: float = 0.0,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        standardize_groups: bool = False,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
        degenerate_tasks: Literal["raise", "constant"] = "raise",
        concomitant: bool = False,
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class IndLassoCV(metaclass=ABCMeta):
    alpha_: Any
    alphas_: NDArray[Any]
    mse_path_: NDArray[Any]
    deviance_path_: NDArray[Any]
    task_mse_path_: NDArray[Any]
    task_deviance_path_: NDArray[Any]
    criterion_path_: NDArray[Any]
    criterion_dispersion_: Any
    degrees_of_freedom_: NDArray[Any]
    relax_: float
    relax_mse_path_: NDArray[Any]
    coef_: NDArray[Any]
    intercept_: Any
    dual_gap_: Any
    objective_: Any
    n_iter_: int
    residuals_: Any
    dispersion_: float
    sigma_: Any
    n_passes_: int
    n_bytes_read_: int
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alphas: Array | int
    eps: float
    per_task: bool
    cv: Any
    rule: Literal["min", "1se"]
    criterion: Literal["aic", "bic", "ebic", "qaic", "qbic", "qebic", "sure"] | None
    relax: Array | float | None
    n_jobs: int | None
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: Array | bool
    loss: str | Loss
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    l1_ratio: float
    ridge: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    standardize_groups: bool
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    degenerate_tasks: Literal["raise", "constant"]
    concomitant: bool
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    verbose: Any
    def __init__(
        self,
        *,
        alphas: Array | int = 100,
        eps: float = 0.001,
        per_task: bool = True,
        cv: Any = None,
        rule: Literal["min", "1se"] = "min",
        criterion: Literal["aic", "bic", "ebic", "qaic", "qbic", "qebic", "sure"]
        | None = None,
        relax: Array | float | None = None,
        n_jobs: int | None = None,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: Array | bool = False,
        loss: str | Loss = "squared_error",
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        l1_ratio: float = 0.0,
        ridge: float = 0.0,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        standardize_groups: bool = False,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
        degenerate_tasks: Literal["raise", "constant"] = "raise",
        concomitant: bool = False,
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
        groups: Array | None = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class IndLassoClassifier(metaclass=ABCMeta):
    classes_: NDArray[Any]
    coef_: NDArray[Any]
    intercept_: NDArray[Any]
    alpha_max_: Any
    dual_gap_: Any
    objective_: Any
    n_iter_: int
    n_passes_: int
    n_bytes_read_: int
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: Array | float
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: Array | bool
    warm_start: bool
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    l1_ratio: float
    ridge: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    standardize_groups: bool
    class_weight: Literal["balanced"] | Mapping[Any, Any] | None
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    degenerate_tasks: Literal["raise", "constant"]
    set_decision_function_request: Any
    set_fit_request: Any
    set_predict_proba_request: Any
    set_predict_request: Any
    set_score_request: Any
    def __init__(
        self,
        alpha: Array | float = 0.01,
        *,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: Array | bool = False,
        warm_start: bool = False,
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        l1_ratio: float = 0.0,
        ridge: float = 0.0,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        standardize_groups: bool = False,
        class_weight: Literal["balanced"] | Mapping[Any, Any] | None = None,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        degenerate_tasks: Literal["raise", "constant"] = "raise",
    ) -> None: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def decision_function(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def fit(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(self, X: Any, task: Any = None, offset: Any = None) -> Any: ...
    def predict_proba(self, X: Any, task: Any = None, offset: Any = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class IndLassoClassifierCV(metaclass=ABCMeta):
    alpha_: Any
    alphas_: NDArray[Any]
    deviance_path_: NDArray[Any]
    task_deviance_path_: NDArray[Any]
    criterion_path_: NDArray[Any]
    degrees_of_freedom_: NDArray[Any]
    classes_: NDArray[Any]
    coef_: NDArray[Any]
    intercept_: NDArray[Any]
    dual_gap_: Any
    objective_: Any
    n_iter_: int
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alphas: Array | int
    eps: float
    per_task: bool
    cv: Any
    rule: Literal["min", "1se"]
    criterion: Literal["aic", "bic", "ebic"] | None
    n_jobs: int | None
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: Array | bool
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    l1_ratio: float
    ridge: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    standardize_groups: bool
    class_weight: Literal["balanced"] | Mapping[Any, Any] | None
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    degenerate_tasks: Literal["raise", "constant"]
    relax: Any
    set_decision_function_request: Any
    set_fit_request: Any
    set_predict_proba_request: Any
    set_predict_request: Any
    set_score_request: Any
    verbose: Any
    def __init__(
        self,
        *,
        alphas: Array | int = 100,
        eps: float = 0.001,
        per_task: bool = True,
        cv: Any = None,
        rule: Literal["min", "1se"] = "min",
        criterion: Literal["aic", "bic", "ebic"] | None = None,
        n_jobs: int | None = None,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: Array | bool = False,
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        l1_ratio: float = 0.0,
        ridge: float = 0.0,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        standardize_groups: bool = False,
        class_weight: Literal["balanced"] | Mapping[Any, Any] | None = None,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        degenerate_tasks: Literal["raise", "constant"] = "raise",
    ) -> None: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def decision_function(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
        groups: Array | None = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> list[Any]: ...
    @property
    def group_norms_(self) -> NDArray[Any]: ...
    @property
    def groups_(self) -> list[Any]: ...
    def predict(self, X: Any, task: Any = None, offset: Any = None) -> Any: ...
    def predict_proba(self, X: Any, task: Any = None, offset: Any = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> list[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class IndRewLasso(metaclass=ABCMeta):
    coef_: NDArray[Any]
    intercept_: Any
    loss_: NDArray[Any]
    objective_: float
    weights_: NDArray[Any]
    dual_gap_: Any
    n_iter_: int
    residuals_: Any
    n_passes_: int
    n_bytes_read_: int
    dual_gap_statistics_: Any
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: Array | float
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    max_iter_reweighting: int
    tol: float
    positive: bool
    warm_start: bool
    tol_reweighting: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    groups: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    def __init__(
        self,
        alpha: Array | float = 0.1,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        max_iter_reweighting: int = 100,
        tol: float = 0.0001,
        positive: bool = False,
        warm_start: bool = False,
        *,
        tol_reweighting: float = 0.0001,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> Any: ...
    @property
    def group_norms_(self) -> Any: ...
    @property
    def groups_(self) -> Any: ...
    def predict(self, X: Data, task: Array | None = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> Any: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class IndRewLassoCV(metaclass=ABCMeta):
    alpha_: Any
    alphas_: NDArray[Any]
    mse_path_: NDArray[Any]
    task_mse_path_: NDArray[Any]
    criterion_path_: NDArray[Any]
    degrees_of_freedom_: NDArray[Any]
    coef_: NDArray[Any]
    intercept_: Any
    loss_: NDArray[Any]
    objective_: float
    weights_: NDArray[Any]
    dual_gap_: Any
    n_iter_: int
    residuals_: Any
    n_passes_: int
    n_bytes_read_: int
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alphas: Array | int
    eps: float
    per_task: bool
    cv: Any
    rule: Literal["min", "1se"]
    criterion: Literal["aic", "bic", "ebic"] | None
    n_jobs: int | None
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    max_iter_reweighting: int
    tol: float
    positive: bool
    tol_reweighting: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    groups: Any
    relax: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    verbose: Any
    def __init__(
        self,
        *,
        alphas: Array | int = 100,
        eps: float = 0.001,
        per_task: bool = True,
        cv: Any = None,
        rule: Literal["min", "1se"] = "min",
        criterion: Literal["aic", "bic", "ebic"] | None = None,
        n_jobs: int | None = None,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        max_iter_reweighting: int = 100,
        tol: float = 0.0001,
        positive: bool = False,
        tol_reweighting: float = 0.0001,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        groups: Array | None = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> Any: ...
    @property
    def group_norms_(self) -> Any: ...
    @property
    def groups_(self) -> Any: ...
    def predict(self, X: Data, task: Array | None = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> Any: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class MTW(metaclass=ABCMeta):
    coef_: NDArray[Any]
    coef1_: NDArray[Any]
    coef2_: NDArray[Any]
    barycenter_: NDArray[Any]
    barycenter1_: NDArray[Any]
    barycenter2_: NDArray[Any]
    intercept_: Any
    sigma_: Any
    dual_coef_: Any
    alpha_max_: Any
    dual_gap_: float
    objective_: float
    loss_: list[Any]
    n_iter_: int
    residuals_: Any
    log_: dict[Any, Any]
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: float
    beta: Array | float
    M: Any
    epsilon: float | None
    gamma: float | None
    fit_intercept: bool
    normalize: bool
    concomitant: Literal["mutar"] | bool
    max_iter: int
    tol: float
    warm_start: bool
    stable: bool
    max_iter_ot: int
    max_iter_cd: int
    tol_ot: float
    tol_cd: float
    n_jobs: int
    gpu: bool
    positive: bool
    ot_threshold: float
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    support_threshold: float
    groups: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    def __init__(
        self,
        alpha: float = 0.1,
        beta: Array | float = 0.1,
        M: Any = None,
        epsilon: float | None = None,
        gamma: float | None = None,
        fit_intercept: bool = True,
        normalize: bool = False,
        concomitant: Literal["mutar"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        warm_start: bool = False,
        stable: bool = False,
        max_iter_ot: int = 20,
        max_iter_cd: int = 1000,
        tol_ot: float = 1e-05,
        tol_cd: float = 1e-05,
        n_jobs: int = 1,
        gpu: bool = False,
        positive: bool = False,
        ot_threshold: float = 0.0,
        *,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
        support_threshold: float = 0.0,
    ) -> None: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def fit(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> Any: ...
    @property
    def group_norms_(self) -> Any: ...
    @property
    def groups_(self) -> Any: ...
    def predict(self, X: Data, task: Array | None = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> Any: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class MTWCV(metaclass=ABCMeta):
    alpha_: float
    beta_: float
    alphas_: NDArray[Any]
    betas_: NDArray[Any]
    mse_path_: NDArray[Any]
    task_mse_path_: NDArray[Any]
    coef_: NDArray[Any]
    coef1_: NDArray[Any]
    coef2_: NDArray[Any]
    barycenter_: NDArray[Any]
    barycenter1_: NDArray[Any]
    barycenter2_: NDArray[Any]
    intercept_: Any
    sigma_: Any
    dual_coef_: Any
    dual_gap_: float
    objective_: float
    loss_: list[Any]
    n_iter_: int
    residuals_: Any
    log_: dict[Any, Any]
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alphas: Array | float
    betas: Array | int
    eps: float
    cv: Any
    rule: Literal["min", "1se"]
    n_jobs: int | None
    M: Any
    epsilon: float | None
    gamma: float | None
    fit_intercept: bool
    normalize: bool
    concomitant: Literal["mutar"] | bool
    max_iter: int
    tol: float
    positive: bool
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    support_threshold: float
    criterion: Any
    groups: Any
    relax: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    verbose: Any
    def __init__(
        self,
        *,
        alphas: Array | float = 0.1,
        betas: Array | int = 20,
        eps: float = 0.01,
        cv: Any = None,
        rule: Literal["min", "1se"] = "min",
        n_jobs: int | None = None,
        M: Any = None,
        epsilon: float | None = None,
        gamma: float | None = None,
        fit_intercept: bool = True,
        normalize: bool = False,
        concomitant: Literal["mutar"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: bool = False,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
        support_threshold: float = 0.0,
    ) -> None: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        groups: Array | None = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> Any: ...
    @property
    def group_norms_(self) -> Any: ...
    @property
    def groups_(self) -> Any: ...
    def predict(self, X: Data, task: Array | None = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> Any: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class MultiLevelLasso(metaclass=ABCMeta):
    coef_: NDArray[Any]
    coef_shared_: NDArray[Any]
    coef_specific_: NDArray[Any]
    intercept_: Any
    loss_: NDArray[Any]
    objective_: float
    weights_: NDArray[Any]
    alpha_max_: Any
    dual_gap_: float
    n_iter_: int
    residuals_: Any
    n_passes_: int
    n_bytes_read_: int
    dual_gap_statistics_: Any
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: float
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: bool
    warm_start: bool
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    groups: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    def __init__(
        self,
        alpha: float = 1.0,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: bool = False,
        warm_start: bool = False,
        *,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> Any: ...
    @property
    def group_norms_(self) -> Any: ...
    @property
    def groups_(self) -> Any: ...
    def predict(self, X: Data, task: Array | None = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> Any: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class MultiLevelLassoCV(metaclass=ABCMeta):
    alpha_: float
    alphas_: NDArray[Any]
    mse_path_: NDArray[Any]
    task_mse_path_: NDArray[Any]
    criterion_path_: NDArray[Any]
    degrees_of_freedom_: NDArray[Any]
    coef_: NDArray[Any]
    coef_shared_: NDArray[Any]
    coef_specific_: NDArray[Any]
    intercept_: Any
    loss_: NDArray[Any]
    objective_: float
    weights_: NDArray[Any]
    dual_gap_: float
    n_iter_: int
    residuals_: Any
    n_passes_: int
    n_bytes_read_: int
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alphas: Array | int
    eps: float
    cv: Any
    rule: Literal["min", "1se"]
    criterion: Literal["aic", "bic", "ebic"] | None
    n_jobs: int | None
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    tol: float
    positive: bool
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    groups: Any
    relax: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    verbose: Any
    def __init__(
        self,
        *,
        alphas: Array | int = 100,
        eps: float = 0.001,
        cv: Any = None,
        rule: Literal["min", "1se"] = "min",
        criterion: Literal["aic", "bic", "ebic"] | None = None,
        n_jobs: int | None = None,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: bool = False,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        groups: Array | None = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> Any: ...
    @property
    def group_norms_(self) -> Any: ...
    @property
    def groups_(self) -> Any: ...
    def predict(self, X: Data, task: Array | None = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> Any: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class PretrainedLasso(metaclass=ABCMeta):
    coef_: NDArray[Any]
    intercept_: Any
    pooled_alpha_: float
    pooled_coef_: NDArray[Any]
    pooled_dual_gap_: float
    alpha_max_: Any
    dual_gap_: Any
    objective_: Any
    n_iter_: int
    residuals_: Any
    dispersion_: float
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: Array | float
    pretraining: float
    pooled_alpha: float | None
    fit_intercept: bool
    max_iter: int
    tol: float
    positive: bool
    warm_start: bool
    loss: str | Loss
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    degenerate_tasks: Any
    groups: Any
    l1_ratio: Any
    ridge: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    standardize_groups: Any
    def __init__(
        self,
        alpha: Array | float = 0.1,
        pretraining: float = 0.5,
        *,
        pooled_alpha: float | None = None,
        fit_intercept: bool = True,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: bool = False,
        warm_start: bool = False,
        loss: str | Loss = "squared_error",
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
    ) -> None: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def fit(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> Any: ...
    @property
    def group_norms_(self) -> Any: ...
    @property
    def groups_(self) -> Any: ...
    def predict(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> Any: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class PretrainedLassoCV(metaclass=ABCMeta):
    alpha_: Any
    pretraining_: float
    pooled_alpha_: float
    alphas_: NDArray[Any]
    mse_path_: NDArray[Any]
    task_mse_path_: NDArray[Any]
    deviance_path_: NDArray[Any]
    coef_: NDArray[Any]
    intercept_: Any
    pooled_coef_: NDArray[Any]
    pooled_dual_gap_: float
    dual_gap_: Any
    objective_: Any
    n_iter_: int
    residuals_: Any
    dispersion_: float
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    pretrainings: Array
    alphas: Array | int
    eps: float
    pooled_alpha: float | None
    cv: Any
    rule: Literal["min", "1se"]
    n_jobs: int | None
    fit_intercept: bool
    max_iter: int
    tol: float
    positive: bool
    loss: str | Loss
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    criterion: Any
    degenerate_tasks: Any
    groups: Any
    l1_ratio: Any
    relax: Any
    ridge: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    standardize_groups: Any
    verbose: Any
    def __init__(
        self,
        *,
        pretrainings: Array = ...,
        alphas: Array | int = 40,
        eps: float = 0.01,
        pooled_alpha: float | None = None,
        cv: Any = None,
        rule: Literal["min", "1se"] = "min",
        n_jobs: int | None = None,
        fit_intercept: bool = True,
        max_iter: int = 2000,
        tol: float = 0.0001,
        positive: bool = False,
        loss: str | Loss = "squared_error",
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
    ) -> None: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
        groups: Array | None = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> Any: ...
    @property
    def group_norms_(self) -> Any: ...
    @property
    def groups_(self) -> Any: ...
    def predict(
        self, X: Data, task: Array | None = None, offset: Array | None = None
    ) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        offset: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> Any: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class ReMTW(metaclass=ABCMeta):
    coef_: NDArray[Any]
    coef1_: NDArray[Any]
    coef2_: NDArray[Any]
    barycenter_: NDArray[Any]
    barycenter1_: NDArray[Any]
    barycenter2_: NDArray[Any]
    intercept_: Any
    sigma_: Any
    dual_coef_: Any
    weights_: NDArray[Any]
    dual_gap_: float
    objective_: float
    loss_: NDArray[Any]
    n_iter_: int
    residuals_: Any
    log_: dict[Any, Any]
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: float
    beta: Array | float
    M: Any
    epsilon: float | None
    gamma: float | None
    fit_intercept: bool
    normalize: bool
    concomitant: Literal["mutar"] | bool
    max_iter: int
    tol: float
    warm_start: bool
    max_iter_reweighting: int
    stable: bool
    max_iter_ot: Any
    max_iter_cd: Any
    tol_ot: Any
    tol_cd: Any
    n_jobs: bool | int
    gpu: bool | int
    positive: bool
    ot_threshold: float
    tol_reweighting: float
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    support_threshold: float
    groups: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    def __init__(
        self,
        alpha: float = 0.1,
        beta: Array | float = 0.1,
        M: Any = None,
        epsilon: float | None = None,
        gamma: float | None = None,
        fit_intercept: bool = True,
        normalize: bool = False,
        concomitant: Literal["mutar"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        warm_start: bool = False,
        max_iter_reweighting: int = 100,
        stable: bool = False,
        max_iter_ot: Any = 20,
        max_iter_cd: Any = 1000,
        tol_ot: Any = 1e-05,
        tol_cd: Any = 1e-05,
        n_jobs: bool | int = 1,
        gpu: bool | int = False,
        positive: bool = False,
        ot_threshold: float = 0.0,
        tol_reweighting: float = 0.001,
        *,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
        support_threshold: float = 0.0,
    ) -> None: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def fit(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> Any: ...
    @property
    def group_norms_(self) -> Any: ...
    @property
    def groups_(self) -> Any: ...
    def predict(self, X: Data, task: Array | None = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> Any: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class ReMTWCV(metaclass=ABCMeta):
    alpha_: float
    beta_: float
    alphas_: NDArray[Any]
    betas_: NDArray[Any]
    mse_path_: NDArray[Any]
    task_mse_path_: NDArray[Any]
    coef_: NDArray[Any]
    coef1_: NDArray[Any]
    coef2_: NDArray[Any]
    barycenter_: NDArray[Any]
    barycenter1_: NDArray[Any]
    barycenter2_: NDArray[Any]
    intercept_: Any
    sigma_: Any
    dual_coef_: Any
    weights_: NDArray[Any]
    dual_gap_: float
    objective_: float
    loss_: NDArray[Any]
    n_iter_: int
    residuals_: Any
    log_: dict[Any, Any]
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alphas: Array | float
    betas: Array | int
    eps: float
    cv: Any
    rule: Literal["min", "1se"]
    n_jobs: int | None
    M: Any
    epsilon: float | None
    gamma: float | None
    fit_intercept: bool
    normalize: bool
    concomitant: Literal["mutar"] | bool
    max_iter: int
    tol: float
    max_iter_reweighting: int
    positive: bool
    tol_reweighting: float
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    support_threshold: float
    criterion: Any
    groups: Any
    relax: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    verbose: Any
    def __init__(
        self,
        *,
        alphas: Array | float = 0.1,
        betas: Array | int = 20,
        eps: float = 0.01,
        cv: Any = None,
        rule: Literal["min", "1se"] = "min",
        n_jobs: int | None = None,
        M: Any = None,
        epsilon: float | None = None,
        gamma: float | None = None,
        fit_intercept: bool = True,
        normalize: bool = False,
        concomitant: Literal["mutar"] | bool = False,
        max_iter: int = 2000,
        tol: float = 0.0001,
        max_iter_reweighting: int = 100,
        positive: bool = False,
        tol_reweighting: float = 0.001,
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
        support_threshold: float = 0.0,
    ) -> None: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        groups: Array | None = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> Any: ...
    @property
    def group_norms_(self) -> Any: ...
    @property
    def groups_(self) -> Any: ...
    def predict(self, X: Data, task: Array | None = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> Any: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class ReweightedGroupLasso(metaclass=ABCMeta):
    coef_: NDArray[Any]
    intercept_: Any
    loss_: NDArray[Any]
    objective_: float
    weights_: NDArray[Any]
    alpha_max_: Any
    dual_gap_: float
    n_iter_: int
    residuals_: Any
    n_passes_: int
    n_bytes_read_: int
    dual_gap_statistics_: Any
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: float
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    max_iter_reweighting: int
    tol: float
    positive: bool
    warm_start: bool
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    tol_reweighting: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    def __init__(
        self,
        alpha: float = 0.1,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        max_iter_reweighting: int = 100,
        tol: float = 0.0001,
        positive: bool = False,
        warm_start: bool = False,
        *,
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        tol_reweighting: float = 0.0001,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> Any: ...
    @property
    def group_norms_(self) -> Any: ...
    @property
    def groups_(self) -> Any: ...
    def predict(self, X: Data, task: Array | None = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> Any: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

class ReweightedGroupLassoCV(metaclass=ABCMeta):
    alpha_: float
    alphas_: NDArray[Any]
    mse_path_: NDArray[Any]
    task_mse_path_: NDArray[Any]
    criterion_path_: NDArray[Any]
    degrees_of_freedom_: NDArray[Any]
    coef_: NDArray[Any]
    intercept_: Any
    loss_: NDArray[Any]
    objective_: float
    weights_: NDArray[Any]
    dual_gap_: float
    n_iter_: int
    residuals_: Any
    n_passes_: int
    n_bytes_read_: int
    tasks_: NDArray[Any]
    layout_: Literal["single", "shared", "stacked", "list", "dict", "long"]
    is_fitted_: bool
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alphas: Array | int
    eps: float
    cv: Any
    rule: Literal["min", "1se"]
    criterion: Literal["aic", "bic", "ebic"] | None
    n_jobs: int | None
    fit_intercept: bool
    normalize: Literal["std"] | bool
    max_iter: int
    max_iter_reweighting: int
    tol: float
    positive: bool
    groups: Literal["prefix"] | Array | int | Mapping[Any, Any] | Sequence[Any] | None
    tol_reweighting: float
    penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any]
    task_weight: Array | Mapping[Any, Any] | None
    task_column: int | str | None
    unseen_tasks: Literal["raise", "mean"]
    missing_targets: Literal["raise", "ignore"]
    relax: Any
    set_fit_request: Any
    set_predict_request: Any
    set_score_request: Any
    verbose: Any
    def __init__(
        self,
        *,
        alphas: Array | int = 100,
        eps: float = 0.001,
        cv: Any = None,
        rule: Literal["min", "1se"] = "min",
        criterion: Literal["aic", "bic", "ebic"] | None = None,
        n_jobs: int | None = None,
        fit_intercept: bool = True,
        normalize: Literal["std"] | bool = False,
        max_iter: int = 2000,
        max_iter_reweighting: int = 100,
        tol: float = 0.0001,
        positive: bool = False,
        groups: Literal["prefix"]
        | Array
        | int
        | Mapping[Any, Any]
        | Sequence[Any]
        | None = None,
        tol_reweighting: float = 0.0001,
        penalty_weights: Literal["sqrt_size"] | Array | Mapping[Any, Any] = "sqrt_size",
        task_weight: Array | Mapping[Any, Any] | None = None,
        task_column: int | str | None = None,
        unseen_tasks: Literal["raise", "mean"] = "raise",
        missing_targets: Literal["raise", "ignore"] = "raise",
    ) -> None: ...
    def certify(self, evidence: Any) -> Self: ...
    def coef_by_group(self) -> dict[Any, Any]: ...
    def evidence(
        self, X: Array, y: Array, sample_weight: Array | None = None, *, task: int | str
    ) -> Any: ...
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
        groups: Array | None = None,
        clusters: Data | None = None,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def get_support(
        self, groups: bool = False, indices: bool = False
    ) -> NDArray[Any]: ...
    @property
    def group_names_(self) -> Any: ...
    @property
    def group_norms_(self) -> Any: ...
    @property
    def groups_(self) -> Any: ...
    def predict(self, X: Data, task: Array | None = None) -> Any: ...
    def score(
        self,
        X: Data,
        y: Data,
        sample_weight: Array | float | None = None,
        task: Array | None = None,
    ) -> Any: ...
    @property
    def selected_groups_(self) -> Any: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...

def alpha_max(estimator: Any, X: Any, y: Any, **fit_params: Any) -> Any: ...
def pivotal_alpha(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    level: float = 0.05,
    n_draws: int = 200,
    random_state: int | np.random.RandomState | None = None,
    **fit_params: Any,
) -> Any: ...
