"""Time whole paths of mutar_cy beside those of other packages, at equal quality.

Every solver gets the loosest tolerance at which every point of its path has a relative
duality gap of at most ``--gap``; more is said in `comparison`::

    python compare_paths.py --peers /envs/peers/bin/python --table paths.md
    python compare_paths.py --problem gallery --solver celer=/envs/peers/bin/python
"""

import numpy as np
from benchmarks._problems import PATH_EPS, PATH_LENGTH
from comparison import Cell, compare

SQUARES = PATH_LENGTH, PATH_EPS
COUNTS = 50, 0.01
GROUPS = {
    "paths": {
        "diabetes": SQUARES,
        "shared:1000:100:1": SQUARES,
        "shared:2000:200:1": SQUARES,
        "shared:5000:200:1": SQUARES,
        "gallery": SQUARES,
        "net:diabetes": SQUARES,
        "net:1000:100": SQUARES,
        "net:2000:200": SQUARES,
        "net:5000:200": SQUARES,
    },
    "paths of counts and classes": {
        "tutorial": np.geomspace(1, 1e-4, 10).tolist(),
        "poisson:500:50:5": COUNTS,
        "poisson:2000:200:10": COUNTS,
        "poisson:2000:200:1": COUNTS,
        "logistic:1000:100:1": COUNTS,
    },
    "wide and hard paths": {
        "shared:200:5000:1": SQUARES,
        "shared:100:5000:20": SQUARES,
        "shared:1000:1000:10": SQUARES,
        "shared:5000:300:40": SQUARES,
        "own:10:100:1000": SQUARES,
    },
}
CELLS = [
    Cell(group, problem, "path", strengths)
    for group, problems in GROUPS.items()
    for problem, strengths in problems.items()
]

if __name__ == "__main__":
    compare(__doc__.splitlines()[0], CELLS)
