"""The plot of convergence: what is recorded, and what is drawn of it."""

import threading

import matplotlib as mpl
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from pictures import (
    assert_apart,
    assert_drawn_alike,
    assert_draws_into,
    assert_inside,
    data,
    texts,
)
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from watching import needs_callbacks

from mutar_cy import (
    MTW,
    DirtyModel,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoCV,
    IndLasso,
    MultiLevelLasso,
    ReweightedGroupLasso,
)
from mutar_cy.linear_model import ElasticNet, Lasso, MultiTaskElasticNet, MultiTaskLasso
from mutar_cy.objectives import recording_iterations
from mutar_cy.plotting import ConvergenceDisplay

pytestmark = pytest.mark.usefixtures("figures")

FIELDS = ["seconds", "n_iters", "dual_gaps", "targets"]


def trace(gaps=(1.0, 1e-2, 1e-5), target=1e-4, n_iters=None):
    n_iters = 5 * np.arange(len(gaps)) if n_iters is None else n_iters
    seconds = 0.01 * np.arange(1, len(gaps) + 1)
    columns = seconds, n_iters, gaps, np.broadcast_to(target, len(gaps))
    return dict(zip(FIELDS, columns, strict=True))


def test_estimators_are_compared():
    X, y = data()
    models = {"group": GroupLasso(0.05), "tight": GroupLasso(0.05, tol=1e-8)}
    display = ConvergenceDisplay.from_estimators(models, X, y)
    assert [line.get_label() for line in display.lines_] == ["group", "tight"]
    assert texts(display.labels_) == ["group", "tight"]
    looks = [(line.get_color(), line.get_linestyle()) for line in display.lines_]
    assert looks[0][0] != looks[1][0]
    assert looks[0][1] != looks[1][1]
    assert len(display.target_lines_) == 2
    for line, target in zip(display.lines_, display.target_lines_, strict=True):
        assert target.get_color() == line.get_color()
        assert target.get_ydata()[0] == display.traces[line.get_label()]["targets"][0]


def test_gaps_against_time_and_iterations():
    display = ConvergenceDisplay(traces={"one": trace()}).plot()
    ax, (line,) = display.ax_, display.lines_
    assert_array_equal(line.get_xdata(), [0.01, 0.02, 0.03])
    assert_array_equal(line.get_ydata(), [1.0, 1e-2, 1e-5])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time in seconds", "duality gap")
    assert ax.get_yscale() == "log"
    assert ax.get_xlim()[0] == 0
    (target,) = display.target_lines_
    assert_array_equal(target.get_ydata(), [1e-4, 1e-4])
    assert "target" in texts(ax.texts)
    display.plot(against="iterations")
    assert_array_equal(display.lines_[0].get_xdata(), [0, 5, 10])
    assert display.ax_.get_xlabel() == "iterations"


def test_what_has_no_logarithm_is_at_the_lower_edge():
    display = ConvergenceDisplay(traces={"one": trace((np.inf, 1.0, 0.0))}).plot()
    bottom, top = display.ax_.get_ylim()
    assert 1e-8 < bottom < 1e-4
    assert 1.0 < top < 10.0
    assert display.lines_[0].get_ydata()[2] == bottom
    low = ConvergenceDisplay(traces={"one": trace((1.0, -1e-20))}).plot()
    assert low.lines_[0].get_ydata()[1] == low.ax_.get_ylim()[0]


def test_names_stand_where_lines_end():
    traces = {"one": trace(), "two": trace((2.0, 1e-1, 1.1e-5)), "three": trace()}
    display = ConvergenceDisplay(traces=traces).plot()
    display.figure_.canvas.draw()
    assert_apart(display.labels_)
    assert_inside(display)
    for label, line in zip(display.labels_, display.lines_, strict=True):
        assert label.xy == tuple(line.get_xydata()[-1])
    display.plot(line_kw={"linewidth": 5})
    assert {line.get_linewidth() for line in display.lines_} == {5}
    assert display.lines_[0].get_color() == mpl.colors.to_hex("#0072b2").upper()


def test_given_axes_are_drawn_into():
    assert_draws_into(ConvergenceDisplay(traces={"one": trace()}).plot)
    assert_draws_into(
        lambda ax: ConvergenceDisplay.from_estimator(GroupLasso(0.1), *data(), ax=ax)
    )


