"""The models that reweight, as users meet them: layouts, options, warnings."""

import inspect

import conftest
import numpy as np
import pytest
import simulated
from draws import parametrize_with_few_checks
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from watching import Interrupting, Recording, needs_callbacks

from mutar_cy import IndRewLasso, MultiLevelLasso, ReweightedGroupLasso

LONG = {"task_column": 0, "unseen_tasks": "mean"}
CLASSES = [IndRewLasso, ReweightedGroupLasso, MultiLevelLasso]
each_class = pytest.mark.parametrize("cls", CLASSES)
CALLER = conftest.__file__  # of fit, which it wraps
CLOSE = {"alpha": 0.1, "tol": 1e-9}


@pytest.mark.uncertified("fits of scikit-learn's checks, to data of every kind")
@parametrize_with_few_checks(
    [cls(0.1) for cls in CLASSES], [cls(0.1, **LONG) for cls in CLASSES]
)
def test_scikit_learn_agrees(estimator, check):
    check(estimator)


def test_parameters_of_mutar_come_first_in_its_order():
    first = ["alpha", "fit_intercept", "normalize", "max_iter"]
    last = ["tol", "positive", "warm_start"]
    for cls in (IndRewLasso, ReweightedGroupLasso):
        names = list(inspect.signature(cls).parameters)
        assert names[:8] == [*first, "max_iter_reweighting", *last]
    assert list(inspect.signature(MultiLevelLasso).parameters)[:7] == [*first, *last]
    assert IndRewLasso().max_iter_reweighting == 100
    assert MultiLevelLasso().alpha == 1.0


@each_class
def test_all_layouts_agree(cls):
    X, y, _ = simulated.ragged()
    listed = cls(**CLOSE).fit(X, y)
    task = np.repeat([0, 1, 2], [len(t) for t in y])
    long = cls(**CLOSE).fit(np.vstack(X), np.concatenate(y), task=task)
    np.testing.assert_allclose(long.coef_, listed.coef_, atol=1e-7)
    assert listed.predict(X)[1].shape == (14,)
    X, y, _ = simulated.shared()
    shared = cls(**CLOSE).fit(X, y)
    stacked = cls(**CLOSE).fit(np.stack([X] * 3), y.T)
    np.testing.assert_allclose(shared.coef_, stacked.coef_, atol=1e-7)
    one = cls(**CLOSE).fit(X, y[:, 0])
    assert one.coef_.shape == (10,)
    assert np.isscalar(one.intercept_) or one.intercept_.shape == ()


@each_class
def test_sparse_designs_and_single_precision(cls):
    X, y, _ = simulated.stacked()
    X[X < 0.5] = 0.0
    dense = cls(**CLOSE).fit(X, y)
    found = cls(**CLOSE).fit([sparse.csr_array(x) for x in X], list(y))
    np.testing.assert_allclose(found.coef_, dense.coef_, atol=1e-7)
    single = cls(0.1, tol=1e-6).fit(X.astype(np.float32), y.astype(np.float32))
    assert single.coef_.dtype == np.float32
    np.testing.assert_allclose(single.coef_, dense.coef_, atol=1e-3)


@each_class
@pytest.mark.parametrize("options", [{}, {"positive": True}])
def test_a_sample_twice_is_a_sample_of_weight_two(cls, options):
    X, y, _ = simulated.ragged()
    weights = [np.where(np.arange(len(t)) < 5, 2.0, 1.0) for t in y]
    once = cls(**CLOSE, **options).fit(X, y, sample_weight=weights)
    twice = cls(**CLOSE, **options).fit(
        [np.concatenate([x, x[:5]]) for x in X],
        [np.concatenate([t, t[:5]]) for t in y],
    )
    np.testing.assert_allclose(once.coef_, twice.coef_, atol=1e-6)


@each_class
def test_missing_targets_are_samples_that_are_not_there(cls):
    X, y, _ = simulated.stacked()
    y[1, 4:7] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        cls(**CLOSE).fit(X, y)
    found = cls(**CLOSE, missing_targets="ignore").fit(X, y)
    kept = ~np.isnan(y)
    other = cls(**CLOSE).fit(
        [x[own] for x, own in zip(X, kept, strict=True)],
        [t[own] for t, own in zip(y, kept, strict=True)],
    )
    np.testing.assert_allclose(found.coef_, other.coef_, atol=1e-7)


@each_class
def test_a_heavier_task_is_fitted_more_closely(cls):
    X, y, _ = simulated.stacked()
    errors = []
    for weight in (1.0, 20.0):
        model = cls(0.5, task_weight=[weight, 1.0, 1.0]).fit(X, y)
        errors.append(np.linalg.norm(model.residuals_[0]))
    assert errors[1] < 0.9 * errors[0]


@each_class
def test_units_of_both_sides_together_change_nothing(cls):
    X, y, _ = simulated.stacked()
    model = cls(0.1).fit(X, y)
    for unit in (2.0**-70, 2.0**90):
        other = cls(0.1 * unit**2).fit(unit * X, unit * y)
        np.testing.assert_array_equal(other.coef_, model.coef_)
        np.testing.assert_allclose(other.loss_, unit**2 * model.loss_)


