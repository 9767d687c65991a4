"""Intervals and tests for the coefficients of a fitted model."""

# Written by tools/make_stubs.py.

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from numpy.typing import NDArray

from mutar_cy._lib._annotations import Array, Data

__all__ = ["DebiasedFit", "Inference", "debias", "desparsify"]

class DebiasedFit:
    factors: Array
    coef: Array
    intercept: Array | float
    def __init__(
        self, *, factors: Array, coef: Array, intercept: Array | float
    ) -> None: ...

class Inference:
    estimate_: NDArray[Any]
    se_: NDArray[Any]
    dof_: NDArray[Any]
    sigma_: NDArray[Any]
    p_: NDArray[Any]
    bias_factor_: NDArray[Any]
    feature_names_: list[Any]
    tasks_: list[Any]
    scores: Any
    errors: Any
    feature_names: Sequence[Any]
    labels: Sequence[Any]
    def __init__(
        self,
        scores: Any,
        errors: Any,
        feature_names: Sequence[Any],
        labels: Sequence[Any],
    ) -> None: ...
    def frame(
        self, *, level: float = 0.95, adjust: Literal["holm", "bh", "by"] = "holm"
    ) -> Any: ...
    def heterogeneity(self, *, adjust: Literal["holm", "bh", "by"] = "holm") -> Any: ...
    def interval(self, level: float = 0.95) -> NDArray[Any]: ...
    def mean_effects(self, level: float = 0.95) -> NDArray[Any]: ...
    def plot(
        self,
        ax: Any = None,
        *,
        level: float = 0.95,
        mean: Literal["auto"] | bool = "auto",
        **plot_kw: Any,
    ) -> Any: ...
    def test(
        self,
        groups: Mapping[Any, Any] | Sequence[Any] | None = None,
        *,
        adjust: Literal["holm", "bh", "by"] = "holm",
    ) -> Any: ...

def debias(
    model: Any,
    X: Any,
    y: Any,
    sample_weight: Array | float | None = None,
    task: Array | None = None,
) -> DebiasedFit: ...
def desparsify(
    model: Any,
    X: Any,
    y: Any,
    sample_weight: Array | float | None = None,
    task: Array | None = None,
    offset: Array | None = None,
    *,
    clusters: Data | None = None,
    nodewise_alpha: float | None = None,
    correct_df: bool = True,
    estimate_dispersion: bool = False,
) -> Inference: ...
