"""Time whole paths of mutar_cy beside those of other packages, at equal quality.

A path has 100 strengths, from the smallest that leaves no coefficient down to a
thousandth of it. Every solver gets the loosest tolerance at which every point of it has
a relative duality gap of at most ``--gap``, computed here from X, y and coefficients.
Times are processor time, the least of several runs that alternate between the solvers,
each in a process of its own and with one thread::

    python compare_paths.py --solver mutar_cy:path --solver celer:path=/envs/bin/python
    python compare_paths.py --problem gallery --problem own:10:100:1000
"""

import json
import tempfile
from pathlib import Path

import numpy as np
from benchmarks._problems import PATH_EPS, PATH_LENGTH, PATHS
from compare_peers import (
    Problem,
    describe,
    make_workers,
    print_head,
    ratio_to_best,
    tune,
    usual_arguments,
)
from path_peers import PATH_PEERS
from peer_process import TooSlow, Worker


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
    largest = problem.largest
    alphas = np.geomspace(largest, PATH_EPS * largest, PATH_LENGTH).tolist()
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


def main():
    options = usual_arguments(__doc__.splitlines()[0], PATH_PEERS).parse_args()
    workers = make_workers(PathWorker, options, ["mutar_cy:path", "sklearn:path"])
    columns = ["problem", *(w.name for w in workers), "ours / best"]
    print_head(
        "milliseconds: least / median (tolerance, largest relative gap)", columns
    )
    for name in options.problem or PATHS:
        with tempfile.TemporaryDirectory() as folder:
            run_problem(name, workers, options, Path(folder))
    for worker in workers:
        worker.stop()


if __name__ == "__main__":
    main()
