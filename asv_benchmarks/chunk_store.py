"""A store larger than memory, for scripts that measure fits by chunks."""

from pathlib import Path

import numpy as np

from mutar_cy.chunks import RowChunks

ROWS = 20_000  # written at a time
N_TRUE = 40  # features with an effect, the same in all tasks
SHARES = {"a": 7, "b": 5, "c": 3}  # of the rows


def sizes_of_tasks(n_rows):
    """Return the number of rows of every task."""
    return {t: n_rows * share // sum(SHARES.values()) for t, share in SHARES.items()}


def write_store(folder, n_rows, n_features):
    """Write a float32 design and the targets of every task, unless they are there.

    Neighbouring columns are correlated, and all means are 10. Targets of counts have
    means about 1.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    effects = np.zeros((n_features, len(SHARES)), dtype=np.float32)
    effects[:N_TRUE] = 0.1 * rng.standard_normal((N_TRUE, len(SHARES)))
    for k, (task, n) in enumerate(sizes_of_tasks(n_rows).items()):
        if (folder / f"{task}_counts.npy").exists():
            continue
        X = np.lib.format.open_memmap(
            folder / f"{task}.npy", "w+", np.float32, (n, n_features)
        )
        y, counts = np.empty(n), np.empty(n)
        for start in range(0, n, ROWS):
            own = slice(start, min(start + ROWS, n))
            Z = rng.standard_normal((own.stop - start, n_features), dtype=np.float32)
            Z[:, 1:] += 0.5 * Z[:, :-1]
            X[own] = Z + 10.0
            eta = Z @ effects[:, k]
            y[own] = eta + rng.standard_normal(len(Z))
            counts[own] = rng.poisson(np.exp(np.clip(0.5 * eta, -5.0, 5.0)))
        X.flush()
        np.save(folder / f"{task}_y.npy", y)
        np.save(folder / f"{task}_counts.npy", counts)


def open_store(folder):
    """Return the designs, the targets and the counts of all tasks."""
    folder = Path(folder)
    X = {t: RowChunks(np.load(folder / f"{t}.npy", mmap_mode="r")) for t in SHARES}
    y = {t: np.load(folder / f"{t}_y.npy") for t in SHARES}
    counts = {t: np.load(folder / f"{t}_counts.npy") for t in SHARES}
    return X, y, counts
