"""Choice of penalty strengths, paths, stability, and scores over tasks."""

from typing import TYPE_CHECKING

from mutar_cy._lib import lazy_attributes
from mutar_cy.model_selection._criteria import RowCounts as RowCounts
from mutar_cy.model_selection._criteria import criterion_path as criterion_path
from mutar_cy.model_selection._cross_validation import (
    ValidationLosses as ValidationLosses,
)
from mutar_cy.model_selection._cross_validation import (
    collect_losses as collect_losses,
)
from mutar_cy.model_selection._cross_validation import (
    cross_validate as cross_validate,
)
from mutar_cy.model_selection._cross_validation import make_folds as make_folds
from mutar_cy.model_selection._cross_validation import select_best as select_best
from mutar_cy.model_selection._evaluate import Evaluation, evaluate
from mutar_cy.model_selection._grids import Grid as Grid
from mutar_cy.model_selection._grids import alpha_grid as alpha_grid
from mutar_cy.model_selection._grids import geometric_alphas as geometric_alphas
from mutar_cy.model_selection._grids import pair_grid as pair_grid
from mutar_cy.model_selection._paths import RegularizationPath as RegularizationPath
from mutar_cy.model_selection._paths import last_model as last_model
from mutar_cy.model_selection._paths import path_model as path_model
from mutar_cy.model_selection._paths import regularization_path as regularization_path
from mutar_cy.model_selection._splitters import (
    LeaveOneTaskOut,
    TaskGroupKFold,
    TaskKFold,
)
from mutar_cy.model_selection._task_scoring import make_task_scorer, score_tasks

if TYPE_CHECKING:
    from mutar_cy.inspection import feature_importance
    from mutar_cy.model_selection._stability_selection import StabilitySelection
else:
    # StabilitySelection imports sklearn.feature_selection, and with it half of sklearn.
    __getattr__, __dir__ = lazy_attributes(
        __name__,
        {
            "StabilitySelection": "mutar_cy.model_selection._stability_selection",
            "feature_importance": "mutar_cy.inspection",
        },
    )

__all__ = [
    "Evaluation",
    "LeaveOneTaskOut",
    "StabilitySelection",
    "TaskGroupKFold",
    "TaskKFold",
    "evaluate",
    "feature_importance",
    "make_task_scorer",
    "score_tasks",
]
