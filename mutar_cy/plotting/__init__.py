"""Pictures of what has been fitted."""

from mutar_cy.plotting._group_path_display import GroupPathDisplay

__all__ = ["GroupPathDisplay"]
