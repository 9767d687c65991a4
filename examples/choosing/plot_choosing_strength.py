"""
===================================================
Cross-validation and information criteria for alpha
===================================================

Alpha, the strength of a penalty, is chosen from the data. Cross-validation takes the
alpha that predicts held-out samples best; the rule of one standard error takes the
largest alpha that predicts hardly worse; information criteria weigh likelihood against
degrees of freedom and need no folds. What do they cost, and what do they find?
"""

import matplotlib.pyplot as plt
import numpy as np

from mutar_cy import GroupLassoCV, ReweightedGroupLassoCV
from mutar_cy.datasets import make_multitask_regression
from mutar_cy.plotting import RegularizationPathDisplay

# %%
# One draw
# --------
# Five tasks of unequal sizes share six relevant features of eighty. Folds are taken
# within every task. Above are the norms of the rows of coefficients along the path, and
# below the error of held-out samples with its standard error. The dashed line is the
# alpha of the smallest error: by then, features without an effect are selected.

SIZES, NEW = np.array([60, 60, 50, 50, 40]), 1000


def draw(seed):
    """Return samples to learn from, new ones, and which features matter."""
    data = make_multitask_regression(
        len(SIZES),
        SIZES + NEW,
        n_features=80,
        n_shared=6,
        noise=2.0,
        random_state=seed,
    )
    learn, new = (
        ([x[part] for x in data.X], [v[part] for v in data.y])
        for part in (slice(NEW, None), slice(NEW))
    )
    return learn, new, data.coef.any(axis=1)


learn, new, relevant = draw(0)
model = GroupLassoCV(alphas=50, eps=0.02, n_jobs=2).fit(*learn)
RegularizationPathDisplay.from_estimator(model, *learn, max_labels=6)
plt.show()

# %%
# Many draws
# ----------
# Each rule chooses for five draws, for the group lasso and for the reweighted one.
# Selected features that matter are counted upwards, those that do not downwards; below
# is the error on a thousand new samples of every task, over that of the noise alone.

RULES = {
    "least error": {},
    "one standard error": {"rule": "1se"},
    "BIC": {"criterion": "bic"},
    "EBIC": {"criterion": "ebic"},
}
MODELS = {"group lasso": GroupLassoCV, "reweighted": ReweightedGroupLassoCV}


def judge(chosen, new, relevant):
    """Return how many features were found, how many are false, and the error."""
    kept = chosen.coef_.any(axis=1)
    guesses = zip(new[1], chosen.predict(new[0]), strict=True)
    error = np.mean([np.mean((v - guess) ** 2) for v, guess in guesses])
    return (kept & relevant).sum(), (kept & ~relevant).sum(), error / 4.0


found = {
    (name, rule): [
        judge(cls(alphas=20, eps=0.1, **given).fit(*learn), new, relevant)
        for learn, new, relevant in map(draw, range(5))
    ]
    for name, cls in MODELS.items()
    for rule, given in RULES.items()
}

fig, axes = plt.subplots(
    2, 2, figsize=(8, 5), sharex=True, sharey="row", layout="constrained"
)
places = np.arange(len(RULES))
for (top, bottom), name in zip(axes.T, MODELS, strict=True):
    right, wrong, error = np.mean([found[name, rule] for rule in RULES], axis=1).T
    top.bar(places, right, 0.6, color="C0", label="matter")
    top.bar(places, -wrong, 0.6, color="C1", hatch="//", label="do not")
    top.axhline(0, color="black", linewidth=0.8)
    top.axhline(6, color="0.5", linewidth=0.8, linestyle=":")
    top.set(title=name)
    bottom.plot(places, error, "ko")
    bottom.axhline(1, color="0.5", linewidth=0.8, linestyle=":")
    bottom.set_xticks(places, [rule.replace(" ", "\n") for rule in RULES])
    for ax in (top, bottom):
        ax.spines[["top", "right"]].set_visible(False)
    for rule, own in zip(RULES, zip(right, wrong, error, strict=True), strict=True):
        print(f"{name}, {rule}: {own[0]:.1f} right, {own[1]:.1f} wrong, {own[2]:.2f}")
axes[0, 0].set_ylabel("selected features")
axes[0, 0].legend(frameon=False)
axes[1, 0].set_ylabel("error on new samples\nover that of the noise")
plt.show()

# %%
# For the group lasso, the smallest error and the right list of features are at
# different alphas: it has to shrink much to be short. One standard error leaves out
# most of the false features, a criterion nearly all, and both pay with a larger error.
# The reweighted model shrinks little, and has both with every rule.
