"""Errors about arguments: they name the class that was typed, and what to write."""

import functools
from difflib import get_close_matches
from inspect import Parameter, signature
from types import FunctionType

DROP_INS = ("Lasso", "ElasticNet")  # those of linear_model, and with MultiTask
METHODS = (
    "__init__",
    "fit",
    "predict",
    "predict_proba",
    "decision_function",
    "score",
    "get_support",
)
LEAVE_OUT: list[tuple[str | None, str]] = [
    (None, "leave it out, the result does not depend on such a choice")
]
STRENGTHS: list[tuple[str | None, str]] = [
    ("alphas", "it is alphas=, a number of strengths or their values"),
    (None, "for many strengths take regularization_path or {cls}CV(alphas=...)"),
]
WEIGHTS: list[tuple[str | None, str]] = [("penalty_weights", "it is penalty_weights=")]
# What to write in place of a name, for classes and methods that have the first of a
# pair; the names are those of other packages, and ours where they do not belong.
REMEDIES: dict[str, list[tuple[str | None, str]]] = {
    "C": [("alpha", "it is alpha=, the penalty strength, about 1 / (C * n_samples)")],
    "alphas": STRENGTHS,
    "coef_init": [("warm_start", "warm_start=True starts from the last coefficients")],
    "copy_X": LEAVE_OUT,
    "cv": [(None, "{cls}CV(cv=...) chooses strengths by cross-validation")],
    "exposure": [("offset", "it is offset=np.log(exposure)")],
    "family": [
        ("loss", "it is loss=, such as 'poisson'"),
        (None, "a class with loss= fits other families"),
    ],
    "feature_names": [(None, "names come from the columns of X in fit")],
    "group_weights": WEIGHTS,
    "lambdas": STRENGTHS,
    "n_alphas": STRENGTHS,
    "n_jobs": [
        (None, "one fit takes one thread; give n_jobs to {cls}CV or to a search")
    ],
    "nlambda": STRENGTHS,
    "penalty": [
        (None, "the class is the penalty: GroupLasso, IndLasso, DirtyModel and others")
    ],
    "penalty_factor": WEIGHTS,
    "precompute": LEAVE_OUT,
    "random_state": LEAVE_OUT,
    "rule": [("selection", "it is selection='min' or '1se'")],
    "selection": [("rule", "it is rule='min' or '1se'"), *LEAVE_OUT],
    "solver": LEAVE_OUT,
    "standardize": [("normalize", "it is normalize=")],
    "task_names": [(None, "names come from the data in fit: columns of y, or a dict")],
    "verbose": [
        (None, "{cls}().set_callbacks(sklearn.callback.ProgressBar()) shows progress")
    ],
}
# Other words for a name: {name: words}.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "alpha": ("lambda_", "lam", "lambda1", "reg", "regularization", "strength", "s"),
    "fit_intercept": ("intercept", "add_intercept"),
    "groups": ("group", "feature_groups"),
    "normalize": ("scale", "standardise"),
    "max_iter": ("maxit", "n_iter", "maxiter"),
    "tol": ("thresh", "tolerance", "eps"),
    "positive": ("nonneg", "non_negative", "lower_limits", "lower"),
    "cv": ("nfolds", "n_folds", "folds"),
    "sample_weight": ("weights", "sample_weights", "weight"),
    "task": ("tasks", "task_labels", "site", "sites"),
    "task_column": ("task_col",),
    "X": ("x", "newx", "newdata", "data"),
    "y": ("Y", "target", "targets", "response"),
    "missing_targets": ("missing", "nan_policy"),
}


