"""The dispersion of targets about their fitted means, by Pearson's statistic."""

import numpy as np


def squared_pearson_residuals(loss, y, mean):
    """Return squared residuals over the variance that the loss expects.

    Parameters
    ----------
    loss : Loss
        With the link "log".
    y, mean : ndarray, of the same shape
        Targets and their fitted means. A mean of 0 that is exact has residual 0.
    """
    squares = np.square(y - mean)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(squares > 0.0, squares / loss.variance(mean), 0.0)


def dispersion(loss, data, means, n_parameters):
    """Return Pearson's statistic over its degrees of freedom, of all tasks together.

    Weights are those of variances: a target of weight s has the s-th part of the
    variance, as a rate over an exposure s has.

    Parameters
    ----------
    loss : Loss
    data : TaskData
    means : list of ndarray
        Fitted means, shaped as the targets.
    n_parameters : float

    Returns
    -------
    dispersion : float
        NaN with no more targets than parameters.
    """
    total, n_targets = 0.0, 0
    for Y, fitted, weights in zip(data.targets, means, data.weights, strict=True):
        weight = np.ones(len(Y)) if weights is None else weights
        weight = np.broadcast_to(weight.reshape(len(Y), -1), Y.shape)
        used = ~np.isnan(Y) & (weight > 0.0)
        squares = squared_pearson_residuals(loss, Y[used], fitted[used])
        total += float(weight[used] @ squares)
        n_targets += int(np.count_nonzero(used))
    if n_targets <= n_parameters:
        return float("nan")
    return float(total / (n_targets - n_parameters))
