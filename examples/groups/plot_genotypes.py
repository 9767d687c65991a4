"""
===========================================================
Group lasso of four cohorts: blocks of correlated genotypes
===========================================================

Four cohorts come from four populations, each with its own people and genotypes.
Neighbouring variants on a chromosome are inherited together, in blocks whose members
are strongly correlated, and the correlations differ between populations. The same
*blocks* matter for a trait everywhere, with different effects of their variants. A
group of :class:`~mutar_cy.GroupLasso` is a block in all cohorts.
"""

# sphinx_gallery_thumbnail_number = 2
import matplotlib.pyplot as plt
import numpy as np
from scipy.special import ndtri
from sklearn.preprocessing import scale

from mutar_cy import GroupLasso, regularization_path
from mutar_cy.plotting import RegularizationPathDisplay

# %%
# Genotypes in blocks
# -------------------
# There are eighty blocks of six variants. Each person has two copies of each variant,
# of which 0, 1 or 2 are the rare one. Correlations within a block and the frequencies
# of the rare copies differ between populations. Six blocks matter for the trait, with
# different coefficients in every cohort.

N_BLOCKS, WIDTH, N_CAUSAL, NOISE = 80, 6, 6, 3.0
SIZES = [160, 140, 120, 100]
rng = np.random.default_rng(0)
blocks = np.arange(N_BLOCKS * WIDTH).reshape(N_BLOCKS, WIDTH)
causal = np.sort(rng.choice(N_BLOCKS, N_CAUSAL, replace=False))


def genotypes(n_people):
    """Return the standardised genotypes of one population, (n_people, n_variants)."""
    ties = rng.uniform(0.7, 0.95, N_BLOCKS)[:, None]
    threshold = ndtri(rng.uniform(0.1, 0.5, (N_BLOCKS, WIDTH)))
    count = np.zeros((n_people, N_BLOCKS, WIDTH))
    for _ in range(2):
        common = rng.standard_normal((n_people, N_BLOCKS, 1))
        own = rng.standard_normal((n_people, N_BLOCKS, WIDTH))
        count += np.sqrt(ties) * common + np.sqrt(1 - ties) * own < threshold
    return scale(count.reshape(n_people, -1))


def cohort(n_people):
    """Return genotypes and traits of people to learn from and of as many new ones."""
    X = genotypes(2 * n_people)
    weights = np.zeros((N_BLOCKS, WIDTH))
    signs = rng.choice([-1, 1], (N_CAUSAL, 1))
    weights[causal] = signs * rng.dirichlet(np.ones(WIDTH), N_CAUSAL)
    y = X @ weights.ravel() + NOISE * rng.standard_normal(len(X))
    return (X[:n_people], y[:n_people]), (X[n_people:], y[n_people:])


cohorts = [cohort(size) for size in SIZES]
X, y = zip(*[learn for learn, _ in cohorts], strict=True)
X_new, y_new = zip(*[new for _, new in cohorts], strict=True)
print("cohorts:", [design.shape for design in X])
print("blocks that matter:", causal.tolist())

# %%
# All cohorts together, and each alone
# ------------------------------------
# A list of designs and a list of targets fit all cohorts together: a group of
# coefficients is a block of rows, in all columns. The same call for one cohort at a
# time does not share. ``groups=6`` makes groups of six consecutive columns.

model = GroupLasso(groups=WIDTH)
options = {"alphas": 40, "eps": 0.2}
together = regularization_path(model, list(X), list(y), **options)
alone = [regularization_path(model, *own, **options) for own in zip(X, y, strict=True)]
print("coefficients of all cohorts:", together.coefs.shape)
print("and of one:", alone[0].coefs.shape)

# %%
# The order of selection
# ----------------------
# A star marks the blocks that matter. They are selected before all others. A smaller
# alpha adds blocks that do not matter.

counts = (together.group_norms > 0).sum(axis=1)
alpha = together.alphas[np.argmax(counts == N_CAUSAL)]
model = model.set_params(alpha=alpha).fit(list(X), list(y))
print(f"selected at alpha = {alpha:.2f}: {model.selected_groups_}")

fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
RegularizationPathDisplay(
    alphas=together.alphas,
    coefs=together.coefs,
    groups=together.groups,
    group_names=[f"block {g}" + " *" * (g in causal) for g in range(N_BLOCKS)],
).plot(ax, max_labels=N_CAUSAL)
plt.show()

# %%
# True and false blocks
# ---------------------
# The number of true blocks found against the number of false ones: above and to the
# left is better. Each cohort alone confuses blocks, because it has few people for 480
# variants; all cohorts together separate them.


def found(path):
    """Return the numbers of false and of true groups along a path."""
    selected = path.group_norms > 0
    true = selected[:, causal].sum(axis=1)
    return selected.sum(axis=1) - true, true


fig, ax = plt.subplots(figsize=(6, 3.8), layout="constrained")
ax.step(*found(together), "k-", where="post", linewidth=2.2, label="together")
for path, size, style in zip(alone, SIZES, ["C0--", "C1-.", "C2:", "C3-"], strict=True):
    label = f"{size} people alone"
    ax.step(*found(path), style, where="post", linewidth=1.6, label=label)
ax.set(xlabel="blocks found that do not matter", xlim=(-0.5, 20), ylim=(0, 6.3))
ax.set_ylabel("blocks found that matter")
ax.legend(frameon=False, loc="lower right")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# R² on new people
# ----------------
# For each cohort, the best R² on new people along either path.


def explained(coef, intercept, number):
    """Return R² of one cohort's new people along a path."""
    rest = y_new[number][:, None] - X_new[number] @ coef - intercept
    return 1 - rest.var(axis=0) / y_new[number].var()


for number, (own, size) in enumerate(zip(alone, SIZES, strict=True)):
    shared = explained(together.coefs[:, number], together.intercepts[number], number)
    apart = explained(own.coefs, own.intercepts, number)
    print(f"{size} people: R² {shared.max():.2f} together, {apart.max():.2f} alone")
