"""The duality gap: an upper bound of the objective minus its minimum.

In scaled units the problem is ``min |Y - X W|^2 / 2 + sum_b lambda_b |W_b| + ridge / 2
|W|^2``. Its dual is ``max <Y, u> - |u|^2 / 2 - sum_b h_b(|X_b' u|)``, where ``h_b(t)``
is 0 for ``t <= lambda_b``; beyond, it is infinite, or ``(t - lambda_b)^2 / (2 ridge)``
with a ridge. The dual point is the residual, scaled to the largest dual value. Where
the dual norm is not that of ``X_b' u`` itself, the conjugate with a ridge is no
function of it: the dual point is the residual, or its largest feasible multiple. With
intercepts the residual must moreover be orthogonal to the intercept's column: the outer
loop measures this, and otherwise certifies by a residual made orthogonal.
"""

import numpy as np

from mutar_cy.solvers._dual_scaling import best_scaling
from mutar_cy.solvers._problem import PenalisedProblem
from mutar_cy.solvers._unpenalised import make_free_blocks

EPS = np.finfo(np.float64).eps


def guard(primal, dual):
    """Return the largest error that rounding may have made in a duality gap."""
    return 16 * EPS * max(abs(primal), abs(dual))


class Certificate:
    """The largest dual value found, and the block norms at that dual point.

    Parameters
    ----------
    thresholds : ndarray of shape (n_blocks,)
    ridge : float
    limit : float, default=inf
        Largest scale of the residual. It is finite if there are unpenalised columns: a
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
        The largest curvature of the loss: the inverse modulus of the concave dual.
    """

    smoothness = 1.0

    def __init__(self, thresholds, ridge, limit=np.inf):
        self.thresholds, self.ridge, self.limit = thresholds, ridge, limit
        self.dual, self.norms = -np.inf, np.zeros_like(thresholds)
        self.own_gap = np.inf

    def gap(self, primal, point, norms, conjugate=None):
        """Return the duality gap of a point.

        Parameters
        ----------
        primal : float
        point : object
            The argument of :meth:`best`: here the squared norm of the residual and its
            inner product with the target.
        norms : ndarray of shape (n_blocks,)
            Dual norms of ``X_b' residual``.
        conjugate : float, default=None
            The result of :meth:`PenalisedProblem.conjugate`.
        """
        scale, dual = self.best(point, norms, conjugate)
        if dual > self.dual:
            self.dual, self.norms = dual, scale * norms
        self.own_gap = primal - dual
        return primal - self.dual

    def best(self, point, norms, conjugate=None):
        """Return the best scale of the residual, and the dual value there."""
        square, inner = point
        ridge = self.ridge if conjugate is None else 0.0
        found = best_scaling(square, inner, norms, self.thresholds, ridge, self.limit)
        if conjugate is None:
            return found
        whole = inner - 0.5 * square - conjugate
        return (1.0, whole) if whole > found[1] else found

    def anew(self):
        """Return a certificate of the same problem without any dual point."""
        return Certificate(self.thresholds, self.ridge, self.limit)

    def discards(self, primal, lengths):
        """Return which blocks are certainly zero at the minimum.

        Parameters
        ----------
        primal : float
        lengths : ndarray of shape (n_blocks,)
            Operator norms of the blocks of columns, or upper bounds of them.

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


def alpha_max(data, penalty, groups=None):
    """Return the smallest alpha at which every penalised coefficient is zero.

    Parameters
    ----------
    data : ScaledData
    penalty : Penalty
        Its ``alpha`` is ignored; other strengths keep their ratio to alpha.
    groups : sequence of array-like of int, default=None

    Returns
    -------
    alpha_max : float
        In the user's units.

    Raises
    ------
    ValueError
        If the penalty is not convex.
    """
    unit = penalty.unit()
    problem = PenalisedProblem(data, unit, groups)
    residuals = make_free_blocks(problem).refit_unpenalised(data.targets)
    norms = problem.dual_norms(data.correlate(residuals))
    weights = unit.thresholds(problem.blocks.n_blocks)
    counted = (weights > 0.0) & np.isfinite(weights)
    ratios = norms[counted] / weights[counted]
    exponent = -(data.x_exponent + data.y_exponent)
    return float(np.ldexp(np.max(ratios, initial=0.0), exponent))


def alpha_max_columns(data, penalties):
    """Return :func:`alpha_max` of every column, of shape (n_columns,)."""
    return np.array(
        [alpha_max(data.column(c), penalty) for c, penalty in enumerate(penalties)]
    )
