"""Types of arguments that stubs of public functions name."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable


@runtime_checkable
class HasArray(Protocol):
    """An array, or a table or Series that NumPy can read."""

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the values."""


@runtime_checkable
class SparseMatrix(Protocol):
    """A sparse matrix or array of SciPy."""

    nnz: Any
    shape: Any


# Numbers, but not a str, which is a sequence of str.
Numbers: TypeAlias = Sequence[float] | Sequence[Sequence[float]] | Sequence["HasArray"]
Array: TypeAlias = HasArray | Numbers | Sequence[Sequence[Sequence[float]]]
# A table, or one per task.
Data: TypeAlias = HasArray | SparseMatrix | Sequence[Any] | Mapping[Any, Any]
