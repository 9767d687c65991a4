"""How classifiers on groups of features are fitted."""

from typing import Any

import numpy as np
from scipy.special import expit

from mutar_cy.estimators._classes import (
    ClassProblem,
    ClassReader,
    class_deviances,
    has_own_designs,
    read_labels,
)
from mutar_cy.estimators._fitting import all_or_nothing, minimise, warn_unconverged
from mutar_cy.estimators._follow import follow_joint
from mutar_cy.estimators._group_decisions import GroupDecisions
from mutar_cy.estimators._group_model import group_attributes
from mutar_cy.estimators._model import INSIDE
from mutar_cy.glm import glm_alpha_max, make_responses, solve_glm, solve_glm_path
from mutar_cy.losses import Logistic
from mutar_cy.solvers import Solution


class GroupClassification(GroupDecisions):
    """Logistic regression, of one class against the rest where there are several."""

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, task=None, offset=None):
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features), dict, \
                array-like of shape (n_tasks, n_samples, n_features), or list of \
                n_tasks {array-like, sparse matrix} of shape (n_samples_k, n_features)
            A design that all tasks share, or a long table whose rows carry task
            labels; or one design per task, in one array or in a list. A dict holds
            the columns of every group, as arrays of shape (n_samples,) or
            (n_samples, n_columns).
        y : array-like of shape (n_samples,), (n_samples, n_tasks) or \
                (n_tasks, n_samples), or list of n_tasks array-like of shape \
                (n_samples_k,)
            The labels, in the layout of X. Every task needs samples of every class.
        sample_weight : float or array-like, default=None
            Weights in the layout of y, or one per sample where y has several columns.
            Every task is weighed by its own sum.
        task : array-like of shape (n_samples,), default=None
            The label of every sample's task. This, or the parameter ``task_column``,
            makes X a long table.
        offset : array-like, default=None
            What to add to the linear predictors, in the layout of y. For two classes
            only.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If shapes disagree, numbers are not finite, weights are negative or sum to
            0 in a task, a task lacks a class, groups or their weights are not as
            described, or both ``task`` and ``task_column`` are given.

        Warns
        -----
        ConvergenceWarning
            If a duality gap is above its target after ``max_iter`` iterations.
        UserWarning
            If ``alpha`` is 0.
        """
        return self._fit(X, y, sample_weight=sample_weight, task=task, offset=offset)

    def _read(self, X, y, sample_weight=None, task=None, offset=None):
        reader = ClassReader(read_labels(X, y), self.class_weight)
        given = {"sample_weight": sample_weight, "task": task, "offset": offset}
        numbers = reader.numbers(has_own_designs(X))
        groups = self._read_groups(X, numbers, reader.prepare, **given)
        problem = ClassProblem(groups, reader.classes)
        if offset is not None and len(problem.positives) > 1:
            raise ValueError(
                f"offset is for two classes, but y has {len(reader.classes)}."
            )
        return problem

    def _pose_problem(self, problem):
        groups, penalty, blocks = self._pose_groups(problem.groups)
        problem = problem._replace(groups=groups)
        stacks = []
        for number in problem.positives:
            parts = [
                part._replace(Y=(number == part.Y).astype(np.float64))
                for part in groups.parts
            ]
            stacks.append(make_responses(parts, Logistic(), self.fit_intercept))
        return problem, stacks, penalty, blocks

    def _start(self, problem):
        coef = self._last_coef(problem.coef_shape)
        if coef is None:
            return [None] * len(problem.positives)
        n_features = problem.groups.n_features
        return [problem.groups.from_user(own.reshape(n_features, -1)) for own in coef]

    def _minimise(self, stack, penalty, groups, start, report):
        options = {"groups": groups, "report": report, "solver": solve_glm}
        return [
            minimise(self, own, penalty, start=its_start, **options)
            for own, its_start in zip(stack, start, strict=True)
        ]

    def _coefficients(self, problem, solution):
        """Return them with another last axis, of classes or of one of two."""
        found = [problem.groups.to_user(own) for own in solution]
        coef = np.stack([own.coef for own in found], axis=-1)
        return coef, np.stack([own.intercept for own in found], axis=-1)

    def _has_converged(self, solution):
        return all(super(GroupClassification, self)._has_converged(s) for s in solution)

    def _convex(self, posed, solution):
        problem, stacks, penalty, _ = posed
        return [
            (problem.groups.parts, stack, penalty, own)
            for stack, own in zip(stacks, solution, strict=True)
        ]

    def _certified(self, solution):
        return list(solution)

    def _sample_bends(self, y, eta):
        return expit(eta) * expit(-eta)

    def _sample_losses(self, y, eta):
        return class_deviances(y, eta)

    def _fitted_attributes(self, problem, solution):
        groups, several = problem.groups, len(solution) > 1
        together = _together([groups.to_user(own) for own in solution])
        coef = together.coef.reshape(problem.coef_shape).astype(groups.dtype)
        intercept = together.intercept.reshape(len(solution), *groups.columns)
        return {
            "classes_": problem.classes,
            "coef_": coef,
            "intercept_": intercept.astype(groups.dtype),
            "n_iter_": int(np.max(together.n_iter)),
            "dual_gap_": together.dual_gap if several else solution[0].dual_gap,
            "objective_": together.objective if several else solution[0].objective,
            "tasks_": groups.labels,
            "layout_": groups.layout.name,
            "is_fitted_": True,
            **group_attributes(groups, np.moveaxis(coef, 0, -1)),
        }

    def _warn(self, solution):
        warn_unconverged(_together(solution), frames=INSIDE + 1)

    def _follow(self, posed, points):
        _, stacks, penalty, blocks = posed
        penalties = [penalty.replaced(**point) for point in points]
        options, solvers = self._options(), (solve_glm, solve_glm_path)
        yield from zip(
            *(follow_joint(own, penalties, blocks, options, solvers) for own in stacks),
            strict=True,
        )

    def _alpha_max(self, posed):
        _, stacks, penalty, blocks = posed
        return max(glm_alpha_max(stack, penalty, blocks) for stack in stacks)

    def _least_model(self):
        return "logistic regression", "LogisticRegression"


def _together(solutions):
    """Return several solutions as one whose numbers are arrays."""
    fields: list[Any] = [
        np.stack(field)
        for field in zip(*(solution[:-1] for solution in solutions), strict=True)
    ]
    return Solution(*fields)
