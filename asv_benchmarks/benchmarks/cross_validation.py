"""How long a strength takes to be chosen, beside scikit-learn's own class."""

import warnings

import numpy as np
import sklearn.linear_model
from sklearn.model_selection import GridSearchCV, KFold

import mutar_cy
import mutar_cy.linear_model
from benchmarks._problems import make_problem, relative_gap
from mutar_cy.model_selection import TaskKFold

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
            "shared:1000:100:1",
            "diabetes",
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


class OwnDesigns:
    """Strengths of several tasks with designs of their own, in five folds within them.

    "loop" is what users had before: ``GridSearchCV`` over one long table, whose fits
    begin from nothing.
    """

    param_names = ["model", "how"]
    params = (
        ["GroupLasso", "DirtyModel", "IndLasso", "ReweightedGroupLasso"],
        ["folds", "folds, n_jobs=2", "ebic", "loop"],
    )
    timeout = 600
    N_ALPHAS = 30

    def setup(self, model, how):
        if how in ("ebic", "loop") and model != "GroupLasso":
            raise NotImplementedError
        X, y, _ = make_problem("own:10:100:300")
        given = {"alphas": self.N_ALPHAS, "eps": 0.01}
        given |= {"ratios": 3} if model == "DirtyModel" else {}
        given |= {"criterion": "ebic"} if how == "ebic" else {"cv": N_FOLDS}
        given |= {"n_jobs": 2} if "n_jobs" in how else {}
        self.model = getattr(mutar_cy, f"{model}CV")(**given)
        self.data = X, y
        if how == "loop":
            rows, targets, task = mutar_cy.stack_tasks(X, y)
            self.data = np.column_stack([task, rows]), targets
            largest = mutar_cy.alpha_max(mutar_cy.GroupLasso(), X, y)
            grid = {"alpha": np.geomspace(largest, 0.01 * largest, self.N_ALPHAS)}
            folds = TaskKFold(N_FOLDS, task_column=0)
            self.model = GridSearchCV(
                mutar_cy.GroupLasso(task_column=0), grid, cv=folds
            )

    def time_fit(self, model, how):
        self.model.fit(*self.data)
