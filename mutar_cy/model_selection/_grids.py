"""The strengths at which a model is fitted."""

from numbers import Integral
from typing import Any, NamedTuple

import numpy as np

from mutar_cy.estimators import check_strengths_of_path, strengths_below
from mutar_cy.penalties import L21
from mutar_cy.solvers import alpha_max_columns


class Grid(NamedTuple):
    """Paths of strengths: on each, models get larger from point to point.

    ``alphas`` and ``betas`` are shaped as attributes of estimators have them.
    """

    rows: list  # of lists of dicts of parameters
    alphas: np.ndarray
    betas: np.ndarray | None = None
    single: bool = True  # whether there is one path only, and no axis for it

    @property
    def shape(self):
        """The numbers of paths and of points of each."""
        return len(self.rows), len(self.rows[0])

    @property
    def points(self):
        """All points, path after path."""
        return [point for row in self.rows for point in row]

    def shaped(self, values):
        """Return one entry per point, the first axis, as one per path and point."""
        values = np.asarray(values)
        shape = self.shape[1:] if self.single else self.shape
        return values.reshape(*shape, *values.shape[1:])


def line_grid(model, posed, alphas, eps):
    """Return one path over ``alpha``.

    Parameters
    ----------
    model : estimator
    posed : tuple
    alphas : int or array-like of shape (n_alphas,)
    eps : float
    """
    if isinstance(alphas, Integral):
        alphas = strengths_below(largest_strength(model, posed), eps, int(alphas))
    else:
        alphas = check_strengths_of_path(alphas)
    return Grid([model._points(alphas)], alphas)


def largest_strength(model, posed):
    """Return the strength that leaves no coefficient, one per task if alphas are."""
    largest = np.asarray(model._alpha_max(posed))
    if not getattr(model, "_alpha_per_task", False):
        return float(largest.max())
    return largest.max(axis=1) if largest.ndim > 1 else largest


def dirty_grid(model, posed, alphas, eps, *, betas=None, ratios=5):
    """Return a path over ``alpha`` for every ratio of beta to alpha, or every beta.

    Parameters
    ----------
    model : DirtyModel
    posed : tuple
    alphas : int or array-like of shape (n_alphas,)
    eps : float
    betas : array-like of shape (n_paths,), default=None
    ratios : int or array-like of shape (n_paths,)
        Without ``betas``. A number of them is laid out from that at which the model is
        a lasso per task to that at which it is a group lasso, both included.
    """
    if betas is not None:
        if isinstance(alphas, Integral):
            raise ValueError(
                "betas are strengths beside given alphas; with a number of alphas, "
                f"alphas={alphas}, give ratios of beta to alpha."
            )
        alphas = check_strengths_of_path(alphas)
        betas = check_strengths_of_path(betas, "betas")
        pairs = np.meshgrid(betas, alphas, indexing="ij")
        return _pairs(pairs[1], pairs[0])
    rows = []
    for ratio in check_ratios(ratios, posed[1].n_columns):
        own = alphas
        if isinstance(alphas, Integral):
            scaled = {"alpha": 1.0, "beta": ratio}
            largest = model._alpha_max(model._posed_at(posed, scaled))
            own = strengths_below(largest, eps, int(alphas))
        own = check_strengths_of_path(own)
        rows.append((own, ratio * own))
    return _pairs(*(np.stack(v) for v in zip(*rows, strict=True)))


def _pairs(alphas, betas):
    """Return the grid of two strengths, arrays of shape (n_paths, n_points)."""
    rows: list[Any] = [
        [{"alpha": float(a), "beta": float(b)} for a, b in zip(*own, strict=True)]
        for own in zip(alphas, betas, strict=True)
    ]
    return Grid(rows, alphas, betas, single=False)


def check_ratios(ratios, n_columns):
    """Return ratios of beta to alpha in ascending order.

    Parameters
    ----------
    ratios : int or array-like of shape (n_ratios,)
    n_columns : int
        At one over its root, the model is a lasso per task.
    """
    if isinstance(ratios, Integral):
        if ratios < 1:
            raise ValueError(f"ratios must be at least 1, got {ratios}.")
        least = 1.0 / np.sqrt(n_columns)
        return np.unique(np.geomspace(1.0, least, int(ratios)))
    ratios = np.array(ratios, dtype=np.float64)
    if ratios.ndim != 1 or not len(ratios):
        raise ValueError(f"ratios must be 1-D and not empty, got shape {ratios.shape}.")
    wrong = ratios[~((ratios > 0) & (ratios < np.inf))]
    if len(wrong):
        raise ValueError(f"ratios must be positive and finite, got {wrong[0]}.")
    return np.sort(ratios)


def transport_grid(model, posed, alphas, betas, eps):
    """Return a path over ``beta`` for every strength of transport.

    Parameters
    ----------
    model : MTW or ReMTW
    posed : tuple
    alphas : array-like of shape (n_paths,)
    betas : int or array-like of shape (n_betas,)
    eps : float
        Of a lasso per task, which has no coefficient from the first beta on.
    """
    alphas = check_strengths_of_path(alphas)
    if isinstance(betas, Integral):
        stack = posed[1]
        units = [L21(1.0, None, positive=model.positive)] * stack.n_columns
        largest = float(np.max(alpha_max_columns(stack, units)))
        betas = strengths_below(largest, eps, int(betas))
    betas = check_strengths_of_path(betas, "betas")
    pairs = np.meshgrid(alphas, betas, indexing="ij")
    return _pairs(*pairs)
