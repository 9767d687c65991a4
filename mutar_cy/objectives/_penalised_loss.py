"""Objectives of one loss: one penalty of all columns, or one of each column."""

from copy import copy
from typing import Any

import numpy as np

from mutar_cy.designs import make_scaled_data
from mutar_cy.glm import (
    Responses,
    columns_without_minimum,
    glm_alpha_max,
    make_responses,
    solve_glm,
    solve_glm_path,
)
from mutar_cy.losses import SquaredError
from mutar_cy.objectives._degenerate import Degenerate, replace_degenerate
from mutar_cy.objectives._feature_groups import OrthonormalBases
from mutar_cy.objectives._objective import Objective
from mutar_cy.objectives._precision import predictors
from mutar_cy.objectives._signs import SignedColumns
from mutar_cy.objectives._warnings import warn_no_minimum
from mutar_cy.solvers import (
    Blocks,
    GramDescent,
    PenalisedProblem,
    alpha_max,
    is_ordinary,
    join_columns,
    join_paths,
    make_gram_problem,
    solve,
    solve_columns,
    solve_path,
)


class LossObjective(Objective):
    """A loss of linear predictors plus a penalty of norms of groups of features.

    Parameters
    ----------
    data, make_penalty, strengths, options
        As `Objective` takes them.
    loss : Loss, default=SquaredError()
    feature_groups : FeatureGroups, default=None
        Every feature is a group by default.
    signs : ndarray of shape (n_features,), default=None
        The signs that the coefficients of every feature may have: 1, -1, or 0 for both.
        The penalty then asks for coefficients of at least 0.

    Attributes
    ----------
    rotates_blocks : bool
        Whether solvers may rotate blocks of features into their principal axes.
    solves_by_moments : bool
        Whether :meth:`settle_by_moments` solves paths of these data.
    """

    rotates_blocks = True
    find_alpha_max: Any = None  # where it is not that of the rows that are there

    def __init__(
        self,
        data,
        make_penalty,
        strengths,
        options,
        loss=None,
        feature_groups=None,
        signs=None,
    ):
        self.loss = SquaredError() if loss is None else loss
        self._feature_groups = feature_groups
        self.groups = None if feature_groups is None else feature_groups.blocks()
        self._signed = None if signs is None else SignedColumns(signs)
        if self._signed is not None:
            self.groups = self._signed.groups(self.groups)
        self._bases: Any = None
        self._degenerate: Degenerate | None = None
        super().__init__(data, make_penalty, strengths, options)

    @property
    def group_names(self):
        """The names of the groups of features, or None if features are alone."""
        groups = self._feature_groups
        return None if groups is None else list(groups.groups.names)

    @property
    def feature_groups(self):
        """The features of every group, or None if features are alone."""
        groups = self._feature_groups
        return None if groups is None else groups.groups.indices

    def _make_parts(self):
        parts = super()._make_parts()
        self._bases = self._degenerate = None
        if self.options.fits_constants:
            parts, self._degenerate = replace_degenerate(parts, self.loss)
        if self._signed is not None:
            return self._signed.parts(parts)
        if self._feature_groups is None or not self._feature_groups.standardize:
            return parts
        self._bases = OrthonormalBases(
            parts, self._feature_groups.groups, self.options.fit_intercept
        )
        return self._bases.parts

    @property
    def _rotation_invariant(self):
        """Whether the penalty of every column is, and has no ridge."""
        penalty = self.penalty[0] if isinstance(self.penalty, list) else self.penalty
        return penalty.rotation_invariant and not penalty.ridge

    def _scale(self):
        options = self.options
        # Squared error needs no Newton steps, unless blocks of several features can be
        # rotated into their principal axes, where a block step is exact.
        rotates = self.rotates_blocks and self.groups is not None
        if not self.loss.is_quadratic or (rotates and self._rotation_invariant):
            self.scaled = make_responses(
                self.parts, self.loss, options.fit_intercept, options.normalize
            )
            return
        parts = [_without_offset(part) for part in self.parts]
        self.scaled = make_scaled_data(parts, options.fit_intercept, options.normalize)

    @property
    def _solvers(self):
        """The solvers of one penalty, of several, and of the largest alpha."""
        if isinstance(self.scaled, Responses):
            return solve_glm, solve_glm_path, glm_alpha_max
        return solve, solve_path, alpha_max

    @property
    def solves_by_moments(self):
        ordinary = self._signed is None and self._bases is None and self.groups is None
        return ordinary and not isinstance(self.scaled, Responses)

    @property
    def rotated_or_signed(self):
        """Whether solvers see other columns than the user's."""
        return self._signed is not None or self._bases is not None

    def settle_by_moments(self, scaled, statistics, strengths):
        """Return the solutions at the first strengths, as many as compiled code finds.

        Parameters
        ----------
        scaled : ScaledData
            Of some rows of the data, with designs that have moments only.
        statistics : GramStatistics
        strengths : list of dict
            As :meth:`solve_path` takes them.

        Returns
        -------
        PathSolutions or None
        """
        raise NotImplementedError

    def _settle(self, scaled, statistics, penalties):
        """Return the solutions of `settle_by_moments` for penalties of all columns."""
        if len(split_by_kind(penalties)) > 1:
            return None
        problem = PenalisedProblem(scaled, penalties[0])
        if not is_ordinary(problem):
            return None
        given = make_gram_problem(problem, statistics, self.options.tol)
        runs = GramDescent(given).runs(penalties, self.options.max_iter, len(penalties))
        return next(runs, None)

    def _penalties(self, strengths):
        """Return the penalties at several strengths."""
        return [self._penalty_at({**self.strengths, **point}) for point in strengths]

    def in_precision(self, solution):
        """Return the numbers of a solution, those of the user's columns rounded."""
        if self._bases is None:
            return super().in_precision(solution)
        coef, intercept = super().in_precision(self._bases.to_user(solution))
        intercept = intercept + self._bases.fits_of_means(coef)
        return self._bases.from_user(coef), intercept

    def penalty_is_zero(self):
        """Return which blocks have no penalty in some column."""
        penalties = self.penalty if isinstance(self.penalty, list) else [self.penalty]
        n_blocks = Blocks(self.data.n_features, self.groups).n_blocks
        return np.any([one.thresholds(n_blocks) == 0.0 for one in penalties], axis=0)

    def of_blocks(self, chosen, parts):
        """Return squared errors of other rows, with the penalty of some blocks.

        Parameters
        ----------
        chosen : ndarray of int
            Blocks of features, whose columns the designs have, block after block.
        parts : list of DesignTargets
            Of any number of rows, without missing targets; they have the columns of
            coefficients in their order.
        """
        other, make_penalty = copy(self), self.make_penalty

        def of_chosen(**strengths):
            found = make_penalty(**strengths)
            if isinstance(found, list):
                return [one.restricted(chosen) for one in found]
            return found.restricted(chosen)

        other.make_penalty = of_chosen
        other.penalty = other._penalty_at(self.strengths)
        if self.groups is not None:
            counts = Blocks(self.data.n_features, self.groups).counts(chosen)
            ends = np.cumsum(counts)
            other.groups = np.split(np.arange(ends[-1]), ends[:-1])
        other._feature_groups, other.loss = None, SquaredError()
        other.parts = parts
        other._scale()
        return other

    def data_terms(self, problem, predicted):
        """Return the loss of every column of a convex problem."""
        if self.loss.is_quadratic:
            return super().data_terms(problem, predicted)
        found = problem.scaled  # Responses
        eta = np.concatenate([columns.T.ravel() for columns in predicted])
        losses = [
            self.loss.value(found.y[own], eta[own], found.sqrt_weight[own])
            for own in found.slices
        ]
        return np.array(losses)

    def warn(self, solution):
        """Warn of a gap above its target, and of columns without a finite optimum."""
        super().warn(solution)
        found = self.without_minimum(solution)
        if found:
            warn_no_minimum(found, self.data.feature_names)

    def without_minimum(self, solution):
        """Return the unpenalised columns without finite optimal coefficients.

        Returns
        -------
        found : dict of set of int
            By the end of a message for their task.
        """
        found: dict[str, set] = {}
        if self.loss.is_quadratic or not isinstance(self.scaled, Responses):
            return found
        (problem,) = Objective.convex_problems(self, solution)
        eta = predictors(problem, solution.coef, solution.intercept)
        eta = np.concatenate([columns.T.ravel() for columns in eta])
        residual, curvature = np.empty((2, len(eta)))
        self.scaled.evaluate(eta, residual, curvature)
        residual *= self.scaled.inverse_sqrt_weight
        owners = [owner for owner, *_ in self.data.target_columns()]
        for c, owner in enumerate(owners):
            features = self._without_minimum(c, residual)
            if len(features):
                found.setdefault(owner, set()).update(features.tolist())
        return found

    def _without_minimum(self, c, residual):
        """Return the features of `without_minimum` for a column of coefficients."""
        responses, penalty = self.scaled, self.penalty
        penalty = penalty[c] if isinstance(penalty, list) else penalty
        X = self.parts[responses.owners[c]].X
        blocks = Blocks(X.shape[1], self.groups)
        thresholds = penalty.thresholds(blocks.n_blocks)
        free = np.sort(blocks.features(np.flatnonzero(thresholds == 0.0)))
        if not len(free) or penalty.ridge:
            return free[:0]
        own = responses.slices[c]
        kept = responses.sqrt_weight[own] > 0.0
        columns = X[:, free][kept]
        columns = columns.toarray() if hasattr(columns, "toarray") else columns
        which = columns_without_minimum(
            self.loss,
            responses.y[own][kept],
            residual[own][kept],
            np.asarray(columns, dtype=np.float64),
            has_intercept=self.options.fit_intercept,
            positive=penalty.positive,
        )
        features = free[which]
        return features if self._signed is None else self._signed.owners(features)

    def start_from(self, coef):
        """Return coefficients of shape ``coef_shape`` as solvers start from them."""
        coef = super().start_from(coef)
        if self._signed is not None:
            return self._signed.from_user(coef)
        return coef if self._bases is None else self._bases.from_user(coef)

    def to_user(self, solution):
        """Return coefficients and intercepts of the user's columns."""
        if self._bases is not None:
            solution = self._bases.to_user(solution)
        if self._signed is not None:
            coef = self._signed.to_user(solution.coef)
            solution = solution._replace(coef=coef)
        coef, intercept = super().to_user(solution)
        if self._degenerate is not None:
            columns = self._degenerate.columns
            coef, intercept = coef.copy(), intercept.copy()
            coef[:, columns] = 0.0
            intercept[columns] = self._degenerate.limits[columns]
        return coef, intercept

    def user_arrays(self, solution):
        """Return `Objective.user_arrays`, losses of replaced columns left out."""
        if self._degenerate is None:
            return super().user_arrays(solution)
        losses = self._degenerate.losses
        if not np.ndim(solution.objective):
            losses = losses.sum()
        return super().user_arrays(
            solution._replace(objective=solution.objective - losses)
        )

    def sample_losses(self, y, eta):
        """Return the deviance of every sample, given linear predictors.

        Where a predictor is infinite, it is 0 if the target is the prediction, else NaN
        as where nothing is held out: no strength changes it.
        """
        infinite = np.isinf(eta)
        if not infinite.any():
            return super().sample_losses(y, eta)
        losses = super().sample_losses(y, np.where(infinite, 0.0, eta))
        exact = np.where(y == self.loss.mean(eta), 0.0, np.nan)
        return np.where(infinite, exact, losses)


