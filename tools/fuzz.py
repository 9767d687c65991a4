"""Fit generated problems until the time is over, and judge every fit independently.

Problems are hard on purpose: few samples, constant and repeated columns, scales over
many decades, weights of zero, offsets, one task or many. The judge knows no solver: it
computes objective and duality gap from X, y, coef_ and intercept_ with NumPy in
extended precision. A fit fails if it crashes, does not end in time, returns what is
not finite, or reports a smaller gap than the judge finds, beyond rounding. ``--seed``
repeats a problem that failed.
"""

import argparse
import signal
import sys
import time
import traceback
import warnings
from collections import Counter

import numpy as np

from mutar_cy import (
    DirtyModel,
    GroupLasso,
    GroupLassoCV,
    IndLasso,
    coef_frame,
    regularization_path,
)
from mutar_cy.ot import unbalanced_barycenter

SECONDS_A_FIT = 60  # problems are small: a fit takes milliseconds
ROUNDING = 1e-9  # of the null loss; the data have condition numbers up to 1e12
WIDE = np.longdouble


class Problem:
    """A generated problem: designs, targets, weights and a penalty strength."""

    def __init__(self, seed):
        self.seed, rng = seed, np.random.default_rng(seed)
        self.rng = rng
        self.p = int(rng.integers(1, 25))
        sizes = rng.integers(1, 25, size=rng.integers(1, 6))
        unit = 10.0 ** rng.integers(-3, 4)
        self.X = [self.design(int(n)) * unit for n in sizes]
        coef = (
            rng.standard_normal((self.p, len(sizes)))
            * (rng.random(self.p) < 0.3)[:, np.newaxis]
        )
        scale = 10.0 ** rng.integers(-6, 7)
        self.y = [
            scale
            * (x @ w / unit + 0.5 * rng.standard_normal(len(x)) + rng.choice([0, 9]))
            for x, w in zip(self.X, coef.T, strict=True)
        ]
        self.weights = None
        if rng.random() < 0.4:
            self.weights = [
                rng.choice([0.0, 0.5, 1.0, 3.0], size=len(v)) + np.eye(1, len(v))[0]
                for v in self.y
            ]
        self.intercept = bool(rng.random() < 0.6)
        self.fraction = float(rng.choice([1e-3, 0.03, 0.3, 0.9, 1.5]))
        self.tol = float(rng.choice([1e-3, 1e-6, 1e-10]))

    def design(self, n):
        """Return a matrix that a real table could hold."""
        rng, p = self.rng, self.p
        X = rng.standard_normal((n, p))
        kind = rng.integers(6)
        if kind == 1:
            X[:, rng.integers(p)] = 1.0  # constant
        elif kind == 2:
            X[:, rng.integers(p)] = X[:, 0]  # repeated
        elif kind == 3:
            X *= 10.0 ** rng.integers(-3, 4, size=p)  # units
        elif kind == 4:
            X = (X > 1).astype(float)  # rare indicators
        elif kind == 5:
            X += 10.0 * rng.standard_normal(p)  # means
        return X

    def strength(self):
        """Return a strength relative to the least one with which all is zero."""
        slopes = [
            x.T @ (w * (v - (w @ v) / w.sum() * self.intercept)) / w.sum()
            for x, v, w in self.tasks()
        ]
        largest = np.linalg.norm(slopes, axis=0).max()
        size = max(
            np.abs(x).max() * np.abs(v).max()
            for x, v in zip(self.X, self.y, strict=True)
        )
        # Constant columns have no slope beside an intercept, but for rounding.
        return float(self.fraction * largest) if largest > 1e-12 * size else 1.0

    def tasks(self):
        """Yield design, target and weights of every task."""
        weights = self.weights or [np.ones(len(v)) for v in self.y]
        yield from zip(self.X, self.y, weights, strict=True)


def judge(problem, model, tasks, norm, dual_norm):
    """Return objective, dual value and null loss of some tasks."""
    coef = np.asarray(model.coef_, dtype=WIDE).reshape(problem.p, -1)
    shift = np.broadcast_to(np.asarray(model.intercept_, dtype=WIDE), coef.shape[1])
    coef, shift = coef[:, tasks], shift[tasks]
    primal, slopes, square, inner, null = WIDE(model.alpha) * norm(coef), [], 0, 0, 0
    for k, (x, v, w) in enumerate([list(problem.tasks())[task] for task in tasks]):
        x, v, w = (np.asarray(a, dtype=WIDE) for a in (x, v, w))
        w = w / w.sum()
        r = v - x @ coef[:, k] - shift[k]
        primal += w @ r**2 / 2
        mean = w @ v if problem.intercept else 0
        null += w @ (v - mean) ** 2 / 2
        if problem.intercept:
            r, v = r - w @ r, v - mean  # feasible in the dual
        slopes.append(x.T @ (w * r))
        square, inner = square + w @ r**2, inner + w @ (r * v)
    bound = dual_norm(np.array(slopes).T)
    shrink = min(1, WIDE(model.alpha) / bound) if bound > 0 else WIDE(1)
    if square > 0:
        shrink = min(shrink, max(WIDE(0), inner / square))
    return primal, shrink * inner - shrink**2 * square / 2, null


