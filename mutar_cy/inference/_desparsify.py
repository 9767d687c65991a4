"""Desparsified estimates: intervals and tests for the coefficients of sparse models."""

from typing import Any, NamedTuple

import numpy as np
from scipy.stats import chi2, f, t
from sklearn.base import clone

from mutar_cy import tasks
from mutar_cy._lib import import_pandas
from mutar_cy.estimators import DataSharedLasso, DirtyModel, GroupLasso, IndLasso
from mutar_cy.inference._adjust import METHODS, adjust_p_values
from mutar_cy.inspection import fitted_model, name_features

# Smallest product of a feature with its node-wise residual, over its squared norm: an
# estimate divides by it.
LEAST_RESIDUAL = 1e-8
# Node-wise penalty over sqrt(2 log(p) / n). Chosen by coverage of true effects: with
# 90, 70, 60 samples of 50 features .917 at .5, .922 at .35, .933 at .2 (60 draws); at
# the value taken .926 in 200 other draws.
NODEWISE = 0.25


class DesignScores(NamedTuple):
    """The desparsified estimates of one design, one column per response."""

    estimate: np.ndarray  # (p, q)
    directions: np.ndarray  # (n, p): node-wise residuals over their product with x
    noise: np.ndarray  # (q, q), covariance of the noise of the responses
    dof: np.ndarray  # (q,), residual degrees of freedom
    bias_factor: np.ndarray  # (p,)

    def covariance(self, features):
        """Return the covariance of estimates over the noise, (m, m)."""
        own = self.directions[:, features]
        return own.T @ own


