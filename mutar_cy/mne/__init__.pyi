"""Source estimates of several subjects, from objects of MNE-Python."""

# Written by tools/make_stubs.py.

from collections.abc import Mapping, Sequence
from typing import Any, Literal

__all__ = ["mixed_norm_tasks"]

def mixed_norm_tasks(
    evokeds: Sequence[Any],
    forwards: Sequence[Any],
    noise_covs: Sequence[Any],
    alpha: float = 50.0,
    *,
    loose: Literal["auto"] | float = "auto",
    depth: float = 0.8,
    debias: bool = True,
    rank: Literal["info", "full"] | Mapping[Any, Any] | None = None,
    max_iter: int = 10000,
    tol: float = 1e-06,
) -> list[Any]: ...
