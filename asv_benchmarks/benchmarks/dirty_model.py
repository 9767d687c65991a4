"""How long DirtyModel takes, and how good an answer that time buys."""

from benchmarks._fit import OPTIONS, Fit
from benchmarks._problems import SPLIT
from mutar_cy import DirtyModel


class Dirty(Fit):
    """One design per task: few tasks, many tasks, long tasks."""

    params = (
        ["dirty:10:100:1000", "dirty:200:50:500", "dirty:5:2000:500"],
        [0.3, 0.1],
        ["float64", "float32"],
    )

    def make_model(self, alpha):
        return DirtyModel(alpha, SPLIT * alpha, **OPTIONS)
