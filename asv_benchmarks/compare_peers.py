"""Time mutar_cy beside other packages at equal, certified quality.

Every solver gets the loosest tolerance at which the relative duality gap of its
coefficients, computed here from X, y and the coefficients, is at most ``--gap``: nobody
is timed while solving further than asked. Timed fits alternate between the solvers.
Each solver lives in its own process, so each may have its own environment::

    python compare_peers.py --solver sklearn --solver celer=/envs/peers/bin/python
    python compare_peers.py --solver mutar_cy --solver sklearn --problem own:10:100:1000

Without ``=``, the Python that runs this script is used; ``mutar_cy@new=...`` is
mutar_cy under another label, for two versions side by side. Without ``--problem``, all
cells are run. Pin the script to as many cores as ``--threads`` says.
"""

import argparse
import json
import math
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
from benchmarks._problems import alpha_max, make_problem
from peer_process import TooSlow, Worker
from peers import PEERS

STRONG, ALL = (0.5, 0.1), (0.5, 0.1, 0.02)
CELLS = {
    "gallery": ALL,
    "shared:100:5000:20": ALL,
    "shared:1000:1000:10": ALL,
    "shared:5000:300:40": ALL,
    "shared:300:20000:50": ALL,
    "own:10:100:1000": STRONG,
    "own:200:50:500": STRONG,
    "own:5:2000:2000": STRONG,
    "own:50:200:5000": STRONG,
    "independent:10:100:1000": (0.02,),
    "leadfield:60:1000:20": ALL,
    "leadfield:300:5000:20": ALL,
    "subjects:5:200:2000": STRONG,
    "dirty:10:100:1000": (0.3,),
    "dirty:200:50:500": (0.3,),
    "dirty:5:2000:2000": (0.3,),
    "dirty:50:200:5000": (0.3,),
}
TIGHTEST = 1e-24  # adelie compares squares


class Problem:
    """The data of a cell, as files that all workers read."""

    def __init__(self, name, folder):
        X, y, penalty = make_problem(name)
        self.shared, self.penalty = X.ndim == 2, penalty
        self.largest = alpha_max(X, y, penalty)
        self.files = {"penalty": penalty}
        for label, array in (("X", X), ("y", y)):
            self.files[label] = str(folder / f"{label}.npy")
            np.save(self.files[label], array)


def loosest_tolerance(worker, alpha, target):
    """Return the largest tolerance, within a factor 1.8, that reaches the target gap.

    Also the seconds and the gap there; None if no tolerance does.
    """
    best, failed, tol = None, None, worker.tol
    while best is None and tol >= TIGHTEST:
        seconds, gap = worker.fit(alpha, tol)
        best, failed = ((tol, seconds, gap), failed) if gap <= target else (best, tol)
        tol /= 10
    ceiling = worker.peer.loosest if worker.peer.bounded else 1.0
    while best and failed is None and best[0] * 10 <= ceiling * 1.001:
        seconds, gap = worker.fit(alpha, best[0] * 10)
        if gap <= target:
            best = best[0] * 10, seconds, gap
        else:
            failed = best[0] * 10
    while best and failed and failed / best[0] > 1.8:
        middle = math.sqrt(failed * best[0])
        seconds, gap = worker.fit(alpha, middle)
        if gap <= target:
            best = middle, seconds, gap
        else:
            failed = middle
    return best


def tune(worker, alpha, target):
    """Return a result with the tolerance to time at, or with why there is none."""
    try:
        found = loosest_tolerance(worker, alpha, target)
    except (TooSlow, RuntimeError) as error:
        return {"why": str(error)[:80]}
    if found is None:
        return {"why": "gap not reached"}
    worker.tol, seconds, gap = found
    return {"tol": worker.tol, "gap": gap, "seconds": [], "guess": min(seconds)}


