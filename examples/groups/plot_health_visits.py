"""
==============================================
Poisson regression with splines: doctor visits
==============================================

The RAND health insurance experiment assigned insurance plans to families in the United
States by lot, and counted their visits to doctors for years. The 20190 counts, one per
person and year, come with statsmodels. This example selects the covariates that explain
them. Smooth covariates enter as splines, categories as dummy variables, and
:class:`~mutar_cy.GroupLasso` selects or drops each covariate as a whole.
"""

# sphinx_gallery_thumbnail_number = 2
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import statsmodels.api as sm
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import PoissonRegressor
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer

from mutar_cy import GroupLasso, alpha_max, regularization_path
from mutar_cy.plotting import RegularizationPathDisplay

# %%
# Seven covariates, and seven shuffled copies
# -------------------------------------------
# Four covariates describe the plan: the share of the bill that the patient pays (one of
# five), whether there is a deductible, the yearly payment for taking part and the
# maximum expense, both as logarithms. Three describe the person: physical limitations,
# an index of chronic diseases, and self-rated health. Every covariate has a copy whose
# rows are shuffled; a good fit leaves it out.

raw = sm.datasets.randhie.load_pandas().data
visits = raw["mdvis"].to_numpy()
ill = raw[["hlthg", "hlthf", "hlthp"]].to_numpy()
people = pd.DataFrame(
    {
        "share": np.expm1(raw["lncoins"]).round().astype(int),
        "deductible": raw["idp"],
        "payment": raw["lpi"],
        "most": raw["fmde"],
        "limits": raw["physlm"],
        "diseases": raw["disea"],
        "health": np.select(list(ill.T > 0), ["good", "fair", "poor"], "excellent"),
    }
)
rng = np.random.default_rng(0)
shuffled = people.iloc[rng.permutation(len(people))].reset_index(drop=True)
covariates = people.join(shuffled.add_prefix("shuffled "))
print(people.sample(4, random_state=1).to_string(index=False))

# %%
# One transformer per covariate
# -----------------------------
# The name of a transformer is the name of its group: ``groups="prefix"`` reads the
# prefixes that ``ColumnTransformer`` writes.

splines = SplineTransformer(n_knots=4, include_bias=False)
dummies = OneHotEncoder(drop="first", sparse_output=False)
kinds = dict.fromkeys(["payment", "most", "diseases"], splines)
kinds |= dict.fromkeys(["share", "health"], dummies)
kinds |= dict.fromkeys(["deductible", "limits"], "passthrough")
kinds |= {f"shuffled {name}": kind for name, kind in kinds.items()}
expand = ColumnTransformer(
    [(name, kinds[name], [name]) for name in covariates]
).set_output(transform="pandas")
X = expand.fit_transform(covariates)
print(X.shape[1], "columns, among them:", ", ".join(X.columns[[0, 4, 5]]))

# %%
# Folds
# -----
# Consecutive rows are several years of the same person, but the table has no number of
# the person. So runs of a hundred rows are held out together: except at the edges of a
# run, nobody is in the training set and in the test set. A quarter of the runs is test
# data.

runs = np.arange(len(visits)) // 100
learn, new = next(GroupKFold(4, shuffle=True, random_state=0).split(X, visits, runs))
folds = list(GroupKFold(4).split(learn, groups=runs[learn]))


def search(model, alphas, refit=True):
    """Return the grid search over alpha by explained deviance, fitted."""
    pipeline = Pipeline([("expand", expand), ("model", model)])
    grid = {"model__alpha": alphas}
    found = GridSearchCV(pipeline, grid, cv=folds, refit=refit, error_score="raise")
    return found.fit(covariates.iloc[learn], visits[learn])


# %%
# Choosing alpha
# --------------
# A coefficient of 1 has a different effect in splines, dummy variables and plain
# columns. ``standardize_groups`` penalises the change of the linear predictor by a
# group instead of the size of its coefficients; this does not depend on units, nor on
# the basis. The rule takes the largest alpha whose held-out D² is within one standard
# error of the best.


