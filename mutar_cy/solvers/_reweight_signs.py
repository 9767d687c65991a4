"""Small lassos whose signs are nearly known, by systems of equations."""

import numpy as np

GUESSES = 8  # of signs
SLACK = 1e-9  # of a threshold: what a zero may exceed it by


def lasso_from(gram, slope, pull, coef, positive):
    """Return the solution of a lasso, or None if it is not found from a guess soon.

    Parameters
    ----------
    gram : ndarray of shape (n, n)
    slope : ndarray of shape (n,)
        What is correlated with the target.
    pull : ndarray of shape (n,)
        Thresholds; infinite where zero is all there can be.
    coef : ndarray of shape (n,)
        Whose signs are the guess.
    positive : bool
    """
    sign = np.sign(coef)
    for _ in range(GUESSES):
        kept = np.flatnonzero(sign)
        own = gram[np.ix_(kept, kept)]
        try:
            values = np.linalg.solve(own, slope[kept] - pull[kept] * sign[kept])
        except np.linalg.LinAlgError:
            return None
        wrong = values * sign[kept] <= 0.0
        if wrong.any():
            sign[kept[wrong]] = 0.0
            continue
        left = slope - gram[:, kept] @ values
        size = left if positive else np.abs(left)
        over = (size > pull * (1.0 + SLACK)) & (sign == 0.0)
        if not over.any():
            found = np.zeros_like(coef)
            found[kept] = values
            return found
        sign[over] = np.sign(left[over])
    return None
