"""How long paths of Poisson regressions on groups take, and how good they are."""

import numpy as np

from benchmarks._glms import many_groups, relative_gap, tutorial
from mutar_cy import GroupLasso, regularization_path


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
