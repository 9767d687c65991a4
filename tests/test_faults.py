"""Data and parameters that cannot be used, and what the message has to say."""

import gc
import weakref

import numpy as np
import pytest
import simulated
from kinds import CONVEX
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import InvalidParameterError

from mutar_cy import MTW, DirtyModel, GroupLasso, IndLasso, alpha_max
from mutar_cy import linear_model as ours
from mutar_cy.ot import grid_cost, make_kernel

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
        r"Column 0 of X holds text",
    ),
    "strings in y": (
        shared_with(y=lambda v: np.full(v.shape, "a")),
        r"y must be numbers, but holds text",
    ),
    "strings among objects": (
        shared_with(X=lambda v: np.full(v.shape, "a", dtype=object)),
        r"Column 0 of X holds text",
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


# Parameters that mean nothing, and parameters that the data contradict.

OURS = [DirtyModel, GroupLasso, IndLasso]
EVERY = [
    *OURS,
    ours.Lasso,
    ours.ElasticNet,
    ours.MultiTaskLasso,
    ours.MultiTaskElasticNet,
]
WRONG = {
    "alpha": [-1.0, np.nan, -np.inf, "one", None, [[0.1]], 1j],
    "beta": [-1.0, np.nan, -np.inf, "one", [0.1], 1j],
    "tol": [-1e-9, np.nan, "tight", None],
    "max_iter": [0, -5, 2.5, "many", None],
    "fit_intercept": ["yes", None, 2],
    "warm_start": ["yes", None],
    "positive": ["yes", None],
    "normalize": ["yes", None],
    "missing_targets": ["drop", None, True],
    "unseen_tasks": ["median", None],
    "task_column": [1.5, [0]],
    "l1_ratio": [-0.1, 1.1, "half", np.nan],
    "selection": ["greedy", None],
}
WRONG_CASES = [
    pytest.param(cls, name, value, id=f"{cls.__name__}-{name}={value}")
    for cls in EVERY
    for name, values in WRONG.items()
    if name in cls().get_params()
    for value in values
    if (name, value) != ("max_iter", None) or cls in OURS  # scikit-learn takes it
    if (cls, value) != (IndLasso, [[0.1]])  # takes arrays: its message tells the shape
]


def data_for(cls, **sizes):
    """Return a shared design and targets; one target for what takes only one."""
    X, Y, _ = simulated.shared(**sizes)
    return X, Y[:, 0] if cls in {ours.Lasso, ours.ElasticNet} else Y


@pytest.mark.parametrize(("cls", "name", "value"), WRONG_CASES)
def test_wrong_values_are_invalid_parameters(cls, name, value):
    model = cls(**{name: value})
    with pytest.raises(ValueError, match=rf"The '{name}' parameter of {cls.__name__}"):
        model.fit(*data_for(cls))
    assert not hasattr(model, "coef_")


GROUPS = {
    "twice": ([[0, 1, 2], [2, 3], [4, 5, 6, 7, 8, 9]], r"\[1\]"),
    "twice in one group": ([[0, 0], [1, 2, 3, 4, 5, 6, 7, 8, 9]], r"\[0\]"),
    "empty": ([[0, 1, 2, 3, 4], [], [5, 6, 7, 8, 9]], r"\[1\]"),
    "out of range": ([[0, 1, 2, 3, 4], [5, 6, 7, 8, 9, 10]], r"\[1\]"),
    "negative": ([[0, 1, 2, 3, 4], [5, 6, 7, 8, -1]], r"\[1\]"),
    "missing feature": ([[0, 1, 2, 3], [5, 6, 7, 8, 9]], r"4"),
    "fractions": ([[0.5, 1], [2, 3, 4, 5, 6, 7, 8, 9]], r"\[0\]"),
    "none": ([], r"group"),
}


@pytest.mark.parametrize("case", GROUPS.values(), ids=GROUPS)
def test_groups_that_do_not_partition_the_features(case):
    groups, message = case
    X, y, _ = simulated.ragged()
    with pytest.raises(ValueError, match=rf"(?i)group.*{message}|{message}.*group"):
        GroupLasso(groups=groups).fit(X, y)


LENGTHS = {
    "alpha": (IndLasso, {"alpha": [0.1, 0.2]}, r"alpha.*2.*3|alpha.*3.*2"),
    "2-D alpha": (IndLasso, {"alpha": [[0.1]]}, r"alpha.*\(1, 1\)"),
    "negative alpha": (IndLasso, {"alpha": [0.1, -0.2, 1]}, r"alpha"),
    "NaN alpha": (IndLasso, {"alpha": [0.1, np.nan, 1]}, r"alpha"),
    "task_weight": (GroupLasso, {"task_weight": [1, 2]}, r"task_weight.*2.*3"),
    "negative task_weight": (GroupLasso, {"task_weight": [1, -2, 1]}, r"task_weight"),
    "zero task_weight": (GroupLasso, {"task_weight": [1, 0, 1]}, r"(?i)task.?weight.*"),
    "NaN task_weight": (GroupLasso, {"task_weight": [1, np.nan, 1]}, r"task_weight"),
    "inf task_weight": (GroupLasso, {"task_weight": [1, np.inf, 1]}, r"task_weight"),
    "penalty_weights": (
        GroupLasso,
        {"penalty_weights": np.ones(9)},
        r"penalty_weights.*9.*10",
    ),
    "penalty_weights of groups": (
        GroupLasso,
        {"groups": [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]], "penalty_weights": np.ones(10)},
        r"penalty_weights.*10.*2",
    ),
    "penalty_weights of entries": (
        IndLasso,
        {"penalty_weights": np.ones((10, 2))},
        r"penalty_weights.*2.*3",
    ),
    "negative penalty_weights": (
        GroupLasso,
        {"penalty_weights": [-1.0] + [1.0] * 9},
        r"penalty_weights",
    ),
    "NaN penalty_weights": (
        IndLasso,
        {"penalty_weights": [np.nan] + [1.0] * 9},
        r"penalty_weights",
    ),
}


