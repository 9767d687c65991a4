"""Tuning curves: what they are, against formulas and predictions; and their plot."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib import pyplot
from numpy.testing import assert_allclose, assert_array_equal
from pictures import assert_apart, texts
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.linear_model import LinearRegression, PoissonRegressor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    OneHotEncoder,
    PolynomialFeatures,
    SplineTransformer,
    StandardScaler,
)

from mutar_cy import GroupLasso, GroupLassoClassifier
from mutar_cy.plotting import TuningCurve, TuningCurveDisplay
from mutar_cy.preprocessing import (
    BlockStacker,
    LagTransformer,
    RaisedCosineTransformer,
    TaskScaler,
)

mpl.use("agg")
N = 240
RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "speed": RNG.integers(0, 12, N),
        "angle": RNG.uniform(0, 2 * np.pi, N),
        "light": RNG.choice(["off", "red", "green"], N),
        "dose": RNG.integers(0, 4, N),
    }
)
RATE = np.exp(0.2 * TABLE["speed"] / 3 + np.cos(TABLE["angle"]))
COUNTS = RNG.poisson(RATE * np.where(TABLE["light"] == "red", 2.0, 1.0))
PERIOD = SplineTransformer(
    knots=np.linspace(0, 2 * np.pi, 7)[:, None], extrapolation="periodic"
)
PARTS = [
    ("speed", RaisedCosineTransformer(4), ["speed"]),
    ("angle", PERIOD, ["angle"]),
    ("light", OneHotEncoder(), ["light"]),
    ("dose", StandardScaler(), ["dose"]),
]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    pyplot.close("all")


def bases(parts=PARTS, library="pandas"):
    parts = [
        (name, OneHotEncoder(sparse_output=False) if name == "light" else part, at)
        for name, part, at in parts
    ]
    return ColumnTransformer(parts).set_output(transform=library)


def fitted(y=COUNTS, alpha=1e-3, loss="poisson", **params):
    model = GroupLasso(alpha=alpha, groups="prefix", loss=loss, tol=1e-8, **params)
    return make_pipeline(bases(), model).fit(TABLE, y)


class Undrawn(TuningCurveDisplay):
    """The curves alone: a layout takes longer than a fit."""

    def plot(self, axes=None, **options):
        return self


def curves_of(*args, drawn=False, **kwargs):
    display = (TuningCurveDisplay if drawn else Undrawn).from_estimator(*args, **kwargs)
    return {(curve.feature, curve.over): curve for curve in display.curves}, display


@pytest.mark.parametrize("n_tasks", [1, 3])
def test_baseline_and_curves_are_the_predictor(n_tasks):
    y = COUNTS if n_tasks == 1 else np.column_stack([COUNTS, COUNTS[::-1] + 1, COUNTS])
    pipeline = fitted(y)
    table = TABLE.assign(
        angle=TABLE["angle"].round(1)
    )  # few values, all of them points
    curves, display = curves_of(pipeline, table, categorical_features=["angle"])
    assert {over for _, over in curves} == {"value", "category"}
    eta = np.tile(np.asarray(display.baseline), (N, 1))
    for curve in curves.values():
        own = table[curve.feature].to_numpy()
        places = (own[:, None] == curve.points).argmax(axis=1)
        values = curve.values[places]
        assert_allclose(values.mean(axis=0), 0, atol=1e-12)
        eta += values
    expected = np.log(pipeline.predict(table)).reshape(N, -1)
    assert_allclose(eta, expected, atol=1e-10)


def test_curves_of_bases_are_their_sums():
    pipeline = fitted()
    curves, _ = curves_of(pipeline, TABLE, grid_resolution=31)
    columns, model = pipeline[0].output_indices_, pipeline[-1]
    angle = curves["angle", "value"]
    low, high = TABLE["angle"].min(), TABLE["angle"].max()
    assert_array_equal(angle.points, np.linspace(low, high, 31))
    basis, coef = (
        pipeline[0].named_transformers_["angle"],
        model.coef_[columns["angle"]],
    )
    at_samples = basis.transform(TABLE[["angle"]]).to_numpy() @ coef
    grid = pd.DataFrame({"angle": angle.points})
    expected = basis.transform(grid).to_numpy() @ coef - at_samples.mean()
    assert_allclose(angle.values[:, 0], expected, atol=1e-12)
    assert_array_equal(curves["speed", "value"].points, np.arange(12))
    assert_array_equal(curves["light", "category"].points, ["green", "off", "red"])


def test_covariates_that_are_not_selected():
    weights = {"angle": 1.0, "speed": np.inf, "light": np.inf, "dose": np.inf}
    pipeline = fitted(penalty_weights=weights)
    assert [*curves_of(pipeline, TABLE)[0]] == [("angle", "value")]
    curves, _ = curves_of(pipeline, TABLE, ["light", 0])
    assert [*curves] == [("light", "category"), ("speed", "value")]
    assert not any(curve.values.any() for curve in curves.values())
    with pytest.raises(ValueError, match=r"No covariate contributes.*smaller alpha"):
        curves_of(fitted(alpha=10.0), TABLE)


def trials():
    """Return spike counts in trials, with two covariates and a history."""
    table = TABLE.assign(run=np.arange(N) // 30, spikes=COUNTS)
    rng = np.random.default_rng(1)
    return table, rng.poisson(1.0 + 0.3 * np.roll(COUNTS, 1))


@pytest.mark.parametrize(
    ("lags", "basis", "missing"),
    [
        (6, RaisedCosineTransformer(3), "zero"),
        ([0, 2, 3], None, "nan"),
        ([-2, 0, 4], RaisedCosineTransformer(2), "nan"),
        ([-2, 0, 4], None, "zero"),
    ],
)
def test_lags_give_filters(lags, basis, missing):
    table, y = trials()
    lagged = LagTransformer(lags, trial_column="run", basis=basis, missing=missing)
    steps = [("past", lagged, ["run", "spikes", "dose"]), *PARTS[:2]]
    transform = bases(steps).fit(table)
    X = transform.transform(table)
    whole = X.notna().all(axis=1)
    model = GroupLasso(alpha=1e-3, groups="prefix", loss="poisson", tol=1e-8)
    model.fit(X[whole], y[whole])
    curves, display = curves_of(Pipeline([("x", transform), ("m", model)]), table)
    past, columns = transform.named_transformers_["past"], transform.output_indices_
    filters = past.filters(model.coef_[columns["past"]])
    order = np.argsort(past.lags_)
    seen = past.functions_[order].any(axis=1)
    for name, weights in zip(["spikes", "dose"], filters, strict=True):
        curve = curves[name, "lag"]
        assert_array_equal(curve.points, past.lags_[order][seen])
        assert_allclose(curve.values[:, 0], weights[order][seen], atol=1e-12)
        assert (name, "value") not in curves
    assert [*curves] == [
        ("speed", "value"),
        ("angle", "value"),
        ("dose", "lag"),
        ("spikes", "lag"),
    ]
    eta = model.intercept_ + X[whole].to_numpy() @ model.coef_
    assert_allclose(display.baseline, eta.mean(), rtol=1e-12)


def test_a_covariate_with_a_curve_and_a_filter():
    table, y = trials()
    lagged = LagTransformer([0, 1], trial_column="run", missing="zero")
    parts = [*PARTS[:1], ("direct", "passthrough", ["speed"])]
    steps = [("past", lagged, ["run", "speed"]), *parts]
    pipeline = make_pipeline(
        bases(steps), GroupLasso(alpha=1e-4, groups="prefix", tol=1e-8)
    ).fit(table, y)
    curves, _ = curves_of(pipeline, table)
    assert [*curves] == [("speed", "value"), ("speed", "lag")]
    coef = pipeline[-1].coef_
    assert_allclose(curves["speed", "lag"].values[:, 0], [coef[0] + coef[-1], coef[1]])


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_a_stimulus_that_is_off_or_on(make):
    y = 1.0 + 0.5 * np.roll(COUNTS > 1, 2)
    table = make({"trial": np.arange(N) // 60, "on": COUNTS > 1})
    lagged = LagTransformer(4, trial_column="trial", missing="zero")
    pipeline = make_pipeline(lagged, LinearRegression()).fit(table, y)
    curves, _ = curves_of(pipeline, table)
    assert [*curves] == [("on", "lag")]
    assert_array_equal(curves["on", "lag"].points, [1, 2, 3, 4])
    assert_allclose(curves["on", "lag"].values[:, 0], pipeline[-1].coef_, atol=1e-12)


def test_tasks_of_their_own_samples():
    rng = np.random.default_rng(0)
    site = np.repeat(["Bern", "Lyon"], N // 2)
    dose = rng.uniform(0, np.where(site == "Bern", 1.0, 50.0))
    table = pd.DataFrame({"dose": dose, "site": site, "age": rng.normal(size=N)})
    y = dose / np.where(site == "Bern", 1.0, 50.0) + 0.01 * rng.normal(size=N)
    model = GroupLasso(task_column="site", alpha=1e-4, tol=1e-10)
    pipeline = make_pipeline(TaskScaler("site"), model).fit(table, y)
    curves, display = curves_of(pipeline, table)
    assert display.task_names == ["Bern", "Lyon"]
    assert [*curves] == [("dose", "value"), ("age", "value")]
    curve = curves["dose", "value"]
    slopes = pipeline[-1].coef_[0] / pipeline[0].scale_[0]
    for k, task in enumerate(["Bern", "Lyon"]):
        own = dose[site == task]
        inside = (curve.points >= own.min()) & (curve.points <= own.max())
        expected = np.where(inside, slopes[k] * (curve.points - own.mean()), np.nan)
        assert_allclose(curve.values[:, k], expected, atol=1e-10)
        assert inside.any()


def test_several_tasks_in_one_table_without_scales():
    table = TABLE.assign(cell=np.repeat(["a", "b", "c"], N // 3))
    parts = [("cell", "passthrough", ["cell"]), *PARTS]
    model = GroupLasso(
        alpha=1e-3, groups="prefix", loss="poisson", task_column="cell__cell"
    )
    pipeline = make_pipeline(bases(parts), model).fit(table, COUNTS)
    curves, display = curves_of(pipeline, table, ["light", "dose"])
    columns = pipeline[0].output_indices_
    at = np.arange(columns["light"].start, columns["light"].stop) - 1  # without cell
    light = curves["light", "category"]
    for k, task in enumerate("abc"):
        own = table["light"][table["cell"] == task].to_numpy()
        effects = pipeline[-1].coef_[at, k]
        mean = effects @ (own == light.points[:, None]).mean(axis=1)
        assert_allclose(light.values[:, k], effects - mean, atol=1e-12)
    eta = np.log(pipeline.predict(table))
    means = [eta[table["cell"] == task].mean() for task in "abc"]
    assert_allclose(display.baseline, means, rtol=1e-12)
    parts = bases(parts)
    classes = GroupLassoClassifier(
        groups="prefix", alpha=1e-3, task_column="cell__cell"
    )
    classes = make_pipeline(parts, classes).fit(table, np.minimum(COUNTS, 2))
    shown, display = curves_of(classes, table, ["light"])
    assert display.task_names[1] == "a, 1"
    assert shown["light", "category"].values.shape == (3, 9)
    logits = classes.decision_function(table)
    own = [logits[table["cell"] == task].mean(axis=0) for task in "abc"]
    assert_allclose(display.baseline, np.ravel(own), rtol=1e-10)
    with pytest.raises(ValueError, match="'cell' does not enter the model"):
        curves_of(pipeline, table, ["cell"])
    with pytest.raises(ValueError, match=r"no sample of task 'b'; give the X"):
        curves_of(pipeline, table[table["cell"] != "b"])


def test_the_response_is_the_prediction_at_the_baseline():
    pipeline = fitted()
    curves, display = curves_of(pipeline, TABLE, kind="response", drawn=True)
    k = [*curves].index(("dose", "value"))
    drawn = display.lines_[k][0].get_ydata()
    expected = np.exp(display.baseline + curves["dose", "value"].values)
    assert_allclose(drawn, expected[:, 0], rtol=1e-12)
    two = GroupLassoClassifier(groups="prefix", alpha=1e-3)
    two = make_pipeline(bases(), two).fit(TABLE, COUNTS > 1)
    display = TuningCurveDisplay.from_estimator(two, TABLE, ["dose"], kind="response")
    heights = display.lines_[0][0].get_ydata()
    assert np.all((heights > 0) & (heights < 1))
    logits = two.decision_function(TABLE)
    assert_allclose(display.baseline, logits.mean(), rtol=1e-12)
    three = GroupLassoClassifier(groups="prefix", alpha=1e-3)
    three = make_pipeline(bases(), three).fit(TABLE, np.minimum(COUNTS, 2))
    curves, display = curves_of(three, TABLE, ["dose"])
    assert curves["dose", "value"].values.shape == (4, 3)
    logits = three.decision_function(TABLE)
    assert_allclose(display.baseline, logits.mean(axis=0), rtol=1e-12)
    with pytest.raises(ValueError, match="use kind='contribution'"):
        TuningCurveDisplay.from_estimator(three, TABLE, ["dose"], kind="response")


def test_searches_and_models_of_scikit_learn():
    grid = {"poissonregressor__alpha": [0.1, 1.0]}
    own = ColumnTransformer(PARTS)  # sparse output
    search = GridSearchCV(make_pipeline(own, PoissonRegressor()), grid, cv=3)
    search.fit(TABLE, COUNTS)
    curves, display = curves_of(search, TABLE)
    assert [*curves] == [
        ("speed", "value"),
        ("angle", "value"),
        ("light", "category"),
        ("dose", "value"),
    ]
    eta = np.log(search.predict(TABLE))
    assert_allclose(display.baseline, eta.mean(), rtol=1e-10)
    with pytest.raises(ValueError, match="known for models of this package"):
        TuningCurveDisplay.from_estimator(search, TABLE, ["dose"], kind="response")
    squares = TransformedTargetRegressor(
        make_pipeline(ColumnTransformer(PARTS), LinearRegression()),
        func=np.sqrt,
        inverse_func=np.square,
    ).fit(TABLE, COUNTS)
    _, display = curves_of(squares, TABLE)
    assert_allclose(display.baseline, np.sqrt(COUNTS).mean(), rtol=1e-10)
    X = TABLE[["dose", "angle"]].to_numpy()
    line = LinearRegression().fit(X, COUNTS)
    curves, _ = curves_of(line, X)
    values = line.coef_[1] * (curves[1, "value"].points - X[:, 1].mean())
    assert_allclose(curves[1, "value"].values[:, 0], values, atol=1e-12)


def test_containers_give_the_same_curves():
    reference, _ = curves_of(fitted(), TABLE)
    frame = pl.DataFrame({name: TABLE[name].tolist() for name in TABLE})
    model = GroupLasso(alpha=1e-3, groups="prefix", loss="poisson", tol=1e-8)
    polars, _ = curves_of(
        make_pipeline(bases(library="polars"), model).fit(frame, COUNTS), frame
    )
    array = TABLE.to_numpy()
    numbered = [(name, part, [k]) for k, (name, part, _) in enumerate(PARTS)]
    arrays, _ = curves_of(
        make_pipeline(bases(numbered), model).fit(array, COUNTS),
        array,
        grid_resolution=12,
    )
    names = list(TABLE)
    for key, curve in reference.items():
        assert_allclose(polars[key].values, curve.values, atol=1e-6)
        at = names.index(key[0]), key[1]
        if key[0] in ("light", "speed"):
            assert_allclose(arrays[at].values, curve.values, atol=1e-6)


def test_a_table_of_pyarrow():
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({name: TABLE[name].tolist() for name in ("angle", "dose")})
    line = LinearRegression().fit(table, COUNTS)
    curves, _ = curves_of(line, table)
    assert [*curves] == [("angle", "value"), ("dose", "value")]
    values = line.coef_[1] * (np.arange(4) - TABLE["dose"].mean())
    assert_allclose(curves["dose", "value"].values[:, 0], values, atol=1e-12)


def test_a_dict_of_covariates():
    data = {name: TABLE[name].to_numpy() for name in ("speed", "angle")}
    data["other"] = np.ones((N, 2)) * COUNTS[:, None]
    parts = [(name, part, [f"{name}__0"]) for name, part, _ in PARTS[:2]]
    stack = BlockStacker().set_output(transform="pandas")
    model = GroupLasso(alpha=1e-3, groups="prefix", loss="poisson", tol=1e-8)
    pipeline = make_pipeline(stack, bases(parts), model).fit(data, COUNTS)
    curves, _ = curves_of(pipeline, data)
    assert [*curves] == [("speed", "value"), ("angle", "value")]
    with pytest.raises(ValueError, match=r"X\['other'\] has several columns"):
        curves_of(pipeline, data, ["other"])


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (["height"], r"'height' is no covariate of X, which has 'speed', 'angle'"),
        ([4], r"covariate 4 is out of range: X has 4"),
    ],
)
def test_covariates_that_are_not_there(features, message):
    with pytest.raises(ValueError, match=message):
        curves_of(fitted(), TABLE, features)


def test_what_has_no_curve():
    X = TABLE[["speed", "dose"]]
    product = make_pipeline(PolynomialFeatures(), LinearRegression()).fit(X, COUNTS)
    with pytest.raises(ValueError, match=r"'speed' depends on other covariates"):
        curves_of(product, X)
    curved = make_pipeline(
        RaisedCosineTransformer(3),
        LagTransformer(2, missing="zero"),
        LinearRegression(),
    ).fit(X, COUNTS)
    with pytest.raises(
        ValueError, match=r"'speed' has lags of a nonlinear function.*Leave it"
    ):
        curves_of(curved, X)
    words = make_pipeline(
        OneHotEncoder(sparse_output=False),
        LagTransformer(2, missing="zero"),
        LinearRegression(),
    ).fit(TABLE[["light"]], COUNTS)
    with pytest.raises(ValueError, match="'light' is a category with lags"):
        curves_of(words, TABLE[["light"]])
    with pytest.raises(ValueError, match="For tasks in a list, give the table"):
        curves_of(LinearRegression().fit(X, COUNTS), [X, X])


def test_the_table_of_curves():
    y = np.column_stack([COUNTS, COUNTS[::-1]])
    curves, display = curves_of(fitted(y), TABLE, task_names=["a", "b"])
    frame = display.frame()
    assert [*frame.columns] == ["feature", "over", "task", "point", "contribution"]
    own = frame[(frame["feature"] == "light") & (frame["task"] == "b")]
    assert [*own["point"]] == ["green", "off", "red"]
    assert_array_equal(own["contribution"], curves["light", "category"].values[:, 1])
    assert len(frame) == 2 * sum(len(curve.points) for curve in curves.values())


def test_the_picture():
    y = np.column_stack([COUNTS, COUNTS[::-1]])
    curves, display = curves_of(fitted(y), TABLE, task_names=["a", "b"], drawn=True)
    assert len(display.axes_) == len(curves) == 4
    assert [ax.get_xlabel() for ax in display.axes_] == list(TABLE)
    for curve, lines in zip(display.curves, display.lines_, strict=True):
        for k, line in enumerate(lines):
            assert_array_equal(line.get_ydata(), curve.values[:, k])
            assert line.get_label() == "ab"[k]
    assert texts(display.axes_[2].get_xticklabels()) == ["green", "off", "red"]
    assert len({ax.get_ylim() for ax in display.axes_}) == 1
    display.figure_.canvas.draw()
    for ax in display.axes_:
        assert sorted(texts(ax.texts)) == ["a", "b"]
        assert_apart(ax.texts)


def test_given_axes_are_drawn_on():
    curve = TuningCurve("x", "lag", np.arange(3), np.eye(3))
    display = TuningCurveDisplay(curves=[curve, curve])
    figure, axes = pyplot.subplots(1, 2)
    assert display.plot(axes, max_tasks=2) is display
    assert display.axes_ == [*axes]
    assert display.figure_ is figure
    assert display.axes_[0].get_xlabel() == "lag of x, in samples"
    assert texts(axes[0].texts) == ["0", "1"]
    with pytest.raises(ValueError, match=r"axes holds 1 axes, but there are 2"):
        display.plot(axes[0])
    with pytest.raises(ValueError, match="needs a baseline"):
        display.plot(kind="response")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"curves": []}, "at least one TuningCurve"),
        ({"curves": [np.eye(2)]}, "at least one TuningCurve"),
        (
            {"curves": [TuningCurve("x", "value", [1, 2], np.ones((3, 1)))]},
            "must have 2 points",
        ),
        (
            {"curves": [TuningCurve("x", "time", [1], np.ones((1, 1)))]},
            "over must be one of",
        ),
        (
            {"curves": [TuningCurve("x", "lag", [1], [[1, 2]])], "task_names": ["a"]},
            "task_names has 1 names, but there are 2 tasks",
        ),
    ],
)
def test_curves_that_cannot_be(params, message):
    with pytest.raises(ValueError, match=message):
        TuningCurveDisplay(**params).plot()
