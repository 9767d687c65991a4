"""TaskStats: what squared errors need to know of the rows of a task."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpstrf

EPS = np.finfo(np.float64).eps
# Standard deviation over mean, at which a column is constant up to rounding.
CONSTANT = 16 * EPS
VERSION = 1
# Means of X and y, and what rounding of them has left.
Means = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


class TaskStats(NamedTuple):
    r"""Number, weight, means and centred products of the rows of a task.

    Statistics of disjoint rows add up with ``+``. Every model of squared error can be
    fitted to those of all rows: ``GroupLasso().fit({"Lyon": stats}, None)``.

    Attributes
    ----------
    task : str or int
        The label of the task.
    n_samples : int
        The number of rows whose weight is not 0.
    weight : float
        The sum :math:`S` of the weights.
    mean : ndarray of shape (n_features,)
    y_mean : ndarray of shape (n_responses,)
        The weighted means of the columns of X and y.
    mean_rest, y_mean_rest : ndarray
        What rounding of the means has left: far from zero, products about a mean need
        more digits of it than a float has.
    gram : ndarray of shape (n_features, n_features)
    cross : ndarray of shape (n_features, n_responses)
    square : ndarray of shape (n_responses,)
        Weighted sums of products of the columns about their means: of X with X, of X
        with y, and of y with itself.

    Notes
    -----
    Statistics of few rows say what the rows are: those of one row *are* the row, and
    those of up to ``n_features`` rows are the rows up to a rotation. Differences of two
    statistics are statistics of the rows that differ. See :meth:`save`.

    References
    ----------
    .. [1] T. Chan, G. Golub, R. LeVeque (1983), Algorithms for computing the sample
       variance, The American Statistician 37. Equations 2.1 merge two sums.

    Examples
    --------
    >>> import numpy as np
    >>> from mutar_cy.chunks import TaskStats
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.standard_normal((100, 3)), rng.standard_normal(100)
    >>> first = TaskStats.from_chunk(X[:60], y[:60], task="Lyon")
    >>> both = first + TaskStats.from_chunk(X[60:], y[60:], task="Lyon")
    >>> both.n_samples
    100
    >>> print(f"{abs(both.mean - X.mean(axis=0)).max():.1f}")
    0.0
    """

    task: Any
    n_samples: int
    weight: float
    mean: np.ndarray
    y_mean: np.ndarray
    mean_rest: np.ndarray
    y_mean_rest: np.ndarray
    gram: np.ndarray
    cross: np.ndarray
    square: np.ndarray

    @classmethod
    def from_chunk(cls, X, y, sample_weight=None, *, task):
        """Return the statistics of some rows.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_features)
        y : array-like of shape (n_rows,) or (n_rows, n_responses)
        sample_weight : array-like of shape (n_rows,), default=None
        task : str or int
            The label of the task.

        Returns
        -------
        stats : TaskStats

        Raises
        ------
        ValueError
            If lengths differ, numbers are not finite or no weight is positive.
        """
        X = np.array(X, dtype=np.float64)
        Y = np.array(y, dtype=np.float64)
        if X.ndim != 2 or not 1 <= Y.ndim <= 2 or len(X) != len(Y) or not len(X):
            raise ValueError(
                f"X has shape {X.shape} and y {Y.shape}; give one row of y per row of "
                "a matrix X, at least one."
            )
        weight = np.ones(len(X))
        if sample_weight is not None:
            weight = np.array(sample_weight, dtype=np.float64)
        if weight.shape != (len(X),) or weight.min() < 0.0 or not weight.any():
            raise ValueError(
                "sample_weight must hold one number of at least 0 per row, and not "
                f"only zeros; its shape is {weight.shape} and X has {len(X)} rows."
            )
        for name, values in (("X", X), ("y", Y), ("sample_weight", weight)):
            if not np.isfinite(values).all():
                where = np.argwhere(~np.isfinite(values))[0].tolist()
                raise ValueError(
                    f"{name} of task {task!r} is not finite at {where}; leave the row "
                    "out or fill it in."
                )
        return stats_of_rows(task, X, Y.reshape(len(Y), -1), weight)

    def __add__(self, other):
        """Return the statistics of the rows of both."""
        if not isinstance(other, TaskStats):
            return NotImplemented
        self._check_mergeable(other)
        total = self.weight + other.weight
        if not other.weight or not self.weight:
            return self if self.weight else other
        dx, dy = self._shifts_to(other)
        share = other.weight / total
        both = self.weight * share
        return TaskStats(
            self.task,
            self.n_samples + other.n_samples,
            total,
            *self._moved(share * dx, share * dy),
            self.gram + other.gram + both * self._squared(dx),
            self.cross + other.cross + both * np.outer(dx, dy),
            self.square + other.square + both * dy**2,
        )

    def _squared(self, values):
        """Return the products of values per feature that belong to those of X."""
        return values**2 if self.gram.ndim == 1 else np.outer(values, values)

    def _shifts_to(self, other):
        """Return the means of other statistics minus these."""
        return (
            (other.mean - self.mean) + (other.mean_rest - self.mean_rest),
            (other.y_mean - self.y_mean) + (other.y_mean_rest - self.y_mean_rest),
        )

    def _moved(self, dx, dy) -> Means:
        """Return the means after a shift, and what their rounding leaves."""
        mean, rest = two_sum(self.mean, self.mean_rest + dx)
        y_mean, y_rest = two_sum(self.y_mean, self.y_mean_rest + dy)
        return mean, y_mean, rest, y_rest

    def _check_mergeable(self, other):
        if self.task != other.task or self.cross.shape != other.cross.shape:
            raise ValueError(
                f"Statistics of task {self.task!r} with {self.cross.shape} features "
                f"and responses do not merge with those of task {other.task!r} with "
                f"{other.cross.shape}; merge within a task, on the same columns."
            )

    def minus(self, other, digits=6):
        """Return the statistics without rows that are among them.

        Parameters
        ----------
        other : TaskStats
            Of the rows to leave out.
        digits : int, default=6
            The number of decimal digits that must be left of every sum of squares.

        Returns
        -------
        stats : TaskStats

        Raises
        ------
        ValueError
            If no row or too few digits are left.
        """
        self._check_mergeable(other)
        total = self.weight - other.weight
        if other.n_samples >= self.n_samples or total <= 0.0:
            raise ValueError(
                f"Task {self.task!r} has {self.n_samples} rows, of which "
                f"{other.n_samples} are to be left out: none is left."
            )
        share = other.weight / total
        dx, dy = self._shifts_to(other)
        means = self._moved(-share * dx, -share * dy)
        dx, dy = (1.0 + share) * dx, (1.0 + share) * dy  # from the means that are left
        both = total * other.weight / self.weight
        gram = self.gram - other.gram - both * self._squared(dx)
        cross = self.cross - other.cross - both * np.outer(dx, dy)
        square = self.square - other.square - both * dy**2
        before = np.concatenate([np.diag(self.gram), self.square])
        after = np.concatenate([np.diag(gram), square])
        lost = (after < 10.0**digits * EPS * before) & (before > 0.0)
        if lost.any():
            raise ValueError(
                f"Task {self.task!r}: fewer than {digits} digits of the sum of squares "
                f"of column {np.flatnonzero(lost)[0]} are left; compute the statistics "
                "of the remaining rows from the data."
            )
        n_samples = self.n_samples - other.n_samples
        return TaskStats(self.task, n_samples, total, *means, gram, cross, square)

    def save(self, file, min_samples=None):
        """Write the statistics to an .npz file: numbers and the label.

        Parameters
        ----------
        file : str or path
        min_samples : int, default=None
            The smallest number of rows to write; 10 times the number of features by
            default, since few rows can be told from their statistics.

        Raises
        ------
        ValueError
            If there are fewer rows, or the label is neither a str nor an int.
        """
        least = 10 * len(self.mean) if min_samples is None else min_samples
        if self.n_samples < least:
            raise ValueError(
                f"Statistics of {self.n_samples} rows and {len(self.mean)} features "
                f"may tell the rows; at least {least} are asked for. Add rows, or set "
                "min_samples."
            )
        if not isinstance(self.task, str | int | np.integer):
            raise ValueError(f"task={self.task!r} must be a str or an int to be saved.")
        path = Path(file)
        with path.open("wb") as stream:
            np.savez_compressed(stream, version=VERSION, **self._asdict())

    @classmethod
    def load(cls, file):
        """Read what :meth:`save` has written.

        Raises
        ------
        ValueError
            If the file has another version or other fields.
        """
        with np.load(file, allow_pickle=False) as found:
            missing = {"version", *cls._fields} - set(found.files)
            if missing or int(found["version"]) != VERSION:
                raise ValueError(
                    f"{file} does not hold TaskStats of version {VERSION}; write it "
                    "again with TaskStats.save."
                )
            given = {name: found[name][()] for name in cls._fields}
        given["task"] = given["task"].item()
        given["n_samples"], given["weight"] = (
            int(given["n_samples"]),
            float(given["weight"]),
        )
        return cls(**given)

    @classmethod
    def load_all(cls, files):
        """Read the statistics of several tasks, as models take them.

        Parameters
        ----------
        files : iterable of str or path
            One file per task.

        Returns
        -------
        stats : dict of TaskStats by task

        Raises
        ------
        ValueError
            If a task comes twice, or numbers of columns differ.
        """
        out: dict = {}
        for file in files:
            own = cls.load(file)
            if own.task in out:
                raise ValueError(
                    f"{file} is the second file of task {own.task!r}; merge them with "
                    "+ if their rows differ."
                )
            out[own.task] = own
        check_stats(out)
        return out

    def rows(self, center=True, scale=None):
        """Return few rows that have the products of the data over their number.

        A mean of squared errors over these rows is that over the data.

        Parameters
        ----------
        center : bool, default=True
            Whether products are about the means.
        scale : ndarray of shape (n_features,), default=None
            Divides the columns.

        Returns
        -------
        X : ndarray of shape (n_rows, n_features)
            With at most ``n_features + n_responses`` rows.
        Y : ndarray of shape (n_rows, n_responses)
        """
        gram, cross, square = self.products(center)
        gram, cross = gram / self.weight, cross / self.weight
        if scale is not None:
            gram, cross = gram / np.outer(scale, scale), cross / scale[:, None]
        return rows_of_products(gram, cross, square / self.weight)

    def products(self, center=True):
        """Return the products of X with X, X with y, and y with itself.

        Of constant columns, whose products are rounding errors, they are 0.
        """
        if not center:
            mean, y_mean = self.mean, self.y_mean
            return (
                self.gram + self.weight * self._squared(mean),
                self.cross + self.weight * np.outer(mean, y_mean),
                self.square + self.weight * y_mean**2,
            )
        varies, y_varies = self.varies()
        return (
            self.gram * self._squared(varies),
            self.cross * np.outer(varies, y_varies),
            self.square * y_varies,
        )

    def varies(self):
        """Return which columns of X, and of y, are not constant up to rounding."""
        squares = self.gram if self.gram.ndim == 1 else np.diag(self.gram)
        limit = self.weight * (CONSTANT * self.mean) ** 2
        y_limit = self.weight * (CONSTANT * self.y_mean) ** 2
        return squares > limit, self.square > y_limit

    def sizes(self, normalize):
        """Return the sizes of columns as ``normalize`` defines them; 1 for constants.

        Parameters
        ----------
        normalize : {False, True, "std"}
        """
        if not normalize:
            return np.ones(len(self.mean))
        n_rows = 1 if normalize == "std" else self.n_samples
        products = self.products()[0]
        squares = products if products.ndim == 1 else np.diag(products)
        sizes = np.sqrt(np.maximum(squares, 0.0) * (n_rows / self.weight))
        return np.where(sizes > 0.0, sizes, 1.0)


def stats_of_rows(task, X, Y, weight, moments=False):
    """Return the statistics of checked rows; X is overwritten.

    Of moments, ``gram`` is the diagonal alone, of shape (n_features,).
    """
    total = float(weight.sum())
    if total == 0.0:
        p, q = X.shape[1], Y.shape[1]
        means: Means = np.zeros(p), np.zeros(q), np.zeros(p), np.zeros(q)
        shape = (p,) if moments else (p, p)
        products = np.zeros(shape), np.zeros((p, q)), np.zeros(q)
        return TaskStats(task, 0, 0.0, *means, *products)
    share = weight / total
    mean, y_mean = share @ X, share @ Y
    X -= mean
    left = share @ X  # what rounding of the mean has left
    X -= left
    Y = Y - y_mean
    y_left = share @ Y
    Y -= y_left
    root = np.sqrt(weight)[:, None]
    X *= root
    Y *= root
    return TaskStats(
        task,
        int(np.count_nonzero(weight)),
        total,
        mean,
        y_mean,
        left,
        y_left,
        np.einsum("np,np->p", X, X) if moments else X.T @ X,
        X.T @ Y,
        np.einsum("nq,nq->q", Y, Y),
    )


def two_sum(a, b):
    """Return the rounded sum of arrays, and its rounding error.

    Six operations, whatever the sizes of a and b (D. E. Knuth (1998), The Art of
    Computer Programming 2, section 4.2.2, theorem B).
    """
    total = a + b
    of_b = total - a
    return total, (a - (total - of_b)) + (b - of_b)


def check_stats(stats):
    """Raise if the statistics of several tasks do not fit together."""
    sizes = {task: own.cross.shape for task, own in stats.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(
            "Statistics of tasks have other numbers of features and responses: "
            f"{sizes}; all tasks need the same columns."
        )


def rows_of_products(gram, cross, square):
    """Return rows X and Y whose products over their number are the given ones.

    X is the pivoted Cholesky factor of the correlations of the columns; what X does not
    explain of a target is in a row of its own.
    """
    scale = np.sqrt(np.maximum(np.diag(gram), 0.0))
    inverse = np.divide(1.0, scale, out=np.zeros_like(scale), where=scale > 0.0)
    n_features, n_responses = cross.shape
    correlation = np.asfortranarray(gram * np.outer(inverse, inverse))
    factor, pivots, rank, _ = dpstrf(correlation, lower=0, tol=n_features * EPS)
    order = pivots - 1
    factor = np.triu(factor)[:rank]
    X, Y = np.zeros((rank + n_responses, n_features)), np.zeros((rank, n_responses))
    X[:rank, order] = factor
    X *= scale
    if rank:
        target = (inverse[:, None] * cross)[order[:rank]]
        Y = solve_triangular(factor[:, :rank], target, trans="T")
    left = np.maximum(square - np.einsum("rq,rq->q", Y, Y), 0.0)
    root = np.sqrt(rank + n_responses)
    return X * root, np.vstack([Y, np.diag(np.sqrt(left))]) * root
