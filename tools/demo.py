"""The main job on twelve sites: what ``make demo`` runs.

Runs an example of the gallery, which prints how well four models predict new patients
and which features they select, and saves its picture to ``demo_output/``. Then
certifies the group lasso: the duality gap is computed here from X, y, coef_ and
intercept_, with NumPy alone. The exit status is 1 if the gap exceeds the tolerance.
"""

import runpy
import sys
from pathlib import Path
from time import perf_counter

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np

from mutar_cy import GroupLassoCV

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "demo_output"
EXAMPLE = ROOT / "examples" / "start" / "plot_many_sites.py"


def gap_and_scale(X, y, coef, intercept, alpha):
    """Return the duality gap, and the loss of the null model that ``tol`` refers to.

    ``X`` and ``y`` hold a design and a target per task, ``coef`` is (n_features,
    n_tasks). The penalty is alpha times the sum of the norms of the rows.
    """
    residuals = [
        v - x @ w - b for x, v, w, b in zip(X, y, coef.T, intercept, strict=True)
    ]
    primal = sum(r @ r / (2 * len(r)) for r in residuals)
    primal += alpha * np.linalg.norm(coef, axis=1).sum()
    residuals = [r - r.mean() for r in residuals]  # orthogonal to the intercepts
    slopes = [x.T @ r / len(r) for x, r in zip(X, residuals, strict=True)]
    square = sum(r @ r / len(r) for r in residuals)
    inner = sum(r @ (v - v.mean()) / len(r) for r, v in zip(residuals, y, strict=True))
    shrink = min(inner / square, alpha / np.linalg.norm(slopes, axis=0).max())
    gap = primal - (shrink * inner - shrink**2 * square / 2)
    return gap, sum(np.var(v) / 2 for v in y)


def certify(model, X, y):
    """Print the duality gap of a fit, computed from the data; say whether it is met."""
    sites = list(model.tasks_)
    designs, targets = [X[site] for site in sites], [y[site] for site in sites]
    fitted = model.coef_, model.intercept_, model.alpha_
    gap, scale = gap_and_scale(designs, targets, *fitted)
    print(
        f"Certificate of {type(model).__name__}, computed from the data: its objective "
        f"is at most\n{gap:.1e} above the minimum; tol={model.tol:g} allows "
        f"{model.tol * scale:.1e}."
    )
    return gap <= model.tol * scale


def main():
    """Run the example; return whether the group lasso is certified."""
    OUTPUT.mkdir(exist_ok=True)
    print("Twelve hospitals, 30 to 59 patients each, 60 features, 5 of them matter:\n")
    found = runpy.run_path(str(EXAMPLE))
    picture = OUTPUT / "many_sites.png"
    plt.gcf().savefig(picture, dpi=150)
    print(f"\nPicture: {picture.relative_to(ROOT)}")
    start = perf_counter()
    model = GroupLassoCV().fit(found["X"], found["y"])
    seconds = perf_counter() - start
    n_fits = np.size(model.mse_path_) + 1
    print(f"GroupLassoCV: {n_fits} fits in {seconds:.1f} s.\n")
    return certify(model, found["X"], found["y"])


if __name__ == "__main__":
    sys.exit(not main())
