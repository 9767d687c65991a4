"""Compare a lasso by chunks with scikit-learn's SGD on the same store.

SGDRegressor with an l1 penalty minimises the same objective by partial_fit, chunk by
chunk, on columns that a first pass has standardised. It has no certificate: what its
objective exceeds the certified minimum by is told after every epoch, as a share of the
objective without features::

    python compare_chunks.py --folder /scratch/store --rows 150000 --features 300
"""

import time
from argparse import ArgumentParser

import numpy as np
from chunk_store import open_store, write_store
from sklearn.linear_model import SGDRegressor
from sklearn.preprocessing import StandardScaler

from mutar_cy import IndLasso
from mutar_cy.chunks import RowChunks

TASK, ROWS = "a", 2000  # rows of a call of partial_fit


def pieces(X, y):
    """Yield the rows of a design and its targets, piece by piece."""
    for start in range(0, len(X), ROWS):
        own = slice(start, start + ROWS)
        yield np.asarray(X[own], dtype=np.float64), y[own]


def standardised(X, y):
    """Return the transformer of one pass over the data."""
    scaler = StandardScaler()
    for rows, _ in pieces(X, y):
        scaler.partial_fit(rows)
    return scaler


def objective(model, scaler, X, y, alpha):
    """Return the lasso objective of fitted coefficients, by a pass over the data."""
    total = 0.0
    for rows, target in pieces(X, y):
        total += np.sum((target - model.predict(scaler.transform(rows))) ** 2)
    return 0.5 * total / len(y) + alpha * np.abs(model.coef_).sum()


def main():
    """Fit with both, and print objectives over the minimum."""
    parser = ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", required=True)
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--features", type=int, default=300)
    parser.add_argument("--alpha", type=float, default=0.02)
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    write_store(options.folder, options.rows, options.features)
    designs, targets, _ = open_store(options.folder)
    X, y, alpha = designs[TASK].X, targets[TASK], options.alpha
    began = time.perf_counter()
    ours = IndLasso(alpha, normalize="std", tol=1e-4).fit(RowChunks(X), y)
    seconds = time.perf_counter() - began
    null = 0.5 * np.var(y)
    print("| method | passes | s | excess of the objective | certified gap |")
    print("|---|---|---|---|---|")
    gap = float(np.max(ours.dual_gap_)) / null
    print(f"| mutar_cy | {ours.n_passes_} | {seconds:.2f} | | {gap:.1e} |", flush=True)
    began = time.perf_counter()
    scaler, least = standardised(X, y), float(np.sum(ours.objective_))
    model = SGDRegressor(penalty="l1", alpha=alpha, random_state=0, average=True)
    seconds = time.perf_counter() - began
    for epoch in range(1, options.epochs + 1):
        began = time.perf_counter()
        for rows, target in pieces(X, y):
            model.partial_fit(scaler.transform(rows), target)
        seconds += time.perf_counter() - began
        excess = (objective(model, scaler, X, y, alpha) - least) / null
        print(
            f"| SGD, averaged | {1 + epoch} | {seconds:.2f} | {excess:.1e} | |",
            flush=True,
        )


if __name__ == "__main__":
    main()
