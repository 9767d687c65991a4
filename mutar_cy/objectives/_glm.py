"""Objectives of generalised linear models on groups of features."""

from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit, log_expit, logsumexp

from mutar_cy.designs import make_scaled_data, sample_weights
from mutar_cy.glm import (
    Responses,
    glm_alpha_max,
    make_responses,
    solve_glm,
    solve_glm_path,
)
from mutar_cy.groups import Groups, OrthonormalColumns
from mutar_cy.losses import Logistic
from mutar_cy.objectives._objective import ConvexProblem, Objective
from mutar_cy.objectives._squared_error import solve_joint_path
from mutar_cy.objectives._warnings import warn_unconverged
from mutar_cy.solvers import Solution, alpha_max, solve, solve_path


class FeatureGroups(NamedTuple):
    """The groups of features, their penalty weights, and the basis to solve in."""

    groups: Groups
    weights: np.ndarray  # (n_groups,)
    standardize: bool = False  # whether every group is made orthonormal

    def blocks(self):
        """Return the features of every block, and the blocks' penalty weights.

        Features in no group are blocks of their own, of weight 0.

        Returns
        -------
        blocks : list of ndarray of int64, or None
            None if every feature is a block.
        weights : ndarray of shape (n_blocks,)
        """
        groups, free = self.groups, self.groups.unpenalised
        if groups.sizes.max() == 1:
            weights = np.zeros(len(groups.owner))
            weights[np.concatenate(groups.indices)] = self.weights
            return None, weights
        blocks = [*groups.indices, *free[:, np.newaxis]]
        return blocks, np.concatenate([self.weights, np.zeros(len(free))])


class GlmObjective(Objective):
    """A loss of linear predictors plus a penalty of norms of groups of features.

    Parameters
    ----------
    data : TaskData
    make_penalty : callable
        Returns the penalty, given the strengths and ``weights``, those of the blocks.
    strengths, options
        As `Objective` takes them.
    loss : Loss
    feature_groups : FeatureGroups
    """

    def __init__(self, data, make_penalty, strengths, options, loss, feature_groups):
        self.loss, self._feature_groups = loss, feature_groups
        self.groups, self._weights = feature_groups.blocks()
        super().__init__(data, make_penalty, strengths, options)

    def _penalty_at(self, strengths):
        return self.make_penalty(**strengths, weights=self._weights)

    @property
    def group_names(self):
        """The names of the groups of features."""
        return list(self._feature_groups.groups.names)

    @property
    def feature_groups(self):
        """The features of every group; a feature may be in none."""
        return self._feature_groups.groups.indices

    def _make_parts(self):
        parts = super()._make_parts()
        self._bases: Any = None
        if not self._feature_groups.standardize:
            return parts
        groups, center = self._feature_groups.groups, self.options.fit_intercept
        self._bases = [
            OrthonormalColumns(
                part.X, sample_weights(part._replace(task_weight=1.0)), groups, center
            )
            for part in parts
        ]
        pairs = zip(parts, self._bases, strict=True)
        return [part._replace(X=basis.X) for part, basis in pairs]

    def _scale(self):
        # Squared error needs no Newton steps, unless blocks of several features can be
        # rotated into their principal axes, where a block step is exact.
        turned = self.groups is not None and self.penalty.rotation_invariant
        if not self.loss.is_quadratic or turned:
            self.scaled = make_responses(
                self.parts, self.loss, self.options.fit_intercept
            )
            return
        parts = [_without_offset(part) for part in self.parts]
        self.scaled = make_scaled_data(parts, self.options.fit_intercept)

    def _solvers(self):
        """Return the solvers of one penalty, and of several."""
        if isinstance(self.scaled, Responses):
            return solve_glm, solve_glm_path
        return solve, solve_path

    def _minimise(self, start, callback):
        options = {**self.options.for_solver(), "on_iteration": callback}
        solver = self._solvers()[0]
        return solver(self.scaled, self.penalty, self.groups, start, **options)

    def solve_path(self, strengths):
        """Yield the solutions at several strengths, each from the last one."""
        penalties = [self.penalty.replaced(**point) for point in strengths]
        yield from solve_joint_path(
            self.scaled,
            penalties,
            self.groups,
            self.options.for_solver(),
            self._solvers(),
        )

    def alpha_max(self):
        """Return the smallest alpha at which every penalised coefficient is zero."""
        glm = isinstance(self.scaled, Responses)
        find = glm_alpha_max if glm else alpha_max
        return float(find(self.scaled, self.penalty, self.groups))

    def _basis_columns(self):
        """Return pairs of a basis and the columns of coefficients that it is for."""
        ends = np.cumsum([part.Y.shape[1] for part in self.parts])
        return [
            (basis, slice(end - part.Y.shape[1], end))
            for basis, end, part in zip(self._bases, ends, self.parts, strict=True)
        ]

    def _into_bases(self, coef):
        """Return coefficients of the user's columns as those of the bases."""
        if self._bases is None:
            return coef
        pairs = self._basis_columns()
        return np.hstack([basis.from_user(coef[:, own]) for basis, own in pairs])

    def _out_of_bases(self, solution):
        """Return a solution in the bases as one for the user's columns."""
        if self._bases is None:
            return solution
        found = [
            basis.to_user(solution.coef[:, own]) for basis, own in self._basis_columns()
        ]
        coef = np.hstack([own for own, _ in found])
        shift = np.concatenate([shift for _, shift in found])
        return solution._replace(coef=coef, intercept=solution.intercept + shift)

    def start_from(self, coef):
        """Return coefficients of shape ``coef_shape`` as solvers start from them."""
        return self._into_bases(super().start_from(coef))

    def to_user(self, solution):
        """Return coefficients and intercepts of the user's columns."""
        return super().to_user(self._out_of_bases(solution))


