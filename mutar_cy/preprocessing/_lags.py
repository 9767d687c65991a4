"""Lagged values of columns, within trials, and filters over lags."""

from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from mutar_cy.preprocessing._index_dtype import index_dtype
from mutar_cy.preprocessing._label_column import cut_label_column, find_columns
from mutar_cy.tasks import encode

BLOCK_SIZE = 2**21  # numbers in the lagged values of a block of samples, 16 MB


class LagTransformer(TransformerMixin, BaseEstimator):
    r"""Expand every column in its past values (lags), within trials.

    The value of a column at lag :math:`l` is its value :math:`l` samples earlier in the
    same trial,

    .. math::

        z_{il} = x_{i - l} ,

    and it is missing if the trial begins later. With a basis of functions
    :math:`\varphi_k` of the lag, the output is the convolution of the column with each
    of them,

    .. math::

        z_{ik} = \sum_l \varphi_k(l) \, x_{i - l} ,

    so that a linear model has the filter :math:`\sum_k w_k \varphi_k(l)` over lags:
    a few coefficients for a long past.

    The samples of a trial are in order of time, at equal steps. They need not be next
    to each other.

    Parameters
    ----------
    lags : int or array-like of int, default=1
        Lags in samples. A number n means 1, ..., n: the past without the present. A
        list may hold 0, the same sample, and negative lags, which are *later* samples:
        they are for a feature that follows its effect, such as a movement that a neuron
        prepares, and not for forecasts.
    trial_column : int, str or list of them, default=None
        Position or name of the column of X that holds the label of each sample's trial
        (session, subject). It has no lags and is left out of the output. Of a list,
        every combination of labels is a trial: ``["neuron", "trial"]`` where trials
        are numbered anew for each neuron. By default X is one trial.
    basis : transformer or array-like of shape (n_lags, n_functions), default=None
        Functions of the lag: a transformer, which is fitted to the column of lags, such
        as ``RaisedCosineTransformer(log=True)``, or the values of the functions at the
        lags. By default every lag is a column of the output.
    missing : {"nan", "zero"}, default="nan"
        Output where the past is missing. NaN: no estimator of this package accepts
        it, so :func:`drop_incomplete` has to remove these samples from X and y. Zero:
        values outside the trial count as 0, as events do if there were none.

    Attributes
    ----------
    lags_ : ndarray of int64, shape (n_lags,)
        The lags.
    basis_ : transformer or None
        The fitted basis.
    functions_ : ndarray of shape (n_lags, n_functions)
        The functions at the lags; the identity without a basis.
    groups_ : dict from str or int to ndarray of int64
        Columns of the output by column of X: a value of the parameter ``groups`` of
        estimators.
    n_features_out_ : int
        Number of columns of the output.
    n_features_in_ : int
        Number of columns of X, with that of trials.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns of X, if all are strings.

    See Also
    --------
    drop_incomplete : Remove samples with missing values from X and y.
    RaisedCosineTransformer : A basis of functions.

    Notes
    -----
    Output columns are named ``speed__lag3``, or ``speed__lag_rc_0`` with a basis. The
    prefix makes a group of all lags of a column, for ``groups="prefix"``. In a
    :class:`~sklearn.compose.ColumnTransformer` the name of the entry comes first, so
    that all columns of one entry are a group; the column of trials is listed among the
    columns of the entry.

    Cross-validation has to leave trials whole: see
    :class:`~sklearn.model_selection.GroupKFold`. A transformer does not see samples
    that a splitter has taken away, and lags would reach across the gap.

    Raised cosines of logarithmic lags, :math:`\log(l + c)` with
    :math:`c = (h - l_0) / s - l_0` for lags from :math:`l_0` to h and scale s, are the
    basis of [1]_ for spike histories.

    References
    ----------
    .. [1] J. W. Pillow, J. Shlens, L. Paninski, A. Sher, A. M. Litke,
       E. J. Chichilnisky, E. P. Simoncelli (2008), Spatio-temporal correlations and
       visual signalling in a complete neuronal population, Nature 454, methods.

    Examples
    --------
    >>> import pandas as pd
    >>> from mutar_cy.preprocessing import LagTransformer
    >>> table = pd.DataFrame({"trial": list("AAABB"), "speed": [1.0, 2, 3, 4, 5]})
    >>> lags = LagTransformer(lags=2, trial_column="trial")
    >>> print(lags.set_output(transform="pandas").fit_transform(table))
       speed__lag1  speed__lag2
    0          NaN          NaN
    1          1.0          NaN
    2          2.0          1.0
    3          NaN          NaN
    4          4.0          NaN
    """

    _parameter_constraints = {
        "lags": [Interval(Integral, 1, None, closed="left"), "array-like"],
        "trial_column": [Integral, str, list, None],
        "basis": [HasMethods(["fit", "transform"]), "array-like", None],
        "missing": [StrOptions({"nan", "zero"})],
    }

    def __init__(self, lags=1, *, trial_column=None, basis=None, missing="nan"):
        self.lags = lags
        self.trial_column = trial_column
        self.basis = basis
        self.missing = missing

    def fit(self, X, y=None):
        """Learn the names of the columns, and evaluate the basis at the lags.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_columns)
            The columns, with that of trials.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted transformer.

        Raises
        ------
        ValueError
            If lags are not distinct whole numbers, the basis does not fit them, or the
            column of trials is not found.
        """
        refuse_other_words(self)
        self._validate_params()
        lags = check_lags(self.lags)
        basis, functions = evaluate_basis(self.basis, lags)
        table = cut_label_column(self, X, "trial_column", reset=True)
        n_columns, width = table.features.shape[1], functions.shape[1]
        names = table.names
        if names is None:
            names = [k for k in range(self.n_features_in_) if k not in table.at]
        ends = width * np.arange(1, n_columns + 1)
        self.lags_, self.basis_, self.functions_ = lags, basis, functions
        self.groups_ = {
            name: np.arange(end - width, end)
            for name, end in zip(names, ends, strict=True)
        }
        self.n_features_out_ = n_columns * width
        return self

    def transform(self, X):
        """Return the lagged values.

        Parameters
        ----------
        X : {array-like, sparse matrix, DataFrame} of shape (n_samples, n_columns)
            Whole trials, which fit need not have seen. NaN in X is passed on.

        Returns
        -------
        lagged : {ndarray, CSR array} of shape (n_samples, `n_features_out_`)
            All lags, or functions, of the first column, then of the next. Sparse if X
            is.

        Raises
        ------
        ValueError
            If X has other columns than in fit, or the label of a trial is missing.
        """
        check_is_fitted(self)
        table = cut_label_column(self, X, "trial_column", reset=False)
        n_samples = table.features.shape[0]
        name = f"trial_column={self.trial_column!r}"
        sources = find_sources(table.labels, n_samples, self.lags_, name)
        fill = np.nan if self.missing == "nan" else 0.0
        functions = None if self.basis is None else self.functions_
        if sparse.issparse(table.features):
            return sparse_lagged(table.features, sources, functions, fill)
        if functions is None:
            return lagged(table.features, sources, fill).reshape(n_samples, -1)
        return convolved(table.features, sources, functions, fill)

    def filters(self, coef):
        r"""Return the filters that coefficients of the output describe.

        Parameters
        ----------
        coef : array-like of shape (`n_features_out_`,) or (`n_features_out_`, n_tasks)
            Coefficients of the output, in units of y (or of the linear predictor) per
            unit of X.

        Returns
        -------
        filters : ndarray of shape (n_columns, n_lags) or (n_columns, n_lags, n_tasks)
            :math:`\sum_k w_k \varphi_k(l)`, by column and lag: the weight of a value
            ``lags_`` samples ago.

        Raises
        ------
        ValueError
            If the number of coefficients differs from that of output columns.
        """
        check_is_fitted(self)
        coef = np.asarray(coef)
        if coef.ndim not in (1, 2) or len(coef) != self.n_features_out_:
            raise ValueError(
                f"coef has shape {coef.shape}, but must have ({self.n_features_out_},) "
                f"or ({self.n_features_out_}, n_tasks). Give the coefficients of this "
                f"transformer's output alone, such as model.coef_[columns]."
            )
        shape = (len(self.groups_), self.functions_.shape[1], *coef.shape[1:])
        return np.einsum("lk,jk...->jl...", self.functions_, coef.reshape(shape))

    def get_feature_names_out(self, input_features=None):
        """Return the names of the columns that ``transform`` returns.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns of X; those seen in fit, or x0, x1, ..., by default.

        Returns
        -------
        names : ndarray of str, shape (n_features_out,)
            For example ``speed__lag3``. A negative lag is ``speed__lead3``.
        """
        check_is_fitted(self)
        names = _columns_of(self, input_features)
        if self.basis is None:
            ends = [f"lag{lag}" if lag >= 0 else f"lead{-lag}" for lag in self.lags_]
        elif hasattr(self.basis_, "get_feature_names_out"):
            ends = self.basis_.get_feature_names_out(["lag"])
        else:
            ends = [f"lag_{k}" for k in range(self.functions_.shape[1])]
        return np.array([f"{name}__{end}" for name in names for end in ends], object)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _columns_of(model, input_features):
    """Return the names of the columns of X that have lags."""
    known = list(getattr(model, "feature_names_in_", []))
    if input_features is None:
        names = known or [f"x{k}" for k in range(model.n_features_in_)]
    else:
        names = list(input_features)
        if known and names != known:
            raise ValueError("input_features is not equal to feature_names_in_")
        if len(names) != model.n_features_in_:
            raise ValueError(
                f"input_features should have length equal to number of features "
                f"({model.n_features_in_}), got {len(names)}"
            )
    if model.trial_column is None:
        return names
    at = find_columns(model.trial_column, "trial_column", known or None, len(names))
    return [name for k, name in enumerate(names) if k not in at]