def largest_alpha(results):
    """Return the place of the strongest penalty within one standard error."""
    mean, spread = results["mean_test_score"], results["std_test_score"]
    best = mean.argmax()
    return np.argmax(mean >= mean[best] - spread[best] / np.sqrt(len(folds)))


model = GroupLasso(groups="prefix", loss="poisson", standardize_groups=True)
largest = alpha_max(model, X.iloc[learn], visits[learn])
ours = search(model, largest * np.geomspace(0.3, 0.02, 6), refit=largest_alpha)
ridge = PoissonRegressor(solver="newton-cholesky")
theirs = search(ridge, np.geomspace(0.1, 1e-3, 3))
for label, found in {"group lasso": ours, "scikit-learn's ridge": theirs}.items():
    held_out = found.cv_results_["mean_test_score"][found.best_index_]
    on_new = found.score(covariates.iloc[new], visits[new])
    print(f"{label:<21} alpha {found.best_params_['model__alpha']:.3f}", end=", ")
    print(f"D² held out {held_out:.3f}, on new people {on_new:.3f}")

chosen = ours.best_estimator_["model"]
print("kept:", ", ".join(chosen.selected_groups_))

# %%
# The group lasso selects all seven covariates and no shuffled copy. The ridge keeps all
# fourteen and cannot tell them apart; it predicts a little better. Neither predicts
# well: the covariates explain a small part of the number of visits.
#
# The path shows how clear the choice is. All seven are selected before the first copy
# (grey). The height of a line is the standard deviation of the group's contribution to
# the linear predictor, so lines can be compared.

design = X.iloc[learn].to_numpy()
path = regularization_path(model, X.iloc[learn], visits[learn], alphas=50, eps=0.01)
sizes = [np.std(design[:, own] @ path.coefs[own], axis=0) for own in chosen.groups_]
fig, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
display = RegularizationPathDisplay(
    alphas=path.alphas,
    coefs=sizes,
    feature_names=path.group_names,
    alpha_best=chosen.alpha,
).plot(ax, max_labels=7)
ax.set_ylabel("standard deviation of its part")
display.counts_ax_.set_xlabel("selected covariates")
plt.show()

# %%
# Effects of the covariates
# -------------------------
# The factor by which a covariate multiplies the expected number of visits, with the
# others fixed; 1 is the mean over all people. Smooth effects are drawn at values that
# occur.

parts = dict(zip(chosen.group_names_, chosen.groups_, strict=True))


def factor(name, values):
    """Return by how much values of a covariate multiply the expected visits."""
    probe = covariates.iloc[: len(values)].assign(**{name: values})
    own, coef = parts[name], chosen.coef_[parts[name]]
    columns = ours.best_estimator_["expand"].transform(probe).to_numpy()[:, own]
    return np.exp((columns - design[:, own].mean(axis=0)) @ coef)


levels = {
    "share": [0, 25, 50, 95, 100],
    "health": ["poor", "fair", "good", "excellent"],
}
fig, axes = plt.subplots(1, 4, figsize=(9, 3.2), sharey=True, layout="constrained")
for ax, name in zip(axes, ["diseases", "health", "share", "most"], strict=True):
    ax.axhline(1, color="0.8", linewidth=0.8)
    if name in levels:
        places = range(len(levels[name]))
        ax.plot(places, factor(name, levels[name]), "C0s", markersize=7)
        ax.set_xticks(places, levels[name], rotation=35, ha="right")
        ax.margins(x=0.15)
    else:
        values = np.unique(np.quantile(people[name], np.linspace(0, 0.99, 60)))
        ax.plot(values, factor(name, values), "C0o", markersize=4)
    ax.set_xlabel(name)
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("factor of expected visits")
plt.show()

# %%
# Chronic diseases have the largest effect. People who pay 95 or 100 per cent of the
# bill visit doctors less often than people who pay nothing; as plans were assigned by
# lot, the plan is the cause. But its four covariates are correlated, so the division of
# the effect between them is less certain than the effect itself.
