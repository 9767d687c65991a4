"""Solvers behind one small interface, and the process that runs one of them.

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


class Peer:
    """One package on one problem; ``handles`` says on which problems."""

    package = ""
    loosest = 1e-3  # where the search for a tolerance begins
    bounded = False  # whether ``loosest`` is also where it ends

    def __init__(self, X, y, penalty):
        self.X, self.y = X, y
        self.shared = X.ndim == 2
        self.n_tasks = y.shape[1] if self.shared else len(y)
        self.penalty = penalty
        if self.shared:
            self.X = np.asfortranarray(X)
            self.y = np.asfortranarray(y)
        elif penalty == "entries":
            self.X = [np.asfortranarray(design) for design in X]
        self.prepare()

    @staticmethod
    def handles(shared, penalty):
        """Whether the package solves such problems at all."""
        return shared or penalty == "entries"

    def prepare(self):
        """Do more of what users do once, before any fit."""

    def fit(self, alpha, tol):
        """Fit from cold, without intercepts."""
        raise NotImplementedError

    def coef(self, fitted):
        """Return coefficients as (n_features, n_tasks)."""
        if isinstance(fitted, list):
            return np.stack([model.coef_ for model in fitted], axis=1)
        return fitted.coef_.T

    def loop(self, model):
        """Fit ``model`` to each task alone."""
        from sklearn.base import clone

        return [clone(model).fit(X, y) for X, y in zip(self.X, self.y, strict=True)]


class Ours(Peer):
    """mutar_cy's own names, which stop on the certificate: tol is the target itself."""

    package = "mutar_cy"
    loosest = 1e-6
    bounded = True

    @staticmethod
    def handles(shared, penalty):
        return True

    def prepare(self):
        # The user's array as it is: own designs need no other layout.
        self.X = np.stack(self.X) if isinstance(self.X, list) else self.X

    def fit(self, alpha, tol):
        from mutar_cy import DirtyModel, GroupLasso, IndLasso

        options = dict(fit_intercept=False, tol=tol, max_iter=PLENTY)
        if self.penalty == "split":
            return DirtyModel(alpha, SPLIT * alpha, **options).fit(self.X, self.y)
        chosen = GroupLasso if self.penalty == "rows" else IndLasso
        return chosen(alpha=alpha, **options).fit(self.X, self.y)

    def coef(self, fitted):
        return fitted.coef_


class ScikitLearn(Peer):
    package = "sklearn"
    module = "sklearn.linear_model"

    def prepare(self):
        self.models = import_module(self.module)

    def fit(self, alpha, tol):
        options = dict(alpha=alpha, fit_intercept=False, tol=tol, max_iter=PLENTY)
        if self.shared:
            return self.models.MultiTaskLasso(**options).fit(self.X, self.y)
        return self.loop(self.models.Lasso(**options))


class DropIn(ScikitLearn):
    """mutar_cy's classes under scikit-learn's names."""

    package = module = "mutar_cy.linear_model"
    loosest = 1e-6
    bounded = True


class Skglm(ScikitLearn):
    package = "skglm"
    module = "skglm"


class Celer(Peer):
    """The path function for several tasks: the class fails on scikit-learn 1.9."""

    package = "celer"

    @staticmethod
    def handles(shared, penalty):
        return penalty != "split"

    def prepare(self):
        if not self.shared and self.penalty == "rows":
            self.X = block_diagonal(self.X)
            self.y = self.y.ravel()

    def fit(self, alpha, tol):
        from celer import Lasso
        from celer.homotopy import celer_path, mtl_path

        if self.shared:
            return mtl_path(self.X, self.y, alphas=[alpha], tol=tol, max_iter=PLENTY)[1]
        if self.penalty == "entries":
            return self.loop(
                Lasso(alpha=alpha, fit_intercept=False, tol=tol, max_iter=PLENTY)
            )
        # One task's 1 / n becomes 1 / (n n_tasks) in the long problem.
        strength = np.array([alpha / self.n_tasks])
        options = dict(groups=self.n_tasks, alphas=strength, tol=tol, max_iter=PLENTY)
        return celer_path(self.X, self.y, "grouplasso", **options)[1]

    def coef(self, fitted):
        if isinstance(fitted, list):
            return super().coef(fitted)
        if self.shared:
            return fitted[:, :, 0].T
        return fitted[:, 0].reshape(-1, self.n_tasks)


class Adelie(Peer):
    package = "adelie"
    loosest = 1e-9

    @staticmethod
    def handles(shared, penalty):
        return penalty == "rows"

    def prepare(self):
        import adelie

        self.options = dict(
            intercept=False, early_exit=False, progress_bar=False, max_iters=PLENTY
        )
        self.options["n_threads"] = int(os.environ.get("OMP_NUM_THREADS", "1"))
        if self.shared:
            self.glm = adelie.glm.multigaussian(self.y)
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


class Mutar(Peer):
    package = "mutar"

    @staticmethod
    def handles(shared, penalty):
        return not shared

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


PEERS = {
    peer.package: peer
    for peer in (Ours, DropIn, ScikitLearn, Celer, Skglm, Adelie, Mutar)
}


def block_diagonal(X):
    """Return own designs as one CSC matrix whose groups (features) are contiguous."""
    n_tasks, n_samples, n_features = X.shape
    rows = np.arange(n_tasks * n_samples, dtype=np.int32)
    n_columns = n_features * n_tasks
    starts = np.arange(n_columns + 1, dtype=np.int32) * n_samples
    values = np.ascontiguousarray(X.transpose(2, 0, 1)).ravel()
    shape = (n_tasks * n_samples, n_columns)
    return scipy.sparse.csc_matrix((values, np.tile(rows, n_features), starts), shape)