NORMS = {
    GroupLasso: (
        lambda W: np.sqrt((W**2).sum(axis=1)).sum(),
        lambda G: np.sqrt((G**2).sum(axis=1)).max(),
    ),
    IndLasso: (lambda W: np.abs(W).sum(), lambda G: np.abs(G).max()),
}


def fit_and_judge(problem):
    """Fit a convex model and compare its certificate with the judge's."""
    cls = GroupLasso if problem.rng.random() < 0.6 else IndLasso
    model = cls(
        problem.strength(),
        fit_intercept=problem.intercept,
        tol=problem.tol,
        groups=None,
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(problem.X, problem.y, sample_weight=problem.weights)
    if not np.isfinite(model.coef_).all():
        return "not finite"
    every = np.arange(len(problem.y))
    apart = (
        every[:, np.newaxis] if cls is IndLasso else [every]
    )  # problems of their own
    parts = [judge(problem, model, tasks, *NORMS[cls]) for tasks in apart]
    primal, dual, null = np.sum(parts, axis=0)
    said = float(np.sum(model.dual_gap_))
    unconverged = any("Convergence" in w.category.__name__ for w in caught)
    allowed = max(said, 0 if unconverged else problem.tol * null)
    gap = primal - dual
    if gap > 1.0001 * allowed + ROUNDING * null:  # or is the judge's dual point poor?
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.set_params(tol=1e-13).fit(
                problem.X, problem.y, sample_weight=problem.weights
            )
        best = [judge(problem, model, tasks, *NORMS[cls])[1] for tasks in apart]
        gap = primal - np.sum(best)
    if gap > 1.0001 * allowed + ROUNDING * null:
        return f"{cls.__name__}: gap {gap:.2e} of null {null:.2e}, reported {said:.2e}"
    return None


def use_others(problem):
    """Run what has no certificate of its own: it must end, with finite numbers."""
    X, y, options = problem.X, problem.y, {"fit_intercept": problem.intercept}
    alpha, choice = problem.strength(), problem.rng.integers(4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if choice == 0:
            numbers = DirtyModel(alpha, 0.7 * alpha, **options).fit(X, y).coef_
        elif choice == 1 and min(map(len, X)) >= 4:
            model = GroupLassoCV(alphas=4, cv=2, **options)
            numbers = coef_frame(model.fit(X, y)).to_numpy()
        elif choice == 2:
            path = regularization_path(GroupLasso(**options), X, y, alphas=5)
            numbers = path.coefs
        else:
            cost = np.abs(np.subtract.outer(np.arange(problem.p), np.arange(problem.p)))
            masses = np.abs(problem.rng.standard_normal((problem.p, 3))) + 1e-3
            numbers = unbalanced_barycenter(masses, 1.0 * cost, 0.5, 1.0).barycenter
    return None if np.isfinite(numbers).all() else f"not finite, choice {choice}"


def out_of_time(number, frame):
    """Raise in the fit that is running."""
    raise TimeoutError(f"longer than {SECONDS_A_FIT} s")


def run(seed):
    """Return what is wrong with a problem, or None."""
    signal.alarm(SECONDS_A_FIT)
    try:
        problem = Problem(seed)
        return (fit_and_judge if seed % 4 else use_others)(problem)
    except Exception:
        return traceback.format_exc()
    finally:
        signal.alarm(0)


def main():
    """Fit until the time is over; the exit status is 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, help="one problem only")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    given = parser.parse_args()
    signal.signal(signal.SIGALRM, out_of_time)
    if given.seed is not None:
        print(run(given.seed) or "nothing is wrong")
        return 0
    counts, seed, end = Counter(), given.start, time.process_time() + 60 * given.minutes
    while time.process_time() < end:
        wrong = run(seed)
        counts["wrong" if wrong else "right"] += 1
        if wrong:
            print(f"--seed {seed}: {wrong}", flush=True)
        seed += 1
    print(f"{counts['right']} passed, {counts['wrong']} failed")
    return counts["wrong"] > 0


if __name__ == "__main__":
    sys.exit(main())