class BlockObjective(LossObjective):
    """A loss plus one penalty that couples the columns of coefficients.

    Parameters
    ----------
    data, make_penalty, strengths, options, loss, feature_groups
        As `LossObjective` takes them.
    scales_with_alpha : tuple of str, default=()
        The strengths that stay in proportion to alpha along a path.
    """

    def __init__(self, *args, scales_with_alpha=(), **kwargs):
        self.scales_with_alpha = scales_with_alpha
        super().__init__(*args, **kwargs)

    def _minimise(self, start, callback):
        options = {**self.options.for_solver(), "on_iteration": callback}
        return self._solvers[0](
            self.scaled, self.penalty, self.groups, start, **options
        )

    def solve_path(self, strengths):
        """Yield the solutions at several strengths, each from the last one."""
        yield from solve_joint_path(
            self.scaled,
            self._penalties(strengths),
            self.groups,
            self.options.for_solver(),
            self._solvers[:2],
        )

    def settle_by_moments(self, scaled, statistics, strengths):
        """Return the first solutions, as `LossObjective` documents it."""
        return self._settle(scaled, statistics, self._penalties(strengths))

    def alpha_max(self):
        """Return the smallest alpha at which every penalised coefficient is zero."""
        if self.find_alpha_max is not None:
            return self.find_alpha_max(self)
        return float(self._solvers[2](self.scaled, self.penalty, self.groups))

    def user_arrays(self, solution):
        """Return `Objective.user_arrays`, and the parts of coefficients that are sums.

        Of a penalty that splits coefficients, "coef_shared" and "coef_specific" are
        the parts; "coef" is their sum to the last digit.
        """
        arrays = super().user_arrays(solution)
        if solution.shared is None:
            return arrays
        coef = arrays["coef"]
        shared = solution.shared
        if self._signed is not None:
            shared = self._signed.to_user(shared)
        shared = shared.reshape(coef.shape).astype(coef.dtype)
        specific = coef - shared
        parts = {"coef_shared": shared, "coef_specific": specific}
        return {**arrays, **parts, "coef": shared + specific}


