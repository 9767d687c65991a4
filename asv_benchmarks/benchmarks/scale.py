"""How long fits to chunked designs take, beside reading the file and fits in memory."""

import tempfile
from pathlib import Path

import numpy as np
from sklearn import config_context

from mutar_cy import GroupLasso, GroupLassoCV
from mutar_cy.chunks import RowChunks

SIZES, N_FEATURES, N_TRUE = {"a": 60_000, "b": 40_000}, 300, 10
BLOCK = 2**26  # bytes


def write_store(folder):
    """Write a float32 design per task; return the targets."""
    rng = np.random.default_rng(0)
    targets = {}
    for task, n_samples in SIZES.items():
        X = rng.standard_normal((n_samples, N_FEATURES), dtype=np.float32)
        np.save(folder / f"{task}.npy", X)
        effects = rng.standard_normal(N_TRUE)
        targets[task] = X[:, :N_TRUE] @ effects + rng.standard_normal(n_samples)
    return targets


class Scale:
    """A store of 120 MB: one fit, 5 folds of 50 alphas, or counts.

    "fit" and "cv" go by statistics; "columns" is the fit by columns in play, where
    statistics take more than the working memory; "poisson" takes Newton steps.

    "chunks": in two passes. "memory": the memory maps as they are. "read": the bytes
    of the files, twice, and nothing else.
    """

    param_names = ["model", "how"]
    params = (["fit", "cv", "columns", "poisson"], ["chunks", "memory", "read"])
    timeout = 300

    def setup(self, model, how):
        self.kept = tempfile.TemporaryDirectory()
        folder = Path(self.kept.name)
        self.y = write_store(folder)
        self.files = [folder / f"{task}.npy" for task in SIZES]
        maps = [np.load(file, mmap_mode="r") for file in self.files]
        self.X = dict(zip(SIZES, maps, strict=True))
        if how == "chunks":
            self.X = {task: RowChunks(own) for task, own in self.X.items()}
        self.model = GroupLassoCV(alphas=50) if model == "cv" else GroupLasso(0.1)
        self.memory = 1024  # MiB, scikit-learn's default
        if model == "columns" and how == "chunks":
            self.memory = 6  # statistics of 300 features take 8
            self.X = {t: RowChunks(own.X, 500) for t, own in self.X.items()}
        if model == "poisson":
            self.model.set_params(loss="poisson")
            self.y = {t: np.floor(np.exp(0.3 * own)) for t, own in self.y.items()}
        self.run = self.read if how == "read" else self.fit

    def teardown(self, model, how):
        self.kept.cleanup()

    def fit(self):
        with config_context(working_memory=self.memory):
            self.model.fit(self.X, self.y)

    def read(self):
        for path in 2 * self.files:
            with path.open("rb") as file:
                while file.read(BLOCK):
                    pass

    def time_run(self, model, how):
        self.run()

    def peakmem_run(self, model, how):
        self.run()
