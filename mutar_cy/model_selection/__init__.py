"""Which strength to take, what to trust, and how to tell: paths, folds and criteria."""

from mutar_cy.model_selection._splitters import LeaveOneTaskOut, TaskKFold

__all__ = ["LeaveOneTaskOut", "TaskKFold"]
