"""Time whole paths of mutar_cy beside those of other packages, at equal quality.

A path has 100 strengths, from the smallest that leaves no coefficient down to a
thousandth of it. Every solver gets the loosest tolerance at which every point of it has
a relative duality gap of at most ``--gap``, computed here from X, y and coefficients.
Times are processor time, the least of several runs that alternate between the solvers,
each in a process of its own and with one thread::

    python compare_paths.py --solver mutar_cy:path --solver celer:path=/envs/bin/python
    python compare_paths.py --problem gallery --problem own:10:100:1000
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from compare_peers import Problem, describe, ratio_to_best, tune
from path_peers import PATH_PEERS
from peer_process import TooSlow, Worker

N_ALPHAS, EPS = 100, 1e-3
CELLS = (
    "gallery",
    "shared:100:5000:20",
    "shared:1000:1000:10",
    "shared:5000:300:40",
    "shared:200:5000:1",
    "shared:5000:200:1",
    "own:10:100:1000",
)


class PathWorker(Worker):
    """A solver that is given all strengths at once."""

    peers = PATH_PEERS


def repeat_all(workers, alphas, results, options):
    """Add the seconds of one more path to the result of each worker."""
    for worker in workers:
        result = results[worker.name]
        if "why" in result:
            continue
        count = max(1, min(20, int(0.1 / result["guess"])))
        try:
            seconds, gap = worker.fit(alphas, result["tol"], count)
        except TooSlow as error:
            results[worker.name] = {"why": str(error)}
            continue
        result["seconds"] += seconds
        result["gap"] = max(result["gap"], gap)


def run_problem(name, workers, options, folder):
    """Print the row of one problem."""
    problem = Problem(name, folder)
    layout = problem.shared, problem.penalty
    able = [worker for worker in workers if worker.peer.handles(*layout)]
    for worker in able:
        worker.give(problem)
    alphas = np.geomspace(problem.largest, EPS * problem.largest, N_ALPHAS).tolist()
    results = {w.name: tune(w, alphas, options.gap) for w in able}
    for _ in range(options.repeats):
        repeat_all(able, alphas, results, options)
    cells = [describe(results.get(worker.name, {})) for worker in workers]
    ratio = ratio_to_best(results)
    cells.append(f"{ratio:.2f}" if ratio else "")
    print("| " + " | ".join([name, *cells]) + " |", flush=True)
    if options.json:
        with options.json.open("a") as file:
            print(json.dumps({"problem": name, "results": results}), file=file)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--solver",
        action="append",
        metavar="NAME[@LABEL][=PYTHON]",
        help=f"one of {', '.join(PATH_PEERS)}, and the Python that has it",
    )
    parser.add_argument("--problem", action="append", help="such as own:10:100:1000")
    parser.add_argument("--gap", type=float, default=1e-6, help="relative gap to reach")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--cap", type=float, default=120.0, help="seconds a path")
    parser.add_argument("--json", type=Path, help="also append results to this file")
    parser.add_argument("--verbose", action="store_true", help="show what solvers say")
    return parser.parse_args()


def main():
    options = parse_arguments()
    limits = SimpleNamespace(**vars(options), threads=1)
    workers = []
    for solver in options.solver or ["mutar_cy:path", "sklearn:path"]:
        name, _, python = solver.partition("=")
        workers.append(PathWorker(name, python or sys.executable, limits))
    print("milliseconds: least / median (tolerance, largest relative gap)\n")
    columns = ["problem", *(w.name for w in workers), "ours / best"]
    print("| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|", flush=True)
    for name in options.problem or CELLS:
        with tempfile.TemporaryDirectory() as folder:
            run_problem(name, workers, options, Path(folder))
    for worker in workers:
        worker.stop()


if __name__ == "__main__":
    main()
