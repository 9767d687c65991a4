"""Time single fits of mutar_cy beside those of other packages, at equal quality.

How, is said in `comparison`::

    python compare_peers.py --peers /envs/peers/bin/python --table fits.md
    python compare_peers.py --group designs --solver celer=/envs/peers/bin/python
    python compare_peers.py --problem own:10:100:1000 --gap 1e-6 --json out.json

Without ``=``, the Python that runs this script is used; ``mutar_cy@new=...`` is
mutar_cy under another label, for two versions side by side.
"""

from comparison import Cell, compare

STRONG, ALL = (0.5, 0.1), (0.5, 0.1, 0.02)
USUAL = (0.1, 0.02)
GROUPS = {
    "first fits": {
        "diabetes": (0.1,),
        "lasso:1000:100": (0.1,),
        "lasso:100000:50": (0.1,),
        "tiny": (0.1,),
        "gallery": (0.1,),
        "sparse:10000:50000": (0.5, 0.1),
    },
    "counts and classes": {
        "poisson:2000:200:1": USUAL,
        "poisson:2000:200:10": USUAL,
        "logistic:1000:100:1": USUAL,
        "logistic:1000:100:10": USUAL,
        "logistic:5000:500:5": (0.1,),
        "logistic:200:5000:1": USUAL,
    },
    "sparse classes": {"classes:5000:20000": USUAL},
    "designs": {
        "gallery": ALL,
        "shared:100:5000:20": ALL,
        "shared:1000:1000:10": ALL,
        "shared:5000:300:40": ALL,
        "shared:300:20000:50": ALL,
        "shared:200:5000:1": USUAL,
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
    },
}
CELLS = [
    Cell(group, problem, "fit", strength)
    for group, problems in GROUPS.items()
    for problem, strengths in problems.items()
    for strength in strengths
]

if __name__ == "__main__":
    compare(__doc__.splitlines()[0], CELLS)
