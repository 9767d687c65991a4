"""Packages behind one small interface: single fits of least squares.

Each class adapts the entry point that a package's users call. ``__init__`` brings the
data into the form that the package likes best, which is not timed; ``fit`` is. What a
fit returns becomes coefficients of shape (n_features, n_tasks) outside the clock.
"""

import os
from importlib import import_module

import numpy as np
import scipy.sparse
from benchmarks._problems import SPLIT

PLENTY = 10**6  # iterations: only the tolerance may stop a fit


def n_threads():
    """Return how many threads a package may have that is told so by a parameter."""
    return int(os.environ.get("OMP_NUM_THREADS", "1"))


class Peer:
    """One package on one problem; ``handles`` says on which problems."""

    package = ""
    loosest = 1e-3  # where the search for a tolerance begins
    bounded = False  # whether the target gap is the loosest tolerance to try

    def __init__(self, problem):
        self.problem = problem
        self.X, self.y, self.penalty = problem.X, problem.y, problem.penalty
        self.shared, self.n_tasks = problem.shared, problem.n_tasks
        self.single = self.shared and self.n_tasks == 1
        self.intercept = problem.intercept
        if self.shared:
            self.X = self.X if problem.sparse else np.asfortranarray(self.X)
            self.y = np.asfortranarray(self.y)
        elif self.penalty == "entries":
            self.X = [np.asfortranarray(design) for design in self.X]
        self.target = self.y[:, 0] if self.single and self.y.ndim == 2 else self.y
        self.prepare()

    @staticmethod
    def handles(problem):
        """Whether the package solves such problems at all."""
        return squares(problem) and (problem.shared or problem.penalty == "entries")

    def prepare(self):
        """Do more of what users do once, before any fit."""

    def fit(self, alpha, tol):
        """Fit from cold."""
        raise NotImplementedError

    def coef(self, fitted):
        """Return coefficients as (n_features, n_tasks)."""
        if isinstance(fitted, list):
            return np.stack([model.coef_ for model in fitted], axis=1)
        return np.atleast_2d(fitted.coef_).T

    def loop(self, model):
        """Fit ``model`` to each task alone."""
        from sklearn.base import clone

        return [clone(model).fit(X, y) for X, y in zip(self.X, self.y, strict=True)]


def squares(problem):
    """Whether a problem is a lasso of any kind."""
    return problem.loss == "squared_error" and problem.l1_ratio == 1.0


class ScikitLearn(Peer):
    package = "sklearn"
    module = "sklearn.linear_model"
    options = {}

    def prepare(self):
        self.models = import_module(self.module)

    def fit(self, alpha, tol):
        options = dict(fit_intercept=self.intercept, tol=tol, max_iter=PLENTY)
        options |= self.options
        if self.single:
            return self.models.Lasso(alpha, **options).fit(self.X, self.target)
        if self.shared:
            return self.models.MultiTaskLasso(alpha, **options).fit(self.X, self.y)
        return self.loop(self.models.Lasso(alpha, **options))


class ScikitLearnGram(ScikitLearn):
    """Coordinate descent on the Gram matrix, which pays with many samples."""

    options = {"precompute": True}

    @staticmethod
    def handles(problem):
        tall = problem.X.shape[0] > 2 * problem.X.shape[-1]
        single = problem.shared and problem.n_tasks == 1 and not problem.sparse
        return squares(problem) and single and tall


class DropIn(ScikitLearn):
    """mutar_cy's classes under scikit-learn's names."""

    package = module = "mutar_cy.linear_model"
    bounded = True


class Ours(DropIn):
    """mutar_cy: own names for several tasks; tol is the target gap itself."""

    package = "mutar_cy"

    @staticmethod
    def handles(problem):
        return squares(problem)

    def prepare(self):
        super().prepare()
        # The user's array as it is: own designs need no other layout.
        self.X = np.stack(self.X) if isinstance(self.X, list) else self.X

    def fit(self, alpha, tol):
        from mutar_cy import DirtyModel, GroupLasso, IndLasso

        if self.single or self.intercept:
            return super().fit(alpha, tol)
        options = dict(fit_intercept=False, tol=tol, max_iter=PLENTY)
        if self.penalty == "split":
            return DirtyModel(alpha, SPLIT * alpha, **options).fit(self.X, self.y)
        chosen = GroupLasso if self.penalty == "rows" else IndLasso
        return chosen(alpha=alpha, **options).fit(self.X, self.y)

    def coef(self, fitted):
        if self.single or self.intercept:
            return super().coef(fitted)
        return fitted.coef_


class Skglm(ScikitLearn):
    package = module = "skglm"

    def prepare(self):
        super().prepare()
        # Compilation is not part of a fit.
        rows = slice(0, min(20, self.problem.X.shape[-2]))
        X = self.X[rows, :5] if self.shared else self.X[0][rows, :5]
        X = X.tocsc() if self.problem.sparse else np.asfortranarray(X)
        one = self.single or not self.shared
        model = self.models.Lasso if one else self.models.MultiTaskLasso
        y = self.target[rows] if self.shared else self.y[0][rows]
        model(0.1, fit_intercept=self.intercept).fit(X, np.asfortranarray(y))


