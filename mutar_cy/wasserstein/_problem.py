"""A problem with a transport penalty, in scaled units."""

import math
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from mutar_cy.designs import packed
from mutar_cy.ot import Kernel


class Transport(NamedTuple):
    """The transport penalty, in the user's units.

    ``alpha`` and ``gamma`` are positive floats, ``kernel`` a Kernel, ``beta`` an array
    of shape (n_signs, n_features, n_columns), one sign if coefficients are positive.
    """

    alpha: float
    beta: np.ndarray
    kernel: Kernel
    gamma: float


class WhitenedData:
    """The whitened designs and targets, as matrices and one flat vector.

    Vectors of samples are flat: column after column; ``slices[c]`` is column c.

    Parameters
    ----------
    scaled : ScaledData
    """

    def __init__(self, scaled):
        every = np.arange(scaled.n_features)
        self.matrices = [packed(design, every) for design in scaled.designs]
        self.columns = [slice(a, b) for a, b in pairwise(scaled.column_ptr.tolist())]
        self.target = np.concatenate([target.ravel() for target in scaled.targets])
        sizes = [target.shape[1] for target in scaled.targets for _ in target]
        ends = accumulate(sizes, initial=0)
        self.slices = [slice(a, b) for a, b in pairwise(ends)]
        self.n_features, self.n_columns = scaled.n_features, scaled.n_columns
        self.n_samples = len(self.target)
        self.null = 0.5 * float(self.target @ self.target)
        counts = np.diff(scaled.column_ptr)
        self.owners = np.repeat(np.arange(len(counts)), counts)  # of columns: a matrix

    def blocks(self, flat):
        """Return a vector of samples as one (n_columns_d, n_samples_d) per design."""
        return [
            flat[self.slices[own.start].start : self.slices[own.stop - 1].stop].reshape(
                own.stop - own.start, -1
            )
            for own in self.columns
        ]

    def correlate(self, flat):
        """Return ``X_c' u_c`` for all columns, (n_features, n_columns)."""
        out = np.empty((self.n_features, self.n_columns))
        blocks = self.blocks(flat)
        for X, own, block in zip(self.matrices, self.columns, blocks, strict=True):
            out[:, own] = X @ block.T
        return out

    def predict(self, coef):
        """Return ``X_c w_c`` for all columns, flat."""
        return np.concatenate(
            [
                (coef[:, own].T @ X).ravel()
                for X, own in zip(self.matrices, self.columns, strict=True)
            ]
        )

    def square_norms(self, flat):
        """Return the squared norm of every column's part of a vector of samples."""
        return np.array([float(flat[own] @ flat[own]) for own in self.slices])

    def spread(self, per_column):
        """Repeat the number of each column for every sample of the column."""
        return np.concatenate(
            [
                np.full(own.stop - own.start, value)
                for own, value in zip(self.slices, per_column, strict=True)
            ]
        )


class TransportProblem:
    """Data and penalty, in units in which the data term is half a squared norm.

    For coefficients multiplied by ``c``, the penalty keeps its form if costs are
    shifted by ``epsilon log c``: this multiplies kernels by ``c``, and ``shift`` is
    ``log c``.

    Parameters
    ----------
    data : WhitenedData
    alpha : float
        In scaled units, like all that follows.
    beta : ndarray of shape (n_signs, n_features, n_columns)
    kernel : Kernel
    gamma : float
    shift : float
    sigma : ndarray of shape (n_columns,) or None
        Noise levels that divide the squares of the data term; None for ones.
    """

    def __init__(self, data, alpha, beta, kernel, gamma, shift, sigma=None):
        self.data, self.alpha, self.beta = data, alpha, beta
        self.kernel, self.gamma, self.shift = kernel, gamma, shift
        self.epsilon = kernel.epsilon
        self.sigma = np.ones(data.n_columns) if sigma is None else sigma
        self.ridge = data.spread(self.sigma)  # of the dual: one per sample
        # A barycentre is a mean of this power.
        self.tau = self.epsilon / (self.epsilon + gamma)
        self.stiffness = self.epsilon / gamma
        self.softness = alpha * self.epsilon
        self.looseness = (1.0 - self.tau) / self.softness
        self.mass_price = self.softness * data.n_columns
        self.signs = (1.0, -1.0)[: len(beta)]

    def at(self, epsilon):
        """Return the problem with another epsilon, the strength of the entropy."""
        return self._with(kernel=self.kernel.at(epsilon))

    def with_noise(self, sigma):
        """Return the problem with other noise levels."""
        return self._with(sigma=sigma)

    def with_beta(self, beta):
        """Return the problem with other strengths of the lasso term."""
        return self._with(beta=beta)

    def _with(self, **changes):
        names = ("data", "alpha", "beta", "kernel", "gamma", "shift", "sigma")
        return TransportProblem(
            **{name: getattr(self, name) for name in names} | changes
        )


def coefficient_exponent(scaled):
    """Return the exponent that converts penalised coefficients to scaled units.

    Normalised designs are the same in all units.
    """
    x_exponent = 0 if scaled.designs[0].scale is not None else scaled.x_exponent
    return scaled.y_exponent - x_exponent


def make_transport_problem(scaled, transport, *, linear=False):
    """Return the problem with a transport penalty, in scaled units.

    Parameters
    ----------
    scaled : ScaledData
    transport : Transport
    linear : bool, default=False
        Whether noise levels divide the data term, which then has the unit of the
        targets, not of their squares.
    """
    power = coefficient_exponent(scaled)
    unit = (1 if linear else 2) * scaled.y_exponent
    return TransportProblem(
        WhitenedData(scaled),
        math.ldexp(transport.alpha, unit - power),
        np.ldexp(transport.beta, unit - power),
        transport.kernel,
        transport.gamma,
        power * math.log(2.0),
    )
