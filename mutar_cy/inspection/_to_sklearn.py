"""to_sklearn: fitted models of several tasks as models of scikit-learn."""

import numpy as np
from sklearn import linear_model
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils._param_validation import validate_params

from mutar_cy import tasks
from mutar_cy.inspection._coefficients import fitted_model, names_of_features
from mutar_cy.losses import get_loss


@validate_params({"joint": ["boolean"]}, prefer_skip_nested_validation=True)
def to_sklearn(model, *, joint=False):
    """Return a fitted model as fitted linear models of scikit-learn, one per task.

    The models hold copies of the coefficients and return the same predictions. Use them
    with tools that know the models of scikit-learn and no tasks. A task becomes a

    - ``LinearRegression``, for squared error and Huber loss; with several targets for
      several responses;
    - ``PoissonRegressor`` (also for negative binomial models), ``GammaRegressor`` or
      ``TweedieRegressor``, for these losses;
    - ``LogisticRegression``, for a classifier of two classes, or a
      ``OneVsRestClassifier`` of them for more.

    Parameters
    ----------
    model : estimator
        A fitted estimator of this package, or a search, a pipeline or a transformed
        target around one: the models take what the last step takes.
    joint : bool, default=False
        Whether to return one ``LinearRegression`` with a row of ``coef_`` per task, for
        a model of squared error on one design.

    Returns
    -------
    models : estimator, or dict from hashable to estimator
        One estimator for a model without tasks, for models of `mutar_cy.linear_model`,
        and with ``joint``. Otherwise a dict with the labels of ``tasks_`` as keys, in
        their order; with several responses of a loss other than the squared error the
        keys are pairs of a label and the number of a response.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    TypeError
        If the model has no coefficients.
    ValueError
        If ``joint`` is True for a model with another loss or several designs.

    See Also
    --------
    coef_frame : Coefficients as a table.

    Notes
    -----
    The models take features only: X without the task column, as a matrix if it was a
    dict in ``fit``, and no offsets. Their parameters, except for ``fit_intercept`` and
    ``positive``, are the defaults of scikit-learn: a new fit gives a different model,
    without sparsity.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso, to_sklearn
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.standard_normal((n, 5)) for n in (30, 20)]
    >>> y = [2 * X[0][:, 0], -3 * X[1][:, 0]]
    >>> models = to_sklearn(GroupLasso(alpha=0.1).fit(X, y))
    >>> models
    {0: LinearRegression(), 1: LinearRegression()}
    >>> print(models[1].coef_.round(2))
    [-2.9  0.   0.   0.   0. ]
    """
    model = fitted_model(model, "to_sklearn").model
    layout = tasks.fitted_layout(model)
    convert = _converter(model)
    on_one_design = layout is None or layout.shares_samples
    if joint and (convert is not _linear or not on_one_design):
        raise ValueError(
            f"joint=True is for squared error and tasks that share one design, got "
            f"{type(model).__name__} fitted to the "
            f"{getattr(layout, 'name', None)} layout."
        )
    coef, intercept = np.asarray(model.coef_), np.asarray(model.intercept_)
    if layout is None:
        return convert(model, coef.T, intercept)
    if joint or not layout.has_tasks:
        return convert(model, coef, intercept)
    if convert is _logistic:
        pairs = zip(np.moveaxis(coef, -1, 0), intercept.T, strict=True)
    else:
        pairs = zip(np.moveaxis(coef, 1, 0), intercept, strict=True)
    models = {}
    for label, (own, level) in zip(model.tasks_.tolist(), pairs, strict=True):
        if level.ndim and convert is _generalised:
            for r in range(len(level)):
                models[label, r] = convert(model, own[:, r], level[r])
        else:
            models[label] = convert(model, own, level)
    return models


def _converter(model):
    """Return the function that makes the model of one task."""
    if hasattr(model, "classes_"):
        return _logistic
    link = get_loss(getattr(model, "loss", "squared_error")).link
    return _linear if link == "identity" else _generalised


def _finish(model, made, n_features, **fitted):
    """Set the attributes of a fitted scikit-learn model."""
    for name, value in fitted.items():
        setattr(made, name, value)
    made.n_features_in_ = n_features
    if hasattr(model, "feature_names_in_"):
        made.feature_names_in_ = np.array(names_of_features(model), dtype=object)
    return made


def _linear(model, coef, intercept):
    """Return a linear regression with coefficients (n_features,) or (n_features, m)."""
    positive = getattr(model, "positive", False)
    made = LinearRegression(fit_intercept=model.fit_intercept, positive=positive)
    fitted = {"coef_": coef.T.copy(), "intercept_": intercept.copy()[()]}
    return _finish(model, made, len(coef), **fitted)


def _generalised(model, coef, intercept):
    """Return a generalised linear model with coefficients (n_features,)."""
    name, parameters = get_loss(model.loss).sklearn_estimator()
    made = getattr(linear_model, name)(fit_intercept=model.fit_intercept, **parameters)
    made.fit(
        np.zeros((1, len(coef))), [1.0]
    )  # sets all private attributes of a fitted model
    fitted = {"coef_": coef.copy(), "intercept_": intercept.copy()[()]}
    return _finish(model, made, len(coef), n_iter_=model.n_iter_, **fitted)


def _logistic(model, coef, intercept):
    """Return a classifier with coefficients (1 or n_classes, n_features)."""
    n_features = coef.shape[1]
    if len(coef) == 1:
        return _two_classes(model, model.classes_, coef, intercept)
    made = OneVsRestClassifier(LogisticRegression(fit_intercept=model.fit_intercept))
    parts = [
        _two_classes(model, np.array([0, 1]), coef[c : c + 1], intercept[c : c + 1])
        for c in range(len(coef))
    ]
    binarizer = LabelBinarizer(sparse_output=True).fit(model.classes_)
    fitted = {"classes_": model.classes_.copy(), "label_binarizer_": binarizer}
    return _finish(model, made, n_features, estimators_=parts, **fitted)


def _two_classes(model, classes, coef, intercept):
    made = LogisticRegression(fit_intercept=model.fit_intercept)
    return _finish(
        model,
        made,
        coef.shape[1],
        classes_=classes.copy(),
        coef_=coef.copy(),
        intercept_=intercept.copy(),
        n_iter_=np.array([model.n_iter_], dtype=np.int32),
    )
