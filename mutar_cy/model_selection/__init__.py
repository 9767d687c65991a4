"""Which strength to take, what to trust, and how to tell: paths, folds and criteria."""

from mutar_cy.model_selection._cross_validated import CrossValidated as CrossValidated
from mutar_cy.model_selection._cross_validated import constraints_of as constraints_of
from mutar_cy.model_selection._grids import Grid as Grid
from mutar_cy.model_selection._splitters import LeaveOneTaskOut, TaskKFold

__all__ = ["LeaveOneTaskOut", "TaskKFold"]
