"""How long many small tasks take: calls from Python, rather than products."""

import numpy as np

import mutar_cy


class ManySmallTasks:
    """Tasks of 30 samples and 20 features, each with a design of its own."""

    param_names = ["model", "n_tasks", "strength"]
    params = (["IndLasso", "MultiLevelLasso"], [200, 2000], [0.1, 0.02])
    timeout = 300

    def setup(self, model, n_tasks, strength):
        rng = np.random.default_rng(0)
        self.X = rng.standard_normal((n_tasks, 30, 20))
        coef = np.zeros((20, n_tasks))
        coef[:4] = rng.standard_normal((4, n_tasks))
        noise = 0.5 * rng.standard_normal((n_tasks, 30))
        self.y = np.einsum("tnp,pt->tn", self.X, coef) + noise
        self.model = getattr(mutar_cy, model)()
        largest = float(np.max(mutar_cy.alpha_max(self.model, self.X, self.y)))
        self.model.set_params(alpha=strength * largest)

    def time_fit(self, *params):
        self.model.fit(self.X, self.y)

    def track_worst_gap(self, *params):
        """Return the worst gap of a task, of its objective at zero."""
        model = self.model.fit(self.X, self.y)
        null = 0.5 * np.var(self.y, axis=1)
        null = null if np.ndim(model.dual_gap_) else null.sum()  # one gap of all
        return float(np.max(model.dual_gap_ / null))

    track_worst_gap.unit = "of the objective at 0"
