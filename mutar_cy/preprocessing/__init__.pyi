"""Transformers: groups of features, bases, lags, scales of tasks."""

# Written by tools/make_stubs.py.

from collections.abc import Sequence
from typing import Any, Literal, Self

from numpy.typing import NDArray

from mutar_cy._lib._annotations import Array, Data

__all__ = [
    "BlockStacker",
    "LagTransformer",
    "RaisedCosineTransformer",
    "TaskScaler",
    "drop_incomplete",
]

class BlockStacker:
    groups_: dict[Any, Any]
    columns_: Any
    n_features_in_: int
    set_output: Any
    def fit(self, X: Data, y: None = None) -> Self: ...
    def fit_transform(self, X: Data, y: Any = ..., **fit_params: Any) -> Any: ...
    def get_feature_names_out(self, input_features: None = None) -> Any: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def set_params(self, **params: Any) -> Self: ...
    def transform(self, X: Data) -> Any: ...

class LagTransformer:
    lags_: Any
    basis_: Any
    functions_: NDArray[Any]
    groups_: Any
    n_features_out_: int
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    lags: Array | int
    trial_column: int | str | Sequence[Any] | None
    basis: Any
    missing: Literal["nan", "zero"]
    set_output: Any
    def __init__(
        self,
        lags: Array | int = 1,
        *,
        trial_column: int | str | Sequence[Any] | None = None,
        basis: Any = None,
        missing: Literal["nan", "zero"] = "nan",
    ) -> None: ...
    def filters(self, coef: Array) -> NDArray[Any]: ...
    def fit(self, X: Data, y: None = None) -> Self: ...
    def fit_transform(self, X: Data, y: Any = ..., **fit_params: Any) -> Any: ...
    def get_feature_names_out(self, input_features: Array | None = None) -> Any: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def set_params(self, **params: Any) -> Self: ...
    def transform(self, X: Data) -> Any: ...

class RaisedCosineTransformer:
    bounds_: NDArray[Any]
    n_features_out_: int
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    n_basis: int
    width: float
    log: bool
    log_scale: float
    bounds: Array | None
    extrapolation: Literal["constant", "zero", "error"]
    sparse_output: bool
    set_output: Any
    def __init__(
        self,
        n_basis: int = 6,
        width: float = 2.0,
        log: bool = False,
        *,
        log_scale: float = 50.0,
        bounds: Array | None = None,
        extrapolation: Literal["constant", "zero", "error"] = "constant",
        sparse_output: bool = False,
    ) -> None: ...
    def fit(self, X: Array, y: None = None) -> Self: ...
    def fit_transform(self, X: Data, y: Any = ..., **fit_params: Any) -> Any: ...
    def get_feature_names_out(self, input_features: Array | None = None) -> Any: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def set_params(self, **params: Any) -> Self: ...
    def transform(self, X: Array) -> Any: ...

class TaskScaler:
    tasks_: NDArray[Any]
    mean_: Any
    scale_: Any
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    task_column: int | str | None
    with_mean: bool
    with_std: bool
    unseen_tasks: Literal["raise", "mean"]
    set_fit_request: Any
    set_output: Any
    def __init__(
        self,
        task_column: int | str | None = None,
        *,
        with_mean: bool = True,
        with_std: bool = True,
        unseen_tasks: Literal["raise", "mean"] = "raise",
    ) -> None: ...
    def fit(
        self, X: Data, y: None = None, sample_weight: Array | None = None
    ) -> Self: ...
    def fit_transform(self, X: Data, y: Any = ..., **fit_params: Any) -> Any: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    def inverse_transform(self, X: Data) -> Any: ...
    def set_params(self, **params: Any) -> Self: ...
    def transform(self, X: Data) -> Any: ...

def drop_incomplete(X: Data, *arrays: Any) -> tuple[Any, ...]: ...
