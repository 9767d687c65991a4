"""
==============================================================
Group lasso on data larger than memory: statistics in one pass
==============================================================

Three sites have their rows in files. :class:`~mutar_cy.GroupLassoCV` reads them by
chunks: one pass sums up statistics of every fold, and a second one certifies the
result. The coefficients are those of a fit in memory, and so is the choice of alpha.

The files here are small. The same lines fit any number of rows: what is held in memory
are the statistics and one chunk (:doc:`/guide/larger_than_memory`).
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from mutar_cy import GroupLassoCV
from mutar_cy.chunks import RowChunks

# %%
# Rows in files
# -------------
# Every site writes its rows to a file, a piece at a time. Its features are in a unit in
# which they are far from zero.

n_features, sizes = 60, {"Bergen": 9000, "Lyon": 6000, "Oslo": 3000}
rng = np.random.default_rng(0)
folder = tempfile.TemporaryDirectory()
effects = {site: np.zeros(n_features) for site in sizes}
y = {}
for site, n in sizes.items():
    effects[site][:8] = 0.3 * rng.standard_normal(8)
    path = Path(folder.name) / f"{site}.npy"
    X = np.lib.format.open_memmap(path, "w+", np.float32, (n, n_features))
    for start in range(0, n, 1000):
        X[start : start + 1000] = 50 + rng.standard_normal((1000, n_features))
    y[site] = (X - 50.0) @ effects[site] + rng.standard_normal(n)
    X.flush()

# %%
# Two passes
# ----------
# The designs are memory maps. ``RowChunks`` says that they are to be read by chunks,
# here of 1000 rows. Arrays of zarr, h5py and dask are read so without it, and so are
# maps larger than scikit-learn's ``working_memory``.

files = {site: Path(folder.name) / f"{site}.npy" for site in sizes}
maps = {site: np.load(file, mmap_mode="r") for site, file in files.items()}
chunked = {site: RowChunks(X, n_rows=1000) for site, X in maps.items()}
model = GroupLassoCV(alphas=40, rule="1se").fit(chunked, y)
print(f"passes: {model.n_passes_}, read: {model.n_bytes_read_ / 1e6:.1f} MB")
print(f"selected: {model.get_support(indices=True).tolist()}")
print(f"duality gap of the data: {model.dual_gap_:.1e} of {model.objective_:.3f}")

# %%
# The same fit in memory
# ----------------------
# It makes the same folds.

in_memory = GroupLassoCV(alphas=40, rule="1se").fit(
    {site: np.asarray(X, dtype=np.float64) for site, X in maps.items()}, y
)
print(f"alpha: {model.alpha_:.4f} by chunks, {in_memory.alpha_:.4f} in memory")
difference = abs(model.coef_ - in_memory.coef_).max()
print(f"largest difference of coefficients: {difference:.1e}")

fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
left.semilogx(in_memory.alphas_, in_memory.mse_path_.mean(axis=1), lw=5, alpha=0.3)
left.semilogx(model.alphas_, model.mse_path_.mean(axis=1), "k", lw=1)
left.axvline(model.alpha_, color="0.6", ls=":")
left.set(xlabel="alpha", ylabel="mean squared error of folds")
left.legend(["in memory", "by chunks", "chosen"])
truth = np.stack(list(effects.values()), axis=1)
for k, site in enumerate(sizes):
    right.plot(truth[:, k], model.coef_[:, k], "o", ms=4, label=site)
right.axline((0, 0), slope=1, color="0.6", lw=1, zorder=0)
right.set(xlabel="simulated effect", ylabel="coefficient")
right.legend()

folder.cleanup()
