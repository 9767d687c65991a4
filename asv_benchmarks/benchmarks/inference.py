"""How long intervals and tests take, beside one fit."""

import numpy as np

from mutar_cy import GroupLasso
from mutar_cy.inference import desparsify

SIZES = {"tall": (5, 300, 50), "wide": (5, 200, 1000)}
N_TRUE = 5


def make_tasks(n_tasks, n_samples, n_features):
    """Return designs whose neighbouring features correlate by .5, and targets."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_tasks, n_samples, n_features))
    for j in range(1, n_features):
        X[..., j] = 0.5 * X[..., j - 1] + np.sqrt(0.75) * X[..., j]
    W = rng.standard_normal((N_TRUE, n_tasks))
    y = np.einsum("knj,jk->kn", X[..., :N_TRUE], W)
    return X, y + rng.standard_normal(y.shape)


class Desparsify:
    """Tasks with designs of their own; "fit" is the fit alone."""

    param_names = ["size", "what"]
    params = (list(SIZES), ["fit", "intervals", "clusters"])
    timeout = 120

    def setup(self, size, what):
        self.X, self.y = make_tasks(*SIZES[size])
        self.model = GroupLasso(alpha=0.1).fit(self.X, self.y)
        n_tasks, n_samples, _ = SIZES[size]
        self.clusters = np.arange(n_tasks * n_samples).reshape(n_tasks, -1) // 5

    def time_run(self, size, what):
        if what == "fit":
            self.model.fit(self.X, self.y)
            return
        clusters = self.clusters if what == "clusters" else None
        desparsify(self.model, self.X, self.y, clusters=clusters).test()

    def peakmem_run(self, size, what):
        self.time_run(size, what)
