"""Penalty strengths from simulated noise, for models with estimated noise levels."""

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_random_state

from mutar_cy._lib import refuse_class, refuse_unknown
from mutar_cy.objectives import check_parameters


def pivotal_alpha(
    estimator, X, y, *, level=0.05, n_draws=200, random_state=None, **fit_params
):
    r"""Return an alpha that keeps pure noise out, whatever its level.

    With ``concomitant=True`` the smallest alpha without coefficients,
    :func:`~mutar_cy.alpha_max`, does not depend on the scale of the noise in a task. So
    its distribution for targets of Gaussian noise is known without the noise level: the
    alpha returned is the quantile at ``1 - level``. A fit to noise alone selects a
    feature with the probability ``level``. No cross-validation is needed.

    Parameters
    ----------
    estimator : estimator
        GroupLasso, IndLasso or DirtyModel, or one of their classes with
        cross-validation, with ``concomitant=True``. It is not modified.
    X, y : object
        The data, in any layout that ``estimator.fit`` takes. Of y only the layout, and
        which targets are missing, count.
    level : float, default=0.05
        The probability of a selection if there is nothing to find, between 0 and 1.
    n_draws : int, default=200
        The number of simulated data sets.
    random_state : int, RandomState instance or None, default=None
        The noise.
    **fit_params : dict
        What else ``estimator.fit`` takes: ``sample_weight`` and ``task``.

    Returns
    -------
    alpha : float or ndarray of shape (n_tasks,)
        In the unit of X. One number per task for :class:`~mutar_cy.IndLasso`, whose
        tasks each select a feature of noise with the probability ``level``.

    Raises
    ------
    ValueError
        If ``concomitant`` is not True, or ``level`` is not between 0 and 1.
    TypeError
        If the estimator has no such parameter.

    See Also
    --------
    alpha_max : The smallest alpha without coefficients for the targets themselves.

    References
    ----------
    A. Belloni, V. Chernozhukov, L. Wang (2011), Square-root lasso: pivotal recovery of
    sparse signals via conic programming, Biometrika 98. Section 2.2, without the factor
    1.1.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso, pivotal_alpha
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 20)) for n in (40, 60)]
    >>> y = [5 * X[0][:, 3] + 4 * rng.standard_normal(40), X[1][:, 3]]
    >>> y[1] += 0.1 * rng.standard_normal(60)
    >>> model = GroupLasso(concomitant=True)
    >>> alpha = pivotal_alpha(model, X, y, random_state=0)
    >>> model.set_params(alpha=alpha).fit(X, y).selected_groups_
    [3]
    """
    refuse_class(estimator, "pivotal_alpha")
    name = type(estimator).__name__
    if not hasattr(estimator, "concomitant") or not hasattr(estimator, "loss"):
        raise TypeError(
            f"pivotal_alpha needs GroupLasso, IndLasso or DirtyModel, got {name}."
        )
    if estimator.concomitant is not True:
        raise ValueError(
            f"pivotal_alpha needs estimated noise levels, got concomitant="
            f"{estimator.concomitant!r}. Set concomitant=True."
        )
    if not 0.0 < level < 1.0:
        raise ValueError(f"level={level!r} must be between 0 and 1, such as 0.05.")
    refuse_unknown(estimator, fit_params)
    model = clone(estimator)
    check_parameters(model)
    objective = model._objective(model._read(X, y, **fit_params))
    rng = check_random_state(random_state)
    draws = [noise_objective(objective, rng).alpha_max() for _ in range(n_draws)]
    return np.quantile(draws, 1.0 - level, axis=0)[()]


def noise_objective(objective, rng):
    """Return the objective of the same designs, with targets of standard noise."""
    data = objective.data
    targets = [
        np.where(np.isnan(Y), np.nan, rng.standard_normal(Y.shape))
        for Y in data.targets
    ]
    offsets = [None] * len(targets)
    data = data._replace(targets=targets, offsets=offsets)
    return objective._of_data(data, np.arange(len(data.labels)))