@each_class
@pytest.mark.parametrize("unit", [1e-12, 1e12, 1e150])
def test_extreme_units_end_in_finite_numbers(cls, unit):
    X, y, _ = simulated.stacked()
    model = cls(0.1 * unit).fit(unit * X, y)
    assert np.isfinite(model.coef_).all()
    assert np.all(np.diff(model.loss_) <= 1e-12 * model.loss_[0])


@each_class
@pytest.mark.uncertified("the roots of coefficients near 1e160 cost next to nothing")
@pytest.mark.filterwarnings("ignore:Objective did not converge")
def test_a_penalty_lost_to_units_leaves_least_squares_on_the_support(cls):
    X, y, _ = simulated.stacked()
    model = cls(1e-161).fit(1e-160 * X, y)
    kept = model.coef_.T != 0
    assert np.all(kept[:, :3])
    slopes = np.einsum("knp,kn->kp", X - X.mean(axis=1)[:, None], model.residuals_)
    assert np.abs(slopes[kept]).max() < 1e-6


@each_class
def test_warm_starts_end_where_cold_ones_do(cls):
    X, y, _ = simulated.stacked()
    model = cls(0.05, tol=1e-9, warm_start=True).fit(X, y)
    cold = cls(0.1, tol=1e-9).fit(X, y)
    model.set_params(alpha=0.1).fit(X, y)
    np.testing.assert_allclose(model.coef_, cold.coef_, atol=1e-7)
    again = cls(0.1, tol=1e-9, warm_start=True, max_iter=1000).fit(X, -y)
    np.testing.assert_allclose(again.fit(X, y).coef_, cold.coef_, atol=1e-7)
    with pytest.raises(ValueError, match="warm_start"):
        model.fit(X[:, :, :5], y)
    assert model.coef_.shape == (10, 3)  # as before the fit that failed


@each_class
def test_without_a_penalty_it_is_least_squares(cls):
    X, y, _ = simulated.stacked()
    with pytest.warns(UserWarning, match="LinearRegression") as caught:
        model = cls(0.0, tol=1e-12).fit(X, y)
    assert len(caught) == 1
    assert caught[0].filename == CALLER
    slopes = np.einsum("knp,kn->kp", X, model.residuals_)
    assert np.abs(slopes).max() < 1e-6
    assert len(model.loss_) == 1


@each_class
@pytest.mark.uncertified("fits that are cut short")
def test_one_warning_when_iterations_do_not_suffice(cls):
    X, y, _ = simulated.stacked(n_features=30)
    with pytest.warns(ConvergenceWarning, match="number of iterations") as caught:
        cls(1e-4, max_iter=1, tol=1e-9).fit(X, y)
    assert len(caught) == 1
    assert caught[0].filename == CALLER


@pytest.mark.parametrize("cls", CLASSES[:2])
def test_one_warning_when_reweighting_does_not_end(cls):
    X, y, _ = simulated.stacked()
    message = "Reweighted objective did not converge.*number of iterations of reweight"
    with pytest.warns(ConvergenceWarning, match=message) as caught:
        model = cls(0.1, max_iter_reweighting=2).fit(X, y)
    assert len(caught) == 1
    assert caught[0].filename == CALLER
    assert len(model.loss_) == 2
    cls(0.1, max_iter_reweighting=1).fit(X, y)  # nothing that could not end


@each_class
def test_columns_that_explain_nothing_and_twins(cls):
    X, y, _ = simulated.stacked()
    X[:, :, 3], X[:, :, 4], X[0, :, 5] = 0.0, 1e8 / 3, 2.0
    X[:, :, 6] = X[:, :, 0]
    model = cls(**CLOSE).fit(X, y)
    assert not model.coef_[3:5].any()
    assert model.coef_[5, 0] == 0
    assert np.isfinite(model.coef_).all()
    assert not cls(0.1).fit(np.zeros_like(X), y).coef_.any()
    assert not cls(0.1).fit(X, np.ones_like(y)).coef_.any()


@each_class
def test_no_tolerance_at_all_comes_to_an_end(cls):
    X, y, _ = simulated.stacked()
    options = {} if cls is MultiLevelLasso else {"tol_reweighting": 1e-6}
    model = cls(0.1, tol=0.0, max_iter=200, **options).fit(X, y)
    assert np.all(np.diff(model.loss_) <= 1e-12 * model.loss_[0])


@needs_callbacks
@each_class
def test_callbacks_see_every_problem_and_can_end_the_fit(cls):
    X, y, _ = simulated.stacked()
    seen = Recording()
    model = cls(0.1).set_callbacks(seen).fit(X, y)
    assert seen.calls.count("end") > len(model.loss_)
    before = model.coef_
    with pytest.raises(KeyboardInterrupt):
        model.set_callbacks(Interrupting()).fit(X, -y)
    assert model.coef_ is before