def time_cell(workers, alpha, options):
    """Return one result per worker; timed fits alternate between them."""
    results = {w.name: tune(w, alpha, options.gap) for w in workers}
    running = [w for w in workers if "tol" in results[w.name]]
    for _ in range(options.repeats):
        for worker in running:
            result = results[worker.name]
            enough = len(result["seconds"]) >= 2
            if "why" in result or (enough and sum(result["seconds"]) > options.budget):
                continue
            # Fits much shorter than a switch of process come several at a time.
            usual = min(result["seconds"], default=result["guess"])
            count = max(1, min(20, int(0.02 / usual)))
            try:
                seconds, gap = worker.fit(alpha, result["tol"], count)
            except TooSlow as error:
                results[worker.name] = {"why": str(error)}
                continue
            result["seconds"] += seconds
            result["gap"] = max(result["gap"], gap)
    return results


def describe(result):
    """Return least and median milliseconds, tolerance and gap of a result."""
    if "tol" not in result:
        return result.get("why", "")
    least, middle = (f(result["seconds"]) * 1e3 for f in (min, statistics.median))
    return f"{least:.3g} / {middle:.3g} ({result['tol']:.0e}, {result['gap']:.1e})"


def ratio_to_best(results):
    """Return our least time (of our first entry) over the best peer's, or None."""
    least = {n: min(r["seconds"]) for n, r in results.items() if r.get("seconds")}
    ours = [n for n in least if n.startswith("mutar_cy")]
    peers = [least[n] for n in least if n not in ours]
    return least[ours[0]] / min(peers) if ours and peers else None


def run_problem(name, workers, options, folder):
    """Print the rows of one problem; return our ratios to the best peer."""
    problem = Problem(name, folder)
    layout = problem.shared, problem.penalty
    able = [worker for worker in workers if worker.peer.handles(*layout)]
    for worker in able:
        worker.give(problem)
    ratios = []
    for strength in options.ratio or CELLS.get(name, STRONG):
        results = time_cell(able, strength * problem.largest, options)
        cells = [describe(results.get(worker.name, {})) for worker in workers]
        ratio = ratio_to_best(results)
        ratios += [ratio] if ratio else []
        cells.append(f"{ratio:.2f}" if ratio else "")
        print("| " + " | ".join([name, f"{strength:g}", *cells]) + " |", flush=True)
        if options.json:
            record = {"problem": name, "strength": strength, "results": results}
            with options.json.open("a") as file:
                print(json.dumps(record), file=file)
    return ratios


def usual_arguments(description, packages):
    """Return a parser of what every comparison may be told."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--solver",
        action="append",
        metavar="NAME[@LABEL][=PYTHON]",
        help=f"one of {', '.join(packages)}, and the Python that has it",
    )
    parser.add_argument("--problem", action="append", help="such as own:10:100:1000")
    parser.add_argument("--gap", type=float, default=1e-6, help="relative gap to reach")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--cap", type=float, default=60.0, help="seconds a fit")
    parser.add_argument("--json", type=Path, help="also append results to this file")
    parser.add_argument("--verbose", action="store_true", help="show what solvers say")
    return parser


def parse_arguments():
    parser = usual_arguments(__doc__.splitlines()[0], PEERS)
    parser.add_argument("--ratio", type=float, action="append", help="alpha/alpha_max")
    parser.add_argument("--budget", type=float, default=10.0, help="seconds a cell")
    return parser.parse_args()


def make_workers(make, options, usual):
    """Return the solvers that were asked for, or usual ones."""
    workers = []
    for solver in options.solver or usual:
        name, _, python = solver.partition("=")
        workers.append(make(name, python or sys.executable, options))
    return workers


def print_head(title, columns):
    print(title + "\n")
    print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|", flush=True)


def main():
    options = parse_arguments()
    workers = make_workers(Worker, options, ["mutar_cy", "sklearn"])
    columns = ["problem", "alpha/max", *(w.name for w in workers), "ours / best"]
    print_head("milliseconds: least / median (tolerance, relative gap)", columns)
    kinds = {}
    for name in options.problem or CELLS:
        with tempfile.TemporaryDirectory() as folder:
            ratios = run_problem(name, workers, options, Path(folder))
        kinds.setdefault(name.partition(":")[0], []).extend(ratios)
    for worker in workers:
        worker.stop()
    for kind, ratios in kinds.items():
        if ratios:
            print(f"\n{kind}: geometric mean {statistics.geometric_mean(ratios):.3f}")


if __name__ == "__main__":
    main()
