"""
=========================================================
Poisson group lasso: selecting the covariates of a neuron
=========================================================

Does the firing of a neuron depend on the position of the animal, on its speed, or on
both? Each covariate is expanded in a basis of bumps, so that its effect may have any
shape, and the columns of a covariate are one group: :class:`~mutar_cy.GroupLasso`
selects or drops all of them. The data are simulated as in NeMoS's tutorial on this
question, so the answer is known.
"""

# sphinx_gallery_thumbnail_number = 2
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.interpolate import BSpline
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline

from mutar_cy import GroupLasso, regularization_path
from mutar_cy.plotting import RegularizationPathDisplay
from mutar_cy.preprocessing import RaisedCosineTransformer

# %%
# A hundred counts
# ----------------
# The logarithm of the rate is a cubic spline of the position with one inner knot; its
# five coefficients are random. The speed has no effect.

N_SAMPLES = 100
draws = np.random.RandomState(123)
covariates = pd.DataFrame(
    {"position": draws.randn(N_SAMPLES), "speed": draws.randn(N_SAMPLES)}
)
weights = draws.randn(5)


def true_rate(position):
    """Return the expected count at positions between the extremes of the data."""
    low, high = covariates["position"].min(), covariates["position"].max()
    knots = np.repeat([0.0, 0.5, 1.0], [4, 1, 4])
    basis = BSpline.design_matrix((position - low) / (high - low), knots, 3)
    return np.exp(basis @ weights)


counts = draws.poisson(true_rate(covariates["position"].to_numpy()))
print(f"{counts.sum()} events, at most {counts.max()} in a sample")

# %%
# Groups by name
# --------------
# Each covariate has six raised cosines. A ``ColumnTransformer`` with ``set_output``
# prefixes the name of every column with that of its covariate. ``groups="prefix"``
# makes a group of the columns with the same prefix.

names = list(covariates)
bases = ColumnTransformer(
    [(name, RaisedCosineTransformer(n_basis=6), [name]) for name in names]
).set_output(transform="pandas")
X = bases.fit_transform(covariates)
print("columns:", ", ".join([*X.columns[:2], "...", X.columns[-1]]))

# %%
# The path
# --------
# Alphas fall from the smallest one that selects nothing to a fiftieth of it, and each
# fit starts from the one before. Every fit has a certificate: the objective is at most
# ``dual_gaps`` above its minimum.

model = GroupLasso(groups="prefix", loss="poisson", tol=1e-10)
path = regularization_path(model, X, counts, eps=0.02)
enters = path.alphas[(path.group_norms > 0).argmax(axis=0)]
for name, alpha in zip(path.group_names, enters, strict=True):
    print(f"{name} is in from alpha = {alpha:.4f} on")
print(f"largest duality gap {path.dual_gaps.max():.1e}, ", end="")
print(f"of objectives down to {path.objectives.min():.3f}")

# %%
# Choosing alpha
# --------------
# Cross-validation chooses alpha, with the bases in the pipeline, so that their bounds
# are learnt from the training samples only. The score is D², the fraction of the
# deviance that is explained.

search = GridSearchCV(
    make_pipeline(bases, GroupLasso(groups="prefix", loss="poisson")),
    {"grouplasso__alpha": path.alphas[::5]},
    cv=KFold(5, shuffle=True, random_state=0),
    error_score="raise",
).fit(covariates, counts)
best = search.best_params_["grouplasso__alpha"]
model = search.best_estimator_[-1]
print(f"alpha = {best:.4f}, held-out D² = {search.best_score_:.2f}, ", end="")
print(f"selected: {', '.join(model.selected_groups_)}")

fig, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
RegularizationPathDisplay.from_path(path, alpha_best=best, ax=ax)
plt.show()

# %%
# Held-out deviance chooses a small alpha, because a large one shrinks the coefficients,
# and a small one also selects the speed, with a small norm. The order of selection is
# clearer: the position enters first, and the speed only at a quarter of the largest
# alpha.

# %%
# The tuning curve
# ----------------
# The estimated effect of the position, at the last alpha that leaves the speed out. For
# comparison, a fit without a penalty on the position, and with an infinite penalty on
# the speed.

alone = path.alphas[(path.group_norms[:, 1] > 0).argmax() - 1]
free = {"position": 0.0, "speed": np.inf}
models = {
    "penalised": GroupLasso(alpha=alone, groups="prefix", loss="poisson"),
    "not penalised": GroupLasso(groups="prefix", loss="poisson", penalty_weights=free),
}
position = covariates["position"].to_numpy()
grid = pd.DataFrame({"position": np.linspace(position.min(), position.max(), 200)})
grid["speed"] = covariates["speed"].median()
truth = true_rate(grid["position"].to_numpy())

fig, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
ax.plot(position, counts, "o", color="0.75", markersize=3, label="counts")
ax.plot(grid["position"], truth, "k", linewidth=1.2, label="truth")
for (label, model), style in zip(models.items(), ("C0--", "C1-."), strict=True):
    rate = model.fit(X, counts).predict(bases.transform(grid))
    ax.plot(grid["position"], rate, style, linewidth=2, label=label)
    error = np.sqrt(np.mean((rate - truth) ** 2))
    print(f"{label}: {', '.join(model.selected_groups_)}", end=", ")
    print(f"error of the curve {error:.2f}")
ax.set(xlabel="position", ylabel="expected count")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# The penalty also smooths the estimate. A hundred counts are few for six coefficients,
# and without a penalty the curve follows the noise where samples are rare.
