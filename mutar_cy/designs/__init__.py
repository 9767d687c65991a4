"""Designs of all tasks: dense and sparse storage, centring, weights and units."""

from mutar_cy.designs._columns import column_moments, pack_columns, sum_of_squares
from mutar_cy.designs._dense import DenseDesign
from mutar_cy.designs._design import Design, packed
from mutar_cy.designs._moments import MomentsDesign, RowMoments, moments_of_rows
from mutar_cy.designs._scaled_data import (
    DesignTargets,
    ScaledData,
    designs_in_range,
    make_scaled_data,
    sample_weights,
    unit_of_targets,
    whiten,
)
from mutar_cy.designs._sparse import SparseDesign
from mutar_cy.designs._sparse_columns import sparse_gram, sparse_moments

__all__ = [
    "DenseDesign",
    "Design",
    "DesignTargets",
    "MomentsDesign",
    "RowMoments",
    "ScaledData",
    "SparseDesign",
    "column_moments",
    "designs_in_range",
    "make_scaled_data",
    "moments_of_rows",
    "pack_columns",
    "packed",
    "sample_weights",
    "sparse_gram",
    "sparse_moments",
    "sum_of_squares",
    "unit_of_targets",
    "whiten",
]