class ExplainedArguments:
    """A base class whose methods explain arguments that they do not have."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        for name in METHODS:
            method = vars(cls).get(name)
            if isinstance(method, FunctionType):
                setattr(cls, name, explained(method, cls))


def explained(method, owner):
    """Return a method of a class whose TypeErrors about arguments say more."""
    expected = signature(method)

    @functools.wraps(method)
    def call(*args, **kwargs):
        # Arguments are looked at after an error only: that would take 30 us a call.
        try:
            return method(*args, **kwargs)
        except TypeError:
            if not (args and isinstance(args[0], owner)):
                raise TypeError(
                    f"{method.__name__} is called on a class; create an estimator "
                    f"first, as in GroupLasso().{method.__name__}(...)."
                ) from None
            refuse_arguments(*args, **kwargs)
            raise

    def refuse_arguments(*args, **kwargs):
        """Raise if the method does not take these arguments."""
        try:
            expected.bind(*args, **kwargs)
        except TypeError as error:
            reason = _explanation(args[0], method.__name__, expected, kwargs, error)
            more_positions = len(args) > len(_positional(expected))
            if more_positions:
                reason = _too_many(args[0], method.__name__, expected)
            raise TypeError(reason) from None

    return call


def refuse_class(estimator, who):
    """Raise if an estimator is a class in place of an instance."""
    if isinstance(estimator, type):
        name = estimator.__name__
        raise TypeError(
            f"{who} needs an estimator, got the class {name}: pass {name}()."
        )


def way_to_drop_in(estimator):
    """Return where this package has the model of scikit-learn that was given, or ""."""
    name = type(estimator).__name__
    drop_ins = [f"{many}{one}" for many in ("", "MultiTask") for one in DROP_INS]
    if name in {*drop_ins, *(f"{own}CV" for own in drop_ins)}:
        return f"; mutar_cy.linear_model.{name} is the same model"
    return ""


def refuse_unknown(estimator, given, own=()):
    """Raise if ``fit`` of an estimator has no argument of a name that is given.

    Parameters
    ----------
    estimator : estimator
    given : dict
        What a function was given to pass to ``fit``.
    own : sequence of str, default=()
        Names of the parameters of the function itself.
    """
    expected = list(signature(type(estimator).fit).parameters)
    for name in given:
        if name not in expected:
            known = [*expected[1:], *own]
            remedy = _remedy(type(estimator), "fit", known, name)
            raise TypeError(
                f"{_call(estimator, 'fit')} has no argument {name!r}: {remedy}."
            )


def _explanation(self, method, expected, kwargs, error):
    """Return the message for keywords that are unknown, or for what is missing."""
    for name in kwargs:
        if name not in expected.parameters:
            return _unknown(self, method, expected, name)
    return f"{_call(self, method)}: {error}."


def _unknown(self, method, expected, name):
    """Return the message for a keyword that a method does not have."""
    remedy = _remedy(type(self), method, list(expected.parameters)[1:], name)
    what = "parameter" if method == "__init__" else "argument"
    return f"{_call(self, method)} has no {what} {name!r}: {remedy}."


def _remedy(cls, method, known, name):
    """Return what to write in place of an unknown name."""
    ours = next((own for own, words in SYNONYMS.items() if name in words), name)
    if ours != name and ours in known:
        return f"it is {ours}="
    of_fit = list(signature(cls.fit).parameters) if hasattr(cls, "fit") else []
    if method == "__init__" and ours in of_fit:
        return f"it is an argument of fit: {cls.__name__}().fit(X, y, {ours}=...)"
    if method != "__init__" and ours in signature(cls).parameters:
        return f"it is a parameter of the class: {cls.__name__}({ours}=...)"
    for needed, text in REMEDIES.get(ours, ()):
        if needed is None or needed in known:
            return text.format(cls=cls.__name__)
    close = get_close_matches(name, known, 1, 0.7)
    if close:
        return f"did you mean {close[0]}=?"
    return f"it has {', '.join(known)}"


def _too_many(self, method, expected):
    """Return the message for more positional arguments than a method has."""
    positional = _positional(expected)[1:]
    keywords = [name for name in expected.parameters if name not in positional][1:]
    takes = (
        f"by position only {', '.join(positional)}" if positional else "keywords only"
    )
    if method == "__init__" and hasattr(self, "from_estimator"):
        name = type(self).__name__
        return f"{name}() takes arrays; to plot a model: {name}.from_estimator(model)."
    more = f", such as {keywords[0]}=" if keywords else ""
    return f"{_call(self, method)} takes {takes}; name the others{more}."


def _positional(expected):
    kinds = Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD
    return [name for name, own in expected.parameters.items() if own.kind in kinds]


def _call(self, method):
    name = type(self).__name__
    return f"{name}()" if method == "__init__" else f"{name}.{method}()"


# What to write in place of values that a parameter does not take.
VALUES: dict[str, dict[str, tuple[str, ...]]] = {
    "loss": {
        "squared_error": ("mse", "l2", "ls", "gaussian", "squared_loss", "normal"),
        "huber": ("robust", "mae", "l1"),
        "gamma": ("inverse_gaussian", "log"),
    },
    "normalize": {"True": ("l2",), "'std'": ("standardize", "standard", "zscore")},
    "groups": {"None, or 'prefix'": ("auto",)},
}
ALWAYS = {
    "task_column": "It is one column of X; labels beside X are fit(..., task=labels).",
    "cv": "Set cv=2 or more; criterion='bic' chooses strengths without folds.",
}
CLASSES = ("logistic", "log_loss", "binomial", "multinomial", "bernoulli", "logit")


def value_remedy(cls, name, value):
    """Return what to write in place of a wrong value of a parameter, or "".

    Parameters
    ----------
    cls : type
        The class of the estimator.
    name : str
        The name of the parameter.
    value : object
        What it was given.
    """
    if name == "loss" and isinstance(value, str) and value in CLASSES:
        return f"For classes: {cls.__name__}Classifier."
    for ours, words in VALUES.get(name, {}).items():
        if isinstance(value, str) and value in words:
            quoted = repr(ours) if name == "loss" else ours
            return f"Set {name}={quoted}."
    if name == "alpha":
        return _alpha_remedy(cls, value)
    if name == "alphas" and isinstance(value, float):
        return f"Set alphas=[{value}] for a single value."
    return ALWAYS.get(name, "")


def _alpha_remedy(cls, value):
    """Return what to write in place of a wrong value of alpha, or ""."""
    n_axes = len(_shape(value))
    if n_axes > 1:
        return f"Data are arguments of fit: {cls.__name__}().fit(X, y)."
    if n_axes == 1:
        return (
            f"For many strengths take regularization_path or {cls.__name__}CV(alphas="
            "...); groups of features are groups=."
        )
    if value is None or isinstance(value, str):
        return f"{cls.__name__}CV chooses alpha by cross-validation."
    return ""


def without_data(message, value):
    """Return a message about a value with an array in it replaced by its shape."""
    shape = _shape(value)
    if not shape:
        return message
    kind = f"{type(value).__name__} of shape {shape}"
    return f"{message.split(' Got ')[0]} Got a {kind} instead."


def _shape(value):
    """Return the shape of an array or of a list, () of anything else."""
    if isinstance(value, (list, tuple)):
        return (len(value), *(_shape(value[0]) if value else ()))
    return getattr(value, "shape", ())
