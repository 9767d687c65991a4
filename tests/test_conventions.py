"""What scikit-learn asks of every estimator."""

import copy
import inspect
import pickle

import numpy as np
import pytest
import simulated
import skops.io
from certificate import assert_certified
from draws import parametrize_with_few_checks
from kinds import CONVEX, TiedDirtyModel
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

import mutar_cy
from mutar_cy import DirtyModel, GroupLasso, IndLasso
from mutar_cy import linear_model as ours

DROP_INS = [ours.Lasso, ours.ElasticNet, ours.MultiTaskLasso, ours.MultiTaskElasticNet]
CHOOSING = [
    ours.LassoCV,
    ours.ElasticNetCV,
    ours.MultiTaskLassoCV,
    ours.MultiTaskElasticNetCV,
]
EVERY = [*CONVEX, *DROP_INS]
each_class = pytest.mark.parametrize("cls", EVERY)
each_estimator = pytest.mark.parametrize("cls", CONVEX)


@pytest.mark.uncertified("fits of scikit-learn's checks, to data of every kind")
@parametrize_with_few_checks(
    [
        *(cls() for cls in EVERY if cls is not TiedDirtyModel),
        *(cls(alphas=5, cv=3, tol=1e-13) for cls in CHOOSING),
        DirtyModel(0.2, 0.15),
    ],
    [
        GroupLasso(task_column=0, unseen_tasks="mean"),
        IndLasso(task_column=0, unseen_tasks="mean"),
        TiedDirtyModel(),
        DirtyModel(0.2, 0.15, task_column=0, unseen_tasks="mean"),
    ],
)
def test_scikit_learn_agrees(estimator, check):
    check(estimator)


def data_for(cls):
    X, Y, _ = simulated.shared()
    return X, Y[:, 0] if cls in DROP_INS[:2] else Y


def test_public_names():
    assert {"GroupLasso", "IndLasso", "alpha_max", "stack_tasks", "split_tasks"} <= set(
        mutar_cy.__all__
    )
    assert set(ours.__all__) >= {cls.__name__ for cls in DROP_INS}
    for name in mutar_cy.__all__:
        assert getattr(mutar_cy, name) is not None
    assert mutar_cy.__version__


MUTAR = {
    "fit_intercept": True,
    "normalize": False,
    "max_iter": 2000,
    "tol": 1e-4,
    "positive": False,
    "warm_start": False,
}


@pytest.mark.parametrize(
    ("cls", "strengths"),
    [(GroupLasso, ["alpha"]), (IndLasso, ["alpha"]), (DirtyModel, ["alpha", "beta"])],
)
def test_parameters_of_mutar_come_first_in_its_order(cls, strengths):
    parameters = inspect.signature(cls).parameters
    first = [*strengths, *MUTAR]
    assert list(parameters)[: len(first)] == first
    assert {name: parameters[name].default for name in MUTAR} == MUTAR
    kinds = [p.kind for p in parameters.values()]
    assert set(kinds[: len(first)]) == {inspect.Parameter.POSITIONAL_OR_KEYWORD}
    assert set(kinds[len(first) :]) == {inspect.Parameter.KEYWORD_ONLY}


def test_default_penalties():
    # MuTaR's own default of IndLasso makes its fit fail.
    assert GroupLasso().alpha == 0.1
    assert IndLasso().alpha == 0.1
    assert DirtyModel().alpha == 1.0
    assert DirtyModel().beta is None  # MuTaR's 1.0 makes it a group lasso


@each_class
def test_clone_keeps_parameters_and_forgets_the_fit(cls):
    X, y = data_for(cls)
    model = cls(alpha=0.3, tol=1e-5).fit(X, y)
    other = clone(model)
    assert repr(other.get_params()) == repr(model.get_params())
    assert not hasattr(other, "coef_")
    with pytest.raises(NotFittedError):
        other.predict(X)


