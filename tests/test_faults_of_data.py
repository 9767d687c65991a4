"""Data that cannot be fitted, and what the message has to say."""

import numpy as np
import pytest
import simulated
from kinds import CONVEX

from mutar_cy import GroupLasso, alpha_max
from mutar_cy import linear_model as ours

each_estimator = pytest.mark.parametrize("cls", CONVEX)
each_drop_in = pytest.mark.parametrize(
    "cls",
    [ours.Lasso, ours.ElasticNet, ours.MultiTaskLasso, ours.MultiTaskElasticNet],
)


def spoilt(values, entry):
    """Return a copy whose third entry along the first axis is spoilt."""
    values = np.array(values, dtype=float)
    values.reshape(len(values), -1)[2, 0] = entry
    return values


def ragged_with(**changes):
    """Return fit's arguments: three tasks, of which task 1 is changed."""
    X, y, _ = simulated.ragged()
    out = {"X": X, "y": y, "sample_weight": None}
    for name, change in changes.items():
        if name == "sample_weight":
            out[name] = [np.ones(len(v)) for v in y]
        out[name][1] = change(out[name][1])
    return out


def shared_with(**changes):
    X, y, _ = simulated.shared()
    out = {"X": X, "y": y, "sample_weight": np.ones(len(y))}
    return {name: changes.get(name, lambda v: v)(v) for name, v in out.items()}


def long_with(**changes):
    (X, y, _), task = simulated.long(labels=(0.0, 1.0, 2.0))
    out = {"X": X, "y": y, "task": task}
    return {name: changes.get(name, lambda v: v)(v) for name, v in out.items()}


NAN_AND_INF = {
    "NaN in X of a task": (ragged_with(X=lambda v: spoilt(v, np.nan)), r"X.*NaN"),
    "inf in X of a task": (ragged_with(X=lambda v: spoilt(v, np.inf)), r"X.*infinity"),
    "NaN in y of a task": (ragged_with(y=lambda v: spoilt(v, np.nan)), r"y.*NaN"),
    "inf in y of a task": (ragged_with(y=lambda v: spoilt(v, -np.inf)), r"y.*infinity"),
    "NaN in weights of a task": (
        ragged_with(sample_weight=lambda v: spoilt(v, np.nan)),
        r"sample_weight.*NaN",
    ),
    "inf in weights of a task": (
        ragged_with(sample_weight=lambda v: spoilt(v, np.inf)),
        r"sample_weight.*infinity",
    ),
    "NaN in X": (shared_with(X=lambda v: spoilt(v, np.nan)), r"X.*NaN"),
    "inf in X": (shared_with(X=lambda v: spoilt(v, np.inf)), r"X.*infinity"),
    "NaN in y": (shared_with(y=lambda v: spoilt(v, np.nan)), r"y.*NaN"),
    "inf in y": (shared_with(y=lambda v: spoilt(v, np.inf)), r"y.*infinity"),
    "NaN in weights": (
        shared_with(sample_weight=lambda v: spoilt(v, np.nan)),
        r"sample_weight.*NaN",
    ),
    "NaN in a long X": (long_with(X=lambda v: spoilt(v, np.nan)), r"X.*NaN"),
    "NaN in labels": (long_with(task=lambda v: spoilt(v, np.nan)), r"task.*NaN"),
    "None in labels": (
        long_with(task=lambda v: np.array([None, *v[1:]], dtype=object)),
        r"task.*None",
    ),
}
WEIGHTS = {
    "negative weights": (
        shared_with(sample_weight=lambda v: spoilt(v, -1.0)),
        r"sample_weight.*negative",
    ),
    "negative weights of a task": (
        ragged_with(sample_weight=lambda v: spoilt(v, -1.0)),
        r"(?i)sample_weight.*task 1.*negative",
    ),
    "a task without weight": (
        ragged_with(sample_weight=lambda v: 0 * v),
        r"(?i)task 1",
    ),
    "no weight": (shared_with(sample_weight=lambda v: 0 * v), r"(?i)weight"),
    "a weight too few": (shared_with(sample_weight=lambda v: v[1:]), r"29.*30"),
    "a weight too few in a task": (
        ragged_with(sample_weight=lambda v: v[1:]),
        r"(?i)task 1.*13.*14",
    ),
}
SHAPES = {
    "samples of a task": (ragged_with(X=lambda v: v[1:]), r"(?i)task 1.*13.*14"),
    "features of a task": (ragged_with(X=lambda v: v[:, 1:]), r"(?i)task 1.*9.*10"),
    "1-D design": (ragged_with(X=lambda v: v[:, 0]), r"(?i)task 1.*2D"),
    "no samples in a task": (
        ragged_with(X=lambda v: v[:0], y=lambda v: v[:0]),
        r"(?i)task 1.*0 sample",
    ),
    "samples": (shared_with(X=lambda v: v[1:]), r"29.*30"),
    "labels": (long_with(task=lambda v: v[1:]), r"68.*69"),
    "2-D labels": (long_with(task=lambda v: v[:, None]), r"task.*1-?[dD]"),
    "no samples": (
        shared_with(X=lambda v: v[:0], y=lambda v: v[:0], sample_weight=lambda v: None),
        r"0 sample",
    ),
    "no features": (shared_with(X=lambda v: v[:, :0]), r"0 feature"),
    "no targets": (shared_with(y=lambda v: v[:, :0]), r"(?i)y.*empty|0 task"),
    "3-D y beside a table": (shared_with(y=lambda v: v[:, :, None]), r"y.*shape"),
    "4-D X": ({"X": np.zeros((2, 2, 2, 2)), "y": np.zeros((2, 2))}, r"4 axes|dim"),
    "no tasks in a list": ({"X": [], "y": []}, r"0 tasks|empty"),
    "no tasks": ({"X": np.zeros((0, 4, 3)), "y": np.zeros((0, 4))}, r"0 tasks"),
    "no samples in a stack": (
        {"X": np.zeros((2, 0, 3)), "y": np.zeros((2, 0))},
        r"0 samples",
    ),
    "no features in a stack": (
        {"X": np.zeros((2, 4, 0)), "y": np.zeros((2, 4))},
        r"0 features",
    ),
    "tasks of a stack": (
        {"X": np.ones((3, 4, 2)), "y": np.ones((2, 4))},
        r"3 tasks.*2",
    ),
    "samples of a stack": (
        {"X": np.ones((3, 4, 2)), "y": np.ones((3, 5))},
        r"4.*5|5.*4",
    ),
    "a target too few": (
        {"X": simulated.ragged()[0], "y": simulated.ragged()[1][:2]},
        r"3 tasks.*2",
    ),
    "no y": ({"X": simulated.shared()[0], "y": None}, r"y"),
}
KINDS = {
    "complex X": (shared_with(X=lambda v: v + 1j), r"(?i)complex"),
    "complex X of a task": (ragged_with(X=lambda v: v + 1j), r"(?i)complex"),
    "complex y": (shared_with(y=lambda v: v + 1j), r"(?i)complex"),
    "strings in X": (
        shared_with(X=lambda v: np.full(v.shape, "a")),
        r"(?i)str|numeric",
    ),
    "strings in y": (
        shared_with(y=lambda v: np.full(v.shape, "a")),
        r"(?i)str|numeric",
    ),
    "strings among objects": (
        shared_with(X=lambda v: np.full(v.shape, "a", dtype=object)),
        r"(?i)str",
    ),
    "masked X": (
        shared_with(X=lambda v: np.ma.masked_greater(v, 1.0)),
        r"X.*mask",
    ),
    "masked X of a task": (
        ragged_with(X=lambda v: np.ma.masked_greater(v, 1.0)),
        r"X.*mask",
    ),
    "masked y": (shared_with(y=lambda v: np.ma.masked_greater(v, 1.0)), r"y.*mask"),
    "masked labels": (
        long_with(task=lambda v: np.ma.masked_equal(v, 0.0)),
        r"task.*mask",
    ),
}
CASES = {**NAN_AND_INF, **WEIGHTS, **SHAPES, **KINDS}


