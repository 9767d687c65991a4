"""How long a strength takes to be chosen, beside scikit-learn's own class."""

import warnings

import numpy as np
import sklearn.linear_model
from sklearn.model_selection import KFold

import mutar_cy.linear_model
from benchmarks._problems import make_problem, relative_gap

PACKAGES = {"mutar_cy": mutar_cy.linear_model, "scikit-learn": sklearn.linear_model}
N_ALPHAS, N_FOLDS = 100, 5


class FiveFolds:
    """100 strengths in five folds, with intercepts; one thread if BLAS has one."""

    param_names = ["problem", "tol", "package"]
    params = (
        [
            "shared:100:1000:10",
            "shared:200:500:5",
            "shared:1000:200:20",
            "gallery",
            "shared:200:2000:1",
            "shared:2000:200:1",
        ],
        [1e-4, 1e-6],
        list(PACKAGES),
    )
    timeout = 300

    def setup(self, problem, tol, package):
        warnings.simplefilter("ignore")  # of folds that have not converged
        self.X, self.y, _ = make_problem(problem)
        name = "MultiTaskLassoCV" if self.y.shape[1] > 1 else "LassoCV"
        self.targets = self.y if self.y.shape[1] > 1 else self.y[:, 0]
        self.room, self.name = PACKAGES[package], name
        self.model = getattr(self.room, name)(alphas=N_ALPHAS, cv=N_FOLDS, tol=tol)

    def time_fit(self, *params):
        self.model.fit(self.X, self.targets)

    def track_worst_gap(self, problem, tol, package):
        """Return the worst gap of one fold's path, which folds do not keep."""
        train, _ = next(KFold(N_FOLDS).split(self.X))
        X, y = self.X[train], self.y[train]
        X, y = X - X.mean(axis=0), y - y.mean(axis=0)
        targets = y if y.shape[1] > 1 else y[:, 0]
        alphas, coefs, _ = self.room.lasso_path(X, targets, alphas=N_ALPHAS, tol=tol)
        paths = np.moveaxis(coefs, -1, 0).reshape(N_ALPHAS, y.shape[1], -1)
        pairs = zip(alphas, paths, strict=True)
        return max(relative_gap(X, y, own.T, alpha) for alpha, own in pairs)

    track_worst_gap.unit = "of the objective at 0"
