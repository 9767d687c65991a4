"""The layouts that tasks come in, and go back out in."""

from mutar_cy.tasks._answers import in_layout, predict, residuals, score
from mutar_cy.tasks._arrays import (
    check_design,
    check_target,
    check_values,
    check_weights,
    linear,
)
from mutar_cy.tasks._convert import split_tasks, stack_tasks
from mutar_cy.tasks._parts import make_parts
from mutar_cy.tasks._problem import Problem, read_problem

__all__ = [
    "Problem",
    "check_design",
    "check_target",
    "check_values",
    "check_weights",
    "in_layout",
    "linear",
    "make_parts",
    "predict",
    "read_problem",
    "residuals",
    "score",
    "split_tasks",
    "stack_tasks",
]
