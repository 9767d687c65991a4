"""Errors of desparsified estimates: independent samples, or clusters of samples."""

from typing import NamedTuple

import numpy as np
from scipy.stats import chi2, f

# Log p-value below which the quantile of a chi-squared distribution is out of range.
SMALLEST = -600.0


class DesignScores(NamedTuple):
    """The desparsified estimates of one design, one column per response."""

    estimate: np.ndarray  # (p, q)
    directions: np.ndarray  # (n, p): node-wise residuals over their product with x
    inflation: np.ndarray  # (p, q), of variances by the degrees of freedom of the fit
    residual: np.ndarray  # (n, q), weighted
    noise: np.ndarray  # (q, q), covariance of the noise of the responses
    n_effective: int  # samples less intercept
    residual_dof: np.ndarray  # (q,)
    noise_is_known: bool  # of variance 1
    bias_factor: np.ndarray  # (p,)
    name: object  # of the task

    @property
    def dof(self):
        """Degrees of freedom of the noise level: infinite where it is known."""
        known = self.noise_is_known
        return np.full(len(self.residual_dof), np.inf) if known else self.residual_dof

    def effects(self, features):
        """Return estimates in units in which all variances have the same factor."""
        return self.estimate[features] / np.sqrt(self.inflation[features])


class Wald(NamedTuple):
    """A test that some estimates are 0."""

    statistic: float  # an F statistic times its degrees of freedom
    size: int  # degrees of freedom: the number of estimates
    dof: float  # of the denominator; infinite if the covariance is known


class IndependentErrors:
    """Errors of samples that are independent, with one noise level per response.

    Parameters
    ----------
    scores : list of DesignScores
    """

    def __init__(self, scores):
        self.scores = scores
        self.dof = np.concatenate([own.dof for own in scores])

    def standard_errors(self):
        """Return the standard errors of all estimates, (p, n_columns)."""
        return np.hstack(
            [
                np.linalg.norm(own.directions, axis=0)[:, None]
                * np.sqrt(own.inflation * np.diag(own.noise))
                for own in self.scores
            ]
        )

    def covariance(self, feature):
        """Return the covariance of the estimates of a feature, (n_columns,) * 2."""
        blocks = []
        for own in self.scores:
            root = np.sqrt(own.inflation[feature])
            length = own.directions[:, feature] @ own.directions[:, feature]
            blocks.append(own.noise * np.outer(root, root) * length)
        return block_diagonal(blocks)

    def wald(self, features):
        """Return a `Wald` per design: tests of no effect of some features."""
        found = []
        for own in self.scores:
            effects = own.effects(features)
            directions = own.directions[:, features]
            gram = directions.T @ directions
            inner = effects.T @ np.linalg.solve(gram, effects)
            statistic = float(np.trace(np.linalg.solve(own.noise, inner)))
            found.append(Wald(statistic, effects.size, own.dof.min()))
        return found


class ClusteredErrors:
    """Errors of samples that depend on each other within clusters, of any size.

    Parameters
    ----------
    scores : list of DesignScores
    codes : list of ndarray of int, shape (n_k,)
        The cluster of every sample; equal numbers in two designs are one cluster.
    """

    def __init__(self, scores, codes):
        self.scores, self.codes = scores, codes
        present = [np.unique(own) for own in codes]
        for score, own in zip(scores, present, strict=True):
            if len(own) < 2:
                raise ValueError(
                    f"Task {score.name!r} has {len(own)} cluster; standard errors need "
                    "2 or more. Leave clusters out, or give labels of smaller units."
                )
        counts = np.array([len(own) for own in present])
        sizes = [len(own.residual[0]) for own in scores]
        self.dof = np.repeat(counts - 1.0, sizes)
        # Residuals in the units of the noise, with the factor for few clusters.
        self.residuals = [
            own.residual
            * np.sqrt(own.n_effective / own.residual_dof * count / (count - 1.0))
            for own, count in zip(scores, counts, strict=True)
        ]
        every = np.concatenate(present)
        shared = len(np.unique(every)) < len(every)
        everything = list(range(len(scores)))
        self.blocks = [everything] if shared else [[k] for k in everything]
        self.n_clusters = int(every.max()) + 1
        self.counts = counts

    def standard_errors(self):
        """Return the standard errors of all estimates, (p, n_columns)."""
        found = []
        for k, (own, codes) in enumerate(zip(self.scores, self.codes, strict=True)):
            order = np.argsort(codes, kind="stable")
            starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
            directions = own.directions[order]
            for c, residual in enumerate(self.residuals[k][order].T):
                sums = np.add.reduceat(directions * residual[:, None], starts)
                found.append(np.sqrt(own.inflation[:, c] * (sums**2).sum(axis=0)))
        return np.array(found).T

    def _sums(self, features, designs):
        """Return the sums of errors by cluster, (n_clusters, n_estimates)."""
        every = []
        for k in designs:
            own = self.scores[k]
            each = own.directions[:, features, None] * self.residuals[k][:, None, :]
            each = each * np.sqrt(own.inflation[features])
            sums = np.zeros((self.n_clusters, each[0].size))
            np.add.at(sums, self.codes[k], each.reshape(len(each), -1))
            every.append(sums)
        return np.hstack(every)

    def _check_rank(self, size, designs):
        """Return the number of clusters, which must be larger than that of effects."""
        count = int(self.counts[designs].min())
        if size >= count:
            raise ValueError(
                f"{count} clusters are too few for a joint test of {size} "
                f"coefficients; test fewer features at once."
            )
        return count

    def covariance(self, feature):
        """Return the covariance of the estimates of a feature, (n_columns,) * 2."""
        sums = [self._sums([feature], designs) for designs in self.blocks]
        for own, designs in zip(sums, self.blocks, strict=True):
            self._check_rank(own.shape[1], designs)
        return block_diagonal([own.T @ own for own in sums])

    def wald(self, features):
        """Return a `Wald` per block of designs: tests of no effect of some features.

        Hotelling's: the degrees of freedom are clusters less estimates.
        """
        found = []
        for designs in self.blocks:
            sums = self._sums(features, designs)
            effects = np.concatenate(
                [self.scores[k].estimate[features].ravel() for k in designs]
            )
            size = len(effects)
            count = self._check_rank(size, designs)
            statistic = float(effects @ np.linalg.solve(sums.T @ sums, effects))
            statistic *= (count - size) / (count - 1.0)
            found.append(Wald(statistic, size, count - size))
        return found


def as_chi2(statistic, size, dof):
    """Return the quantiles of chi-squared distributions that statistics have.

    Parameters
    ----------
    statistic, size, dof : ndarray of shape (n_tests,)
        As `Wald` has them.
    """
    known = np.isinf(dof)
    p = f.logsf(statistic / size, size, np.where(known, 1.0, dof))
    exact = chi2.isf(np.exp(p), size)
    return np.where(known | (p <= SMALLEST), statistic, exact)


def block_diagonal(blocks):
    """Return a matrix with blocks on its diagonal."""
    n = sum(len(own) for own in blocks)
    out, start = np.zeros((n, n)), 0
    for own in blocks:
        stop = start + len(own)
        out[start:stop, start:stop] = own
        start = stop
    return out
