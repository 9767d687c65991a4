"""The elastic net, with scikit-learn's parameters and shapes."""

import numpy as np
from sklearn.utils.metadata_routing import UNUSED

from mutar_cy.estimators import (
    FRAMES,
    all_or_nothing,
    check_parameters,
    reporter,
    warn_unconverged,
)
from mutar_cy.linear_model._base import (
    CoordinateDescentRegressor,
    check_gram,
    warn_if_unpenalised,
)
from mutar_cy.linear_model._path import enet_path
from mutar_cy.penalties import L21
from mutar_cy.solvers import alpha_max_columns

BOOLS = (bool, np.bool_, str)  # a word is scikit-learn's "auto"


class ElasticNet(CoordinateDescentRegressor):
    r"""Linear regression with l1 and squared l2 norms as penalties.

    A drop-in for :class:`sklearn.linear_model.ElasticNet`. For each target :math:`y`
    the coefficients :math:`w` and the intercept :math:`b` minimise

    .. math::

        \frac{1}{S} \sum_i \frac{s_i}{2} (y_i - b - x_i^\top w)^2
        + \alpha \rho \, \| w \|_1 + \frac{\alpha (1 - \rho)}{2} \| w \|_2^2

    with :math:`\rho` for ``l1_ratio`` and sample weights :math:`s_i`, 1 by default,
    that sum to :math:`S`. Several targets are fitted one by one;
    :class:`MultiTaskElasticNet` links them.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of both penalties. At 0 the fit is least squares.
    l1_ratio : float, default=0.5
        Between 0 (only the squared norm) and 1 (none of it).
    fit_intercept : bool, default=True
        Whether to fit an intercept per target; it is never penalised.
    precompute : bool or array-like of shape (n_features, n_features), default=False
        Accepted for scikit-learn's sake: the solver decides by itself when a Gram
        matrix pays. One that is given is checked against X.
    max_iter : int, default=1000
        Most passes over the coefficients.
    copy_X : bool, default=True
        Accepted for scikit-learn's sake: X is never written to.
    tol : float, default=1e-4
        The fit has converged when its duality gap is at most ``tol`` times the
        objective of the null model (intercept only): half of what scikit-learn asks,
        and scikit-learn looks at the gap only once coefficients have settled.
    warm_start : bool, default=False
        Whether to start from the coefficients of the last fit.
    positive : bool, default=False
        Whether coefficients must not be negative.
    random_state : int, RandomState instance, default=None
        Accepted for scikit-learn's sake: the solver has no random part.
    selection : {'cyclic', 'random'}, default='cyclic'
        Accepted for scikit-learn's sake: the solver chooses the order of features.

    Attributes
    ----------
    coef_ : ndarray of shape (n_features,) or (n_targets, n_features)
        The coefficients.
    sparse_coef_ : sparse matrix of shape (n_targets, n_features)
        ``coef_`` in CSR format.
    intercept_ : float or ndarray of shape (n_targets,)
        What to add; 0.0 without ``fit_intercept``.
    n_iter_ : int or list of int
        Passes made, for each target.
    dual_gap_ : float or ndarray of shape (n_targets,)
        By how much each target's objective may still exceed its optimum.
    n_features_in_ : int
        Number of features seen in ``fit``.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features, if all are strings.

    See Also
    --------
    Lasso : The same without the squared norm.
    MultiTaskElasticNet : Several targets that keep or drop features together.
    mutar_cy.alpha_max : The smallest ``alpha`` that leaves no coefficient.

    References
    ----------
    .. [1] H. Zou, T. Hastie (2005), Regularization and variable selection via the
       elastic net, JRSS B 67. Section 2 has the naive elastic net, which this is.

    Examples
    --------
    >>> from mutar_cy.linear_model import ElasticNet
    >>> model = ElasticNet(alpha=0.1, tol=1e-10)
    >>> model = model.fit([[0, 0], [1, 2], [2, 4.5]], [0, 1, 2])
    >>> print(model.coef_.round(3))
    [0.    0.422]
    """

    # Not something to be routed through a meta-estimator.
    __metadata_request__fit = {"check_input": UNUSED}

    _parameter_constraints = {
        **CoordinateDescentRegressor._parameter_constraints,
        "precompute": ["boolean", "array-like"],
        "positive": ["boolean"],
    }

    path = staticmethod(enet_path)
    _between = 0  # frames between `fit` and what poses

    def __init__(
        self,
        alpha=1.0,
        *,
        l1_ratio=0.5,
        fit_intercept=True,
        precompute=False,
        max_iter=1000,
        copy_X=True,
        tol=1e-4,
        warm_start=False,
        positive=False,
        random_state=None,
        selection="cyclic",
    ):
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.precompute = precompute
        self.max_iter = max_iter
        self.copy_X = copy_X
        self.tol = tol
        self.warm_start = warm_start
        self.positive = positive
        self.random_state = random_state
        self.selection = selection

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, check_input=True):
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The design; it is neither changed nor copied.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            The targets.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Sample weights; only their ratios matter.
        check_input : bool, default=True
            Accepted for scikit-learn's sake: what is checked costs no pass over X.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If shapes disagree or numbers are not finite.

        Warns
        -----
        ConvergenceWarning
            If a duality gap is above its target after ``max_iter`` iterations.
        UserWarning
            If ``alpha`` is 0, or a Gram matrix given cannot be used.
        """
        check_parameters(self)
        warn_if_unpenalised(self.alpha)
        problem, stack, penalties, _ = self._pose(X, y, sample_weight=sample_weight)
        report = reporter(self, X, y)
        start = self._start(problem)
        solution = self._minimise(stack, penalties, None, start, report)
        fitted = self._fitted_attributes(problem, solution)
        if report is not None:
            report.close(fitted)
        self.__dict__.update(fitted)
        warn_unconverged(solution)
        return self

    def _pose(self, X, y, **given):
        posed = super()._pose(X, y, **given)
        if not isinstance(self.precompute, BOOLS):
            frames = FRAMES + 2 + self._between
            check_gram(self.precompute, posed[0], self.fit_intercept, frames=frames)
        return posed

    def _penalty(self, n_columns):
        """Return the penalty of every target."""
        squared = self.alpha * (1 - self.l1_ratio)
        penalty = L21(self.alpha * self.l1_ratio, None, squared, self.positive)
        return [penalty] * n_columns

    def _fitted_attributes(self, problem, solution):
        """Give the solution scikit-learn's shapes."""
        fitted = {
            "coef_": solution.coef.T.astype(problem.dtype),
            "intercept_": solution.intercept.astype(problem.dtype),
            "dual_gap_": solution.dual_gap,
            "n_iter_": solution.n_iter.tolist(),
        }
        if len(fitted["coef_"]) == 1:
            for name in ("coef_", "dual_gap_", "n_iter_"):
                fitted[name] = fitted[name][0]
        if not self.fit_intercept:
            fitted["intercept_"] = 0.0
        elif not problem.columns:
            fitted["intercept_"] = fitted["intercept_"][0]
        return fitted

    def _alpha_max(self, posed):
        """Return the smallest strength of each target that leaves no coefficient."""
        problem, stack, penalties, _ = posed
        largest = over_l1_ratio(alpha_max_columns(stack, penalties), self.l1_ratio)
        return largest if problem.columns else largest[0]


def over_l1_ratio(largest, l1_ratio):
    """Turn strengths of the l1 norm into the parameter ``alpha``."""
    if l1_ratio == 0:
        raise ValueError("With l1_ratio=0 no alpha makes coefficients 0.")
    return largest / l1_ratio
