"""Small problems for the solvers, and their statement for the second opinion."""

import numpy as np
from problems import Block, Column, Problem, dense
from scipy import sparse

from mutar_cy.designs import DesignTargets, make_scaled_data
from mutar_cy.penalties import L21


def part(seed, n, p, q, **given):
    """Return a part with correlated columns, offsets and a sparse truth."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + 0.7 * rng.standard_normal((n, 1))
    X *= rng.uniform(0.3, 3.0, p)
    truth = np.zeros((p, q))
    truth[: max(2, p // 8)] = rng.uniform(0.2, 1.0, (max(2, p // 8), q))
    truth[1] *= -1.0
    Y = X @ truth + 0.5 * rng.standard_normal((n, q)) + 3.0
    return DesignTargets(X + rng.uniform(-2.0, 2.0, p), Y, **given)


def weighted():
    rng = np.random.default_rng(9)
    weight = rng.uniform(0.2, 2.0, 22)
    weight[::5] = 0.0
    return [
        part(1, 22, 10, 3, sample_weight=weight),
        part(2, 31, 10, 1, task_weight=2.5),
        part(3, 18, 10, 2),
    ]


def sparse_parts():
    dense_part, other = part(4, 20, 12, 2), part(5, 26, 12, 1)
    X = np.where(np.abs(dense_part.X) > 1.0, dense_part.X, 0.0)
    return [dense_part._replace(X=sparse.csc_array(X)), other]


LAYOUTS = {
    "one column": lambda: [part(0, 40, 12, 1)],
    "shared": lambda: [part(1, 30, 12, 4)],
    "own": lambda: [part(k, n, 8, 1) for k, n in enumerate((12, 40, 9, 21))],
    "responses": weighted,
    "sparse": sparse_parts,
    "shared, wide": lambda: [part(2, 20, 90, 3)],
    "own, wide": lambda: [part(k, n, 90, 1) for k, n in enumerate((15, 25, 20))],
}
WIDE = {"shared, wide", "own, wide"}


def some_weights(n_blocks):
    weights = np.linspace(0.5, 2.0, n_blocks)
    weights[[1, -1]] = 0.0, np.inf
    weights[2] = 1e-3
    return weights


# What a penalty is made of, from the number of blocks: arguments of L21 but alpha.
PENALTIES = {
    "plain": lambda n: {},
    "weights": lambda n: {"weights": some_weights(n)},
    "ridge": lambda n: {"ridge": 0.05},
    "positive": lambda n: {"positive": True},
    "positive, weights": lambda n: {"weights": some_weights(n), "positive": True},
    "all": lambda n: {"weights": some_weights(n), "ridge": 0.05, "positive": True},
}


def some_groups(n_features):
    """Return groups of one to four features, in disorder."""
    order = np.random.default_rng(6).permutation(n_features)
    sizes = np.resize([2, 1, 4, 3], n_features).cumsum()
    return np.split(order, sizes[sizes < n_features])


def penalty_of(kind, alpha, n_blocks):
    return L21(alpha, **PENALTIES[kind](n_blocks))


def statement(parts, penalty, groups=None, fit_intercept=True):
    """Return the problem of ``solve(make_scaled_data(parts), penalty, groups)``."""
    columns = []
    for X, Y, weight, task_weight, *_ in parts:
        weight = np.ones(len(Y)) if weight is None else weight
        weight = task_weight * weight / weight.sum()
        columns += [Column(dense(X), y, weight) for y in Y.T]
    n_features, every = columns[0].X.shape[1], np.arange(len(columns))
    groups = np.arange(n_features)[:, None] if groups is None else groups
    strengths = penalty.thresholds(len(groups))
    pairs = zip(groups, strengths, strict=True)
    blocks = [Block(np.asarray(rows), every, strength) for rows, strength in pairs]
    return Problem(columns, blocks, penalty.ridge, penalty.positive, fit_intercept)


def case(layout, kind="plain", grouped=False, fit_intercept=True):
    """Return parts, stack, groups and the number of blocks."""
    parts = LAYOUTS[layout]()
    n_features = parts[0].X.shape[1]
    groups = some_groups(n_features) if grouped else None
    stack = make_scaled_data(parts, fit_intercept)
    return parts, stack, groups, len(groups) if grouped else n_features
