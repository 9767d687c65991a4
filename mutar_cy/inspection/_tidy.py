"""tidy: coefficients as a table with one row each."""

import numpy as np
from sklearn.utils._param_validation import StrOptions, validate_params

from mutar_cy._lib import import_pandas
from mutar_cy.inspection._coef_frame import name_features, owners_of
from mutar_cy.inspection._coefficients import fitted_model, read_coefficients

# Names of the axes of coefficients that are columns of other names here.
COLUMNS = {"target": "task", "part": "task"}


@validate_params(
    {
        "feature_names": ["array-like", None],
        "part": [StrOptions({"shared", "specific"}), None],
    },
    prefer_skip_nested_validation=True,
)
def tidy(model, *, feature_names=None, part=None):
    """Return the coefficients of a fitted model as a long table, one row each.

    This is the form that grammars of graphics and ``groupby`` take.

    Parameters
    ----------
    model : estimator
        As `coef_frame` takes it: a fitted model of this package, or a search, a
        pipeline or a transformed target around one.
    feature_names : array-like of shape (n_features,), default=None
        Names of the features, without the task column, as in `coef_frame`.
    part : {"shared", "specific"}, default=None
        Part of the coefficients, for a model that has parts.

    Returns
    -------
    table : pandas.DataFrame
        Columns ``task``, ``feature``, ``group`` and ``estimate``; also ``response``
        if tasks have several, and ``class`` for a classifier. Zeros have rows too.
        ``group`` is missing for a feature in no group; without groups it is the
        feature itself.

    Raises
    ------
    ImportError
        If pandas is not installed.
    NotFittedError
        If the model is not fitted.
    TypeError
        If the model has no coefficients.
    ValueError
        If the number of names differs from that of features, or the model has no such
        part.

    See Also
    --------
    coef_frame : Features as rows and tasks as columns.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy import GroupLasso, tidy
    >>> rng = np.random.default_rng(0)
    >>> X = {"Lyon": rng.standard_normal((30, 2)), "Oslo": rng.standard_normal((20, 2))}
    >>> y = {"Lyon": 2 * X["Lyon"][:, 0], "Oslo": -3 * X["Oslo"][:, 0]}
    >>> model = GroupLasso(alpha=0.1).fit(X, y)
    >>> tidy(model, feature_names=["age", "dose"]).round(2)
       task feature group  estimate
    0  Lyon     age   age      1.94
    1  Lyon    dose  dose      0.00
    2  Oslo     age   age     -2.89
    3  Oslo    dose  dose      0.00
    """
    pd = import_pandas("tidy")
    model, names = fitted_model(model, "tidy")
    values, axes = read_coefficients(model, part)
    names = name_features(model, names if feature_names is None else feature_names)
    alone = getattr(model, "_groups", None) is None
    owners = names if alone else owners_of(model)
    axes = [(COLUMNS.get(title, title), list(labels)) for title, labels in axes]
    if axes[0][0] != "task":  # a classifier of one task
        axes, values = [("task", list(model.tasks_)), *axes], values[:, np.newaxis]
    # Tasks vary slowest, then features.
    values = np.moveaxis(values, 0, 1)
    places = np.indices(values.shape).reshape(values.ndim, -1)
    columns = [axes[0], ("feature", names), *axes[1:]]
    table = {
        title: pd.Index(labels, tupleize_cols=False).take(at)
        for (title, labels), at in zip(columns, places, strict=True)
    }
    table["group"] = pd.Index(owners, tupleize_cols=False).take(places[1])
    table["estimate"] = values.ravel()
    order = ["task", "feature", "group", *(title for title, _ in axes[1:]), "estimate"]
    return pd.DataFrame({title: table[title] for title in order})
