"""Which strength to take, what to trust, and how to tell: paths, folds and criteria."""

from typing import TYPE_CHECKING

from mutar_cy._lib import lazy_attributes
from mutar_cy.model_selection._cross_validated import CrossValidated as CrossValidated
from mutar_cy.model_selection._cross_validated import constraints_of as constraints_of
from mutar_cy.model_selection._dirty_model_cv import DirtyModelCV as DirtyModelCV
from mutar_cy.model_selection._grids import Grid as Grid
from mutar_cy.model_selection._group_lasso_classifier_cv import (
    GroupLassoClassifierCV as GroupLassoClassifierCV,
)
from mutar_cy.model_selection._group_lasso_cv import GroupLassoCV as GroupLassoCV
from mutar_cy.model_selection._group_lasso_regressor_cv import (
    GroupLassoRegressorCV as GroupLassoRegressorCV,
)
from mutar_cy.model_selection._ind_lasso_cv import IndLassoCV as IndLassoCV
from mutar_cy.model_selection._mtw_cv import MTWCV as MTWCV
from mutar_cy.model_selection._multi_level_lasso_cv import (
    MultiLevelLassoCV as MultiLevelLassoCV,
)
from mutar_cy.model_selection._paths_of_two import dirty_path as dirty_path
from mutar_cy.model_selection._paths_of_two import mtw_path as mtw_path
from mutar_cy.model_selection._regularization_path import (
    regularization_path as regularization_path,
)
from mutar_cy.model_selection._reweighted_group_lasso_cv import (
    ReweightedGroupLassoCV as ReweightedGroupLassoCV,
)
from mutar_cy.model_selection._score_tasks import score_tasks
from mutar_cy.model_selection._splitters import LeaveOneTaskOut, TaskKFold
from mutar_cy.model_selection._task_scorer import make_task_scorer

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
    "LeaveOneTaskOut",
    "StabilitySelection",
    "TaskKFold",
    "feature_importance",
    "make_task_scorer",
    "score_tasks",
]
