"""How long MTW takes, from weak to strong coupling, and how good its answer is."""

from benchmarks._transport import PROBLEMS, make_problem
from mutar_cy import MTW

OPTIONS = {"fit_intercept": False, "tol": 1e-6}


class Wasserstein:
    """Fits from cold."""

    params = PROBLEMS
    param_names = ["problem"]
    timeout = 120

    def setup(self, problem):
        made = make_problem(problem)
        self.X, self.y = made.pop("X"), made.pop("y")
        self.model = MTW(**made, **OPTIONS)

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
