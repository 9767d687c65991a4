"""
=========================================
First steps: GroupLassoCV on three sites
=========================================

One table with a column that names the site of every row, one fit, and two plots of it.
:doc:`/guide/getting_started` explains each step.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from mutar_cy import GroupLassoCV, coef_frame
from mutar_cy.plotting import RegularizationPathDisplay, SupportDisplay

# %%
# The table
# ---------
# Three sites with 60, 45 and 80 patients. The outcome depends on the dose, more in
# Bergen than in Lyon, and on the pulse. The other six columns have no effect.

rng = np.random.default_rng(0)
site = np.repeat(["Bergen", "Lyon", "Porto"], [60, 45, 80])
names = ["age", "dose", "weight", "height", "pulse", "sleep", "iron", "salt"]
table = pd.DataFrame(rng.standard_normal((185, 8)), columns=names)
effect = pd.Series({"Bergen": 2.0, "Lyon": 1.0, "Porto": 1.5})[site].to_numpy()
outcome = effect * table["dose"] - table["pulse"] + rng.standard_normal(185)
table["site"] = site

# %%
# The fit
# -------
# ``task_column`` names the column of sites. Alpha is chosen by cross-validation within
# every site.

model = GroupLassoCV(task_column="site", rule="1se").fit(table, outcome)
print(coef_frame(model).round(2))

# %%
# The path
# --------
# Above, the norm of the coefficients of each feature along the path of alphas; below,
# the error of held-out samples. The vertical line is the chosen alpha.

RegularizationPathDisplay.from_estimator(model, table, outcome, max_labels=3)
plt.show()

# %%
# What is selected
# ----------------

SupportDisplay.from_estimator(model)
plt.show()
