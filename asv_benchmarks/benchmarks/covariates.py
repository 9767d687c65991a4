"""How long Poisson and logistic regressions on groups take, and how good they are."""

import numpy as np

from benchmarks._glms import alpha_max, make_glm, many_groups, relative_gap, tutorial
from mutar_cy import GroupLasso, GroupLassoClassifier, regularization_path


class CountsPath:
    """All strengths of a path, from cold.

    "tutorial": two covariates, six functions each, ten strengths from 1 to 1e-4.
    "many groups": a thousand columns in groups of five, 20000 samples, and a hundred
    strengths, down to a hundredth of the first.
    """

    param_names = ["problem"]
    problems = {
        "tutorial": (tutorial, 1e-8, {"alphas": np.geomspace(1, 1e-4, 10)}),
        "many groups": (many_groups, 1e-6, {"alphas": 100, "eps": 0.01}),
    }
    params = (list(problems),)
    timeout = 300

    def setup(self, problem):
        make, self.tol, self.options = self.problems[problem]
        self.problem = make()

    def fit(self):
        X, y, size = self.problem
        model = GroupLasso(groups=size, loss="poisson", tol=self.tol)
        return regularization_path(model, X, y, **self.options)

    def time_path(self, problem):
        self.fit()

    def peakmem_path(self, problem):
        self.fit()

    def track_gap(self, problem):
        path = self.fit()
        points = zip(path.coefs.T, path.alphas, strict=True)
        return max(relative_gap(self.problem, *point) for point in points)

    track_gap.unit = "of half the null deviance, at the worst strength"

    def track_n_iter(self, problem):
        return int(self.fit().n_iters.sum())

    track_n_iter.unit = "Newton steps"


class CountsAndClasses:
    """Fits from cold of models with an intercept; groups of the size at the end."""

    param_names = ["problem", "strength"]
    params = (
        [
            "poisson:2000:200:1",
            "poisson:2000:200:10",
            "logistic:1000:100:1",
            "logistic:1000:100:10",
        ],
        [0.1, 0.02],
    )

    def setup(self, problem, strength):
        self.problem, self.loss = make_glm(problem), problem.partition(":")[0]
        self.alpha = strength * alpha_max(self.problem)
        size = self.problem[2]
        options = dict(groups=size if size > 1 else None, alpha=self.alpha, tol=1e-6)
        self.model = GroupLassoClassifier(**options)
        if self.loss == "poisson":
            self.model = GroupLasso(loss="poisson", **options)

    def fit(self):
        return self.model.fit(*self.problem[:2])

    def time_fit(self, problem, strength):
        self.fit()

    def track_gap(self, problem, strength):
        return relative_gap(
            self.problem, self.fit().coef_.ravel(), self.alpha, self.loss
        )

    track_gap.unit = "of half the null deviance"
