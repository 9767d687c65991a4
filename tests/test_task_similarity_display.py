"""The table of similarities of tasks: its values, its order, and how it is drawn."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pictures import (
    assert_apart,
    assert_drawn_alike,
    assert_draws_into,
    assert_inside,
    column_names,
    data,
    group,
    row_names,
    texts,
)
from sklearn.exceptions import NotFittedError
from sklearn.metrics import jaccard_score
from sklearn.metrics.pairwise import cosine_similarity

from mutar_cy import GroupLasso, IndLasso
from mutar_cy.linear_model import MultiTaskLasso
from mutar_cy.plotting import TaskSimilarityDisplay

pytestmark = pytest.mark.usefixtures("figures")

LIKE = np.array([[1.0, -0.2, 0.9], [-0.2, 1.0, 0.1], [0.9, 0.1, 1.0]])


def lasso(n_tasks=5):
    return IndLasso(0.03).fit(*data(n_tasks))


def test_cosines_are_those_of_scikit_learn():
    model = lasso()
    display = TaskSimilarityDisplay.from_estimator(model)
    assert_allclose(display.similarity, cosine_similarity(model.coef_.T), atol=1e-12)
    assert_array_equal(np.diag(display.similarity), 1.0)
    assert_array_equal(display.similarity, display.similarity.T)


def test_overlaps_are_those_of_scikit_learn():
    model = lasso()
    display = TaskSimilarityDisplay.from_estimator(model, measure="jaccard")
    support = model.coef_.T != 0
    for k, one in enumerate(support):
        for m, other in enumerate(support):
            assert_allclose(display.similarity[k, m], jaccard_score(one, other))
    assert len(np.unique(display.similarity)) > 2
    assert display.image_.get_clim() == (0.0, 1.0)


def test_a_threshold_cuts_supports():
    model = lasso()
    largest = np.abs(model.coef_).max()
    display = TaskSimilarityDisplay.from_estimator(
        model, measure="jaccard", threshold=0.3
    )
    cut = np.abs(model.coef_.T) > 0.3 * largest
    assert_allclose(display.similarity[0, 1], jaccard_score(cut[0], cut[1]))


@pytest.mark.parametrize("measure", ["cosine", "jaccard"])
def test_tasks_without_coefficients_are_like_none(measure):
    model = lasso()
    model.coef_[:, 1] = 0.0
    display = TaskSimilarityDisplay.from_estimator(model, measure=measure)
    assert_array_equal(display.similarity[1], np.eye(5)[1])


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_units_do_not_matter(unit):
    model = lasso()
    before = TaskSimilarityDisplay.from_estimator(model).similarity
    model.coef_ = unit * model.coef_
    after = TaskSimilarityDisplay.from_estimator(model).similarity
    assert_allclose(after, before, rtol=1e-12)


def test_responses_are_coefficients_of_their_task():
    X, y = data()
    model = GroupLasso(0.1).fit(X, np.stack([y, -y], axis=2))
    single = GroupLasso(0.1 / np.sqrt(2)).fit(X, y)
    two = TaskSimilarityDisplay.from_estimator(model).similarity
    assert_allclose(
        two, TaskSimilarityDisplay.from_estimator(single).similarity, atol=1e-3
    )


def test_rows_of_coefficients_are_tasks_in_scikit_learn():
    X, y = data()
    model = MultiTaskLasso(0.1).fit(X[0], np.stack([y[0], y[0] + X[0, :, 7]], axis=1))
    display = TaskSimilarityDisplay.from_estimator(model)
    assert_allclose(display.similarity, cosine_similarity(model.coef_), atol=1e-12)


def test_like_tasks_are_neighbours():
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((3, 30))
    owners = rng.permutation(np.repeat([0, 1, 2], 4))
    coef = centres[owners] + 0.2 * rng.standard_normal((12, 30))
    display = TaskSimilarityDisplay(similarity=np.clip(cosine(coef), -1, 1)).plot()
    order = display.order_
    assert sorted(order) == list(range(12))
    assert np.count_nonzero(np.diff(owners[order])) == 2
    assert_array_equal(
        display.image_.get_array(), display.similarity[np.ix_(order, order)]
    )
    assert row_names(display) == column_names(display) == [str(k) for k in order]


def cosine(coef):
    found = cosine_similarity(coef)
    found = (found + found.T) / 2
    np.fill_diagonal(found, 1.0)
    return found


def test_the_order_may_be_kept():
    display = TaskSimilarityDisplay(similarity=LIKE, task_names=list("abc"))
    assert row_names(display.plot()) == ["a", "c", "b"]
    display.plot(cluster=False)
    assert display.order_.tolist() == [0, 1, 2]
    assert row_names(display) == ["a", "b", "c"]
    two = TaskSimilarityDisplay(similarity=LIKE[:2, :2]).plot()
    assert two.order_.tolist() == [0, 1]


def test_values_are_written():
    display = TaskSimilarityDisplay(similarity=LIKE).plot(cluster=False)
    minus = "\N{MINUS SIGN}"
    assert texts(display.texts_) == [
        *("1.00", f"{minus}0.20", "0.90"),
        *(f"{minus}0.20", "1.00", "0.10"),
        *("0.90", "0.10", "1.00"),
    ]
    places = [text.get_position() for text in display.texts_]
    assert places == [(j, i) for i in range(3) for j in range(3)]
    display.plot(values_format="+.1f")
    assert texts(display.texts_)[0] == "+1.0"
    assert display.plot(values_format=None).texts_ == []


def test_a_value_that_rounds_to_zero_has_no_sign():
    similarity = np.array([[1.0, -1e-3], [-1e-3, 1.0]])
    display = TaskSimilarityDisplay(similarity=similarity).plot()
    assert texts(display.texts_)[1] == "0.00"


def test_what_cannot_be_written_is_marked():
    rng = np.random.default_rng(0)
    display = TaskSimilarityDisplay(similarity=cosine(rng.standard_normal((60, 9))))
    display.plot()
    assert display.texts_ == []
    shown = np.asarray(display.image_.get_array())
    places = display.minuses_.get_offsets()
    assert len(places) == np.count_nonzero(shown < 0)
    assert all(shown[int(row), int(column)] < 0 for column, row in places)


@pytest.mark.parametrize("n_tasks", [2, 5, 12, 40])
def test_everything_is_inside_and_texts_are_apart(n_tasks):
    rng = np.random.default_rng(0)
    display = TaskSimilarityDisplay(
        similarity=cosine(rng.standard_normal((n_tasks, 4))),
        task_names=[f"subject {k}" for k in range(n_tasks)],
    ).plot()
    assert_inside(display)
    assert_apart(display.ax_.get_yticklabels())
    assert_apart(display.ax_.get_xticklabels())
    assert_apart(display.texts_)


def test_given_axes_are_drawn_into():
    assert_draws_into(TaskSimilarityDisplay(similarity=LIKE).plot)
    assert_draws_into(
        lambda ax: TaskSimilarityDisplay.from_estimator(group(), ax=ax, colorbar=False)
    )


def test_pictures_are_the_same_again():
    assert_drawn_alike(TaskSimilarityDisplay(similarity=LIKE).plot)


def test_the_bar_of_colours_says_what_is_measured():
    display = TaskSimilarityDisplay(similarity=LIKE).plot()
    assert display.colorbar_.ax.get_ylabel() == "cosine of coefficients"
    assert display.image_.get_clim() == (-1.0, 1.0)
    overlap = TaskSimilarityDisplay(similarity=np.abs(LIKE), measure="jaccard").plot()
    assert overlap.colorbar_.ax.get_ylabel() == "overlap of supports"
    assert overlap.plot(colorbar=False).colorbar_ is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"similarity": LIKE[:2]}, r"similarity must be .* got shape \(2, 3\)"),
        ({"similarity": [[1.0]]}, r"at least two tasks, got shape \(1, 1\)"),
        ({"similarity": LIKE * np.nan}, "similarity must be finite"),
        ({"similarity": LIKE * 2}, r"from -1\.0 to 1\.0, got 2\.0"),
        ({"measure": "jaccard"}, r"from 0\.0 to 1\.0, got -0\.2"),
        ({"similarity": LIKE + np.eye(3, k=1) / 100}, "symmetric"),
        ({"task_names": ["a"]}, "task_names has 1 names, .* 3 tasks"),
        ({"measure": "euclidean"}, "measure must be one of .* got 'euclidean'"),
    ],
)
def test_what_cannot_be_drawn(given, message):
    with pytest.raises(ValueError, match=message):
        TaskSimilarityDisplay(**{"similarity": LIKE, **given}).plot()


def test_estimators_that_cannot_be_compared():
    draw = TaskSimilarityDisplay.from_estimator
    with pytest.raises(NotFittedError):
        draw(GroupLasso())
    X, y = data()
    with pytest.raises(ValueError, match="at least two tasks, got 1"):
        draw(GroupLasso(0.1).fit(X[0], y[0]))
    with pytest.raises(ValueError, match=r"measure must be .* got 'overlap'"):
        draw(group(), measure="overlap")
    with pytest.raises(ValueError, match=r"threshold must be .* got -1"):
        draw(group(), threshold=-1)
    with pytest.raises(ValueError, match="task_names has 2 names"):
        draw(group(), task_names=["a", "b"])


def test_matplotlib_is_asked_for_when_it_is_needed(without_matplotlib):
    with pytest.raises(ImportError, match=r"pip install 'mutar_cy\[plot\]'"):
        TaskSimilarityDisplay(similarity=LIKE).plot()