class Inference:
    """Intervals and tests for coefficients; :func:`desparsify` makes it.

    Parameters
    ----------
    scores : list of DesignScores
        The estimates of every design.
    feature_names : list
        Names of the features, or numbers.
    labels : list
        The task of every column of coefficients.

    Attributes
    ----------
    estimate_ : ndarray of shape (n_features, n_tasks)
        Desparsified estimates.
    se_ : ndarray of shape (n_features, n_tasks)
        Their standard errors.
    dof_ : ndarray of shape (n_tasks,)
        Residual degrees of freedom.
    sigma_ : ndarray of shape (n_tasks,)
        Standard deviations of the noise.
    p_ : ndarray of shape (n_features, n_tasks)
        Two-sided p-values of t-tests, not adjusted.
    bias_factor_ : ndarray of shape (n_features, n_tasks)
        The bias of an estimate is at most this times the l1 norm of the error of
        the fitted coefficients of its task.
    feature_names_, tasks_ : list
        Names of the features, and the task of every column.

    See Also
    --------
    desparsify : Makes it, with an example.
    """

    def __init__(self, scores, feature_names, labels):
        self._scores = scores
        self.feature_names_, self.tasks_ = feature_names, labels
        self.estimate_ = np.hstack([own.estimate for own in scores])
        self.dof_ = np.concatenate([own.dof for own in scores])
        self.sigma_ = np.sqrt(np.concatenate([np.diag(own.noise) for own in scores]))
        lengths = [np.linalg.norm(own.directions, axis=0) for own in scores]
        counts = [len(own.dof) for own in scores]
        self.se_ = np.repeat(np.array(lengths), counts, axis=0).T * self.sigma_
        factors = np.array([own.bias_factor for own in scores])
        self.bias_factor_ = np.repeat(factors, counts, axis=0).T
        self.p_ = 2.0 * t.sf(np.abs(self.estimate_ / self.se_), self.dof_)

    def interval(self, level=0.95):
        """Return confidence intervals of all coefficients.

        Parameters
        ----------
        level : float, default=0.95
            Nominal coverage of each interval, between 0 and 1.

        Returns
        -------
        low, high : ndarray of shape (n_features, n_tasks)
            The ends of the intervals.
        """
        if not 0.0 < level < 1.0:
            raise ValueError(f"level must be between 0 and 1, got {level}; 0.95 is.")
        half = t.isf((1.0 - level) / 2.0, self.dof_) * self.se_
        return self.estimate_ - half, self.estimate_ + half

    def frame(self, *, level=0.95, adjust="holm"):
        """Return one row per coefficient as a DataFrame.

        Parameters
        ----------
        level : float, default=0.95
            Nominal coverage of the intervals.
        adjust : {"holm", "bh", "by"}, default="holm"
            Adjustment of p-values for all coefficients: "holm" bounds the probability
            of any false rejection, "bh" and "by" the share of false ones [1]_ [2]_.

        Returns
        -------
        table : pandas.DataFrame
            Columns "feature", "task", "estimate", "se", "ci_low", "ci_high", "p" and
            "p_adjusted".

        References
        ----------
        .. [1] Y. Benjamini, Y. Hochberg (1995), Controlling the false discovery rate,
           JRSS B 57. Section 3 has "bh".
        .. [2] Y. Benjamini, D. Yekutieli (2001), The control of the false discovery
           rate in multiple testing under dependency, Annals of Statistics 29. Theorem
           1.3 has "by".
        """
        pd = import_pandas("Inference.frame")
        check_method(adjust)
        low, high = self.interval(level)
        n_features, n_tasks = self.estimate_.shape
        return pd.DataFrame(
            {
                "feature": np.repeat(np.array(self.feature_names_), n_tasks),
                "task": np.tile(np.array(self.tasks_), n_features),
                "estimate": self.estimate_.ravel(),
                "se": self.se_.ravel(),
                "ci_low": low.ravel(),
                "ci_high": high.ravel(),
                "p": self.p_.ravel(),
                "p_adjusted": adjust_p_values(self.p_, adjust).ravel(),
            }
        )

    def test(self, groups=None, *, adjust="holm"):
        """Test that groups of features have no effect in any task.

        Parameters
        ----------
        groups : dict of list of int, default=None
            The numbers of the features of every group, by name. By default every
            feature is a group of its own.
        adjust : {"holm", "bh", "by"}, default="holm"
            Adjustment of p-values for all groups, as in :meth:`frame`.

        Returns
        -------
        table : pandas.DataFrame
            One row per group, with "statistic", "df", "p" and "p_adjusted". The
            statistic has a chi-squared distribution with "df" degrees of freedom if
            there is no effect. It is a sum over designs, of F statistics that are
            transformed to the quantiles of a chi-squared distribution.
        """
        pd = import_pandas("Inference.test")
        check_method(adjust)
        if groups is None:
            pairs = enumerate(self.feature_names_)
            groups = {name: [j] for j, name in pairs}
        n_features = len(self.feature_names_)
        for name, members in groups.items():
            outside = [j for j in members if not 0 <= j < n_features]
            if outside or not len(members):
                raise ValueError(
                    f"groups[{name!r}] is {list(members)}, but there are {n_features} "
                    f"features: give numbers from 0 to {n_features - 1}."
                )
        found = [self._statistic(np.asarray(own)) for own in groups.values()]
        statistics, df = np.array(found).T
        p = chi2.sf(statistics, df)
        return pd.DataFrame(
            {
                "statistic": statistics,
                "df": df.astype(int),
                "p": p,
                "p_adjusted": adjust_p_values(p, adjust),
            },
            index=pd.Index(list(groups), name="group"),
        )

    def _statistic(self, features):
        """Return the statistic of a group over all designs, and its df."""
        total, df = 0.0, 0
        for own in self._scores:
            effects = own.estimate[features]
            inner = effects.T @ np.linalg.solve(own.covariance(features), effects)
            size = effects.size
            wald = np.trace(np.linalg.solve(own.noise, inner))
            p = f.logsf(wald / size, size, own.dof.min())
            total += chi2.isf(np.exp(p), size) if p > -600.0 else wald
            df += size
        return total, df

    def heterogeneity(self, *, adjust="holm"):
        """Test that the effect of a feature is the same in all tasks: Cochran's Q.

        Parameters
        ----------
        adjust : {"holm", "bh", "by"}, default="holm"
            Adjustment of p-values for all features, as in :meth:`frame`.

        Returns
        -------
        table : pandas.DataFrame
            One row per feature: "estimate", the mean effect, weighted by precision, and
            its "se"; "Q", with ``n_tasks - 1`` degrees of freedom; "p", "p_adjusted";
            and "I2", the share of the variance of the effects that is not noise.
        """
        pd = import_pandas("Inference.heterogeneity")
        check_method(adjust)
        n_features, n_tasks = self.estimate_.shape
        if n_tasks < 2:
            raise ValueError("heterogeneity needs effects in at least 2 tasks, got 1.")
        rows = np.array([self._cochran(j) for j in range(n_features)])
        p = chi2.sf(rows[:, 2], n_tasks - 1)
        excess = np.maximum(rows[:, 2] - (n_tasks - 1), 0.0)
        return pd.DataFrame(
            {
                "estimate": rows[:, 0],
                "se": rows[:, 1],
                "Q": rows[:, 2],
                "p": p,
                "p_adjusted": adjust_p_values(p, adjust),
                "I2": excess / np.maximum(rows[:, 2], 1e-300),
            },
            index=pd.Index(self.feature_names_, name="feature"),
        )

    def _cochran(self, feature):
        """Return the mean effect of a feature, its standard error, and Cochran's Q."""
        weighted = total = square = 0.0
        for own in self._scores:
            effect = own.estimate[feature]
            length = float(own.covariance([feature])[0, 0])
            precision = np.linalg.inv(own.noise) / length
            weighted += precision.sum(axis=0) @ effect
            total += precision.sum()
            square += effect @ precision @ effect
        return weighted / total, total**-0.5, max(square - weighted**2 / total, 0.0)