def refuse_other_words(model):
    """Raise an error that says what to type instead of likely parameters."""
    if isinstance(model.missing, str) and model.missing == "drop":
        raise ValueError(
            "missing='drop' is not possible: a transformer does not see y. Keep "
            "missing='nan' and call drop_incomplete(X, y) on the output."
        )
    if isinstance(model.lags, Integral) and model.lags < 1:
        raise ValueError(
            f"lags={model.lags} is no number of past samples. Give lags=1 or more, or "
            f"a list: lags=[{model.lags}] is the "
            f"{'same' if model.lags == 0 else 'later'} sample."
        )
    if isinstance(model.basis, str | type):
        raise ValueError(
            f"basis must be a transformer, not a name or a class, got {model.basis!r}. "
            f"For instance: basis=RaisedCosineTransformer(6, log=True)."
        )


def check_lags(lags):
    """Return distinct lags as an array, or raise a ValueError.

    Parameters
    ----------
    lags : int or array-like of int

    Returns
    -------
    lags : ndarray of int64, shape (n_lags,)
    """
    if isinstance(lags, Integral):
        return np.arange(1, int(lags) + 1)
    found = np.asarray(lags)
    if found.ndim != 1 or found.dtype.kind not in "iu" or not len(found):
        raise ValueError(
            f"lags must be a number of past samples or a list of whole numbers, got "
            f"{lags!r}. For the last five samples: lags=5, or lags=[1, 2, 3, 4, 5]."
        )
    values, counts = np.unique(found, return_counts=True)
    if counts.max() > 1:
        raise ValueError(
            f"lags holds {values[counts.argmax()]} more than once; give it once."
        )
    return found.astype(np.int64)


