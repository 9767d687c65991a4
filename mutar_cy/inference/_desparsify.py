"""Desparsified estimates: intervals and tests for the coefficients of sparse models."""

from typing import Any

import numpy as np
from sklearn.base import clone

from mutar_cy import tasks
from mutar_cy._lib import one_blas_thread
from mutar_cy.estimators import (
    DataSharedLasso,
    DirtyClassifier,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    IndLasso,
    IndLassoClassifier,
)
from mutar_cy.inference._errors import (
    ClusteredErrors,
    DesignScores,
    IndependentErrors,
)
from mutar_cy.inference._inference import Inference
from mutar_cy.inference._nodewise import nodewise_residuals
from mutar_cy.inference._working_design import Fit, working_designs
from mutar_cy.inspection import fitted_model, name_features
from mutar_cy.linear_model import (
    ElasticNet,
    ElasticNetCV,
    LassoCV,
    MultiTaskElasticNet,
    MultiTaskElasticNetCV,
    MultiTaskLassoCV,
)

CLASSIFIERS: Any = DirtyClassifier, GroupLassoClassifier, IndLassoClassifier
DROP_INS: Any = (
    ElasticNet,  # Lasso is a subclass, and MultiTaskLasso one of the next
    MultiTaskElasticNet,
    ElasticNetCV,
    LassoCV,
    MultiTaskElasticNetCV,
    MultiTaskLassoCV,
)
MODELS: Any = (
    DataSharedLasso,
    DirtyModel,
    GroupLasso,
    IndLasso,
    *CLASSIFIERS,
    *DROP_INS,
)
# Strengths and mixtures that cross-validated classes choose.
CHOSEN = "alpha", "beta", "deviations", "l1_ratio"


