"""scikit-learn's coordinate-descent estimators: same names, shapes and defaults."""

# Written by tools/make_stubs.py.

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from mutar_cy._lib._annotations import Array, Data

__all__ = [
    "ElasticNet",
    "ElasticNetCV",
    "Lasso",
    "LassoCV",
    "MultiTaskElasticNet",
    "MultiTaskElasticNetCV",
    "MultiTaskLasso",
    "MultiTaskLassoCV",
    "enet_path",
    "lasso_path",
]

class ElasticNet:
    coef_: NDArray[Any]
    intercept_: Any
    n_iter_: Any
    dual_gap_: Any
    n_passes_: int
    n_bytes_read_: int
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: float
    l1_ratio: float
    fit_intercept: bool
    precompute: Array | bool
    max_iter: int
    copy_X: bool
    tol: float
    warm_start: bool
    positive: bool
    random_state: int | np.random.RandomState | None
    selection: Literal["cyclic", "random"]
    set_fit_request: Any
    set_score_request: Any
    def __init__(
        self,
        alpha: float = 1.0,
        *,
        l1_ratio: float = 0.5,
        fit_intercept: bool = True,
        precompute: Array | bool = False,
        max_iter: int = 1000,
        copy_X: bool = True,
        tol: float = 0.0001,
        warm_start: bool = False,
        positive: bool = False,
        random_state: int | np.random.RandomState | None = None,
        selection: Literal["cyclic", "random"] = "cyclic",
    ) -> None: ...
    def fit(
        self,
        X: Data,
        y: Array,
        sample_weight: Array | float | None = None,
        check_input: bool = True,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    @staticmethod
    def path(
        X: Data,
        y: Array,
        *,
        l1_ratio: float = 0.5,
        eps: float = 0.001,
        n_alphas: int | Literal["deprecated"] = "deprecated",
        alphas: Array | int | Literal["warn"] = "warn",
        precompute: Any = "auto",
        Xy: Any = None,
        copy_X: Any = True,
        coef_init: Array | None = None,
        verbose: bool | int = False,
        return_n_iter: bool = False,
        positive: bool = False,
        check_input: bool = True,
        **params: Any,
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], list[Any]]: ...
    def predict(self, X: Data) -> NDArray[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...
    @property
    def sparse_coef_(self) -> Any: ...

class ElasticNetCV:
    alpha_: float
    l1_ratio_: float
    mse_path_: NDArray[Any]
    alphas_: NDArray[Any]
    coef_: NDArray[Any]
    intercept_: float
    dual_gap_: float
    n_iter_: int
    n_passes_: int
    n_bytes_read_: int
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    l1_ratio: Array | float
    eps: float
    alphas: Array | int
    fit_intercept: bool
    precompute: Literal["auto"] | Array | bool
    max_iter: int
    tol: float
    cv: Any
    copy_X: bool
    verbose: bool | int
    n_jobs: int | None
    positive: bool
    random_state: int | np.random.RandomState | None
    selection: Literal["cyclic", "random"]
    criterion: Any
    relax: Any
    set_fit_request: Any
    set_score_request: Any
    def __init__(
        self,
        *,
        l1_ratio: Array | float = 0.5,
        eps: float = 0.001,
        alphas: Array | int = 100,
        fit_intercept: bool = True,
        precompute: Literal["auto"] | Array | bool = "auto",
        max_iter: int = 1000,
        tol: float = 0.0001,
        cv: Any = None,
        copy_X: bool = True,
        verbose: bool | int = 0,
        n_jobs: int | None = None,
        positive: bool = False,
        random_state: int | np.random.RandomState | None = None,
        selection: Literal["cyclic", "random"] = "cyclic",
    ) -> None: ...
    def fit(
        self,
        X: Data,
        y: Array,
        sample_weight: Array | float | None = None,
        **params: Any,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    @staticmethod
    def path(
        X: Data,
        y: Array,
        *,
        l1_ratio: float = 0.5,
        eps: float = 0.001,
        n_alphas: int | Literal["deprecated"] = "deprecated",
        alphas: Array | int | Literal["warn"] = "warn",
        precompute: Any = "auto",
        Xy: Any = None,
        copy_X: Any = True,
        coef_init: Array | None = None,
        verbose: bool | int = False,
        return_n_iter: bool = False,
        positive: bool = False,
        check_input: bool = True,
        **params: Any,
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], list[Any]]: ...
    def predict(self, X: Data) -> NDArray[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...
    @property
    def sparse_coef_(self) -> Any: ...

class Lasso:
    coef_: NDArray[Any]
    intercept_: Any
    n_iter_: Any
    dual_gap_: Any
    n_passes_: int
    n_bytes_read_: int
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: float
    fit_intercept: bool
    precompute: Array | bool
    copy_X: bool
    max_iter: int
    tol: float
    warm_start: bool
    positive: bool
    random_state: int | np.random.RandomState | None
    selection: Literal["cyclic", "random"]
    l1_ratio: Any
    set_fit_request: Any
    set_score_request: Any
    def __init__(
        self,
        alpha: float = 1.0,
        *,
        fit_intercept: bool = True,
        precompute: Array | bool = False,
        copy_X: bool = True,
        max_iter: int = 1000,
        tol: float = 0.0001,
        warm_start: bool = False,
        positive: bool = False,
        random_state: int | np.random.RandomState | None = None,
        selection: Literal["cyclic", "random"] = "cyclic",
    ) -> None: ...
    def fit(
        self,
        X: Data,
        y: Array,
        sample_weight: Array | float | None = None,
        check_input: bool = True,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    @staticmethod
    def path(
        X: Data,
        y: Array,
        *,
        l1_ratio: float = 0.5,
        eps: float = 0.001,
        n_alphas: int | Literal["deprecated"] = "deprecated",
        alphas: Array | int | Literal["warn"] = "warn",
        precompute: Any = "auto",
        Xy: Any = None,
        copy_X: Any = True,
        coef_init: Array | None = None,
        verbose: bool | int = False,
        return_n_iter: bool = False,
        positive: bool = False,
        check_input: bool = True,
        **params: Any,
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], list[Any]]: ...
    def predict(self, X: Data) -> NDArray[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...
    @property
    def sparse_coef_(self) -> Any: ...

class LassoCV:
    alpha_: float
    mse_path_: NDArray[Any]
    alphas_: NDArray[Any]
    coef_: NDArray[Any]
    intercept_: float
    dual_gap_: float
    n_iter_: int
    n_passes_: int
    n_bytes_read_: int
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    eps: float
    alphas: Array | int
    fit_intercept: bool
    precompute: Literal["auto"] | Array | bool
    max_iter: int
    tol: float
    copy_X: bool
    cv: Any
    verbose: bool | int
    n_jobs: int | None
    positive: bool
    random_state: int | np.random.RandomState | None
    selection: Literal["cyclic", "random"]
    criterion: Any
    relax: Any
    set_fit_request: Any
    set_score_request: Any
    def __init__(
        self,
        *,
        eps: float = 0.001,
        alphas: Array | int = 100,
        fit_intercept: bool = True,
        precompute: Literal["auto"] | Array | bool = "auto",
        max_iter: int = 1000,
        tol: float = 0.0001,
        copy_X: bool = True,
        cv: Any = None,
        verbose: bool | int = False,
        n_jobs: int | None = None,
        positive: bool = False,
        random_state: int | np.random.RandomState | None = None,
        selection: Literal["cyclic", "random"] = "cyclic",
    ) -> None: ...
    def fit(
        self,
        X: Data,
        y: Array,
        sample_weight: Array | float | None = None,
        **params: Any,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    @staticmethod
    def path(
        X: Any,
        y: Any,
        *,
        eps: Any = 0.001,
        n_alphas: Any = "deprecated",
        alphas: Any = "warn",
        precompute: Any = "auto",
        Xy: Any = None,
        copy_X: Any = True,
        coef_init: Any = None,
        verbose: bool = False,
        return_n_iter: bool = False,
        positive: bool = False,
        **params: Any,
    ) -> NDArray[Any]: ...
    def predict(self, X: Data) -> NDArray[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...
    @property
    def sparse_coef_(self) -> Any: ...

class MultiTaskElasticNet:
    coef_: NDArray[Any]
    intercept_: Any
    n_iter_: int
    dual_gap_: float
    eps_: float
    n_passes_: int
    n_bytes_read_: int
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: float
    l1_ratio: float
    fit_intercept: bool
    copy_X: bool
    max_iter: int
    tol: float
    warm_start: bool
    random_state: int | np.random.RandomState | None
    selection: Literal["cyclic", "random"]
    set_fit_request: Any
    set_score_request: Any
    def __init__(
        self,
        alpha: float = 1.0,
        *,
        l1_ratio: float = 0.5,
        fit_intercept: bool = True,
        copy_X: bool = True,
        max_iter: int = 1000,
        tol: float = 0.0001,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        selection: Literal["cyclic", "random"] = "cyclic",
    ) -> None: ...
    def fit(
        self, X: Data, y: Array, sample_weight: Array | float | None = None
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    @staticmethod
    def path(
        X: Data,
        y: Array,
        *,
        l1_ratio: float = 0.5,
        eps: float = 0.001,
        n_alphas: int | Literal["deprecated"] = "deprecated",
        alphas: Array | int | Literal["warn"] = "warn",
        precompute: Any = "auto",
        Xy: Any = None,
        copy_X: Any = True,
        coef_init: Array | None = None,
        verbose: bool | int = False,
        return_n_iter: bool = False,
        positive: bool = False,
        check_input: bool = True,
        **params: Any,
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], list[Any]]: ...
    def predict(self, X: Data) -> NDArray[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...
    @property
    def sparse_coef_(self) -> Any: ...

class MultiTaskElasticNetCV:
    alpha_: float
    l1_ratio_: float
    mse_path_: NDArray[Any]
    alphas_: NDArray[Any]
    coef_: NDArray[Any]
    intercept_: Any
    dual_gap_: float
    eps_: float
    n_iter_: int
    n_passes_: int
    n_bytes_read_: int
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    l1_ratio: Array | float
    eps: float
    alphas: Array | int
    fit_intercept: bool
    max_iter: int
    tol: float
    cv: Any
    copy_X: bool
    verbose: bool | int
    n_jobs: int | None
    random_state: int | np.random.RandomState | None
    selection: Literal["cyclic", "random"]
    criterion: Any
    relax: Any
    set_fit_request: Any
    set_score_request: Any
    def __init__(
        self,
        *,
        l1_ratio: Array | float = 0.5,
        eps: float = 0.001,
        alphas: Array | int = 100,
        fit_intercept: bool = True,
        max_iter: int = 1000,
        tol: float = 0.0001,
        cv: Any = None,
        copy_X: bool = True,
        verbose: bool | int = 0,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        selection: Literal["cyclic", "random"] = "cyclic",
    ) -> None: ...
    def fit(
        self,
        X: Data,
        y: Array,
        sample_weight: Array | float | None = None,
        **params: Any,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    @staticmethod
    def path(
        X: Data,
        y: Array,
        *,
        l1_ratio: float = 0.5,
        eps: float = 0.001,
        n_alphas: int | Literal["deprecated"] = "deprecated",
        alphas: Array | int | Literal["warn"] = "warn",
        precompute: Any = "auto",
        Xy: Any = None,
        copy_X: Any = True,
        coef_init: Array | None = None,
        verbose: bool | int = False,
        return_n_iter: bool = False,
        positive: bool = False,
        check_input: bool = True,
        **params: Any,
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], list[Any]]: ...
    def predict(self, X: Data) -> NDArray[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...
    @property
    def sparse_coef_(self) -> Any: ...

class MultiTaskLasso:
    coef_: NDArray[Any]
    intercept_: Any
    n_iter_: int
    dual_gap_: float
    eps_: float
    n_passes_: int
    n_bytes_read_: int
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    alpha: float
    fit_intercept: bool
    copy_X: bool
    max_iter: int
    tol: float
    warm_start: bool
    random_state: int | np.random.RandomState | None
    selection: Literal["cyclic", "random"]
    l1_ratio: Any
    set_fit_request: Any
    set_score_request: Any
    def __init__(
        self,
        alpha: float = 1.0,
        *,
        fit_intercept: bool = True,
        copy_X: bool = True,
        max_iter: int = 1000,
        tol: float = 0.0001,
        warm_start: bool = False,
        random_state: int | np.random.RandomState | None = None,
        selection: Literal["cyclic", "random"] = "cyclic",
    ) -> None: ...
    def fit(
        self, X: Data, y: Array, sample_weight: Array | float | None = None
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    @staticmethod
    def path(
        X: Data,
        y: Array,
        *,
        l1_ratio: float = 0.5,
        eps: float = 0.001,
        n_alphas: int | Literal["deprecated"] = "deprecated",
        alphas: Array | int | Literal["warn"] = "warn",
        precompute: Any = "auto",
        Xy: Any = None,
        copy_X: Any = True,
        coef_init: Array | None = None,
        verbose: bool | int = False,
        return_n_iter: bool = False,
        positive: bool = False,
        check_input: bool = True,
        **params: Any,
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], list[Any]]: ...
    def predict(self, X: Data) -> NDArray[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...
    @property
    def sparse_coef_(self) -> Any: ...

class MultiTaskLassoCV:
    alpha_: float
    mse_path_: NDArray[Any]
    alphas_: NDArray[Any]
    coef_: NDArray[Any]
    intercept_: Any
    dual_gap_: float
    eps_: float
    n_iter_: int
    n_passes_: int
    n_bytes_read_: int
    n_features_in_: int
    feature_names_in_: NDArray[Any]
    eps: float
    alphas: Array | int
    fit_intercept: bool
    max_iter: int
    tol: float
    copy_X: bool
    cv: Any
    verbose: bool | int
    n_jobs: int | None
    random_state: int | np.random.RandomState | None
    selection: Literal["cyclic", "random"]
    criterion: Any
    relax: Any
    set_fit_request: Any
    set_score_request: Any
    def __init__(
        self,
        *,
        eps: float = 0.001,
        alphas: Array | int = 100,
        fit_intercept: bool = True,
        max_iter: int = 1000,
        tol: float = 0.0001,
        copy_X: bool = True,
        cv: Any = None,
        verbose: bool | int = False,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        selection: Literal["cyclic", "random"] = "cyclic",
    ) -> None: ...
    def fit(
        self,
        X: Data,
        y: Array,
        sample_weight: Array | float | None = None,
        **params: Any,
    ) -> Self: ...
    def get_metadata_routing(self) -> Any: ...
    def get_params(self, deep: bool = ...) -> dict[str, Any]: ...
    @staticmethod
    def path(
        X: Any,
        y: Any,
        *,
        eps: Any = 0.001,
        n_alphas: Any = "deprecated",
        alphas: Any = "warn",
        precompute: Any = "auto",
        Xy: Any = None,
        copy_X: Any = True,
        coef_init: Any = None,
        verbose: bool = False,
        return_n_iter: bool = False,
        positive: bool = False,
        **params: Any,
    ) -> NDArray[Any]: ...
    def predict(self, X: Data) -> NDArray[Any]: ...
    def set_callbacks(self, *callbacks: Any) -> Self: ...
    def set_params(self, **params: Any) -> Self: ...
    @property
    def sparse_coef_(self) -> Any: ...

def enet_path(
    X: Data,
    y: Array,
    *,
    l1_ratio: float = 0.5,
    eps: float = 0.001,
    n_alphas: int | Literal["deprecated"] = "deprecated",
    alphas: Array | int | Literal["warn"] = "warn",
    precompute: Any = "auto",
    Xy: Any = None,
    copy_X: Any = True,
    coef_init: Array | None = None,
    verbose: bool | int = False,
    return_n_iter: bool = False,
    positive: bool = False,
    check_input: bool = True,
    **params: Any,
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], list[Any]]: ...
def lasso_path(
    X: Any,
    y: Any,
    *,
    eps: Any = 0.001,
    n_alphas: Any = "deprecated",
    alphas: Any = "warn",
    precompute: Any = "auto",
    Xy: Any = None,
    copy_X: Any = True,
    coef_init: Any = None,
    verbose: bool = False,
    return_n_iter: bool = False,
    positive: bool = False,
    **params: Any,
) -> NDArray[Any]: ...
