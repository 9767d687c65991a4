"""Functions of MuTaR, with its names, arguments and returns."""

# Written by tools/make_stubs.py.

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from mutar_cy._lib._annotations import Array, Data

__all__ = [
    "barycenterkl",
    "barycenterkl_img",
    "barycenterkl_img_log",
    "barycenterkl_log",
    "compute_gamma",
    "get_unsigned",
    "groundmetric",
    "groundmetric2d",
    "groundmetric_img",
    "klconv1d",
    "klconv1d_list",
    "kls",
    "logsumexp",
    "residual",
    "solver_dirty",
    "solver_lasso",
    "solver_mll",
]

def barycenterkl(
    P: Array,
    M: Array,
    epsilon: float,
    gamma: float,
    b: Array | None = None,
    tol: float = 0.0001,
    max_iter: int = 1000,
    weights: Array | None = None,
    threshold: float = 1e-10,
) -> tuple[float, dict[Any, Any], NDArray[Any], NDArray[Any], NDArray[Any]]: ...
def barycenterkl_img(
    P: Array,
    M: Array | Sequence[Any],
    epsilon: float,
    gamma: float,
    b: Array | None = None,
    tol: float = 0.0001,
    max_iter: int = 1000,
    xp: Any = ...,
    threshold: float = 0.0,
) -> tuple[float, dict[Any, Any], NDArray[Any], NDArray[Any], NDArray[Any]]: ...
def barycenterkl_img_log(
    P: Array,
    M: Array | Sequence[Any],
    epsilon: float,
    gamma: float,
    b: Array | None = None,
    tol: float = 0.0001,
    max_iter: int = 1000,
    xp: Any = ...,
    threshold: float = 0.0,
) -> tuple[float, dict[Any, Any], NDArray[Any], NDArray[Any], NDArray[Any]]: ...
def barycenterkl_log(
    P: Array,
    M: Array,
    epsilon: float,
    gamma: float,
    b: Array | None = None,
    tol: float = 0.0001,
    max_iter: int = 1000,
    weights: Array | None = None,
    threshold: float = 1e-10,
) -> tuple[float, dict[Any, Any], NDArray[Any], NDArray[Any], NDArray[Any]]: ...
def compute_gamma(tau: float, M: Data) -> float: ...
def get_unsigned(x: Array) -> NDArray[Any]: ...
def groundmetric(
    width: int, height: int | None = None, p: float = 2, normed: bool = False
) -> NDArray[Any]: ...
def groundmetric2d(
    width: int, height: int | None = None, p: float = 1, normed: bool = False
) -> NDArray[Any]: ...
def groundmetric_img(
    width: int, height: int | None = None, p: float = 2, normed: bool = False
) -> Any: ...
def klconv1d(img: Array, K: Array | Sequence[Any]) -> NDArray[Any]: ...
def klconv1d_list(imgs: Array, K: Array | Sequence[Any]) -> NDArray[Any]: ...
def kls(img: Array, C: Array | Sequence[Any]) -> NDArray[Any]: ...
def logsumexp(a: Array, axis: int | Sequence[Any] | None = None) -> Any: ...
def residual(X: Data | Data, coef_: Array, y: Data) -> Any: ...
def solver_dirty(
    X: Data,
    y: Data,
    coef_shared_: Array,
    coef_specific_: Array,
    alpha: float = 1.0,
    beta: float = 1.0,
    max_iter: int = 10000,
    tol: float = 0.0001,
    positive: bool = False,
) -> tuple[NDArray[Any], Any, int]: ...
def solver_lasso(
    X: Data,
    y: Data,
    alpha: Array | float | None = None,
    max_iter: int = 3000,
    tol: float = 0.0001,
    positive: bool = False,
) -> NDArray[Any]: ...
def solver_mll(
    X: Data,
    y: Data,
    C: Array,
    S: Array,
    alpha: float = 0.1,
    max_iter: int = 1000,
    tol: float = 0.0001,
    positive: bool = False,
) -> tuple[NDArray[Any], NDArray[Any], int]: ...
