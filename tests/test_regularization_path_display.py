"""The plot along a path: its lines, their names, and the curve below."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib import pyplot
from numpy.testing import assert_allclose, assert_array_equal
from pictures import (
    assert_apart,
    assert_drawn_alike,
    assert_draws_into,
    assert_inside,
    texts,
)

from mutar_cy.plotting import RegularizationPathDisplay

pytestmark = pytest.mark.usefixtures("figures")

ALPHAS = np.geomspace(0.5, 1e-3, 9)
GROWING = np.linspace(0, 1, 9)


def coefs():
    """Return coefficients of four features and two tasks; one is never selected."""
    found = np.zeros((4, 2, 9))
    found[0] = GROWING, 2 * GROWING
    found[2, 1] = -3 * GROWING
    found[3, 0, 3:6] = 0.5
    return found


def errors():
    middle = (np.arange(9) - 5.0) ** 2
    return middle[:, np.newaxis] + np.array([0.0, 1.0, 5.0])


def display(**changes):
    return RegularizationPathDisplay(**{"alphas": ALPHAS, "coefs": coefs(), **changes})


def test_lines_are_norms_of_rows():
    shown = display(feature_names=["a", "b", ("c", 1), "d"]).plot()
    norms = np.linalg.norm(coefs(), axis=1)
    assert [line.get_label() for line in shown.lines_] == ["a", "('c', 1)", "d"]
    for line, row in zip(shown.lines_, norms[[0, 2, 3]], strict=True):
        assert_array_equal(line.get_xdata(), ALPHAS)
        assert_allclose(line.get_ydata(), row)
    assert texts(shown.labels_) == ["('c', 1)", "a"]
    assert shown.ax_.get_ylabel() == "norm of the feature's coefficients"
    assert shown.ax_.get_ylim()[0] == 0


def test_lines_are_coefficients():
    shown = display().plot(by="coefficients")
    names = ["feature 0, task 0", "feature 0, task 1", "feature 2, task 1"]
    assert [line.get_label() for line in shown.lines_][:3] == names
    assert_array_equal(shown.lines_[2].get_ydata(), coefs()[2, 1])
    assert texts(shown.labels_) == names[::-1]
    assert shown.ax_.get_ylim()[0] < -3
    named = display(feature_names=list("abcd"), task_names=["x", "y"])
    assert texts(named.plot(by="coefficients").labels_) == ["c, y", "a, y", "a, x"]


def test_one_task_and_several_responses():
    single = display(coefs=coefs()[:, 0]).plot(by="coefficients")
    assert texts(single.labels_) == ["feature 0"]
    several = display(coefs=coefs()[:, :, np.newaxis] * np.ones((2, 1)))
    assert texts(several.plot(by="coefficients").labels_)[:2] == [
        "feature 2, task 1, 0",
        "feature 2, task 1, 1",
    ]
    rows = several.plot().lines_[0].get_ydata()
    assert_allclose(rows, np.sqrt(10) * GROWING)


def test_features_are_counted_not_coefficients():
    for kind in ("features", "coefficients"):
        shown = display().plot(by=kind)
        top = shown.counts_ax_
        at = [int(np.abs(ALPHAS - place).argmin()) for place in top.get_xticks()]
        counts = coefs().any(axis=1).sum(axis=0)
        assert texts(top.get_xticklabels()) == [str(counts[k]) for k in at]
        assert top.get_xlabel() == "number of features selected"


def test_strengths_descend_to_the_right_on_a_log_axis():
    shown = display(mse_path=errors()).plot()
    for ax in (shown.ax_, shown.curve_ax_):
        assert ax.get_xscale() == "log"
        assert ax.get_xlim() == (ALPHAS[0], ALPHAS[-1])
    assert shown.curve_ax_.get_xlabel() == "alpha"
    assert shown.ax_.get_xlabel() == ""
    beta = display(strength="beta", alpha_best=0.1).plot()
    assert beta.ax_.get_xlabel() == "beta"
    assert "chosen beta" in texts(beta.ax_.texts)


def test_the_curve_is_the_mean_with_its_standard_error():
    shown = display(mse_path=errors()).plot()
    assert_array_equal(shown.curve_line_.get_xdata(), ALPHAS)
    assert_allclose(shown.curve_line_.get_ydata(), errors().mean(axis=1))
    band = shown.curve_band_.get_paths()[0].vertices
    error = np.std([0, 1, 5], ddof=1) / np.sqrt(3)
    at_lowest = band[np.isclose(band[:, 0], ALPHAS[5]), 1]
    assert_allclose([at_lowest.min(), at_lowest.max()], [2 - error, 2 + error])
    (dot,) = [
        line for line in shown.curve_ax_.get_lines() if len(line.get_xdata()) == 1
    ]
    assert dot.get_xdata() == ALPHAS[5]
    assert shown.curve_ax_.get_ylabel() == "held-out error"


def test_folds_that_say_nothing_do_not_count():
    holes = errors()
    holes[:, 0] = np.nan
    shown = display(mse_path=holes, curve_name="loss").plot()
    assert_allclose(shown.curve_line_.get_ydata(), errors()[:, 1:].mean(axis=1))
    assert shown.curve_ax_.get_ylabel() == "loss"
    one = display(mse_path=errors()[:, :1]).plot()
    assert one.curve_band_ is None


def test_a_criterion_is_a_curve_without_a_band():
    values = np.r_[errors()[:6, 0], [np.inf] * 3]
    shown = display(criterion_path=values, curve_name="BIC").plot()
    assert_array_equal(shown.curve_line_.get_ydata()[:6], values[:6])
    assert np.isnan(shown.curve_line_.get_ydata()[6:]).all()
    assert shown.curve_band_ is None
    assert shown.curve_ax_.get_ylabel() == "BIC"


def test_the_chosen_strength_is_marked_in_both():
    shown = display(mse_path=errors(), alpha_best=ALPHAS[5]).plot()
    assert shown.best_line_.get_xdata() == [ALPHAS[5]] * 2
    marks = [line.get_xdata() for line in shown.curve_ax_.get_lines()]
    assert [ALPHAS[5]] * 2 in [list(mark) for mark in marks]
    assert display().plot().best_line_ is None
    below = display(coefs=-np.abs(coefs()), alpha_best=ALPHAS[5])
    ax = below.plot(by="coefficients").ax_
    assert ax.get_ylim()[1] > 0.05


def test_axes_for_both_and_for_one():
    assert_draws_into(display().plot)
    assert_draws_into(display(mse_path=errors()).plot)
    alone = display(mse_path=errors())
    _, ax = pyplot.subplots()
    alone.plot(ax)
    assert alone.curve_ax_ is alone.curve_line_ is None
    figure, axes = pyplot.subplots(1, 3)
    shown = display(mse_path=errors()).plot(axes[1:])
    assert shown.ax_ is axes[1]
    assert shown.curve_ax_ is axes[2]
    assert shown.figure_ is figure
    assert shown.ax_.get_xlabel() == "alpha"
    with pytest.raises(ValueError, match=r"ax must be one Axes or a pair .* got 3"):
        display().plot(axes)


def test_everything_is_inside_and_names_are_apart():
    values = np.linspace(0, 1, 9) + np.arange(12)[:, np.newaxis] * 1e-3
    shown = display(coefs=values, mse_path=errors(), alpha_best=0.1)
    shown.plot(max_labels=12)
    assert_inside(shown)
    assert_apart(shown.labels_)
    assert len(shown.labels_) == 12
    assert len(shown.plot(max_labels=3).labels_) == 3
    assert len(shown.lines_) == 12
    thick = shown.plot(max_labels=3, line_kw={"linewidth": 7}).lines_
    assert sum(line.get_linewidth() == 7 for line in thick) == 3


def test_pictures_are_the_same_again():
    assert_drawn_alike(display(mse_path=errors(), alpha_best=0.1).plot)


def test_objects_with_alphas_and_coefs_are_paths():
    path = SimpleNamespace(alphas=ALPHAS, coefs=coefs(), tasks=["x", "y"])
    shown = RegularizationPathDisplay.from_path(path, by="coefficients")
    assert texts(shown.labels_)[0] == "feature 2, y"
    path.feature_names, path.mse_path, path.alpha_best = list("abcd"), errors(), 0.1
    shown = RegularizationPathDisplay.from_path(path)
    assert texts(shown.labels_) == ["c", "a"]
    assert shown.curve_ax_ is not None
    assert shown.alpha_best == 0.1
    assert RegularizationPathDisplay.from_path(path, alpha_best=0.2).alpha_best == 0.2
    del path.coefs
    with pytest.raises(TypeError, match=r"the attribute coefs, .*SimpleNamespace"):
        RegularizationPathDisplay.from_path(path)


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({"alphas": ALPHAS[::-1]}, {}, "alphas must be .*descending"),
        ({"alphas": ALPHAS[:1]}, {}, r"alphas must be .* got shape \(1,\)"),
        ({"coefs": coefs()[..., 1:]}, {}, r"coefs has shape \(4, 2, 8\)"),
        ({"coefs": ALPHAS}, {}, r"coefs has shape \(9,\)"),
        ({"coefs": coefs() * np.nan}, {}, "coefs must be finite"),
        ({"feature_names": ["a"]}, {}, "feature_names has 1 names"),
        ({"task_names": ["a"]}, {}, "task_names has 1 names"),
        ({"alpha_best": 1.0}, {}, r"alpha_best must be .* got 1\.0"),
        ({"mse_path": errors()[1:]}, {}, r"mse_path has shape \(8, 3\)"),
        ({"mse_path": errors()[:, 0]}, {}, r"mse_path has shape \(9,\)"),
        ({"mse_path": errors() * np.nan}, {}, r"no number at alphas\[0\]"),
        ({"criterion_path": errors()}, {}, r"criterion_path has shape \(9, 3\)"),
        ({"criterion_path": ALPHAS * np.inf}, {}, "criterion_path has no finite"),
        ({"criterion_path": ALPHAS, "mse_path": errors()}, {}, "exclude each other"),
        ({}, {"by": "rows"}, "by must be one of .* got 'rows'"),
        ({}, {"by": "groups"}, "no groups: every feature is on its own"),
    ],
)
def test_what_cannot_be_drawn(changes, options, message):
    with pytest.raises(ValueError, match=message):
        display(**changes).plot(**options)


def test_matplotlib_is_asked_for_when_it_is_needed(without_matplotlib):
    with pytest.raises(ImportError, match=r"pip install 'mutar_cy\[plot\]'"):
        display().plot()
