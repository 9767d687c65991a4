from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

class Loss:
    name: str
    link: str
    smoothness: float
    is_quadratic: bool
    lower_bound: float
    lower_bound_excluded: bool
    has_likelihood: bool
    unpenalised_model: str
    unpenalised_estimator: str
    def value(self, y: Array, eta: Array, sqrt_weight: Array) -> float: ...
    def evaluate(
        self,
        y: Array,
        eta: Array,
        sqrt_weight: Array,
        residual: Array,
        curvature: Array,
    ) -> float: ...
    def dual(
        self,
        y: Array,
        offset: Array,
        sqrt_weight: Array,
        residual: Array,
        scale: float,
    ) -> float: ...
    def magnitude(self, y: Array, eta: Array, sqrt_weight: Array) -> float: ...
    def constant_to_optimal(self, y: Array, sqrt_weight: Array) -> float: ...
    def fit_intercept_only(self, y: Array, eta: Array, sqrt_weight: Array) -> float: ...
    def check_target(self, y: Array, owner: str = "") -> None: ...
    def lacks_optimum(self, y: Array) -> bool: ...
    def deviance(self, y: Array, eta: Array) -> Array: ...
    def curvature(self, y: Array, eta: Array) -> Array: ...
    def minus_two_log_likelihood(self, deviance: Any, n_samples: Any) -> Any: ...
    def mean(self, eta: ArrayLike) -> Array: ...
