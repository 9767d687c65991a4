"""A penalised problem on the Gram matrices of its features."""

import math
from typing import Any, NamedTuple

import numpy as np

from mutar_cy.solvers._path_descent import PathLimits
from mutar_cy.solvers._problem import PenalisedProblem
from mutar_cy.solvers._unpenalised import NoFreeBlocks

# Largest scale of the residual in a dual point.
SCALE = 2.0
# Number of rounded products that a gap adds up: the primal's square, and the dual's
# inner product and square, each times its factor.
ERRORS = 1.0 + SCALE + SCALE**2
# Rounding may amount to this share of the target; beyond, residuals are computed.
SHARE = 0.01
# A gap of this share of the terms that it is a difference of is as good as zero.
ROUNDING = 64 * np.finfo(np.float64).eps
# Rounding error of a correlation, relative to the norms of the column and the target. A
# dual norm below it says nothing: it does not exceed a threshold that is also below it.
NOISE = 16 * np.finfo(np.float64).eps
# The part of residuals along the intercept's column, relative to the targets, that
# counts as rounding. Centring leaves about 1e-15; at this bound the gap would be wrong
# by 1e-20 of the null objective.
BALANCED = 1e-10
EPS = np.finfo(np.float64).eps


class GramStatistics(NamedTuple):
    """What squared errors ask of the data, in scaled units.

    The rounding errors of the products are at most ``share`` times the norms of their
    factors (N. J. Higham (2002), Accuracy and Stability of Numerical Algorithms,
    section 3.1).
    """

    grams: np.ndarray  # (n_designs, n_features, n_features)
    correlation: np.ndarray  # (n_columns, n_features) of the targets
    squares: np.ndarray  # (n_columns,) of the targets
    share: float
    skew: float  # largest part of a column or target along the intercept, over its norm

    @property
    def norm(self):
        """The norm of all targets."""
        return math.sqrt(float(self.squares.sum()))

    def of_column(self, c, data):
        """Return the statistics of one column of coefficients of scaled data."""
        d = int(np.searchsorted(data.column_ptr, c, side="right")) - 1
        own = slice(c, c + 1)
        return self._replace(
            grams=self.grams[d : d + 1],
            correlation=self.correlation[own],
            squares=self.squares[own],
        )


def make_statistics(data):
    """Return the statistics of scaled data; designs are read once."""
    n_features, n_designs = data.n_features, len(data.designs)
    grams, correlations, squares, skew = [], [], [], 0.0
    for design, target in zip(data.designs, data.targets, strict=True):
        gram, products, along = _products(design, target)
        grams.append(gram)
        correlations.append(products)
        squares.append(np.einsum("cn,cn->c", target, target))
        if along is not None:
            of_targets = target @ design.sqrt_weight / math.sqrt(design.total_weight)
            norm = math.sqrt(float(squares[-1].sum()))
            lengths = np.sqrt(design.squares)
            skew = max(skew, largest_part(along, lengths, of_targets, norm))
    longest = max(target.shape[1] for target in data.targets)
    return GramStatistics(
        grams[0][None] if n_designs == 1 else np.stack(grams),
        correlations[0] if n_designs == 1 else np.concatenate(correlations),
        squares[0] if n_designs == 1 else np.concatenate(squares),
        EPS * (longest + n_features + data.n_columns),
        skew,
    )


def _products(design, target):
    """Return the Gram matrix, and the products with targets and the intercept."""
    if not design.centers:
        return *design.products(target), None
    unit = design.sqrt_weight / math.sqrt(design.total_weight)
    gram, products = design.products(np.concatenate([target, unit[None, :]]))
    return gram, products[:-1], products[-1]


def largest_part(columns, lengths, targets, norm):
    """Return the largest part along the intercept, as a share of a norm.

    Parameters
    ----------
    columns : ndarray of shape (n_features,)
        The parts of the columns along the intercept's column of norm 1.
    lengths : ndarray of shape (n_features,)
        The norms of the columns.
    targets : ndarray of shape (n_columns,)
        The parts of the targets.
    norm : float
        The norm of all targets.
    """
    used = lengths > 0.0
    largest = float(np.max(np.abs(columns[used]) / lengths[used], initial=0.0))
    own = math.sqrt(float(targets @ targets))
    return max(largest, own / norm if norm > 0.0 else 0.0)


class GramProblem(NamedTuple):
    """Blocks in play, row by row, and the statistics of their features."""

    problem: PenalisedProblem
    statistics: GramStatistics
    features: np.ndarray  # (n_rows,) of the rows
    chosen: np.ndarray  # (n_chosen,) the blocks
    block_ptr: np.ndarray  # (n_chosen + 1,) int32: the rows of the blocks
    row_curvature: np.ndarray  # (n_rows, n_designs)
    null: float  # the objective of the null model
    tol: float
    free: Any = NoFreeBlocks()  # projected out of the statistics

    @property
    def limits(self):
        """The accuracy of a descent, and the rounding that it allows for."""
        problem, norm = self.problem, self.statistics.norm
        share, skew = self.statistics.share, self.statistics.skew
        lengths, squares = problem.lengths[self.chosen], problem.squares
        thresholds = problem.thresholds[self.chosen]
        size = math.sqrt(2.0 * self.null)
        return PathLimits(
            target=max(self.tol, ROUNDING) * self.null,
            norm=norm,
            row_lengths=np.sqrt(squares.max(axis=0)[self.features]),
            block_lengths=lengths,
            share=share,
            errors=ERRORS,
            largest_scale=SCALE,
            largest_allowance=SHARE * self.tol * self.null,
            tolerated=SHARE,
            largest_size=BALANCED * size / skew if skew > 0.0 else np.inf,
            least_alpha=problem.penalty.alpha
            * NOISE
            * size
            * float((lengths / thresholds).max()),
        )


def is_ordinary(problem):
    """Return whether every feature is a block of its own and may become non-zero.

    Blocks without a penalty, excluded ones and columns without spread need a loop.
    """
    thresholds = problem.thresholds
    return (
        problem.blocks.single
        and thresholds.min() > 0.0
        and thresholds.max() < np.inf
        and problem.lengths.min() > 0.0
    )


def make_gram_problem(problem, statistics, tol):
    """Return an ordinary problem with all its blocks."""
    features = np.arange(problem.data.n_features)
    ptr = np.arange(len(features) + 1, dtype=np.int32)
    curvature = np.ascontiguousarray(problem.squares.T)
    rows = features, features, ptr, curvature
    return GramProblem(problem, statistics, *rows, 0.5 * statistics.norm**2, tol)
