"""coef_frame: coefficients as a table with names."""

import numpy as np
from sklearn.utils._param_validation import StrOptions, validate_params

from mutar_cy._lib import import_pandas
from mutar_cy.inspection._coefficients import fitted_model, read_coefficients


@validate_params(
    {
        "feature_names": ["array-like", None],
        "part": [StrOptions({"shared", "specific"}), None],
        "groups": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
def coef_frame(model, *, feature_names=None, part=None, groups=False):
    """Return the coefficients of a fitted model as a DataFrame with names.

    Parameters
    ----------
    model : estimator
        A fitted one of this package, or a search, a pipeline or a transformed target
        around one. The coefficients of `mutar_cy.linear_model`, where ``coef_`` has a
        row per target, are transposed.
    feature_names : array-like of shape (n_features,), default=None
        Names of the features, without the task column. By default those seen in
        ``fit``, with the prefix of their key and ``"__"`` if X was a dict of groups;
        those that the steps of a pipeline give; or 0, 1, ... if there are none.
    part : {"shared", "specific"}, default=None
        Part of the coefficients, ``coef_shared_`` or ``coef_specific_``, for a model
        that has them. By default ``coef_``.
    groups : bool, default=False
        Whether to add the group of each feature as outer level of the index, for a
        model with ``group_names_``. It is missing for a feature in no group.

    Returns
    -------
    table : pandas.DataFrame
        One row per feature and one column per task, named by its label. With several
        responses, or for a classifier of several tasks, one column per task and
        response, or per task and class. The values are copies in the same precision.
        If all coefficients are 0, ``table.attrs["alpha_max_"]`` is the alpha from
        which on they are.

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
        part or no groups.

    See Also
    --------
    tidy : One row per coefficient.
    to_sklearn : Coefficients as models of scikit-learn.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from mutar_cy import GroupLasso, coef_frame
    >>> rng = np.random.default_rng(0)
    >>> names = ["age", "dose", "weight"]
    >>> data = pd.DataFrame(rng.standard_normal((60, 3)), columns=names)
    >>> site = np.repeat(["Bergen", "Oslo"], 30)
    >>> y = data["dose"] * np.where(site == "Oslo", 2.0, 1.0)
    >>> model = GroupLasso(alpha=0.1).fit(data, y, task=site)
    >>> coef_frame(model).round(2)
    task     Bergen  Oslo
    feature
    age        0.00  0.00
    dose       0.93  1.86
    weight     0.00  0.00
    """
    pd = import_pandas("coef_frame")
    model, names = fitted_model(model, "coef_frame")
    values, axes = read_coefficients(model, part)
    names = name_features(model, names if feature_names is None else feature_names)
    index = pd.Index(names, name="feature", tupleize_cols=False)
    if groups:
        owners = pd.Index(owners_of(model), name="group", tupleize_cols=False)
        index = pd.MultiIndex.from_arrays([owners, index])
    titles, labels = zip(*axes, strict=True)
    if len(axes) > 1:
        columns = pd.MultiIndex.from_product(labels, names=titles)
    else:
        columns = pd.Index(labels[0], name=titles[0], tupleize_cols=False)
    flat = values.reshape(len(values), -1)
    table = pd.DataFrame(flat, index=index, columns=columns, copy=True)
    if hasattr(model, "alpha_max_"):
        table.attrs["alpha_max_"] = model.alpha_max_
    return table


def name_features(model, names):
    """Return a list of one name per feature with coefficients: numbers without names.

    Raises
    ------
    ValueError
        If the number of names is another.
    """
    n_features = len(read_coefficients(model).values)
    names = list(range(n_features)) if names is None else list(names)
    if len(names) != n_features:
        raise ValueError(
            f"feature_names has {len(names)} names, but {type(model).__name__} has "
            f"coefficients for {n_features} features."
        )
    return names


def owners_of(model):
    """Return the name of the group of every feature, None if it is in no group."""
    if getattr(model, "_groups", None) is None:
        raise ValueError(
            f"groups=True, but {type(model).__name__} has no groups of features. Fit "
            "it with groups=, or leave groups=False."
        )
    owners = np.full(len(read_coefficients(model).values), None, dtype=object)
    for name, members in zip(model.group_names_, model.groups_, strict=True):
        for feature in members:  # NumPy would unpack a name that is a tuple
            owners[feature] = name
    return owners