class SeparableObjective(LossObjective):
    """A loss plus a penalty of every column: a problem of its own per column.

    Parameters
    ----------
    data, strengths, options, loss, feature_groups
        As `LossObjective` takes them.
    make_penalty : callable
        Returns a list of one penalty per column.
    alpha_per_task : bool, default=False
        Whether every task has an alpha of its own.
    """

    penalty: list

    def __init__(self, *args, alpha_per_task=False, **kwargs):
        self.alpha_per_task = alpha_per_task
        super().__init__(*args, **kwargs)

    def _of_columns(self, penalty):
        return [penalty[c] for c in self._columns]

    def _minimise(self, start, callback):
        options = {**self.options.for_solver(), "on_iteration": callback}
        solver = self._solvers[0]
        if solver is solve and self.groups is None:
            return solve_columns(self.scaled, self.penalty, start, **options)
        solutions = [
            solver(
                self.scaled.column(c),
                penalty,
                self.groups,
                None if start is None else start[:, c : c + 1],
                **options,
            )
            for c, penalty in enumerate(self.penalty)
        ]
        return join_columns(solutions)

    def solve_path(self, strengths):
        """Yield the solutions at several strengths, each from the last one."""
        solvers, options = self._solvers[:2], self.options.for_solver()
        paths = [
            list(
                solve_joint_path(
                    self.scaled.column(c), own, self.groups, options, solvers
                )
            )
            for c, own in enumerate(zip(*self._penalties(strengths), strict=True))
        ]
        yield from (join_columns(list(found)) for found in zip(*paths, strict=True))

    def settle_by_moments(self, scaled, statistics, strengths):
        """Return the first solutions, as `LossObjective` documents it."""
        paths = [
            self._settle(scaled.column(c), statistics.of_column(c, scaled), list(own))
            for c, own in enumerate(zip(*self._penalties(strengths), strict=True))
        ]
        return None if any(path is None for path in paths) else join_paths(paths)

    def alpha_max(self):
        """Return the smallest alpha of every column that leaves no coefficient."""
        if self.find_alpha_max is not None:
            return self.find_alpha_max(self)
        find = self._solvers[2]
        largest = [
            find(self.scaled.column(c), penalty, self.groups)
            for c, penalty in enumerate(self.penalty)
        ]
        return np.reshape(largest, self.data.columns)[()]