def evaluate_basis(basis, lags):
    """Return a fitted basis, and its functions at the lags.

    Parameters
    ----------
    basis : transformer, or array-like of shape (n_lags, n_functions), or None
    lags : ndarray of int64, shape (n_lags,)

    Returns
    -------
    basis : transformer or None
        A fitted clone.
    functions : ndarray of float64, shape (n_lags, n_functions)
    """
    if basis is None:
        return None, np.eye(len(lags))
    fitted = None
    if hasattr(basis, "fit"):
        fitted = clone(basis)
        column = lags[:, np.newaxis].astype(np.float64)
        basis = fitted.fit_transform(column)
    functions = basis.toarray() if sparse.issparse(basis) else np.asarray(basis)
    if functions.dtype.kind not in "biuf" or functions.ndim != 2:
        raise ValueError(
            f"basis must be a transformer of numbers or an array of shape (n_lags, "
            f"n_functions), got shape {functions.shape} and dtype {functions.dtype}."
        )
    if len(functions) != len(lags) or not functions.shape[1]:
        raise ValueError(
            f"basis has shape {functions.shape}, but there are {len(lags)} lags. Give "
            f"one row per lag and one column per function."
        )
    if not np.isfinite(functions).all():
        raise ValueError("basis must be finite at all lags; choose its bounds.")
    return fitted, functions.astype(np.float64)


