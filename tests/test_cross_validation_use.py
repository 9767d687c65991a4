"""Cross-validated estimators in the hands of users."""

import pickle
import threading

import numpy as np
import pandas as pd
import pytest
import simulated
from draws import parametrize_with_few_checks
from folds import PROBLEMS
from joblib import parallel_config
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import KFold, LeaveOneOut, StratifiedKFold
from threadpoolctl import threadpool_info, threadpool_limits

import mutar_cy
from mutar_cy import (
    MTW,
    MTWCV,
    DirtyClassifierCV,
    DirtyModelCV,
    GroupLasso,
    GroupLassoClassifierCV,
    GroupLassoCV,
    IndLassoClassifierCV,
    IndLassoCV,
    IndRewLassoCV,
    MultiLevelLassoCV,
    ReMTWCV,
    ReweightedGroupLassoCV,
    alpha_max,
    stack_tasks,
)
from mutar_cy.model_selection import LeaveOneTaskOut, TaskKFold

SMALL = [
    GroupLassoCV(alphas=6),
    IndLassoCV(alphas=6),
    DirtyModelCV(alphas=5, ratios=2),
    ReweightedGroupLassoCV(alphas=4),
    MultiLevelLassoCV(alphas=4),
    MTWCV(alphas=[0.1, 1.0], betas=3),
    GroupLassoCV(groups=2, alphas=6),
]
each_model = pytest.mark.parametrize("model", SMALL, ids=lambda m: type(m).__name__)


# What scikit-learn compares to the seventh digit has to be solved that far.
CHECKED = [clone(model).set_params(alphas=2, tol=1e-13, cv=2) for model in SMALL[:-3]]
CHECKED += [
    MultiLevelLassoCV(alphas=2, tol=1e-13, cv=2),
    MTWCV(alphas=1.0, betas=2, tol=1e-11, cv=2),
    GroupLassoCV(alphas=2, tol=1e-13, cv=2),
    GroupLassoClassifierCV(alphas=2, cv=2, tol=1e-8),
    IndLassoClassifierCV(alphas=2, cv=2, tol=1e-8),
    DirtyClassifierCV(alphas=2, ratios=1, cv=2, tol=1e-8),
    IndRewLassoCV(alphas=2, tol=1e-13, cv=2),
    ReMTWCV(alphas=1.0, betas=2, tol=1e-11, cv=2),
]


@pytest.mark.uncertified("fits of scikit-learn's checks, to data of every kind")
@parametrize_with_few_checks(CHECKED)
def test_scikit_learn_agrees(estimator, check):
    check(estimator)


def path_of(model):
    for name in ("mse_path_", "deviance_path_"):
        if hasattr(model, name):
            return getattr(model, name)
    raise AttributeError(name)


@pytest.mark.uncertified("MTW's problem is another one")
@each_model
@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_side_by_side_is_one_after_the_other(model, backend):
    X, y, more = PROBLEMS["list, weights"]
    serial = clone(model).fit(X, y, **more)
    with parallel_config(backend):
        parallel = clone(model).set_params(n_jobs=2).fit(X, y, **more)
    assert np.array_equal(path_of(parallel), path_of(serial))
    assert np.array_equal(parallel.coef_, serial.coef_)
    assert np.array_equal(parallel.alpha_, serial.alpha_)


def blas_threads():
    return {
        own["num_threads"] for own in threadpool_info() if own["user_api"] == "blas"
    }


def test_blas_has_one_thread_in_every_fold(monkeypatch):
    from mutar_cy.model_selection import _cross_validation as engine

    X, y, _ = simulated.stacked()
    seen, original = [], engine.fit_fold

    def watched(*args):
        seen.append(blas_threads())
        return original(*args)

    monkeypatch.setattr(engine, "fit_fold", watched)
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()
        for n_jobs in (None, 2):
            GroupLassoCV(alphas=5, n_jobs=n_jobs).fit(X, y)
            assert blas_threads() == before
    assert seen == [{1}] * 10


