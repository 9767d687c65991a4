"""The main job, on two problems, one of them real: what ``make demo`` runs.

Runs two examples of the gallery, which print what was selected and draw the plots, and
saves the plots into ``demo_output/``. Then certifies the fits: the duality gap is
computed here from X, y, coef_ and intercept_, with NumPy alone. Last, the times beside
scikit-learn's. The exit status is 1 if a fit misses its tolerance.
"""

import runpy
import sys
from functools import partial
from pathlib import Path
from time import perf_counter

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import sklearn.linear_model
from threadpoolctl import threadpool_limits

import mutar_cy.linear_model
from mutar_cy import GroupLasso

ROOT = Path(__file__).parents[1]
OUTPUT = ROOT / "demo_output"
REPEATS = 7


def run_example(title, name):
    """Run a gallery example, save its figures, and return its variables."""
    print(f"\n{title}\n{'-' * len(title)}")
    plt.close("all")
    variables = runpy.run_path(str(ROOT / "examples" / f"plot_{name}.py"))
    kinds = ("support", "coefficients")
    for number, kind in zip(plt.get_fignums(), kinds, strict=True):
        path = OUTPUT / f"{name}_{kind}.png"
        plt.figure(number).savefig(path, dpi=150)
        print("saved", path.relative_to(ROOT))
    return variables


def gap_and_scale(X, y, coef, intercept, alpha):
    """Return the duality gap, and the loss of the null model that ``tol`` refers to.

    ``X`` and ``y`` hold a design and a target per task, ``coef`` is (n_features,
    n_tasks). Rows of ``coef`` are the blocks of the penalty; with one task, that is
    the lasso's.
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


def one_by_one(X, y, coef, intercept, alpha):
    """Yield a problem of one task for each of several."""
    for x, v, w, b in zip(X, y, coef.T, intercept, strict=True):
        yield [x], [v], w[:, None], [b], alpha


def certify(name, tol, problems):
    """Print the gap of all ``problems`` beside its target; say whether it is met."""
    gap, scale = np.sum([gap_and_scale(*problem) for problem in problems], axis=0)
    met = gap <= tol * scale
    print(f"{name:<24} {gap:10.2e}  {tol * scale:12.2e}  {'yes' if met else 'NO'}")
    return met


def certify_all(first, second):
    """Print the certificates of both examples; return whether all are met."""
    print("\nCertificates: duality gap, recomputed from X, y, coef_ and intercept_")
    print(f"{'':<24} {'gap':>10}  {'target':>12}  met")
    tol, tasks = first["tol"], list(first["Y"].T)
    designs = [first["X"]] * len(tasks)
    alone, together = first["alone"], first["together"]
    coef = np.stack([model.coef_ for model in alone], axis=1)
    intercept = [model.intercept_ for model in alone]
    met = [
        certify(
            "Lasso, 40 tasks", tol, one_by_one(designs, tasks, coef, intercept, 0.5)
        ),
        certify(
            "MultiTaskLasso, 40 tasks",
            tol,
            [(designs, tasks, together.coef_.T, together.intercept_, 1.0)],
        ),
    ]
    for name, model in second["models"].items():
        fitted = (model.coef_, model.intercept_, model.alpha)
        problem = (second["X"], second["y"], *fitted)
        parts = one_by_one(*problem) if name == "IndLasso" else [problem]
        met.append(certify(f"{name}, 2 cohorts", second["tol"], parts))
    return all(met)


def fastest(fit):
    """Return the shortest of a few runs, in milliseconds."""
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        fit()
        times.append(perf_counter() - start)
    return 1000 * min(times)


def lasso_per_task(module, X, y, alpha, tol):
    """Fit one ``Lasso`` of ``module`` per task."""
    for x, v in zip(X, y, strict=True):
        module.Lasso(alpha=alpha, tol=tol, max_iter=100_000).fit(x, v)


def compare_all(first, second):
    """Print how long the fits take with our classes, and with scikit-learn's."""
    tol, X, Y = first["tol"], first["X"], first["Y"]
    designs, cohorts, y = [X] * Y.shape[1], second["X"], second["y"]
    alpha, group = second["models"]["IndLasso"].alpha, second["models"]["GroupLasso"]
    fits = {
        "Lasso, 40 tasks": lambda m: lasso_per_task(m, designs, Y.T, 0.5, tol),
        "MultiTaskLasso, 40 tasks": lambda m: m.MultiTaskLasso(
            alpha=1.0, tol=tol, max_iter=100_000
        ).fit(X, Y),
        "Lasso, 2 cohorts": lambda m: lasso_per_task(m, cohorts, y, alpha, tol),
    }
    print(f"\nMilliseconds to tol={tol:.0e}, one thread, best of {REPEATS} runs")
    print(f"{'':<24} {'mutar_cy':>10}  {'scikit-learn':>12}")
    for name, fit in fits.items():
        modules = mutar_cy.linear_model, sklearn.linear_model
        ours, theirs = (fastest(partial(fit, module)) for module in modules)
        print(f"{name:<24} {ours:10.2f}  {theirs:12.2f}")
    model = GroupLasso(alpha=group.alpha, tol=tol)
    ours = fastest(lambda: model.fit(cohorts, y))
    print(f"{'GroupLasso, 2 cohorts':<24} {ours:10.2f}  {'has none':>12}")


def main():
    """Run both problems; return whether every fit is certified."""
    OUTPUT.mkdir(exist_ok=True)
    first = run_example(
        "Joint feature selection: 40 tasks on one design", "joint_feature_selection"
    )
    second = run_example("Diabetes: two cohorts, a design for each", "ragged_cohorts")
    met = certify_all(first, second)
    with threadpool_limits(1):
        compare_all(first, second)
    return met


if __name__ == "__main__":
    sys.exit(not main())
