"""Forest plots: which intervals are drawn where, and how tasks are told apart."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from pictures import (
    assert_apart,
    assert_drawn_alike,
    assert_draws_into,
    assert_inside,
    row_names,
    texts,
)

from mutar_cy import GroupLasso
from mutar_cy.inference import desparsify
from mutar_cy.plotting import ForestDisplay

pytestmark = pytest.mark.usefixtures("figures")

ESTIMATE = np.array([[0.5, -1.0, 0.1], [0.0, 0.1, 0.2], [0.4, 2.0, 0.3]])
GIVEN = {
    "estimate": ESTIMATE,
    "low": ESTIMATE - np.array([0.2, 0.3, 0.4]),
    "high": ESTIMATE + np.array([0.3, 0.4, 0.5]),
}
MEAN = np.array([[0.1, 0.0, 0.3], [0.1, 0.0, 0.2], [0.5, 0.4, 0.6]])


def ends(display, k):
    return np.array([path.vertices for path in display.intervals_[k].get_paths()])


def test_intervals_are_those_given_one_below_the_other():
    display = ForestDisplay(**GIVEN).plot()
    assert display.features_.tolist() == [0, 1, 2]
    for k in range(3):
        drawn = ends(display, k)
        assert_allclose(drawn[:, 0, 0], GIVEN["low"][:, k])
        assert_allclose(drawn[:, 1, 0], GIVEN["high"][:, k])
        assert_allclose(display.marks_[k].get_xdata(), ESTIMATE[:, k])
        assert_allclose(display.marks_[k].get_ydata(), drawn[:, 0, 1])
        # Within half a row of the name of the feature.
        assert_allclose(drawn[:, 0, 1], np.arange(3), atol=0.49)
    heights = [ends(display, k)[0, 0, 1] for k in range(3)]
    assert heights == sorted(heights)
    assert display.ax_.get_ylim() == (2.5, -0.5)  # the first feature is on top
    assert display.means_ is None


def test_tasks_differ_in_colour_and_shape():
    wide = {name: np.repeat(values, 10, axis=1) for name, values in GIVEN.items()}
    display = ForestDisplay(**wide).plot()
    looks = {(m.get_color(), m.get_marker()) for m in display.marks_}
    assert len(looks) == 30
    first = {m.get_marker() for m in display.marks_[:7]}
    assert len(first) == 7  # shapes alone tell seven tasks apart


def test_means_are_diamonds_as_wide_as_their_intervals():
    display = ForestDisplay(**GIVEN, mean=MEAN).plot()
    for path, (middle, low, high) in zip(display.means_.get_paths(), MEAN, strict=True):
        across, down = path.vertices[:4].T
        assert (across.min(), across.max()) == (low, high)
        assert_allclose(across[np.argmax(down)], middle)
    assert texts(display.legend_.get_texts()) == ["0", "1", "2", "mean"]


def test_of_many_features_those_farthest_from_zero_are_drawn():
    names = ["a", "b", "c"]
    display = ForestDisplay(**GIVEN, feature_names=names).plot(max_features=2)
    assert display.features_.tolist() == [0, 2]
    assert row_names(display) == ["a", "c"]
    assert display.ax_.get_xlabel().endswith("2 of 3 features, farthest from 0")
    assert_allclose(display.marks_[1].get_xdata(), [-1.0, 2.0])


def test_one_task_has_no_legend():
    alone = {name: values[:, 0] for name, values in GIVEN.items()}
    assert ForestDisplay(**alone).plot().legend_ is None
    assert ForestDisplay(**GIVEN).plot(legend=False).legend_ is None


@pytest.mark.parametrize("shape", [(1, 1), (12, 4), (15, 9)])
def test_everything_is_inside_and_names_are_apart(shape):
    estimate = np.random.default_rng(0).standard_normal(shape)
    display = ForestDisplay(
        estimate=estimate,
        low=estimate - 1,
        high=estimate + 1,
        feature_names=[f"a long name {j}" for j in range(shape[0])],
        task_names=[f"subject {k}" for k in range(shape[1])],
    ).plot()
    assert_inside(display)
    assert_apart(display.ax_.get_yticklabels())


def test_given_axes_are_drawn_into():
    assert_draws_into(lambda ax: ForestDisplay(**GIVEN, mean=MEAN).plot(ax))


def test_pictures_are_the_same_again():
    assert_drawn_alike(lambda: ForestDisplay(**GIVEN).plot())


def test_responses_of_a_task_have_names_of_their_own():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2, 30, 3))
    y = rng.standard_normal((2, 30, 2))
    found = desparsify(GroupLasso(alpha=0.1).fit(X, y), X, y)
    display = ForestDisplay.from_inference(found, mean=False)
    assert texts(display.legend_.get_texts()) == ["0, 0", "0, 1", "1, 0", "1, 1"]


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ({"low": GIVEN["low"][:2]}, {}, r"low has shape \(2, 3\), but estimate"),
        ({"low": GIVEN["high"]}, {}, "must be between low and high"),
        ({"estimate": [["a"]]}, {}, "estimate must be numbers"),
        ({"mean": MEAN[:, :2]}, {}, r"mean must have shape \(3, 3\), .* got \(3, 2\)"),
        ({"feature_names": ["a"]}, {}, "feature_names has 1 names, .* 3 features"),
        ({"task_names": ["a"]}, {}, "task_names has 1 names, .* 3 tasks"),
        ({}, {"max_features": 0}, "max_features must be .*, got 0"),
    ],
)
def test_what_cannot_be_drawn(given, options, message):
    with pytest.raises(ValueError, match=message):
        ForestDisplay(**{**GIVEN, **given}).plot(**options)


def test_matplotlib_is_asked_for_when_it_is_needed(without_matplotlib):
    with pytest.raises(ImportError, match=r"pip install 'mutar_cy\[plot\]'"):
        ForestDisplay(**GIVEN).plot()
