"""Fits by chunks in a process that may not allocate what the data take."""

import os
import subprocess
import sys

import numpy as np
import pytest

N_ROWS, N_FEATURES = 40_000, 250  # 40 MB in single precision, 80 in double
ALLOWED = 48 * 2**20  # bytes beyond what imports have allocated

SCRIPT = """
import resource, sys
import numpy as np
from mutar_cy import GroupLasso, GroupLassoCV, regularization_path
from mutar_cy.chunks import RowChunks

X = np.load(sys.argv[1], mmap_mode="r")
y = X[:, 0] + np.random.default_rng(0).standard_normal(len(X))
counts = np.floor(np.exp(np.clip(0.3 * y, -3, 3)))
GroupLasso(0.1).fit(RowChunks(X[:500, :9], 100), y[:500])  # what imports allocate
GroupLasso(0.1, loss="poisson").fit(RowChunks(X[:500, :9], 100), counts[:500])

lines = open("/proc/self/status").read().splitlines()
(data,) = [int(own.split()[1]) for own in lines if own.startswith("VmData")]
limit = 1024 * data + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))

lazy = RowChunks(X, 2000)
fits = [
    GroupLasso(0.1).fit(lazy, y),
    GroupLassoCV(alphas=5, cv=3).fit(lazy, y),
    GroupLasso(0.1, loss="poisson").fit(lazy, counts),
]
print([model.n_passes_ for model in fits])
print(regularization_path(GroupLasso(), lazy, y, alphas=5).coefs.shape)
try:
    np.array(X, dtype=np.float64)
except MemoryError:
    print("the limit holds")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, sets RLIMIT_DATA")
def test_fits_run_where_the_data_cannot_be_loaded(tmp_path):
    file = tmp_path / "X.npy"
    X = np.lib.format.open_memmap(file, "w+", np.float32, (N_ROWS, N_FEATURES))
    rng = np.random.default_rng(0)
    for start in range(0, N_ROWS, 10_000):
        X[start : start + 10_000] = rng.standard_normal(
            (10_000, N_FEATURES), dtype=np.float32
        )
    X.flush()
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, str(file), str(ALLOWED)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | threads,
        timeout=300,
    )
    assert found.returncode == 0, found.stderr
    passes, shape, held = found.stdout.splitlines()
    assert passes.startswith("[2, 2, ")
    assert shape == "(250, 5)"
    assert held == "the limit holds"
