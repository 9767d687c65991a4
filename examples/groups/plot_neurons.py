"""
===============================================================
Poisson group lasso of neurons: spike history and tuning curves
===============================================================

Which covariates drive five neurons: the direction of the head, the running speed, the
light, or their own past spikes? Each covariate is a group of basis functions, and
:class:`~mutar_cy.GroupLasso` selects or drops it for all neurons together.
Every neuron has its own spike history, and so its own design. The data are simulated,
so the answer is known.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.special import ndtr
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer

from mutar_cy import GroupLassoCV
from mutar_cy.plotting import TuningCurveDisplay
from mutar_cy.preprocessing import (
    LagTransformer,
    RaisedCosineTransformer,
    drop_incomplete,
)

# %%
# Five neurons in sixty trials
# ----------------------------
# A trial has 80 bins of 20 ms. Each neuron prefers a direction of the head, fires more
# at higher speed, is silent for some bins after a spike, and more active after that.
# Red light excites two neurons and inhibits two. Temperature and pupil size have no
# effect.

N_TRIALS, N_BINS, N_LAGS = 60, 80, 20
CELLS = [f"cell {k}" for k in range(1, 6)]
rng = np.random.default_rng(0)


def smooth(decay):
    """Return a series for each trial, stationary, with variance 1."""
    series = rng.standard_normal((N_TRIALS, N_BINS))
    for t in range(1, N_BINS):
        series[:, t] = decay * series[:, t - 1] + np.sqrt(1 - decay**2) * series[:, t]
    return series


light = rng.choice(["off", "green", "red"], N_TRIALS)
start = rng.uniform(0, 2 * np.pi, (N_TRIALS, 1))
recorded = {
    "direction": (start + np.cumsum(0.1 * smooth(0.9), axis=1)) % (2 * np.pi),
    "speed": 30 * ndtr(smooth(0.9)),  # cm/s
    "temperature": ndtr(smooth(0.9)),
    "pupil": ndtr(smooth(0.8)),
    "light": np.repeat(light[:, None], N_BINS, axis=1),
}
preferred = 2 * np.pi * np.arange(5) / 5
effect_of_red = np.array([1.2, -1.0, 0.0, 1.0, -1.2])
lags = np.arange(1, N_LAGS + 1)
true_filter = 0.25 * np.exp(-(((lags - 8) / 3) ** 2)) - 4 * np.exp(-lags / 2)

cells = (slice(None), None, None)
predictor = np.cos(recorded["direction"] - preferred[cells]) - 2.3
predictor += np.tanh(recorded["speed"] / 8)
predictor += effect_of_red[cells] * (recorded["light"] == "red")
spikes = np.zeros(predictor.shape)
for t in range(N_BINS):
    past = spikes[..., max(0, t - N_LAGS) : t][..., ::-1]
    history = past @ true_filter[: past.shape[-1]]
    spikes[..., t] = rng.poisson(np.exp(predictor[..., t] + history))

cell, trial, _ = np.indices(spikes.shape).reshape(3, -1)
table = pd.DataFrame({name: np.tile(x.ravel(), 5) for name, x in recorded.items()})
table.insert(0, "cell", np.array(CELLS)[cell])
table.insert(1, "trial", trial)
table["spikes"] = spikes.ravel()
print(table.sample(4, random_state=0).round(2).to_string(index=False))

# %%
# Fit and tuning curves
# ---------------------
# A ``ColumnTransformer`` makes one group per covariate: raised cosines of logarithmic
# lags, a periodic spline, raised cosines, a one-hot code. The first bins of a trial
# have no complete past, and ``drop_incomplete`` removes them from X and y. Whole trials
# are held out in cross-validation. A second fit with weights from the first follows,
# see below. The picture shows the groups that it selects, with the contribution of each
# to the logarithm of the rate.

past = RaisedCosineTransformer(6, log=True)
knots = np.linspace(0, 2 * np.pi, 9)[:, None]
bases = ColumnTransformer(
    [
        ("cell", "passthrough", ["cell"]),
        (
            "history",
            LagTransformer(N_LAGS, trial_column=["cell", "trial"], basis=past),
            ["cell", "trial", "spikes"],
        ),
        (
            "direction",
            SplineTransformer(knots=knots, extrapolation="periodic"),
            ["direction"],
        ),
        ("speed", RaisedCosineTransformer(6), ["speed"]),
        ("temperature", RaisedCosineTransformer(6), ["temperature"]),
        ("pupil", RaisedCosineTransformer(6), ["pupil"]),
        ("light", OneHotEncoder(sparse_output=False), ["light"]),
    ]
).set_output(transform="pandas")
X, y, trials = drop_incomplete(
    bases.fit_transform(table), table["spikes"], table["trial"]
)
first = GroupLassoCV(
    groups="prefix",
    loss="poisson",
    alphas=10,
    cv=GroupKFold(5),
    rule="1se",
    task_column="cell__cell",
).fit(X, y, groups=trials)
weights = 1 / np.maximum(first.group_norms_, 1e-9)
model = clone(first).set_params(penalty_weights=weights).fit(X, y, groups=trials)
curves = TuningCurveDisplay.from_estimator(make_pipeline(bases, model), table)
plt.show()

# %%
# Selected groups
# ---------------
# Cross-validation chooses alpha for prediction, and the first fit lets in temperature
# and pupil size with small norms. The second fit divides the penalty of each group by
# its norm in the first (an adaptive group lasso). It drops them, and shrinks the others
# less.

norms = {"first fit": first.group_norms_, "second fit": model.group_norms_}
print(pd.DataFrame(norms, model.group_names_).round(2).to_string())

# %%
# Estimates and truth
# -------------------
# The curves are also a table. The direction with the largest contribution is close to
# the preferred one, and the filter of the spike history follows the true one, which is
# the same for all neurons; the penalty shrinks both.

frame = curves.frame().astype({"contribution": float})
direction = frame[frame["feature"] == "direction"]
peaks = direction.loc[direction.groupby("task")["contribution"].idxmax()]
angles = pd.DataFrame({"found": peaks["point"].to_numpy(float), "true": preferred})
print(np.rad2deg(angles.set_axis(CELLS)).round().astype(int).to_string())

filters = frame[frame["feature"] == "spikes"]
fig, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
for _, own in filters.groupby("task"):
    ax.plot(20 * own["point"], own["contribution"], "C0", linewidth=1, label="found")
ax.plot(20 * lags, true_filter, "k--", label="true")
ax.axhline(0, color="0.7", linewidth=0.8, zorder=0)
ax.set(xlabel="time since a spike (ms)", ylabel="effect on the log rate")
ax.legend(handles=ax.get_lines()[4:6], frameon=False)
ax.spines[["top", "right"]].set_visible(False)
plt.show()
