"""The plot of group norms along a path: what it shows, and of what."""

import sys
from itertools import pairwise
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot
from numpy.testing import assert_allclose, assert_array_equal

from mutar_cy import GroupLasso, GroupLassoRegressor, group_lasso_path
from mutar_cy.plotting import GroupPathDisplay
from mutar_cy.plotting._style import COLOURS, line_style, spread_labels

mpl.use("agg")

ALPHAS = np.geomspace(0.5, 1e-3, 9)
NAMES = ["stays", "never", "leaves", "late", ("x", 1)]


def norms():
    """Return norms of groups that come, go, come late, and are never there."""
    found = np.zeros((9, 5))
    found[1:, 0] = np.linspace(0.1, 1.0, 8)
    found[2:5, 2] = 0.4
    found[7:, 3] = 0.95, 0.98
    found[3:, 4] = np.linspace(0.2, 2.0, 6)
    return found


def a_path(**changes):
    fields = {"alphas": ALPHAS, "group_norms": norms(), "group_names": NAMES}
    return SimpleNamespace(**{**fields, **changes})


@pytest.fixture(autouse=True)
def close_figures():
    yield
    pyplot.close("all")


def by_label(display):
    return {line.get_label(): line for line in display.lines_}


def test_every_selected_group_is_a_line():
    display = GroupPathDisplay.from_path(a_path())
    lines = by_label(display)
    assert list(lines) == ["stays", "leaves", "late", "('x', 1)"]
    for line, g in zip(display.lines_, (0, 2, 3, 4), strict=True):
        assert_array_equal(line.get_xdata(), ALPHAS)
        assert_array_equal(line.get_ydata(), norms()[:, g])
        assert line in display.ax_.get_lines()


def test_strengths_descend_to_the_right_on_a_log_axis():
    ax = GroupPathDisplay.from_path(a_path()).ax_
    assert ax.get_xscale() == "log"
    assert ax.get_xlim() == (ALPHAS[0], ALPHAS[-1])
    assert ax.get_ylim()[0] == 0
    assert ax.get_xlabel() == "alpha"
    assert ax.get_ylabel() == "norm of the group's coefficients"


def test_groups_that_stay_are_named_at_their_ends():
    display = GroupPathDisplay.from_path(a_path())
    texts = [label.get_text() for label in display.labels_]
    assert texts == ["('x', 1)", "stays", "late"]
    assert display.ax_.get_legend() is None
    lines = by_label(display)
    for label in display.labels_:
        line = lines[label.get_text()]
        assert label.xy == (ALPHAS[-1], line.get_ydata()[-1])
        assert label.arrow_patch.get_edgecolor() == mpl.colors.to_rgba(line.get_color())


def test_names_do_not_overlap_and_are_inside_the_figure():
    close = np.tile(np.linspace(0, 1, 9)[:, None], (1, 12)) + np.arange(12) * 1e-3
    path = a_path(group_norms=close, group_names=list(range(12)))
    display = GroupPathDisplay.from_path(path, max_labels=12)
    display.figure_.canvas.draw()
    boxes = [mpl.text.Text.get_window_extent(label) for label in display.labels_]
    boxes.sort(key=lambda box: box.y0)
    for below, above in pairwise(boxes):
        assert below.y1 <= above.y0
    assert max(box.x1 for box in boxes) <= display.figure_.bbox.x1
    assert min(box.x0 for box in boxes) >= display.ax_.bbox.x1
    assert [label.get_text() for label in display.labels_][:2] == [
        "group 11",
        "group 10",
    ]


def test_groups_without_a_name_stay_in_the_background():
    display = GroupPathDisplay.from_path(a_path(), max_labels=1)
    assert [label.get_text() for label in display.labels_] == ["('x', 1)"]
    lines = by_label(display)
    front = lines.pop("('x', 1)")
    assert front.get_color() == COLOURS[0]
    for line in lines.values():
        assert line.get_color() == line_style(None)["color"]
        assert line.get_zorder() < front.get_zorder()
    nothing = GroupPathDisplay.from_path(a_path(), max_labels=0)
    assert nothing.labels_ == []
    assert len(nothing.lines_) == 4


def test_lines_differ():
    looks = [line_style(rank) for rank in range(28)]
    assert len({(each["color"], each["linestyle"]) for each in looks}) == 28
    for one, next_one in pairwise(looks):
        assert one["color"] != next_one["color"]
        assert one["linestyle"] != next_one["linestyle"]


def test_the_axis_on_top_counts_the_groups():
    display = GroupPathDisplay.from_path(a_path())
    display.figure_.canvas.draw()
    top = display.counts_ax_
    ticks = [int(tick.get_text()) for tick in top.get_xticklabels()]
    counts = (norms() > 0).sum(axis=1)
    at = [int(np.abs(ALPHAS - place).argmin()) for place in top.get_xticks()]
    assert_allclose(top.get_xticks(), ALPHAS[at])
    assert ticks == counts[at].tolist()
    assert at[0] == 0
    assert at[-1] == 8
    assert top.get_xlim() == display.ax_.get_xlim()


