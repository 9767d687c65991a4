"""scikit-learn's coordinate-descent estimators: names, shapes and defaults."""

from numbers import Real

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metadata_routing import UNUSED
from sklearn.utils.validation import check_is_fitted

from mutar_cy._lib import ExplainedArguments, one_blas_thread
from mutar_cy.chunks._sources import as_rows, is_chunked
from mutar_cy.designs import DesignTargets
from mutar_cy.estimators._chunked import fit_chunked, pose_chunked
from mutar_cy.estimators._chunked_input import chunked_input, refusal
from mutar_cy.estimators._chunked_predictions import predict_rows
from mutar_cy.estimators._multi_task_model import OF_CHUNKS
from mutar_cy.linear_model._docs import fill_docstring
from mutar_cy.linear_model._paths import enet_path
from mutar_cy.objectives import (
    COUNT,
    NON_NEGATIVE,
    BlockObjective,
    CallbackSupportMixin,
    Objective,
    SeparableObjective,
    all_or_nothing,
    check_parameters,
    options_of,
    solver_callback,
    warn_unconverged,
    warn_user,
)
from mutar_cy.penalties import L21
from mutar_cy.tasks import (
    SHARED,
    SINGLE,
    TaskData,
    check_design,
    check_target,
    check_weights,
    has_task_designs,
    linear,
)


class OneDesignObjective(Objective):
    """An elastic net of one design, whose alpha is divided between two norms."""

    def _make_parts(self):
        data = self.data
        return [DesignTargets(data.designs[0], data.targets[0], data.weights[0])]

    def alpha_max(self):
        """Return the smallest alpha at which every coefficient is zero."""
        l1_ratio = self.strengths["l1_ratio"]
        if l1_ratio == 0:
            raise ValueError("With l1_ratio=0 no alpha makes coefficients 0.")
        return super().alpha_max() / l1_ratio  # type: ignore[safe-super]


class ElasticNetObjective(OneDesignObjective, SeparableObjective):
    """An elastic net of every target on its own."""


class MultiTaskElasticNetObjective(OneDesignObjective, BlockObjective):
    """An elastic net whose l1 norm is that of the norms of rows, over all targets."""


