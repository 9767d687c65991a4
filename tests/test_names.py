"""Names of tasks and features, as the data carry them."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
import simulated
from kinds import CONVEX
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from mutar_cy import (
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoCV,
    IndLasso,
    coef_frame,
    linear_model,
    regularization_path,
    split_tasks,
    stack_tasks,
    tidy,
    to_sklearn,
)
from mutar_cy.model_selection import TaskKFold, score_tasks

FEATURES = [f"x{j}" for j in range(10)]
TASKS = ["up", "down", "left"]


def pyarrow_table(frame):
    return pytest.importorskip("pyarrow").Table.from_pandas(frame)


def data_array(frame):
    xarray = pytest.importorskip("xarray")
    coordinates = {"sample": np.arange(len(frame)), "column": list(frame.columns)}
    return xarray.DataArray(frame.to_numpy(), coordinates, ("sample", "column"))


KINDS = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "pyarrow": pyarrow_table,
    "xarray": data_array,
}
each_kind = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)


def shared():
    X, Y, _ = simulated.shared()
    return pd.DataFrame(X, columns=FEATURES), pd.DataFrame(Y, columns=TASKS)


def by_city():
    """Return dicts of designs and of targets, whose keys are in different orders."""
    X, y, _ = simulated.ragged()
    cities = ["Oslo", "Lyon", "Bari"]
    X, y = (dict(zip(cities, own, strict=True)) for own in (X, y))
    return X, {city: y[city] for city in ("Lyon", "Bari", "Oslo")}


@each_kind
def test_columns_name_tasks_and_features(make):
    X, Y = shared()
    model = GroupLasso(0.1).fit(make(X), make(Y))
    assert model.tasks_.tolist() == TASKS
    assert model.feature_names_in_.tolist() == FEATURES
    plain = GroupLasso(0.1).fit(X.to_numpy(), Y.to_numpy())
    assert_allclose(model.coef_, plain.coef_, rtol=1e-12, atol=1e-14)
    assert_allclose(model.predict(make(X)), plain.predict(X.to_numpy()))
    assert list(score_tasks(model, make(X), make(Y))) == TASKS
    table = coef_frame(model)
    assert (table.index.tolist(), table.columns.tolist()) == (FEATURES, TASKS)


@each_kind
def test_other_columns_in_predict_are_refused(make):
    X, Y = shared()
    model = GroupLasso(0.1).fit(make(X), Y)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(make(X[FEATURES[::-1]]))


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_a_task_column_of_text(kind):
    (X, y, _), task = simulated.long()
    frame = pd.DataFrame(X, columns=FEATURES)
    frame.insert(3, "site", task)
    table = KINDS[kind](frame)
    model = GroupLasso(0.1, task_column="site").fit(table, y)
    beside = GroupLasso(0.1).fit(X, y, task=task)
    assert_allclose(model.coef_, beside.coef_, rtol=1e-12, atol=1e-14)
    assert_allclose(model.predict(table), beside.predict(X, task=task))
    assert model.tasks_.tolist() == ["a", "b", "c"]
    assert coef_frame(model).index.tolist() == FEATURES
    assert list(score_tasks(model, table, y)) == ["a", "b", "c"]
    folds = TaskKFold(3, task_column="site").split(table)
    pairs = zip(folds, TaskKFold(3).split(X, task=task), strict=True)
    for (_, test), (_, expected) in pairs:
        assert_array_equal(test, expected)
    parts, targets, labels = split_tasks(table, y, task)
    assert type(parts[0]) is type(table)
    joined, _, again = stack_tasks(parts, targets, labels)
    assert (type(joined), joined.shape) == (type(table), table.shape)
    assert_array_equal(again, np.sort(task))


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_groups_by_prefix_of_any_table(kind):
    X, Y = shared()
    X.columns = [f"{'a' if j < 4 else 'b'}__{j}" for j in range(10)]
    model = GroupLasso(alpha=0.1, groups="prefix").fit(KINDS[kind](X), Y)
    assert model.group_names_ == ["a", "b"]


@pytest.mark.parametrize("make", [lambda y: y, pl.from_pandas])
def test_names_of_series(make):
    X, Y = shared()
    model = GroupLasso(0.1).fit(X, make(Y["up"]))
    assert model.tasks_.tolist() == ["up"]
    assert coef_frame(model).columns.tolist() == ["up"]
    targets = [make(Y[name]) for name in TASKS]
    assert GroupLasso(0.1).fit([X] * 3, targets).tasks_.tolist() == TASKS
    alike = [make(Y["up"])] * 3  # one name for all says nothing
    assert GroupLasso(0.1).fit([X] * 3, alike).tasks_.tolist() == [0, 1, 2]


def test_coordinates_of_a_stack():
    xarray = pytest.importorskip("xarray")
    X, y, _ = simulated.stacked()
    dims, coords = ("task", "sample", "feature"), {"task": TASKS, "feature": FEATURES}
    X_named = xarray.DataArray(X, coords, dims)
    y_named = xarray.DataArray(y, {"task": TASKS}, dims[:2])
    model = GroupLasso(0.1).fit(X_named, y_named)
    assert model.tasks_.tolist() == TASKS
    assert model.feature_names_in_.tolist() == FEATURES
    assert_array_equal(model.coef_, GroupLasso(0.1).fit(X, y).coef_)
    assert GroupLasso(0.1).fit(X, pd.DataFrame(y, TASKS)).tasks_.tolist() == TASKS
    # Coordinates, not positions, say which task a design belongs to.
    some = X_named.sel(task=["left", "up"])
    assert_allclose(model.predict(some), model.predict(X_named)[[2, 0]], rtol=1e-12)
    with pytest.raises(ValueError, match=r"y\.sel"):
        GroupLasso().fit(X_named, y_named.sel(task=TASKS[::-1]))
    with pytest.raises(ValueError, match=r"y\.transpose\('task', 'sample'"):
        GroupLasso().fit(X_named[:, :3], y_named[:, :3].T)


@pytest.mark.parametrize("cls", CONVEX)
def test_a_dict_by_task_is_a_list_with_labels(cls):
    X, y = by_city()
    model = cls(alpha=0.1, tol=1e-8).fit(X, y)
    assert model.tasks_.tolist() == list(y)  # the order of y; keys are matched
    listed = cls(alpha=0.1, tol=1e-8).fit([X[city] for city in y], list(y.values()))
    assert_array_equal(model.coef_, listed.coef_)
    assert model.layout_ == "dict"
    expected = listed.predict([X[city] for city in y])
    found = model.predict(X)
    assert list(found) == list(X)
    for city, own in zip(y, expected, strict=True):
        assert_array_equal(found[city], own)
    scores = listed.score([X[city] for city in y], list(y.values()))
    assert model.score(X, y) == dict(zip(y, scores, strict=True))
    assert score_tasks(model, X, y) == pytest.approx(model.score(X, y))
    some = model.predict({"Bari": X["Bari"]})
    assert_array_equal(some["Bari"], found["Bari"])
    if hasattr(model, "residuals_"):
        for city in y:
            assert_allclose(model.residuals_[city], y[city] - found[city], atol=1e-12)


def test_weights_and_offsets_by_task():
    X, y = by_city()
    rng = np.random.default_rng(0)
    weight = {city: rng.uniform(0.5, 2.0, len(y[city])) for city in ("Bari", *y)}
    offset = {city: rng.standard_normal(len(own)) for city, own in y.items()}
    model = GroupLasso(alpha=0.1).fit(X, y, weight, offset=offset)
    listed = GroupLasso(alpha=0.1).fit(
        [X[city] for city in y],
        list(y.values()),
        [weight[city] for city in y],
        offset=list(offset.values()),
    )
    assert_array_equal(model.coef_, listed.coef_)
    with_offset, without = model.predict(X, offset=offset), model.predict(X)
    for city in X:
        assert_allclose(with_offset[city], without[city] + offset[city])
    scores = model.score(X, y, weight, offset=offset)
    assert list(scores) == list(X)
    for given in ({"sample_weight": list(weight.values())}, {"offset": [0.0] * 3}):
        with pytest.raises(ValueError, match=r"must be one too.*'Lyon'"):
            model.fit(X, y, **given)


def test_task_weights_by_label():
    X, y = by_city()
    weights = {"Oslo": 3.0, "Bari": 1.0, "Lyon": 2.0}
    model = GroupLasso(0.1, task_weight=weights).fit(X, y)
    ordered = [weights[city] for city in y]
    assert_array_equal(
        model.coef_, GroupLasso(0.1, task_weight=ordered).fit(X, y).coef_
    )
    with pytest.raises(ValueError, match="task_weight has no key 'Lyon'"):
        GroupLasso(task_weight={"Oslo": 1.0, "Bari": 1.0}).fit(X, y)


def test_labels_of_several_types_stay_what_they_are():
    X, y, _ = simulated.ragged()
    labels = ["a", 1, ("b", 2)]
    X, y = (dict(zip(labels, own, strict=True)) for own in (X, y))
    model = GroupLasso(0.1).fit(X, y)
    assert model.tasks_.tolist() == labels
    assert list(model.predict(X)) == labels
    assert tidy(model)["task"].unique().tolist() == labels
    with pytest.raises(ValueError, match=r"types int, str.*str\(label\)"):
        GroupLasso().fit(np.eye(4), np.ones(4), task=["a", 1, "a", 1])


def test_keys_that_are_missing_or_unknown():
    X, y = by_city()
    with pytest.raises(ValueError, match=r"X has no key 'Bari'"):
        GroupLasso().fit({city: X[city] for city in ("Lyon", "Oslo")}, y)
    model = GroupLasso(0.1).fit(X, y)
    with pytest.raises(ValueError, match=r"\['Rome'\].*unseen_tasks='mean'"):
        model.predict({"Rome": X["Oslo"]})
    model.set_params(unseen_tasks="mean")
    both = model.predict({"Rome": X["Oslo"], "Oslo": X["Oslo"]})
    mean = X["Oslo"] @ model.coef_.mean(axis=1) + model.intercept_.mean()
    assert_allclose(both["Rome"], mean)
    assert_array_equal(both["Oslo"], model.predict(X)["Oslo"])


def test_a_dict_beside_one_table_names_columns():
    X, Y = shared()
    model = GroupLasso(0.1).fit(X, dict(Y.items()))
    assert model.tasks_.tolist() == TASKS
    assert_allclose(model.coef_, GroupLasso(0.1).fit(X, Y).coef_, atol=1e-14)
    with pytest.raises(ValueError, match="one target per sample"):
        GroupLasso().fit(X, {"up": Y["up"], "down": Y["down"][1:]})


def test_a_dict_with_an_array_of_targets_still_holds_groups():
    X, Y = shared()
    groups = {"first": X[FEATURES[:3]], "second": X[FEATURES[3:]]}
    model = GroupLasso(alpha=0.1).fit(groups, Y)
    assert model.group_names_ == ["first", "second"]
    assert model.tasks_.tolist() == TASKS
    assert model.predict(groups).shape == Y.shape
    assert list(score_tasks(model, groups, Y, scoring="r2")) == TASKS


def test_classes_by_task():
    X, y = by_city()
    labels = {
        city: np.where(own > np.median(own), "high", "low") for city, own in y.items()
    }
    model = GroupLassoClassifier(alpha=0.01).fit(X, labels)
    assert model.tasks_.tolist() == list(y)
    assert set(model.predict(X)["Oslo"]) == {"high", "low"}
    assert model.predict_proba(X)["Bari"].shape == (len(y["Bari"]), 2)
    assert model.score(X, labels) == score_tasks(model, X, labels, scoring="accuracy")


def test_cross_validation_of_a_dict():
    X, y = by_city()
    model = GroupLassoCV(alphas=5, cv=3).fit(X, y)
    listed = GroupLassoCV(alphas=5, cv=3).fit([X[c] for c in y], list(y.values()))
    assert model.alpha_ == listed.alpha_
    assert list(model.predict(X)) == list(X)
    path = regularization_path(GroupLasso(), X, y, alphas=3)
    assert path.tasks.tolist() == list(y)


def test_stack_takes_labels_from_keys():
    X, y = by_city()
    table, targets, task = stack_tasks(X, y)
    assert_array_equal(np.unique(task), ["Bari", "Lyon", "Oslo"])
    assert_array_equal(table[task == "Bari"], X["Bari"])
    assert_array_equal(targets[task == "Bari"], y["Bari"])


def search_over(model):
    grid = {"model__regressor__alpha": [0.1]}
    inner = TransformedTargetRegressor(model, transformer=StandardScaler())
    pipeline = Pipeline([("scale", StandardScaler()), ("model", inner)])
    return GridSearchCV(pipeline, grid, cv=2)


def test_tables_of_searches_and_pipelines():
    X, Y = shared()
    search = search_over(GroupLasso()).fit(X, Y)
    table = coef_frame(search)
    assert table.index.tolist() == FEATURES
    inner = search.best_estimator_[-1].regressor_
    assert_array_equal(table.to_numpy(), inner.coef_)
    assert tidy(search)["feature"].unique().tolist() == FEATURES
    assert to_sklearn(search).keys() == {0, 1, 2}  # y was an array when it came here
    nameless = make_pipeline(FunctionTransformer(np.asarray), GroupLasso(0.1)).fit(X, Y)
    assert coef_frame(nameless).index.tolist() == list(range(10))


def test_a_fold_of_a_pipeline_that_leaves_out_a_task():
    (X, y, _), task = simulated.long()
    order = np.argsort(task, kind="stable")
    table = pd.DataFrame(X, columns=FEATURES).assign(site=task).iloc[order]
    halve = FunctionTransformer(lambda frame: frame.assign(x0=frame["x0"] / 2))
    pipeline = make_pipeline(halve, GroupLasso(0.1, task_column="site"))
    folds = [(np.arange(25, 69), np.arange(25))]  # the first task is tested only
    search = GridSearchCV(pipeline, {"grouplasso__alpha": [0.1]}, cv=folds)
    with pytest.raises(ValueError, match=r"cv=TaskKFold\(5, task_column='site'\)"):
        search.fit(table, y[order])


def test_names_from_the_steps_leave_out_the_task_column():
    X, Y = shared()
    X["sex"], site = np.where(X["x0"] > 0, "f", "m"), np.arange(len(X)) % 2
    X.insert(0, "site", site)
    encode = ColumnTransformer(
        [("kind", OneHotEncoder(), ["sex"])],
        remainder="passthrough",
        verbose_feature_names_out=False,
    )
    model = make_pipeline(encode, GroupLasso(0.1, task_column=2)).fit(X, Y["up"])
    assert coef_frame(model).index.tolist() == ["sex_f", "sex_m", *FEATURES]
    assert model[-1].tasks_.tolist() == [0, 1]


@pytest.mark.parametrize("draw", ["support", "similarity"])
def test_plots_of_searches(draw):
    pytest.importorskip("matplotlib").use("Agg")
    from mutar_cy.plotting import SupportDisplay, TaskSimilarityDisplay

    X, Y = shared()
    search = search_over(DirtyModel()).fit(X, Y)
    if draw == "support":
        display = SupportDisplay.from_estimator(search, parts=True)
        assert list(display.feature_names) == FEATURES
        assert display.specific is not None
    else:
        TaskSimilarityDisplay.from_estimator(search)


def test_tidy_has_a_row_for_every_coefficient():
    X, y, _ = simulated.responses()
    model = GroupLasso(0.1).fit(X, y)
    table = tidy(model)
    assert table.columns.tolist() == [
        "task",
        "feature",
        "group",
        "response",
        "estimate",
    ]
    assert len(table) == model.coef_.size
    for row in table.sample(20, random_state=0).itertuples():
        assert row.estimate == model.coef_[row.feature, row.task, row.response]


def test_tidy_of_classes_groups_and_drop_ins():
    X, Y = shared()
    labels = np.digitize(Y["up"], Y["up"].quantile([0.3, 0.6]))
    groups = {"first": FEATURES[:3], "rest": FEATURES[3:]}
    model = GroupLassoClassifier(alpha=0.01, groups=groups).fit(X, labels)
    table = tidy(model)
    assert table.columns.tolist() == ["task", "feature", "group", "class", "estimate"]
    wide = table.pivot(index="class", columns="feature", values="estimate")
    assert_array_equal(wide[FEATURES], model.coef_)
    assert set(zip(table["feature"], table["group"], strict=True)) == {
        (name, "first" if name in FEATURES[:3] else "rest") for name in FEATURES
    }
    own = linear_model.MultiTaskLasso(0.1).fit(X, Y)
    table = tidy(own).pivot(index="task", columns="feature", values="estimate")
    assert_array_equal(table[FEATURES], own.coef_)
    parts = DirtyModel(0.1, beta=0.07).fit(X, Y)
    shares = [tidy(parts, part=part)["estimate"] for part in ("shared", "specific")]
    assert_allclose(shares[0] + shares[1], tidy(parts)["estimate"], atol=1e-12)


def test_names_survive_ind_lasso_and_its_paths():
    X, Y = shared()
    path = regularization_path(IndLasso(), X, Y, alphas=3)
    assert path.tasks.tolist() == TASKS
    assert path.feature_names == FEATURES
