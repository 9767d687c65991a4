"""Paths of folds on the moments of all rows minus those of the rows left out."""

import math
from typing import Any

import numpy as np

from mutar_cy.designs import MomentsDesign, ScaledData, moments_of_rows
from mutar_cy.objectives._validation_loss import selected_coefficients
from mutar_cy.solvers import EPS, GramPathLoop, GramStatistics

# Largest ratio of a sum of squares over all rows to that about the means of a fold's
# own: what is lost by subtraction is at most as many roundings.
LARGEST_LOSS = 1e4


class FoldMoments:
    """The moments of all rows of an objective, for the training rows of folds.

    A fold leaves out few rows, so that their moments cost less than those of its own,
    and no rows are copied.

    Parameters
    ----------
    objective : LossObjective
        `suits` it.
    """

    def __init__(self, objective):
        self.objective = objective
        self.y_exponent = objective.scaled.y_exponent
        self._parts = [
            self._centred(part, design)
            for part, design in zip(
                objective.parts, objective.scaled.designs, strict=True
            )
        ]
        self.totals = [self._moments(k, slice(None)) for k in range(len(self._parts))]

    @staticmethod
    def suits(objective, n_strengths):
        """Return whether paths of folds may be solved by moments."""
        if not objective.solves_by_moments or objective.options.fits_constants:
            return False
        data, scaled, options = objective.data, objective.scaled, objective.options
        if options.normalize or len(objective.parts) != len(data.designs):
            return False
        dense = [
            isinstance(X, np.ndarray) and X.dtype == np.float64 for X in data.designs
        ]
        if not all(dense) or scaled.x_exponent or data.dtype != np.float64:
            return False
        penalty = objective.penalty
        penalty = penalty[0] if isinstance(penalty, list) else penalty
        one = scaled.column(0) if isinstance(objective.penalty, list) else scaled
        return penalty.rescales and GramPathLoop.suits(one, penalty, n_strengths)

    @staticmethod
    def _centred(part, design):
        """Return design, targets and weights of a part, and the centres of both."""
        n_samples = part.X.shape[0]
        weight = (
            np.ones(n_samples) if part.sample_weight is None else part.sample_weight
        )
        Y = part.Y if part.offset is None else part.Y - part.offset
        centre = np.zeros(Y.shape[1])
        if design.centers:
            centre = weight @ Y / weight.sum()
        return part.X, Y, np.asarray(weight, dtype=np.float64), design.mean, centre

    def _moments(self, k, rows):
        X, Y, weight, *centres = self._parts[k]
        return moments_of_rows(X[rows], Y[rows], weight[rows], *centres)

    def fold(self, rows) -> Any:
        """Return the objective of training rows.

        Parameters
        ----------
        rows : list of ndarray of int
            The rows of every design.

        Returns
        -------
        fold : FoldObjective or Objective
            An ordinary objective if rows are repeated or too few, or if a column hardly
            varies in them.
        """
        kept = [
            np.bincount(own, minlength=len(part[0])) for own, part in self._pairs(rows)
        ]
        enough = all(2 * own.sum() >= len(own) and own.max() == 1 for own in kept)
        found = self._statistics(kept) if enough else None
        if found is None:
            return self.objective.restrict(rows)
        return FoldObjective(self.objective, rows, *found)

    def _pairs(self, rows):
        return zip(rows, self._parts, strict=True)

    def _statistics(self, kept):
        """Return scaled data and statistics of kept rows; None if digits are lost."""
        every, loss = [], 1.0
        for k, own in enumerate(kept):
            total = self.totals[k]
            moments = total.without(self._moments(k, np.flatnonzero(own == 0)))
            sums = [moments.gram, moments.products, moments.squares]
            if self.objective.options.fit_intercept:
                sums = list(moments.recentred())
            before = np.concatenate([np.diag(total.gram), total.squares])
            after = np.concatenate([np.diag(sums[0]), sums[2]])
            if not np.all(after * LARGEST_LOSS > before):
                return None
            loss = max(loss, float((before / after).max()))
            every.append((moments, *sums))
        return self._scaled(every, kept, loss)

    def _scaled(self, every, kept, loss):
        """Return scaled data and statistics of recentred moments."""
        designs, targets, means, grams, products, squares = [], [], [], [], [], []
        pairs = zip(every, kept, self._parts, self.objective.parts, strict=True)
        centers = self.objective.options.fit_intercept
        for (moments, gram, product, square), own, given, part in pairs:
            _, Y, weight, *centres = given
            factor = part.task_weight / moments.weight
            unit = math.ldexp(1.0, self.y_exponent)
            grams.append(factor * gram)
            products.append(factor * unit * product)
            squares.append(factor * unit**2 * square)
            mean = centres[0] + moments.sums / moments.weight if centers else centres[0]
            weights = factor * weight[own > 0]
            designs.append(MomentsDesign(weights, centers, mean, np.diag(grams[-1])))
            targets.append(np.broadcast_to(0.0, (Y.shape[1], len(weights))))
            shift = moments.sums_of_targets / moments.weight if centers else 0.0
            means.append(centres[1] + shift)
        y_mean = np.concatenate(means) if centers else np.zeros(sum(map(len, means)))
        data = ScaledData(designs, targets, y_mean, 0, self.y_exponent)
        # Two sums are rounded, that over all rows and that over the rows left out.
        longest = 2 * max(len(given[0]) for given in self._parts)
        share = EPS * loss * (longest + data.n_features + data.n_columns)
        statistics = GramStatistics(
            np.stack(grams),
            np.concatenate(products),
            np.concatenate(squares),
            share,
            share,
        )
        return data, statistics


class FoldObjective:
    """The objective of training rows, whose paths are solved by moments.

    Parameters
    ----------
    objective : LossObjective
        Of all rows.
    rows : list of ndarray of int
        The training rows of every design.
    data : ScaledData
        Of the training rows, with designs that have moments only.
    statistics : GramStatistics
    """

    tasks = None  # all of them have rows

    def __init__(self, objective, rows, data, statistics):
        self.objective, self.rows = objective, rows
        self.data, self.statistics = data, statistics

    def path_coefficients(self, strengths):
        """Yield coefficients along a path, from the rows where it must be."""
        found = self.objective.settle_by_moments(self.data, self.statistics, strengths)
        n_settled = 0
        if found is not None:
            n_settled = len(found.coef)
            yield from selected_coefficients(found.coef, found.intercept)
        left = strengths[n_settled:]
        if left:
            yield from self.objective.restrict(self.rows).path_coefficients(left)