def test_the_best_strength_is_marked():
    assert GroupPathDisplay.from_path(a_path()).best_line_ is None
    display = GroupPathDisplay.from_path(a_path(alpha_best=ALPHAS[4]))
    assert display.best_line_.get_xdata() == [ALPHAS[4]] * 2
    display.figure_.canvas.draw()
    (mark,) = [t for t in display.ax_.texts if t.get_text() == "chosen alpha"]
    lowest = mpl.text.Text.get_window_extent(mark).y0
    heights = display.ax_.transData.transform(np.c_[ALPHAS, norms().max(axis=1)])[:, 1]
    assert lowest > heights.max()


def test_given_axes_are_drawn_into():
    figure, axes = pyplot.subplots(1, 2)
    display = GroupPathDisplay(
        alphas=ALPHAS.tolist(), group_norms=norms().tolist(), group_names=tuple(NAMES)
    )
    assert not hasattr(display, "lines_")
    assert display.plot(ax=axes[1]) is display
    assert display.ax_ is axes[1]
    assert display.figure_ is figure
    assert not axes[0].get_lines()
    assert len(axes[1].get_lines()) == 4


def test_properties_of_lines():
    wide = GroupPathDisplay.from_path(a_path(), max_labels=1, line_kw={"linewidth": 7})
    assert [line.get_linewidth() == 7 for line in wide.lines_] == [False] * 3 + [True]


def test_a_path_that_selects_nothing():
    path = a_path(group_norms=np.zeros((9, 5)))
    display = GroupPathDisplay.from_path(path)
    display.figure_.canvas.draw()
    assert display.lines_ == display.labels_ == []


@given(st.lists(st.floats(0, 100), max_size=12), st.floats(0.1, 20))
def test_labels_are_spread(heights, gap):
    heights = np.array(heights)
    moved = spread_labels(heights, gap, 100.0)
    assert np.all((moved >= -1e-9) & (moved <= 100 + 1e-9))
    fits = min(gap, 100 / max(len(heights) - 1, 1))
    assert np.all(np.diff(np.sort(moved)) >= fits - 1e-9)
    order = np.argsort(heights, kind="stable")
    assert np.all(np.diff(moved[order]) > 0)
    if len(heights) and np.all(np.diff(heights[order]) >= gap):
        assert_allclose(moved, heights, atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"alphas": [0.5]}, r"at least two strengths, got shape \(1,\)"),
        ({"alphas": ALPHAS[::-1]}, "positive, .*descending"),
        ({"alphas": np.r_[ALPHAS[:-1], 0.0]}, "positive, .*descending"),
        ({"alphas": np.r_[np.inf, ALPHAS[1:]]}, "alphas must be finite"),
        ({"alphas": ["high", "low"]}, "alphas must be numbers"),
        ({"alphas": ALPHAS[1:]}, r"shape \(9, 5\), but there are 8 alphas and 5"),
        ({"group_norms": norms().T}, r"shape \(5, 9\), but there are 9 alphas and 5"),
        ({"group_norms": norms() * np.nan}, "group_norms must be finite"),
        ({"group_norms": -norms()}, r"at least 0, got -0\.1 for group 'stays'"),
        ({"group_names": NAMES[1:]}, r"9 alphas and 4 names of groups"),
        ({"alpha_best": 1.0}, r"alpha_best must be from 0\.001.* to 0\.5.*got 1\.0"),
        ({"alpha_best": "best"}, "alpha_best must be .*got 'best'"),
    ],
)
def test_paths_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        GroupPathDisplay.from_path(a_path(**changes))


def test_objects_that_are_no_paths():
    path = a_path()
    del path.group_norms
    with pytest.raises(
        TypeError, match=r"the attribute group_norms, .*SimpleNamespace"
    ):
        GroupPathDisplay.from_path(path)


def test_matplotlib_is_asked_for_when_it_is_needed(monkeypatch):
    display = GroupPathDisplay(alphas=ALPHAS, group_norms=norms(), group_names=NAMES)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install 'mutar_cy\[plot\]'"):
        display.plot()


def test_an_estimator_is_followed_along_its_path():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 6))
    y = rng.poisson(np.exp(0.5 * X[:, 0])).astype(float)
    model = GroupLassoRegressor(2, 0.05, loss="poisson", tol=1e-8)
    weight = np.linspace(0.5, 2.0, 60)
    display = GroupPathDisplay.from_estimator(
        model, X, y, n_alphas=7, fit_params={"sample_weight": weight}
    )
    path = group_lasso_path(
        X, y, groups=2, loss="poisson", n_alphas=7, tol=1e-8, sample_weight=weight
    )
    assert_array_equal(display.alphas, path.alphas)
    assert_array_equal(display.group_norms, path.group_norms)
    assert_array_equal(display.best_line_.get_xdata(), [0.05, 0.05])
    assert not hasattr(model, "coef_")
    model.set_params(alpha=1e9)
    assert GroupPathDisplay.from_estimator(model, X, y).best_line_ is None


def test_other_estimators_have_no_path_of_groups():
    with pytest.raises(TypeError, match="GroupLassoRegressor, got GroupLasso"):
        GroupPathDisplay.from_estimator(GroupLasso(), np.ones((3, 2)), np.ones(3))
