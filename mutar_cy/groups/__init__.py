"""Groups of features: reading, joining of blocks, weights and orthonormal bases."""

from mutar_cy._lib._tables import column_names
from mutar_cy.groups._blocks import (
    block_columns,
    block_names,
    check_blocks,
    join_blocks,
)
from mutar_cy.groups._groups import (
    Groups,
    feature_weights,
    group_weights,
    read_groups,
)
from mutar_cy.groups._orthonormal import OrthonormalColumns

__all__ = [
    "Groups",
    "OrthonormalColumns",
    "block_columns",
    "block_names",
    "check_blocks",
    "column_names",
    "feature_weights",
    "group_weights",
    "join_blocks",
    "read_groups",
]
