"""The designs of all tasks, and all that a solver may ask of their storage."""

from mutar_cy.designs._columns import column_moments, pack_columns, sum_of_squares
from mutar_cy.designs._dense import DenseDesign, packed
from mutar_cy.designs._sparse import SparseDesign
from mutar_cy.designs._stack import Part, Stack, make_stack

__all__ = [
    "DenseDesign",
    "Part",
    "SparseDesign",
    "Stack",
    "column_moments",
    "make_stack",
    "pack_columns",
    "packed",
    "sum_of_squares",
]
