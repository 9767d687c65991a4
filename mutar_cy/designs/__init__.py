"""The designs of all tasks, and all that a solver may ask of their storage."""

from mutar_cy.designs._columns import column_moments, pack_columns, sum_of_squares
from mutar_cy.designs._dense import DenseDesign, packed
from mutar_cy.designs._sparse import SparseDesign
from mutar_cy.designs._stack import (
    Part,
    Stack,
    designs_in_range,
    make_stack,
    sample_weights,
    unit_of_targets,
    whiten,
)

__all__ = [
    "DenseDesign",
    "Part",
    "SparseDesign",
    "Stack",
    "column_moments",
    "designs_in_range",
    "make_stack",
    "pack_columns",
    "packed",
    "sample_weights",
    "sum_of_squares",
    "unit_of_targets",
    "whiten",
]
