"""What every benchmark of a fit measures: time, memory, certificate, iterations."""

from abc import ABC, abstractmethod

from benchmarks._problems import alpha_max, make_problem, relative_gap

OPTIONS = {"fit_intercept": False, "tol": 1e-6, "max_iter": 100_000}


class Fit(ABC):
    """Fits from cold of one problem; asv skips abstract classes such as this."""

    param_names = ["problem", "strength", "dtype"]
    timeout = 120

    @abstractmethod
    def make_model(self, alpha):
        """Return the estimator to time, with ``OPTIONS``."""

    def setup(self, problem, strength, dtype):
        X, y, self.penalty = make_problem(problem)
        self.X, self.y = X.astype(dtype), y.astype(dtype)
        self.alpha = strength * alpha_max(self.X, self.y, self.penalty)
        self.model = self.make_model(self.alpha)

    def time_fit(self, *params):
        self.model.fit(self.X, self.y)

    def peakmem_fit(self, *params):
        self.model.fit(self.X, self.y)

    def track_gap(self, *params):
        coef = self.model.fit(self.X, self.y).coef_
        return relative_gap(self.X, self.y, coef, self.alpha, self.penalty)

    track_gap.unit = "of the objective at 0"

    def track_n_iter(self, *params):
        return self.model.fit(self.X, self.y).n_iter_

    track_n_iter.unit = "iterations"
