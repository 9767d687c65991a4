"""How users say which features form a group, and how much each group is penalised."""

from mutar_cy.groups._blocks import (
    block_columns,
    block_names,
    check_blocks,
    join_blocks,
)
from mutar_cy.groups._columns import column_names
from mutar_cy.groups._groups import Groups
from mutar_cy.groups._lists import check_groups
from mutar_cy.groups._orthonormal import OrthonormalColumns
from mutar_cy.groups._read import read_groups
from mutar_cy.groups._weights import group_weights

__all__ = [
    "Groups",
    "OrthonormalColumns",
    "block_columns",
    "block_names",
    "check_blocks",
    "check_groups",
    "column_names",
    "group_weights",
    "join_blocks",
    "read_groups",
]
