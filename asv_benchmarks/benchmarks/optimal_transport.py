"""How long kernels take to apply, and barycentres to find."""

import numpy as np

from benchmarks._problems import CORTEX, hemisphere
from mutar_cy import ot

N_TASKS = 4
COSTS = {
    "grid 32 x 32": lambda: ot.grid_factors((32, 32)),
    "grid 16 x 16 x 16": lambda: ot.grid_factors((16, 16, 16)),
    "line of 2000": lambda: [ot.grid_cost(2000, power=1)],
    "cloud of 1000": lambda: [
        ot.coordinate_cost(np.random.default_rng(0).standard_normal((1000, 3)))
    ],
    "sphere of 2000": lambda: [ot.coordinate_cost(hemisphere(2000, CORTEX), power=1)],
}


def cost_in_medians(name):
    """Return the factors of a cost whose median is one."""
    factors = COSTS[name]()
    median = np.median(ot.expand_factors(factors)[::7])
    return [factor / median for factor in factors]


class Application:
    """A product of a kernel with some vectors, against that of a dense kernel."""

    param_names = ["cost", "form", "epsilon"]
    params = (list(COSTS), ["auto", "dense"], [0.1, 0.001])

    def setup(self, name, form, epsilon):
        M = cost_in_medians(name)
        self.kernel = ot.make_kernel(M if len(M) > 1 else M[0], epsilon, form=form)
        rng = np.random.default_rng(0)
        self.V = rng.random((self.kernel.n_features, N_TASKS))
        self.log_V = np.log(self.V) / epsilon

    def time_product(self, *params):
        self.kernel.product(self.V)

    def time_log_product(self, *params):
        self.kernel.log_product(self.log_V)


class Barycenters:
    """Barycentres where mass is dear to destroy: gamma / epsilon from 800 to 65000."""

    param_names = ["problem"]
    problems = {
        "line of 500, epsilon 5 / p": ((500,), 5.0),
        "line of 500, epsilon 0.2 / p": ((500,), 0.2),
        "grid 16 x 16, epsilon 5 / p": ((16, 16), 5.0),
        "grid 32 x 32, epsilon 5 / p": ((32, 32), 5.0),
    }
    params = (list(problems),)
    timeout = 120

    def setup(self, problem):
        shape, epsilon = self.problems[problem]
        self.M = ot.grid_cost(shape)
        self.M /= np.median(self.M)
        self.epsilon = epsilon / len(self.M)
        self.gamma = -self.M.max() / (2.0 * np.log(0.8))
        self.theta = np.random.default_rng(0).random((len(self.M), N_TASKS)) ** 4

    def solve(self):
        return ot.unbalanced_barycenter(
            self.theta, self.M, self.epsilon, self.gamma, max_iter=5000
        )

    def time_solve(self, problem):
        self.solve()

    def peakmem_solve(self, problem):
        self.solve()

    def track_n_iter(self, problem):
        return self.solve().n_iter

    track_n_iter.unit = "sweeps"

    def track_residual(self, problem):
        return self.solve().residual

    track_residual.unit = "of the mass"
