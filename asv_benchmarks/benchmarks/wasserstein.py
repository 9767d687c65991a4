"""How long MTW takes, from weak to strong coupling, and how good its answer is."""

import numpy as np

from benchmarks._problems import SEED
from mutar_cy import MTW

OPTIONS = {"fit_intercept": False, "tol": 1e-6}
NOISE = 0.1  # deviation, in that of the signal
# Points of the grid, tasks, samples, how far peaks move from task to task, how wide
# they are, alpha, epsilon.
PROBLEMS = {
    "16 x 16, strong": ((16, 16), 3, 64, 1.5, 1.0, 5.0, 5 / 256),
    "16 x 16, stronger": ((16, 16), 3, 64, 1.5, 1.0, 20.0, 5 / 256),
    "line of 500": ((500,), 4, 100, 10.0, 4.0, 1.0, 0.01),
    "32 x 32, weak": ((32, 32), 4, 256, 1.5, 1.0, 0.04, 5 / 1024),
    "50 x 50": ((50, 50), 4, 64, 1.5, 2.0, 1.0, 5 / 2500),
}


def make_problem(shape, n_tasks, n_samples, shift, width):
    """Return X, y and M: peaks on a grid that sit elsewhere in every task."""
    rng = np.random.default_rng(SEED)
    points = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    points = points.reshape(-1, len(shape)).astype(np.float64)
    centres = points[rng.choice(len(points), 3, replace=False)]
    coef = np.zeros((len(points), n_tasks))
    for sign, centre in zip((1.0, -1.0, 1.0), centres, strict=True):
        for k in range(n_tasks):
            apart = points - centre - rng.normal(0.0, shift, len(shape))
            square = (apart**2).sum(axis=1)
            coef[:, k] += sign * np.exp(-square / (2.0 * width**2))
    X = rng.standard_normal((n_tasks, n_samples, len(points)))
    y = np.einsum("tnp,pt->tn", X, coef)
    y += NOISE * y.std() * rng.standard_normal(y.shape)
    M = ((points[:, None] - points) ** 2).sum(axis=-1)
    return X, y, M / np.median(M)


class Wasserstein:
    """Fits from cold."""

    params = list(PROBLEMS)
    param_names = ["problem"]
    timeout = 120

    def setup(self, problem):
        *made, alpha, epsilon = PROBLEMS[problem]
        self.X, self.y, M = make_problem(*made)
        largest = np.abs(np.einsum("tnp,tn->tp", self.X, self.y)).max()
        beta = 0.1 * largest / self.X.shape[1]
        self.model = MTW(alpha, beta, M, epsilon, **OPTIONS)

    def time_fit(self, problem):
        self.model.fit(self.X, self.y)

    def peakmem_fit(self, problem):
        self.model.fit(self.X, self.y)

    def track_gap(self, problem):
        null = 0.5 * (self.y**2).mean(axis=1).sum()
        return self.model.fit(self.X, self.y).dual_gap_ / null

    track_gap.unit = "of the objective at 0"

    def track_n_iter(self, problem):
        return self.model.fit(self.X, self.y).n_iter_

    track_n_iter.unit = "iterations"