@one_blas_thread()
def desparsify(
    model,
    X,
    y,
    sample_weight=None,
    task=None,
    offset=None,
    *,
    clusters=None,
    nodewise_alpha=None,
    correct_df=True,
    estimate_dispersion=False,
):
    r"""Return intervals and tests for the coefficients of a fitted sparse model.

    A lasso shrinks, and its coefficients have no simple distribution. The desparsified
    estimate of feature j in task k adds what the residuals :math:`r_k` know about it,

    .. math::

        b_{jk} = w_{jk} + f_{jk} \frac{z_{jk}^\top r_k}{z_{jk}^\top x_{jk}}, \qquad
        \mathrm{se}_{jk} = \sigma_k
            \frac{\sqrt{f_{jk}} \, \| z_{jk} \|}{| z_{jk}^\top x_{jk} |}

    with the residuals :math:`z_{jk}` of a lasso of column :math:`x_{jk}` on the other
    columns of its design. It is nearly unbiased and normal where few features matter
    [1]_ [2]_. The noise has the variance :math:`\sigma_k^2`, the sum of squared
    residuals over :math:`n_k - d_k`, where :math:`d_k` are the degrees of freedom of
    the fit [3]_. The factor :math:`f_{jk} = n_k / (n_k - h_{jk})` corrects for the fit
    to the noise [4]_: :math:`h_{jk}` is the share of :math:`d_k` that belongs to
    selected features which the lasso of column j leaves out. It is 1 where the lasso
    leaves none out, as in least squares.

    Models of other losses have the residuals, designs and node-wise lassos of a step of
    Fisher's scoring at the fit, and a noise of variance 1 for counts and classes.

    Parameters
    ----------
    model : estimator
        A fitted model: :class:`~mutar_cy.IndLasso`, :class:`~mutar_cy.GroupLasso` or
        :class:`~mutar_cy.DirtyModel` with any loss but "huber", their classifiers for
        two classes, :class:`~mutar_cy.DataSharedLasso`, the classes of
        :mod:`mutar_cy.linear_model`, or the cross-validated class of one of these.
    X, y : object
        The data that the model was fitted to, in the same layout.
    sample_weight : float or array-like, default=None
        As in ``fit``: inverse variances of the noise, up to a factor; for counts and
        classes, the numbers of samples that a row stands for.
    task : array-like of shape (n_samples,), default=None
        As in ``fit``.
    offset : array-like, default=None
        As in ``fit``.
    clusters : array-like of shape (n_samples,), or one per task, default=None
        Labels of samples that depend on each other, such as those of a subject. For
        tasks with designs of their own, a list or dict of one array per task, or one
        array of all tasks end to end. The same label in two tasks is the same cluster.
        Standard errors are robust to any dependence within clusters, and to unequal
        noise [5]_; t-tests have as many degrees of freedom as clusters, less 1.
    nodewise_alpha : float, default=None
        Penalty strength of the lassos among columns of standard deviation 1. By
        default :math:`\frac14 \sqrt{2 \log(p) / n_k}`. With 0 and more samples than
        features the estimates are those of least squares.
    correct_df : bool, default=True
        Whether to use the factors :math:`f_{jk}`; else they are 1, and estimates those
        of [1]_ and [2]_. Then intervals of true effects cover too little where a fit
        selects many features.
    estimate_dispersion : bool, default=False
        Whether counts have the variance of their loss times a factor, a dispersion that
        is estimated for every task: quasi-likelihood, with t-tests. It is always
        estimated with the losses "gamma" and "tweedie".

    Returns
    -------
    inference : Inference
        With methods ``frame``, ``interval``, ``test``, ``heterogeneity`` and ``plot``.

    Raises
    ------
    TypeError
        If the model is none of these classes.
    ValueError
        If its loss is another, there are more than two classes, a target is missing, a
        task has no more samples than coefficients, or a column is a combination of the
        others.

    References
    ----------
    .. [1] C.-H. Zhang, S. S. Zhang (2014), Confidence intervals for low dimensional
       parameters in high dimensional linear models, JRSS B 76. Section 2.
    .. [2] S. van de Geer, P. Buhlmann, Y. Ritov, R. Dezeure (2014), On asymptotically
       optimal confidence regions and tests for high-dimensional models, Annals of
       Statistics 42. Section 2; section 3 has generalised linear models.
    .. [3] S. Vaiter, C. Deledalle, J. Fadili, G. Peyre, C. Dossal (2017), The degrees
       of freedom of partly smooth regularizers, Ann. Inst. Stat. Math. 69. Theorem 2.
    .. [4] P. C. Bellec, C.-H. Zhang (2022), De-biasing the lasso with
       degrees-of-freedom adjustment, Bernoulli 28. Section 2, for features that no
       lasso has fitted.
    .. [5] A. C. Cameron, D. L. Miller (2015), A practitioner's guide to cluster-robust
       inference, J. Human Resources 50. Sections II and VI.

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
    check_model(model, "desparsify")
    if nodewise_alpha is not None and not nodewise_alpha >= 0.0:
        raise ValueError(
            f"nodewise_alpha must be at least 0, got {nodewise_alpha}; leave it out "
            "for the default."
        )
    given = {"sample_weight": sample_weight, "task": task, "offset": offset}
    given = {name: value for name, value in given.items() if value is not None}
    reader = model_of_fit(model)
    data = reader._read(X, y, **given)
    objective, fit = read_fit(model, reader, data)
    codes = None if clusters is None else tasks.cluster_codes(data, clusters)
    scores, codes_of_scores = [], []
    designs = working_designs(
        parts_of(objective), fit, objective.loss, estimate_dispersion
    )
    for working, columns in designs:
        own = fit.columns(columns)
        scores.append(score_design(working, own, nodewise_alpha, correct_df))
        if codes is not None:
            of_design = design_of_column(data, columns.start)
            codes_of_scores.append(codes[of_design][working.kept])
    errors = (
        IndependentErrors(scores)
        if codes is None
        else ClusteredErrors(scores, codes_of_scores)
    )
    labels = list(np.repeat(data.labels, fit.coef.shape[1] // len(data.labels)))
    return Inference(scores, errors, name_features(model, names), labels)


def check_model(model, who):
    """Raise if a fitted model is none of those that ``who`` takes."""
    name = type(model).__name__
    if not isinstance(model, MODELS):
        raise TypeError(
            f"{who} needs a fitted IndLasso, GroupLasso, DirtyModel, "
            f"DataSharedLasso, one of their classifiers, a class of "
            f"mutar_cy.linear_model or the CV class of one of these, got {name}; fit "
            f"one of them."
        )
    share = vars(model).get("relax_", 1.0)
    if share != 1.0:
        raise ValueError(
            f"{who} needs the penalised coefficients, but {name} has "
            f"relax_={share}; fit it with relax=None."
        )
    if isinstance(model, CLASSIFIERS):
        if len(model.classes_) > 2:
            raise ValueError(
                f"{who} is for two classes, but {name} was fitted to "
                f"{len(model.classes_)}; fit one class against the others."
            )
        return
    loss = getattr(model, "loss", "squared_error")
    loss = getattr(loss, "name", loss)
    if loss == "huber":
        raise ValueError(
            f"{who} has no standard errors for loss={loss!r}, which {name} has; fit "
            f"{name}(loss='squared_error')."
        )


def model_of_fit(model):
    """Return an unfitted model with the strengths that a fit has used."""
    if not hasattr(model, "_model"):
        return clone(model)
    known = vars(model)
    chosen = {name: known[f"{name}_"] for name in CHOSEN if f"{name}_" in known}
    return model._path_model().set_params(**chosen)


def read_fit(model, reader, data):
    """Return the objective of a fitted model, and its coefficients by columns."""
    coef = np.asarray(model.coef_, dtype=np.float64)
    objective = reader._objective(data)
    if isinstance(model, CLASSIFIERS):
        objective, coef = objective.binary[0], coef[0]
    elif isinstance(model, DROP_INS):
        coef = np.atleast_2d(coef).T
    columns = np.reshape(coef, (data.n_features, -1))
    start = np.ascontiguousarray(columns)
    if not isinstance(model, DROP_INS):
        start = objective.start_from(coef)
    df = objective.degrees_of_freedom(objective.solve(start))
    intercept = np.ravel(model.intercept_).astype(np.float64)
    intercept = np.broadcast_to(intercept, columns.shape[1])
    return objective, Fit(columns, intercept, np.asarray(df), model.fit_intercept)


def parts_of(objective):
    """Return the designs and targets of a fit; its own may be in other bases."""
    ignores = objective.options.ignores_missing
    return tasks.make_parts(objective.data, missing=ignores)


def design_of_column(data, column):
    """Return the number of the design that a column of coefficients belongs to."""
    ends = np.cumsum([Y.shape[1] for Y in data.targets])
    return int(np.searchsorted(ends, column, side="right"))


def score_design(working, fit, nodewise_alpha, correct_df):
    """Return the desparsified estimates of one design.

    Parameters
    ----------
    working : WorkingDesign
    fit : Fit
    nodewise_alpha : float or None
    correct_df : bool
    """
    n = len(working.X)
    dof = n - fit.df
    if dof.min() < 1.0:
        raise ValueError(
            f"Task {working.name!r} has {n} samples and no degrees of freedom for "
            "the noise left; fit the model with a larger alpha."
        )
    support = fit.coef != 0.0
    nodewise = nodewise_residuals(working.X, support, working.name, nodewise_alpha)
    directions = nodewise.residuals / nodewise.along
    n_effective = n - int(fit.has_intercept)
    inflation = np.ones(fit.coef.shape)
    if correct_df:
        fitted = np.maximum(fit.df - (n - n_effective), 0.0) * nodewise.outside
        inflation = n_effective / (n_effective - fitted)
    residual = working.residual
    noise = np.eye(1)
    if not working.noise_is_known:
        noise = residual.T @ residual / np.sqrt(np.outer(dof, dof))
    return DesignScores(
        estimate=fit.coef + inflation * (directions.T @ residual),
        directions=directions,
        inflation=inflation,
        residual=residual,
        noise=noise,
        n_effective=n_effective,
        residual_dof=dof,
        noise_is_known=working.noise_is_known,
        bias_factor=nodewise.bias_factor,
        name=working.name,
    )
