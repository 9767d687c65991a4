"""Drop-in replacements: scikit-learn's names, shapes, defaults and numbers."""

import inspect

import numpy as np
import pytest
import simulated
from certificate import assert_certified, radius
from numpy.testing import assert_allclose
from problems import problem_of
from scipy import sparse
from sklearn import linear_model as theirs
from sklearn.base import is_regressor
from sklearn.utils import get_tags

from mutar_cy import linear_model as ours

NAMES = ["Lasso", "ElasticNet", "MultiTaskLasso", "MultiTaskElasticNet"]
each_name = pytest.mark.parametrize("name", NAMES)
TIGHT = {"tol": 1e-14, "max_iter": 20_000}
THEIR_TIGHT = {"tol": 1e-15, "max_iter": 100_000}


def data_for(name, **sizes):
    X, Y, _ = simulated.shared(**sizes)
    return X, Y if "MultiTask" in name else Y[:, 0]


def pair(name, **parameters):
    """Return ours and theirs with the same parameters."""
    return (
        getattr(ours, name)(**parameters, **TIGHT),
        getattr(theirs, name)(**parameters, **THEIR_TIGHT),
    )


def assert_same_fit(mine, his, X, y, sample_weight=None):
    """Compare two fits with gaps of at most 2e-14.

    A lasso's gap grows with the distance to the optimum, an elastic net's with its
    square only, so that the latter says less about the coefficients.
    """
    if type(his).__name__ in {"Lasso", "MultiTaskLasso"}:
        atol = 1e-8
    else:
        problem = problem_of(mine, X, y, sample_weight=sample_weight)
        atol = radius(problem, 2e-14)
    for attribute in ("coef_", "intercept_"):
        got, expected = getattr(mine, attribute), getattr(his, attribute)
        assert np.shape(got) == np.shape(expected), attribute
        assert_allclose(got, expected, rtol=0, atol=atol)


def signature_of(function):
    return [
        (p.name, p.kind, p.default)
        for p in inspect.signature(function).parameters.values()
    ]


@each_name
def test_signatures_are_scikit_learn_s(name):
    for method in ("__init__", "fit", "path", "predict", "score"):
        mine = getattr(getattr(ours, name), method)
        his = getattr(getattr(theirs, name), method)
        assert signature_of(mine) == signature_of(his), method


@each_name
def test_defaults_tags_and_kind(name):
    mine, his = getattr(ours, name)(), getattr(theirs, name)()
    assert mine.get_params() == his.get_params()
    assert is_regressor(mine)
    assert get_tags(mine).target_tags == get_tags(his).target_tags
    assert get_tags(mine).input_tags.sparse == get_tags(his).input_tags.sparse


@each_name
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_numbers_and_shapes_are_scikit_learn_s(name, fit_intercept):
    X, y = data_for(name)
    mine, his = pair(name, alpha=0.1, fit_intercept=fit_intercept)
    assert_same_fit(mine.fit(X, y), his.fit(X, y), X, y)
    assert np.shape(mine.dual_gap_) == np.shape(his.dual_gap_)
    assert np.shape(mine.n_iter_) == np.shape(his.n_iter_)
    assert mine.n_features_in_ == 10
    assert np.shape(mine.predict(X)) == np.shape(his.predict(X))
    assert_allclose(mine.predict(X), X @ mine.coef_.T + mine.intercept_, rtol=1e-12)
    assert mine.score(X, y) == pytest.approx(his.score(X, y), abs=1e-8)
    assert_certified(mine, X, y)


@each_name
def test_fitted_attributes_are_scikit_learn_s(name):
    X, y = data_for(name)
    mine, his = getattr(ours, name)(0.1).fit(X, y), getattr(theirs, name)(0.1).fit(X, y)
    public = {n for n in dir(his) if n.endswith("_") and not n.startswith("_")}
    assert public <= {n for n in dir(mine) if n.endswith("_")}


@pytest.mark.parametrize("name", NAMES[:2])
def test_several_targets_are_separate_problems(name):
    X, Y, _ = simulated.shared()
    mine, his = pair(name, alpha=0.1)
    assert_same_fit(mine.fit(X, Y), his.fit(X, Y), X, Y)
    assert np.shape(mine.dual_gap_) == np.shape(his.dual_gap_)
    assert np.shape(mine.n_iter_) == np.shape(his.n_iter_)
    assert_certified(mine, X, Y)


@pytest.mark.parametrize("name", NAMES[:2])
def test_a_target_of_one_column(name):
    X, y = data_for(name)
    mine, his = pair(name, alpha=0.1)
    mine.fit(X, y[:, None])
    his.fit(X, y[:, None])
    assert np.shape(mine.coef_) == np.shape(his.coef_)
    assert np.shape(mine.intercept_) == np.shape(his.intercept_)
    assert np.shape(mine.predict(X)) == np.shape(his.predict(X))


