"""How long fits of every loss with every way of sharing take, and how good they are."""

import numpy as np

from mutar_cy import DirtyModel, GroupLasso, IndLasso, alpha_max

WAYS = {"nothing": IndLasso, "some": DirtyModel, "all": GroupLasso}
TOL = 1e-6


def counts(n_samples=1000, n_features=60, n_tasks=12):
    """Return a design, and counts and their logarithms of tasks that share features."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_samples, n_features))
    coef = 0.2 * rng.standard_normal((n_features, n_tasks))
    coef[12:] = 0.0
    eta = X @ coef
    return X, rng.poisson(np.exp(eta)).astype(float), eta


class Sharing:
    """One fit at a tenth of the largest alpha: 60 features in groups of 3, 12 tasks."""

    param_names = ["shares", "loss"]
    params = (list(WAYS), ["squared_error", "poisson", "gamma", "huber"])
    timeout = 120

    def setup(self, shares, loss):
        self.X, self.y, eta = counts()
        if loss in ("squared_error", "huber"):
            rng = np.random.default_rng(1)
            self.y = eta + 0.3 * rng.standard_normal(eta.shape)
        elif loss == "gamma":
            self.y = self.y + 0.5
        self.model = WAYS[shares](loss=loss, groups=3, tol=TOL)
        alpha = 0.1 * np.max(alpha_max(self.model, self.X, self.y))
        self.model.set_params(alpha=alpha)

    def fit(self):
        return self.model.fit(self.X, self.y)

    def time_fit(self, shares, loss):
        self.fit()

    def track_gap(self, shares, loss):
        """Return the largest duality gap relative to its target."""
        model = self.fit()
        null = type(model)(**{**model.get_params(), "alpha": 1e9}).fit(self.X, self.y)
        return float(np.sum(model.dual_gap_) / (TOL * np.sum(np.abs(null.objective_))))

    track_gap.unit = "of the tolerance times the objective of the null model"


class WideGroups:
    """Two groups of 3000 columns, 100 samples: axes of the smaller dimension."""

    param_names = ["loss"]
    params = (["squared_error", "poisson"],)
    timeout = 120

    def setup(self, loss):
        rng = np.random.default_rng(0)
        self.X = rng.standard_normal((100, 6000))
        eta = 0.3 * self.X[:, :10].sum(axis=1)
        self.y = rng.poisson(np.exp(eta)) if loss == "poisson" else eta
        self.model = GroupLasso(loss=loss, groups=3000, tol=TOL)
        self.model.set_params(alpha=0.1 * alpha_max(self.model, self.X, self.y))

    def time_fit(self, loss):
        self.model.fit(self.X, self.y)
