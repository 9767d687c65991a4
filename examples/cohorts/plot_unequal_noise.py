"""
=================================================
Group lasso with unequal noise: concomitant=True
=================================================

Five tasks share ten features, and their noise levels range from 0.3 to 6. With equal
weights, the noise of the worst task decides which features enter a group lasso. With
``concomitant=True``, :class:`~mutar_cy.GroupLasso` estimates the noise levels, too.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import average_precision_score

from mutar_cy import GroupLasso, pivotal_alpha, regularization_path

rng = np.random.default_rng(0)
noise, n_samples, n_features, n_true = (0.3, 0.6, 1.5, 3.0, 6.0), 60, 100, 10
X = [rng.standard_normal((n_samples, n_features)) for _ in noise]
coef = np.zeros((n_features, len(noise)))
coef[:n_true] = 0.4 * rng.choice([-1.0, 1.0], (n_true, len(noise)))
y = [
    x @ w + level * rng.standard_normal(n_samples)
    for x, w, level in zip(X, coef.T, noise, strict=True)
]

# %%
# Two paths
# ---------
#
# A feature that enters a path before others is ranked before them. The average
# precision of this ranking is 1 if all ten true features enter first.

fig, axes = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained", sharey=True)
for ax, concomitant in zip(axes, (False, True), strict=True):
    model = GroupLasso(concomitant=concomitant)
    path = regularization_path(model, X, y, alphas=20, eps=0.15)
    norms = np.linalg.norm(path.coefs, axis=1)  # (n_features, n_alphas)
    ranks = (norms > 0).sum(axis=1) + norms[:, -1] / (1 + norms[:, -1].max())
    score = average_precision_score(np.arange(n_features) < n_true, ranks)
    shares = path.alphas / path.alphas[0]
    ax.plot(shares, norms[n_true:].T, color="0.75", linewidth=0.8)
    ax.plot(shares, norms[:n_true].T, color="tab:blue")
    ax.set_xscale("log")
    ax.invert_xaxis()
    ax.set_title(f"concomitant={concomitant}: average precision {score:.2f}")
    ax.set_xlabel("alpha, relative to the largest")
axes[0].set_ylabel("norm of the feature's coefficients")
axes[1].plot([], [], color="tab:blue", label="true features")
axes[1].plot([], [], color="0.75", label="other features")
axes[1].legend(frameon=False)
plt.show()

# %%
# Noise levels, and an alpha without cross-validation
# ---------------------------------------------------
#
# With estimated levels the largest alpha for pure noise has a known distribution.
# :func:`~mutar_cy.pivotal_alpha` returns its 95 % quantile.

alpha = pivotal_alpha(GroupLasso(concomitant=True), X, y, random_state=0)
model = GroupLasso(alpha=alpha, concomitant=True).fit(X, y)
print(f"alpha {alpha:.2f} selects", model.selected_groups_)
print("levels", model.sigma_.round(2), "of residuals that contain shrinkage")
