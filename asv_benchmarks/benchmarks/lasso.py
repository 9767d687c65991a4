"""How long separate lassos take, for several tasks and for one."""

import numpy as np

from benchmarks._fit import OPTIONS, Fit
from benchmarks._problems import alpha_max, relative_gap
from mutar_cy import IndLasso
from mutar_cy.linear_model import Lasso


class IndLassoOwn(Fit):
    """One design and one lasso per task."""

    params = (["independent:10:100:1000"], [0.1, 0.02], ["float64", "float32"])

    def make_model(self, alpha):
        return IndLasso(alpha=alpha, **OPTIONS)

    def track_n_iter(self, *params):
        return int(np.max(self.model.fit(self.X, self.y).n_iter_))

    track_n_iter.unit = "iterations of the slowest task"


class LassoOneTask(Fit):
    """scikit-learn's interface: ``y`` and ``coef_`` are vectors."""

    params = (
        ["shared:100:5000:1", "shared:2000:500:1"],
        [0.1, 0.02],
        ["float64", "float32"],
    )

    def setup(self, problem, strength, dtype):
        super().setup(problem, strength, dtype)
        self.y = self.y[:, 0]

    def make_model(self, alpha):
        return Lasso(alpha=alpha, **OPTIONS)

    def track_gap(self, *params):
        coef = self.model.fit(self.X, self.y).coef_[:, None]
        return relative_gap(self.X, self.y[:, None], coef, self.alpha)

    track_gap.unit = "of the objective at 0"


class LassoFirstFits(LassoOneTask):
    """What a user tries first: small, tall and sparse, with an intercept."""

    params = (
        ["diabetes", "lasso:1000:100", "lasso:100000:50", "sparse:10000:50000"],
        [0.1],
        ["float64"],
    )

    def setup(self, problem, strength, dtype):
        super().setup(problem, strength, dtype)
        targets = self.y[:, None]
        self.alpha = strength * alpha_max(self.X, targets, intercept=True)
        self.model = Lasso(alpha=self.alpha, **OPTIONS | {"fit_intercept": True})

    def track_gap(self, *params):
        coef = self.model.fit(self.X, self.y).coef_[:, None]
        targets = self.y[:, None]
        return relative_gap(self.X, targets, coef, self.alpha, intercept=True)

    track_gap.unit = "of the objective at 0"
