"""Transformers that make groups of features."""

from mutar_cy.preprocessing._block_stacker import BlockStacker
from mutar_cy.preprocessing._raised_cosine import RaisedCosineTransformer

__all__ = ["BlockStacker", "RaisedCosineTransformer"]
