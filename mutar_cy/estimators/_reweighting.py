"""What models share that are solved by weighted convex problems, one after another."""

import warnings
from abc import abstractmethod
from numbers import Integral

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import Interval

from mutar_cy.estimators._base import NON_NEGATIVE, MultiTaskRegressor
from mutar_cy.estimators._fitting import refuse_non_finite, warn_unconverged
from mutar_cy.estimators._follow import at_point
from mutar_cy.estimators._model import INSIDE
from mutar_cy.solvers import ReweightingOptions


class ReweightingRegressor(MultiTaskRegressor):
    """A penalty that is concave in norms of blocks, solved by its tangents.

    A subclass says which blocks: ``_reweight``.
    """

    _parameter_constraints = {
        **MultiTaskRegressor._parameter_constraints,
        "max_iter_reweighting": [Interval(Integral, 1, None, closed="left")],
        "tol_reweighting": NON_NEGATIVE,
    }

    @abstractmethod
    def _reweight(self, stack, penalty, groups, start, effort):
        """Return the `Reweighted` of what has been posed."""

    def _effort(self, report):
        """Return how far reweighting goes."""
        return ReweightingOptions(
            self.tol,
            self.max_iter,
            self.tol_reweighting,
            self.max_iter_reweighting,
            report,
        )

    def _minimise(self, stack, penalty, groups, start, report):
        found = self._reweight(stack, penalty, groups, start, self._effort(report))
        refuse_non_finite(found.last.coef, found.last.intercept)
        return found

    def _follow(self, posed, points):
        """Yield the solutions; those of first problems start from each other.

        Where reweighting ends does not depend on where its first problem starts.
        """
        coef = None
        for point in points:
            _, stack, penalty, groups = self._posed_at(posed, point)
            model = at_point(self, point)
            solution = model._minimise(stack, penalty, groups, coef, None)
            coef = solution.first.coef
            yield solution

    def _coefficients(self, problem, solution):
        return solution.last.coef, solution.last.intercept

    def _convex(self, posed, solution):
        """Return the last weighted problem."""
        problem, stack, penalty, _ = posed
        weights = solution.weights
        if not isinstance(penalty, list):
            penalty = penalty.replaced(weights=weights)
        elif weights.ndim > 1:  # one for every coefficient
            pairs = zip(penalty, weights.T, strict=True)
            penalty = [own.replaced(weights=w) for own, w in pairs]
        else:  # one for every row
            penalty = [own.replaced(weights=weights) for own in penalty]
        return [(self._parts(problem), stack, penalty, solution.last)]

    def _certified(self, solution):
        return [solution.last]

    def _has_converged(self, solution):
        convex = super()._has_converged
        first, last = convex(solution.first), convex(solution.last)
        return first and last and solution.converged

    def _fitted_attributes(self, problem, solution):
        fitted = super()._fitted_attributes(problem, solution.last)
        weights = solution.weights
        if weights.ndim > 1:  # one for every coefficient
            weights = weights.reshape(-1, *problem.columns)
        return {
            **fitted,
            "n_iter_": int(solution.n_iter),
            "loss_": solution.losses,
            "objective_": float(solution.losses[-1]),
            "weights_": weights,
        }

    def _warn(self, solution):
        for convex in (solution.first, solution.last):
            if not np.all(convex.converged):
                warn_unconverged(convex, frames=INSIDE + 1)
                return
        if not solution.converged:
            warnings.warn(
                "Reweighted objective did not converge. You might want to increase "
                "the number of iterations of reweighting, or tol_reweighting: "
                f"coefficients still moved after {len(solution.losses)} convex "
                "problems.",
                ConvergenceWarning,
                stacklevel=INSIDE + 1,
            )
