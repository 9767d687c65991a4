"""Which strength to take, what to trust, and how to tell: paths, folds and criteria."""

from mutar_cy.model_selection._importance import feature_importance
from mutar_cy.model_selection._score_tasks import score_tasks
from mutar_cy.model_selection._splitters import LeaveOneTaskOut, TaskKFold
from mutar_cy.model_selection._task_scorer import make_task_scorer

__all__ = [
    "LeaveOneTaskOut",
    "TaskKFold",
    "feature_importance",
    "make_task_scorer",
    "score_tasks",
]
