"""Cross-validated drop-ins in use: threads, pickles, warnings, what is refused."""

import pickle
import warnings

import joblib
import numpy as np
import pytest
import simulated
from sklearn.base import clone
from sklearn.callback import ProgressBar
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning
from test_callbacks import Interrupting, Recording
from test_linear_model_cv import NAMES, data_for, each_name
from threadpoolctl import threadpool_info

from mutar_cy import linear_model as ours
from mutar_cy.objectives import Objective


def bits(model):
    return {
        name: np.asarray(value).tobytes()
        for name, value in vars(model).items()
        if name.endswith("_")
    }


@each_name
@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_parallel_folds_give_the_bits_of_serial_ones(name, backend):
    X, y = data_for(name)
    serial = getattr(ours, name)(alphas=10).fit(X, y)
    with joblib.parallel_config(backend=backend):
        parallel = getattr(ours, name)(alphas=10, n_jobs=2).fit(X, y)
    assert bits(serial) == bits(parallel)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_blas_has_one_thread_in_folds_and_its_own_number_after(n_jobs, monkeypatch):
    def threads():
        own = threadpool_info()
        return [pool["num_threads"] for pool in own if pool["user_api"] == "blas"]

    seen = []

    def watched(objective, y, eta):
        seen.append(threads())
        return np.square(y - eta)

    monkeypatch.setattr(Objective, "sample_losses", watched)
    before = threads()
    X, y = data_for("LassoCV")
    ours.LassoCV(n_jobs=n_jobs).fit(X, y)
    assert seen
    assert {n for own in seen for n in own} == {1}
    assert threads() == before


@each_name
def test_pickles_and_clones(name):
    X, y = data_for(name)
    model = getattr(ours, name)(alphas=5, cv=3).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    assert bits(again) == bits(model)
    assert bits(clone(model).fit(X, y)) == bits(model)


@each_name
def test_a_failed_fit_leaves_what_was(name):
    X, y = data_for(name)
    model = getattr(ours, name)(alphas=5).fit(X, y)
    before = bits(model)
    with pytest.raises(ValueError, match=r"(?i)infinity|finite"):
        model.fit(np.full_like(X, np.inf), y)
    assert bits(model) == before
    assert not hasattr(clone(model), "coef_")


@each_name
def test_folds_that_do_not_converge_are_counted(name):
    X, y = data_for(name)
    with pytest.warns(ConvergenceWarning) as caught:
        getattr(ours, name)(max_iter=1, tol=1e-14, alphas=5).fit(X, y)
    assert {w.filename for w in caught} == {__file__}
    assert any(
        "of the fits that strengths were chosen by" in str(w.message) for w in caught
    )


@each_name
def test_least_squares_is_warned_of(name):
    X, y = data_for(name)
    with pytest.warns(UserWarning, match="With alpha=0") as caught:
        getattr(ours, name)(alphas=[0.0]).fit(X, y)
    assert {w.filename for w in caught} == {__file__}


@pytest.mark.parametrize("name", NAMES[:2])
def test_a_column_is_a_target_with_a_warning(name):
    X, y = data_for(name)
    with pytest.warns(DataConversionWarning):
        model = getattr(ours, name)(alphas=5).fit(X, y[:, None])
    assert np.array_equal(model.coef_, getattr(ours, name)(alphas=5).fit(X, y).coef_)
    with pytest.raises(ValueError, match=f"use MultiTask{name}"):
        getattr(ours, name)().fit(X, np.c_[y, y])


@pytest.mark.parametrize("name", NAMES[2:])
def test_a_single_target_is_refused_where_many_are_asked(name):
    X, y = data_for("LassoCV")
    with pytest.raises(ValueError, match=f"use {name.removeprefix('MultiTask')}"):
        getattr(ours, name)().fit(X, y)


@pytest.mark.parametrize("name", NAMES[:2])
def test_a_gram_matrix_is_checked_against_all_samples(name):
    X, y = data_for(name)
    Xc = X - X.mean(axis=0)
    plain = getattr(ours, name)(alphas=5).fit(Xc, y)
    given = getattr(ours, name)(alphas=5, precompute=Xc.T @ Xc)
    assert np.array_equal(given.fit(Xc, y).coef_, plain.coef_)
    with pytest.raises(ValueError, match="did not pass validation"):
        given.set_params(precompute=np.eye(15)).fit(Xc, y)
    with pytest.warns(UserWarning, match="Gram matrix was provided") as caught:
        given.set_params(precompute=X.T @ X).fit(X, y)
    assert {w.filename for w in caught} == {__file__}


@pytest.mark.parametrize("name", [NAMES[1], NAMES[3]])
@pytest.mark.parametrize("ratio", [1.5, [0.5, -0.1], [], [[0.5]]])
def test_mixtures_that_are_none(name, ratio):
    X, y = data_for(name)
    with pytest.raises(ValueError, match="l1_ratio"):
        getattr(ours, name)(l1_ratio=ratio).fit(X, y)


@each_name
def test_parameters_that_only_change_the_way(name):
    X, y = data_for(name)
    plain = getattr(ours, name)(alphas=5).fit(X, y)
    other = getattr(ours, name)(
        alphas=5, selection="random", random_state=0, copy_X=False
    )
    assert bits(other.fit(X, y)) == bits(plain)


@each_name
def test_what_joblib_says(name, capsys):
    X, y = data_for(name)
    getattr(ours, name)(alphas=5).fit(X, y)
    assert capsys.readouterr() == ("", "")
    getattr(ours, name)(alphas=5, verbose=1).fit(X, y)
    said = capsys.readouterr()
    assert "Parallel" in said.out + said.err


@each_name
def test_callbacks_see_every_fold_and_change_nothing(name, capsys):
    X, y = data_for(name)
    recording = Recording()
    model = getattr(ours, name)(alphas=5, cv=4)
    plain = bits(clone(model).fit(X, y))
    model.set_callbacks(recording, ProgressBar()).fit(X, y)
    assert recording.calls.count("begin") == recording.calls.count("end") > 4
    assert f"{name} - fit" in capsys.readouterr().out
    assert bits(model) == plain


@each_name
def test_an_interrupted_fit_leaves_nothing(name):
    model = getattr(ours, name)(alphas=5).set_callbacks(Interrupting())
    with pytest.raises(KeyboardInterrupt):
        model.fit(*data_for(name))
    assert not bits(model)


def test_simulated_data_need_no_warning():
    X, Y, _ = simulated.shared()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours.MultiTaskLassoCV().fit(X, Y)
