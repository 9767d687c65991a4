"""
A study of four cohorts: from data frames to a forest plot
===========================================================

Which measurements predict how diabetes progresses, and are their effects the same in
women and men, younger and older? The 442 patients are those of Efron et al. (2004), a
data set of scikit-learn. This example

1. makes a data frame for each of four cohorts,
2. chooses alpha of a :class:`~mutar_cy.GroupLasso` by cross-validation,
3. computes intervals with :func:`~mutar_cy.inference.desparsify`,
4. tests which effects there are, and which of them differ,
5. draws a forest plot.
"""

# %%
# Four data frames
# ----------------
#
# Every cohort has its own patients. The features are in standard deviations of all
# patients, so that coefficients can be compared between features and cohorts.

from sklearn.datasets import load_diabetes

patients = load_diabetes(as_frame=True, scaled=False)
table = patients.data.rename(
    columns={
        "bp": "blood pressure",
        "s1": "cholesterol",
        "s2": "ldl",
        "s3": "hdl",
        "s4": "cholesterol / hdl",
        "s5": "triglycerides (log)",
        "s6": "glucose",
    }
)
features = table.drop(columns=["sex", "age"])
features = (features - features.mean()) / features.std()
progression = patients.target
progression = (progression - progression.mean()) / progression.std()

woman, older = table["sex"] == 1, table["age"] >= table["age"].median()
cohorts = {
    "women, younger": woman & ~older,
    "women, older": woman & older,
    "men, younger": ~woman & ~older,
    "men, older": ~woman & older,
}
X = {name: features[chosen] for name, chosen in cohorts.items()}
y = {name: progression[chosen] for name, chosen in cohorts.items()}
for name, own in X.items():
    print(f"{name}: {len(own)} patients, {own.shape[1]} features")

# %%
# A model with alpha chosen by cross-validation
# ---------------------------------------------
#
# A feature is selected in all cohorts or in none; coefficients are those of a cohort.

from mutar_cy import GroupLassoCV, coef_frame

model = GroupLassoCV(cv=5).fit(X, y)
print(f"alpha = {model.alpha_:.3f}")
print(coef_frame(model).round(2).to_string())

# %%
# Intervals and tests
# -------------------
#
# The coefficients are shrunk and have no standard errors. The desparsified estimates
# have both, for all features. First: is there an effect in any cohort?

from mutar_cy.inference import desparsify

found = desparsify(model, X, y)
print(found.test().round(4).to_string())

# %%
# Second: is the effect the same in all cohorts? Cochran's Q tests that; `I2` is the
# share of the variance between cohorts that is not noise.

print(found.heterogeneity().round(3).to_string())

# %%
# Forest plot
# -----------
#
# An interval crosses the dashed line if an effect of zero is within it. The grey
# diamonds are means over cohorts, weighted by precision.

display = found.plot()
display.ax_.set_xlabel("effect of one standard deviation, in those of progression")

# %%
# The table of the paper
# ----------------------
#
# P-values are adjusted for the number of all coefficients.

table = found.frame(adjust="holm")
print(table[table["p_adjusted"] < 0.05].round(3).to_string(index=False))
