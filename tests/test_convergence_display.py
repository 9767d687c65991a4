"""The plot of convergence: what is recorded, and what is drawn of it."""

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

from mutar_cy import (
    GroupLasso,
)
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
