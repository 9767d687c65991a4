"""What scikit-learn's coordinate-descent estimators have in common."""

from numbers import Integral, Real

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from mutar_cy.designs import Part, make_stack
from mutar_cy.estimators import (
    FRAMES,
    CallbackSupportMixin,
    Followed,
    at_point,
    minimise,
    warn_user,
)
from mutar_cy.tasks import (
    SHARED,
    SINGLE,
    TaskData,
    check_design,
    check_target,
    check_weights,
    linear,
)

NON_NEGATIVE = [Interval(Real, 0, None, closed="left")]


class CoordinateDescentRegressor(
    Followed, CallbackSupportMixin, MultiOutputMixin, RegressorMixin, BaseEstimator
):
    """Linear regression with scikit-learn's shapes: one row of ``coef_`` per target.

    A subclass adds its parameters and ``fit``.
    """

    _parameter_constraints = {
        "alpha": NON_NEGATIVE,
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "fit_intercept": ["boolean"],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "copy_X": ["boolean"],
        "tol": NON_NEGATIVE,
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "selection": [StrOptions({"cyclic", "random"})],
    }

    def _read(self, X, y, sample_weight=None):
        """Check the data.

        Returns
        -------
        TaskData
        """
        X = check_design(self, X, reset=True)
        y = check_target(y, "y")
        if y.ndim not in (1, 2) or y.size == 0:
            raise ValueError(
                f"y should be a 1d array, or a 2d array with a column per target; got "
                f"shape {y.shape}."
            )
        if len(y) != X.shape[0]:
            raise ValueError(
                f"Found input variables with inconsistent numbers of samples: "
                f"[{X.shape[0]}, {len(y)}]"
            )
        weights = _one_per_sample(sample_weight, len(y))
        layout, Y = (SHARED, y) if y.ndim == 2 else (SINGLE, y[:, np.newaxis])
        labels, columns = np.arange(Y.shape[1]), y.shape[1:]
        return TaskData(layout, labels, columns, [X], [Y], [weights], [None])

    def _pose_problem(self, problem):
        """Turn what `_read` returns, or some of its samples, into what solvers take.

        Returns
        -------
        problem : TaskData
        stack : Stack
        penalty : L21, or a list of one per target
        groups : None
        """
        parts = [Part(problem.designs[0], problem.targets[0], problem.weights[0])]
        stack = make_stack(parts, self.fit_intercept)
        return problem, stack, self._penalty(stack.n_columns), None

    def _pose(self, X, y, **given):
        """Check the data and pose their problem."""
        return self._pose_problem(self._read(X, y, **given))

    def _posed_at(self, posed, point):
        """Return what is posed with other strengths, a dict of parameters."""
        problem, stack, _, groups = posed
        return problem, stack, at_point(self, point)._penalty(stack.n_columns), groups

    def _minimise(self, stack, penalty, groups, start, report):
        """Return the solution of what has been posed."""
        return minimise(self, stack, penalty, groups=groups, start=start, report=report)

    def _start(self, problem):
        """Return the coefficients to start from, or None for zeros."""
        if not self.warm_start or not hasattr(self, "coef_"):
            return None
        coef = np.atleast_2d(np.asarray(self.coef_, dtype=np.float64)).T
        n_features, n_targets = problem.n_features, problem.targets[0].shape[1]
        if coef.shape != (n_features, n_targets):
            raise ValueError(
                f"warm_start=True, but coef_ has shape {np.shape(self.coef_)}; these "
                f"data have {n_targets} targets and {n_features} features. "
                f"Set warm_start=False to start from zeros."
            )
        return np.ascontiguousarray(coef)

    def predict(self, X):
        """Predict using the linear model.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_targets)
            Predicted values.
        """
        check_is_fitted(self)
        X = check_design(self, X, finite=True)
        return linear(X, np.asarray(self.coef_).T, self.intercept_)

    @property
    def sparse_coef_(self):
        """Sparse representation of the fitted ``coef_``."""
        return sparse.csr_matrix(np.atleast_2d(self.coef_))

    def __sklearn_is_fitted__(self):
        return hasattr(self, "coef_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _one_per_sample(sample_weight, n_samples):
    """Check sample weights; a number weighs all samples alike."""
    if sample_weight is None or isinstance(sample_weight, Real):
        return None
    weights = check_weights(sample_weight, (n_samples,))
    if not weights.any():
        raise ValueError("sample_weight sums to zero.")
    return weights


def warn_if_unpenalised(alpha, *, frames=FRAMES + 1):
    """Warn, as scikit-learn does, if a fit is least squares."""
    if alpha == 0:
        warn_user(
            "With alpha=0, this algorithm does not converge well. You are advised to "
            "use the LinearRegression estimator",
            frames=frames,
        )


def check_gram(gram, problem, fit_intercept, *, frames):
    """Check a Gram matrix that the user computed; the solver does without.

    Parameters
    ----------
    gram : array-like of shape (n_features, n_features)
        Of X, weighed if there are weights, and centred if there is an intercept.
    problem : TaskData
    fit_intercept : bool
    frames : int
        From where a warning is given to the user's call.

    Raises
    ------
    ValueError
        If it has the wrong shape, or is not the Gram matrix of a centred X.

    Warns
    -----
    UserWarning
        If X had to be centred first, so that scikit-learn would compute anew.
    """
    gram, X, weights = np.asarray(gram), problem.designs[0], problem.weights[0]
    n_samples, n_features = X.shape
    if gram.shape != (n_features, n_features):
        raise ValueError(
            f"Gram matrix passed in via 'precompute' did not pass validation: its "
            f"shape is {gram.shape}, but X has {n_features} features."
        )
    if sparse.issparse(X):
        return
    weights = np.ones(n_samples) if weights is None else weights
    weights = weights * (n_samples / weights.sum())
    mean = weights @ X / n_samples if fit_intercept else np.zeros(n_features)
    middle = n_features // 2
    column = X[:, middle] - mean[middle]
    expected = (weights * column) @ X - (weights @ column) * mean
    rtol = 1e-4 if np.float32 in (gram.dtype, X.dtype) else 1e-7
    if np.allclose(expected, gram[middle], rtol=rtol, atol=1e-5):
        return
    if np.allclose(mean, 0.0):
        raise ValueError(
            f"Gram matrix passed in via 'precompute' did not pass validation: its row "
            f"{middle} is not that of X^T X; please check how it was computed."
        )
    warn_user(
        "Gram matrix was provided but X was centered to fit intercept: recomputing "
        "Gram matrix.",
        frames=frames,
    )
