"""Ctrl-C ends every fit, path and selection at once, and leaves no half-made fit."""

import os
import signal
import time
import warnings

import numpy as np
import pytest

from mutar_cy import (
    MTW,
    MTWCV,
    DirtyModel,
    DirtyModelCV,
    GroupLasso,
    GroupLassoClassifier,
    GroupLassoClassifierCV,
    GroupLassoCV,
    IndLasso,
    IndLassoCV,
    IndRewLasso,
    MultiLevelLasso,
    MultiLevelLassoCV,
    ReMTW,
    ReweightedGroupLasso,
    ReweightedGroupLassoCV,
    linear_model,
    regularization_path,
)
from mutar_cy._lib import interruptible
from mutar_cy.model_selection import StabilitySelection

pytestmark = [
    pytest.mark.uncertified("no fit ends"),
    pytest.mark.skipif(os.name == "nt", reason="Windows has no interval timers"),
]
# Neighbouring columns are nearly the same: no fit reaches a tolerance of 0 soon.
RNG = np.random.default_rng(0)
COMMON = RNG.standard_normal((600, 1))
X = COMMON + 1e-3 * RNG.standard_normal((600, 1200))
Y = RNG.standard_normal((600, 3))
HARD = {"tol": 0.0, "max_iter": 10**9}
GRID = {"alphas": np.geomspace(1e-6, 1e-9, 50), **HARD}
GROUPS = np.split(np.arange(1200), [400, 700])  # long ones
COUNTS = RNG.poisson(2.0, 600).astype(float)
FITS = {
    cls.__name__: cls(alpha=1e-9, **HARD)
    for cls in (GroupLasso, IndLasso, ReweightedGroupLasso, IndRewLasso)
}
FITS |= {
    "MultiLevelLasso": MultiLevelLasso(alpha=1e-9, **HARD),
    "DirtyModel": DirtyModel(1e-9, 8e-10, **HARD),
    "squared_error": GroupLasso(groups=GROUPS, alpha=1e-9, l1_ratio=0.5, **HARD),
    "MTW": MTW(alpha=1e-3, beta=1e-4, **HARD),
    "ReMTW": ReMTW(alpha=1e-3, beta=1e-4, **HARD),
    "ElasticNet": linear_model.ElasticNet(1e-9, l1_ratio=1.0, **HARD),
    "GroupLassoCV": GroupLassoCV(**GRID),
    "IndLassoCV": IndLassoCV(**GRID),
    "ReweightedGroupLassoCV": ReweightedGroupLassoCV(**GRID),
    "MultiLevelLassoCV": MultiLevelLassoCV(**GRID),
    "DirtyModelCV": DirtyModelCV(**GRID, ratios=[0.8]),
    "MTWCV": MTWCV(**HARD),
    "LassoCV": linear_model.LassoCV(**GRID),
    "StabilitySelection": StabilitySelection(GroupLasso(**HARD), n_subsamples=1000),
}
COUNTED = {
    "poisson": GroupLasso(groups=GROUPS, alpha=1e-9, loss="poisson", **HARD),
    "poisson CV": GroupLassoCV(groups=GROUPS, loss="poisson", **GRID),
    "wide": GroupLasso(groups=[np.arange(1200)], alpha=1e-9, loss="huber", **HARD),
    "logistic": GroupLassoClassifier(groups=GROUPS, alpha=1e-9, **HARD),
    "logistic CV": GroupLassoClassifierCV(groups=GROUPS, **GRID),
}
AFTER = 0.25  # seconds into a fit
BOUND = 2.0  # seconds from the signal; other tests run meanwhile


def seconds_to_interrupt(run):
    """Return the seconds from SIGINT, sent by a timer, to KeyboardInterrupt."""
    sent = []

    def send(*_):
        sent.append(time.monotonic())
        signal.raise_signal(signal.SIGINT)

    before = [
        (number, signal.signal(number, handler))
        for number, handler in (
            (signal.SIGALRM, send),
            (signal.SIGINT, signal.default_int_handler),
        )
    ]
    started = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, AFTER)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run()
    except KeyboardInterrupt:
        return time.monotonic() - started - AFTER
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        for number, handler in before:
            signal.signal(number, handler)
    raise AssertionError("the fit ended before it was interrupted")


@pytest.mark.parametrize("name", [*FITS, *COUNTED])
def test_a_fit_is_interrupted(name):
    model = (FITS | COUNTED)[name]
    y = Y
    if name in COUNTED:
        y = (COUNTS > 2).astype(int) if "logistic" in name else COUNTS
    elif name in ("LassoCV", "ElasticNet"):
        y = Y[:, 0]
    assert seconds_to_interrupt(lambda: model.fit(X, y)) < BOUND
    assert not [key for key in vars(model) if key.endswith("_") and key[0] != "_"]


@pytest.mark.parametrize("name", ["GroupLasso", "IndLasso", "MultiLevelLasso"])
def test_a_path_is_interrupted(name):
    def run():
        regularization_path(FITS[name], X, Y, alphas=GRID["alphas"])

    assert seconds_to_interrupt(run) < BOUND


def test_a_large_factorisation_is_interrupted():
    matrix = np.cov(np.random.default_rng(0).standard_normal((1500, 400)))

    def interrupt(*_):  # as the handler of Ctrl-C does, which test runners replace
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    start = time.perf_counter()
    try:
        with pytest.raises(KeyboardInterrupt):
            interruptible(np.linalg.eigh, matrix)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("size", [5, 1001])
def test_an_interruptible_factorisation_is_the_factorisation(size):
    matrix = np.cov(np.random.default_rng(0).standard_normal((size, 60)))
    found = interruptible(np.linalg.svd, matrix, compute_uv=False)
    assert np.array_equal(found, np.linalg.svd(matrix, compute_uv=False))
    with pytest.raises(np.linalg.LinAlgError):
        interruptible(np.linalg.cholesky, matrix - np.eye(size))
