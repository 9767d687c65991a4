"""Entropic optimal transport between features: costs, kernels, barycentres."""

from mutar_cy.ot._barycenter import (
    find_barycenter as find_barycenter,
)  # without a warning
from mutar_cy.ot._barycenter import unbalanced_barycenter
from mutar_cy.ot._barycenter import (
    warn_unconverged as warn_unconverged,
)  # for otfunctions
from mutar_cy.ot._costs import (
    coordinate_cost,
    expand_factors,
    graph_cost,
    grid_coordinates,
    grid_cost,
    grid_factors,
)
from mutar_cy.ot._kernels import (
    DenseKernel,
    Kernel,
    RecursiveKernel,
    SeparableKernel,
    SparseKernel,
)
from mutar_cy.ot._log_sums import dense_log_sums as dense_log_sums  # builds it
from mutar_cy.ot._make_kernel import make_kernel
from mutar_cy.ot._plans import to_plan as to_plan  # builds it
from mutar_cy.ot._power_mean import log_power_mean as log_power_mean  # builds it

__all__ = [
    "DenseKernel",
    "Kernel",
    "RecursiveKernel",
    "SeparableKernel",
    "SparseKernel",
    "coordinate_cost",
    "expand_factors",
    "graph_cost",
    "grid_coordinates",
    "grid_cost",
    "grid_factors",
    "make_kernel",
    "unbalanced_barycenter",
]
