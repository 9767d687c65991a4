"""scikit-learn's coordinate-descent estimators, cross-validated."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.model_selection import check_cv
from sklearn.utils import check_scalar, column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)

from mutar_cy.estimators import CrossValidated, constraints_of
from mutar_cy.linear_model._coordinate_descent import (
    CoordinateDescentRegressor,
    ElasticNet,
    Lasso,
    MultiTaskElasticNet,
    MultiTaskLasso,
    warn_if_unpenalised,
)
from mutar_cy.linear_model._docs import fill_docstring
from mutar_cy.linear_model._paths import alpha_grid, enet_path, lasso_path
from mutar_cy.model_selection import Grid
from mutar_cy.objectives import POSITIVE, all_or_nothing, check_alphas
from mutar_cy.tasks import check_target


def constraints_as_theirs(cls, **more):
    """Return scikit-learn's constraints of the class that chooses for another one."""
    return constraints_of(
        cls,
        eps=POSITIVE,
        selection=[StrOptions({"cyclic", "random"})],
        criterion=None,
        verbose=["verbose"],
        **more,
    )


class CoordinateDescentCV(CrossValidated, CoordinateDescentRegressor):
    """Choose ``alpha``, and ``l1_ratio`` if there is one, as scikit-learn does.

    A subclass adds its parameters and names the class that it chooses for.
    """

    _model_class: type
    _several_targets = False
    _weighs_folds = False  # folds count alike, as in scikit-learn
    criterion = None
    l1_ratio: Any

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, **params):
        """Choose alpha by cross-validation, then fit to all samples.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The design; it is never written to.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            The targets: one, or for the multi-task classes a column of each.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Sample weights, of the fits and of the squared errors within a fold. Folds
            count alike.
        **params : dict
            Arguments of the splitter ``cv``, such as ``groups``; only with
            scikit-learn's metadata routing enabled.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If shapes disagree, numbers are not finite, a given alpha is negative,
            ``l1_ratio`` is 0 without given alphas, or ``params`` are given without
            metadata routing.
        TypeError
            If a given alpha is not a number.

        Warns
        -----
        ConvergenceWarning
            If a duality gap is above its target after ``max_iter`` iterations.
        UserWarning
            If the chosen alpha is 0.
        """
        to_split = self._to_splitter(sample_weight, params)
        self._fit(X, self._targets(y), to_split=to_split, sample_weight=sample_weight)
        warn_if_unpenalised(self.alpha_)
        return self

    def _to_splitter(self, sample_weight, params):
        """Return what the splitter is to be given of what ``fit`` was."""
        if get_config()["enable_metadata_routing"]:
            given = {"sample_weight": sample_weight, **params}
            return process_routing(self, "fit", **given).splitter.split
        if params:
            raise ValueError(
                f"[{', '.join(map(repr, params))}] passed to "
                f"{type(self).__name__}.fit is only supported if "
                f"enable_metadata_routing=True, which you can set by "
                f"sklearn.set_config(enable_metadata_routing=True)."
            )
        return {}

    def _targets(self, y):
        """Check that there are as many targets as this class is for."""
        y, name = check_target(y, "y"), type(self).__name__
        if self._several_targets:
            if y.ndim == 1:
                single = name.replace("MultiTask", "")
                raise ValueError(f"For mono-task outputs, use {single}")
            return y
        if y.ndim == 2 and y.shape[1] > 1:
            raise ValueError(f"For multi-task outputs, use MultiTask{name}")
        return column_or_1d(y, warn=True)

    def _model(self):
        model = super()._model()
        for name, value in self._mixtures()[0].items():
            setattr(model, name, value)
        return model

    def _path_model(self):
        """Return the model of a path over alpha, with the chosen mixture."""
        model = self._model()
        if hasattr(self, "l1_ratio_"):
            model.set_params(l1_ratio=self.l1_ratio_)
        if getattr(self, "precompute", None) == "auto":
            model.set_params(precompute=False)  # the plain class has no "auto"
        return model

    def _mixtures(self):
        """Return the parameters beside ``alpha`` that are chosen, path by path."""
        if not hasattr(self, "l1_ratio"):
            return [{}]
        ratios = np.atleast_1d(np.asarray(self.l1_ratio, dtype=np.float64))
        wrong = ratios[~((ratios >= 0) & (ratios <= 1))]
        if ratios.ndim > 1 or not len(ratios) or len(wrong):
            raise ValueError(
                f"l1_ratio must be numbers between 0 and 1, got {self.l1_ratio!r}."
            )
        return [{"l1_ratio": ratio} for ratio in ratios.tolist()]

    def _grid(self, objective):
        mixtures = self._mixtures()
        if isinstance(self.alphas, Integral):
            positive = getattr(self, "positive", False)
            alphas = [
                alpha_grid(
                    objective.scaled,
                    {**objective.strengths, **mixture}["l1_ratio"],
                    self.eps,
                    int(self.alphas),
                    positive,
                )
                for mixture in mixtures
            ]
            shown = np.stack(alphas) if len(mixtures) > 1 else alphas[0]
        else:
            shown = checked_alphas(self.alphas)
            alphas = [shown] * len(mixtures)
        rows = [
            [{**mixture, "alpha": alpha} for alpha in own.tolist()]
            for mixture, own in zip(mixtures, alphas, strict=True)
        ]
        return Grid(rows, shown, None, single=len(rows) == 1)

    def _rule(self):
        return "min"

    def _score_attributes(self, scores, grid, objective):
        return {"mse_path_": np.squeeze(grid.shaped(scores.path))}

    def _warn_unpenalised(self, objective):
        """Leave it to ``fit``, which warns in scikit-learn's words."""

    def get_metadata_routing(self):
        """Say what ``fit`` passes on to the splitter.

        Returns
        -------
        routing : MetadataRouter
            As scikit-learn's meta-estimators ask for it.
        """
        to_split = MethodMapping().add(caller="fit", callee="split")
        router = MetadataRouter(owner=self).add_self_request(self)
        return router.add(splitter=check_cv(self.cv), method_mapping=to_split)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.single_output = not self._several_targets
        tags.target_tags.multi_output = self._several_targets
        return tags