@pytest.mark.parametrize("case", LENGTHS.values(), ids=LENGTHS)
def test_arrays_that_do_not_fit_the_data(case):
    cls, parameters, message = case
    X, y, _ = simulated.ragged()
    with pytest.raises(ValueError, match=rf"(?s){message}"):
        cls(**parameters).fit(X, y)


@pytest.mark.parametrize("cls", CONVEX)
@pytest.mark.parametrize(
    ("column", "message"),
    [(11, "11"), (-12, "-12"), ("cohort", "cohort")],
)
def test_a_task_column_that_is_not_there(cls, column, message):
    (X, y, _), task = simulated.long(labels=(0, 1, 2))
    with pytest.raises(ValueError, match=rf"task_column.*{message}"):
        cls(task_column=column).fit(np.column_stack([task, X]), y)


@pytest.mark.parametrize("cls", CONVEX)
def test_predict_with_other_columns(cls):
    X, y, _ = simulated.shared()
    model = cls(0.1).fit(X, y)
    with pytest.raises(ValueError, match=r"9 features.*10 features"):
        model.predict(X[:, 1:])
    X, y, _ = simulated.ragged()
    model = cls(0.1).fit(X, y)
    with pytest.raises(ValueError, match=r"9 features.*10 features"):
        model.predict([x[:, 1:] for x in X])


@pytest.mark.uncertified("stopped early on purpose")
@pytest.mark.parametrize("cls", EVERY)
def test_too_few_iterations_warn_once_with_gap_target_and_remedy(cls):
    X, Y = data_for(cls, n_samples=12, n_features=40)
    with pytest.warns(ConvergenceWarning) as caught:
        model = cls(1e-4, max_iter=1, tol=1e-13).fit(X, Y)
    assert len(caught) == 1
    message = str(caught[0].message)
    assert "Objective did not converge. You might want to increase" in message
    assert "number of iterations" in message
    assert "gap" in message
    assert np.all(np.isfinite(model.coef_))


@pytest.mark.parametrize("cls", EVERY)
def test_no_penalty_warns_and_is_least_squares(cls):
    X, Y = data_for(cls)
    with pytest.warns(UserWarning, match="LinearRegression") as caught:
        model = cls(0.0, tol=1e-12).fit(X, Y)
    assert len(caught) == 1
    design = np.column_stack([np.ones(30), X])
    expected = np.linalg.lstsq(design, Y)[0]
    coef = model.coef_ if cls in OURS else np.transpose(model.coef_)
    np.testing.assert_allclose(coef, expected[1:], atol=1e-8)
    np.testing.assert_allclose(model.intercept_, expected[0], atol=1e-8)


@pytest.mark.uncertified("the check would keep the model alive")
def test_checks_of_parameters_keep_no_kernel_alive():
    # They were cached by value: 30 fits of 1200 features held 659 MiB.
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((2, 20, 6)), rng.standard_normal((2, 20))
    kernel = make_kernel(grid_cost(6), 0.5)
    MTW(0.1, 0.1, M=kernel).fit(X, y)
    held = weakref.ref(kernel)
    del kernel
    gc.collect()
    assert held() is None


def test_checks_of_parameters_tell_types_apart():
    # 1, 1.0 and True are equal and have one hash.
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((2, 20, 6)), rng.standard_normal((2, 20))
    GroupLasso(max_iter=1000, fit_intercept=True).fit(X, y)
    with pytest.raises(InvalidParameterError, match="'max_iter' parameter"):
        GroupLasso(max_iter=1000.0).fit(X, y)
    with pytest.raises(InvalidParameterError, match="'fit_intercept' parameter"):
        GroupLasso(fit_intercept=1.0).fit(X, y)
