"""Problems of transport to time, the same ones everywhere.

Nothing here imports mutar_cy or a peer.
"""

import numpy as np

from benchmarks._problems import CORTEX, SEED, hemisphere, leadfield

NOISE = 0.1  # deviation, in that of the signal
HEIGHT = 10.0  # of peaks
SPARSE = 0.1  # strength of the l1 term, in terms of the largest correlation
# Shape of the grid, tasks, samples, how far peaks move from task to task, how wide they
# are (0: one feature each), alpha, epsilon.
GRIDS = {
    "16 x 16, strong": ((16, 16), 3, 64, 1.5, 1.0, 5.0, 5 / 256),
    "16 x 16, stronger": ((16, 16), 3, 64, 1.5, 1.0, 20.0, 5 / 256),
    "line of 500": ((500,), 4, 100, 10.0, 4.0, 1.0, 0.01),
    "line of 500, weak": ((500,), 4, 100, 4.0, 0.0, 0.1, 0.01),
    "32 x 32, weak": ((32, 32), 4, 256, 1.5, 1.0, 0.04, 5 / 1024),
    "32 x 32, weak, points": ((32, 32), 4, 256, 1.0, 0.0, 0.04, 5 / 1024),
    "50 x 50": ((50, 50), 4, 64, 1.5, 2.0, 1.0, 5 / 2500),
    "50 x 50, weak, points": ((50, 50), 4, 64, 1.0, 0.0, 0.04, 5 / 2500),
}
SPHERE = "sphere of 2000"  # 5 subjects' leadfields of 200 sensors, distances as costs
PROBLEMS = [*GRIDS, SPHERE]


def make_problem(name):
    """Return a problem as a dict of X, y, M, alpha, beta, epsilon and gamma."""
    rng = np.random.default_rng(SEED)
    if name == SPHERE:
        points, power = hemisphere(2000, CORTEX), 1
        shift, width, alpha, epsilon = 0.1 * CORTEX, 0.0, 1.0, 5 / 2000
        X = np.stack([leadfield(200, len(points), rng) for _ in range(5)])
    else:
        shape, n_tasks, n_samples, shift, width, alpha, epsilon = GRIDS[name]
        axes = np.meshgrid(*map(np.arange, shape), indexing="ij")
        points, power = np.stack(axes, axis=-1).reshape(-1, len(shape)), 2
        X = None
    coef = peaks(points, n_tasks if X is None else len(X), shift, width, rng)
    if X is None:
        X = rng.standard_normal((n_tasks, n_samples, len(points)))
    y = np.einsum("tnp,pt->tn", X, coef)
    y += NOISE * y.std() * rng.standard_normal(y.shape)
    M = ((points[:, None] - points) ** 2).sum(axis=-1) ** (power / 2)
    M /= np.median(M)
    beta = SPARSE * np.abs(np.einsum("tnp,tn->tp", X, y)).max() / X.shape[1]
    gamma = -M.max() / (2.0 * np.log(0.8))
    numbers = {"alpha": alpha, "beta": beta, "epsilon": epsilon, "gamma": gamma}
    return {"X": X, "y": y, "M": M} | {k: float(v) for k, v in numbers.items()}


def peaks(points, n_tasks, shift, width, rng):
    """Return coefficients: peaks of both signs, somewhere else in every task."""
    coef = np.zeros((len(points), n_tasks))
    centres = points[rng.choice(len(points), 3, replace=False)]
    for sign, centre in zip((1.0, -1.0, 1.0), centres, strict=True):
        for k in range(n_tasks):
            apart = points - centre - rng.normal(0.0, shift, points.shape[1])
            square = (apart**2).sum(axis=1)
            if width:
                coef[:, k] += sign * np.exp(-square / (2.0 * width**2))
            else:
                coef[square.argmin(), k] += sign * rng.uniform(1.0, 2.0)
    return HEIGHT * coef


def make_masses(shape, n_tasks=4):
    """Return masses theta and a cost M of median 1 for a barycentre on a grid."""
    axes = np.meshgrid(*map(np.arange, shape), indexing="ij")
    points = np.stack(axes, axis=-1).reshape(-1, len(shape)).astype(np.float64)
    M = ((points[:, None] - points) ** 2).sum(axis=-1)
    theta = np.random.default_rng(SEED).random((len(M), n_tasks)) ** 4
    return theta, M / np.median(M)
