"""Simulated data with known coefficients."""

# Written by tools/make_stubs.py.

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from mutar_cy._lib._annotations import Array

__all__ = ["make_multitask_regression"]

def make_multitask_regression(
    n_tasks: int = 5,
    n_samples: int | Sequence[Any] = 100,
    n_features: int = 100,
    *,
    n_shared: int = 5,
    n_partial: int = 0,
    n_specific: int = 0,
    n_responses: int | None = None,
    design: Literal["own", "shared"] = "own",
    correlation: float = 0.0,
    task_correlation: float = 0.0,
    magnitude: Sequence[Any] = ...,
    signs: Literal["random", "common", "positive"] = "random",
    bias: Array | float = 0.0,
    noise: Array | float = 0.0,
    random_state: int | np.random.RandomState | None = None,
) -> Any: ...
