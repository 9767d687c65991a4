"""
=======================
Plotting a fitted model
=======================

Every display of :mod:`mutar_cy.plotting` has a method ``from_estimator``, as in
scikit-learn. This example draws the path of coefficients with the held-out error, the
selected features by task, the similarity of tasks, and the convergence of the solver,
for data of 442 people with diabetes.
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
# Six groups of people
# --------------------
# Nine measurements of 442 people with diabetes predict the progression of the disease
# one year later. Sex, coded 1 and 2, and age define six groups of people. Each group is
# a task with coefficients of its own. All measurements and the progression are in units
# of their standard deviations.

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
# Path and held-out error
# -----------------------
# The penalty gets weaker from left to right. The upper plot shows the norm of the six
# coefficients of each measurement, the lower one the mean held-out error with one
# standard error. At the right end cholesterol and its parts grow with opposite signs,
# and the error does not fall.

RegularizationPathDisplay.from_estimator(
    model, X, progression, fit_params={"task": kind}
)
plt.show()

# %%
# Selected features
# -----------------
# The group lasso selects a measurement for all tasks or for none. Each square has the
# sign of its coefficient. Body mass, blood pressure and triglycerides have the same
# sign in all tasks, and HDL the opposite one. The signs of LDL and glucose differ
# between tasks.

SupportDisplay.from_estimator(model)
plt.show()

# %%
# Similar tasks
# -------------
# The cosines of the angles between the coefficients of the tasks, in an order that puts
# similar tasks beside each other. All six have nearly the same direction.

TaskSimilarityDisplay.from_estimator(model)
plt.show()

# %%
# Convergence
# -----------
# A fit ends when its duality gap, an upper bound on the objective minus its minimum, is
# at most its target. The data above converge too fast to show this, so here are ten
# tasks with 2000 features. Points are passes over all features; between them, the
# solver updates the working set only. The weaker the penalty, the larger the working
# set.

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
# The display keeps its data: ``traces`` holds the numbers of the lines.

for name, trace in display.traces.items():
    print(f"{name}: {len(trace['dual_gaps'])} passes over all data", end=", ")
    print(f"last gap {trace['dual_gaps'][-1]:.1e}, target {trace['targets'][-1]:.1e}")
