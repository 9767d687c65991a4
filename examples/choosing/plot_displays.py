"""
=======================
Plotting a fitted model
=======================

How strong is the penalty, and how was that chosen? What is selected, for whom, and with
which sign? Which tasks are alike? Is the fit done, and what took it so long? There is a
picture for each of these questions, and a method ``from_estimator`` that draws it, as
in scikit-learn. Here they are asked about real people.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes

from mutar_cy import GroupLasso, GroupLassoCV, alpha_max
from mutar_cy.datasets import make_multitask_regression
from mutar_cy.plotting import (
    ConvergenceDisplay,
    RegularizationPathDisplay,
    SupportDisplay,
    TaskSimilarityDisplay,
)

# %%
# Six kinds of people
# -------------------
# Nine measurements were taken of 442 people with diabetes, and a year later it was
# seen how far the disease had progressed. By sex, coded 1 and 2, and age they are six
# kinds of people, and each kind is a task: it may have coefficients of its own. All
# measurements and the progression are in units of their standard deviations.

table = load_diabetes(as_frame=True, scaled=False)
people, progression = table.data, table.target / table.target.std()
ages = np.select([people["age"] < 40, people["age"] < 55], ["young", "middle"], "old")
sexes = people["sex"].astype(int).astype(str)
kind = [f"{age} {sex}" for age, sex in zip(ages, sexes, strict=True)]
measured = people.drop(columns="sex").rename(
    columns={
        "bp": "blood pressure",
        "s1": "cholesterol",
        "s2": "LDL",
        "s3": "HDL",
        "s4": "cholesterol / HDL",
        "s5": "triglycerides",
        "s6": "glucose",
    }
)
X = (measured - measured.mean()) / measured.std()
model = GroupLassoCV(cv=10).fit(X, progression, task=kind)
names, counts = np.unique(kind, return_counts=True)
pairs = zip(names, counts, strict=True)
print(", ".join(f"{count} are {name}" for name, count in pairs))

# %%
# How strong is the penalty?
# --------------------------
# From left to right the penalty gets weaker. Above is the norm of the six coefficients
# of each measurement, and below what the folds say: the mean of the held-out error,
# and one standard error around it. Far to the right cholesterol and its parts grow
# against one another, and nothing is gained.

RegularizationPathDisplay.from_estimator(
    model, X, progression, fit_params={"task": kind}
)
plt.show()

# %%
# What is selected?
# -----------------
# The group lasso selects a measurement for all tasks or for none. Their signs are
# written on them, however small they are. Body mass, blood pressure and triglycerides
# have the same sign for all, and HDL the opposite one. About LDL and glucose there is
# no agreement.

SupportDisplay.from_estimator(model)
plt.show()

# %%
# Who is like whom?
# -----------------
# The cosines of the angles between the tasks' coefficients, with tasks in an order that
# makes like ones neighbours. All six point nearly the same way.

TaskSimilarityDisplay.from_estimator(model)
plt.show()

# %%
# Is it done?
# -----------
# A fit ends when its duality gap, which bounds by how much the objective exceeds its
# minimum, is at most its target. These data are too small to see it fall. So here are
# ten tasks with 2000 features. Points are the passes over all data; between them, only
# features are moved that may matter. The weaker the penalty, the more of them do.

data = make_multitask_regression(
    10, 100, n_features=2000, n_shared=10, noise=1.0, random_state=0
)
largest = alpha_max(GroupLasso(), data.X, data.y)
models = {
    f"{share:.0%} of alpha_max": GroupLasso(share * largest, tol=1e-8)
    for share in (0.3, 0.1, 0.03)
}
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
display = ConvergenceDisplay.from_estimators(models, data.X, data.y, ax=axes[0])
display.plot(axes[1], against="iterations")
axes[1].set_ylabel("")
plt.show()

# %%
# What has been drawn is kept. ``traces`` holds the numbers behind the lines.

for name, trace in display.traces.items():
    print(f"{name}: {len(trace['dual_gaps'])} passes over all data", end=", ")
    print(f"last gap {trace['dual_gaps'][-1]:.1e}, target {trace['targets'][-1]:.1e}")
