"""
===============================================
Several populations that share groups of genes
===============================================

Four cohorts from four populations, each with people and genotypes of its own. Variants
that are neighbours on the chromosome are inherited together, so they come in blocks
whose members can hardly be told apart, and how they go together differs from population
to population. Which *blocks* matter for a trait is the same everywhere; which of their
variants carries how much is not. A group of :class:`~mutar_cy.GroupLassoRegressor` is
then a block in all cohorts at once.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import ndtri
from sklearn.preprocessing import scale

from mutar_cy import group_lasso_path
from mutar_cy.plotting import GroupPathDisplay

# %%
# Genotypes in blocks
# -------------------
# Eighty blocks of six variants. Each person has two copies of each variant, 0, 1 or 2
# of which are the rare one. Within a block they are correlated, to an extent that
# each population has for itself, as are the frequencies of the rare copies. Six blocks
# matter for the trait, in every cohort with other weights.

N_BLOCKS, WIDTH, N_CAUSAL, NOISE = 80, 6, 6, 3.0
SIZES = [300, 200, 150, 100]
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
    """Return genotypes and traits of people to learn from, and as many new ones."""
    X = genotypes(2 * n_people)
    weights = np.zeros((N_BLOCKS, WIDTH))
    weights[causal] = rng.choice([-1, 1], (N_CAUSAL, 1)) * rng.dirichlet(
        np.ones(WIDTH), N_CAUSAL
    )
    y = X @ weights.ravel() + NOISE * rng.standard_normal(len(X))
    return X, y


data = [cohort(size) for size in SIZES]
learn = [X[:n] for (X, _), n in zip(data, SIZES)], [y[:n] for (_, y), n in zip(data, SIZES)]
new = [X[n:] for (X, _), n in zip(data, SIZES)], [y[n:] for (_, y), n in zip(data, SIZES)]
