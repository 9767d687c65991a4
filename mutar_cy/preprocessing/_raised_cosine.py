"""Raised cosines as basis functions of every feature."""

from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from mutar_cy.preprocessing._index_dtype import index_dtype


class RaisedCosineTransformer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    r"""Expand every feature in overlapping raised cosine functions.

    With the bounds :math:`l` and :math:`h` of a feature :math:`x`, function
    :math:`k = 0, \ldots, K - 1` of its basis is

    .. math::

        \varphi_k(x) = \frac12 \left[ 1 + \cos \frac{\pi (z - k)}{w} \right]
        \text{ where } |z - k| \le w \text{, else } 0, \qquad
        z = (K - 1) \, u, \qquad u = \frac{x - l}{h - l} .

    Logarithmic spacing, which is finest at the lower bound, puts
    :math:`\log(1 + s u) / \log(1 + s)` in the place of :math:`u`. ``fit`` learns the
    bounds; the transform of a sample does not depend on other samples.

    If twice the width is an integer, the functions of a feature sum to :math:`w` for
    :math:`w - 1 \le z \le K - w`, away from the bounds.

    Parameters
    ----------
    n_basis : int, default=6
        Number K of functions per feature, at least 2. The first peaks at the lower
        bound and the last at the upper one.
    width : float, default=2.0
        Half-width w of the support of a function, at least 1, in units of the distance
        between peaks.
    log : bool, default=False
        Whether peaks are spaced logarithmically.
    log_scale : float, default=50.0
        Scale s of logarithmic spacing; it is nearly linear for small s.
    bounds : array-like of shape (2,) or (n_features, 2), default=None
        Lower and upper bound, one pair for all features or one per feature. By default
        the smallest and the largest value in ``fit``.
    extrapolation : {"constant", "zero", "error"}, default="constant"
        Output for a value out of bounds: the functions at the nearest bound, zeros, or
        a ValueError.
    sparse_output : bool, default=False
        Whether ``transform`` returns a sparse array, which stores nonzero values only.

    Attributes
    ----------
    bounds_ : ndarray of shape (n_features, 2)
        The bounds of every feature.
    n_features_out_ : int
        Number of columns that ``transform`` returns, ``n_features_in_ * n_basis``.
    n_features_in_ : int
        Number of features seen in fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if all are strings.

    See Also
    --------
    sklearn.preprocessing.SplineTransformer : B-splines.
    sklearn.compose.ColumnTransformer : One basis, and one group, per feature.

    Notes
    -----
    Names of output columns contain no ``"__"``. In a
    :class:`~sklearn.compose.ColumnTransformer` with one entry per feature, the names
    of the entries are therefore the prefixes that ``groups="prefix"`` uses.

    References
    ----------
    .. [1] J. W. Pillow, L. Paninski, V. J. Uzzell, E. P. Simoncelli,
       E. J. Chichilnisky (2005), Prediction and decoding of retinal ganglion cell
       responses with a probabilistic spiking model, J. Neurosci. 25. The methods
       use raised cosines of log time.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.preprocessing import RaisedCosineTransformer
    >>> speed = np.array([[0.0], [1.0], [3.0]])
    >>> basis = RaisedCosineTransformer(n_basis=4).fit(speed)
    >>> print(basis.transform(speed).round(4))
    [[1.  0.5 0.  0. ]
     [0.5 1.  0.5 0. ]
     [0.  0.  0.5 1. ]]
    >>> print(basis.transform([[1.5]]).round(4))
    [[0.1464 0.8536 0.8536 0.1464]]
    """

    _parameter_constraints = {
        "n_basis": [Interval(Integral, 2, None, closed="left")],
        "width": [Interval(Real, 1, None, closed="left")],
        "log": ["boolean"],
        "log_scale": [Interval(Real, 0, None, closed="neither")],
        "bounds": ["array-like", None],
        "extrapolation": [StrOptions({"constant", "zero", "error"})],
        "sparse_output": ["boolean"],
    }

    def __init__(
        self,
        n_basis=6,
        width=2.0,
        log=False,
        *,
        log_scale=50.0,
        bounds=None,
        extrapolation="constant",
        sparse_output=False,
    ):
        self.n_basis = n_basis
        self.width = width
        self.log = log
        self.log_scale = log_scale
        self.bounds = bounds
        self.extrapolation = extrapolation
        self.sparse_output = sparse_output

    def fit(self, X, y=None):
        """Learn the bounds of every feature.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The features.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted transformer.

        Raises
        ------
        ValueError
            If a number is not finite, bounds are not in ascending order, or they would
            be learnt from a constant feature. The message names the feature.
        """
        self._validate_params()
        least = 2 if self.bounds is None else 1
        X = validate_data(
            self, X, dtype=(np.float64, np.float32), ensure_min_samples=least
        )
        if self.bounds is None:
            bounds = np.column_stack([X.min(axis=0), X.max(axis=0)]).astype(np.float64)
        else:
            bounds = per_feature(self.bounds, self.n_features_in_)
        # Halves avoid overflow: the range of two floats may exceed the largest float.
        empty = np.flatnonzero(~(bounds[:, 1] / 2 > bounds[:, 0] / 2))
        if len(empty):
            low, high = bounds[empty[0]]
            why = (
                "is constant, and bounds cannot be learnt from it; give bounds"
                if self.bounds is None
                else "must have a lower bound below the upper one"
            )
            raise ValueError(f"{self._show(empty[0])} {why}, got {low} and {high}.")
        self.bounds_ = bounds
        self.n_features_out_ = len(bounds) * self.n_basis
        return self

    def transform(self, X):
        """Evaluate the functions at every value.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The features.

        Returns
        -------
        basis : {ndarray, CSR array} of shape (n_samples, n_features * n_basis)
            Values from 0 to 1: all functions of the first feature, then of the next.

        Raises
        ------
        ValueError
            If a number is not finite, or out of bounds with ``extrapolation="error"``.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=(np.float64, np.float32), reset=False)
        evaluate = sparse_raised_cosines if self.sparse_output else raised_cosines
        return evaluate(self._positions(X), self.n_basis, self.width, X.dtype)

    def get_feature_names_out(self, input_features=None):
        """Return the names of the columns that ``transform`` returns.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the features; those seen in fit, or x0, x1, ..., by default.

        Returns
        -------
        names : ndarray of str, shape (n_features_out,)
            For example ``speed_rc_0``.
        """
        names = super().get_feature_names_out(input_features)
        count = self.n_features_out_ // self.n_features_in_
        return np.array(
            [f"{name}_rc_{k}" for name in names for k in range(count)], dtype=object
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _positions(self, X):
        """Return z; a z outside all supports gives zeros where these are required."""
        low, high = self.bounds_.T
        single = self.bounds_.astype(
            X.dtype
        )  # rounded, so that a bound is not out of bounds
        outside = np.less(X, single[:, 0]) | np.greater(X, single[:, 1])
        if self.extrapolation == "error" and outside.any():
            row, column = np.argwhere(outside)[0]
            raise ValueError(
                f"{self._show(column)} is {X[row, column]} in sample {row}, out of its "
                f"bounds {low[column]} and {high[column]}."
            )
        inside = np.clip(X.astype(np.float64), low, high)
        u = (inside / 2 - low / 2) / (high / 2 - low / 2)
        if self.log:
            u = np.log1p(self.log_scale * u) / np.log1p(self.log_scale)
        z = (self.n_basis - 1) * u
        if self.extrapolation == "zero":
            z[outside] = -2 * self.width
        return z

    def _show(self, column):
        """Return the number of a feature, and its name if it has one, as text."""
        names = getattr(self, "feature_names_in_", None)
        return f"Feature {column}" + ("" if names is None else f" ({names[column]!r})")


def raised_cosines(positions, n_basis, width, dtype):
    """Evaluate raised cosines that peak at 0, 1, ..., n_basis - 1.

    Parameters
    ----------
    positions : ndarray of shape (n_samples, n_features)
        Positions in units of the distance between peaks.
    n_basis : int
    width : float
        Half-width of the support of each function.
    dtype : dtype
        Precision of the result.

    Returns
    -------
    values : ndarray of shape (n_samples, n_features * n_basis)
        All functions of the first feature, then all of the next.
    """
    n_samples, n_features = positions.shape
    values = np.empty((n_samples, n_features, n_basis), dtype=dtype)
    for j in range(n_features):
        values[:, j] = _bump(positions[:, j, None] - np.arange(n_basis), width)
    return values.reshape(n_samples, -1)


def sparse_raised_cosines(positions, n_basis, width, dtype):
    """Return the nonzero values of raised cosines as a CSR array."""
    n_samples, n_features = positions.shape
    at = positions[:, :, None]
    count = min(
        int(2 * width) + 1, n_basis
    )  # bound on the functions with this in their support
    functions = np.maximum(np.ceil(at - width), 0) + np.arange(count)
    values = _bump(at - functions, width)
    kept = (values > 0) & (functions < n_basis)
    columns = functions + n_basis * np.arange(n_features)[:, None]
    ends = np.concatenate([[0], np.cumsum(kept.sum(axis=(1, 2)))])
    shape = (n_samples, n_features * n_basis)
    integer = index_dtype(max(ends[-1], shape[1]))
    return sparse.csr_array(
        (
            values[kept].astype(dtype),
            columns[kept].astype(integer),
            ends.astype(integer),
        ),
        shape=shape,
    )


def _bump(distance, width):
    """Return a raised cosine at a distance from its peak: 0 beyond the width."""
    return (1 + np.cos(np.pi * np.clip(distance / width, -1, 1))) / 2


def per_feature(bounds, n_features):
    """Return finite bounds, one row per feature, or raise a ValueError.

    Parameters
    ----------
    bounds : array-like of shape (2,) or (n_features, 2)
    n_features : int

    Returns
    -------
    bounds : ndarray of float64, shape (n_features, 2)
        Their order is not checked.
    """
    try:
        numbers = np.array(bounds, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"bounds must be numbers, got {bounds!r}.") from error
    shape = (n_features, 2)
    if numbers.shape not in ((2,), shape):
        raise ValueError(
            f"bounds has shape {numbers.shape}, but must have (2,) or {shape}."
        )
    if not np.isfinite(numbers).all():
        raise ValueError(f"bounds must be finite, got {bounds!r}.")
    return np.broadcast_to(numbers, shape).copy()
