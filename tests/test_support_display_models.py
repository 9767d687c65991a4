"""The table of supports of models with every shape of coefficients."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from pictures import column_names, data, row_names

from mutar_cy import (
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoRegressor,
    coef_frame,
)
from mutar_cy.linear_model import Lasso, MultiTaskLasso
from mutar_cy.plotting import SupportDisplay

pytestmark = pytest.mark.usefixtures("figures")


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
    model = GroupLassoRegressor(alpha=0.05).fit(blocks, blocks["dose"][:, 0])
    names = row_names(SupportDisplay.from_estimator(model))
    assert names == list(coef_frame(model).index)
    assert len(names) == 3
    assert all(name.startswith(("age", "dose")) for name in names)
