"""Generalised linear models: Newton's method around the block kernel, certified."""

from mutar_cy.glm._existence import columns_without_minimum
from mutar_cy.glm._newton_rows import NewtonRows as NewtonRows  # builds it
from mutar_cy.glm._responses import Responses, make_responses
from mutar_cy.glm._rows_model import RowsModel as RowsModel  # builds it
from mutar_cy.glm._solve import (
    GlmCertificate,
    glm_alpha_max,
    solve_glm,
    solve_glm_path,
)
from mutar_cy.glm._sparse_rows import SparseRows as SparseRows  # builds it

__all__ = [
    "GlmCertificate",
    "Responses",
    "columns_without_minimum",
    "glm_alpha_max",
    "make_responses",
    "solve_glm",
    "solve_glm_path",
]
