"""A problem as files that all solvers read, and the judge of what they return."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
from benchmarks import _glms, _problems

LOSSES = {
    "tutorial": "poisson",
    "poisson": "poisson",
    "logistic": "logistic",
    "classes": "logistic",
}
WITH_INTERCEPT = ("diabetes", "tiny", "lasso", "net", "sparse")
L1_RATIO = 0.5  # of elastic nets


@dataclass
class Problem:
    """Data, loss and penalty.

    With squared error, X and y are those of `benchmarks._problems`; with other losses,
    those of `benchmarks._glms`.
    """

    X: Any
    y: Any
    penalty: str = "rows"
    loss: str = "squared_error"
    size: int = 1  # of the groups of features
    intercept: bool = False
    l1_ratio: float = 1.0

    @classmethod
    def make(cls, name):
        """Return the problem of a name such as "own:10:100:1000"."""
        kind = name.partition(":")[0]
        if kind in LOSSES:
            X, y, size = _glms.make_glm(name)
            return cls(X, y, loss=LOSSES[kind], size=size, intercept=True)
        X, y, penalty = _problems.make_problem(name)
        options = {"l1_ratio": L1_RATIO} if kind == "net" else {}
        return cls(X, y, penalty, intercept=kind in WITH_INTERCEPT, **options)

    @property
    def shared(self):
        """Whether there is one design."""
        return self.X.ndim == 2

    @property
    def sparse(self):
        """Whether the design is a sparse matrix."""
        return scipy.sparse.issparse(self.X)

    @property
    def n_tasks(self):
        """The number of targets."""
        if self.y.ndim == 1:
            return 1
        return self.y.shape[1] if self.shared else len(self.y)

    @property
    def largest(self):
        """The smallest alpha at which all coefficients are 0."""
        if self.loss != "squared_error":
            return _glms.alpha_max((self.X, self.y, self.size))
        options = self.penalty, self.intercept
        return _problems.alpha_max(self.X, self.y, *options) / self.l1_ratio

    def gap(self, coef, alpha):
        """Return the relative duality gap of coefficients (n_features, n_tasks)."""
        if self.loss != "squared_error":
            data = self.X, self.y, self.size
            return _glms.relative_gap(data, coef[:, 0], alpha, self.loss)
        ridge = alpha * (1 - self.l1_ratio)
        given = self.X, self.y, coef, alpha * self.l1_ratio, self.penalty
        return _problems.relative_gap(*given, intercept=self.intercept, ridge=ridge)

    def save(self, folder):
        """Write the data to a folder; return what `load` takes."""
        about = {k: v for k, v in asdict(self).items() if k not in ("X", "y")}
        about["y"] = str(folder / "y.npy")
        about["X"] = str(folder / ("X.npz" if self.sparse else "X.npy"))
        np.save(about["y"], self.y)
        if self.sparse:
            scipy.sparse.save_npz(about["X"], self.X, compressed=False)
        else:
            np.save(about["X"], self.X)
        return about

    @classmethod
    def load(cls, about):
        """Read what `save` has written."""
        file = about["X"]
        sparse = Path(file).suffix == ".npz"
        X = scipy.sparse.load_npz(file) if sparse else np.load(file)
        if sparse:  # packages that are older than sparse arrays want a matrix
            X = scipy.sparse.csc_matrix(X)
            X.indices, X.indptr = (a.astype(np.int32) for a in (X.indices, X.indptr))
        return cls(**about | {"X": X, "y": np.load(about["y"])})
