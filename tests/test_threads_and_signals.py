"""Eight threads on one design, and Ctrl-C in the middle of a fit."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import simulated
from kinds import CONVEX

from mutar_cy import GroupLasso
from mutar_cy import linear_model as ours

ALPHAS = np.geomspace(0.5, 0.005, 16)
LAYOUTS = ["shared", "stacked", "list"]


def fit_all(make, X, y, workers):
    """Fit one model per alpha; return all coefficients and intercepts."""

    def one(alpha):
        model = make(alpha).fit(X, y)
        return model.coef_, model.intercept_

    if workers == 1:
        return [one(alpha) for alpha in ALPHAS]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, ALPHAS))


@pytest.mark.parametrize(
    ("cls", "layout"),
    [
        *((cls, layout) for cls in CONVEX for layout in LAYOUTS),
        (ours.MultiTaskLasso, "shared"),
    ],
)
def test_eight_threads_give_the_bits_of_one(cls, layout):
    make = {"shared": simulated.shared, "stacked": simulated.stacked}
    sizes = {"n_samples": 60, "n_features": 80} if layout in make else {}
    X, y, _ = make.get(layout, simulated.ragged)(**sizes)
    for array in X if layout == "list" else [X]:
        array.flags.writeable = False

    def model(alpha):
        return cls(alpha, tol=1e-8, max_iter=50_000)

    serial = fit_all(model, X, y, 1)
    for mine, his in zip(fit_all(model, X, y, 8), serial, strict=True):
        assert np.array_equal(mine[0], his[0])
        assert np.array_equal(mine[1], his[1])


LONG_FIT = """
import signal
import sys
import time
import numpy as np
from mutar_cy import GroupLasso, IndLasso
from mutar_cy.model_selection import StabilitySelection

def Halves(*args, **kwargs):
    return StabilitySelection(GroupLasso(*args, **kwargs), n_jobs=2)

rng = np.random.default_rng(0)
common = rng.standard_normal((1500, 1))
X = common + 1e-3 * rng.standard_normal((1500, 3000))
y = rng.standard_normal((1500, 4))
model = {model}(1e-9, tol=0.0, max_iter=10**9)
# A shell starts what runs in its background with SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
print("ready", flush=True)
try:
    model.fit(X, y)
except KeyboardInterrupt:
    print(time.monotonic(), flush=True)
    sys.exit(0 if not model.__sklearn_is_fitted__() else 3)
sys.exit(4)
"""


def seconds_to_interrupt(model):
    """Return how long a fit goes on after SIGINT, from a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", LONG_FIT.format(model=model)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline().strip() == "ready"
        time.sleep(1.5)  # well into the fit
        assert process.poll() is None, "the fit ended too early to be interrupted"
        sent = time.monotonic()  # one clock for all processes of a machine
        process.send_signal(signal.SIGINT)
        raised = float(process.stdout.readline())
        assert process.wait(timeout=30) == 0
        return raised - sent
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
@pytest.mark.parametrize("model", ["GroupLasso", "IndLasso", "Halves"])
def test_interrupt_returns_within_a_second(model):
    # Other tests run meanwhile, so that one of three tries has to do.
    assert any(seconds_to_interrupt(model) < 1.0 for _ in range(3))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_fit_after_fork_gives_the_same_bits():
    X, Y, _ = simulated.shared(n_samples=60, n_features=80)
    expected = GroupLasso(0.05).fit(X, Y).coef_
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover
        status = 1
        try:
            os.write(writer, GroupLasso(0.05).fit(X, Y).coef_.tobytes())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        got = np.frombuffer(stream.read())
    assert os.waitpid(child, 0)[1] == 0
    assert np.array_equal(got, expected.ravel())
