"""Simulated data with known coefficients."""

from mutar_cy.datasets._multitask_regression import make_multitask_regression

__all__ = ["make_multitask_regression"]
