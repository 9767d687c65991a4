"""Data larger than memory: rows read in pieces, and statistics that add up."""

from mutar_cy.chunks._chunk import ChunkError
from mutar_cy.chunks._sources import RowChunks
from mutar_cy.chunks._task_stats import TaskStats

__all__ = ["ChunkError", "RowChunks", "TaskStats"]