def test_pictures_are_the_same_again():
    assert_drawn_alike(ConvergenceDisplay(traces={"one": trace()}).plot)


@pytest.mark.parametrize(
    ("traces", "options", "message"),
    [
        ({"one": {"seconds": [1.0]}}, {}, "trace of 'one' lacks 'n_iters'"),
        ({"one": trace(())}, {}, "trace of 'one' has no dual gap"),
        ({"one": {**trace(), "seconds": [1]}}, {}, "trace of 'one' .* one length"),
        ({"one": {**trace(), "targets": "low"}}, {}, "targets of 'one' must be numb"),
        ({"one": trace()}, {"against": "energy"}, "against must be .* got 'energy'"),
        ({}, {}, "traces must .* at least one"),
    ],
)
def test_what_cannot_be_drawn(traces, options, message):
    with pytest.raises(ValueError, match=message):
        ConvergenceDisplay(traces=traces).plot(**options)


def test_matplotlib_is_asked_for_when_it_is_needed(without_matplotlib):
    with pytest.raises(ImportError, match=r"pip install 'mutar_cy\[plot\]'"):
        ConvergenceDisplay(traces={"one": trace()}).plot()


JOINT = [
    GroupLasso(0.02, tol=1e-8),
    DirtyModel(0.02, 0.014, tol=1e-8),
    GroupLasso(groups=2, alpha=0.02, tol=1e-8),
    pytest.param(
        MTW(0.1, 0.05, tol=1e-6),
        marks=pytest.mark.uncertified("its own tests do, in a way of their own"),
    ),
]
ROWS = [
    Lasso(0.01, tol=1e-8),
    ElasticNet(0.01, tol=1e-8),
    MultiTaskLasso(0.01, tol=1e-8),
    MultiTaskElasticNet(0.01, tol=1e-8),
    GroupLasso(groups=2, alpha=0.01, loss="poisson", tol=1e-8),
]


def name_of(estimator):
    return type(estimator).__name__


def rows():
    X, y = data(n_tasks=2)
    return X[0], y[0]


@pytest.mark.parametrize("estimator", JOINT, ids=name_of)
def test_the_gap_is_recorded_until_it_is_that_of_the_fit(estimator):
    X, y = data()
    assert_records(estimator, X, y)


@pytest.mark.parametrize("estimator", ROWS, ids=name_of)
def test_the_gap_of_models_of_rows_is_recorded(estimator):
    X, y = rows()
    several = name_of(estimator).startswith("MultiTask")
    assert_records(estimator, X, np.abs(np.stack([y, -y], 1) if several else y))


def assert_records(estimator, X, y):
    display = ConvergenceDisplay.from_estimator(estimator, X, y)
    (found,) = display.traces.values()
    assert list(found) == FIELDS
    assert not hasattr(estimator, "coef_")
    fitted = estimator.fit(X, y)
    gaps, targets = found["dual_gaps"], found["targets"]
    assert len(gaps) >= 2
    assert gaps[-1] == fitted.dual_gap_
    assert found["n_iters"][-1] == fitted.n_iter_
    assert np.all(gaps[:-1] > targets[:-1])
    assert gaps[-1] <= targets[-1]
    assert len(np.unique(targets)) == 1
    assert np.all(np.diff(found["seconds"]) > 0)
    assert found["seconds"][0] > 0
    del estimator.coef_


def test_the_target_is_the_tolerance_times_the_null_objective():
    X, y = data()
    display = ConvergenceDisplay.from_estimator(GroupLasso(0.02, tol=1e-5), X, y)
    (found,) = display.traces.values()
    centred = y - y.mean(axis=1, keepdims=True)
    null = 0.5 * np.square(centred).mean(axis=1).sum()
    assert found["targets"][0] == pytest.approx(1e-5 * null, rel=1e-12)


def test_tasks_that_are_not_coupled_are_one_after_the_other():
    X, y = data()
    model = IndLasso(0.05, tol=1e-8)
    display = ConvergenceDisplay.from_estimator(model, X, y, against="iterations")
    (found,) = display.traces.values()
    begins = np.flatnonzero(np.diff(found["n_iters"]) < 0) + 1
    assert len(begins) == 2
    ends = np.r_[begins - 1, -1]
    assert_array_equal(found["dual_gaps"][ends], model.fit(X, y).dual_gap_)
    (line,) = display.lines_
    assert_array_equal(
        np.flatnonzero(np.isnan(line.get_xdata())), begins + np.arange(2)
    )
    drawn = line.get_xdata()[~np.isnan(line.get_xdata())]
    assert np.all(np.diff(drawn) >= 0)
    assert drawn[-1] == found["n_iters"][ends].sum()
    (targets,) = display.target_lines_
    assert len(np.unique(targets.get_ydata()[~np.isnan(targets.get_ydata())])) == 3


