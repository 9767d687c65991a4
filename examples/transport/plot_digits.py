"""
=========================
MTW on handwritten digits
=========================

Each of ten tasks separates one digit from the other nine by a weighted sum of pixels,
from few images of its own. The coefficients of a task are an image too.
:class:`~mutar_cy.MTW` assumes that the pixels that matter for one digit lie *near*
those that matter for another; other models assume that they are the same pixels, or
that tasks have nothing in common. This example compares them on real data.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import roc_auc_score

from mutar_cy import MTW, DirtyModel, GroupLasso, IndLasso, alpha_max, ot

# %%
# Ten tasks
# ---------
# A third of the images is test data. Each task draws its own images from the others:
# some of its digit and as many of other digits to fit, and the same number again to
# choose alpha (and beta). Targets are 1 and -1.

digits = load_digits()
pixels, label = digits.data / 16, digits.target
order = np.random.default_rng(0).permutation(len(pixels))
new, old = np.split(order, [len(order) // 3])


def draw(n_each, rng):
    """Return X and y, a stack of one set of images per digit."""
    X = []
    for digit in range(10):
        pools = old[label[old] == digit], old[label[old] != digit]
        kept = [rng.choice(pool, n_each, replace=False) for pool in pools]
        X.append(pixels[np.concatenate(kept)])
    return np.array(X), np.tile(np.repeat([1.0, -1.0], n_each), (10, 1))


# %%
# Four models
# -----------
# The cost of moving mass is the squared distance of pixels, and an ``epsilon`` of 0.5
# blurs by half a pixel. MTW and the dirty model also have a beta. They get four and
# nine candidates; the models with alpha alone get twelve. The candidate that predicts
# best on the validation images is kept.

TRANSPORT = {"M": ot.grid_factors((8, 8)), "epsilon": 0.5, "gamma": 50.0, "tol": 1e-3}
FRACTIONS = np.geomspace(0.5, 0.01, 12)


def paths(X, y):
    """Return a list of candidates for each model."""
    lasso = np.max(alpha_max(IndLasso(), X, y))
    group = alpha_max(GroupLasso(), X, y)
    return {
        "IndLasso": [IndLasso(alpha) for alpha in lasso * FRACTIONS],
        "GroupLasso": [GroupLasso(alpha) for alpha in group * FRACTIONS],
        "DirtyModel": [
            DirtyModel(alpha, ratio * alpha)
            for ratio in (0.4, 0.6, 0.8)
            for alpha in group * np.array([0.3, 0.1, 0.03])
        ],
        "MTW": [
            MTW(beta / distance**2, beta, **TRANSPORT)
            for distance in (1.5, 4)
            for beta in lasso * np.array([0.2, 0.06])
        ],
    }


def choose(candidates, learn, apart):
    """Return the fitted model that predicts best on the images set apart."""
    fits = [model.fit(*learn) for model in candidates]
    return min(fits, key=lambda fit: np.mean((apart[1] - fit.predict(apart[0])) ** 2))


# %%
# The models are judged on the test images by two scores. The first is the probability
# that a random image of the digit has a larger prediction than a random image of
# another digit (area under the ROC curve), averaged over digits. The second is how
# often the largest of the ten predictions is that of the right digit.


def judge(model):
    """Return the area under the ROC curve and the accuracy."""
    guesses = pixels[new] @ model.coef_ + model.intercept_
    area = roc_auc_score(label[new][:, None] == np.arange(10), guesses)
    return area, np.mean(guesses.argmax(axis=1) == label[new])


SIZES, DRAWS = (5, 10, 20), 2
names = ("IndLasso", "GroupLasso", "DirtyModel", "MTW")
scores = np.zeros((2, len(names), len(SIZES), DRAWS))
kept = {}
for column, n_each in enumerate(SIZES):
    for number in range(DRAWS):
        rng = np.random.default_rng(number)
        learn, apart = draw(n_each, rng), draw(n_each, rng)
        for row, (name, candidates) in enumerate(paths(*learn).items()):
            model = choose(candidates, learn, apart)
            scores[:, row, column, number] = judge(model)
            kept[name, n_each] = model

means = scores.mean(axis=3)
print("images of each digit    ", *(f"{n:6}" for n in SIZES))
for title, table in zip(("area under the curve", "accuracy"), means, strict=True):
    for name, row in zip(names, table, strict=True):
        print(f"{title:<21}{name:<12}", " ".join(f"{value:.3f}" for value in row))

# %%
# Lines are means over two draws of the images, and points are the draws.

fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
titles = ("area under the ROC curve", "accuracy, ten digits")
styles = ("C2:s", "C1--^", "C3-.D", "C0-o")
for ax, title, table in zip(axes, titles, scores, strict=True):
    for name, row, style in zip(names, table, styles, strict=True):
        (line,) = ax.plot(SIZES, row.mean(axis=1), style, label=name)
        ax.plot(SIZES, row, "_", color=line.get_color(), markersize=9)
    ax.set(title=title, xlabel="images of each digit to learn from", xscale="log")
    ax.set_xticks(SIZES, SIZES)
    ax.minorticks_off()
    ax.spines[["top", "right"]].set_visible(False)
axes[1].legend(frameon=False)
plt.show()

# %%
# MTW helps a little, and only with very few images. With five images of each digit MTW
# names the right digit most often, while its area equals that of the models that share
# pixels. With twenty images, all models that share are equally good, and one lasso per
# digit is close to them.

# %%
# The coefficients as images
# --------------------------
# The fits with the fewest images. Purple speaks for the digit and orange against it;
# the outline is that of the average digit. Every row has its own scale, which is cut at
# the largest two per cent of the coefficients.

fig, axes = plt.subplots(4, 10, figsize=(9, 4.1), layout="constrained")
for row, name in zip(axes, names, strict=True):
    coef = kept[name, SIZES[0]].coef_
    limit = np.quantile(abs(coef), 0.98)
    for digit, ax in enumerate(row):
        ink = pixels[label == digit].mean(axis=0).reshape(8, 8)
        picture = coef[:, digit].reshape(8, 8)
        ax.imshow(picture, cmap="PuOr", vmin=-limit, vmax=limit)
        ax.contour(ink, levels=[0.5], colors="0.4", linewidths=0.6)
        ax.set(xticks=[], yticks=[])
    row[0].set_ylabel(name, fontsize=9)
for digit, ax in enumerate(axes[0]):
    ax.set_title(digit)
plt.show()
