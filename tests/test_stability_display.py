"""The plot of selection frequencies: what it shows, and of what."""

import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import simulated
from matplotlib import pyplot
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError

from mutar_cy import GroupLasso, IndLasso
from mutar_cy.model_selection import StabilitySelection
from mutar_cy.plotting import StabilityDisplay
from mutar_cy.plotting._style import GREY, line_style

mpl.use("agg")

ALPHAS = np.geomspace(1.0, 0.1, 5)
NAMES = ["late", "never", "noise", "first", ("x", 1)]
PATH = np.array(
    [
        [0.0, 0.0, 0.0, 0.5, 0.0],
        [0.0, 0.0, 0.1, 0.9, 0.2],
        [0.1, 0.0, 0.2, 1.0, 0.7],
        [0.4, 0.0, 0.3, 1.0, 0.6],
        [0.6, 0.0, 0.2, 1.0, 0.5],
    ]
)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    pyplot.close("all")


def display(**changes):
    given = {
        "frequencies": PATH,
        "threshold": 0.6,
        "alphas": ALPHAS,
        "feature_names": NAMES,
    }
    return StabilityDisplay(**{**given, **changes})


@pytest.fixture(scope="module")
def shown():
    """Return a picture, drawn once, which tests only look at."""
    return display().plot()


def test_stable_features_have_lines_with_names_by_frequency(shown):
    assert [line.get_label() for line in shown.lines_] == ["first", "('x', 1)", "late"]
    for rank, (line, j) in enumerate(zip(shown.lines_, (3, 4, 0), strict=True)):
        assert_array_equal(line.get_xdata(), ALPHAS)
        assert_array_equal(line.get_ydata(), PATH[:, j])
        assert line.get_color() == line_style(rank)["color"]
    assert [label.get_text() for label in shown.labels_] == [
        "first",
        "('x', 1)",
        "late",
    ]
    assert shown.bars_ is None


def test_the_others_that_are_ever_selected_are_grey(shown):
    (segment,) = shown.background_.get_segments()
    assert_allclose(segment, np.column_stack([ALPHAS, PATH[:, 2]]))
    assert_array_equal(shown.background_.get_colors()[0][:3], [float(GREY)] * 3)
    assert shown.background_.get_zorder() < shown.lines_[0].get_zorder()


def test_stable_features_without_a_name_are_darker_than_unstable_ones():
    shown = display().plot(max_labels=1)
    assert [line.get_label() for line in shown.lines_] == ["first"]
    segments = shown.background_.get_segments()
    greys = shown.background_.get_colors()[:, 0]
    heights = [segment[:, 1].max() for segment in segments]
    assert sorted(heights) == [0.3, 0.6, 0.7]
    stable = np.array(heights) >= 0.6
    assert greys[stable].max() < greys[~stable].min()


def test_axes_and_threshold(shown):
    ax = shown.ax_
    assert ax.get_xscale() == "log"
    assert ax.get_xlim() == (1.0, 0.1)
    assert ax.get_ylim()[0] == 0
    assert 1 < ax.get_ylim()[1] < 1.1
    assert ax.get_xlabel() == "alpha"
    assert ax.get_ylabel() == "selection frequency"
    assert_array_equal(shown.threshold_line_.get_ydata(), [0.6, 0.6])


def test_bars_are_the_largest_frequencies():
    shown = display().plot(kind="bars", max_bars=4)
    widths = [bar.get_width() for bar in shown.bars_]
    assert widths == [1.0, 0.7, 0.6, 0.3]
    ticks = [tick.get_text() for tick in shown.ax_.get_yticklabels()]
    assert ticks == ["first", "('x', 1)", "late", "noise"]
    bottom, top = shown.ax_.get_ylim()
    assert bottom > top  # the largest is on top
    colours = [mpl.colors.to_hex(bar.get_facecolor()) for bar in shown.bars_]
    assert len(set(colours[:3])) == 1
    assert colours[3] != colours[0]
    assert_array_equal(shown.threshold_line_.get_xdata(), [0.6, 0.6])
    assert shown.lines_ == shown.labels_ == []
    assert shown.background_ is None


def test_without_strengths_there_are_bars():
    shown = display(frequencies=PATH[4], alphas=None, feature_names=None).plot()
    ticks = [tick.get_text() for tick in shown.ax_.get_yticklabels()]
    assert ticks == [f"feature {j}" for j in (3, 0, 4, 2, 1)]
    with pytest.raises(ValueError, match=r"kind='path' is for several .* alphas=None"):
        display(frequencies=PATH[4], alphas=None).plot(kind="path")


def test_names_are_inside_the_figure():
    shown = display().plot()
    shown.figure_.canvas.draw()
    for label in shown.labels_:
        box = mpl.text.Text.get_window_extent(label)
        assert box.x1 <= shown.figure_.bbox.x1
        assert box.x0 >= shown.ax_.bbox.x1


