"""Stability selection tells how it goes on, in parallel or not, and can be stopped."""

import numpy as np
import pytest
import simulated
from joblib import parallel_config
from sklearn.base import clone
from sklearn.callback import ProgressBar
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from stability import FEW, assert_same
from threadpoolctl import threadpool_info

from mutar_cy import DirtyModel, GroupLasso, GroupLassoRegressor
from mutar_cy.model_selection import StabilitySelection
from mutar_cy.model_selection._stability_selection import SubsampleFits


@pytest.mark.parametrize("backend", ["threading", "loky"])
@pytest.mark.parametrize(
    "estimator",
    [GroupLasso(), DirtyModel(0.5, 0.4), GroupLassoRegressor(2, loss="poisson")],
    ids=str,
)
def test_parallel_and_serial_give_the_same_bits(estimator, backend):
    X, y, _ = simulated.ragged((60, 50), 120)
    y = [np.round(np.exp(v / 4)) for v in y]
    model = StabilitySelection(estimator, alphas=4, **FEW)
    serial = clone(model).fit(X, y)
    with parallel_config(backend, n_jobs=2):
        assert_same(clone(model).fit(X, y), serial)
    assert_same(clone(model).set_params(n_jobs=2).fit(X, y), serial)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_blas_has_one_thread_meanwhile(n_jobs, monkeypatch):
    before = blas_threads()
    seen = []
    select = SubsampleFits.select

    def watched(fits, *given):
        seen.append(set(blas_threads()))
        return select(fits, *given)

    monkeypatch.setattr(SubsampleFits, "select", watched)
    X, y, _ = simulated.ragged()
    StabilitySelection(GroupLasso(0.3), n_jobs=n_jobs, **FEW).fit(X, y)
    assert seen == [{1}] * 6
    assert blas_threads() == before


def blas_threads():
    """Return how many threads every BLAS library of this process has."""
    every = threadpool_info()
    return [own["num_threads"] for own in every if own["user_api"] == "blas"]


def test_subsamples_do_not_depend_on_what_is_drawn_elsewhere():
    X, y, _ = simulated.ragged()
    model = StabilitySelection(GroupLasso(0.3), n_subsamples=6)
    assert_same(
        clone(model).set_params(random_state=np.random.RandomState(5)).fit(X, y),
        clone(model).set_params(random_state=np.random.RandomState(5)).fit(X, y),
    )
    one, other = (
        clone(model).set_params(random_state=seed).fit(X, y) for seed in (1, 2)
    )
    assert not np.array_equal(one.task_frequencies_, other.task_frequencies_)


class Counting:
    """Count what a fit reports, and raise at some step as Ctrl-C does."""

    def __init__(self, last=None):
        self.last, self.names = last, []

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context, **data):
        pass

    def on_fit_task_end(self, estimator, context, **data):
        self.names.append(context.task_name)
        if len(self.names) == self.last:
            raise KeyboardInterrupt


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_callbacks_see_every_subsample(n_jobs, capsys):
    X, y, _ = simulated.ragged()
    callback = Counting()
    model = StabilitySelection(GroupLasso(0.3), n_jobs=n_jobs, **FEW)
    model.set_callbacks(callback, ProgressBar()).fit(X, y)
    assert callback.names == ["subsample"] * 6 + ["fit"]
    assert "100%" in capsys.readouterr().out
    assert_same(model, StabilitySelection(GroupLasso(0.3), **FEW).fit(X, y))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_interrupted_fit_leaves_nothing_or_the_fit_before_it(n_jobs):
    X, y, _ = simulated.ragged()
    model = StabilitySelection(GroupLasso(0.3), n_jobs=n_jobs, **FEW)
    model.set_callbacks(Counting(last=3))
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    with pytest.raises(NotFittedError):
        model.get_support()
    model.set_callbacks().fit(X, y)
    before = vars(model).copy()
    with pytest.raises(ValueError, match="X holds 3 tasks, but y holds 2"):
        model.fit(X, y[:2])
    assert vars(model) == before


def test_fits_that_have_not_converged_are_counted():
    X, y, _ = simulated.ragged((25, 14, 30), 300)
    model = StabilitySelection(GroupLasso(0.01, tol=1e-12, max_iter=1), **FEW)
    with pytest.warns(ConvergenceWarning, match=r"in 6 fits .* of the GroupLasso") as w:
        model.fit(X, y)
    assert w[0].filename == __file__
