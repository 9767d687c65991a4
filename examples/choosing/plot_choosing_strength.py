"""
===================================================
Cross-validation and information criteria for alpha
===================================================

Alpha, the penalty strength, is chosen from the data. This example compares three rules:
the smallest cross-validated error, the largest alpha within one standard error of it,
and information criteria, which need no folds. Each rule is judged by the features that
it selects and by its error on new samples.
"""

import matplotlib.pyplot as plt
import numpy as np

from mutar_cy import GroupLassoCV, ReweightedGroupLassoCV
from mutar_cy.datasets import make_multitask_regression
from mutar_cy.plotting import RegularizationPathDisplay

# %%
# One data set
# ------------
# Five tasks of unequal sizes share six relevant features of eighty. Folds are taken
# within every task. The upper plot shows the norms of the rows of coefficients along
# the path, the lower one the error of held-out samples with its standard error. The
# dashed line is the alpha of the smallest error: there, features without an effect are
# selected too.

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
# Five data sets
# --------------
# Each rule chooses alpha for five data sets, for the group lasso and for the reweighted
# one. Bars upwards count selected features that matter, bars downwards those that do
# not; below is the error on a thousand new samples of every task, divided by that of
# the noise alone.

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
# For the group lasso, the smallest error and the right features need different alphas:
# only a strong penalty selects few features, and it shrinks their coefficients. The
# rule of one standard error leaves out most false features, a criterion nearly all, and
# both have a larger error. The reweighted model shrinks little. It has a small error
# and few false features with every rule.
