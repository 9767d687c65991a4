"""Targets that a loss can explain, and how much of them is explained."""

import numpy as np
from scipy.special import xlogy

from mutar_cy import tasks
from mutar_cy.losses import Gamma, Poisson

LOSSES = {"poisson": Poisson(), "gamma": Gamma()}


def refuse_targets(loss, data):
    """Return data, unless a model of counts, or of positive values, has no fit.

    Parameters
    ----------
    loss : {"squared_error", "poisson", "gamma"}
    data : TaskData
    """
    for owner, y, _ in data.target_columns():
        _refuse_sign(loss, y, owner)
        if loss == "poisson" and len(y) and not y.any():
            raise ValueError(
                f"y{owner} is 0 for every sample; with loss='poisson' the intercept "
                f"has no finite optimum."
            )
    return data


def _refuse_sign(loss, y, owner=""):
    least = y.min(initial=np.inf)
    if loss == "poisson" and least < 0:
        raise ValueError(
            f"y{owner} must not be negative with loss='poisson', got {least}."
        )
    if loss == "gamma" and least <= 0:
        raise ValueError(f"y{owner} must be positive with loss='gamma', got {least}.")


def explained_deviance(loss, y, guess, weights, offset, average):
    """Return the fraction of the deviance that is explained, over all columns.

    The null model has an intercept and the offsets. Where it is perfect, the fraction
    is 1 if the predictions are too, else 0.

    Parameters
    ----------
    loss : {"poisson", "gamma"}
    y, guess, weights, offset, average
        As `tasks.r_squared` takes them; the guess is a linear predictor.
    """
    offset = np.zeros(y.shape) if offset is None else offset
    offset = offset.reshape(len(y), -1).T
    columns = zip(*tasks.columns_with_weights(y, guess, weights), offset, strict=True)
    pairs = np.array([_deviances(loss, *column) for column in columns])
    if average == "variance_weighted":
        pairs = pairs.sum(axis=0, keepdims=True)
    return float(np.mean([_fraction(*pair) for pair in pairs]))


def _fraction(own, null):
    if null > 0.0:
        return 1.0 - own / null
    return 1.0 if own <= 0.0 else 0.0


def _deviances(name, y, guess, weights, offset):
    """Return half the deviances of the predictions and of the null model."""
    here = ~np.isnan(y) & (weights > 0)
    _refuse_sign(name, y[here])
    loss, root = LOSSES[name], np.sqrt(weights[here])
    y, offset = y[here], offset[here]
    eta = guess[here].astype(np.float64) + offset
    least = loss.least(y, root)
    null = offset + loss.shift(y, offset, root)
    rounding = 1e-12 * (abs(least) + root @ root)
    own, null = (loss.value(y, v, root) - least for v in (eta, null))
    return tuple(value if value > rounding else 0.0 for value in (own, null))


def sample_bends(loss, y, eta):
    """Return half the second derivative of every sample's deviance in its predictor.

    Parameters are those of `sample_deviances`.
    """
    with np.errstate(over="ignore"):
        if loss == "poisson":
            return np.exp(eta)
        if loss == "gamma":
            return y * np.exp(-eta)
    return np.ones_like(eta)


def sample_deviances(loss, y, eta):
    """Return the deviance of every sample.

    Parameters
    ----------
    loss : {"squared_error", "poisson", "gamma"}
    y, eta : ndarray
        Targets and linear predictors, offsets included.
    """
    with np.errstate(over="ignore"):
        if loss == "poisson":
            return 2.0 * (xlogy(y, y) - y * eta - y + np.exp(eta))
        if loss == "gamma":
            return 2.0 * (eta - np.log(y) + y * np.exp(-eta) - 1.0)
    return np.square(y - eta)