@each_class
@pytest.mark.parametrize(
    "through",
    [
        lambda model: pickle.loads(pickle.dumps(model)),
        copy.deepcopy,
        lambda model: skops.io.loads(
            skops.io.dumps(model),
            trusted=skops.io.get_untrusted_types(data=skops.io.dumps(model)),
        ),
    ],
    ids=["pickle", "deepcopy", "skops"],
)
def test_a_fitted_model_survives_storage(cls, through):
    X, y = data_for(cls)
    model = cls(alpha=0.1).fit(X, y)
    other = through(model)
    assert np.array_equal(other.predict(X), model.predict(X))
    assert other.score(X, y) == model.score(X, y)


def test_a_model_of_labelled_tasks_survives_storage():
    (X, y, _), task = simulated.long()
    model = GroupLasso(0.1).fit(X, y, task=task)
    other = pickle.loads(pickle.dumps(model))
    assert np.array_equal(other.predict(X, task=task), model.predict(X, task=task))


@each_class
def test_fit_sets_no_parameter_and_init_nothing_else(cls):
    X, y = data_for(cls)
    model = cls(alpha=0.1)
    assert set(vars(model)) == set(model.get_params())
    before = {name: id(value) for name, value in model.get_params().items()}
    model.fit(X, y)
    assert {name: id(value) for name, value in model.get_params().items()} == before


@each_estimator
def test_array_parameters_are_left_alone(cls):
    X, y, _ = simulated.ragged()
    omega, weights = np.ones(10), np.array([1.0, 2.0, 3.0])
    model = cls(0.1, penalty_weights=omega, task_weight=weights)
    omega.flags.writeable = weights.flags.writeable = False
    model.fit(X, y)
    assert model.penalty_weights is omega
    assert model.task_weight is weights
    assert_certified(model, X, y)


def test_groups_are_left_alone():
    X, y, _ = simulated.ragged()
    groups = [[9, 8, 7], [0, 1, 2, 3], [4, 5, 6]]
    before = copy.deepcopy(groups)
    model = GroupLasso(0.1, groups=groups).fit(X, y)
    assert groups == before
    assert model.groups is groups


@each_estimator
def test_is_fitted_after_fit_only(cls):
    X, y, _ = simulated.stacked()
    model = cls(0.1)
    assert not hasattr(model, "is_fitted_")
    with pytest.raises(NotFittedError):
        check_is_fitted(model)
    model.fit(X, y)
    assert model.is_fitted_ is True
    check_is_fitted(model)


@each_class
def test_not_fitted_is_said(cls):
    with pytest.raises(NotFittedError, match=cls.__name__):
        cls().predict(data_for(cls)[0])


@each_estimator
def test_types_of_fitted_attributes(cls):
    X, y, _ = simulated.ragged()
    model = cls(0.1).fit(X, y)
    assert model.coef_.dtype == model.intercept_.dtype == np.float64
    assert np.all(np.asarray(model.n_iter_) >= 1)
    assert np.issubdtype(np.asarray(model.n_iter_).dtype, np.integer)
    assert np.all(np.asarray(model.dual_gap_) <= np.asarray(model.objective_))


def test_shared_and_specific_coefficients_of_mutar():
    X, y, _ = simulated.stacked()
    model = GroupLasso(0.1).fit(X, y)
    assert np.array_equal(model.coef_shared_, model.coef_)
    assert model.coef_specific_.shape == model.coef_.shape
    assert not model.coef_specific_.any()


@each_class
def test_html_and_text(cls):
    model = cls(alpha=0.25)
    assert "alpha=0.25" in repr(model)
    assert cls.__name__ in model._repr_html_()


@each_class
def test_names_of_features_are_kept_and_compared(cls):
    import pandas as pd

    X, y = data_for(cls)
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(10)])
    model = cls(alpha=0.1).fit(frame, y)
    assert model.feature_names_in_.tolist() == list(frame.columns)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame.rename(columns={"x3": "z"}))
    with pytest.warns(UserWarning, match="feature names"):
        model.predict(X)


@each_class
def test_printing_changed_only(cls):
    with config_context(print_changed_only=False):
        assert "max_iter" in repr(cls())
