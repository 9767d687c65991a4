"""The loop over cells that all comparisons share, at equal and certified quality.

A cell is a problem and what is asked of it. Every solver gets the loosest tolerance at
which the relative duality gap of its coefficients, computed here from X, y and the
coefficients, is at most ``--gap``: nobody is timed while solving further than asked.
Timed fits alternate between the solvers. Each solver lives in its own process, so each
may have its own environment. Times are processor time of one thread and the least of
several runs, so that what else a machine does counts little.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from peer_process import TooSlow, Worker
from problem import Problem
from registry import KINDS, NO_RIVALS, package_of
from table import print_head, print_row, write_tables

TIGHTEST = 1e-24  # adelie compares squares
SHORT = 0.02  # seconds: shorter fits come several at a time
LEAST_CAP = 0.3  # seconds that the slowest package may take


@dataclass(frozen=True)
class Cell:
    """A problem, and the strengths that are asked for.

    ``asked`` is "fit" and a ratio alpha/alpha_max, "path" and (number of strengths,
    last over first) or the strengths, or "cv" and None.
    """

    group: str
    problem: str
    asked: str
    strength: object = None

    @property
    def label(self):
        """What the cell is called in tables."""
        if self.asked == "fit":
            return f"{self.problem} at {self.strength:g}"
        return self.problem

    def make(self):
        """Return the problem, with an intercept if what is asked has one by default."""
        problem = Problem.make(self.problem)
        if problem.loss == "squared_error" and self.asked != "fit":
            problem.intercept = self.asked == "cv"
        return problem

    def alphas(self, largest):
        """Return what a solver is asked for: a number, a list or None."""
        if self.asked == "fit":
            return self.strength * largest
        if self.asked == "cv":
            return None
        if isinstance(self.strength, list):
            return self.strength
        length, eps = self.strength
        return np.geomspace(largest, eps * largest, length).tolist()


class Search:
    """The largest tolerance, within a factor 1.8, that reaches the target gap."""

    def __init__(self, worker, alpha, target, cap):
        self.worker, self.alpha, self.target, self.cap = worker, alpha, target, cap
        self.best = self.failed = None

    def attempt(self, tol):
        """Fit once; take the tolerance as the best yet, or as one that failed."""
        reply = self.worker.fit(self.alpha, tol, self.cap)
        if reply["gap"] <= self.target:
            self.best = {"tol": tol} | reply
        else:
            self.failed = tol

    def run(self):
        """Return the reply of the best fit, with its tolerance, or None."""
        peer = self.worker.peer
        tol = self.target if peer.bounded else peer.loosest
        ceiling = tol if peer.bounded else 1.0
        while self.best is None and tol >= TIGHTEST:
            self.attempt(tol)
            tol /= 10
        if self.best is None:
            return None
        while self.failed is None and self.best["tol"] * 10 <= ceiling * 1.001:
            self.attempt(self.best["tol"] * 10)
        while self.failed and self.failed / self.best["tol"] > 1.8:
            self.attempt(math.sqrt(self.failed * self.best["tol"]))
        return self.best


def tune(worker, alpha, target, cap):
    """Return a result with the tolerance to time at, or with why there is none."""
    try:
        if alpha is None:
            found = {"tol": None} | worker.fit(None, None, cap)
        else:
            found = Search(worker, alpha, target, cap).run()
    except (TooSlow, RuntimeError) as error:
        return {"why": str(error)[:80]}
    if found is None:
        return {"why": "gap not reached"}
    return found | {"guess": min(found["seconds"]), "seconds": []}


def time_cell(workers, alpha, target, options):
    """Return one result per worker; timed fits alternate between them.

    A package that takes ``--behind`` times as long as ours is not followed further.
    """
    results, caps, cap = {}, {}, options.cap
    for worker in workers:
        caps[worker.name] = options.cap if is_ours(worker.adapter) else cap
        found = tune(worker, alpha, target, caps[worker.name])
        result = results[worker.name] = found
        if worker is workers[0] and "guess" in result:
            cap = min(cap, max(LEAST_CAP, options.behind * result["guess"]))
    for _ in range(options.repeats):
        for worker in workers:
            result = results[worker.name]
            if not done(result, options):
                repeat(worker, alpha, results, caps[worker.name])
    return results


def is_ours(adapter):
    """Whether an adapter is of mutar_cy."""
    return adapter.partition(":")[0] == "mutar_cy"


def done(result, options):
    """Whether a solver has failed, or has had its time."""
    if "why" in result:
        return True
    seconds = result["seconds"]
    return len(seconds) >= 2 and sum(seconds) > options.budget


def repeat(worker, alpha, results, cap):
    """Add the seconds of one more fit, or of several short ones, to a result."""
    result = results[worker.name]
    usual = min(result["seconds"], default=result["guess"])
    count = max(1, min(20, int(SHORT / usual)))
    try:
        reply = worker.fit(alpha, result["tol"], max(cap, 2 * usual), count)
    except (TooSlow, RuntimeError) as error:
        results[worker.name] = {"why": str(error)[:80]}
        return
    result["seconds"] += reply["seconds"]
    if reply["gap"] is not None:
        result["gap"] = max(result["gap"], reply["gap"])


def summary(cell, target, results):
    """Return the record of a cell: results, our rivals' best, and the ratio to it."""
    least = {n: min(r["seconds"]) for n, r in results.items() if r.get("seconds")}
    adapters = {name: name.partition("@")[0] for name in least}
    ours = [name for name in least if adapters[name] == "mutar_cy"]
    rivals = [n for n in least if n not in ours and adapters[n] not in NO_RIVALS]
    best = min(rivals, key=least.get, default=None)
    ratios = {n: least[best] / least[n] for n in ours} if best else {}
    return {
        "group": cell.group,
        "cell": cell.label,
        "gap": target,
        "best": best,
        "ratios": ratios,
        "same_alpha": same_alpha(results, ours, best),
        "results": results,
    }


