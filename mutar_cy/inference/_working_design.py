"""The weighted least-squares problem that a fit solves, one design at a time.

A generalised linear model has, at its coefficients, the weighted problem of a step of
Newton's method: weights are the curvatures of the loss, and residuals those of the
targets over the curvatures.
"""

from typing import Any, NamedTuple

import numpy as np

# Curvature below which a sample has none: residuals are divided by its root.
NO_CURVATURE = 1e-100


class WorkingDesign(NamedTuple):
    """Design and residuals of a task, weighted, with several responses.

    Columns of X are centred if the fit has an intercept.
    """

    X: np.ndarray  # (n, p)
    residual: np.ndarray  # (n, q)
    noise_is_known: bool  # of variance 1, as that of counts and classes
    kept: np.ndarray  # (n_all,), of bool: samples with a weight and a target
    name: object  # of the task


class Fit(NamedTuple):
    """The coefficients of a fit, by columns."""

    coef: np.ndarray  # (p, n_columns)
    intercept: np.ndarray  # (n_columns,)
    df: np.ndarray  # (n_columns,)
    has_intercept: bool

    def columns(self, own):
        """Return the fit of some columns."""
        return self._replace(
            coef=self.coef[:, own], intercept=self.intercept[own], df=self.df[own]
        )


def working_designs(parts, fit, loss, estimate_dispersion=False):
    """Yield the weighted problems of a fit, each with the columns it is for.

    Parameters
    ----------
    parts : list of DesignTargets
    fit : Fit
    loss : Loss
    estimate_dispersion : bool, default=False
        Whether the variance of counts is unknown up to a factor.

    Yields
    ------
    working : WorkingDesign
    columns : slice
    """
    start = 0
    for part in parts:
        stop = start + part.Y.shape[1]
        if loss.is_quadratic:
            own = slice(start, stop)
            yield squared_error_design(part, fit.columns(own)), own
        else:  # every response has weights of its own
            for c in range(start, stop):
                own = slice(c, c + 1)
                working = loss_design(part, c - start, fit.columns(own), loss)
                known = loss.has_likelihood and not estimate_dispersion
                yield working._replace(noise_is_known=known), own
        start = stop


def squared_error_design(part, fit):
    """Return the problem of a fit with squared error."""
    weight, kept = sample_weights(part)
    X, weight = dense(part.X)[kept], weight[kept] / weight[kept].mean()
    residual = part.Y[kept] - X @ fit.coef - fit.intercept
    if part.offset is not None:
        residual = residual - part.offset[kept]
    root = np.sqrt(weight)[:, None]
    X = centred(X, weight, fit.has_intercept)
    return WorkingDesign(root * X, root * residual, False, kept, part.name)


def loss_design(part, column, fit, loss):
    """Return the problem of a step of Fisher's scoring, for one response.

    Weights are the information of a sample about its predictor, residuals the scores
    over their roots: of variance 1, or of that of the dispersion.
    """
    weight, kept = sample_weights(part)
    X, y, weight = dense(part.X)[kept], part.Y[kept, column], weight[kept]
    eta = X @ fit.coef[:, 0] + fit.intercept[0]
    if part.offset is not None:
        eta = eta + part.offset[kept, column]
    information = loss.curvature(y, eta)
    if loss.link == "log":
        mean = loss.mean(eta)
        information = mean**2 / loss.variance(mean)
    information = np.maximum(information, NO_CURVATURE)
    score, curvature = np.empty((2, len(y)))
    loss.evaluate(np.ascontiguousarray(y), eta, np.ones(len(y)), score, curvature)
    root = np.sqrt(weight * information)
    residual = np.sqrt(weight / information) * score
    X = centred(X, weight * information, fit.has_intercept)
    return WorkingDesign(root[:, None] * X, residual[:, None], True, kept, part.name)


def dense(X: Any):
    """Return a design as an array of float64."""
    return np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float64)


def sample_weights(part):
    """Return the weights of the samples of a design, and which are not 0."""
    n = part.Y.shape[0]
    weight = np.ones(n) if part.sample_weight is None else part.sample_weight
    return weight, weight > 0.0


def centred(X, weight, has_intercept):
    """Return a design whose columns have a weighted mean of 0."""
    return X - np.average(X, axis=0, weights=weight) if has_intercept else X
