"""Intervals and tests for the coefficients of a fitted model."""

from mutar_cy.inference._desparsify import Inference, desparsify

__all__ = ["Inference", "desparsify"]