def find_sources(labels, n_samples, lags, name):
    """Return the row that each lagged value comes from.

    Parameters
    ----------
    labels : ndarray of shape (n_samples,) or None
        Trials; None for a single one.
    n_samples : int
    lags : ndarray of int64, shape (n_lags,)
    name : str
        Name of the labels in error messages.

    Returns
    -------
    sources : ndarray of int64, shape (n_samples, n_lags)
        -1 outside the trial.
    """
    codes = np.zeros(n_samples, np.int64) if labels is None else encode(labels, name)[1]
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes))
    starts = np.concatenate([[0], ends[:-1]])
    place = np.empty(n_samples, np.int64)
    place[order] = np.arange(n_samples)
    wanted = place[:, np.newaxis] - lags
    inside = (wanted >= starts[codes, np.newaxis]) & (wanted < ends[codes, np.newaxis])
    return np.where(inside, order[np.where(inside, wanted, 0)], -1)


def lagged(features, sources, fill):
    """Return the values at all lags.

    Parameters
    ----------
    features : ndarray of shape (n_samples, n_columns)
    sources : ndarray of int64, shape (n_some, n_lags)
        Rows of ``features``, -1 for none.
    fill : float
        Value for none.

    Returns
    -------
    values : ndarray of shape (n_some, n_columns, n_lags)
    """
    shape = (len(sources), features.shape[1], sources.shape[1])
    values = np.empty(shape, features.dtype)
    for k, rows in enumerate(sources.T):
        values[:, :, k] = features[rows]
        values[rows < 0, :, k] = fill
    return values


def convolved(features, sources, functions, fill):
    """Return the sums of lagged values times functions of the lag.

    Parameters
    ----------
    features : ndarray of shape (n_samples, n_columns)
    sources : ndarray of int64, shape (n_samples, n_lags)
    functions : ndarray of shape (n_lags, n_functions)
    fill : float
        Value at samples without a whole past if NaN; 0 counts what there is.

    Returns
    -------
    values : ndarray of shape (n_samples, n_columns * n_functions)
    """
    (n_samples, n_columns), n_functions = features.shape, functions.shape[1]
    functions = functions.astype(features.dtype)
    values = np.empty((n_samples, n_columns, n_functions), features.dtype)
    step = max(1, BLOCK_SIZE // (n_columns * len(functions)))
    for begin in range(0, n_samples, step):
        rows = slice(begin, begin + step)
        values[rows] = lagged(features, sources[rows], 0.0) @ functions
    if np.isnan(fill):
        values[(sources < 0).any(axis=1)] = fill
    return values.reshape(n_samples, -1)


def sparse_lagged(features, sources, functions, fill):
    """Return the same values as `lagged` or `convolved` for a sparse matrix.

    Parameters
    ----------
    features : {CSR, CSC} of shape (n_samples, n_columns)
    sources : ndarray of int64, shape (n_samples, n_lags)
    functions : ndarray of shape (n_lags, n_functions) or None
    fill : float
        NaN is stored explicitly.

    Returns
    -------
    values : CSR array of shape (n_samples, n_columns * n_functions)
    """
    n_columns, n_lags = features.shape[1], sources.shape[1]
    weights = np.eye(n_lags) if functions is None else functions
    weights = weights.astype(features.dtype)
    features, missing, parts = sparse.csr_array(features), sources < 0, []
    for k in range(weights.shape[1]):
        used = np.flatnonzero(weights[:, k])
        part = _weighted_rows(sources[:, used], weights[used, k]) @ features
        holes = missing[:, k] if functions is None else missing.any(axis=1)
        if np.isnan(fill) and holes.any():
            part = part + _missing_rows(holes, n_columns, features.dtype)
        parts.append(part)
    joined = sparse.hstack(parts, format="csc")
    by_column = np.arange(joined.shape[1]).reshape(len(parts), n_columns).T.ravel()
    values = sparse.csr_array(joined[:, by_column])
    integer = index_dtype(max(values.nnz, *values.shape))
    values.indices = values.indices.astype(integer)
    values.indptr = values.indptr.astype(integer)
    return values


def _weighted_rows(sources, weights):
    """Return the matrix that sums the rows of the sources, times the weights."""
    inside = sources >= 0
    ends = np.concatenate([[0], np.cumsum(inside.sum(axis=1))])
    entries = np.broadcast_to(weights, sources.shape)[inside]
    shape = (len(sources), len(sources))
    return sparse.csr_array((entries, sources[inside], ends), shape=shape)


def _missing_rows(holes, n_columns, dtype):
    """Return a matrix that is NaN in some rows."""
    entries = np.full((holes.sum(), n_columns), np.nan, dtype)
    rows = np.repeat(np.flatnonzero(holes), n_columns)
    places = (rows, np.tile(np.arange(n_columns), holes.sum()))
    return sparse.csr_array((entries.ravel(), places), shape=(len(holes), n_columns))