def test_given_axes_are_drawn_into():
    figure, axes = pyplot.subplots(1, 2)
    shown = display()
    assert not hasattr(shown, "lines_")
    assert shown.plot(axes[1], line_kw={"linewidth": 7}) is shown
    assert shown.ax_ is axes[1]
    assert shown.figure_ is figure
    assert not axes[0].get_lines()
    assert {line.get_linewidth() for line in shown.lines_} == {7}


def test_nothing_is_ever_selected():
    shown = display(frequencies=np.zeros((5, 5))).plot()
    shown.figure_.canvas.draw()
    assert shown.lines_ == shown.labels_ == []
    assert len(shown.background_.get_segments()) == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frequencies": PATH[1:]}, r"of shape \(5, n_features\), .* got \(4, 5\)"),
        ({"frequencies": PATH[0]}, r"of shape \(5, n_features\), .* got \(5,\)"),
        ({"alphas": None}, r"of shape \(n_features,\), .* got \(5, 5\)"),
        ({"frequencies": -PATH}, r"from 0 to 1, got -0\.5"),
        ({"frequencies": 2 * PATH}, r"from 0 to 1, got 1\.8"),
        ({"frequencies": PATH * np.nan}, "frequencies must be finite"),
        ({"frequencies": "often"}, "frequencies must be numbers"),
        ({"alphas": ALPHAS[::-1]}, "positive, .*descending"),
        ({"threshold": 0}, "threshold must be above 0 and at most 1, got 0"),
        ({"threshold": "most"}, "threshold must be .* got 'most'"),
        ({"feature_names": NAMES[1:]}, "feature_names has 4 names, but there are 5"),
    ],
)
def test_frequencies_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        display(**changes).plot()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kind": "pie"}, "kind must be one of 'path', 'bars', got 'pie'"),
        ({"kind": "bars", "max_bars": 0}, "max_bars must be .*got 0"),
    ],
)
def test_ways_to_draw_that_there_are_not(given, message):
    with pytest.raises(ValueError, match=message):
        display().plot(**given)


def selection(estimator, X, y, **given):
    model = StabilitySelection(
        estimator, alphas=4, n_subsamples=6, threshold=0.7, random_state=0
    )
    return model.fit(X, y, **given)


def test_an_estimator_is_shown_as_it_is():
    (X, y, _), task = simulated.long()
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(10)])
    frame.insert(4, "site", task)
    model = selection(GroupLasso(task_column="site"), frame, y)
    shown = StabilityDisplay.from_estimator(model)
    assert_array_equal(shown.frequencies, model.stability_path_)
    assert_array_equal(shown.alphas, model.alphas_)
    assert shown.threshold == 0.7
    assert shown.feature_names == [f"x{j}" for j in range(10)]
    stable = {f"x{j}" for j in np.flatnonzero(model.support_)}
    assert {line.get_label() for line in shown.lines_} == stable
    other = StabilityDisplay.from_estimator(model, feature_names=range(10))
    assert {line.get_label()[:8] for line in other.lines_} == {"feature "}


def test_groups_are_shown_if_asked_for():
    X, y, _ = simulated.shared()
    groups = {"first": [0, 1, 2], "second": [3, 4, 5], "third": [6, 7, 8, 9]}
    model = selection(GroupLasso(groups=groups, alpha=1.0), X, y)
    shown = StabilityDisplay.from_estimator(model, groups=True)
    assert_array_equal(shown.frequencies, model.group_path_)
    assert shown.lines_[0].get_label() == "first"
    plain = selection(GroupLasso(), X, y)
    with pytest.raises(ValueError, match="groups=True, but the GroupLasso has no"):
        StabilityDisplay.from_estimator(plain, groups=True)


def test_strengths_of_each_task_are_shown_by_their_ratio():
    X, y, _ = simulated.ragged()
    model = selection(IndLasso(), X, y)
    shown = StabilityDisplay.from_estimator(model)
    assert_allclose(shown.alphas, np.geomspace(1, 0.1, 4))
    assert shown.ax_.get_xlabel() == "alpha over the largest"


def test_a_single_strength_is_shown_by_bars():
    X, y, _ = simulated.ragged()
    model = StabilitySelection(IndLasso(0.3), n_subsamples=6).fit(X, y)
    shown = StabilityDisplay.from_estimator(model)
    widths = [bar.get_width() for bar in shown.bars_]
    assert_allclose(widths, np.sort(model.selection_frequencies_)[::-1])


def test_other_estimators_are_refused():
    X, y, _ = simulated.ragged()
    with pytest.raises(TypeError, match="fitted StabilitySelection, got GroupLasso"):
        StabilityDisplay.from_estimator(GroupLasso(0.1).fit(X, y))
    with pytest.raises(NotFittedError, match="StabilitySelection"):
        StabilityDisplay.from_estimator(StabilitySelection(GroupLasso()))


def test_matplotlib_is_asked_for_when_it_is_needed(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install 'mutar_cy\[plot\]'"):
        display().plot()
