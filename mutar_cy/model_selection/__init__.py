"""Which strength to take, what to trust, and how to tell: paths, folds and criteria."""

from mutar_cy.model_selection._splitters import LeaveOneTaskOut, TaskKFold
from mutar_cy.model_selection._stability_selection import StabilitySelection

__all__ = ["LeaveOneTaskOut", "StabilitySelection", "TaskKFold"]
