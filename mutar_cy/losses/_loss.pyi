from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]

class Loss:
    name: str
    link: str
    smoothness: float
    is_quadratic: bool
    lower_bound: float
    lower_bound_excluded: bool
    degenerate_targets: str
    has_likelihood: bool
    unpenalised_model: str
    unpenalised_estimator: str
    def sklearn_estimator(self) -> tuple[str, dict[str, Any]]: ...
    def value(self, y: Vector, eta: Vector, sqrt_weight: Vector) -> float: ...
    def evaluate(
        self,
        y: Vector,
        eta: Vector,
        sqrt_weight: Vector,
        residual: Vector,
        curvature: Vector,
    ) -> float: ...
    def dual(
        self,
        y: Vector,
        offset: Vector,
        sqrt_weight: Vector,
        residual: Vector,
        scale: float,
    ) -> float: ...
    def magnitude(self, y: Vector, eta: Vector, sqrt_weight: Vector) -> float: ...
    def constant_to_optimal(self, y: Vector, sqrt_weight: Vector) -> float: ...
    def fit_intercept_only(
        self, y: Vector, eta: Vector, sqrt_weight: Vector
    ) -> float: ...
    def check_target(self, y: Vector, owner: str = "") -> None: ...
    def lacks_optimum(self, y: Vector) -> bool: ...
    def descent_signs(self, y: Vector) -> Vector: ...
    def deviance(self, y: Vector, eta: Vector) -> Vector: ...
    def curvature(self, y: Vector, eta: Vector) -> Vector: ...
    def minus_two_log_likelihood(self, deviance: Any, n_samples: Any) -> Any: ...
    def mean(self, eta: ArrayLike) -> Vector: ...
