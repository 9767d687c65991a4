"""Measure fits by chunks on a store: passes, seconds, gap and peak memory.

Every fit runs in a process of its own, beside one that reads the files and does nothing
else. The store of the guide, 6 GB (the disk needs as much)::

    python measure_chunks.py --folder /scratch/store --rows 1500000 --features 1000

A fit with less working memory than statistics take goes by columns in play::

    python measure_chunks.py --folder /scratch/wide --rows 45000 --features 8000 \\
        --fits fit
"""

import multiprocessing
import resource
import time
from argparse import ArgumentParser
from pathlib import Path

from chunk_store import open_store, write_store

from mutar_cy import GroupLasso, GroupLassoCV, regularization_path

BLOCK = 2**26  # bytes that are read at a time
ALPHA = 0.03


def read_files(folder):
    """Read all designs, as fast as the disk and its cache give them."""
    for path in sorted(Path(folder).glob("?.npy")):
        with path.open("rb") as file:
            while file.read(BLOCK):
                pass


def run_fit(folder, name):
    """Run a fit; return its passes, its gap and its objective."""
    X, y, counts = open_store(folder)
    if name == "path":
        path = regularization_path(GroupLasso(), X, y, alphas=50)
        return "", path.dual_gaps.max(), path.objectives[-1]
    model = {
        "fit": GroupLasso(ALPHA),
        "cv": GroupLassoCV(alphas=50),
        "poisson": GroupLasso(ALPHA, loss="poisson"),
    }[name]
    model.fit(X, counts if name == "poisson" else y)
    return model.n_passes_, model.dual_gap_, model.objective_


def measure(folder, name, results):
    """Put the passes, seconds, peak memory in MB, gap and objective into a queue."""
    began, cpu = time.perf_counter(), time.process_time()
    found = ("", 0.0, 0.0)
    if name == "read":
        read_files(folder)
    else:
        found = run_fit(folder, name)
    seconds = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    results.put((*found, *seconds, peak))


def main():
    """Write the store and print a table."""
    parser = ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", required=True)
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--features", type=int, default=300)
    parser.add_argument("--fits", nargs="+", default=["fit", "path", "cv", "poisson"])
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    # In a process of its own: the peak memory of a process counts for its children.
    sizes = options.folder, options.rows, options.features
    writer = context.Process(target=write_store, args=sizes)
    writer.start()
    writer.join()
    print("| fit | passes | wall, s | processor, s | peak, MB | gap | objective |")
    print("|---|---|---|---|---|---|---|")
    for name in ["read", *options.fits]:
        results = context.Queue()
        process = context.Process(target=measure, args=(options.folder, name, results))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(f"The fit {name!r} failed; see its error above.")
        passes, gap, objective, wall, cpu, peak = results.get()
        cells = f"{wall:.1f} | {cpu:.1f} | {peak:.0f} | {gap:.1e} | {objective:.4g}"
        print(f"| {name} | {passes} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