def checked_alphas(alphas):
    """Return given strengths in descending order.

    Raises
    ------
    TypeError, ValueError
        If one is not a number, or not one of a strength: scikit-learn's messages.
    """
    for index, alpha in enumerate(alphas):
        check_scalar(
            alpha, f"alphas[{index}]", Real, min_val=0.0, include_boundaries="left"
        )
    return check_alphas(list(alphas))


@fill_docstring
class ElasticNetCV(CoordinateDescentCV):
    r"""ElasticNet with alpha and l1_ratio chosen by cross-validation.

    A drop-in for :class:`sklearn.linear_model.ElasticNetCV`. Among models that minimise

    .. math::

        \frac{1}{S} \sum_i \frac{s_i}{2} (y_i - b - x_i^\top w)^2
        + \alpha \rho \, \| w \|_1 + \frac{\alpha (1 - \rho)}{2} \| w \|_2^2

    with :math:`\rho` for ``l1_ratio`` and sample weights :math:`s_i`, 1 by default,
    that sum to :math:`S`, it takes the :math:`\alpha` and the :math:`\rho` with the
    least squared error on samples held out: the mean over folds, of the weighted mean
    within each. Then it fits to all samples.

    Parameters
    ----------
    %(l1_ratio)s
    %(eps)s
    %(alphas)s
    %(fit_intercept of ElasticNetCV)s
    %(precompute)s
    %(max_iter)s
    %(tol)s
    %(cv)s
    %(copy_X)s
    %(verbose)s
    %(n_jobs)s
    %(positive)s
    %(random_state)s
    %(selection)s

    Attributes
    ----------
    %(alpha_)s
    %(l1_ratio_)s
    %(mse_path_ of ElasticNetCV)s
    %(alphas_ of ElasticNetCV)s
    %(coef_)s
    %(sparse_coef_ of ElasticNetCV)s
    %(intercept_ of ElasticNetCV)s
    %(dual_gap_)s
    %(n_iter_)s
    %(n_passes_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    ElasticNet : The same for a given ``alpha``.
    MultiTaskElasticNetCV : Several targets that keep or drop features together.

    Notes
    -----
    A fold is a warm path: every alpha starts from the coefficients of the one before,
    and ends when its duality gap is small enough. While folds are fitted, BLAS has one
    thread. The fit to all samples is that of :class:`ElasticNet`.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.linear_model import ElasticNetCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((60, 10))
    >>> y = X[:, 0] - 2 * X[:, 3] + rng.standard_normal(60)
    >>> model = ElasticNetCV(l1_ratio=[0.1, 0.5, 0.9]).fit(X, y)
    >>> print(model.l1_ratio_, f"{model.alpha_:.3f}", model.mse_path_.shape)
    0.9 0.089 (3, 100, 5)
    """

    path = staticmethod(enet_path)
    _model_class = ElasticNet
    _parameter_constraints = constraints_as_theirs(
        ElasticNet,
        precompute=[StrOptions({"auto"}), "boolean", "array-like"],
        l1_ratio=[Interval(Real, 0, 1, closed="both"), "array-like"],
    )

    def __init__(
        self,
        *,
        l1_ratio=0.5,
        eps=1e-3,
        alphas=100,
        fit_intercept=True,
        precompute="auto",
        max_iter=1000,
        tol=1e-4,
        cv=None,
        copy_X=True,
        verbose=0,
        n_jobs=None,
        positive=False,
        random_state=None,
        selection="cyclic",
    ):
        self.l1_ratio = l1_ratio
        self.eps = eps
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.precompute = precompute
        self.max_iter = max_iter
        self.tol = tol
        self.cv = cv
        self.copy_X = copy_X
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.positive = positive
        self.random_state = random_state
        self.selection = selection


