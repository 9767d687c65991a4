"""The kernel's sweeps over blocks, against the formula in plain numpy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mutar_cy.datafits import PackedQuadratic
from mutar_cy.penalties import L21
from mutar_cy.solvers import Blocks, block_cd


class Sweeps:
    """One design with blocks of one row: cyclic descent written out."""

    def __init__(self, n=15, p=9, n_columns=3, *, orthogonal=False):
        rng = np.random.default_rng(4)
        self.X, self.Y = (
            rng.standard_normal((n, p)),
            rng.standard_normal((n, n_columns)),
        )
        if orthogonal:
            self.X = np.eye(n, p)
        self.alpha = 0.3 * np.linalg.norm(self.X.T @ self.Y, axis=1).max()
        self.W = np.zeros((p, n_columns))
        curvature = (self.X**2).sum(axis=0)[:, None].copy()
        self.datafit = PackedQuadratic(
            curvature,
            np.arange(p + 1, dtype=np.int32),
            np.array([0, n_columns], dtype=np.int32),
            np.ascontiguousarray(self.X.T),
            np.array([0, n], dtype=np.int64),
            self.Y.T.copy().ravel(),
        )

    def run(self, target, max_epochs, **given):
        penalty = L21(self.alpha)
        return block_cd(self.datafit, penalty, self.W, target, max_epochs, **given)

    def sweep(self, W):
        """Return the coefficients after a sweep over blocks in play, and these."""
        norms = np.linalg.norm(self.X.T @ (self.Y - self.X @ W), axis=1)
        active = np.flatnonzero(W.any(axis=1) | (norms > self.alpha))
        W = W.copy()
        for j in active:
            x = self.X[:, j]
            pulled = x @ (self.Y - self.X @ W) + x @ x * W[j]
            norm = np.linalg.norm(pulled)
            W[j] = max(0.0, 1.0 - self.alpha / norm) * pulled / (x @ x)
        return W

    def gap(self, W):
        R = self.Y - self.X @ W
        norms = np.linalg.norm(self.X.T @ R, axis=1)
        best = min((self.Y * R).sum() / (R**2).sum(), self.alpha / norms.max())
        dual = 0.5 * (self.Y**2).sum() - 0.5 * ((self.Y - best * R) ** 2).sum()
        return 0.5 * (R**2).sum() + self.alpha * np.linalg.norm(W, axis=1).sum() - dual


def test_sweeps_are_those_of_the_formula():
    sweeps, expected = Sweeps(), np.zeros((9, 3))
    for _ in range(8):  # one at a time: a look after each
        n_epochs, gap, active, at_rest = sweeps.run(0.0, 1, epochs=1)
        expected = sweeps.sweep(expected)
        assert_allclose(sweeps.W, expected, rtol=1e-10, atol=1e-13)
        assert (n_epochs, at_rest) == (1, False)
        assert_allclose(gap, sweeps.gap(expected), rtol=1e-8)
        assert set(np.flatnonzero(expected.any(axis=1))) <= set(active)
    assert 0 < np.count_nonzero(expected.any(axis=1)) < 9


def test_kernel_stops_at_its_target_and_within_its_budget():
    sweeps = Sweeps()
    start = sweeps.gap(sweeps.W)
    assert sweeps.run(2.0 * start, 100)[0] == 0
    assert sweeps.run(0.0, 0)[0] == 0
    assert sweeps.run(0.0, 3)[0] == 3
    n_epochs, gap, _, _ = sweeps.run(1e-6 * start, 1000)
    assert n_epochs < 1000
    assert gap <= 1e-6 * start
    assert_allclose(gap, sweeps.gap(sweeps.W), atol=1e-12 * start)


def test_kernel_notices_that_nothing_moves():
    sweeps = Sweeps(orthogonal=True)  # solved in one sweep
    n_epochs, gap, active, at_rest = sweeps.run(-1.0, 1000, epochs=3)
    assert at_rest
    assert n_epochs == 3
    assert abs(gap) < 1e-12
    assert_array_equal(active, np.flatnonzero(sweeps.W.any(axis=1)))


def test_history_holds_the_iterates():
    sweeps, other = Sweeps(), Sweeps()
    history = np.full((5, 9, 3), np.nan)
    sweeps.run(0.0, 4, epochs=4, history=history)
    assert_array_equal(history[0], 0.0)
    assert_array_equal(history[4], sweeps.W)
    other.run(0.0, 2, epochs=4)
    assert_array_equal(history[2], other.W)


def test_blocks():
    blocks = Blocks(6, [[4, 0], [5], [1, 2, 3]])
    assert (blocks.n_blocks, blocks.single) == (3, False)
    assert_array_equal(blocks.features(np.array([2, 0])), [1, 2, 3, 4, 0])
    assert_array_equal(blocks.features(np.array([], dtype=int)), [])
    assert_array_equal(blocks.counts(np.array([2, 0])), [3, 2])
    assert_array_equal(blocks.owners(np.array([3, 0, 1])), [0, 2])
    values = np.arange(12.0).reshape(2, 6)
    assert_array_equal(blocks.total(values), [[4, 5, 6], [16, 11, 24]])
    single = Blocks(6)
    assert (single.n_blocks, single.single) == (6, True)
    assert_array_equal(single.features(np.array([3, 1])), [3, 1])
    assert_array_equal(single.counts(np.array([3, 1])), [1, 1])
    assert_array_equal(single.owners(np.array([3, 1])), [1, 3])
    assert_array_equal(single.total(values), values)


@pytest.mark.parametrize("designs", [1, 2])
def test_one_visit_solves_a_block_of_orthogonal_rows(designs):
    # Every row with the curvature of its own column, in each design.
    rng = np.random.default_rng(3)
    bases = [np.linalg.qr(rng.standard_normal((9, 4)))[0] for _ in range(designs)]
    lengths = np.array([[0.1, 1.0, 3.0, 20.0], [5.0, 0.2, 1.0, 1.0]])[:designs]
    columns = [np.diag(own) @ Q.T for own, Q in zip(lengths, bases, strict=True)]
    y = rng.standard_normal(9 * designs)
    ptr = np.array([0, 4], dtype=np.int32)
    datafit = PackedQuadratic(
        np.ascontiguousarray(lengths.T**2),
        ptr,
        np.arange(designs + 1, dtype=np.int32),
        np.ascontiguousarray(np.concatenate(columns, axis=1)),
        9 * np.arange(designs + 1, dtype=np.int64),
        y.copy(),
    )
    w = np.zeros((4, designs))
    n_sweeps, gap, _, _ = block_cd(datafit, L21(0.5), w, 1e-12 * (y @ y), 5, 1)
    assert n_sweeps == 1
    assert gap <= 1e-12 * (y @ y)
    assert w.all()