class Celer(Peer):
    """The path function for several tasks: the class fails on scikit-learn 1.9."""

    package = "celer"

    @staticmethod
    def handles(problem):
        return squares(problem) and problem.penalty != "split"

    def prepare(self):
        if not self.shared and self.penalty == "rows":
            self.X = block_diagonal(self.X)
            self.y = self.y.ravel()

    def fit(self, alpha, tol):
        from celer import Lasso
        from celer.homotopy import celer_path, mtl_path

        model = Lasso(alpha, fit_intercept=self.intercept, tol=tol, max_iter=PLENTY)
        if self.single:
            return model.fit(self.X, self.target)
        if self.shared:
            X, y = self.X, self.y
            if self.intercept:
                X = np.asfortranarray(X - X.mean(axis=0))
                y = np.asfortranarray(y - y.mean(axis=0))
            return mtl_path(X, y, alphas=[alpha], tol=tol, max_iter=PLENTY)[1]
        if self.penalty == "entries":
            return self.loop(model)
        # One task's 1 / n becomes 1 / (n n_tasks) in the long problem.
        strength = np.array([alpha / self.n_tasks])
        options = dict(groups=self.n_tasks, alphas=strength, tol=tol, max_iter=PLENTY)
        return celer_path(self.X, self.y, "grouplasso", **options)[1]

    def coef(self, fitted):
        if self.single or isinstance(fitted, list):
            return super().coef(fitted)
        if self.shared:
            return fitted[:, :, 0].T
        return fitted[:, 0].reshape(-1, self.n_tasks)


class Adelie(Peer):
    package = "adelie"
    loosest = 1e-9

    @staticmethod
    def handles(problem):
        return squares(problem) and problem.penalty == "rows"

    def prepare(self):
        import adelie

        self.options = dict(
            intercept=self.intercept,
            early_exit=False,
            progress_bar=False,
            max_iters=PLENTY,
            n_threads=n_threads(),
        )
        if self.problem.sparse:
            self.X = adelie.matrix.sparse(self.X, method="naive")
        if self.shared:
            make = adelie.glm.gaussian if self.single else adelie.glm.multigaussian
            self.glm = make(self.target)
            self.options["penalty"] = np.ones(self.X.shape[1])
            return
        n_features = self.X.shape[2]
        self.X = adelie.matrix.sparse(block_diagonal(self.X), method="naive")
        self.glm = adelie.glm.gaussian(self.y.ravel())
        self.options["groups"] = np.arange(n_features) * self.n_tasks
        self.options["penalty"] = np.ones(n_features)

    def fit(self, alpha, tol):
        import adelie

        # Its loss is a mean over tasks as well, with one design and with many.
        strength = [alpha / self.n_tasks]
        options = self.options | dict(lmda_path=strength, tol=tol)
        return adelie.grpnet(self.X, self.glm, **options)

    def coef(self, fitted):
        return fitted.betas[-1].toarray().reshape(-1, self.n_tasks)


class AdelieCovariance(Adelie):
    """Coordinate descent on the covariance matrix, which is computed within the fit."""

    @staticmethod
    def handles(problem):
        return ScikitLearnGram.handles(problem)

    def fit(self, alpha, tol):
        import adelie

        X, y, n_samples = self.X, self.target, len(self.X)
        if self.intercept:
            X, y = X - X.mean(axis=0), y - y.mean()
        options = {k: v for k, v in self.options.items() if k != "intercept"}
        options |= dict(lmda_path=np.atleast_1d(alpha), tol=tol)
        return adelie.gaussian_cov(X.T @ X / n_samples, X.T @ y / n_samples, **options)


class Mutar(Peer):
    package = "mutar"

    @staticmethod
    def handles(problem):
        return squares(problem) and not problem.shared

    def prepare(self):
        self.X = np.stack(self.X) if isinstance(self.X, list) else self.X

    def fit(self, alpha, tol):
        from mutar import DirtyModel, GroupLasso, IndLasso

        options = dict(fit_intercept=False, tol=tol, max_iter=PLENTY)
        if self.penalty == "split":
            return DirtyModel(alpha, SPLIT * alpha, **options).fit(self.X, self.y)
        if self.penalty == "rows":
            return GroupLasso(alpha=alpha, **options).fit(self.X, self.y)
        return IndLasso(np.full(self.n_tasks, alpha), **options).fit(self.X, self.y)

    def coef(self, fitted):
        return fitted.coef_


def block_diagonal(X):
    """Return own designs as one CSC matrix whose groups (features) are contiguous."""
    n_tasks, n_samples, n_features = X.shape
    rows = np.arange(n_tasks * n_samples, dtype=np.int32)
    n_columns = n_features * n_tasks
    starts = np.arange(n_columns + 1, dtype=np.int32) * n_samples
    values = np.ascontiguousarray(X.transpose(2, 0, 1)).ravel()
    shape = (n_tasks * n_samples, n_columns)
    return scipy.sparse.csc_matrix((values, np.tile(rows, n_features), starts), shape)