@fill_docstring
class LassoCV(CoordinateDescentCV):
    r"""Lasso with alpha chosen by cross-validation.

    A drop-in for :class:`sklearn.linear_model.LassoCV`. Among models that minimise

    .. math::

        \frac{1}{S} \sum_i \frac{s_i}{2} (y_i - b - x_i^\top w)^2
        + \alpha \, \| w \|_1

    with sample weights :math:`s_i`, 1 by default, that sum to :math:`S`, it takes the
    :math:`\alpha` with the least squared error on samples held out: the mean over
    folds, of the weighted mean within each. Then it fits to all samples.

    Parameters
    ----------
    %(eps)s
    %(alphas)s
    %(fit_intercept of ElasticNetCV)s
    %(precompute)s
    %(max_iter)s
    %(tol)s
    %(copy_X)s
    %(cv)s
    %(verbose of LassoCV)s
    %(n_jobs)s
    %(positive)s
    %(random_state)s
    %(selection)s

    Attributes
    ----------
    %(alpha_)s
    %(mse_path_)s
    %(alphas_)s
    %(coef_)s
    %(sparse_coef_ of ElasticNetCV)s
    %(intercept_ of ElasticNetCV)s
    %(dual_gap_)s
    %(n_iter_)s
    %(n_passes_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    Lasso : The same for a given ``alpha``.
    ElasticNetCV : The same with a squared norm beside.

    Notes
    -----
    A fold is a warm path: every alpha starts from the coefficients of the one before,
    and ends when its duality gap is small enough. While folds are fitted, BLAS has one
    thread. The fit to all samples is that of :class:`Lasso`.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.linear_model import LassoCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((60, 10))
    >>> y = X[:, 0] - 2 * X[:, 3] + rng.standard_normal(60)
    >>> model = LassoCV().fit(X, y)
    >>> print(f"{model.alpha_:.3f}", model.mse_path_.shape)
    0.086 (100, 5)
    >>> print(np.flatnonzero(model.coef_))
    [0 1 3 5 8]
    """

    path = staticmethod(lasso_path)
    _model_class = Lasso
    _parameter_constraints = constraints_as_theirs(
        Lasso,
        precompute=[StrOptions({"auto"}), "boolean", "array-like"],
    )

    def __init__(
        self,
        *,
        eps=1e-3,
        alphas=100,
        fit_intercept=True,
        precompute="auto",
        max_iter=1000,
        tol=1e-4,
        copy_X=True,
        cv=None,
        verbose=False,
        n_jobs=None,
        positive=False,
        random_state=None,
        selection="cyclic",
    ):
        self.eps = eps
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.precompute = precompute
        self.max_iter = max_iter
        self.tol = tol
        self.copy_X = copy_X
        self.cv = cv
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.positive = positive
        self.random_state = random_state
        self.selection = selection