def test_users_who_cross_validate_at_once():
    X, y, _ = simulated.stacked()
    alone = GroupLassoCV(alphas=20, n_jobs=2).fit(X, y)
    models = [GroupLassoCV(alphas=20, n_jobs=2) for _ in range(4)]
    before = blas_threads()
    threads = [threading.Thread(target=m.fit, args=(X, y)) for m in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert blas_threads() == before
    for model in models:
        assert np.array_equal(model.mse_path_, alone.mse_path_)
        assert np.array_equal(model.coef_, alone.coef_)


def test_folds_that_users_give():
    (X, y, _), task = simulated.long()
    table = np.column_stack([np.unique(task, return_inverse=True)[1], X])
    by_number = GroupLassoCV(alphas=8, cv=3).fit(X, y, task=task)
    given = list(TaskKFold(3).split(X, y, task=task))
    masks = [tuple(np.isin(np.arange(len(y)), own) for own in pair) for pair in given]
    for cv in (TaskKFold(3), given, iter(given), masks):
        model = GroupLassoCV(alphas=8, cv=cv).fit(X, y, task=task)
        assert np.array_equal(model.mse_path_, by_number.mse_path_)
    by_column = GroupLassoCV(alphas=8, cv=3, task_column=0).fit(table, y)
    assert_allclose(by_column.mse_path_, by_number.mse_path_, rtol=1e-6)
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(10)])
    framed = GroupLassoCV(alphas=8, cv=3).fit(frame, y, task=task)
    assert list(framed.feature_names_in_) == list(frame.columns)
    shuffled = GroupLassoCV(alphas=8, cv=KFold(3, shuffle=True, random_state=0))
    assert shuffled.fit(X, y, task=task).mse_path_.shape == (8, 3)


def test_stacked_and_long_data_have_the_same_folds():
    X, y, _ = simulated.ragged()
    table, target, task = stack_tasks(X, y)
    listed = GroupLassoCV(alphas=8).fit(X, y)
    long = GroupLassoCV(alphas=8).fit(table, target, task=task)
    assert np.array_equal(listed.mse_path_, long.mse_path_)
    assert np.array_equal(listed.coef_, long.coef_)


def test_whole_tasks_are_held_out():
    X, y, _ = simulated.stacked(n_tasks=4)
    model = GroupLassoCV(alphas=6, cv=LeaveOneTaskOut(), unseen_tasks="mean", tol=1e-10)
    model.fit(X, y)
    assert model.mse_path_.shape == (6, 4)
    for k in range(4):
        others = [j for j in range(4) if j != k]
        for alpha, error in zip(model.alphas_, model.mse_path_[:, k], strict=True):
            fit = GroupLasso(alpha, tol=1e-10).fit(X[others], y[others])
            guess = X[k] @ fit.coef_.mean(axis=1) + fit.intercept_.mean()
            assert error == pytest.approx(np.mean((y[k] - guess) ** 2), rel=1e-5)
    weighed = GroupLassoCV(
        alphas=6, cv=LeaveOneTaskOut(), unseen_tasks="mean", task_weight=[1, 2, 3, 4]
    )
    assert np.isfinite(weighed.fit(X, y).mse_path_).all()
    with pytest.raises(ValueError, match=r"leaves task 0 without a sample.*TaskKFold"):
        GroupLassoCV(cv=LeaveOneTaskOut()).fit(X, y)


def test_sparse_designs_and_float32():
    X, y, _ = simulated.ragged()
    dense = GroupLassoCV(alphas=10, tol=1e-9).fit(X, y)
    thin = GroupLassoCV(alphas=10, tol=1e-9).fit([sparse.csr_array(x) for x in X], y)
    assert_allclose(thin.mse_path_, dense.mse_path_, rtol=1e-6)
    narrow = GroupLassoCV(alphas=10).fit([x.astype(np.float32) for x in X], y)
    assert narrow.coef_.dtype == np.float32
    assert narrow.alpha_ == pytest.approx(dense.alpha_, rel=1e-4)


