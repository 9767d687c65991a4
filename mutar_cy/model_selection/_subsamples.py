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
        entries = zip(problem.targets, problem.weights, strict=True)
        for k, (Y, weight) in enumerate(entries):
            present = ~np.isnan(Y)
            if weight is not None:
                present &= weight.reshape(len(Y), -1) > 0
            samples = np.flatnonzero(present.any(axis=1))
            size = int(fraction * len(samples) + SLACK)
            if not size:
                own = len(problem.targets) > 1
                name = f"Task {problem.labels.tolist()[k]!r}" if own else "X"
                raise ValueError(
                    f"{name} has {len(samples)} sample(s) with a target and a weight; "
                    f"sample_fraction={fraction} leaves none to a subsample."
                )
            codes = np.zeros(len(samples), dtype=np.intp)
            if classes:
                codes = np.unique(Y[samples], axis=0, return_inverse=True)[1].ravel()
            self.strata.append((samples, codes, size))
        largest = np.iinfo(np.int32).max
        rng = check_random_state(random_state)
        self.seeds = rng.randint(largest, size=(number + 1) // 2)

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
