"""TaskStats: products that add up, in any grouping and far from zero."""

import numpy as np
import pytest

from mutar_cy.chunks import TaskStats

N_SAMPLES, N_FEATURES = 700, 6


def rows(offset=0.0):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((N_SAMPLES, N_FEATURES)) + offset
    y = X[:, 0] - offset + rng.standard_normal(N_SAMPLES)
    return X, y, rng.uniform(0.5, 2.0, N_SAMPLES)


def reference(X, y, weight):
    """Return centred products in extended precision."""
    X, y, weight = (np.asarray(a, dtype=np.longdouble) for a in (X, y, weight))
    X = X - weight @ X / weight.sum()
    y = y - weight @ y / weight.sum()
    return (X.T * weight) @ X, (X.T * weight) @ y, weight @ y**2


def pieces(X, y, weight, size):
    return [
        TaskStats.from_chunk(
            X[a : a + size], y[a : a + size], weight[a : a + size], task="a"
        )
        for a in range(0, len(X), size)
    ]


def total(stats):
    out = stats[0]
    for other in stats[1:]:
        out = out + other
    return out


def error(stats, data):
    """Return the largest error of a product, relative to the norms of its factors."""
    gram, cross, square = reference(*data)
    norms, own = np.sqrt(np.diag(gram)), np.sqrt(square)
    return max(
        np.abs((stats.gram - gram) / np.outer(norms, norms)).max(),
        np.abs((stats.cross[:, 0] - cross) / (norms * own)).max(),
        abs(stats.square[0] - square) / square,
    )


@pytest.mark.parametrize("size", [1, 13, 137, 700])
@pytest.mark.parametrize("offset", [0.0, 1e3])
def test_products_are_those_of_all_rows(size, offset):
    data = rows(offset)
    assert error(total(pieces(*data, size)), data) < 1e-13


@pytest.mark.parametrize("size", [137, 700])
def test_products_keep_their_digits_far_from_zero(size):
    data = rows(1e6)  # standard deviations
    assert error(total(pieces(*data, size)), data) < 1e-13
    X, _, weight = data
    plain = (X.T * weight) @ X - weight.sum() * np.outer(
        *2 * [weight @ X / weight.sum()]
    )
    gram = reference(*data)[0]
    assert np.abs(plain / gram - 1.0).max() > 1e-5  # what the data do to a plain sum


def test_grouping_does_not_matter():
    data = rows(1e3)
    parts = pieces(*data, 61)
    left = total(parts)
    right = total(parts[:5]) + (total(parts[5:9]) + total(parts[9:]))
    assert left.n_samples == right.n_samples == N_SAMPLES
    scale = np.sqrt(np.diag(left.gram))
    assert np.abs((left.gram - right.gram) / np.outer(scale, scale)).max() < 1e-13


def test_rows_have_the_products():
    X, y, weight = rows(1e3)
    stats = TaskStats.from_chunk(X, np.column_stack([y, y**2]), weight, task="a")
    few, targets = stats.rows()
    assert len(few) == N_FEATURES + 2
    for product, expected in (
        (few.T @ few, stats.gram),
        (few.T @ targets, stats.cross),
        (np.einsum("nq,nq->q", targets, targets), stats.square),
    ):
        np.testing.assert_allclose(
            product / len(few), expected / stats.weight, rtol=1e-10, atol=1e-10
        )


def test_rows_of_dependent_and_constant_columns():
    X, y, _ = rows()
    X[:, 1], X[:, 2] = 2.0 * X[:, 0], 1e3 / 3
    stats = TaskStats.from_chunk(X, y, task="a")
    few, _ = stats.rows()
    assert len(few) == N_FEATURES - 2 + 1
    assert not few[:, 2].any()


def test_minus_leaves_rows_out():
    X, y, weight = rows(10.0)
    every, some = pieces(X, y, weight, 700)[0], pieces(X, y, weight, 200)
    left = every.minus(some[0])
    assert left.n_samples == 500
    assert error(left, (X[200:], y[200:], weight[200:])) < 1e-12


def test_minus_raises_if_digits_are_lost():
    X, y, _ = rows()
    X[:600] *= 1e8
    every = TaskStats.from_chunk(X, y, task="a")
    with pytest.raises(ValueError, match="digits of the sum of squares"):
        every.minus(TaskStats.from_chunk(X[:600], y[:600], task="a"))
    with pytest.raises(ValueError, match="none is left"):
        every.minus(every)


def test_save_and_load_keep_the_bits(tmp_path):
    file = tmp_path / "a.stats"
    stats = TaskStats.from_chunk(*rows(), task="Lyon")
    stats.save(file)
    found = TaskStats.load(file)
    assert found.task == "Lyon"
    assert found.n_samples == N_SAMPLES
    for name in ("mean", "y_mean", "gram", "cross", "square"):
        assert getattr(found, name).tobytes() == getattr(stats, name).tobytes()
    assert list(TaskStats.load_all([file])) == ["Lyon"]
    with pytest.raises(ValueError, match="second file of task 'Lyon'"):
        TaskStats.load_all([file, file])


def test_save_refuses_few_rows_and_labels_that_need_pickle(tmp_path):
    X, y, _ = rows()
    few = TaskStats.from_chunk(X[:59], y[:59], task="a")
    with pytest.raises(ValueError, match="at least 60 are asked for"):
        few.save(tmp_path / "a.npz")
    few.save(tmp_path / "a.npz", min_samples=59)
    with pytest.raises(ValueError, match="must be a str or an int"):
        few._replace(task=("a", 1)).save(tmp_path / "b.npz", min_samples=1)
    assert not (tmp_path / "b.npz").exists()


def test_load_refuses_other_files(tmp_path):
    np.savez(tmp_path / "x.npz", gram=np.eye(2))
    with pytest.raises(ValueError, match="does not hold TaskStats of version 1"):
        TaskStats.load(tmp_path / "x.npz")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": np.zeros(3)}, "one row of y per row"),
        ({"sample_weight": -np.ones(5)}, "sample_weight must hold"),
        ({"X": np.full((5, 2), np.nan)}, r"X of task 'a' is not finite at \[0, 0\]"),
    ],
)
def test_bad_rows_are_refused(change, message):
    given = {"X": np.ones((5, 2)), "y": np.arange(5.0), **change}
    with pytest.raises(ValueError, match=message):
        TaskStats.from_chunk(**given, task="a")


def test_other_tasks_do_not_merge():
    stats = TaskStats.from_chunk(*rows(), task="a")
    with pytest.raises(ValueError, match="merge within a task"):
        stats + stats._replace(task="b")