class ClassificationObjective(GlmObjective):
    """Logistic loss of every class against the rest, or of one of two classes.

    Parameters
    ----------
    data : TaskData
        Targets are the numbers of ``data.classes``.
    make_penalty, strengths, options, feature_groups
        As `GlmObjective` takes them.
    """

    scaled: list  # of Responses, one per positive class

    def __init__(self, data, make_penalty, strengths, options, feature_groups):
        super().__init__(
            data, make_penalty, strengths, options, Logistic(), feature_groups
        )

    @property
    def positives(self):
        """The number of the positive class of every binary problem."""
        numbers = np.arange(len(self.data.classes))
        return numbers if len(numbers) > 2 else numbers[1:]

    @property
    def coef_shape(self):
        """The shape of ``coef_``: classes first."""
        return (len(self.positives), self.data.n_features, *self.data.columns)

    def _scale(self):
        self.scaled = []
        for number in self.positives:
            parts = [
                part._replace(Y=(number == part.Y).astype(np.float64))
                for part in self.parts
            ]
            responses = make_responses(parts, self.loss, self.options.fit_intercept)
            self.scaled.append(responses)

    def start_from(self, coef):
        """Return one start for every positive class."""
        n_features = self.data.n_features
        return [self._into_bases(own.reshape(n_features, -1)) for own in coef]

    def _minimise(self, start, callback):
        options = {**self.options.for_solver(), "on_iteration": callback}
        starts = [None] * len(self.scaled) if start is None else start
        return [
            solve_glm(responses, self.penalty, self.groups, coef, **options)
            for responses, coef in zip(self.scaled, starts, strict=True)
        ]

    def solve_path(self, strengths):
        """Yield lists of solutions, one per positive class."""
        penalties = [self.penalty.replaced(**point) for point in strengths]
        options, solvers = self.options.for_solver(), (solve_glm, solve_glm_path)
        yield from zip(
            *(
                solve_joint_path(own, penalties, self.groups, options, solvers)
                for own in self.scaled
            ),
            strict=True,
        )

    def alpha_max(self):
        """Return the smallest alpha at which no class has a coefficient."""
        return max(
            glm_alpha_max(responses, self.penalty, self.groups)
            for responses in self.scaled
        )

    def to_user(self, solution):
        """Return coefficients and intercepts with a last axis of positive classes."""
        found = [self._out_of_bases(own) for own in solution]
        coef = np.stack([own.coef for own in found], axis=-1)
        return coef, np.stack([own.intercept for own in found], axis=-1)

    def user_arrays(self, solution):
        """Return `Objective.user_arrays`, classes first; gaps are one per class."""
        joint = join_classes([self._out_of_bases(own) for own in solution])
        dtype, several = self.data.dtype, len(solution) > 1
        intercept = joint.intercept.reshape(len(solution), *self.data.columns)
        return {
            "coef": joint.coef.reshape(self.coef_shape).astype(dtype),
            "intercept": intercept.astype(dtype),
            "n_iter": int(np.max(joint.n_iter)),
            "dual_gap": joint.dual_gap if several else solution[0].dual_gap,
            "objective": joint.objective if several else solution[0].objective,
        }

    def path_arrays(self, solution):
        """Return `user_arrays` with features first, and classes as responses."""
        arrays = self.user_arrays(solution)
        for name, before_tasks in (("coef", 1), ("intercept", 0)):
            arrays[name] = _classes_last(arrays[name], before_tasks)
        return arrays

    def has_converged(self, solution):
        """Tell whether the duality gap of every class has met its target."""
        return all(bool(np.all(own.converged)) for own in solution)

    def certified(self, solution):
        """Return one solution per positive class."""
        return list(solution)

    def warn(self, solution):
        """Warn of the class whose gap exceeds its target most."""
        warn_unconverged(join_classes(solution))

    def convex_problems(self, solution):
        """Return one problem per positive class."""
        return [
            ConvexProblem(self.parts, responses, self.penalty, self.groups, own)
            for responses, own in zip(self.scaled, solution, strict=True)
        ]

    def sample_losses(self, y, eta):
        """Return minus twice the log-probability of every sample's class.

        Parameters
        ----------
        y : ndarray of shape (n_samples, n_columns)
            The numbers of the classes.
        eta : ndarray of shape (n_samples, n_columns, n_positives)
            Linear predictors.
        """
        if eta.shape[-1] == 1:
            return -2.0 * log_expit(np.where(y > 0, 1.0, -1.0) * eta[..., 0])
        at = y.astype(np.intp)[..., np.newaxis]
        return -2.0 * np.take_along_axis(log_probabilities(eta), at, -1)[..., 0]

    def sample_curvatures(self, y, eta):
        """Return half the second derivative of the deviance of every sample."""
        return expit(eta) * expit(-eta)


def log_probabilities(decision, axis=-1):
    """Return the log-probabilities of classes, from one decision of each against rest.

    One-vs-rest probabilities are normalised to sum to 1.
    """
    found = log_expit(decision)
    return found - logsumexp(found, axis=axis, keepdims=True)


def join_classes(solutions):
    """Return the solutions of several classes as one whose numbers are arrays."""
    fields: list[Any] = [
        np.stack(field)
        for field in zip(*(solution[:-1] for solution in solutions), strict=True)
    ]
    return Solution(*fields)


def _classes_last(values, before_tasks):
    """Return values with the first axis, of classes, as a last one of responses.

    The axis goes where there is one positive class.

    Parameters
    ----------
    values : ndarray
    before_tasks : int
        The number of axes before that of tasks, classes not counted.
    """
    values = np.moveaxis(values, 0, -1)
    if values.shape[-1] == 1:
        return values[..., 0]
    if values.ndim == before_tasks + 1:  # a single task
        return np.expand_dims(values, before_tasks)
    return values


def _without_offset(part):
    """Return a part of squared error whose targets have the offset subtracted."""
    if part.offset is None:
        return part
    return part._replace(Y=part.Y - part.offset, offset=None)
