"""How long penalties that are roots take, and how low an objective that time buys."""

import numpy as np

from benchmarks._fit import OPTIONS, Fit
from benchmarks._problems import predict
from mutar_cy import IndRewLasso, MultiLevelLasso, ReweightedGroupLasso


class Reweighted(Fit):
    """Fits that are judged by their own objective: no gap bounds how low it can be."""

    param_names = ["problem", "strength", "dtype"]
    params = (["own:10:100:1000"], [0.1, 0.02], ["float64"])

    def make_model(self, alpha):
        return ReweightedGroupLasso(alpha=alpha, **OPTIONS)

    def cost(self, coef):
        """Return the penalty over alpha."""
        return np.sqrt(np.linalg.norm(coef, axis=1)).sum()

    def track_gap(self, *params):
        model = self.model.fit(self.X, self.y)
        null = float((np.asarray(self.y, dtype=np.float64) ** 2).sum())
        return float(np.max(model.dual_gap_)) / (null / (2 * self.y.shape[-1]))

    track_gap.unit = "of the last convex problem, of the objective at 0"

    def track_objective(self, *params):
        coef = self.model.fit(self.X, self.y).coef_.astype(np.float64)
        squares = ((self.y - predict(self.X, coef)) ** 2).sum() / self.y.shape[-1]
        return float(squares / 2 + self.alpha * self.cost(coef))

    track_objective.unit = "squares of y"


class IndRewLassoOwn(Reweighted):
    """One design and one strength per task."""

    params = (["independent:10:100:1000"], [0.1, 0.02], ["float64", "float32"])

    def make_model(self, alpha):
        return IndRewLasso(alpha=alpha, **OPTIONS)

    def cost(self, coef):
        return np.sqrt(abs(coef)).sum()


class MultiLevelLassoOwn(Reweighted):
    """One design per task."""

    params = (
        ["independent:10:100:1000", "independent:5:2000:2000"],
        [0.1, 0.02],
        ["float64"],
    )

    def make_model(self, alpha):
        return MultiLevelLasso(alpha=alpha, **OPTIONS)

    def cost(self, coef):
        return 2 * np.sqrt(abs(coef).sum(axis=1)).sum()
