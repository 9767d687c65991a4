"""Halves of the samples of every task, in pairs without a sample in common."""

import numpy as np
from sklearn.utils import check_random_state

SLACK = 1e-9  # 0.29 times 100 is 29 samples, whatever the last digit


class Subsamples:
    """Draw subsamples of a problem.

    Every task keeps the same fraction of its samples, and every class the same fraction
    of a task. Samples without weight, or without a target, are in no subsample. Two
    subsequent subsamples are a complementary pair: they share no sample.

    Parameters
    ----------
    problem : TaskData
    fraction : float
        At most a half.
    number : int
        Number of subsamples.
    random_state : int, RandomState instance or None
    classes : bool, default=False
        Whether targets are classes.
    """

    def __init__(self, problem, fraction, number, random_state, classes=False):
        self.number, self.strata = number, []
        for k, (Y, samples) in enumerate(_present(problem)):
            size = _size(fraction, len(samples))
            if not size:
                raise ValueError(
                    f"{_owner(problem, k)} has {len(samples)} sample(s) with a target "
                    f"and a weight; sample_fraction={fraction} leaves none to a "
                    f"subsample."
                )
            codes = np.zeros(len(samples), dtype=np.intp)
            if classes:
                codes = np.unique(Y[samples], axis=0, return_inverse=True)[1].ravel()
            self.strata.append((samples, codes, size))
        self.seeds = _seeds(random_state, number)

    def rows(self, which):
        """Return the rows of every design that are in a subsample, sorted.

        Parameters
        ----------
        which : int
            Its number.

        Returns
        -------
        rows : list of ndarray of int
            As `TaskData.take` takes them.
        """
        pair, side = divmod(which, 2)
        rng = np.random.default_rng(self.seeds[pair])
        return [np.sort(_draw(rng, *own)[side::2]) for own in self.strata]


class ClusterSubsamples:
    """Draw subsamples of whole clusters, such as subjects.

    Every task keeps the same fraction of its clusters; a cluster that has samples in
    several tasks is in or out in all of them. Two subsequent subsamples are a
    complementary pair: they share no cluster.

    Parameters
    ----------
    problem : TaskData
    fraction : float
        At most a half.
    number : int
        Number of subsamples.
    random_state : int, RandomState instance or None
    clusters : list of ndarray of int, shape (n_k,)
        The cluster of every sample, by designs.
    """

    def __init__(self, problem, fraction, number, random_state, clusters):
        self.number, self.problem = number, problem
        self.samples = [samples for _, samples in _present(problem)]
        self.clusters = [
            own[samples] for own, samples in zip(clusters, self.samples, strict=True)
        ]
        n_clusters = 1 + max(int(own.max(initial=-1)) for own in self.clusters)
        member = np.zeros((n_clusters, len(self.clusters)), dtype=bool)
        for k, own in enumerate(self.clusters):
            member[own, k] = True
            count = len(np.unique(own))
            if not _size(fraction, count):
                raise ValueError(
                    f"{_owner(problem, k)} has {count} cluster(s) with a target and a "
                    f"weight; sample_fraction={fraction} leaves none to a subsample."
                )
        self.n_clusters = n_clusters
        if (member.sum(axis=1) <= 1).all():  # nested in tasks: each for itself
            self.strata = [
                (own, np.zeros(len(own), dtype=np.intp), _size(fraction, len(own)))
                for own in map(np.flatnonzero, member.T)
            ]
        else:  # clusters of the same tasks are like samples of a class
            present = np.flatnonzero(member.any(axis=1))
            kinds = np.unique(member[present], axis=0, return_inverse=True)[1].ravel()
            self.strata = [(present, kinds, _size(fraction, len(present)))]
        self.seeds = _seeds(random_state, number)

    def rows(self, which):
        """Return the rows of every design that are in a subsample, sorted.

        Parameters
        ----------
        which : int
            Its number.

        Returns
        -------
        rows : list of ndarray of int
            As `TaskData.take` takes them.

        Raises
        ------
        ValueError
            If a task has no row in it.
        """
        pair, side = divmod(which, 2)
        rng = np.random.default_rng(self.seeds[pair])
        drawn = np.zeros(self.n_clusters, dtype=bool)
        for own in self.strata:
            drawn[_draw(rng, *own)[side::2]] = True
        pairs = zip(self.samples, self.clusters, strict=True)
        rows = [samples[drawn[own]] for samples, own in pairs]
        for k, own in enumerate(rows):
            if not len(own):
                raise ValueError(
                    f"Subsample {which} has no cluster of "
                    f"{_owner(self.problem, k).lower()}; the task has too few clusters."
                )
        return rows


def _present(problem):
    """Yield the targets of every design, and the samples that count."""
    for Y, weight in zip(problem.targets, problem.weights, strict=True):
        present = ~np.isnan(Y)
        if weight is not None:
            present &= weight.reshape(len(Y), -1) > 0
        yield Y, np.flatnonzero(present.any(axis=1))


def _size(fraction, count):
    return int(fraction * count + SLACK)


def _owner(problem, k):
    """Return what has the samples of a design, for a message."""
    own = len(problem.targets) > 1
    return f"Task {problem.labels.tolist()[k]!r}" if own else "X"


def _seeds(random_state, number):
    """Return a seed per pair of subsamples."""
    largest = np.iinfo(np.int32).max
    return check_random_state(random_state).randint(largest, size=(number + 1) // 2)


def _draw(rng, samples, codes, size):
    """Return the samples of a pair, those of one side and the other in turns.

    Samples in random order, but class by class: whoever takes them at even distances
    gets the same fraction of every class.
    """
    order = rng.permutation(len(samples))
    ranks = rng.permutation(codes.max() + 1)
    order = order[np.argsort(ranks[codes[order]], kind="stable")]
    order = np.roll(order, rng.integers(len(order)))
    places = np.arange(2 * size) * len(order) // (2 * size)
    return samples[order[places]]
