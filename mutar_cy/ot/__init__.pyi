"""Entropic optimal transport between features: costs, kernels, barycentres."""

# Written by tools/make_stubs.py.

from abc import ABCMeta
from collections.abc import Callable, Sequence
from typing import Any, Literal

from numpy.typing import NDArray

from mutar_cy._lib._annotations import Array, Data
from mutar_cy.ot._barycenter import find_barycenter as find_barycenter
from mutar_cy.ot._barycenter import warn_unconverged as warn_unconverged
from mutar_cy.ot._log_sums import dense_log_sums as dense_log_sums
from mutar_cy.ot._plans import to_plan as to_plan
from mutar_cy.ot._power_mean import log_power_mean as log_power_mean

__all__ = [
    "DenseKernel",
    "Kernel",
    "RecursiveKernel",
    "SeparableKernel",
    "SparseKernel",
    "coordinate_cost",
    "expand_factors",
    "graph_cost",
    "grid_coordinates",
    "grid_cost",
    "grid_factors",
    "make_kernel",
    "unbalanced_barycenter",
]

class DenseKernel(metaclass=ABCMeta):
    M: Array
    epsilon: float
    form: Any
    def __init__(self, M: Array, epsilon: float) -> None: ...
    def at(self, epsilon: float) -> Kernel: ...
    def log_block(self, rows: Array, columns: Array) -> Any: ...
    def log_product(self, v: Array) -> NDArray[Any]: ...
    def plan(
        self,
        rows: Array,
        columns: Array,
        log_left: Array,
        log_right: Array,
        least: float = 0.0,
    ) -> Any: ...
    def product(self, V: Array) -> NDArray[Any]: ...

class Kernel(metaclass=ABCMeta):
    epsilon: float
    n_features: int
    max_cost: float
    form: str
    work: int
    def __init__(self, epsilon: float) -> None: ...
    def at(self, epsilon: float) -> Kernel: ...
    def log_block(self, rows: Array, columns: Array) -> Any: ...
    def log_product(self, v: Array) -> NDArray[Any]: ...
    def plan(
        self,
        rows: Array,
        columns: Array,
        log_left: Array,
        log_right: Array,
        least: float = 0.0,
    ) -> Any: ...
    def product(self, V: Array) -> NDArray[Any]: ...

class RecursiveKernel(metaclass=ABCMeta):
    position: Array
    epsilon: float
    form: Any
    def __init__(self, position: Array, epsilon: float) -> None: ...
    def at(self, epsilon: float) -> Kernel: ...
    def log_block(self, rows: Array, columns: Array) -> Any: ...
    def log_product(self, v: Array) -> NDArray[Any]: ...
    def plan(
        self,
        rows: Array,
        columns: Array,
        log_left: Array,
        log_right: Array,
        least: float = 0.0,
    ) -> Any: ...
    def product(self, V: Array) -> NDArray[Any]: ...

class SeparableKernel(metaclass=ABCMeta):
    kernels: Any
    form: Any
    def __init__(self, kernels: Any) -> None: ...
    def at(self, epsilon: float) -> Kernel: ...
    def log_block(self, rows: Array, columns: Array) -> Any: ...
    def log_product(self, v: Array) -> NDArray[Any]: ...
    def plan(
        self,
        rows: Array,
        columns: Array,
        log_left: Array,
        log_right: Array,
        least: float = 0.0,
    ) -> Any: ...
    def product(self, V: Array) -> NDArray[Any]: ...

class SparseKernel(metaclass=ABCMeta):
    M: Any
    epsilon: float
    form: Any
    def __init__(self, M: Any, epsilon: float) -> None: ...
    def at(self, epsilon: float) -> Kernel: ...
    def log_block(self, rows: Array, columns: Array) -> Any: ...
    def log_product(self, v: Array) -> NDArray[Any]: ...
    def plan(
        self,
        rows: Array,
        columns: Array,
        log_left: Array,
        log_right: Array,
        least: float = 0.0,
    ) -> Any: ...
    def product(self, V: Array) -> NDArray[Any]: ...

def coordinate_cost(
    coordinates: Array,
    power: float = 2.0,
    metric: str | Callable[..., Any] = "euclidean",
) -> NDArray[Any]: ...
def expand_factors(factors: Data) -> Any: ...
def graph_cost(graph: Data, power: float = 2.0) -> NDArray[Any]: ...
def grid_coordinates(
    shape: int | Sequence[Any], spacing: float | Sequence[Any] = 1.0
) -> Any: ...
def grid_cost(
    shape: int | Sequence[Any], power: float = 2.0, spacing: float | Sequence[Any] = 1.0
) -> Any: ...
def grid_factors(
    shape: int | Sequence[Any], power: float = 2.0, spacing: float | Sequence[Any] = 1.0
) -> list[Any]: ...
def make_kernel(
    M: Any,
    epsilon: float,
    *,
    form: Literal["auto", "dense", "separable", "recursive", "sparse"] = "auto",
    truncate: float | None = None,
) -> Kernel: ...
def unbalanced_barycenter(
    theta: Array,
    M: Any,
    epsilon: float,
    gamma: float,
    *,
    tol: float = 1e-09,
    max_iter: int = 1000,
    start: Array | None = None,
) -> Any: ...
