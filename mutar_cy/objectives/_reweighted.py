"""Objectives that are not convex, minimised by reweighted convex problems."""

from abc import abstractmethod

import numpy as np

from mutar_cy.objectives._objective import Objective
from mutar_cy.objectives._penalised_loss import BlockObjective, SeparableObjective
from mutar_cy.objectives._warnings import (
    warn_unconverged,
    warn_unconverged_reweighting,
)
from mutar_cy.solvers import (
    ReweightingOptions,
    ReweightingResult,
    join_results,
    reweight,
    reweight_columns,
    reweight_path,
    reweight_rows,
)


class ReweightedObjective(Objective):
    """A penalty concave in norms of blocks, minimised by its tangents.

    Every tangent is the penalty of the convex class beside this one, with other
    weights. A subclass says which solver reweights.

    Parameters
    ----------
    *args : tuple
        As the convex class takes them.
    max_iter_reweighting : int
        Maximum number of convex problems.
    tol_reweighting : float
        Largest relative move of a coefficient from one convex problem to the next at
        which reweighting ends.
    **kwargs : dict
        As the convex class takes them.
    """

    solves_by_moments = False  # the weights differ between strengths

    def __init__(self, *args, max_iter_reweighting, tol_reweighting, **kwargs):
        self.max_iter_reweighting = max_iter_reweighting
        self.tol_reweighting = tol_reweighting
        super().__init__(*args, **kwargs)

    @abstractmethod
    def _reweight(self, start, effort):
        """Return the `ReweightingResult` of the objective."""

    def _effort(self, callback=None):
        return ReweightingOptions(
            self.options.tol,
            self.options.max_iter,
            self.tol_reweighting,
            self.max_iter_reweighting,
            callback,
        )

    def _minimise(self, start, callback):
        return self._reweight(start, self._effort(callback))

    def solve_path(self, strengths):
        """Yield the solutions; the first convex problems start from each other.

        The end of reweighting does not depend on the start of its first problem.
        """
        coef = None
        for point in strengths:
            solution = self.with_params(**point).solve(coef)
            coef = solution.first.coef
            yield solution

    def to_user(self, solution):
        """Return the coefficients and intercepts of the last convex problem."""
        last = solution.last if isinstance(solution, ReweightingResult) else solution
        return last.coef, last.intercept

    def user_arrays(self, solution):
        """Return `Objective.user_arrays`, the losses and the last weights, too."""
        weights = solution.weights
        if weights.ndim > 1:  # one for every coefficient
            weights = weights.reshape(-1, *self.data.columns)
        return {
            **super().user_arrays(solution.last),
            "n_iter": int(solution.n_iter),
            "losses": solution.losses,
            "objective": float(solution.losses[-1]),
            "weights": weights,
        }

    def convex_problems(self, solution):
        """Return the last weighted problem."""
        weights, penalty = solution.weights, self.penalty
        if not isinstance(penalty, list):
            penalty = penalty.replaced(weights=weights)
        elif weights.ndim > 1:  # one for every coefficient
            pairs = zip(penalty, weights.T, strict=True)
            penalty = [own.replaced(weights=w) for own, w in pairs]
        else:  # one for every row
            penalty = [own.replaced(weights=weights) for own in penalty]
        problems = super().convex_problems(solution.last)
        return [problem._replace(penalty=penalty) for problem in problems]

    def certified(self, solution):
        """Return the solution of the last weighted problem."""
        return [solution.last]

    def has_converged(self, solution):
        """Tell whether both convex problems have, and coefficients stand still."""
        first = super().has_converged(solution.first)
        return first and super().has_converged(solution.last) and solution.converged

    def warn(self, solution):
        """Warn of the first thing that did not converge."""
        for convex in (solution.first, solution.last):
            if not np.all(convex.converged):
                warn_unconverged(convex)
                return
        if not solution.converged:
            warn_unconverged_reweighting(len(solution.losses))


class ReweightedBlockObjective(ReweightedObjective, BlockObjective):
    """Square roots of norms of groups of features, over all columns."""

    rotates_blocks = False

    def _reweight(self, start, effort):
        return reweight(self.scaled, self.penalty, self.groups, start, effort)

    def solve_path(self, strengths):
        """Yield the solutions, as `ReweightedObjective` does, on one set of Grams."""
        penalties, effort = self._penalties(strengths), self._effort()
        yield from reweight_path(self.scaled, penalties, self.groups, options=effort)


class ReweightedSeparableObjective(ReweightedObjective, SeparableObjective):
    """Square roots of absolute coefficients, in every column."""

    def _reweight(self, start, effort):
        return reweight_columns(self.scaled, self.penalty, start, effort)

    def solve_path(self, strengths):
        """Yield the solutions, as `ReweightedObjective` does, on one set of Grams."""
        effort = self._effort()
        paths = [
            reweight_path(self.scaled.column(c), list(own), options=effort)
            for c, own in enumerate(zip(*self._penalties(strengths), strict=True))
        ]
        yield from (join_results(found) for found in zip(*paths, strict=True))


class MultiLevelObjective(ReweightedObjective, SeparableObjective):
    """Coefficients as products of a shared and a specific factor.

    Parameters
    ----------
    *args, **kwargs
        As `ReweightedObjective` takes them; the penalties of all columns are equal.
    shared : ndarray of shape (n_features,), default=None
        The shared factor to start from; ones by default.
    """

    def __init__(self, *args, shared=None, **kwargs):
        self.shared = shared
        super().__init__(*args, **kwargs)

    def _reweight(self, start, effort):
        return reweight_rows(self.scaled, self.penalty[0], self.shared, start, effort)

    def alpha_max(self):
        """Return the smallest alpha at which the first lassos are zero."""
        return float(np.max(super().alpha_max()))

    def user_arrays(self, solution):
        """Return both factors, too, and their product as the coefficients."""
        arrays = super().user_arrays(solution)
        coef = arrays["coef"]
        shared = solution.last.shared.astype(coef.dtype)
        factor = shared.reshape(-1, *[1] * len(self.data.columns))
        specific = np.divide(coef, factor, np.zeros_like(coef), where=factor > 0.0)
        return {
            **arrays,
            "coef": factor * specific,
            "coef_shared": shared,
            "coef_specific": specific,
            "dual_gap": float(np.sum(solution.last.dual_gap)),
        }
