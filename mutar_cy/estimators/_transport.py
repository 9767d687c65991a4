"""What the two multi-task Wasserstein models share."""

import math
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import (
    Interval,
    InvalidParameterError,
    StrOptions,
)

from mutar_cy.estimators._cross_validated import CrossValidated
from mutar_cy.estimators._multi_task_model import MultiTaskRegressor
from mutar_cy.model_selection import geometric_alphas, pair_grid
from mutar_cy.objectives import (
    COUNT,
    NON_NEGATIVE,
    POSITIVE,
    TransportObjective,
    check_alphas,
    warn_user,
)
from mutar_cy.ot import Kernel, grid_cost, make_kernel
from mutar_cy.penalties import L21
from mutar_cy.solvers import alpha_max_columns
from mutar_cy.wasserstein import Transport

# The fraction of a mass that is left by the default gamma when it moves over the
# largest cost; MuTaR's choice.
FULL_MASS = 0.8
# Strengths of the l1 term on a path, where their number is not given: every fit takes
# seconds on large problems.
N_BETAS = 20
ALPHAS = [Interval(Real, 0, None, closed="left"), "array-like"]
BETAS = [Interval(Integral, 1, None, closed="left"), "array-like"]


class TransportRegressor(MultiTaskRegressor):
    """Coefficients near their barycentre for unbalanced optimal transport.

    Without ``alpha`` nothing is transported, and the model is one lasso per task.
    """

    _parameter_constraints = {
        **MultiTaskRegressor._parameter_constraints,
        "beta": [*NON_NEGATIVE, "array-like"],
        "M": ["array-like", "sparse matrix", Kernel, None],
        "epsilon": [*POSITIVE, None],
        "gamma": [*POSITIVE, None],
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

    def _objective(self, data):
        return TransportObjective(
            data,
            TransportPenalty(self, data.n_features, data.columns),
            {"alpha": self.alpha, "beta": self.beta},
            self._options(),
            concomitant=self.concomitant,
            support_threshold=self.support_threshold,
        )

    def _warn_other_model(self, objective):
        """Warn if a processor is asked for that is not used."""
        if getattr(self, "gpu", False):
            warn_user(
                f"{type(self).__name__} with gpu=True runs on the CPU: the parameter "
                "has no effect. Leave gpu=False."
            )

    def _path_grid(self, objective, alphas, betas, eps):
        """Return a path over beta for every alpha, by default the parameter alone."""
        alphas = [self.alpha] if isinstance(alphas, Integral) else alphas
        betas = N_BETAS if betas is None else betas
        return transport_grid(objective, alphas, betas, eps, self.positive)

    def _start(self, objective):
        coef = super()._start(objective)
        if coef is None or objective.is_lasso:
            return coef
        if not hasattr(self, "_dual"):
            return None
        levels = None
        if self.concomitant:
            levels = np.ravel(self.sigma_).astype(np.float64)
        return self._dual, levels

    def _attributes(self, objective, arrays):
        self.__dict__.pop("_dual", None)  # a fit without transport has none
        fitted = super()._attributes(objective, arrays)
        dtype = fitted["coef_"].dtype
        plus, minus = arrays["barycentres"]
        losses = arrays["losses"]
        fitted |= {
            "coef1_": arrays["parts"][0],
            "coef2_": arrays["parts"][1],
            "barycenter_": (plus - minus).astype(dtype),
            "barycenter1_": plus.astype(dtype),
            "barycenter2_": minus.astype(dtype),
            "sigma_": arrays["sigma"],
            "dual_coef_": arrays["dual_samples"],
            "loss_": losses,
            "log_": {"loss": losses, "gap": arrays["gaps"], "stable": True},
        }
        return {**fitted, "_dual": arrays["dual"]} if "dual" in arrays else fitted


class TransportPenalty:
    """The penalty of multi-task Wasserstein models, given alpha and beta.

    The kernel of the ground cost is made once.

    Parameters
    ----------
    estimator : estimator
        With ``M``, ``epsilon``, ``gamma``, ``positive`` and ``concomitant``.
    n_features : int
    columns : tuple of int
        (), (n_tasks,) or (n_tasks, n_responses).
    """

    def __init__(self, estimator, n_features, columns):
        self.name = type(estimator).__name__
        self.positive, self.concomitant = estimator.positive, estimator.concomitant
        self.n_features, self.columns = n_features, columns
        self.cost, self.epsilon = estimator.M, estimator.epsilon
        self.gamma, self.kernel = estimator.gamma, None

    def __call__(self, alpha, beta):
        """Return a `Transport`, or a list of lassos, one per column, for alpha = 0."""
        beta = self._checked_beta(beta)
        if alpha == 0:
            return self._lassos(beta)
        if self.kernel is None:
            self.kernel = self._make_kernel()
        gamma = self.gamma
        if gamma is None:
            # MuTaR's; a single feature has nowhere to go, whatever that costs.
            gamma = self.kernel.max_cost / (-2.0 * math.log(FULL_MASS)) or 1.0
        if alpha * gamma < np.finfo(np.float64).tiny:
            raise InvalidParameterError(
                f"alpha times gamma must be a number, got {alpha} times {gamma}."
            )
        return Transport(float(alpha), beta, self.kernel, float(gamma))

    def _lassos(self, beta):
        """Return one l1 penalty per column, of strengths beta."""
        if self.concomitant:
            raise InvalidParameterError("concomitant needs alpha above 0.")
        if len(beta) > 1 and not np.array_equal(beta[0], beta[1]):
            raise InvalidParameterError(
                "With alpha=0, beta must be the same for both signs."
            )
        weights = np.ascontiguousarray(beta[0].T)
        return [L21(1.0, own, positive=self.positive) for own in weights]

    def _make_kernel(self):
        """Return the kernel of the ground cost."""
        epsilon = self.epsilon
        if epsilon is None:
            given = isinstance(self.cost, Kernel)
            epsilon = self.cost.epsilon if given else 5.0 / self.n_features
        kernel = make_kernel(self._ground_cost(), float(epsilon))
        if kernel.n_features != self.n_features:
            raise ValueError(
                f"M is for {kernel.n_features} features, but X has {self.n_features}."
            )
        return kernel

    def _ground_cost(self):
        """Return M, or the default, squares of distances over their median."""
        cost = self.cost
        if cost is None:
            cost = grid_cost(self.n_features)
            return cost / (np.median(cost) or 1.0)
        if isinstance(cost, np.ndarray) and cost.ndim == 2:
            side = len(cost)
            if side != self.n_features and side * side == self.n_features:
                return [cost, cost]  # MuTaR's form of a square image
        return cost

    def _checked_beta(self, beta):
        """Return beta of shape (n_signs, n_features, n_columns)."""
        n_signs = 1 if self.positive else 2
        which = f"The 'beta' parameter of {self.name}"
        try:
            beta = np.asarray(beta, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidParameterError(f"{which} must be numbers: {error}") from error
        if not np.all((beta >= 0) & (beta < np.inf)):
            raise InvalidParameterError(f"{which} must be at least 0 and finite.")
        shape = (n_signs, self.n_features, *(self.columns[:1] or (1,)))
        try:
            full = np.broadcast_to(beta, shape)
        except ValueError as error:
            raise InvalidParameterError(
                f"{which} has shape {beta.shape}; it must broadcast to (n_signs, "
                f"n_features, n_tasks) = {shape}."
            ) from error
        return np.repeat(full, math.prod(self.columns[1:]), axis=2)


class TransportChoice(CrossValidated):
    """Choose the strengths of transport and of the l1 term."""

    betas: Any
    positive: bool
    criterion = None

    def _grid(self, objective):
        alphas = np.atleast_1d(self.alphas)
        return transport_grid(objective, alphas, self.betas, self.eps, self.positive)


def transport_grid(objective, alphas, betas, eps, positive):
    """Return a path over ``beta`` for every strength of transport.

    Parameters
    ----------
    objective : Objective
    alphas : array-like of shape (n_paths,)
    betas : int or array-like of shape (n_betas,)
    eps : float
        The smallest beta, as a fraction of the smallest at which a lasso per task has
        no coefficient.
    positive : bool
    """
    alphas = check_alphas(alphas)
    if isinstance(betas, Integral):
        scaled = objective.scaled
        units = [L21(1.0, None, positive=positive)] * scaled.n_columns
        largest = float(np.max(alpha_max_columns(scaled, units)))
        betas = geometric_alphas(largest, eps, int(betas))
    betas = check_alphas(betas, "betas")
    pairs = np.meshgrid(alphas, betas, indexing="ij")
    return pair_grid(*pairs)