@pytest.mark.parametrize("loss", ["poisson", "gamma"])
def test_deviances_with_offsets(loss):
    from sklearn.metrics import mean_gamma_deviance, mean_poisson_deviance

    measure = {"poisson": mean_poisson_deviance, "gamma": mean_gamma_deviance}[loss]
    rng = np.random.default_rng(0)
    X, offset = rng.standard_normal((80, 6)), rng.uniform(-1, 1, 80)
    mean = np.exp(0.4 * X[:, 0] + offset)
    y = rng.poisson(mean) if loss == "poisson" else rng.gamma(2.0, mean / 2.0)
    given = {"loss": loss, "tol": 1e-11}
    model = GroupLassoCV(groups=2, alphas=5, eps=0.05, cv=4, **given)
    model.fit(X, y, offset=offset)
    for fold, (train, test) in enumerate(KFold(4).split(X)):
        for at, alpha in enumerate(model.alphas_):
            fit = GroupLasso(groups=2, alpha=alpha, **given)
            fit.fit(X[train], y[train], offset=offset[train])
            guess = fit.predict(X[test], offset=offset[test])
            expected = measure(y[test], guess)
            assert model.deviance_path_[at, fold] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_deviances_of_classes(n_classes):
    from sklearn.metrics import log_loss

    rng = np.random.default_rng(0)
    X = rng.standard_normal((90, 6))
    names = np.array(["a", "b", "c"])[:n_classes]
    y = names[np.argmax(X[:, :n_classes] + rng.gumbel(size=(90, n_classes)), axis=1)]
    model = GroupLassoClassifierCV(groups=2, alphas=4, eps=0.05, cv=3, tol=1e-11).fit(
        X, y
    )
    for fold, (train, test) in enumerate(StratifiedKFold(3).split(X, y)):
        for at, alpha in enumerate(model.alphas_):
            fit = mutar_cy.GroupLassoClassifier(groups=2, alpha=alpha, tol=1e-11)
            guess = fit.fit(X[train], y[train]).predict_proba(X[test])
            expected = 2 * log_loss(y[test], guess)
            assert model.deviance_path_[at, fold] == pytest.approx(expected, rel=1e-6)
    assert model.score(X, y) > 0.5


def test_dicts_of_groups():
    rng = np.random.default_rng(0)
    X = {"a": rng.standard_normal((60, 2)), "b": rng.standard_normal((60, 3))}
    y = X["b"] @ [1.0, -1.0, 1.0] + 0.3 * rng.standard_normal(60)
    model = GroupLassoCV(alphas=20, standardize_groups=True, rule="1se")
    assert model.fit(X, y).selected_groups_ == ["b"]
    assert model.predict(X).shape == (60,)


def test_what_another_choice_left_is_gone():
    X, y, _ = simulated.stacked()
    model = GroupLassoCV(alphas=5).fit(X, y)
    model.set_params(criterion="bic").fit(X, y)
    assert not hasattr(model, "mse_path_")
    model.set_params(criterion=None).fit(X, y)
    assert not hasattr(model, "criterion_path_")
    assert not hasattr(model, "degrees_of_freedom_")


@pytest.mark.uncertified("MTW's problem is another one")
def test_what_transport_left_is_gone():
    X, y, _ = simulated.stacked()
    model = MTWCV(alphas=1.0, betas=3, cv=2).fit(X, y)
    with_transport = model.dual_coef_
    model.set_params(alphas=0.0).fit(X, y)
    lasso = MTW(0.0, model.beta_).fit(X, y)
    assert_allclose(model.dual_coef_, lasso.dual_coef_)
    assert not np.allclose(model.dual_coef_, with_transport)


def test_losses_are_named_by_the_loss_and_told_by_task():
    X, y, _ = simulated.stacked()
    model = GroupLassoCV(groups=2, alphas=5).fit(X, y)
    assert model.mse_path_.shape == (5, 5)
    assert model.task_mse_path_.shape == (5, 5, 3)
    assert_allclose(model.task_mse_path_.mean(axis=-1), model.mse_path_)
    counts = GroupLassoCV(groups=2, alphas=5, loss="poisson").fit(X, np.abs(y))
    assert not hasattr(counts, "mse_path_")
    assert not hasattr(model, "deviance_path_")
    each = counts.task_deviance_path_
    assert_allclose(each.mean(axis=-1), counts.deviance_path_)


# What is wrong with what cross-validated estimators are given.


