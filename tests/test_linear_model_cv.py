"""Cross-validated drop-ins: scikit-learn's parameters, choices, shapes and errors."""

import inspect
import pickle
import warnings

import joblib
import numpy as np
import pytest
import simulated
from certificate import assert_certified
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn import linear_model as theirs
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning
from sklearn.model_selection import KFold, ShuffleSplit
from sklearn.utils import get_tags
from threadpoolctl import threadpool_info
from watching import Interrupting, ProgressBar, Recording, needs_callbacks

from mutar_cy import linear_model as ours
from mutar_cy.objectives import Objective

NAMES = ["LassoCV", "ElasticNetCV", "MultiTaskLassoCV", "MultiTaskElasticNetCV"]
each_name = pytest.mark.parametrize("name", NAMES)
TIGHT = {"tol": 1e-10, "max_iter": 100_000}
CASES = {
    "plain": {},
    "no intercept": {"fit_intercept": False},
    "few alphas": {"alphas": 7, "eps": 0.05},
    "given alphas": {"alphas": [0.01, 1.0, 0.1, 0.1]},
    "one alpha": {"alphas": [0.1]},
    "three folds": {"cv": 3},
    "splitter": {"cv": ShuffleSplit(4, random_state=0)},
    "masks": {"cv": [(np.arange(40) < 25, np.arange(40) >= 25)]},
}


def data_for(name, seed=0, **sizes):
    """Return data whose best model is neither empty nor full."""
    sizes = {"n": 40, "p": 15, "T": 3, **sizes}
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((sizes["n"], sizes["p"])) + rng.standard_normal(sizes["p"])
    coef = np.zeros((sizes["p"], sizes["T"]))
    coef[:4] = rng.standard_normal((4, sizes["T"]))
    Y = X @ coef + rng.standard_normal((sizes["n"], sizes["T"]))
    return X, Y if "MultiTask" in name else Y[:, 0]


def mixed(name, *ratios):
    """Return the parameter that elastic nets have beside."""
    return {"l1_ratio": list(ratios)} if "ElasticNet" in name else {}


def pair(name, **parameters):
    """Return ours and theirs with the same parameters."""
    parameters = {**TIGHT, **parameters}
    return getattr(ours, name)(**parameters), getattr(theirs, name)(**parameters)


def assert_same_choice(mine, his):
    """Compare what two classes chose, saw and found, to the accuracy of solvers."""
    assert mine.alpha_ == pytest.approx(his.alpha_, rel=1e-12)
    assert hasattr(mine, "l1_ratio_") == hasattr(his, "l1_ratio_")
    if hasattr(his, "l1_ratio_"):
        assert mine.l1_ratio_ == his.l1_ratio_
    for attribute, rtol in [("alphas_", 1e-10), ("mse_path_", 1e-3)]:
        got, expected = getattr(mine, attribute), getattr(his, attribute)
        assert np.shape(got) == np.shape(expected), attribute
        assert_allclose(got, expected, rtol=rtol)
    for attribute in ("coef_", "intercept_"):
        got, expected = getattr(mine, attribute), getattr(his, attribute)
        assert np.shape(got) == np.shape(expected), attribute
        assert_allclose(got, expected, rtol=0, atol=2e-4)
    for attribute in ("dual_gap_", "n_iter_"):
        assert np.shape(getattr(mine, attribute)) == np.shape(getattr(his, attribute))


@each_name
def test_signatures_are_scikit_learn_s(name):
    for method in ("__init__", "fit", "path", "predict", "score"):
        mine, his = (getattr(getattr(room, name), method) for room in (ours, theirs))
        parameters = [
            [
                (p.name, p.kind, p.default)
                for p in inspect.signature(f).parameters.values()
            ]
            for f in (mine, his)
        ]
        assert parameters[0] == parameters[1], method


@each_name
def test_defaults_tags_and_attributes(name):
    mine, his = getattr(ours, name)(), getattr(theirs, name)()
    assert mine.get_params() == his.get_params()
    assert get_tags(mine).target_tags == get_tags(his).target_tags
    assert get_tags(mine).input_tags.sparse == get_tags(his).input_tags.sparse
    X, y = data_for(name)
    public = {n for n in vars(his.fit(X, y)) if n.endswith("_")}
    assert public <= set(vars(mine.fit(X, y)))


@pytest.mark.drawn(least=16)
@each_name
@pytest.mark.parametrize("case", CASES)
def test_choices_are_scikit_learn_s(name, case):
    X, y = data_for(name)
    mine, his = pair(name, **CASES[case])
    assert_same_choice(mine.fit(X, y), his.fit(X, y))


@pytest.mark.drawn(least=8)
@each_name
@pytest.mark.parametrize("seed", range(5))
def test_choices_among_mixtures_with_weights(name, seed):
    X, y = data_for(name, seed)
    weight = np.random.default_rng(seed).uniform(0.2, 2.0, len(y))
    mine, his = pair(name, alphas=20, **mixed(name, 0.3, 0.9))
    mine.fit(X, y, sample_weight=weight)
    assert_same_choice(mine, his.fit(X, y, sample_weight=weight))


@each_name
def test_more_features_than_samples(name):
    X, y = data_for(name, n=30, p=60)
    mine, his = pair(name, alphas=15, eps=0.02)
    assert_same_choice(mine.fit(X, y), his.fit(X, y))


@pytest.mark.parametrize("name", NAMES[:2])
def test_positive_coefficients(name):
    X, y = data_for(name)
    mine, his = pair(name, alphas=20, positive=True, **mixed(name, 0.3, 0.9))
    assert_same_choice(mine.fit(X, y), his.fit(X, y))
    assert (mine.coef_ >= 0).all()


@each_name
@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csc_matrix])
def test_sparse_designs(name, make):
    X, y = data_for(name)
    X = np.where(X > 0.5, X, 0)
    mine, his = pair(name, alphas=15, eps=0.01, **mixed(name, 0.3, 0.9))
    assert_same_choice(mine.fit(make(X), y), his.fit(X, y))


@each_name
def test_the_fit_to_all_samples_is_that_of_the_model(name):
    X, y = data_for(name)
    model = getattr(ours, name)().fit(X, y)
    chosen = {"alpha": model.alpha_, "tol": model.tol}
    if "ElasticNet" in name:
        chosen["l1_ratio"] = model.l1_ratio_
    plain = getattr(ours, name.removesuffix("CV"))(**chosen).fit(X, y)
    assert_certified(plain, X, y)
    assert np.array_equal(model.coef_, plain.coef_)
    assert np.array_equal(model.intercept_, plain.intercept_)
    assert np.array_equal(model.predict(X), plain.predict(X))
    assert model.dual_gap_ == plain.dual_gap_


@each_name
def test_errors_are_those_of_single_fits(name):
    X, y = data_for(name)
    model = getattr(ours, name)(alphas=[0.3, 0.05], cv=4, **TIGHT).fit(X, y)
    for n, alpha in enumerate([0.3, 0.05]):
        for fold, (train, test) in enumerate(KFold(4).split(X)):
            plain = getattr(ours, name.removesuffix("CV"))(alpha, **TIGHT)
            error = y[test] - plain.fit(X[train], y[train]).predict(X[test])
            assert model.mse_path_[n, fold] == pytest.approx(np.mean(error**2), 1e-4)


# Cross-validated drop-ins in use: threads, pickles, warnings, what is refused.


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


@needs_callbacks
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


@needs_callbacks
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
