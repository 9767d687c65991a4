"""Objectives: data, loss and penalty as one object, between estimators and solvers."""

from typing import TYPE_CHECKING

from mutar_cy._lib import lazy_attributes
from mutar_cy.objectives._callbacks import (
    CallbackSupportMixin,
    all_or_nothing,
    current_recorder,
    recording_iterations,
    solver_callback,
)
from mutar_cy.objectives._classification import (
    ClassificationObjective,
    log_probabilities,
)
from mutar_cy.objectives._concomitant import (
    ConcomitantBlockObjective,
    ConcomitantSeparableObjective,
)
from mutar_cy.objectives._data_gap import (
    alpha_max_by_sums,
    certified_by_data,
    refuse_without_rows,
    with_last,
)
from mutar_cy.objectives._dispersion import dispersion, squared_pearson_residuals
from mutar_cy.objectives._feature_groups import FeatureGroups
from mutar_cy.objectives._folds import FoldMoments
from mutar_cy.objectives._objective import (
    ConvexProblem,
    FitOptions,
    Objective,
    options_of,
)
from mutar_cy.objectives._parameters import (
    COUNT,
    FRACTION,
    NON_NEGATIVE,
    POSITIVE,
    check_alphas,
    check_parameters,
    check_task_strengths,
    parameter_names,
)
from mutar_cy.objectives._penalised_loss import BlockObjective, SeparableObjective
from mutar_cy.objectives._pretrained import PretrainedObjective, pool_rows
from mutar_cy.objectives._relaxed import RelaxedFits
from mutar_cy.objectives._reweighted import (
    MultiLevelObjective,
    ReweightedBlockObjective,
    ReweightedObjective,
    ReweightedSeparableObjective,
)
from mutar_cy.objectives._streamed import StreamedSolver
from mutar_cy.objectives._streamed_losses import StreamedNewton
from mutar_cy.objectives._validation_loss import (
    SparseCoefficients,
    sparse_coefficients,
)
from mutar_cy.objectives._warnings import (
    refuse_non_finite,
    warn_unconverged,
    warn_unconverged_folds,
    warn_unconverged_path,
    warn_unpenalised,
    warn_user,
)

if TYPE_CHECKING:
    from mutar_cy.objectives._transport import (
        ReweightedTransportObjective,
        TransportObjective,
    )
else:
    # Optimal transport is imported by its users only.
    __getattr__, __dir__ = lazy_attributes(
        __name__,
        dict.fromkeys(
            ("ReweightedTransportObjective", "TransportObjective"),
            "mutar_cy.objectives._transport",
        ),
    )

__all__ = [
    "COUNT",
    "FRACTION",
    "NON_NEGATIVE",
    "POSITIVE",
    "BlockObjective",
    "CallbackSupportMixin",
    "ClassificationObjective",
    "ConcomitantBlockObjective",
    "ConcomitantSeparableObjective",
    "ConvexProblem",
    "FeatureGroups",
    "FitOptions",
    "FoldMoments",
    "MultiLevelObjective",
    "Objective",
    "PretrainedObjective",
    "RelaxedFits",
    "ReweightedBlockObjective",
    "ReweightedObjective",
    "ReweightedSeparableObjective",
    "ReweightedTransportObjective",
    "SeparableObjective",
    "SparseCoefficients",
    "StreamedNewton",
    "StreamedSolver",
    "TransportObjective",
    "all_or_nothing",
    "alpha_max_by_sums",
    "certified_by_data",
    "check_alphas",
    "check_parameters",
    "check_task_strengths",
    "current_recorder",
    "dispersion",
    "log_probabilities",
    "options_of",
    "parameter_names",
    "pool_rows",
    "recording_iterations",
    "refuse_non_finite",
    "refuse_without_rows",
    "solver_callback",
    "sparse_coefficients",
    "squared_pearson_residuals",
    "warn_unconverged",
    "warn_unconverged_folds",
    "warn_unconverged_path",
    "warn_unpenalised",
    "warn_user",
    "with_last",
]
