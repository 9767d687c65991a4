"""What the two multi-task Wasserstein models share."""

import math
from itertools import accumulate
from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import (
    Interval,
    InvalidParameterError,
    StrOptions,
)

from mutar_cy.estimators._base import NON_NEGATIVE, MultiTaskRegressor
from mutar_cy.estimators._fitting import refuse_non_finite
from mutar_cy.estimators._follow import at_point
from mutar_cy.ot import Kernel, grid_cost, make_kernel
from mutar_cy.penalties import L21
from mutar_cy.wasserstein import Outcome, Transport, minimise, noise_of, without_traces

POSITIVE = [Interval(Real, 0, None, closed="neither"), None]
COUNT = [Interval(Integral, 1, None, closed="left")]
FULL_MASS = 0.8  # of a mass that moves as far as it can is left by the default gamma


class TransportRegressor(MultiTaskRegressor):
    """Coefficients near their barycentre for unbalanced optimal transport.

    Without ``alpha`` nothing is transported, and the model is one lasso per task.
    """

    _parameter_constraints = {
        **MultiTaskRegressor._parameter_constraints,
        "beta": [*NON_NEGATIVE, "array-like"],
        "M": ["array-like", "sparse matrix", Kernel, None],
        "epsilon": POSITIVE,
        "gamma": POSITIVE,
        "concomitant": ["boolean", StrOptions({"mutar"})],
        "stable": ["boolean"],
        "max_iter_ot": COUNT,
        "max_iter_cd": COUNT,
        "tol_ot": NON_NEGATIVE,
        "tol_cd": NON_NEGATIVE,
        "n_jobs": [Integral, None],
        "gpu": ["boolean"],
        "ot_threshold": NON_NEGATIVE,
        "support_threshold": NON_NEGATIVE,
    }
    del _parameter_constraints["penalty_weights"]  # beta may be an array

    def _penalty(self, n_features, columns):
        beta = self._strengths(n_features, columns)
        if self.alpha == 0:
            if self.concomitant:
                raise InvalidParameterError("concomitant needs alpha above 0.")
            if len(beta) > 1 and not np.array_equal(beta[0], beta[1]):
                raise InvalidParameterError(
                    "With alpha=0, beta must be the same for both signs."
                )
            weights = np.ascontiguousarray(beta[0].T)
            return [L21(1.0, own, positive=self.positive) for own in weights], None
        epsilon = self.epsilon
        if epsilon is None:
            own = isinstance(self.M, Kernel)
            epsilon = self.M.epsilon if own else 5.0 / n_features
        kernel = make_kernel(self._cost(n_features), float(epsilon))
        if kernel.n_features != n_features:
            raise ValueError(
                f"M is for {kernel.n_features} features, but X has {n_features}."
            )
        gamma = self.gamma
        if gamma is None:
            # MuTaR's; a single feature has nowhere to go, whatever that costs.
            gamma = kernel.max_cost / (-2.0 * math.log(FULL_MASS)) or 1.0
        if self.alpha * gamma < np.finfo(np.float64).tiny:
            raise InvalidParameterError(
                f"alpha times gamma must be a number, got {self.alpha} times {gamma}."
            )
        return Transport(float(self.alpha), beta, kernel, float(gamma)), None

    def _cost(self, n_features):
        """Return M, or the default, squares of distances over their median."""
        if self.M is None:
            M = grid_cost(n_features)
            return M / (np.median(M) or 1.0)
        if isinstance(self.M, np.ndarray) and self.M.ndim == 2:
            side = len(self.M)
            if side != n_features and side * side == n_features:
                return [self.M, self.M]  # MuTaR's way to say a square image
        return self.M

    def _strengths(self, n_features, columns):
        """Return beta of shape (n_signs, n_features, n_columns)."""
        n_signs = 1 if self.positive else 2
        which = f"The 'beta' parameter of {type(self).__name__}"
        try:
            beta = np.asarray(self.beta, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidParameterError(f"{which} must be numbers: {error}") from error
        if not np.all((beta >= 0) & (beta < np.inf)):
            raise InvalidParameterError(f"{which} must be at least 0 and finite.")
        shape = (n_signs, n_features, *(columns[:1] or (1,)))
        try:
            full = np.broadcast_to(beta, shape)
        except ValueError as error:
            raise InvalidParameterError(
                f"{which} has shape {beta.shape}; it must broadcast to (n_signs, "
                f"n_features, n_tasks) = {shape}."
            ) from error
        return np.repeat(full, math.prod(columns[1:]), axis=2)

    def _unpenalised(self):
        return self.alpha == 0 and not np.any(self.beta)

    def _start(self, problem):
        coef = super()._start(problem)
        if coef is None or self.alpha == 0:
            return coef
        return getattr(self, "_dual", None)

    def _noise(self, stack, start):
        """Return how levels of noise are found; from the last ones if warm."""
        levels = None
        if self.concomitant and start is not None:
            levels = np.ravel(self.sigma_).astype(np.float64)
        return noise_of(stack, self.concomitant, levels)

    def _solve(self, stack, penalty, start, **options):
        """Return the outcome for one convex problem."""
        return minimise(stack, penalty, start, **options)

    def _minimise(self, stack, penalty, groups, start, report):
        if self.alpha == 0:
            return super()._minimise(stack, penalty, groups, start, report)
        outcome = self._solve(
            stack,
            penalty,
            start,
            noise=self._noise(stack, start),
            tol=self.tol,
            max_iter=self.max_iter,
            on_iteration=report,
        )
        refuse_non_finite(outcome.coef, outcome.intercept)
        return without_traces(stack, outcome, self.support_threshold)

    def _fitted_attributes(self, problem, solution):
        for name in ("dual_coef_", "loss_", "log_", "_dual"):
            self.__dict__.pop(name, None)  # a fit without transport has none
        fitted = super()._fitted_attributes(problem, solution)
        coef = fitted["coef_"]
        if not isinstance(solution, Outcome):
            return {**fitted, **_without_transport(coef)}

        def shaped(values):
            return values.reshape(coef.shape).astype(coef.dtype)

        plus, minus = solution.barycentres
        ends = accumulate(Y.shape[1] for Y in problem.targets)
        blocks = np.split(np.arange(math.prod(problem.columns)), list(ends)[:-1])
        dual = [np.stack([solution.dual_samples[c] for c in own], 1) for own in blocks]
        return {
            **fitted,
            "coef1_": shaped(solution.parts[0]),
            "coef2_": shaped(solution.parts[1]),
            "barycenter_": (plus - minus).astype(coef.dtype),
            "barycenter1_": plus.astype(coef.dtype),
            "barycenter2_": minus.astype(coef.dtype),
            "sigma_": solution.sigma.reshape(coef.shape[1:]).astype(coef.dtype)[()],
            "dual_coef_": problem.unstack(dual),
            "loss_": solution.losses,
            "log_": {"loss": solution.losses, "gap": solution.gaps, "stable": True},
            "_dual": solution.dual,
        }

    def _posed_at(self, posed, point):
        problem, stack, penalty, groups = posed
        model = at_point(self, point)
        if self.alpha == 0 or model.alpha == 0:
            return problem, stack, *model._penalty(problem.n_features, problem.columns)
        beta = model._strengths(problem.n_features, problem.columns)
        penalty = penalty._replace(alpha=float(model.alpha), beta=beta)
        return problem, stack, penalty, groups

    def _follow(self, posed, points):
        dual = None
        for point in points:
            model = at_point(self, {**point, "warm_start": False})
            _, stack, penalty, groups = self._posed_at(posed, point)
            start = None if self.concomitant else dual
            solution = model._minimise(stack, penalty, groups, start, None)
            dual = getattr(solution, "dual", None)
            yield solution

    def _alpha_max(self, posed):
        raise TypeError(
            f"{type(self).__name__} has no alpha_max: its coefficients are never "
            "exactly 0, whatever alpha."
        )


def _without_transport(coef):
    """Return what a model with alpha=0 has beside its coefficients."""
    none = np.zeros(len(coef), dtype=coef.dtype)
    return {
        "coef1_": np.maximum(coef, 0),
        "coef2_": np.maximum(-coef, 0),
        "barycenter_": none,
        "barycenter1_": none.copy(),
        "barycenter2_": none.copy(),
        "sigma_": np.ones(coef.shape[1:], dtype=coef.dtype)[()],
    }
