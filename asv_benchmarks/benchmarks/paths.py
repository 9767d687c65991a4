"""How long whole paths of strengths take, and how good their points are."""

import numpy as np

from benchmarks._problems import (
    PATH_EPS,
    PATH_LENGTH,
    PATHS,
    alpha_max,
    make_problem,
    relative_gap,
)
from mutar_cy import GroupLasso, regularization_path
from mutar_cy.linear_model import lasso_path

OPTIONS = {"tol": 1e-6, "max_iter": 100_000}


class LassoPath:
    """A hundred strengths of lassos of rows of coefficients, from cold.

    From the smallest strength that leaves no coefficient down to a thousandth of it.
    "shared" is ``lasso_path``, with one or several targets; "own" has one design per
    task, by ``regularization_path``.
    """

    param_names = ["problem"]
    params = (PATHS,)
    timeout = 300

    def setup(self, problem):
        self.X, self.y, _ = make_problem(problem)
        largest = alpha_max(self.X, self.y)
        self.alphas = np.geomspace(largest, PATH_EPS * largest, PATH_LENGTH)

    def fit(self):
        """Return coefficients of shape (n_alphas, n_features, n_tasks)."""
        if self.X.ndim == 2:
            return lasso_path(self.X, self.y, alphas=self.alphas, **OPTIONS)[1].T
        model = GroupLasso(fit_intercept=False, **OPTIONS)
        path = regularization_path(model, self.X, self.y, alphas=self.alphas)
        return np.moveaxis(path.coefs, -1, 0)

    def time_path(self, problem):
        self.fit()

    def peakmem_path(self, problem):
        self.fit()

    def track_gap(self, problem):
        points = zip(self.fit(), self.alphas, strict=True)
        return max(relative_gap(self.X, self.y, *point) for point in points)

    track_gap.unit = "of the objective at 0, at the worst strength"