def solve_joint_path(scaled, penalties, groups, options, solvers=(solve, solve_path)):
    """Yield the solutions for several penalties of all columns together.

    Parameters
    ----------
    scaled : ScaledData
        Or what else the solvers take.
    penalties : list of Penalty
        In the order in which they are solved.
    groups : list of ndarray, or None
    options : dict
        ``tol`` and ``max_iter``.
    solvers : tuple of callable, default=(solve, solve_path)
        For one penalty, and for several that differ in their strengths.

    Yields
    ------
    Solution
    """
    solve_one, solve_several = solvers
    coef = None
    for run in split_by_kind(penalties):
        if len(run) == 1:
            solution = solve_one(scaled, run[0], groups, coef, **options)
            coef = solution.coef
            yield solution
            continue
        for solution in solve_several(scaled, run, groups, coef, **options):
            coef = solution.coef
            yield solution


def split_by_kind(penalties):
    """Cut a list of penalties where their class, or whether they have a ridge, changes.

    Solvers of paths go on with one working set, which such a change makes invalid.
    """
    runs: list[list] = []
    last = None
    for penalty in penalties:
        kind = type(penalty), penalty.ridge > 0
        if kind == last:
            runs[-1].append(penalty)
        else:
            runs.append([penalty])
        last = kind
    return runs


def _without_offset(part):
    """Return a part of squared error whose targets have the offset subtracted."""
    if part.offset is None:
        return part
    return part._replace(Y=part.Y - part.offset, offset=None)