@fill_docstring
class MultiTaskElasticNetCV(CoordinateDescentCV):
    r"""MultiTaskElasticNet with alpha and l1_ratio chosen by cross-validation.

    A drop-in for :class:`sklearn.linear_model.MultiTaskElasticNetCV`. Among models that
    minimise

    .. math::

        \frac{1}{S} \sum_i \frac{s_i}{2} \| y_i - b - W^\top x_i \|_2^2
        + \alpha \rho \sum_j \| W_{j:} \|_2
        + \frac{\alpha (1 - \rho)}{2} \| W \|_F^2

    with :math:`\rho` for ``l1_ratio`` and sample weights :math:`s_i`, 1 by default,
    that sum to :math:`S`, it takes the :math:`\alpha` and the :math:`\rho` with the
    least squared error on samples held out: the mean over folds, of the mean over
    targets, of the weighted mean within each. Then it fits to all samples.

    Parameters
    ----------
    %(l1_ratio)s
    %(eps)s
    %(alphas)s
    %(fit_intercept)s
    %(max_iter)s
    %(tol)s
    %(cv)s
    %(copy_X)s
    %(verbose)s
    %(n_jobs)s
    %(random_state)s
    %(selection)s

    Attributes
    ----------
    %(alpha_)s
    %(l1_ratio_)s
    %(mse_path_ of ElasticNetCV)s
    %(alphas_ of ElasticNetCV)s
    %(coef_ of MultiTaskElasticNetCV)s
    %(sparse_coef_)s
    %(intercept_)s
    %(dual_gap_)s
    %(eps_)s
    %(n_iter_)s
    %(n_passes_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    MultiTaskElasticNet : The same for a given ``alpha``.
    ElasticNetCV : A single target.

    Notes
    -----
    A fold is a warm path: every alpha starts from the coefficients of the one before,
    and ends when its duality gap is small enough. While folds are fitted, BLAS has one
    thread. The fit to all samples is that of :class:`MultiTaskElasticNet`.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.linear_model import MultiTaskElasticNetCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((60, 10))
    >>> y = X[:, [0, 3]] @ [[1, 2, 0], [-1, 1, 2]] + rng.standard_normal((60, 3))
    >>> model = MultiTaskElasticNetCV(l1_ratio=[0.5, 0.9]).fit(X, y)
    >>> print(model.l1_ratio_, f"{model.alpha_:.2f}", model.mse_path_.shape)
    0.9 0.23 (2, 100, 5)
    """

    path = staticmethod(enet_path)
    _model_class = MultiTaskElasticNet
    _several_targets = True
    _parameter_constraints = constraints_as_theirs(
        MultiTaskElasticNet,
        l1_ratio=[Interval(Real, 0, 1, closed="both"), "array-like"],
    )

    def __init__(
        self,
        *,
        l1_ratio=0.5,
        eps=1e-3,
        alphas=100,
        fit_intercept=True,
        max_iter=1000,
        tol=1e-4,
        cv=None,
        copy_X=True,
        verbose=0,
        n_jobs=None,
        random_state=None,
        selection="cyclic",
    ):
        self.l1_ratio = l1_ratio
        self.eps = eps
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.cv = cv
        self.copy_X = copy_X
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.selection = selection


@fill_docstring
class MultiTaskLassoCV(CoordinateDescentCV):
    r"""MultiTaskLasso with alpha chosen by cross-validation.

    A drop-in for :class:`sklearn.linear_model.MultiTaskLassoCV`. Among models that
    minimise

    .. math::

        \frac{1}{S} \sum_i \frac{s_i}{2} \| y_i - b - W^\top x_i \|_2^2
        + \alpha \sum_j \| W_{j:} \|_2

    with sample weights :math:`s_i`, 1 by default, that sum to :math:`S`, it takes the
    :math:`\alpha` with the least squared error on samples held out: the mean over
    folds, of the mean over targets, of the weighted mean within each. Then it fits to
    all samples.

    Parameters
    ----------
    %(eps)s
    %(alphas)s
    %(fit_intercept)s
    %(max_iter)s
    %(tol)s
    %(copy_X)s
    %(cv)s
    %(verbose of LassoCV)s
    %(n_jobs)s
    %(random_state)s
    %(selection)s

    Attributes
    ----------
    %(alpha_)s
    %(mse_path_)s
    %(alphas_)s
    %(coef_ of MultiTaskElasticNetCV)s
    %(sparse_coef_)s
    %(intercept_)s
    %(dual_gap_)s
    %(eps_)s
    %(n_iter_)s
    %(n_passes_)s
    %(n_features_in_)s
    %(feature_names_in_)s

    See Also
    --------
    MultiTaskLasso : The same for a given ``alpha``.
    MultiTaskElasticNetCV : The same with a squared norm beside.

    Notes
    -----
    A fold is a warm path: every alpha starts from the coefficients of the one before,
    and ends when its duality gap is small enough. While folds are fitted, BLAS has one
    thread. The fit to all samples is that of :class:`MultiTaskLasso`.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.linear_model import MultiTaskLassoCV
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((60, 10))
    >>> y = X[:, [0, 3]] @ [[1, 2, 0], [-1, 1, 2]] + rng.standard_normal((60, 3))
    >>> model = MultiTaskLassoCV(cv=10, n_jobs=2).fit(X, y)
    >>> print(f"{model.alpha_:.2f}", model.mse_path_.shape, model.coef_.shape)
    0.17 (100, 10) (3, 10)
    """

    path = staticmethod(lasso_path)
    _model_class = MultiTaskLasso
    _several_targets = True
    _parameter_constraints = constraints_as_theirs(MultiTaskLasso)

    def __init__(
        self,
        *,
        eps=1e-3,
        alphas=100,
        fit_intercept=True,
        max_iter=1000,
        tol=1e-4,
        copy_X=True,
        cv=None,
        verbose=False,
        n_jobs=None,
        random_state=None,
        selection="cyclic",
    ):
        self.eps = eps
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.copy_X = copy_X
        self.cv = cv
        self.verbose = verbose
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.selection = selection
