"""Time the choice of alpha by cross-validation beside other packages, at defaults.

The table says where another alpha is chosen, and the relative gap of the last fit; more
is said in `comparison`::

    python compare_cv.py --peers /envs/peers/bin/python --table cv.md

The group "reweighted" puts ``ReweightedGroupLassoCV`` in the place of a rival of
``GroupLassoCV``.
"""

from comparison import Cell, compare

GROUPS = {
    "LassoCV": ("diabetes", "lasso:1000:100", "lasso:2000:200", "lasso:200:2000"),
    "ElasticNetCV": ("net:diabetes", "net:1000:100", "net:2000:200", "net:200:2000"),
    "MultiTaskLassoCV": ("gallery", "shared:1000:200:20"),
    "reweighted": ("own:10:100:300",),
}
CELLS = [
    Cell(group, problem, "cv")
    for group, problems in GROUPS.items()
    for problem in problems
]

if __name__ == "__main__":
    compare(__doc__.splitlines()[0], CELLS)
