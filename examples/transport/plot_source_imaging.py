"""
===================================================
M/EEG-like source imaging of several subjects (MTW)
===================================================

Sensors outside a sheet of tissue measure its sources: there are far fewer sensors than
places of sources, and neighbouring sources look nearly the same from outside. Several
subjects do the same task, but their sensors are at different places, so each has its
own design matrix, and their sources are at about the same places.
:class:`~mutar_cy.MTW` and :class:`~mutar_cy.ReMTW` were proposed for this problem, with
the geometry of a brain; here the sheet is flat and the data are simulated, so that the
sources are known.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import linprog

from mutar_cy import (
    MTW,
    GroupLasso,
    IndLasso,
    IndRewLasso,
    ReMTW,
    ReweightedGroupLasso,
    alpha_max,
    ot,
)
from mutar_cy.plotting import CoefficientMapDisplay

# %%
# Subjects
# --------
# The sheet has 12 x 12 places. Above it are 25 sensors, on a slightly irregular grid
# and at different heights in every subject; the signal of a source falls with the cube
# of the distance. Columns have norm 1. Each of three sources, of known orientation, is
# up to one place away from its mean position. There are two recordings of every
# subject: one to fit, one to choose alpha and beta.

SIDE, N_SUBJECTS, N_SENSORS = 12, 4, 25
SIGNAL_TO_NOISE = 4.0
places = ot.grid_coordinates((SIDE, SIDE))


def leadfield(rng):
    """Return what 25 sensors see of each place, (n_sensors, n_places)."""
    sensors = ot.grid_coordinates((5, 5), spacing=(SIDE + 2) / 4) - 1.5
    sensors += rng.normal(0, 0.7, sensors.shape)
    height = 2 + 0.3 * rng.random()
    apart = ((sensors[:, None] - places) ** 2).sum(axis=2)
    X = (apart + height**2) ** -1.5
    return X / np.linalg.norm(X, axis=0)


def draw(seed):
    """Return designs, amplitudes, where they are, and two recordings."""
    rng = np.random.default_rng(seed)
    X = np.array([leadfield(rng) for _ in range(N_SUBJECTS)])
    centres = np.array([[[3, 3]], [[3, 8]], [[8, 5]]])
    centres = centres + rng.integers(-1, 2, (3, N_SUBJECTS, 2))
    coef = np.zeros((SIDE**2, N_SUBJECTS))
    for source in centres @ [SIDE, 1]:
        coef[source, np.arange(N_SUBJECTS)] += rng.uniform(0.8, 1.2, N_SUBJECTS)
    clean = np.einsum("tnp,pt->tn", X, coef)
    noise = clean.std() / SIGNAL_TO_NOISE * rng.standard_normal((2, *clean.shape))
    return X, coef, centres, clean + noise


X, coef, centres, recordings = draw(0)
near = np.sum(X[0][:, :-1] * X[0][:, 1:], axis=0)[places[:-1, 1] < SIDE - 1]
print(f"median cosine of neighbouring columns: {np.median(near):.2f}")

# %%
# Distance between estimate and truth
# -----------------------------------
# The score is the mean distance that mass has to be moved to turn the estimated
# amplitudes into the true ones: a transport distance, in steps of the grid, of
# amplitudes that are scaled to a sum of 1. A linear program computes it, without
# entropy.

distances = np.sqrt(ot.grid_cost((SIDE, SIDE)))


def distance_moved(found, true):
    """Return the mean distance from the found to the true amplitudes."""
    sources, sinks = np.flatnonzero(found > 1e-4 * found.max()), np.flatnonzero(true)
    give = np.kron(np.eye(len(sources)), np.ones(len(sinks)))
    take = np.kron(np.ones(len(sources)), np.eye(len(sinks)))
    masses = [found[sources] / found[sources].sum(), true[sinks] / true[sinks].sum()]
    costs = distances[np.ix_(sources, sinks)].ravel()
    return linprog(costs, A_eq=np.vstack([give, take]), b_eq=np.hstack(masses)).fun


# %%
# Six models
# ----------
# All models have ``positive=True``. For the transport models the cost is the squared
# distance on the sheet, as one small matrix for each axis. Alpha and beta are those
# that predict the second recording best.

OPTIONS = {"positive": True, "fit_intercept": False}
TRANSPORT = {
    "M": ot.grid_factors((SIDE, SIDE)),
    "epsilon": 0.25,
    "gamma": 300.0,
    "tol": 1e-3,
}
LASSOS = (IndLasso, IndRewLasso, GroupLasso, ReweightedGroupLasso)
CLASSES = (*LASSOS, MTW, ReMTW)


def path(cls, X, y):
    """Return a model for every alpha on a grid."""
    if cls in LASSOS:
        largest = np.max(alpha_max(cls(**OPTIONS), X, y))
        alphas = largest * np.geomspace(0.8, 0.01, 14)
        return [cls(alpha, **OPTIONS) for alpha in alphas]
    betas = np.array([0.2, 0.07, 0.025])
    betas = betas * np.max(alpha_max(IndLasso(**OPTIONS), X, y))
    return [
        cls(beta / far**2, beta, **TRANSPORT, **OPTIONS)
        for far in (3, 8)
        for beta in betas
    ]


def choose(cls, X, recordings):
    """Return the fitted model that predicts the second recording best."""
    fits = [model.fit(X, recordings[0]) for model in path(cls, X, recordings[0])]
    return min(fits, key=lambda fit: np.mean((recordings[1] - fit.predict(X)) ** 2))


# %%
# Estimated sources
# -----------------
# Three groups of subjects. In the table, ``places`` are those with more than a
# hundredth of the largest amplitude; truly there are three per subject.

SEEDS = range(3)
moved, counts = np.zeros((2, len(CLASSES), len(SEEDS)))
kept = {}
for number, seed in enumerate(SEEDS):
    X, coef, centres, recordings = draw(seed)
    for row, cls in enumerate(CLASSES):
        model = choose(cls, X, recordings)
        pairs = zip(model.coef_.T, coef.T, strict=True)
        moved[row, number] = np.mean([distance_moved(*pair) for pair in pairs])
        large = model.coef_ > 0.01 * model.coef_.max()
        counts[row, number] = large.sum() / N_SUBJECTS
        kept[cls] = model
print("                      distance  (from, to)   places")
for cls, row, count in zip(CLASSES, moved, counts.mean(axis=1), strict=True):
    print(f"{cls.__name__:<20} {row.mean():8.2f}", end="  ")
    print(f"({row.min():.2f}, {row.max():.2f})", f"{count:7.1f}")

# %%
# Of the convex models MTW is closest to the truth, with more places than any other: it
# spreads uncertain sources over their neighbourhood. Square roots make supports small,
# and of the three models with square roots ReMTW is closest. To select the same places
# for all subjects, as group lassos do, is worse here than not to share at all.

# %%
# The last group of subjects. Circles are the true sources; every model has its own
# colour scale.

fig, axes = plt.subplots(4, 7, figsize=(9, 5.5), layout="constrained")
names = [
    "truth",
    *(cls.__name__.replace("weightedG", "weighted\nG") for cls in CLASSES),
]
columns = [coef, *(kept[cls].coef_ for cls in CLASSES)]
for name, column, found in zip(names, axes.T, columns, strict=True):
    style = {"cmap": "Blues", "vmin": 0, "vmax": found.max()}
    for subject, ax in enumerate(column):
        ax.imshow(found[:, subject].reshape(SIDE, SIDE), **style)
        row, place = np.unravel_index(np.flatnonzero(coef[:, subject]), (SIDE, SIDE))
        ax.plot(place, row, "o", color="C1", markersize=7, markerfacecolor="none")
        ax.set(xticks=[], yticks=[])
    column[0].set_title(name, fontsize=9)
for subject, ax in enumerate(axes[:, 0]):
    ax.set_ylabel(f"subject {subject + 1}")
plt.show()

# %%
# The barycentre
# --------------
# The estimates of MTW for the four subjects, and their barycentre, in one colour scale.

subjects = [f"subject {number + 1}" for number in range(N_SUBJECTS)]
CoefficientMapDisplay.from_estimator(
    kept[MTW], (SIDE, SIDE), task_names=subjects, n_columns=5
)
plt.show()

# %%
# The mean of the four subjects' amplitudes has a spot for every place that was found in
# one of them; a barycentre moves them together first. Circles are the mean positions of
# the true sources.

pictures = {
    "mean of the truth": coef.mean(axis=1),
    "mean of IndLasso": kept[IndLasso].coef_.mean(axis=1),
    "barycentre of MTW": kept[MTW].barycenter_,
    "barycentre of ReMTW": kept[ReMTW].barycenter_,
}
fig, axes = plt.subplots(1, 4, figsize=(9, 2.6), layout="constrained")
for ax, (title, picture) in zip(axes, pictures.items(), strict=True):
    ax.imshow(picture.reshape(SIDE, SIDE), cmap="Blues", vmin=0, vmax=picture.max())
    row, place = centres.mean(axis=1).T
    ax.plot(place, row, "o", color="C1", markersize=10, markerfacecolor="none")
    ax.set_title(title, fontsize=10)
    ax.set(xticks=[], yticks=[])
plt.show()
