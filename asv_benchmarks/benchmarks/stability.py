"""How long fits to many halves of the data take, and what is found by them."""

import numpy as np

from benchmarks._problems import N_TRUE, make_problem
from mutar_cy import GroupLasso, alpha_max
from mutar_cy.model_selection import StabilitySelection

N_HALVES = 20


class Stability:
    """Twenty halves of a problem, twenty strengths each.

    "paths": as they are followed, to the end. "cut": until as many features have come
    in as are true. "by hand": a cold fit for every strength, on halves cut by hand.
    """

    param_names = ["problem", "how", "n_jobs"]
    params = (
        ["own:10:100:1000", "shared:500:1000:10"],
        ["paths", "cut", "by hand"],
        [1, 2],
    )
    timeout = 300

    def setup(self, problem, how, n_jobs):
        if how == "by hand" and n_jobs > 1:
            raise NotImplementedError  # asv leaves it out
        self.X, self.y, _ = make_problem(problem)
        self.selection = StabilitySelection(
            GroupLasso(),
            alphas=20,
            n_subsamples=N_HALVES,
            max_features=N_TRUE if how == "cut" else None,
            random_state=0,
            n_jobs=n_jobs,
        )
        self.fit = self.fit_by_hand if how == "by hand" else self.fit_halves

    def fit_halves(self):
        return self.selection.fit(self.X, self.y).selection_frequencies_

    def fit_by_hand(self):
        rng = np.random.default_rng(0)
        largest = alpha_max(GroupLasso(), self.X, self.y)
        alphas = largest * np.geomspace(1, 0.1, 20)
        axis = self.X.ndim - 2
        counts = np.zeros((len(alphas), self.X.shape[-1]))
        for _ in range(N_HALVES):
            half = rng.permutation(self.X.shape[axis])[: self.X.shape[axis] // 2]
            X, y = self.X.take(half, axis), self.y.take(half, axis)
            for at, alpha in enumerate(alphas):
                counts[at] += GroupLasso(alpha).fit(X, y).coef_.any(axis=1)
        return counts.max(axis=0) / N_HALVES

    def time_fit(self, *params):
        self.fit()

    def peakmem_fit(self, *params):
        self.fit()

    def track_stable(self, *params):
        return int(np.count_nonzero(self.fit() >= 0.9))

    track_stable.unit = f"features, of {N_TRUE} that are true"
