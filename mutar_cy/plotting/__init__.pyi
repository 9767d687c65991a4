"""Displays: plots of coefficients, intervals, paths, convergence and stability."""

# Written by tools/make_stubs.py.

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from numpy.typing import NDArray

from mutar_cy._lib._annotations import Array, Data
from mutar_cy.losses import Loss

__all__ = [
    "CoefficientMapDisplay",
    "ConvergenceDisplay",
    "ForestDisplay",
    "RegularizationPathDisplay",
    "StabilityDisplay",
    "SupportDisplay",
    "TaskSimilarityDisplay",
    "TuningCurve",
    "TuningCurveDisplay",
]

class CoefficientMapDisplay:
    ax_: Any
    figure_: Any
    images_: list[Any]
    lines_: list[Any]
    colorbar_: Any
    coef: Array
    shape: int | Sequence[Any]
    task_names: Any
    barycenter: Array | None
    def __init__(
        self,
        *,
        coef: Array,
        shape: int | Sequence[Any],
        task_names: Any = None,
        barycenter: Array | None = None,
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        shape: int | Sequence[Any],
        *,
        barycenter: bool = True,
        task_names: Any = None,
        ax: Any = None,
        **plot_kw: Any,
    ) -> CoefficientMapDisplay: ...
    def plot(
        self,
        ax: Any = None,
        *,
        max_tasks: int = 12,
        n_columns: int | None = None,
        limit: float | None = None,
        colorbar: bool = True,
    ) -> CoefficientMapDisplay: ...

class ConvergenceDisplay:
    ax_: Any
    figure_: Any
    lines_: list[Any]
    target_lines_: list[Any]
    labels_: list[Any]
    traces: Array | Mapping[Any, Any]
    def __init__(self, *, traces: Array | Mapping[Any, Any]) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        name: str | None = None,
        fit_params: Mapping[Any, Any] | None = None,
        ax: Any = None,
        **plot_kw: Any,
    ) -> ConvergenceDisplay: ...
    @classmethod
    def from_estimators(
        cls,
        estimators: Any,
        X: Any,
        y: Any,
        *,
        fit_params: Mapping[Any, Any] | None = None,
        ax: Any = None,
        **plot_kw: Any,
    ) -> ConvergenceDisplay: ...
    def plot(
        self,
        ax: Any = None,
        *,
        against: Literal["time", "iterations"] = "time",
        line_kw: Mapping[Any, Any] | None = None,
    ) -> ConvergenceDisplay: ...

class ForestDisplay:
    ax_: Any
    figure_: Any
    features_: NDArray[Any]
    marks_: list[Any]
    intervals_: list[Any]
    means_: Any
    legend_: Any
    estimate: Array
    low: Array
    high: Array
    mean: Array | None
    feature_names: Any
    task_names: Any
    def __init__(
        self,
        *,
        estimate: Array,
        low: Array,
        high: Array,
        mean: Array | None = None,
        feature_names: Any = None,
        task_names: Any = None,
    ) -> None: ...
    @classmethod
    def from_inference(
        cls,
        inference: Any,
        *,
        level: float = 0.95,
        mean: Literal["auto"] | bool = "auto",
        ax: Any = None,
        **plot_kw: Any,
    ) -> ForestDisplay: ...
    def plot(
        self, ax: Any = None, *, max_features: int = 15, legend: bool = True
    ) -> ForestDisplay: ...

class RegularizationPathDisplay:
    ax_: Any
    curve_ax_: Any
    figure_: Any
    lines_: list[Any]
    labels_: list[Any]
    counts_ax_: Any
    best_line_: Any
    curve_line_: Any
    curve_band_: Any
    alphas: Array
    coefs: Array
    groups: Data | None
    group_names: Any
    feature_names: Any
    task_names: Any
    alpha_best: float | None
    mse_path: Array | None
    criterion_path: Array | None
    curve_name: str | None
    strength: str
    def __init__(
        self,
        *,
        alphas: Array,
        coefs: Array,
        groups: Data | None = None,
        group_names: Any = None,
        feature_names: Any = None,
        task_names: Any = None,
        alpha_best: float | None = None,
        mse_path: Array | None = None,
        criterion_path: Array | None = None,
        curve_name: str | None = None,
        strength: str = "alpha",
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any,
        *,
        alphas: Array | int = 100,
        fit_params: Mapping[Any, Any] | None = None,
        **plot_kw: Any,
    ) -> RegularizationPathDisplay: ...
    @classmethod
    def from_path(
        cls,
        path: Any,
        *,
        number: int | None = None,
        alpha_best: float | None = None,
        **plot_kw: Any,
    ) -> RegularizationPathDisplay: ...
    def plot(
        self,
        ax: Any = None,
        *,
        by: Literal["groups", "features", "coefficients"] | None = None,
        max_labels: int = 10,
        line_kw: Mapping[Any, Any] | None = None,
    ) -> RegularizationPathDisplay: ...