@pytest.mark.drawn
@each_estimator
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bad_data_is_refused_by_name(cls, case):
    arguments, message = case
    with pytest.raises(ValueError, match=rf"(?s){message}"):
        cls(0.1).fit(**arguments)


@pytest.mark.parametrize("case", NAN_AND_INF.values(), ids=NAN_AND_INF)
def test_alpha_max_refuses_bad_data(case):
    arguments, message = case
    with pytest.raises(ValueError, match=rf"(?s){message}"):
        alpha_max(GroupLasso(), **arguments)


@pytest.mark.drawn(pairs=True)
@each_drop_in
@pytest.mark.parametrize("entry", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["X", "y", "sample_weight"])
def test_drop_ins_refuse_what_is_not_finite(cls, name, entry):
    arguments = shared_with(**{name: lambda v: spoilt(v, entry)})
    if "MultiTask" not in cls.__name__:
        arguments["y"] = arguments["y"][:, 0]
    with pytest.raises(ValueError, match=name):
        cls(0.1).fit(**arguments)


@each_estimator
def test_a_task_without_targets_is_named(cls):
    X, Y, _ = simulated.shared()
    Y[:, 1] = np.nan
    with pytest.raises(ValueError, match=r"(?i)task 1"):
        cls(missing_targets="ignore").fit(X, Y)
    X, y, _ = simulated.stacked()
    y[2] = np.nan
    with pytest.raises(ValueError, match=r"(?i)task 2"):
        cls(missing_targets="ignore").fit(X, y)


@each_estimator
def test_inf_is_never_a_missing_target(cls):
    X, Y, _ = simulated.shared()
    with pytest.raises(ValueError, match=r"y.*infinity"):
        cls(missing_targets="ignore").fit(X, spoilt(Y, np.inf))


@each_estimator
def test_a_task_of_a_table_without_weight_is_named(cls):
    (X, y, _), task = simulated.long(labels=("u", "v", "w"))
    with pytest.raises(ValueError, match=r"(?i)task.*v"):
        cls().fit(X, y, sample_weight=(task != "v") * 1.0, task=task)


@each_estimator
def test_the_last_nan_of_a_large_design_is_seen(cls):
    X = np.random.default_rng(0).standard_normal((300, 200))
    y = X[:, 0].copy()
    X[-1, -1] = np.nan
    with pytest.raises(ValueError, match=r"X.*NaN"):
        cls(0.1).fit(X, y)
