"""
=============================================================
normalize="std" and normalize=True: effect of the sample size
=============================================================

A penalty compares coefficients, and coefficients have units. ``normalize`` penalises
them as if every feature had been divided by its size. With ``normalize=True`` the size
is MuTaR's l2 norm, which grows with the number of samples, and so does the effect of
the penalty. With ``normalize="std"`` it is the standard deviation, which does not.
"""

import matplotlib.pyplot as plt
import numpy as np

from mutar_cy import GroupLasso, alpha_max

# %%
# Samples from one population
# ---------------------------
# Two tasks with six features: a dose in micrograms, a temperature in degrees, and four
# without an effect.

rng = np.random.default_rng(0)
UNITS = np.array([1000.0, 5.0, 1.0, 1.0, 1.0, 1.0])


def draw(n_samples):
    """Return the designs and targets of two tasks."""
    scaled = rng.standard_normal((2, n_samples, 6))
    noise = rng.standard_normal((2, n_samples))
    return scaled * UNITS, scaled[:, :, 0] + 0.5 * scaled[:, :, 1] + noise


# %%
# More samples, the same alpha
# ----------------------------
# The two alphas give the same fit at 100 samples. With the standard deviation the
# coefficient of the dose stays the same, except for sampling noise. With the l2 norm,
# more samples are penalised more, until all coefficients are zero.

sizes = [25, 50, 100, 200, 400, 800, 1600]
alphas = {"std": 0.5, True: 0.5 / np.sqrt(100)}
effects = {how: [] for how in alphas}
for n_samples in sizes:
    X, y = draw(n_samples)
    for how, alpha in alphas.items():
        model = GroupLasso(alpha, normalize=how).fit(X, y)
        effects[how].append(np.linalg.norm(model.coef_[0]) * UNITS[0])

fig, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
for (how, values), style in zip(effects.items(), ("C0o-", "C1s--"), strict=True):
    ax.semilogx(sizes, values, style, label=f"normalize={how!r}")
ax.axhline(np.sqrt(2), color="0.6", linewidth=0.8)
ax.annotate("truth", (sizes[0], np.sqrt(2)), (2, 3), textcoords="offset points")
ax.set(xlabel="number of samples per task", ylabel="effect of the dose (norm)", ylim=0)
ax.set_xticks(sizes, sizes)
ax.minorticks_off()
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# The same happens in cross-validation, where a fold fits to four fifths of the samples.
# With the l2 norm, the fit to all samples is penalised more than the fits to folds that
# chose alpha, by the factor :math:`\sqrt{5/4} = 1.12`.

X, y = draw(100)
for how in (True, "std"):
    model = GroupLasso(normalize=how)
    whole, fold = alpha_max(model, X, y), alpha_max(model, X[:, :80], y[:, :80])
    print(
        f"normalize={how!r}: alpha_max of all samples {whole:.3f}, of a fold {fold:.3f}"
    )
