"""
====================================================
Cross-validation with repeated subjects: clusters=
====================================================

Patients of two clinics come several times, and their visits are alike. Folds of visits
then test a :class:`~mutar_cy.GroupLassoCV` on patients that it knows, and promise too
much. Folds of whole patients, with ``clusters=``, do not.
"""

import matplotlib.pyplot as plt
import numpy as np

from mutar_cy import GroupLassoCV

rng = np.random.default_rng(0)
n_patients, n_features = {"Lyon": 40, "Oslo": 30}, 30


def draw(n_visits, n_patients):
    """Return visits in random order, outcomes, and the patient of every visit."""
    X, y, patient = {}, {}, {}
    for clinic, n in n_patients.items():
        who = rng.permutation(np.repeat(np.arange(n), n_visits))
        own = rng.standard_normal((n, n_features))  # of patients
        X[clinic] = own[who] + 0.1 * rng.standard_normal((len(who), n_features))
        level = rng.standard_normal(n)
        noise = 0.3 * rng.standard_normal(len(who))
        y[clinic] = X[clinic][:, 0] + level[who] + noise
        patient[clinic] = [f"{clinic} {i}" for i in who]
    return X, y, patient


# %%
# Three errors
# ------------
#
# The lowest error over alpha in folds of visits, in folds of patients, and the error on
# new patients of the model that the folds of patients choose.

visits = [1, 2, 4, 8]
errors = {"folds of visits": [], "folds of patients": [], "new patients": []}
for n in visits:
    X, y, patient = draw(n, n_patients)
    by_visit = GroupLassoCV(alphas=30).fit(X, y)
    by_patient = GroupLassoCV(alphas=30).fit(X, y, clusters=patient)
    new_X, new_y, _ = draw(1, {"Lyon": 2000, "Oslo": 2000})
    predicted = by_patient.predict(new_X)
    error = np.mean([np.mean((new_y[c] - predicted[c]) ** 2) for c in new_y])
    errors["folds of visits"].append(by_visit.mse_path_.mean(axis=-1).min())
    errors["folds of patients"].append(by_patient.mse_path_.mean(axis=-1).min())
    errors["new patients"].append(error)
    print(
        f"{n} visits: {len(by_visit.selected_groups_)} features by visits, "
        f"{len(by_patient.selected_groups_)} by patients"
    )

fig, ax = plt.subplots(figsize=(6, 3.4), layout="constrained")
for (name, values), style in zip(errors.items(), ("o--", "s-", "k:"), strict=True):
    ax.plot(visits, values, style, label=name)
ax.set(xlabel="visits of every patient", ylabel="mean squared error", xticks=visits)
ax.set_ylim(bottom=0)
ax.legend(frameon=False)
plt.show()

# %%
# The more visits, the more the folds of visits reward a model that recognises patients:
# it selects features that do not matter, and its error is not that of new patients.