class CoordinateDescentRegressor(
    ExplainedArguments,
    CallbackSupportMixin,
    MultiOutputMixin,
    RegressorMixin,
    BaseEstimator,
):
    """Linear regression with scikit-learn's shapes: one row of ``coef_`` per target.

    A subclass adds its parameters, ``fit`` and ``_objective``.
    """

    _parameter_constraints = {
        "alpha": NON_NEGATIVE,
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "fit_intercept": ["boolean"],
        "max_iter": COUNT,
        "copy_X": ["boolean"],
        "tol": NON_NEGATIVE,
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "selection": [StrOptions({"cyclic", "random"})],
    }

    _fits_statistics = _fits_streams = True
    _streams_losses = False

    def _read(self, X, y, sample_weight=None):
        """Check the data.

        Returns
        -------
        TaskData
        """
        if has_task_designs(X):
            name = "GroupLasso" if "MultiTask" in type(self).__name__ else "IndLasso"
            raise ValueError(
                f"X holds one design per task, but {type(self).__name__} takes one "
                f"table for all targets; for own designs: mutar_cy.{name}."
            )
        X = check_design(self, X, reset=True)
        y = check_target(y, "y", missing=True)
        if np.isnan(y).any():
            raise ValueError(
                "Input y contains NaN; mutar_cy.GroupLasso leaves such samples out "
                "with missing_targets='ignore'."
            )
        if y.ndim not in (1, 2) or y.size == 0:
            raise ValueError(
                f"y should be a 1d array, or a 2d array with a column per target; got "
                f"shape {y.shape}."
            )
        if len(y) != X.shape[0]:
            raise ValueError(
                f"Found input variables with inconsistent numbers of samples: "
                f"[{X.shape[0]}, {len(y)}]"
            )
        weights = _one_per_sample(sample_weight, len(y))
        layout, Y = (SHARED, y) if y.ndim == 2 else (SINGLE, y[:, np.newaxis])
        labels, columns = np.arange(Y.shape[1]), y.shape[1:]
        return TaskData(layout, labels, columns, [X], [Y], [weights], [None])

    def _objective(self, data):
        """Return the objective of data that `_read` has returned."""
        raise NotImplementedError

    def _chunked(self, X, given):
        """Return X as `ChunkedInput` if it is one design that is read by rows."""
        chunked = chunked_input(X)
        if chunked is None or chunked.kind != "table":
            return None
        reason = refusal(self, given)
        if not isinstance(getattr(self, "precompute", False), BOOLS):
            reason = (
                "precompute= with a Gram matrix is not available with chunked X; leave "
                "precompute=False: it is computed by chunks anyway."
            )
        if reason is not None:
            raise ValueError(reason)
        return chunked

    def _posed_chunks(self, X, y, given):
        """Return a fit to chunked X, not yet solved, and its data; None for others."""
        chunked = self._chunked(X, given)
        if chunked is None:
            return None
        return pose_chunked(self, chunked, y, _weights_or_none(given))

    def _fit_chunked(self, chunked, y, sample_weight):
        """Fit to chunked data by passes over them, the last of which certifies."""
        _, solution, fitted = fit_chunked(self, chunked, y, sample_weight)
        for name in [name for name in vars(self) if name.endswith("_")]:
            del self.__dict__[name]  # of the last fit
        self.__dict__.update(fitted)
        warn_unconverged(solution)
        return self

    @one_blas_thread()
    def _fit(self, X, y, **given):
        """Fit to X, y and the further arguments of ``fit``."""
        check_parameters(self)
        warn_if_unpenalised(self.alpha)
        chunked = self._chunked(X, given)
        if chunked is not None:
            callback = solver_callback(self, X, y, step="pass")
            chunked = chunked.reporting(callback)
            self._fit_chunked(chunked, y, _weights_or_none(given))
            if callback is not None:
                callback.close({n: v for n, v in vars(self).items() if n[-1] == "_"})
            return self
        objective = self._objective(self._read(X, y, **given))
        callback = solver_callback(self, X, y)
        solution = objective.solve(self._start(objective.data), callback)
        fitted = self._attributes(objective, objective.user_arrays(solution))
        if callback is not None:
            callback.close(fitted)
        for name in OF_CHUNKS:  # of the last fit
            self.__dict__.pop(name, None)
        self.__dict__.update(fitted)
        warn_unconverged(solution)
        return self

    def _start(self, data):
        """Return the coefficients to start from, or None for zeros."""
        if not self.warm_start or not hasattr(self, "coef_"):
            return None
        coef = np.atleast_2d(np.asarray(self.coef_, dtype=np.float64)).T
        n_features, n_targets = data.n_features, data.targets[0].shape[1]
        if coef.shape != (n_features, n_targets):
            raise ValueError(
                f"warm_start=True, but coef_ has shape {np.shape(self.coef_)}; these "
                f"data have {n_targets} targets and {n_features} features. "
                f"Set warm_start=False to start from zeros."
            )
        return np.ascontiguousarray(coef)

    def predict(self, X):
        """Predict using the linear model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_targets)
            Predicted values.
        """
        check_is_fitted(self)
        if is_chunked(X) and not isinstance(X, np.memmap):
            coef = np.asarray(self.coef_).T
            return predict_rows(as_rows(X), coef, self.intercept_, type(self).__name__)
        X = check_design(self, X, finite=True)
        return linear(X, np.asarray(self.coef_).T, self.intercept_)

    @property
    def sparse_coef_(self):
        """Sparse representation of the fitted ``coef_``."""
        return sparse.csr_matrix(np.atleast_2d(self.coef_))

    def __sklearn_is_fitted__(self):
        return hasattr(self, "coef_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _weights_or_none(given):
    """Return sample weights among arguments; a number weighs all samples alike."""
    weights = given.get("sample_weight")
    return None if isinstance(weights, Real) else weights


def _one_per_sample(sample_weight, n_samples):
    """Check sample weights; a number weighs all samples alike."""
    if sample_weight is None or isinstance(sample_weight, Real):
        return None
    weights = check_weights(sample_weight, (n_samples,))
    if not weights.any():
        raise ValueError("sample_weight sums to zero.")
    return weights


def warn_if_unpenalised(alpha):
    """Warn, as scikit-learn does, if a fit is least squares."""
    if alpha == 0:
        warn_user(
            "With alpha=0, this algorithm does not converge well. You are advised to "
            "use the LinearRegression estimator"
        )


def check_gram(gram, data, fit_intercept):
    """Check a Gram matrix that the user computed; the solver does without.

    Parameters
    ----------
    gram : array-like of shape (n_features, n_features)
        Of X, weighed if there are weights, and centred if there is an intercept.
    problem : TaskData
    fit_intercept : bool
    frames : int
        From where a warning is given to the user's call.

    Raises
    ------
    ValueError
        If it has the wrong shape, or is not the Gram matrix of a centred X.

    Warns
    -----
    UserWarning
        If X had to be centred first, so that scikit-learn would compute anew.
    """
    gram, X, weights = np.asarray(gram), data.designs[0], data.weights[0]
    n_samples, n_features = X.shape
    if gram.shape != (n_features, n_features):
        raise ValueError(
            f"Gram matrix passed in via 'precompute' did not pass validation: its "
            f"shape is {gram.shape}, but X has {n_features} features."
        )
    if sparse.issparse(X):
        return
    weights = np.ones(n_samples) if weights is None else weights
    weights = weights * (n_samples / weights.sum())
    mean = weights @ X / n_samples if fit_intercept else np.zeros(n_features)
    middle = n_features // 2
    column = X[:, middle] - mean[middle]
    expected = (weights * column) @ X - (weights @ column) * mean
    rtol = 1e-4 if np.float32 in (gram.dtype, X.dtype) else 1e-7
    if np.allclose(expected, gram[middle], rtol=rtol, atol=1e-5):
        return
    if np.allclose(mean, 0.0):
        raise ValueError(
            f"Gram matrix passed in via 'precompute' did not pass validation: its row "
            f"{middle} is not that of X^T X; please check how it was computed."
        )
    warn_user(
        "Gram matrix was provided but X was centered to fit intercept: recomputing "
        "Gram matrix."
    )


BOOLS = (bool, np.bool_, str)  # a word is scikit-learn's "auto"


class ElasticNetPenalty:
    """The penalties of elastic nets, one per target, given alpha and l1_ratio.

    Parameters
    ----------
    positive : bool
    n_targets : int
    """

    def __init__(self, positive, n_targets):
        self.positive, self.n_targets = positive, n_targets

    def __call__(self, alpha, l1_ratio):
        """Return a list of one penalty per target."""
        squared = alpha * (1 - l1_ratio)
        penalty = L21(alpha * l1_ratio, None, squared, self.positive)
        return [penalty] * self.n_targets


def multi_task_penalty(alpha, l1_ratio):
    """Return the penalty of all targets together, given alpha and l1_ratio."""
    return L21(alpha * l1_ratio, None, alpha * (1 - l1_ratio))


@fill_docstring
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
    %(alpha)s
    %(l1_ratio of ElasticNet)s
    %(fit_intercept)s
    %(precompute of ElasticNet)s
    %(max_iter of ElasticNet)s
    %(copy_X)s
    %(tol of ElasticNet)s
    %(warm_start)s
    %(positive)s
    %(random_state)s
    %(selection)s

    Attributes
    ----------
    %(coef_ of ElasticNet)s
    %(sparse_coef_)s
    %(intercept_)s
    %(n_iter_ of ElasticNet)s
    %(dual_gap_ of ElasticNet)s
    %(n_passes_)s
    %(n_features_in_)s
    %(feature_names_in_)s

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
        return self._fit(X, y, sample_weight=sample_weight)

    def _objective(self, data):
        if not isinstance(self.precompute, BOOLS):
            check_gram(self.precompute, data, self.fit_intercept)
        strengths = {"alpha": self.alpha, "l1_ratio": self.l1_ratio}
        penalty = ElasticNetPenalty(self.positive, data.targets[0].shape[1])
        return ElasticNetObjective(data, penalty, strengths, options_of(self))

    def _attributes(self, objective, arrays):
        """Return the fitted attributes, in scikit-learn's shapes."""
        data = objective.data
        n_targets = data.targets[0].shape[1]
        fitted = {
            "coef_": np.atleast_2d(arrays["coef"].T),
            "intercept_": np.reshape(arrays["intercept"], n_targets),
            "dual_gap_": np.reshape(arrays["dual_gap"], n_targets),
            "n_iter_": arrays["n_iters"].tolist(),
        }
        if len(fitted["coef_"]) == 1:
            for name in ("coef_", "dual_gap_", "n_iter_"):
                fitted[name] = fitted[name][0]
        if not self.fit_intercept:
            fitted["intercept_"] = 0.0
        elif not data.columns:
            fitted["intercept_"] = fitted["intercept_"][0]
        return fitted


@fill_docstring
class Lasso(ElasticNet):
    r"""Linear regression with the l1 norm as penalty.

    A drop-in for :class:`sklearn.linear_model.Lasso`. For each target :math:`y` the
    coefficients :math:`w` and the intercept :math:`b` minimise

    .. math::

        \frac{1}{S} \sum_i \frac{s_i}{2} (y_i - b - x_i^\top w)^2
        + \alpha \, \| w \|_1

    with sample weights :math:`s_i`, 1 by default, that sum to :math:`S`. Several
    targets are fitted one by one; :class:`MultiTaskLasso` links them.

    Parameters
    ----------
    %(alpha of Lasso)s
    %(fit_intercept)s
    %(precompute of ElasticNet)s
    %(copy_X)s
    %(max_iter of ElasticNet)s
    %(tol of ElasticNet)s
    %(warm_start)s
    %(positive)s
    %(random_state)s
    %(selection)s

    Attributes
    ----------
    %(coef_ of ElasticNet)s
    %(sparse_coef_)s
    %(intercept_)s
    %(n_iter_ of ElasticNet)s
    %(dual_gap_ of ElasticNet)s
    %(n_passes_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    ElasticNet : The same with a squared norm beside.
    MultiTaskLasso : Several targets that keep or drop features together.
    mutar_cy.IndLasso : Several tasks with their own designs and alphas.
    mutar_cy.alpha_max : The smallest ``alpha`` that leaves no coefficient.

    References
    ----------
    .. [1] R. Tibshirani (1996), Regression shrinkage and selection via the lasso,
       JRSS B 58. Section 2 states the problem.

    Examples
    --------
    >>> from mutar_cy.linear_model import Lasso
    >>> model = Lasso(alpha=0.1).fit([[0, 0], [1, 2], [2, 4.5]], [0, 1, 2])
    >>> print(model.coef_.round(3))
    [0.    0.413]
    """

    _parameter_constraints = {**ElasticNet._parameter_constraints}
    _parameter_constraints.pop("l1_ratio")

    l1_ratio = 1.0

    def __init__(
        self,
        alpha=1.0,
        *,
        fit_intercept=True,
        precompute=False,
        copy_X=True,
        max_iter=1000,
        tol=1e-4,
        warm_start=False,
        positive=False,
        random_state=None,
        selection="cyclic",
    ):
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.precompute = precompute
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.positive = positive
        self.random_state = random_state
        self.selection = selection


@fill_docstring
class MultiTaskElasticNet(CoordinateDescentRegressor):
    r"""Multi-target linear regression with l2,1 and squared Frobenius norms.

    A drop-in for :class:`sklearn.linear_model.MultiTaskElasticNet`. The coefficients
    :math:`W`, one row per feature, and the intercepts :math:`b` minimise

    .. math::

        \frac{1}{S} \sum_i \frac{s_i}{2} \| y_i - b - W^\top x_i \|_2^2
        + \alpha \rho \sum_j \| W_{j:} \|_2
        + \frac{\alpha (1 - \rho)}{2} \| W \|_F^2

    with :math:`\rho` for ``l1_ratio`` and sample weights :math:`s_i`, 1 by default,
    that sum to :math:`S`. The l2,1 norm makes whole rows of :math:`W` zero.

    Parameters
    ----------
    %(alpha)s
    %(l1_ratio of ElasticNet)s
    %(fit_intercept)s
    %(copy_X)s
    %(max_iter of ElasticNet)s
    %(tol of ElasticNet)s
    %(warm_start)s
    %(random_state)s
    %(selection)s

    Attributes
    ----------
    %(coef_ of MultiTaskElasticNet)s
    %(sparse_coef_)s
    %(intercept_)s
    %(n_iter_ of MultiTaskElasticNet)s
    %(dual_gap_)s
    %(eps_)s
    %(n_passes_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    MultiTaskLasso : The same without the squared norm.
    ElasticNet : Targets one by one.
    mutar_cy.alpha_max : The smallest ``alpha`` that leaves no coefficient.

    Examples
    --------
    >>> from mutar_cy.linear_model import MultiTaskElasticNet
    >>> X, y = [[0, 1], [1, 2], [2, 4]], [[0, 0], [1, 1], [2, 3]]
    >>> model = MultiTaskElasticNet(alpha=0.1, tol=1e-10).fit(X, y)
    >>> print(model.coef_.round(3))
    [[0.252 0.451]
     [0.247 0.788]]
    """

    path = staticmethod(enet_path)

    def __init__(
        self,
        alpha=1.0,
        *,
        l1_ratio=0.5,
        fit_intercept=True,
        copy_X=True,
        max_iter=1000,
        tol=1e-4,
        warm_start=False,
        random_state=None,
        selection="cyclic",
    ):
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.random_state = random_state
        self.selection = selection

    @all_or_nothing
    def fit(self, X, y, sample_weight=None):
        """Fit the model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The design; it is neither changed nor copied.
        y : array-like of shape (n_samples, n_targets)
            The targets.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Sample weights; only their ratios matter.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If y is 1-D, shapes disagree or numbers are not finite.

        Warns
        -----
        ConvergenceWarning
            If the duality gap is above its target after ``max_iter`` iterations.
        UserWarning
            If ``alpha`` is 0.
        """
        return self._fit(X, y, sample_weight=sample_weight)

    def _read(self, X, y, sample_weight=None):
        problem = super()._read(X, y, sample_weight)
        if not problem.columns:
            single = type(self).__name__.replace("MultiTask", "")
            raise ValueError(f"For mono-task outputs, use {single}")
        return problem

    def _objective(self, data):
        strengths = {"alpha": self.alpha, "l1_ratio": self.l1_ratio}
        return MultiTaskElasticNetObjective(
            data, multi_task_penalty, strengths, options_of(self)
        )

    def _attributes(self, objective, arrays):
        """Return the fitted attributes, in scikit-learn's shapes."""
        return {
            "coef_": arrays["coef"].T,
            "intercept_": arrays["intercept"] if self.fit_intercept else 0.0,
            "dual_gap_": arrays["dual_gap"],
            "eps_": arrays["gap_target"],
            "n_iter_": arrays["n_iter"],
        }

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.single_output = False
        return tags


@fill_docstring
class MultiTaskLasso(MultiTaskElasticNet):
    r"""Multi-target linear regression with the l2,1 norm as penalty.

    A drop-in for :class:`sklearn.linear_model.MultiTaskLasso`. The coefficients
    :math:`W`, one row per feature, and the intercepts :math:`b` minimise

    .. math::

        \frac{1}{S} \sum_i \frac{s_i}{2} \| y_i - b - W^\top x_i \|_2^2
        + \alpha \sum_j \| W_{j:} \|_2

    with sample weights :math:`s_i`, 1 by default, that sum to :math:`S`. The penalty
    makes whole rows of :math:`W` zero.

    Parameters
    ----------
    %(alpha of Lasso)s
    %(fit_intercept)s
    %(copy_X)s
    %(max_iter of ElasticNet)s
    %(tol of ElasticNet)s
    %(warm_start)s
    %(random_state)s
    %(selection)s

    Attributes
    ----------
    %(coef_ of MultiTaskElasticNet)s
    %(sparse_coef_)s
    %(intercept_)s
    %(n_iter_ of MultiTaskElasticNet)s
    %(dual_gap_)s
    %(eps_)s
    %(n_passes_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    MultiTaskElasticNet : The same with a squared norm beside.
    mutar_cy.GroupLasso : Tasks with their own designs, groups of features.
    mutar_cy.alpha_max : The smallest ``alpha`` that leaves no coefficient.

    References
    ----------
    .. [1] G. Obozinski, B. Taskar, M. I. Jordan (2010), Joint covariate selection and
       joint subspace selection for multiple classification problems, Statistics and
       Computing 20. Section 2.2 states the problem.

    Examples
    --------
    >>> from mutar_cy.linear_model import MultiTaskLasso
    >>> model = MultiTaskLasso(alpha=0.1, tol=1e-8)
    >>> model = model.fit([[0, 1], [1, 2], [2, 4]], [[0, 0], [1, 1], [2, 3]])
    >>> print(model.coef_.round(3))
    [[0.    0.608]
     [0.    0.946]]
    """

    _parameter_constraints = {**MultiTaskElasticNet._parameter_constraints}
    _parameter_constraints.pop("l1_ratio")

    l1_ratio = 1.0

    def __init__(
        self,
        alpha=1.0,
        *,
        fit_intercept=True,
        copy_X=True,
        max_iter=1000,
        tol=1e-4,
        warm_start=False,
        random_state=None,
        selection="cyclic",
    ):
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.copy_X = copy_X
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.random_state = random_state
        self.selection = selection
