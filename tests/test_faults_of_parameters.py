"""Parameters that mean nothing, and parameters that the data contradict."""

import numpy as np
import pytest
import simulated
from kinds import CONVEX
from sklearn.exceptions import ConvergenceWarning

from mutar_cy import DirtyModel, GroupLasso, IndLasso
from mutar_cy import linear_model as ours

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
    "beta": [-1.0, np.nan, -np.inf, "one", None, [0.1], 1j],
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
CASES = [
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


@pytest.mark.parametrize(("cls", "name", "value"), CASES)
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
