"""The table of supports: which cells it has, of what, and how they are marked."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import colors
from numpy.testing import assert_array_equal
from pictures import (
    assert_apart,
    assert_drawn_alike,
    assert_draws_into,
    assert_inside,
    column_names,
    data,
    dirty,
    group,
    row_names,
    texts,
)
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from mutar_cy import (
    GroupLasso,
    GroupLassoClassifier,
    MultiLevelLasso,
    coef_frame,
)
from mutar_cy.linear_model import Lasso, MultiTaskLasso
from mutar_cy.plotting import SupportDisplay

pytestmark = pytest.mark.usefixtures("figures")

COEF = np.array(
    [[0.5, -1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 2.0, 1e-3], [-1e-9, 0.0, 0.0]]
)


def marked(display, sign):
    """Return the cells with a sign, as pairs of row and column."""
    if sign not in display.marks_:
        return []
    places = display.marks_[sign].get_offsets()
    return sorted((int(y), int(np.floor(x))) for x, y in places)


def cells(matrix):
    return [tuple(each) for each in np.argwhere(matrix).tolist()]


def test_cells_are_coefficients():
    display = SupportDisplay(coef=COEF).plot()
    (image,) = display.images_
    assert_array_equal(image.get_array(), COEF)
    assert image.get_extent() == [0, 3, 3.5, -0.5]
    assert image.get_clim() == (-2.0, 2.0)
    assert display.features_.tolist() == [0, 1, 2, 3]
    assert row_names(display) == ["0", "1", "2", "3"]
    assert column_names(display) == ["0", "1", "2"]
    assert display.ax_.get_ylim() == (3.5, -0.5)  # the first feature is on top
    assert display.ax_.get_xlabel() == "task"
    assert display.ax_.get_ylabel() == "feature"


def test_signs_are_marked_however_small():
    display = SupportDisplay(coef=COEF).plot()
    assert marked(display, "+") == cells(COEF > 0)
    assert marked(display, "-") == cells(COEF < 0)
    positive = SupportDisplay(coef=np.abs(COEF)).plot()
    assert list(positive.marks_) == ["+"]
    nothing = SupportDisplay(coef=0 * COEF).plot()
    assert nothing.marks_ == {}
    assert nothing.images_[0].get_clim() == (-1.0, 1.0)


def test_marks_contrast_with_what_they_are_on():
    values = np.linspace(-1, 1, 21)[:, np.newaxis]
    display = SupportDisplay(coef=values).plot()
    colour = display.images_[0].to_rgba
    for marks in display.marks_.values():
        for (_, row), ink in zip(
            marks.get_offsets(), marks.get_edgecolor(), strict=True
        ):
            below = luminance(colour(values[int(row), 0]))
            light, dark = sorted([below, luminance(ink)])
            assert (dark + 0.05) / (light + 0.05) > 3  # WCAG, for graphical objects


def luminance(colour):
    rgb = np.asarray(colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_several_pictures_may_have_one_scale():
    display = SupportDisplay(coef=COEF).plot(limit=5.0)
    assert display.images_[0].get_clim() == (-5.0, 5.0)


def test_a_threshold_hides_what_is_small():
    display = SupportDisplay(coef=COEF).plot(threshold=0.01)
    large = np.where(np.abs(COEF) > 0.02, COEF, 0.0)
    assert_array_equal(display.images_[0].get_array(), large)
    assert marked(display, "+") == cells(large > 0)


def test_of_many_features_the_selected_have_rows():
    display = SupportDisplay(coef=COEF, feature_names=list("abcd")).plot(max_features=3)
    assert display.features_.tolist() == [0, 2, 3]
    assert row_names(display) == ["a", "c", "d"]
    assert display.ax_.get_xlabel() == "task\n3 of 4 features, the others are 0"
    assert_array_equal(display.images_[0].get_array(), COEF[[0, 2, 3]])


def test_of_many_selected_features_the_largest_have_rows():
    display = SupportDisplay(coef=COEF).plot(max_features=2)
    assert display.features_.tolist() == [0, 2]
    assert display.ax_.get_xlabel() == "task\nthe 2 largest of 3 selected features"


def test_of_many_features_none_may_be_selected():
    display = SupportDisplay(coef=np.zeros((50, 2))).plot(max_features=3)
    assert display.features_.tolist() == [0, 1, 2]
    assert display.ax_.get_xlabel() == "task\nnone of 50 features is selected"


def test_shared_and_specific_parts_are_apart():
    model = dirty()
    display = SupportDisplay.from_estimator(model)
    shared, specific = display.images_
    assert_array_equal(shared.get_array(), model.coef_shared_)
    assert_array_equal(specific.get_array(), model.coef_specific_)
    assert shared.get_clim() == specific.get_clim()
    assert shared.get_extent()[1] < specific.get_extent()[0]
    assert texts(display.ax_.texts) == ["shared", "specific"]
    assert column_names(display) == ["0", "1", "2"] * 2
    n_entries = np.count_nonzero(model.coef_shared_) + np.count_nonzero(
        model.coef_specific_
    )
    assert (
        sum(len(marks.get_offsets()) for marks in display.marks_.values()) == n_entries
    )
    whole = SupportDisplay.from_estimator(model, parts=False)
    (image,) = whole.images_
    assert_array_equal(image.get_array(), model.coef_)


def test_the_shared_factor_of_all_tasks_is_one_column():
    model = MultiLevelLasso(0.2).fit(*data())
    display = SupportDisplay.from_estimator(model)
    shared, specific = display.images_
    assert_array_equal(shared.get_array(), model.coef_shared_[:, np.newaxis])
    assert_array_equal(specific.get_array(), model.coef_specific_)
    assert column_names(display) == ["all", "0", "1", "2"]


def test_a_group_lasso_has_nothing_specific():
    model = group()
    (image,) = SupportDisplay.from_estimator(model).images_
    assert_array_equal(image.get_array(), model.coef_)
    assert len(SupportDisplay.from_estimator(model, parts=True).images_) == 2


@pytest.mark.drawn
@pytest.mark.parametrize("n_columns", [1, 3, 30])
@pytest.mark.parametrize("n_rows", [1, 12, 40])
def test_everything_is_inside_and_names_are_apart(n_rows, n_columns):
    coef = np.random.default_rng(0).standard_normal((n_rows, n_columns))
    display = SupportDisplay(
        coef=coef,
        feature_names=[f"a long name {j}" for j in range(n_rows)],
        task_names=[f"subject {k}" for k in range(n_columns)],
    ).plot()
    assert_inside(display)
    assert_apart(display.ax_.get_yticklabels())
    assert_apart(display.ax_.get_xticklabels())


def test_given_axes_are_drawn_into():
    assert_draws_into(lambda ax: SupportDisplay(coef=COEF).plot(ax, colorbar=False))
    assert_draws_into(lambda ax: SupportDisplay.from_estimator(dirty(), ax=ax))


def test_pictures_are_the_same_again():
    assert_drawn_alike(lambda: SupportDisplay(coef=COEF).plot())


def test_the_bar_of_colours():
    assert SupportDisplay(coef=COEF).plot(colorbar=False).colorbar_ is None
    bar = SupportDisplay(coef=COEF).plot().colorbar_
    assert bar.ax.get_ylabel() == "coefficient"


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        ({"coef": [["a"]]}, {}, "coef must be numbers"),
        ({"coef": [[np.nan]]}, {}, "coef must be finite"),
        ({"coef": np.ones((2, 2, 2))}, {}, r"coef must be .* got shape \(2, 2, 2\)"),
        ({"coef": np.ones((0, 2))}, {}, r"at least one .* got shape \(0, 2\)"),
        ({"feature_names": ["a"]}, {}, "feature_names has 1 names, .* 4 features"),
        ({"task_names": list("abcd")}, {}, "task_names has 4 names, .* 3 tasks"),
        ({"shared": COEF}, {}, "specific is None"),
        ({"specific": COEF}, {}, "shared is None"),
        ({"shared": COEF[1:], "specific": COEF}, {}, r"shared has shape \(3, 3\)"),
        ({"shared": COEF, "specific": COEF[:, 0]}, {}, r"specific has shape \(4, 1\)"),
        ({}, {"max_features": 0}, "max_features must be .*, got 0"),
        ({}, {"max_features": 1.5}, "max_features must be .*, got 1.5"),
        ({}, {"threshold": 1.0}, "threshold must be .*, got 1.0"),
        ({}, {"limit": 0.0}, "limit must be .*, got 0.0"),
        ({}, {"limit": np.inf}, "limit must be .*, got inf"),
        ({}, {"threshold": "none"}, "threshold must be .*, got 'none'"),
    ],
)
def test_what_cannot_be_drawn(given, options, message):
    with pytest.raises(ValueError, match=message):
        SupportDisplay(**{"coef": COEF, **given}).plot(**options)


def test_estimators_that_cannot_be_drawn():
    with pytest.raises(NotFittedError):
        SupportDisplay.from_estimator(GroupLasso())
    scaler = StandardScaler().fit(COEF)
    with pytest.raises(TypeError, match="coef_, got StandardScaler"):
        SupportDisplay.from_estimator(scaler)
    rows = MultiTaskLasso(0.1).fit(np.eye(3), np.eye(3))
    with pytest.raises(ValueError, match="MultiTaskLasso are not in parts"):
        SupportDisplay.from_estimator(rows, parts=True)
    with pytest.raises(ValueError, match=r"parts must be .* got 'both'"):
        SupportDisplay.from_estimator(rows, parts="both")
    with pytest.raises(ValueError, match="feature_names has 2 names"):
        SupportDisplay.from_estimator(rows, feature_names=["a", "b"])


def test_matplotlib_is_asked_for_when_it_is_needed(without_matplotlib):
    display = SupportDisplay(coef=COEF)
    with pytest.raises(ImportError, match=r"pip install 'mutar_cy\[plot\]'"):
        display.plot()


def test_names_are_those_of_the_fit():
    X, y = data()
    table = pd.DataFrame(np.concatenate(X), columns=[f"x{j}" for j in range(8)])
    table.insert(3, "site", np.repeat(["Bergen", "Oslo", "Voss"], 40))
    model = GroupLasso(0.2, task_column="site").fit(table, y.ravel())
    display = SupportDisplay.from_estimator(model)
    assert row_names(display) == [f"x{j}" for j in range(8)]
    assert column_names(display) == ["Bergen", "Oslo", "Voss"]
    given = SupportDisplay.from_estimator(
        model, feature_names=range(10, 18), task_names=["a", "b", "c"]
    )
    assert row_names(given) == [str(j) for j in range(10, 18)]
    assert column_names(given) == ["a", "b", "c"]


def test_every_shape_of_coefficients():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 5))
    Y = X[:, :2] @ rng.standard_normal((2, 3)) + 0.1 * rng.standard_normal((40, 3))
    rows = MultiTaskLasso(0.1).fit(X, Y)  # (n_targets, n_features)
    assert_array_equal(first_image(rows), rows.coef_.T)
    one = Lasso(0.1).fit(X, Y[:, 0])
    assert_array_equal(first_image(one), one.coef_[:, np.newaxis])
    own = GroupLasso(0.1).fit(X, Y[:, 0])
    assert_array_equal(first_image(own), own.coef_[:, np.newaxis])
    responses = GroupLasso(0.1).fit(np.stack([X, -X]), np.stack([Y, Y]))
    display = SupportDisplay.from_estimator(responses)
    assert_array_equal(display.images_[0].get_array(), responses.coef_.reshape(5, 6))
    assert column_names(display)[:4] == ["0, 0", "0, 1", "0, 2", "1, 0"]


def test_classes_are_columns():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((90, 4))
    classes = np.array(["a", "b", "c"])[X[:, :3].argmax(axis=1)]
    model = GroupLassoClassifier(groups=1, alpha=0.02).fit(X, classes)
    display = SupportDisplay.from_estimator(model)
    assert_array_equal(display.images_[0].get_array(), model.coef_.T)
    assert column_names(display) == ["a", "b", "c"]
    two = GroupLassoClassifier(groups=1, alpha=0.02).fit(X, classes == "a")
    display = SupportDisplay.from_estimator(two)
    assert_array_equal(display.images_[0].get_array(), two.coef_.T)
    tasks = np.repeat(["x", "y"], 45)
    several = GroupLassoClassifier(groups=1, alpha=0.02).fit(X, classes, task=tasks)
    display = SupportDisplay.from_estimator(several)
    assert_array_equal(display.images_[0].get_array()[:, 1], several.coef_[1, :, 0])
    assert column_names(display)[1] == "x, b"


def first_image(model):
    return SupportDisplay.from_estimator(model).images_[0].get_array()


def test_blocks_of_a_dict_have_the_names_of_their_columns():
    rng = np.random.default_rng(0)
    blocks = {"age": rng.standard_normal((40, 2)), "dose": rng.standard_normal((40, 1))}
    model = GroupLasso(alpha=0.05).fit(blocks, blocks["dose"][:, 0])
    names = row_names(SupportDisplay.from_estimator(model))
    assert names == list(coef_frame(model).index)
    assert len(names) == 3
    assert all(name.startswith(("age", "dose")) for name in names)