def check_method(adjust):
    """Raise if an adjustment is not known."""
    if adjust not in METHODS:
        raise ValueError(f"adjust must be one of {METHODS}, got {adjust!r}.")


def desparsify(model, X, y, sample_weight=None, task=None, *, nodewise_alpha=None):
    r"""Return intervals and tests for the coefficients of a fitted sparse model.

    A lasso shrinks, and its coefficients have no simple distribution. The desparsified
    estimate of feature j in task k adds what the residuals :math:`r_k` know about it,

    .. math::

        b_{jk} = w_{jk} + \frac{z_{jk}^\top r_k}{z_{jk}^\top x_{jk}}, \qquad
        \mathrm{se}_{jk} = \sigma_k \frac{\| z_{jk} \|}{| z_{jk}^\top x_{jk} |}

    with the residuals :math:`z_{jk}` of a lasso of column :math:`x_{jk}` on the other
    columns of its design. It is nearly unbiased and normal where few features matter
    [1]_ [2]_. The noise has the variance :math:`\sigma_k^2`, the sum of squared
    residuals over the number of samples less the degrees of freedom of the fit [3]_.

    Parameters
    ----------
    model : estimator
        A fitted model with squared error: :class:`~mutar_cy.IndLasso`,
        :class:`~mutar_cy.GroupLasso`, :class:`~mutar_cy.DirtyModel`,
        :class:`~mutar_cy.DataSharedLasso` or their cross-validated classes.
    X, y : object
        The data that the model was fitted to, in the same layout.
    sample_weight : float or array-like, default=None
        As in ``fit``: inverse variances of the noise, up to a factor.
    task : array-like of shape (n_samples,), default=None
        As in ``fit``.
    nodewise_alpha : float, default=None
        Penalty strength of the lassos among columns of standard deviation 1. By
        default :math:`\frac14 \sqrt{2 \log(p) / n_k}`. With 0 and more samples than
        features the estimates are those of least squares.

    Returns
    -------
    inference : Inference
        With ``frame()``, ``interval()``, ``test()`` and ``heterogeneity()``.

    Raises
    ------
    TypeError
        If the model is none of these classes.
    ValueError
        If its loss is not squared error, a target is missing, a task has no more
        samples than coefficients, or a column is a combination of the others.

    References
    ----------
    .. [1] C.-H. Zhang, S. S. Zhang (2014), Confidence intervals for low dimensional
       parameters in high dimensional linear models, JRSS B 76. Section 2.
    .. [2] S. van de Geer, P. Buhlmann, Y. Ritov, R. Dezeure (2014), On asymptotically
       optimal confidence regions and tests for high-dimensional models, Annals of
       Statistics 42. Section 2.
    .. [3] S. Vaiter, C. Deledalle, J. Fadili, G. Peyre, C. Dossal (2017), The degrees
       of freedom of partly smooth regularizers, Ann. Inst. Stat. Math. 69. Theorem 2.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso
    >>> from mutar_cy.inference import desparsify
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 10)) for n in (60, 50)]
    >>> y = [x[:, 0] + 0.5 * rng.standard_normal(len(x)) for x in X]
    >>> model = GroupLasso(alpha=0.1).fit(X, y)
    >>> found = desparsify(model, X, y)
    >>> table = found.frame()
    >>> print(table[table.p_adjusted < 0.05].round(2).to_string(index=False))
     feature  task  estimate   se  ci_low  ci_high   p  p_adjusted
           0     0      1.07 0.06    0.95     1.19 0.0         0.0
           0     1      0.86 0.08    0.70     1.02 0.0         0.0
    """
    model, names = fitted_model(model, "desparsify")
    name = type(model).__name__
    if not isinstance(model, DataSharedLasso | DirtyModel | GroupLasso | IndLasso):
        raise TypeError(
            f"desparsify needs a fitted IndLasso, GroupLasso, DirtyModel, "
            f"DataSharedLasso or CV class of these, got {name}; fit one of them."
        )
    if getattr(model, "loss", "squared_error") != "squared_error":
        raise ValueError(
            f"desparsify needs squared error, but {name} has loss={model.loss!r}; fit "
            f"{name}(loss='squared_error')."
        )
    if nodewise_alpha is not None and not nodewise_alpha >= 0.0:
        raise ValueError(
            f"nodewise_alpha must be at least 0, got {nodewise_alpha}; leave it out "
            "for the default."
        )
    reader = model_of_fit(model)
    data = reader._read(X, y, sample_weight=sample_weight, task=task)
    df = degrees_of_freedom(reader, data, model.coef_)
    ignores = getattr(model, "missing_targets", "raise") == "ignore"
    parts = tasks.make_parts(data, None, missing=ignores)
    coef = np.reshape(model.coef_, (data.n_features, -1)).astype(np.float64)
    intercept = np.ravel(model.intercept_).astype(np.float64)
    scores, start = [], 0
    for part in parts:
        own = slice(start, start + part.Y.shape[1])
        start = own.stop
        shift = np.broadcast_to(intercept, coef.shape[1])[own]
        fit = DesignFit(coef[:, own], shift, df[own], model.fit_intercept)
        scores.append(score_design(part, fit, nodewise_alpha))
    labels = list(np.repeat(data.labels, coef.shape[1] // len(data.labels)))
    return Inference(scores, name_features(model, names), labels)


class DesignFit(NamedTuple):
    """The fit to one design with q responses."""

    coef: np.ndarray  # (p, q)
    intercept: np.ndarray  # (q,)
    df: np.ndarray  # (q,)
    has_intercept: bool


def model_of_fit(model):
    """Return an unfitted model with the strengths that a fit has used."""
    if not hasattr(model, "_model"):
        return clone(model)
    chosen = {
        name: vars(model)[f"{name}_"]
        for name in ("alpha", "beta", "deviations")
        if f"{name}_" in vars(model)
    }
    return model._model().set_params(**chosen)


def degrees_of_freedom(model, data, coef):
    """Return the degrees of freedom of a fit, by columns, from its coefficients."""
    objective = model._objective(data)
    coef = np.asarray(coef, dtype=np.float64)
    solution = objective.solve(objective.start_from(coef))
    return objective.degrees_of_freedom(solution)


def score_design(part, fit, nodewise_alpha):
    """Return the desparsified estimates of one design.

    Parameters
    ----------
    part : DesignTargets
    fit : DesignFit
    nodewise_alpha : float or None
    """
    X: Any = part.X.toarray() if hasattr(part.X, "toarray") else part.X
    X = np.asarray(X, dtype=np.float64)
    weight = np.ones(len(X)) if part.sample_weight is None else part.sample_weight
    kept = weight > 0.0
    X, Y, weight = X[kept], part.Y[kept], weight[kept] / weight[kept].mean()
    root = np.sqrt(weight)[:, None]
    residual = Y - X @ fit.coef - fit.intercept
    if part.offset is not None:
        residual = residual - part.offset[kept]
    residual = root * residual
    if fit.has_intercept:
        X = X - np.average(X, axis=0, weights=weight)
    X = root * X
    z = nodewise_residuals(X, part.name, nodewise_alpha)
    products = z.T @ X
    along = np.diag(products)
    off = np.abs(products - np.diag(along)).max(axis=1, initial=0.0)
    directions = z / along
    dof = len(X) - fit.df
    if dof.min() < 1.0:
        raise ValueError(
            f"Task {part.name!r} has {len(X)} samples and no degrees of freedom for "
            "the noise left; fit the model with a larger alpha."
        )
    noise = residual.T @ residual / np.sqrt(np.outer(dof, dof))
    return DesignScores(
        fit.coef + directions.T @ residual,
        directions,
        noise,
        dof,
        off / np.abs(along),
    )


def nodewise_residuals(X, name, alpha):
    """Return the residuals of a lasso of every column on all others, (n, p).

    Parameters
    ----------
    X : ndarray of shape (n, p)
        Centred and weighted.
    name : object
        Of the task, for messages.
    alpha : float or None
    """
    n, p = X.shape
    scale = np.sqrt(np.einsum("ij,ij->j", X, X) / n)
    if not scale.all():
        j = int(np.argmin(scale))
        raise ValueError(
            f"Feature {j} is constant in task {name!r}; leave it out of the model."
        )
    Z = X / scale
    if alpha is None:
        alpha = NODEWISE * np.sqrt(2.0 * np.log(max(p, 2)) / n)
    if p == 1:
        return X.copy()
    if alpha == 0.0:
        if n < p:
            raise ValueError(
                f"nodewise_alpha=0 needs more samples than features, but task {name!r} "
                f"has {n} samples and {p} features; leave it out for the default."
            )
        values, vectors = np.linalg.svd(Z, full_matrices=False)[1:]
        if values[-1] <= LEAST_RESIDUAL * values[0]:
            refuse_combination(int(np.argmax(np.abs(vectors[-1]))), name)
        z = np.linalg.pinv(Z).T
        z = z / np.einsum("ij,ij->j", z, z)
    else:
        weights = np.where(np.eye(p, dtype=bool), np.inf, 1.0)
        lasso = IndLasso(alpha, fit_intercept=False, penalty_weights=weights, tol=1e-4)
        z = Z - Z @ lasso.fit(Z, Z).coef_
    along = np.einsum("ij,ij->j", z, Z)
    if np.any(along <= LEAST_RESIDUAL * n):
        refuse_combination(int(np.argmin(along)), name)
    return z * scale


def refuse_combination(feature, name):
    """Raise: a feature is a linear combination of the others."""
    raise ValueError(
        f"Feature {feature} is a combination of the others in task {name!r}; leave it "
        "out of the model, or set a larger nodewise_alpha."
    )