def test_a_fit_that_fails_leaves_what_was():
    X, y, _ = simulated.stacked()
    model = GroupLassoCV(alphas=5).fit(X, y)
    before = pickle.dumps(vars(model))
    with pytest.raises(ValueError, match="at least 0 and finite, got -1"):
        model.set_params(alphas=[1.0, -1.0]).fit(X, y)
    model.set_params(alphas=5)
    assert pickle.dumps(vars(model)) == before
    fresh = GroupLassoCV(cv=50)
    with pytest.raises(ValueError, match="n_splits=50"):
        fresh.fit(X, y)
    with pytest.raises(NotFittedError):
        fresh.predict(X)


@pytest.mark.uncertified("it has not converged")
def test_one_warning_for_all_folds():
    X, y, _ = simulated.stacked(n_features=40)
    model = GroupLassoCV(alphas=5, eps=1e-5, max_iter=1, tol=1e-12)
    with pytest.warns(ConvergenceWarning) as seen:
        model.fit(X, y)
    assert sum("of the fits" in str(w.message) for w in seen) == 1
    assert not any("mutar_cy/" in w.filename for w in seen)  # the caller of fit
    assert len({(w.filename, w.lineno) for w in seen}) == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"alphas": 0}, "alphas"),
        ({"alphas": []}, "1-D and not empty"),
        ({"alphas": [[1.0]]}, "1-D and not empty"),
        ({"alphas": [np.nan]}, "finite, got nan"),
        ({"eps": 0.0}, "eps"),
        ({"rule": "2se"}, "rule"),
        ({"criterion": "cp"}, "criterion"),
        ({"cv": "five"}, "cv"),
        ({"cv": []}, "gives no fold"),
        ({"cv": [([0, 1], [])]}, "holds out no sample"),
        ({"cv": [([0, 1], [2])]}, "leaves task 1 without a sample"),
        ({"n_jobs": 1.5}, "n_jobs"),
    ],
)
def test_faults(given, message):
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match=message):
        GroupLassoCV(**given).fit(X, y)


def test_faults_of_missing_targets_and_classes():
    X, y, _ = simulated.shared()
    y = y.copy()
    y[:25, 1] = np.nan
    with pytest.raises(ValueError, match="Fold 4 of cv leaves no target of task 1"):
        GroupLassoCV(missing_targets="ignore").fit(X, y)
    labels = np.r_[np.zeros(20), np.ones(10)]
    with pytest.raises(ValueError, match=r"no sample of class 1\.0 to fit to"):
        GroupLassoClassifierCV(cv=[(np.arange(20), np.arange(20, 30))]).fit(X, labels)


@pytest.mark.parametrize("ratios", [0, [-1.0], [np.inf], [[0.5]], []])
def test_faults_of_ratios(ratios):
    X, y, _ = simulated.stacked()
    with pytest.raises(ValueError, match="ratios"):
        DirtyModelCV(ratios=ratios).fit(X, y)


def test_strengths_of_both_parts():
    X, y, _ = simulated.stacked()
    model = DirtyModelCV(alphas=[1.0, 0.1], betas=[0.5, 0.08, 2.0]).fit(X, y)
    assert model.betas_[:, 0].tolist() == [2.0, 0.5, 0.08]
    assert model.alphas_[0].tolist() == [1.0, 0.1]
    assert model.mse_path_.shape == (3, 2, 5)
    with pytest.raises(ValueError, match="betas are strengths beside given alphas"):
        DirtyModelCV(betas=[1.0]).fit(X, y)


def test_one_sample_held_out_at_a_time():
    X, y, _ = simulated.shared()
    model = GroupLassoCV(alphas=4, cv=LeaveOneOut(), rule="1se").fit(X, y)
    assert model.mse_path_.shape == (4, 30)


def test_choosing_no_penalty():
    X, y, _ = simulated.stacked()
    with pytest.warns(UserWarning, match="alpha=0 nothing is penalised") as seen:
        GroupLassoCV(alphas=[0.0]).fit(X, y)
    assert len(seen) == 1
    assert "mutar_cy/" not in seen[0].filename


def test_alpha_max_of_a_model_that_chooses():
    X, y, _ = simulated.stacked()
    assert alpha_max(GroupLassoCV(), X, y) == alpha_max(GroupLasso(), X, y)
    assert GroupLassoCV(alphas=3).fit(X, y).alphas_[0] == pytest.approx(
        alpha_max(GroupLasso(), X, y), rel=1e-12
    )
