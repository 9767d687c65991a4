"""The objective of multi-task Wasserstein models."""

import math
from itertools import accumulate

import numpy as np

from mutar_cy.designs import sample_weights
from mutar_cy.objectives._objective import Objective
from mutar_cy.objectives._penalised_loss import SeparableObjective
from mutar_cy.objectives._precision import predictors
from mutar_cy.objectives._reweighted import ReweightedObjective
from mutar_cy.solvers import reweight_columns
from mutar_cy.wasserstein import (
    TransportSolution,
    noise_of,
    reweight,
    solve_transport,
    without_traces,
)


class TransportObjective(SeparableObjective):
    """Squared error plus the cost of moving coefficients to their barycentre.

    With alpha = 0 nothing is moved: the objective is a lasso per column.

    Parameters
    ----------
    data, strengths, options
        As `Objective` takes them; the strengths are "alpha" and "beta".
    make_penalty : callable
        Returns a `Transport`, or a list of penalties, one per column, for alpha = 0.
    concomitant : bool or {"mutar"}, default=False
        Whether noise levels are estimated with the coefficients.
    support_threshold : float, default=0.0
        Coefficients of at most this size are set to 0.
    """

    solves_by_moments = False

    def __init__(
        self,
        data,
        make_penalty,
        strengths,
        options,
        *,
        concomitant=False,
        support_threshold=0.0,
    ):
        self.concomitant, self.support_threshold = concomitant, support_threshold
        super().__init__(data, make_penalty, strengths, options)

    has_alpha_max = False

    @property
    def is_lasso(self):
        """Whether alpha is zero, so that every column is a lasso."""
        return isinstance(self.penalty, list)

    @property
    def is_unpenalised(self):
        """Whether neither transport nor entries are penalised."""
        return self.strengths["alpha"] == 0 and not np.any(self.strengths["beta"])

    def _of_columns(self, penalty):
        if isinstance(penalty, list):
            return super()._of_columns(penalty)
        return penalty._replace(beta=penalty.beta[..., self._columns])

    def noise_model(self, levels=None):
        """Return how noise levels are estimated, starting at some levels, or None."""
        return noise_of(self.scaled, self.concomitant, levels)

    def _minimise(self, start, callback):
        if self.is_lasso:
            return super()._minimise(start, callback)
        dual, levels = (None, None) if start is None else start
        options = {**self.options.for_solver(), "on_iteration": callback}
        noise = self.noise_model(levels)
        outcome = solve_transport(
            self.scaled, self.penalty, dual, noise=noise, **options
        )
        return without_traces(self.scaled, outcome, self.support_threshold)

    def data_terms(self, problem, predicted):
        """Return the data term of every column, over its noise level if estimated."""
        found = super().data_terms(problem, predicted)
        if self.is_lasso or self.concomitant is not True:
            return found
        return found / problem.solution.sigma

    def penalty_terms(self, problem, coef):
        """Return zeros: rounding changes the cost of transport by its own share only.

        The cost of transport is a smooth function of relative changes of coefficients.
        """
        if self.is_lasso:
            return super().penalty_terms(problem, coef)
        return np.zeros(coef.shape[1])

    def solve_path(self, strengths):
        """Yield the solutions at several strengths, each from the last dual point."""
        dual = None
        for point in strengths:
            objective = self.with_params(**point)
            warm = not (self.concomitant or objective.is_lasso or dual is None)
            solution = objective.solve((dual, None) if warm else None)
            dual = getattr(solution, "dual", None)
            yield solution

    def alpha_max(self):
        """Raise: transport makes no coefficient exactly zero."""
        raise TypeError(
            f"{self.make_penalty.name} has no alpha_max: its coefficients are never "
            "exactly 0, whatever alpha."
        )

    def user_arrays(self, solution):
        """Return `Objective.user_arrays`, parts, barycentres, duals and noise levels.

        Returns
        -------
        arrays : dict
            "parts" are the coefficients of the two signs, "barycentres" those of these
            parts. Without transport the barycentres are zeros, and "dual", from which
            another fit may start, is not there.
        """
        arrays = super().user_arrays(solution)
        coef = arrays["coef"]
        if not isinstance(solution, TransportSolution):
            gap, objective = (
                float(np.sum(arrays[name])) for name in ("dual_gap", "objective")
            )
            return {
                **arrays,
                "dual_gap": gap,
                "objective": objective,
                "dual_samples": self._unstacked(self._weighted_residuals(solution)),
                "losses": [objective],
                "gaps": [gap],
                "parts": (np.maximum(coef, 0), np.maximum(-coef, 0)),
                "barycentres": tuple(np.zeros((2, len(coef)), dtype=coef.dtype)),
                "sigma": np.ones(coef.shape[1:], dtype=coef.dtype)[()],
            }

        def shaped(values):
            return values.reshape(coef.shape).astype(coef.dtype)

        return {
            **arrays,
            "parts": tuple(shaped(part) for part in solution.parts),
            "barycentres": tuple(solution.barycentres),
            "sigma": solution.sigma.reshape(coef.shape[1:]).astype(coef.dtype)[()],
            "dual_samples": self._unstacked(solution.dual_samples),
            "dual": solution.dual,
            "losses": solution.losses,
            "gaps": solution.gaps,
        }

    def _unstacked(self, columns):
        """Return one array per column in the layout of the targets."""
        ends = accumulate(Y.shape[1] for Y in self.data.targets)
        blocks = np.split(np.arange(math.prod(self.data.columns)), list(ends)[:-1])
        return self.data.unstack(
            [np.stack([columns[c] for c in own], axis=1) for own in blocks]
        )

    def _weighted_residuals(self, solution):
        """Return the residuals of lassos times their weights, column by column."""
        (problem,) = Objective.convex_problems(self, solution)
        predicted = predictors(problem, solution.coef, solution.intercept)
        pairs = zip(self.parts, predicted, strict=True)
        return [
            sample_weights(part) * own
            for part, eta in pairs
            for own in (part.Y - eta).T
        ]


class ReweightedTransportObjective(ReweightedObjective, TransportObjective):
    """Optimal transport with square roots in place of the l1 norm."""

    def _reweight(self, start, effort):
        if self.is_lasso:
            return reweight_columns(self.scaled, self.penalty, start, effort)
        start, levels = (None, None) if start is None else start
        noise = self.noise_model(levels)
        found = reweight(self.scaled, self.penalty, start, effort, noise)
        last = without_traces(self.scaled, found.last, self.support_threshold)
        return found._replace(last=last)

    def solve_path(self, strengths):
        """Yield the solutions at several strengths, each from zeros.

        The local minimum that reweighting ends in depends on the first problem alone.
        """
        for point in strengths:
            yield self.with_params(**point).solve()

    def convex_problems(self, solution):
        """Return the last weighted problem, of transport without its weights."""
        if self.is_lasso:
            return super().convex_problems(solution)
        return TransportObjective.convex_problems(self, solution.last)

    def user_arrays(self, solution):
        """Return one weight for every sign and coefficient."""
        arrays = super().user_arrays(solution)
        shape = (-1, *arrays["coef"].shape)
        weights = np.reshape(solution.weights, shape)
        if self.is_lasso and not self.penalty[0].positive:
            weights = np.concatenate([weights, weights])  # one for either sign
        return {**arrays, "weights": weights}
