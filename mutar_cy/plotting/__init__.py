"""Displays: plots of coefficients, intervals, paths, convergence and stability."""

from mutar_cy.plotting._coefficient_map_display import CoefficientMapDisplay
from mutar_cy.plotting._convergence_display import ConvergenceDisplay
from mutar_cy.plotting._forest_display import ForestDisplay
from mutar_cy.plotting._regularization_path_display import RegularizationPathDisplay
from mutar_cy.plotting._stability_display import StabilityDisplay
from mutar_cy.plotting._support_display import SupportDisplay
from mutar_cy.plotting._task_similarity_display import TaskSimilarityDisplay
from mutar_cy.plotting._tuning_curve_display import TuningCurveDisplay
from mutar_cy.plotting._tuning_curves import TuningCurve

__all__ = [
    "CoefficientMapDisplay",
    "ConvergenceDisplay",
    "ForestDisplay",
    "RegularizationPathDisplay",
    "StabilityDisplay",
    "SupportDisplay",
    "TaskSimilarityDisplay",
    "TuningCurve",
    "TuningCurveDisplay",
]