class StabilityDisplay:
    ax_: Any
    figure_: Any
    lines_: list[Any]
    labels_: list[Any]
    background_: Any
    bars_: Any
    threshold_line_: Any
    frequencies: Array
    threshold: float
    alphas: Array | None
    feature_names: Any
    what: str
    strength: str
    def __init__(
        self,
        *,
        frequencies: Array,
        threshold: float,
        alphas: Array | None = None,
        feature_names: Any = None,
        what: str = "feature",
        strength: str = "alpha",
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        groups: bool = False,
        feature_names: Any = None,
        ax: Any = None,
        **plot_kw: Any,
    ) -> StabilityDisplay: ...
    def plot(
        self,
        ax: Any = None,
        *,
        kind: Literal["path", "bars"] | None = None,
        max_labels: int = 10,
        max_bars: int = 20,
        line_kw: Mapping[Any, Any] | None = None,
    ) -> StabilityDisplay: ...

class SupportDisplay:
    ax_: Any
    figure_: Any
    features_: NDArray[Any]
    images_: list[Any]
    marks_: dict[Any, Any]
    colorbar_: Any
    coef: Array
    shared: Array | None
    specific: Array | None
    feature_names: Any
    task_names: Any
    def __init__(
        self,
        *,
        coef: Array,
        shared: Array | None = None,
        specific: Array | None = None,
        feature_names: Any = None,
        task_names: Any = None,
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        feature_names: Any = None,
        task_names: Any = None,
        parts: Literal["auto"] | bool = "auto",
        ax: Any = None,
        **plot_kw: Any,
    ) -> SupportDisplay: ...
    def plot(
        self,
        ax: Any = None,
        *,
        max_features: int = 40,
        threshold: float = 0.0,
        limit: float | None = None,
        colorbar: bool = True,
    ) -> SupportDisplay: ...

class TaskSimilarityDisplay:
    ax_: Any
    figure_: Any
    order_: Any
    image_: Any
    texts_: list[Any]
    minuses_: Any
    colorbar_: Any
    similarity: Array
    task_names: Any
    measure: Literal["cosine", "jaccard"]
    def __init__(
        self,
        *,
        similarity: Array,
        task_names: Any = None,
        measure: Literal["cosine", "jaccard"] = "cosine",
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        measure: Literal["cosine", "jaccard"] = "cosine",
        threshold: float = 0.0,
        task_names: Any = None,
        ax: Any = None,
        **plot_kw: Any,
    ) -> TaskSimilarityDisplay: ...
    def plot(
        self,
        ax: Any = None,
        *,
        cluster: bool = True,
        values_format: str | None = ".2f",
        colorbar: bool = True,
    ) -> TaskSimilarityDisplay: ...

class TuningCurve:
    feature: Any
    over: Literal["value", "category", "lag"]
    points: Array
    values: Array
    def __init__(
        self,
        feature: Any,
        over: Literal["value", "category", "lag"],
        points: Array,
        values: Array,
    ) -> None: ...

class TuningCurveDisplay:
    axes_: list[Any]
    figure_: Any
    lines_: list[Any]
    curves: Any
    task_names: Any
    baseline: Array | None
    loss: str | Loss
    def __init__(
        self,
        *,
        curves: Any,
        task_names: Any = None,
        baseline: Array | None = None,
        loss: str | Loss = "squared_error",
    ) -> None: ...
    def frame(self) -> Any: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Data,
        features: int | Sequence[Any] | None = None,
        *,
        categorical_features: int | Sequence[Any] = ...,
        grid_resolution: int = 100,
        task_names: Any = None,
        axes: Any = None,
        **plot_kw: Any,
    ) -> TuningCurveDisplay: ...
    def plot(
        self,
        axes: Any = None,
        *,
        kind: Literal["contribution", "response"] = "contribution",
        n_columns: int = 3,
        max_tasks: int = 7,
    ) -> TuningCurveDisplay: ...
