"""The duality gap: how far the objective can be from its minimum, at most.

In the units of a stack the problem is ``min |Y - X W|^2 / 2 + sum_b lambda_b |W_b| +
ridge / 2 |W|^2`` and its dual ``max <Y, u> - |u|^2 / 2 - sum_b h_b(|X_b' u|)`` where
``h_b`` is 0 up to ``lambda_b`` and beyond it infinite, or ``(. - lambda_b)^2 / (2
ridge)`` with a ridge. The dual point is the residual, scaled to the best value.
"""

import numpy as np

from mutar_cy.solvers._problem import Problem
from mutar_cy.solvers._unpenalised import remove_free_blocks

EPS = np.finfo(np.float64).eps
NEWTON_STEPS = 40  # a bound: a few are met


def guard(primal, dual):
    """Return what rounding may have taken from a duality gap."""
    return 16 * EPS * max(abs(primal), abs(dual))


def best_scaling(square, inner, norms, thresholds, ridge, limit=np.inf):
    """Return the scale s of the residual, in [0, limit], with the largest dual value.

    Parameters
    ----------
    square : float
        Squared norm of the residual.
    inner : float
        Inner product of the residual with the target.
    norms : ndarray of shape (n_blocks,)
        Norms of ``X_b' residual``.
    thresholds : ndarray of shape (n_blocks,)
    ridge : float
    limit : float, default=inf

    Returns
    -------
    scale, dual : float
    """
    scale = min(max(inner / square, 0.0), limit) if square > 0.0 else 0.0
    if ridge > 0.0:
        return ridge_scaling(scale, square, inner, norms, thresholds, ridge, limit)
    above = scale * norms > thresholds
    if above.any():
        scale = min(scale, float((thresholds[above] / norms[above]).min()))
    return scale, scale * inner - 0.5 * scale**2 * square


def ridge_scaling(scale, square, inner, norms, thresholds, ridge, limit):
    """Return :func:`best_scaling` for a penalty with a ridge: no scale is excluded."""

    def dual(s):
        excess = np.maximum(s * norms - thresholds, 0.0)
        return s * inner - 0.5 * s**2 * square - excess @ excess / (2.0 * ridge)

    # Piecewise quadratic and concave: Newton ends once it knows its piece.
    best, value = 0.0, 0.0
    for start in (1.0, scale):
        s, known = start, None
        for _ in range(NEWTON_STEPS):
            candidate = dual(s)
            if candidate > value:
                best, value = s, candidate
            over = s * norms > thresholds
            bend = square + norms[over] @ norms[over] / ridge
            if bend <= 0.0 or (known is not None and np.array_equal(over, known)):
                break
            top = inner + norms[over] @ thresholds[over] / ridge
            s, known = min(max(top / bend, 0.0), limit), over
    return best, value


class Certificate:
    """The best dual value seen, and the block norms at that dual point.

    Parameters
    ----------
    thresholds : ndarray of shape (n_blocks,)
    ridge : float
    limit : float, default=inf
        Of the scale of the residual: finite if there are unpenalised columns, since a
        residual at rounding level is not orthogonal to them at a much larger scale.

    Attributes
    ----------
    dual : float
        A lower bound of the minimum.
    norms : ndarray of shape (n_blocks,)
        ``|X_b' u|`` at the dual point u that gave it.
    own_gap : float
        The last gap, by the dual point of its own residual alone.
    smoothness : float
        The largest curvature of the loss: the dual is as concave as one over that.
    """

    smoothness = 1.0

    def __init__(self, thresholds, ridge, limit=np.inf):
        self.thresholds, self.ridge, self.limit = thresholds, ridge, limit
        self.dual, self.norms = -np.inf, np.zeros_like(thresholds)
        self.own_gap = np.inf

    def gap(self, primal, point, norms):
        """Return the duality gap of a point.

        Parameters
        ----------
        primal : float
        point : object
            What :meth:`best` takes: here the squared norm of the residual, and its
            inner product with the target.
        norms : ndarray of shape (n_blocks,)
            Of ``X_b' residual``.
        """
        scale, dual = self.best(point, norms)
        if dual > self.dual:
            self.dual, self.norms = dual, scale * norms
        self.own_gap = primal - dual
        return primal - self.dual

    def best(self, point, norms):
        """Return the best scale of the residual, and the dual value there."""
        square, inner = point
        return best_scaling(
            square, inner, norms, self.thresholds, self.ridge, self.limit
        )

    def anew(self):
        """Return a certificate of the same problem that has seen nothing."""
        return Certificate(self.thresholds, self.ridge, self.limit)

    def discards(self, primal, lengths):
        """Tell which blocks are certainly zero at the minimum.

        Parameters
        ----------
        primal : float
        lengths : ndarray of shape (n_blocks,)
            Operator norms of the blocks of columns, or bounds of them.

        References
        ----------
        E. Ndiaye, O. Fercoq, A. Gramfort, J. Salmon (2017), Gap safe screening rules
        for sparsity enforcing penalties, JMLR 18. Section 4.
        """
        if self.dual == -np.inf or self.smoothness == np.inf:
            return np.zeros(len(lengths), dtype=bool)
        gap = max(primal - self.dual, 0.0) + guard(primal, self.dual)
        radius = np.sqrt(2.0 * self.smoothness * gap)
        return self.norms + radius * lengths < self.thresholds


def alpha_max(stack, penalty, groups=None):
    """Return the smallest alpha at which every penalised coefficient is zero.

    Parameters
    ----------
    stack : Stack
    penalty : Weighted
        Its ``alpha`` is not looked at; other strengths are scaled along with it.
    groups : sequence of array-like of int, default=None

    Returns
    -------
    alpha_max : float
        User's units.
    """
    unit = penalty.unit()
    problem = Problem(stack, unit, groups)
    residuals = remove_free_blocks(problem).settle(stack.targets)
    norms = problem.dual_norms(stack.correlate(residuals))
    weights = unit.thresholds(problem.blocks.n_blocks)
    counted = (weights > 0.0) & np.isfinite(weights)
    ratios = norms[counted] / weights[counted]
    exponent = -(stack.x_exponent + stack.y_exponent)
    return float(np.ldexp(np.max(ratios, initial=0.0), exponent))


def alpha_max_columns(stack, penalties):
    """Return :func:`alpha_max` of every column, of shape (n_columns,)."""
    return np.array(
        [alpha_max(stack.column(c), penalty) for c, penalty in enumerate(penalties)]
    )
