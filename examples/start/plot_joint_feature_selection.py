"""
=================================================
MultiTaskLasso: joint feature selection over time
=================================================

Forty tasks are forty points in time, measured on the same hundred samples. Five of
thirty features matter, with coefficients that vary smoothly in time and cross zero.
This is the problem of scikit-learn's gallery; only the import line of ``Lasso`` and
``MultiTaskLasso`` is changed.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.utils import check_random_state

from mutar_cy.linear_model import Lasso, MultiTaskLasso

# %%
# The problem
# -----------
# Row ``k`` of ``truth`` holds the coefficients of task ``k``, as in scikit-learn.

random = check_random_state(42)
n_samples, n_features, n_tasks, n_relevant = 100, 30, 40, 5
times = np.linspace(0, 2 * np.pi, n_tasks)
truth = np.zeros((n_tasks, n_features))
for feature in range(n_relevant):
    frequency, phase = 1.0 + random.randn(1), 3 * random.randn(1)
    truth[:, feature] = np.sin(frequency * times + phase)
X = random.randn(n_samples, n_features)
Y = X @ truth.T + random.randn(n_samples, n_tasks)

# %%
# One Lasso per task, and one MultiTaskLasso
# ------------------------------------------

tol = 1e-8
alone = [Lasso(alpha=0.5, tol=tol).fit(X, y) for y in Y.T]
together = MultiTaskLasso(alpha=1.0, tol=tol).fit(X, Y)
supports = {
    "truth": truth != 0,
    "Lasso, task by task": np.array([model.coef_ for model in alone]) != 0,
    "MultiTaskLasso": together.coef_ != 0,
}
for title, support in supports.items():
    per_task = support.sum(axis=1)
    print(
        f"{title:<20} {support.any(axis=0).sum():2} features in some task, "
        f"{per_task.min()} to {per_task.max()} in each"
    )

# %%
# Selected features by task
# -------------------------
# One lasso per task drops a feature at times of small coefficients. ``MultiTaskLasso``
# selects it for all tasks or for none.

fig, axes = plt.subplots(1, 3, figsize=(9, 4), sharey=True, layout="constrained")
for ax, (title, support) in zip(axes, supports.items(), strict=True):
    ax.imshow(support, aspect="auto", cmap="Blues", vmax=1.4, interpolation="nearest")
    ax.set(title=title, xlabel="feature")
axes[0].set_ylabel("task, in order of time")
plt.show()

# %%
# Coefficients of one feature
# ---------------------------
# The first feature over time. The l1 penalty sets small coefficients to zero. The l2,1
# penalty shrinks the whole curve and keeps its shape.

fig, ax = plt.subplots(figsize=(7, 3.5), layout="constrained")
ax.plot(times, truth[:, 0], color="0.2", linewidth=2, label="truth")
ax.plot(times, [model.coef_[0] for model in alone], "C1.-", label="Lasso, task by task")
ax.plot(times, together.coef_[:, 0], "C0.-", label="MultiTaskLasso")
ax.set(xlabel="time", ylabel="coefficient of feature 0", ylim=(-1.15, 1.45))
ax.legend(frameon=False, loc="upper center", ncols=3)
ax.spines[["top", "right"]].set_visible(False)
plt.show()
