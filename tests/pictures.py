"""What tests of pictures share."""

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot

from mutar_cy import MTW, DirtyModel, GroupLasso

mpl.use("agg")


def texts(items):
    return [item.get_text() for item in items]


def row_names(display):
    return texts(display.ax_.get_yticklabels())


def column_names(display):
    return texts(display.ax_.get_xticklabels())


def boxes(items):
    """Return where texts are, after they have been drawn."""
    return [mpl.text.Text.get_window_extent(item) for item in items]


def assert_inside(display):
    """Check that nothing is cut off at the edges of the figure."""
    figure = display.figure_
    figure.canvas.draw()
    tight = figure.get_tightbbox(figure.canvas.get_renderer())
    width, height = figure.get_size_inches()
    slack = 0.02  # inches
    assert tight.x0 >= -slack
    assert tight.y0 >= -slack
    assert tight.x1 <= width + slack
    assert tight.y1 <= height + slack


def assert_apart(items):
    """Check that no two texts overlap."""
    found = boxes(items)
    for k, one in enumerate(found):
        for other in found[k + 1 :]:
            assert not one.overlaps(other)


def assert_draws_into(draw):
    """Check that given axes are drawn into, and that pyplot is left as it was."""
    figure, axes = pyplot.subplots(1, 2)
    pyplot.sca(axes[0])
    settings, numbers = dict(mpl.rcParams), pyplot.get_fignums()
    display = draw(axes[1])
    assert display.ax_ is axes[1]
    assert display.figure_ is figure
    assert not axes[0].has_data()
    assert not axes[0].texts
    assert pyplot.get_fignums() == numbers
    assert pyplot.gca() is axes[0]
    assert dict(mpl.rcParams) == settings


def pixels(display):
    """Return the picture itself."""
    display.figure_.canvas.draw()
    return np.asarray(display.figure_.canvas.buffer_rgba()).copy()


def assert_drawn_alike(draw):
    """Check that the same thing is drawn in the same way again."""
    assert np.array_equal(pixels(draw()), pixels(draw()))


def data(n_tasks=3, n_samples=40, n_features=8):
    """Return a stack of tasks with a truth that is in part shared."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_tasks, n_samples, n_features))
    coef = np.zeros((n_features, n_tasks))
    coef[1], coef[3] = 1.0, -0.7
    coef[5, 0] = 2.0
    y = np.einsum("tnp,pt->tn", X, coef) + 0.1 * rng.standard_normal(X.shape[:2])
    return X, y


def dirty():
    return DirtyModel(0.2, 0.14).fit(*data())


def group(alpha=0.2):
    return GroupLasso(alpha).fit(*data())


def transported():
    X, y = data(n_features=9)
    return MTW(0.1, 0.05, tol=1e-3).fit(X, y)
