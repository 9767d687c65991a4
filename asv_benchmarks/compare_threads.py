"""Time mutar_cy with several threads beside one, on the wall.

The first group has work that is shared out between threads (``n_jobs`` is the number
of threads where there is such a parameter); the second has fits that must not become
slower than with one thread. Two threads need two idle cores to show what they gain; on
a busy machine the table shows what they cost::

    python compare_threads.py --threads 2 --table threads.md
"""

import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from types import SimpleNamespace

from compare_paths import SQUARES
from comparison import Cell
from peer_process import Worker
from table import write_rows

SHARED_OUT = [
    ("LassoCV", "mutar_cy", Cell("cv", "lasso:2000:200", "cv")),
    ("LassoCV", "mutar_cy", Cell("cv", "lasso:200:2000", "cv")),
    ("MultiTaskLassoCV", "mutar_cy", Cell("cv", "shared:1000:200:20", "cv")),
    ("GroupLassoCV", "mutar_cy", Cell("cv", "own:10:100:300", "cv")),
    ("stability", "mutar_cy:stability", Cell("cv", "own:10:100:1000", "cv")),
    ("IndLasso", "mutar_cy", Cell("fit", "independent:10:100:1000", "fit", 0.02)),
    ("IndLasso", "mutar_cy", Cell("fit", "independent:50:200:5000", "fit", 0.1)),
    ("GroupLasso", "mutar_cy", Cell("fit", "own:50:200:5000", "fit", 0.1)),
]
NOT_SLOWER = [
    ("GroupLasso", "mutar_cy", Cell("fit", problem, "fit", strength))
    for problem, strength in (
        ("gallery", 0.1),
        ("shared:100:5000:20", 0.5),
        ("shared:100:5000:20", 0.1),
        ("shared:100:5000:20", 0.02),
        ("shared:1000:1000:10", 0.1),
        ("shared:1000:1000:10", 0.02),
        ("shared:5000:300:40", 0.1),
        ("shared:300:20000:50", 0.1),
        ("leadfield:60:1000:20", 0.1),
        ("leadfield:300:5000:20", 0.1),
        ("own:10:100:1000", 0.1),
        ("own:5:2000:2000", 0.1),
        ("poisson:2000:200:10", 0.1),
        ("lasso:100000:50", 0.1),
    )
] + [
    ("path", "mutar_cy", Cell("path", problem, "path", SQUARES))
    for problem in ("gallery", "shared:2000:200:1", "shared:100:5000:20")
]
TARGET = 1e-6


def run_cell(name, adapter, cell, options, folder):
    """Return the least seconds with one thread and with several."""
    problem = cell.make()
    files = problem.save(folder)
    alpha = cell.alphas(problem.largest)
    given = SimpleNamespace(wall=True, verbose=False)
    workers = [Worker(adapter, options.python, given, n) for n in (1, options.threads)]
    taken = {1: [], options.threads: []}
    for worker in workers:
        worker.give(cell.asked, problem, files)
        worker.fit(alpha, TARGET, options.cap)
    for _ in range(options.repeats):
        for worker in workers:
            count = max(1, int(0.02 / min(taken[worker.threads], default=1.0)))
            reply = worker.fit(alpha, TARGET, options.cap, count)
            taken[worker.threads] += reply["seconds"]
    for worker in workers:
        worker.stop()
    return [min(seconds) for seconds in taken.values()]


def main():
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--python", default=sys.executable, help="another Python with mutar_cy"
    )
    parser.add_argument("--problem", action="append", help="such as own:10:100:1000")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--cap", type=float, default=60.0, help="seconds a fit")
    parser.add_argument("--table", type=Path, help="write a table: .md or .csv")
    options = parser.parse_args()
    head = ["cell", "one thread, ms", f"{options.threads} threads, ms", "speed-up"]
    print("| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|", flush=True)
    lines = []
    for name, adapter, cell in SHARED_OUT + NOT_SLOWER:
        if options.problem and cell.problem not in options.problem:
            continue
        with tempfile.TemporaryDirectory() as folder:
            one, many = run_cell(name, adapter, cell, options, Path(folder))
        times = f"{one * 1e3:.3g}", f"{many * 1e3:.3g}", f"{one / many:.2f}"
        lines.append([f"{name}: {cell.label}", *times])
        print("| " + " | ".join(lines[-1]) + " |", flush=True)
    if options.table:
        write_rows([head, *lines], options.table)


if __name__ == "__main__":
    main()
