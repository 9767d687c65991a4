"""
========================================
MTW with unequal noise: concomitant=True
========================================

Some tasks are measured with little noise, others with much. One alpha is then too
strong for some tasks and too weak for others. With ``concomitant=True``,
:class:`~mutar_cy.MTW` estimates a noise level for each task, together with the
coefficients, and divides the task's squared errors by it.
"""

from copy import copy

import matplotlib.pyplot as plt
import numpy as np

from mutar_cy import MTW, IndLasso, alpha_max, ot

# %%
# Four tasks
# ----------
# All tasks have the same three peaks, up to two positions apart, on a line of sixty
# positions. The standard deviation of the noise doubles from task to task. There are 60
# samples per task to fit, and 60 more to choose alpha and beta.

LEVELS = np.array([0.25, 0.5, 1.0, 2.0])
N_TASKS, N_SAMPLES, N_FEATURES = len(LEVELS), 60, 60


def draw(seed):
    """Return the coefficients and two pairs (X, y): to learn and to choose."""
    rng = np.random.default_rng(seed)
    position = np.arange(N_FEATURES)[:, None]
    coef = np.zeros((N_FEATURES, N_TASKS))
    for sign, centre in ((1, 12), (-1, 30), (1, 48)):
        moved = centre + rng.integers(-2, 3, N_TASKS)
        coef += sign * np.maximum(0, 1 - abs(position - moved) / 2)

    def sample():
        X = rng.standard_normal((N_TASKS, N_SAMPLES, N_FEATURES))
        clean = np.einsum("tnp,pt->tn", X, coef)
        return X, clean + LEVELS[:, None] * rng.standard_normal(clean.shape)

    return coef, sample(), sample()


# %%
# With and without noise levels
# -----------------------------
# With noise levels the data term has the unit of the targets, not of their squares, and
# so have alpha and beta: their grid is divided by a standard deviation, and begins
# higher. The candidate that explains the validation samples best is kept; the score of
# a task is the share of its variance that is left.

OPTIONS = {"M": ot.grid_cost(N_FEATURES), "epsilon": 0.5, "gamma": 100.0, "tol": 1e-3}


def choose(concomitant, learn, apart):
    """Return the fitted model that predicts best on the samples set apart."""
    X, y = learn
    betas = np.max(alpha_max(IndLasso(), X, y)) * np.geomspace(0.1, 0.025, 4)
    if concomitant:
        betas *= 4 / y.std(axis=1).mean()
    model = MTW(concomitant=concomitant, warm_start=True, **OPTIONS)
    fits = [copy(model.set_params(alpha=b / 9, beta=b).fit(X, y)) for b in betas]

    def share_left(fit):
        errors = np.var(apart[1] - fit.predict(apart[0]), axis=1)
        return np.mean(errors / np.var(apart[1], axis=1))

    return min(fits, key=share_left)


# %%
# The estimated noise levels, beside the standard deviations of the residuals of the
# plain model, and the errors of the coefficients of both models, relative to the norm
# of the task's coefficients. All are means over two data sets.

SEEDS = range(2)
titles = ("concomitant=True", "concomitant=False")
levels, errors = np.zeros((2, 2, N_TASKS))
kept = {}
for seed in SEEDS:
    coef, learn, apart = draw(seed)
    for row, concomitant in enumerate((True, False)):
        model = kept[titles[row]] = choose(concomitant, learn, apart)
        left = np.sqrt(np.mean(np.square(model.residuals_), axis=1))
        levels[row] += (model.sigma_ if concomitant else left) / len(SEEDS)
        off = np.linalg.norm(model.coef_ - coef, axis=0)
        errors[row] += off / np.linalg.norm(coef, axis=0) / len(SEEDS)

print("noise of the task       ", *(f"{level:6.3f}" for level in LEVELS))
for what, table in {"level": levels, "error": errors}.items():
    for title, row in zip(titles, table, strict=True):
        print(f"{what}, {title:<17}", *(f"{value:6.3f}" for value in row))

fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
axes[0].plot(LEVELS, LEVELS, "k", linewidth=0.8, label="truth")
for row, style in enumerate(("C0-o", "C1--^")):
    axes[0].plot(LEVELS, levels[row], style, label=titles[row])
    axes[1].plot(LEVELS, errors[row], style, label=titles[row])
axes[0].set(title="level, or deviation of residuals", yscale="log")
axes[0].set_yticks(LEVELS, LEVELS)
axes[1].set(title="error of the coefficients", ylim=(0, None))
for ax in axes:
    ax.set(xlabel="noise of the task", xscale="log")
    ax.set_xticks(LEVELS, LEVELS)
    ax.minorticks_off()
    ax.spines[["top", "right"]].set_visible(False)
axes[0].legend(frameon=False)
plt.show()

# %%
# With noise levels all tasks have a smaller error, the best task by two fifths. The
# levels are in the right order but too low, because a level is the standard deviation
# of residuals, and a penalty that predicts well fits some of the noise. The residuals
# of the plain model are a worse estimate: those of the best task are larger than its
# noise, and those of the worst are smaller.

# %%
# The best and the worst task
# ---------------------------
# The last data set. Without noise levels, all tasks have the same alpha.

fig, axes = plt.subplots(
    2, 2, figsize=(9, 4), sharex=True, sharey=True, layout="constrained"
)
for column, (title, model) in zip(axes.T, kept.items(), strict=True):
    for task, ax in zip((0, N_TASKS - 1), column, strict=True):
        ax.fill_between(range(N_FEATURES), coef[:, task], color="0.75", label="truth")
        ax.plot(model.coef_[:, task], "C0", linewidth=1.2, label="found")
        ax.set_title(f"{title}, noise {LEVELS[task]}", fontsize=10)
        ax.spines[["top", "right"]].set_visible(False)
    column[1].set_xlabel("position")
fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
plt.show()
