"""Maps of coefficients: what is drawn where, in which scale, and by which name."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pictures import (
    assert_apart,
    assert_drawn_alike,
    assert_draws_into,
    assert_inside,
    data,
    group,
    row_names,
    texts,
    transported,
)
from sklearn.exceptions import NotFittedError

from mutar_cy import GroupLasso
from mutar_cy.linear_model import MultiTaskLasso
from mutar_cy.plotting import CoefficientMapDisplay

pytestmark = [
    pytest.mark.usefixtures("figures"),
    pytest.mark.uncertified("fits of others' tests"),
]


def coef(n_tasks=3, n_features=12):
    return np.random.default_rng(0).standard_normal((n_features, n_tasks))


def draw(shape=(3, 4), *, given=None, **plot_kw):
    return CoefficientMapDisplay(coef=coef(), shape=shape, **(given or {})).plot(
        **plot_kw
    )


def marked(display):
    """Return how many pixels have a sign."""
    return sum(len(marks.get_offsets()) for marks in display.ax_.collections)


def test_images_are_the_coefficients_of_tasks():
    display = draw(given={"task_names": ["a", "b", "c"]})
    assert len(display.images_) == 3
    for k, image in enumerate(display.images_):
        assert_array_equal(image.get_array(), coef()[:, k].reshape(3, 4))
    assert texts(display.ax_.texts) == ["a", "b", "c"]
    assert display.lines_ == []
    assert display.ax_.get_aspect() == 1


def test_all_images_have_one_symmetric_scale():
    limit = np.abs(coef()).max()
    assert {image.get_clim() for image in draw().images_} == {(-limit, limit)}
    positive = CoefficientMapDisplay(coef=np.abs(coef()), shape=(3, 4)).plot()
    assert {image.get_clim() for image in positive.images_} == {(0.0, limit)}
    nothing = CoefficientMapDisplay(coef=0 * coef(), shape=(3, 4)).plot()
    assert nothing.images_[0].get_clim() == (0.0, 1.0)


def test_several_pictures_may_have_one_scale():
    assert draw(limit=9.0).images_[0].get_clim() == (-9.0, 9.0)
    (line, *_), (far, *_) = draw(12).lines_, draw(12, limit=30.0).lines_
    assert np.abs(far.get_ydata()).max() < np.abs(line.get_ydata()).max() / 5


def test_images_stand_side_by_side_and_names_above():
    display = draw(n_columns=2)
    extents = [image.get_extent() for image in display.images_]
    left, right, bottom, top = zip(*extents, strict=True)
    assert np.allclose(np.subtract(right, left), 4)
    assert np.allclose(np.subtract(bottom, top), 3)  # y grows downwards
    assert top[0] == top[1] < bottom[0] < top[2]
    assert left[0] == left[2] < right[0] < left[1]
    assert display.ax_.get_ylim()[0] > display.ax_.get_ylim()[1]
    for text, extent in zip(display.ax_.texts, extents, strict=True):
        x, y = text.get_position()
        assert x == (extent[0] + extent[1]) / 2
        assert y < extent[3]


def test_signs_are_written_on_large_pixels():
    display = draw()
    large = np.abs(coef()) > 0.05 * np.abs(coef()).max()
    assert marked(display) == np.count_nonzero(large)
    positive = CoefficientMapDisplay(coef=np.abs(coef()), shape=(3, 4)).plot()
    assert marked(positive) == 0


def test_small_pixels_are_outlined():
    at = np.arange(30)
    one, other = (np.exp(-np.square(at - c) / 20) for c in (8, 22))
    values = np.outer(one, one) - np.outer(other, other)
    display = CoefficientMapDisplay(coef=values.ravel(), shape=(30, 30)).plot()
    outlines = display.ax_.collections
    assert len(outlines) == 2
    dashes = [each.get_linestyle()[0][1] for each in outlines]
    assert dashes[0] is None
    assert dashes[1] is not None
    for outline, centre in zip(outlines, (8, 22), strict=True):
        path = np.concatenate([p.vertices for p in outline.get_paths()])
        left, _, _, top = display.images_[0].get_extent()
        middle = path.mean(axis=0) - [left, top]
        assert_allclose(middle, [centre + 0.5, centre + 0.5], atol=0.5)


def test_the_barycentre_comes_last():
    centre = np.arange(12.0)
    display = draw(given={"barycenter": centre})
    assert_array_equal(display.images_[-1].get_array(), centre.reshape(3, 4))
    assert texts(display.ax_.texts)[-1] == "barycentre"
    assert display.images_[0].get_clim() == (-11.0, 11.0)


def test_at_most_so_many_tasks():
    display = draw(given={"barycenter": np.ones(12)}, max_tasks=2)
    assert texts(display.ax_.texts) == ["0", "1", "barycentre"]
    assert display.ax_.get_xlabel() == "the first 2 of 3 tasks"
    curves = draw(12, max_tasks=2)
    assert row_names(curves) == ["0", "1"]
    assert curves.ax_.get_xlabel() == "feature\nthe first 2 of 3 tasks"
    assert draw().ax_.get_xlabel() == ""


@pytest.mark.parametrize("shape", [12, (12,), [12]])
def test_grids_with_one_axis_are_curves(shape):
    display = draw(shape, given={"task_names": ["a", "b", "c"]})
    assert len(display.lines_) == 3
    assert display.images_ == []
    heights = [line.get_ydata() + k for k, line in enumerate(display.lines_)]
    unit = np.abs(heights).max() / np.abs(coef()).max()
    assert_allclose(heights, unit * coef().T, atol=1e-12)
    assert np.abs(heights).max() < 0.5  # no curve reaches another one's base line
    assert row_names(display) == ["a", "b", "c"]
    assert display.ax_.get_xlabel() == "feature"
    assert display.ax_.get_ylabel() == "task"
    low, high = display.ax_.get_ylim()
    assert all(low < y < high for line in display.lines_ for y in line.get_ydata())


def test_positive_curves_have_more_room():
    display = CoefficientMapDisplay(coef=np.abs(coef()), shape=12).plot()
    heights = [line.get_ydata() + k for k, line in enumerate(display.lines_)]
    assert 0.5 < np.max(heights) < 1
    CoefficientMapDisplay(coef=0 * coef(), shape=12).plot()


@pytest.mark.parametrize("limit", [1.0, 0.037, 2.4e6])
def test_the_scale_of_curves_is_a_round_number(limit):
    values = limit * np.array([[1.0], [-1.0], [0.5]])
    display = CoefficientMapDisplay(coef=values, shape=3).plot()
    arrow, label = display.ax_.texts
    number = float(label.get_text())
    assert limit / 2.5 <= number <= limit
    assert f"{number:.0e}"[0] in "125"
    assert float(f"{number:.0e}") == number
    (line,) = display.lines_
    unit = line.get_ydata()[0] / limit
    assert arrow.get_position()[1] - arrow.xy[1] == pytest.approx(number * unit)


def test_the_maps_of_a_fit():
    model = transported()
    display = CoefficientMapDisplay.from_estimator(model, (3, 3))
    assert_array_equal(display.images_[0].get_array(), model.coef_[:, 0].reshape(3, 3))
    assert_array_equal(display.images_[3].get_array(), model.barycenter_.reshape(3, 3))
    alone = CoefficientMapDisplay.from_estimator(model, (3, 3), barycenter=False)
    assert len(alone.images_) == 3
    named = CoefficientMapDisplay.from_estimator(
        group(), (2, 4), task_names=["a", "b", "c"]
    )
    assert texts(named.ax_.texts) == ["a", "b", "c"]


def test_every_shape_of_coefficients():
    X, y = data()
    rows = MultiTaskLasso(0.1).fit(X[0], y.T)
    display = CoefficientMapDisplay.from_estimator(rows, (2, 4))
    assert_array_equal(display.images_[1].get_array(), rows.coef_[1].reshape(2, 4))
    responses = GroupLasso(0.1).fit(X, np.stack([y, -y], axis=2))
    display = CoefficientMapDisplay.from_estimator(responses, 8)
    assert row_names(display)[:2] == ["0, 0", "0, 1"]


@pytest.mark.drawn
@pytest.mark.parametrize("n_tasks", [1, 5, 12])
@pytest.mark.parametrize("shape", [60, (6, 10), (20, 3)])
def test_everything_is_inside_and_names_are_apart(n_tasks, shape):
    display = CoefficientMapDisplay(
        coef=coef(n_tasks, 60),
        shape=shape,
        task_names=[f"subject {k}" for k in range(n_tasks)],
        barycenter=np.ones(60),
    ).plot()
    assert_inside(display)
    names = display.ax_.texts if display.images_ else display.ax_.get_yticklabels()
    assert_apart(names)


@pytest.mark.parametrize("shape", [(3, 4), 12])
def test_given_axes_are_drawn_into(shape):
    display = CoefficientMapDisplay(coef=coef(), shape=shape)
    assert_draws_into(display.plot)
    assert_draws_into(lambda ax: display.plot(ax, colorbar=False))
    assert display.colorbar_ is None
    assert_drawn_alike(display.plot)


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ({"shape": (3, 5)}, {}, r"shape must be that of 12 features, got \(3, 5\)"),
        ({"shape": (2, 2, 3)}, {}, r"shape must be one or two .* got \(2, 2, 3\)"),
        ({"shape": (-3, -4)}, {}, r"shape must be .* got \(-3, -4\)"),
        ({"shape": "square"}, {}, "shape must be .* got 'square'"),
        ({"coef": np.ones((2, 2, 3))}, {}, "coef must be of shape"),
        ({"task_names": ["a"]}, {}, "task_names has 1 names"),
        ({"barycenter": np.ones(3)}, {}, r"barycenter has shape \(3,\)"),
        ({}, {"max_tasks": 0}, "max_tasks must be .* got 0"),
        ({}, {"limit": -1}, "limit must be .* got -1"),
        ({}, {"n_columns": 0}, "n_columns must be .* got 0"),
    ],
)
def test_what_cannot_be_drawn(given, options, message):
    given = {"coef": coef(), "shape": (3, 4), **given}
    with pytest.raises(ValueError, match=message):
        CoefficientMapDisplay(**given).plot(**options)


def test_an_estimator_has_to_be_fitted():
    with pytest.raises(NotFittedError):
        CoefficientMapDisplay.from_estimator(GroupLasso(), (3, 4))


def test_matplotlib_is_asked_for_when_it_is_needed(without_matplotlib):
    for shape in (12, (3, 4)):
        with pytest.raises(ImportError, match=r"pip install 'mutar_cy\[plot\]'"):
            CoefficientMapDisplay(coef=coef(), shape=shape).plot()