def same_alpha(results, ours, best):
    """Whether our first entry and the best rival chose the same alpha, if any."""
    pair = [results[n].get("alpha") for n in (*ours[:1], best) if n]
    if len(pair) < 2 or None in pair:
        return None
    return bool(np.isclose(*pair, rtol=1e-8))


def parse_arguments(description, asked, groups):
    """Return what every comparison may be told."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--peers",
        action="append",
        default=[],
        metavar="PYTHON",
        help="a Python, of whose packages all that are known are compared",
    )
    parser.add_argument(
        "--solver",
        action="append",
        default=[],
        metavar="NAME[@LABEL][=PYTHON]",
        help=f"one of {', '.join(KINDS[asked])}, and the Python that has it",
    )
    parser.add_argument("--group", action="append", choices=groups, help="of cells")
    parser.add_argument("--problem", action="append", help="such as own:10:100:1000")
    parser.add_argument("--gap", type=float, action="append", help="relative, to reach")
    parser.add_argument("--wall", action="store_true", help="time on the wall")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--cap", type=float, default=60.0, help="seconds a fit")
    parser.add_argument("--behind", type=float, default=20.0, help="times our time")
    parser.add_argument("--budget", type=float, default=5.0, help="seconds a solver")
    parser.add_argument("--json", type=Path, help="append results to this file")
    parser.add_argument("--table", type=Path, help="write a table: .md or .csv")
    parser.add_argument("--verbose", action="store_true", help="show what solvers say")
    return parser.parse_args()


def packages_in(python, asked):
    """Return the names of the solvers that a Python has."""
    packages = {name: package_of(asked, name) for name in KINDS[asked]}
    code = (
        "import sys, importlib.util as u\n"
        "print(*(n for n in sys.argv[1:] if u.find_spec(n)))"
    )
    # Elsewhere than here, where a folder may have the name of a package.
    found = subprocess.run(
        [python, "-c", code, *set(packages.values())],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=tempfile.gettempdir(),
    ).stdout.split()
    return [n for n in packages if packages[n] in found and n not in NO_RIVALS]


def make_workers(options, asked):
    """Return the solvers that were asked for, ours first."""
    chosen = {}
    for solver in options.solver:
        name, _, python = solver.partition("=")
        chosen[name] = python or sys.executable
    if not any(name.partition("@")[0] == "mutar_cy" for name in chosen):
        chosen = {"mutar_cy": sys.executable} | chosen
    peers = [] if options.solver and not options.peers else [sys.executable]
    for python in options.peers + peers:
        for name in packages_in(python, asked):
            chosen.setdefault(name, python)
    return [Worker(name, python, options) for name, python in chosen.items()]


def run_cell(cell, workers, options, folder):
    """Print the rows of a cell, one per gap; return their records."""
    problem = cell.make()
    files = problem.save(folder)
    able = [worker for worker in workers if worker.give(cell.asked, problem, files)]
    alpha = cell.alphas(problem.largest)
    records = []
    for target in options.gap or ([1e-4, 1e-6] if alpha is not None else [None]):
        record = summary(cell, target, time_cell(able, alpha, target, options))
        record["behind"] = options.behind
        records.append(record)
        print_row(record, workers)
        if options.json:
            with options.json.open("a") as file:
                print(json.dumps(record), file=file)
    return records


def compare(description, cells):
    """Compare packages in all cells, or in those that the command line names."""
    asked = cells[0].asked
    groups = list(dict.fromkeys(cell.group for cell in cells))
    options = parse_arguments(description, asked, groups)
    workers = make_workers(options, asked)
    print_head(workers)
    records = []
    for cell in cells:
        if options.group and cell.group not in options.group:
            continue
        if options.problem and cell.problem not in options.problem:
            continue
        with tempfile.TemporaryDirectory() as folder:
            records += run_cell(cell, workers, options, Path(folder))
    for worker in workers:
        worker.stop()
    versions = {w.name: w.version for w in workers if w.version}
    write_tables(records, versions, options.table)
    for group in groups:
        ratios = [
            next(iter(r["ratios"].values()))
            for r in records
            if r["group"] == group and r["ratios"]
        ]
        if ratios:
            mean, least = statistics.geometric_mean(ratios), min(ratios)
            print(f"\n{group}: geometric mean {mean:.2f}, least {least:.2f}")
