"""Transformers: groups of features, bases, lags, scales of tasks."""

from mutar_cy.preprocessing._block_stacker import BlockStacker
from mutar_cy.preprocessing._incomplete import drop_incomplete
from mutar_cy.preprocessing._lags import LagTransformer
from mutar_cy.preprocessing._raised_cosine import RaisedCosineTransformer
from mutar_cy.preprocessing._task_scaler import TaskScaler

__all__ = [
    "BlockStacker",
    "LagTransformer",
    "RaisedCosineTransformer",
    "TaskScaler",
    "drop_incomplete",
]
