"""Targets, offsets and weights of a generalised linear model, end to end."""

from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from mutar_cy.designs import (
    ScaledData,
    designs_in_range,
    sample_weights,
    unit_of_targets,
    whiten,
)


class Responses(ScaledData):
    """Observations as flat arrays: design after design, (n_columns, n_samples) each.

    Of the targets of the scaled data only the shapes are used.

    Attributes
    ----------
    loss : Loss
    y, offset : ndarray of shape (n_observations,)
    sqrt_weight : ndarray of shape (n_observations,)
        Square roots of the sample weights.
    inverse_sqrt_weight : ndarray of shape (n_observations,)
        Their reciprocals; 0 where they are 0.
    observed : tuple of ndarray
        These four.
    means : float or ndarray of shape (n_columns,)
        Means subtracted from the targets.
    slices, starts : list of slice, ndarray of int64
        Of each column.
    owners : ndarray of int32
        The design of each column.
    """

    def __init__(self, loss, scaled, y, offset):
        super().__init__(
            scaled.designs,
            scaled.targets,
            scaled.y_mean,
            scaled.x_exponent,
            scaled.y_exponent,
        )
        self.loss, self.y, self.offset = loss, y, offset
        shapes = [target.shape for target in self.targets]
        roots = [design.sqrt_weight for design in self.designs]
        pieces = [np.tile(root, q) for root, (q, _) in zip(roots, shapes, strict=True)]
        self.sqrt_weight = np.concatenate(pieces)
        self.inverse_sqrt_weight = np.zeros_like(self.sqrt_weight)
        np.divide(
            1.0,
            self.sqrt_weight,
            out=self.inverse_sqrt_weight,
            where=self.sqrt_weight > 0.0,
        )
        sizes = [n for q, n in shapes for _ in range(q)]
        ends = list(accumulate(sizes, initial=0))
        self.starts = np.array(ends, dtype=np.int64)
        self.slices = [slice(*pair) for pair in pairwise(ends)]
        owners = [d for d, (q, _) in enumerate(shapes) for _ in range(q)]
        self.owners = np.array(owners, dtype=np.int32)
        self.observed = self.y, self.offset, self.sqrt_weight, self.inverse_sqrt_weight
        self.constant_to_optimal = loss.constant_to_optimal(y, self.sqrt_weight)
        self.means: Any = 0.0

    def column(self, c):
        """Return the responses of column ``c`` alone; designs are not copied."""
        own = self.slices[c]
        responses = Responses(
            self.loss, super().column(c), self.y[own], self.offset[own]
        )
        if np.ndim(self.means):  # targets are centred and scaled
            responses.means = self.means[c : c + 1]
            responses.constant_to_optimal = 0.0
        return responses

    def per_observation(self, per_column):
        """Repeat one number per column for every observation."""
        sizes = [own.stop - own.start for own in self.slices]
        return np.repeat(per_column, sizes)

    def value(self, eta):
        """Return the loss of linear predictors."""
        return self.loss.value(self.y, eta, self.sqrt_weight)

    def evaluate(self, eta, residual, curvature):
        """Return the loss; write weighted residuals and curvatures."""
        return self.loss.evaluate(self.y, eta, self.sqrt_weight, residual, curvature)

    def dual(self, residual, scale):
        """Return the dual objective at a multiple of the residuals of `evaluate`."""
        return self.loss.dual(self.y, self.offset, self.sqrt_weight, residual, scale)

    def balanced_by_sign(self, residual):
        """Return residuals that are orthogonal to the intercept of every column.

        Of every column, the positive or the negative residuals are scaled down until
        both have the same sum. A residual that is scaled down stays between 0 and the
        residual of the loss, where the conjugate is finite.

        Parameters
        ----------
        residual : ndarray of shape (n_observations,)
            Residuals times ``sqrt_weight``.
        """
        out = residual.copy()
        for own in self.slices:
            part, root = out[own], self.sqrt_weight[own]
            above = float(root @ np.maximum(part, 0.0))
            below = float(root @ np.maximum(-part, 0.0))
            part[part > 0.0] *= min(1.0, below / above) if above > 0.0 else 1.0
            part[part < 0.0] *= min(1.0, above / below) if below > 0.0 else 1.0
        return out

    def per_design(self, residual):
        """Return flat residuals as one array (n_columns_d, n_samples_d) per design."""
        shapes = [target.shape for target in self.targets]
        ends = np.cumsum([q * n for q, n in shapes])
        pieces = np.split(residual, ends[:-1])
        return [own.reshape(shape) for own, shape in zip(pieces, shapes, strict=True)]

    def best_intercepts(self, eta):
        """Return the constants to add to every column's predictors."""
        return np.array(
            [
                self.loss.fit_intercept_only(
                    self.y[own], eta[own], self.sqrt_weight[own]
                )
                for own in self.slices
            ]
        )


def make_responses(parts, loss, fit_intercept=True, normalize=False):
    """Return the responses of a problem: designs scaled, targets as they are.

    Parameters
    ----------
    parts : list of DesignTargets
    loss : Loss
    fit_intercept : bool, default=True
    normalize : {False, True, "std"}, default=False
        As `make_scaled_data` takes it.

    Returns
    -------
    Responses
    """
    weights = [sample_weights(part) for part in parts]
    normalize = normalize if fit_intercept else False
    designs, exponent = designs_in_range(parts, weights, fit_intercept, normalize)
    if loss.is_quadratic:
        return centred_responses(parts, loss, fit_intercept, (designs, exponent))
    targets = [np.ascontiguousarray(part.Y.T, dtype=np.float64) for part in parts]
    offsets = [
        np.zeros(part.Y.size) if part.offset is None else part.offset.T.ravel()
        for part in parts
    ]
    data = ScaledData(designs, targets, np.zeros(0), exponent, 0)
    y = np.concatenate([target.ravel() for target in targets])
    return Responses(loss, data, y, np.concatenate(offsets))


def centred_responses(parts, loss, fit_intercept, scaled):
    """Return responses of a loss whose targets may be shifted and scaled.

    Offsets and means are subtracted, and targets are scaled to a size near 1, so that
    they lose no digits.
    """
    parts = [
        part if part.offset is None else part._replace(Y=part.Y - part.offset)
        for part in parts
    ]
    (designs, exponent), unit = scaled, unit_of_targets(parts)
    whitened = [
        whiten(np.ldexp(part.Y, unit, dtype=np.float64), design.weight, fit_intercept)
        for part, design in zip(parts, designs, strict=True)
    ]
    data = ScaledData(
        designs, [rows for rows, _ in whitened], np.zeros(0), exponent, unit
    )
    y = np.concatenate([rows.ravel() for rows in data.targets])
    responses = Responses(loss, data, y, np.zeros(len(y)))
    responses.y *= responses.inverse_sqrt_weight
    responses.means = np.concatenate([mean for _, mean in whitened])
    responses.constant_to_optimal = 0.0
    return responses