@pytest.mark.parametrize("cls", [ReweightedGroupLasso, MultiLevelLasso])
def test_gaps_between_weighted_problems_are_not_known(cls):
    display = ConvergenceDisplay.from_estimator(cls(0.05), *data())
    (found,) = display.traces.values()
    assert np.isnan(found["dual_gaps"]).any()
    assert np.isfinite(found["dual_gaps"][-1])
    assert display.labels_[0].get_text() == cls.__name__


def test_what_fit_is_given_goes_to_it():
    X, y = data()
    task = np.repeat(["a", "b", "c"], 40)
    given = {"task": task, "sample_weight": np.linspace(0.5, 2, 120)}
    model = GroupLasso(0.05, tol=1e-6)
    long = np.concatenate(X), y.ravel()
    display = ConvergenceDisplay.from_estimator(model, *long, fit_params=given)
    (found,) = display.traces.values()
    assert found["dual_gaps"][-1] == model.fit(*long, **given).dual_gap_


def test_estimators_within_pipelines_are_recorded():
    X, y = rows()
    pipeline = make_pipeline(StandardScaler(), Lasso(0.01, tol=1e-8))
    display = ConvergenceDisplay.from_estimator(pipeline, X, y, name="scaled")
    assert list(display.traces) == ["scaled"]


def test_a_strength_that_leaves_nothing_takes_no_iterations():
    display = ConvergenceDisplay.from_estimator(GroupLasso(1e3), *data())
    (found,) = display.traces.values()
    assert found["n_iters"].tolist() == [0]
    assert_inside(display)
    (line,) = display.lines_
    assert line.get_ydata()[0] == display.ax_.get_ylim()[0]


def test_classes_are_one_after_the_other():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 4))
    y = X[:, :3].argmax(axis=1)
    model = GroupLassoClassifier(groups=1, alpha=0.01, tol=1e-6)
    display = ConvergenceDisplay.from_estimator(model, X, y)
    (found,) = display.traces.values()
    assert np.count_nonzero(np.diff(found["n_iters"]) < 0) == 2


def test_only_this_thread_and_only_now():
    seen = []
    X, y = data()
    with recording_iterations(lambda *state: seen.append(state)):
        other = threading.Thread(target=GroupLasso(0.05).fit, args=(X, y))
        other.start()
        other.join()
        assert seen == []
        GroupLasso(0.05).fit(X, y)
        count = len(seen)
        assert count > 0
    GroupLasso(0.05).fit(X, y)
    assert len(seen) == count


@needs_callbacks
def test_callbacks_are_called_besides():
    X, y = data()
    calls = []

    class Counting:
        def setup(self, estimator, context):
            calls.append("setup")

        def teardown(self, estimator, context):
            calls.append("teardown")

        def on_fit_task_begin(self, estimator, context, **given):
            calls.append("begin")

        def on_fit_task_end(self, estimator, context, **given):
            calls.append("end")

    seen = []
    model = GroupLasso(0.05).set_callbacks(Counting())
    with recording_iterations(lambda *state: seen.append(state)):
        model.fit(X, y)
    assert calls.count("begin") == calls.count("end") == len(seen) + 1
    assert calls[-1] == "teardown"
    assert seen[-1][1] == model.dual_gap_


def test_folds_have_no_gap():
    X, y = data()
    model = GroupLassoCV(alphas=4, cv=3, tol=1e-8)
    display = ConvergenceDisplay.from_estimator(model, X, y)
    (found,) = display.traces.values()
    assert_array_equal(np.isnan(found["dual_gaps"][:3]), True)
    assert found["dual_gaps"][-1] == model.fit(X, y).dual_gap_


def test_estimators_that_tell_nothing():
    X, y = rows()
    with pytest.raises(TypeError, match="tells of its iterations, got Ridge"):
        ConvergenceDisplay.from_estimator(Ridge(), X, y)
    with pytest.raises(TypeError, match=r"must be a dict .* got list"):
        ConvergenceDisplay.from_estimators([Lasso()], X, y)