@pytest.mark.parametrize("name", NAMES[2:])
def test_a_single_target_is_refused_where_many_are_asked(name):
    X, y = data_for("Lasso")
    with pytest.raises(ValueError, match="mono-task"):
        getattr(ours, name)().fit(X, y)


@pytest.mark.parametrize("name", NAMES[:2])
@pytest.mark.parametrize("l1", [0.9, 0.3])
def test_positive_and_elastic(name, l1):
    X, y = data_for(name)
    parameters = {"alpha": 0.2, "positive": True}
    if name == "ElasticNet":
        parameters["l1_ratio"] = l1
    mine, his = pair(name, **parameters)
    assert_same_fit(mine.fit(X, -y), his.fit(X, -y), X, -y)
    assert (mine.coef_ >= 0).all()
    assert_certified(mine, X, -y)


@pytest.mark.parametrize("name", NAMES[:2])
@pytest.mark.parametrize("precompute", [True, False, "gram"])
def test_precompute(name, precompute):
    X, y = data_for(name)
    his = getattr(theirs, name)(0.1, **THEIR_TIGHT).fit(X, y)
    if precompute == "gram":
        centred = X - X.mean(axis=0)
        precompute = centred.T @ centred
    mine = getattr(ours, name)(0.1, precompute=precompute, **TIGHT).fit(X, y)
    assert_same_fit(mine, his, X, y)


@pytest.mark.drawn(pairs=True)
@each_name
@pytest.mark.parametrize("selection", ["cyclic", "random"])
@pytest.mark.parametrize("copy_X", [True, False])
def test_parameters_that_only_change_the_way(name, selection, copy_X):
    X, y = data_for(name)
    mine, his = pair(name, alpha=0.1, selection=selection, random_state=0)
    mine.set_params(copy_X=copy_X).fit(X.copy(), y)
    assert_same_fit(mine, his.fit(X, y), X, y)


@pytest.mark.parametrize("name", NAMES[:2])
@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csc_matrix])
def test_sparse_designs(name, make):
    X, y = data_for(name)
    X = np.where(X > 0.5, X, 0)
    mine, his = pair(name, alpha=0.05)
    assert_same_fit(mine.fit(make(X), y), his.fit(X, y), X, y)
    assert_allclose(mine.predict(make(X)), mine.predict(X), rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_sparse_coefficients(name):
    X, y = data_for(name)
    mine = getattr(ours, name)(0.3).fit(X, y)
    his = getattr(theirs, name)(0.3).fit(X, y)
    assert sparse.issparse(mine.sparse_coef_)
    assert mine.sparse_coef_.shape == his.sparse_coef_.shape
    assert np.array_equal(mine.sparse_coef_.toarray().squeeze(), mine.coef_)


@each_name
def test_weights_are_scikit_learn_s(name):
    X, y = data_for(name)
    weight = np.random.default_rng(0).uniform(0, 2, 30)
    weight[:3] = 0
    mine, his = pair(name, alpha=0.1)
    mine.fit(X, y, sample_weight=weight)
    his.fit(X, y, sample_weight=weight)
    assert_same_fit(mine, his, X, y, sample_weight=weight)


@pytest.mark.parametrize("name", NAMES[:2])
@pytest.mark.parametrize(
    ("gram", "expected"),
    [
        (np.eye(9), r"\(9, 9\)"),
        (np.eye(10), "did not pass validation"),
    ],
)
def test_a_gram_of_other_data_is_refused(name, gram, expected):
    X, y = data_for(name)
    X = X - X.mean(axis=0)
    with pytest.raises(ValueError, match=expected):
        getattr(ours, name)(0.1, precompute=gram).fit(X, y)


@pytest.mark.parametrize("name", NAMES[:2])
def test_a_gram_of_data_that_are_not_centred_is_left_aside(name):
    X, y = data_for(name)
    model = getattr(ours, name)(0.1, precompute=X.T @ X)
    with pytest.warns(UserWarning, match="Gram matrix was provided"):
        model.fit(X, y)
    assert_certified(model, X, y)


@each_name
def test_warm_start_after_the_shape_changed(name):
    X, y = data_for(name)
    model = getattr(ours, name)(0.1, warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match="warm_start"):
        model.fit(X[:, 1:], y)


@pytest.mark.parametrize("name", NAMES[:2])
def test_targets_of_three_axes_are_refused(name):
    X, y = data_for(name)
    with pytest.raises(ValueError, match=r"(?i)y.*shape|dim"):
        getattr(ours, name)().fit(X, y[:, None, None])
