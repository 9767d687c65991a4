"""
======================================================================
Population of neurons: covariates for each neuron, or for all together
======================================================================

Which covariates drive a population of neurons? There are two answers. Each neuron may
have its own covariates: :class:`~mutar_cy.IndLasso` with ``groups`` selects them for
each neuron alone. Or all neurons have the same ones: :class:`~mutar_cy.GroupLasso`
selects them for all neurons at once. :class:`~mutar_cy.DirtyModel` is between the two.
The data are simulated, so that the answer is known. :doc:`/guide/populations` compares
the objectives.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.special import ndtr
from sklearn.compose import ColumnTransformer

from mutar_cy import DirtyModelCV, GroupLassoCV, IndLassoCV
from mutar_cy.preprocessing import RaisedCosineTransformer

# %%
# Twelve neurons, ten covariates
# ------------------------------
# Position and speed drive all neurons, each with a curve of its own. The direction of
# the head drives every second one, and reward drives two. The other covariates have no
# effect. The recording is short: 300 bins to learn from. Another 2000 are for the end.

N_LEARN, N_NEW, N_BASIS = 300, 2000, 5
CELLS = [f"cell {k}" for k in range(1, 13)]
COVARIATES = ["position", "speed", "direction", "reward"]
COVARIATES += ["pupil", "licking", "whisking", "temperature", "light", "noise level"]
rng = np.random.default_rng(1)

truth = pd.DataFrame(False, index=COVARIATES, columns=CELLS)
truth.loc[["position", "speed"]] = True
truth.loc["direction", CELLS[::2]] = True
truth.loc["reward", ["cell 3", "cell 8"]] = True

values = ndtr(rng.standard_normal((N_LEARN + N_NEW, len(COVARIATES))))
covariates = pd.DataFrame(values, columns=COVARIATES)
phases = rng.uniform(0, 2 * np.pi, truth.shape)
curves = np.sin(2 * np.pi * values[:, :, None] * 0.8 + phases)  # samples, covariates
log_rate = -0.5 + 0.6 * np.einsum("scn,cn->sn", curves, truth.to_numpy())
counts = pd.DataFrame(rng.poisson(np.exp(log_rate)), columns=CELLS)
print(f"{len(CELLS)} cells, {counts.to_numpy().mean():.1f} spikes per bin")

# %%
# Each covariate is a group of five raised cosines. The table of covariates is the same
# for all neurons, and y has a column per neuron.

bases = ColumnTransformer(
    [(name, RaisedCosineTransformer(N_BASIS), [name]) for name in COVARIATES]
).set_output(transform="pandas")
X = bases.fit_transform(covariates)
learn, new = slice(N_LEARN), slice(N_LEARN, None)

# %%
# Three fits
# ----------
# The calls differ by the class. Alpha is chosen by cross-validation, as the largest
# within one standard error of the best. ``IndLassoCV`` has one alpha per neuron.
# ``DirtyModelCV`` also chooses the ratio of its two penalties: at 0.3 a covariate is
# shared from :math:`1 / 0.3^2 = 11` coefficients on, about two neurons.

options = {"groups": "prefix", "loss": "poisson", "alphas": 20, "eps": 0.02}
options |= {"rule": "1se", "n_jobs": 2}
models = {
    "IndLasso": IndLassoCV(**options),
    "DirtyModel": DirtyModelCV(ratios=[0.15, 0.2, 0.3, 0.45, 0.7], **options),
    "GroupLasso": GroupLassoCV(**options),
}
for model in models.values():
    model.fit(X[learn], counts[learn])
dirty = models["DirtyModel"]
print(f"chosen ratio beta / alpha: {dirty.beta_ / dirty.alpha_:.2f}")


def sizes(model):
    """Return the norm of the coefficients of each covariate in each neuron."""
    norms = {g: np.linalg.norm(w, axis=0) for g, w in model.coef_by_group().items()}
    return pd.DataFrame(norms, index=model.tasks_).T


# %%
# Selected covariates
# -------------------
# The darker, the larger the coefficients; crosses are covariates that are selected and
# have no effect. ``IndLasso`` selects for each neuron, with few false covariates.
# ``GroupLasso`` selects direction and reward for all neurons, because some need them.
# ``DirtyModel`` selects reward for the two neurons that it drives, and direction for
# all.

panels = {"truth": truth.astype(float)}
panels |= {name: sizes(model) for name, model in models.items()}
fig, axes = plt.subplots(1, 4, figsize=(11, 3.6), sharey=True, layout="constrained")
for ax, (name, values) in zip(axes, panels.items(), strict=True):
    shade = values.where(values > 0)  # white where nothing is selected
    ax.imshow(shade, cmap="Blues", vmin=-0.3 * values.max().max(), aspect="auto")
    row, column = np.nonzero((values > 0).to_numpy() & ~truth.to_numpy())
    ax.plot(column, row, "x", color="black", markersize=5)
    ax.set(title=name, xlabel="cell")
    ax.set_xticks(range(0, 12, 2), range(1, 13, 2))
axes[0].set_yticks(range(len(COVARIATES)), COVARIATES)
plt.show()

# %%
# Deviance explained on new bins
# ------------------------------
# The mean over neurons of D², the fraction of the deviance that is explained, for the
# new bins.

for name, model in models.items():
    selected = panels[name] > 0
    missed = (truth & ~selected).to_numpy().sum()
    false = (~truth & selected).to_numpy().sum()
    score = model.score(X[new], counts[new])
    print(f"{name:<10} D² {score:.3f}, {missed} missed, {false} falsely selected")

# %%
# Models that share predict a little better: with few bins, a neuron alone needs more
# shrinkage. But they select false covariates where neurons differ. Use ``IndLasso`` to
# list covariates neuron by neuron, ``GroupLasso`` to describe the population, and
# ``DirtyModel`` if some covariates are common and some are not.
