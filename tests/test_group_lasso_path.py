"""Paths over strengths of models with groups."""

import sys

import matplotlib as mpl
import numpy as np
import pytest
import simulated_glm
from glm_certificate import assert_certified
from matplotlib import pyplot
from numpy.testing import assert_allclose, assert_array_equal
from simulated_glm import GROUPS, LOSSES
from sklearn.exceptions import ConvergenceWarning

from mutar_cy import GroupLassoPath, GroupLassoRegressor, alpha_max, group_lasso_path
from mutar_cy.plotting import GroupPathDisplay

mpl.use("agg")
each_loss = pytest.mark.parametrize("loss", LOSSES)
OPTIONS = {"groups": GROUPS, "n_alphas": 12, "eps": 0.02, "tol": 1e-9}


def assert_every_fit_is_certified(path, X, y, **params):
    """Raise AssertionError unless every point of a path is optimal to 1e-9."""
    given = {
        key: params.pop(key) for key in ("sample_weight", "offset") if key in params
    }
    for k, alpha in enumerate(path.alphas):
        model = GroupLassoRegressor(GROUPS, alpha, tol=1e-9, **params)
        model.coef_, model.intercept_ = path.coefs[..., k], path.intercepts[..., k]
        model.objective_ = path.objectives[k]
        model.groups_ = [np.array(members) for members in GROUPS]
        assert_certified(model, X, y, **given)


@each_loss
@pytest.mark.parametrize(
    "params",
    [{}, {"l1_ratio": 0.4}, {"positive": True}, {"standardize_groups": True}],
    ids=str,
)
def test_every_point_is_a_fit(loss, params):
    X, y = simulated_glm.own(loss)
    given = {
        "sample_weight": simulated_glm.some_weights(y),
        "offset": simulated_glm.some_offsets(y),
    }
    path = group_lasso_path(X, y, loss=loss, **params, **given, **OPTIONS)
    assert isinstance(path, GroupLassoPath)
    assert path.coefs.shape == (8, 3, 12)
    assert path.intercepts.shape == (3, 12)
    assert path.group_norms.shape == (12, 4)
    assert path.group_names == [0, 1, 2, 3]
    assert path.dual_gaps.shape == path.objectives.shape == path.n_iters.shape == (12,)
    expected = [np.linalg.norm(path.coefs[members], axis=(0, 1)) for members in GROUPS]
    assert_allclose(path.group_norms.T, expected, rtol=1e-12)
    assert_every_fit_is_certified(path, X, y, loss=loss, **params, **given)


@each_loss
def test_strengths_descend_from_the_largest_that_matters(loss):
    X, y = simulated_glm.single(loss)
    path = group_lasso_path(X, y, loss=loss, **OPTIONS)
    largest = alpha_max(GroupLassoRegressor(GROUPS, loss=loss), X, y)
    assert_allclose(path.alphas, np.geomspace(largest, 0.02 * largest, 12), rtol=1e-12)
    assert path.coefs.shape == (8, 12)
    assert path.intercepts.shape == (12,)
    assert not path.coefs[:, 0].any()
    assert path.coefs[:, 1].any()
    assert np.all(np.diff(path.objectives) < 0)


def test_strengths_that_are_given_are_put_in_order():
    X, y = simulated_glm.single("poisson")
    alphas = [0.1, 0.4, 0.02]
    path = group_lasso_path(X, y, groups=GROUPS, loss="poisson", alphas=alphas)
    assert path.alphas.tolist() == [0.4, 0.1, 0.02]
    assert alphas == [0.1, 0.4, 0.02]
    assert group_lasso_path(X, y, n_alphas=1).alphas.shape == (1,)


def test_targets_that_nothing_explains():
    X, _ = simulated_glm.single("poisson")
    path = group_lasso_path(X, np.full(80, 3.0), loss="poisson", n_alphas=3)
    assert np.all(path.alphas > 0)
    assert not path.coefs.any()


def test_dicts_labels_and_single_precision():
    X, y = simulated_glm.single("gamma")
    blocks = {"a": X[:, :3].astype("f4"), "b": X[:, 3:].astype("f4")}
    task = np.arange(80) % 2
    path = group_lasso_path(blocks, y, loss="gamma", task=task, n_alphas=4)
    assert path.group_names == ["a", "b"]
    assert path.coefs.dtype == path.intercepts.dtype == np.float32
    assert path.coefs.shape == (8, 2, 4)


def test_a_table_of_norms(monkeypatch):
    X, y = simulated_glm.single("poisson")
    path = group_lasso_path({"a": X[:, :3], ("b", 1): X[:, 3:]}, y, n_alphas=5)
    table = path.to_dataframe()
    assert table.columns.tolist() == ["a", ("b", 1)]
    assert table.index.name == "alpha"
    assert_array_equal(table.index, path.alphas)
    assert_array_equal(table.to_numpy(), path.group_norms)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pandas.*mutar_cy\[demo\]"):
        path.to_dataframe()


def test_repr_is_short():
    X, y = simulated_glm.single("poisson")
    path = group_lasso_path(X, y, groups=GROUPS, n_alphas=5)
    assert repr(path) == "GroupLassoPath(5 alphas, 4 groups)"


def test_a_picture_of_it():
    X, y = simulated_glm.single("poisson")
    display = GroupPathDisplay.from_path(group_lasso_path(X, y, **OPTIONS))
    assert len(display.lines_) == 4
    pyplot.close(display.figure_)


def test_warnings_come_from_the_line_that_called():
    X, y = simulated_glm.single("poisson")
    with pytest.warns(ConvergenceWarning, match="Duality gap") as caught:
        group_lasso_path(X, y, loss="poisson", n_alphas=3, max_iter=1, tol=1e-12)
    assert {warning.filename for warning in caught} == {__file__}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"alphas": [0.1, -0.2]}, "alphas must be at least 0 and finite, got -0.2"),
        ({"alphas": [np.nan]}, "alphas must be at least 0 and finite, got nan"),
        ({"alphas": []}, "alphas must be 1-D and not empty"),
        ({"alphas": [[0.1]]}, "alphas must be 1-D"),
        ({"n_alphas": 0}, "n_alphas"),
        ({"eps": 0.0}, "eps"),
        ({"eps": 1.0}, "eps"),
        ({"loss": "hinge"}, "loss"),
        ({"tol": -1}, "tol"),
        ({"loss": "gamma"}, "y must be positive"),
    ],
    ids=str,
)
def test_faults(params, message):
    X, y = simulated_glm.single("poisson")
    with pytest.raises(ValueError, match=message):
        group_lasso_path(X, y, **params)


def test_a_strength_of_zero_penalises_nothing():
    X, y = simulated_glm.single("poisson")
    for loss in ("poisson", "squared_error"):
        with pytest.warns(UserWarning, match="alpha=0") as caught:
            path = group_lasso_path(X, y, loss=loss, alphas=[0.1, 0.0], tol=1e-10)
        assert [warning.filename for warning in caught] == [__file__]
        with pytest.warns(UserWarning, match="alpha=0"):
            model = GroupLassoRegressor(alpha=0.0, loss=loss, tol=1e-10).fit(X, y)
        assert_allclose(path.coefs[:, 1], model.coef_, atol=1e-6)
