"""Warnings of fits."""

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from mutar_cy._lib import warn_user as warn_user

LISTED = 10  # names of columns in a message


def warn_unconverged(solution):
    """Warn if the duality gap of a solution is above its target.

    Parameters
    ----------
    solution : Solution
        Its numbers may be arrays, one entry per column. The warning states the entry
        whose gap exceeds its target most.
    """
    if np.all(solution.converged):
        return
    gap, target = _worst(solution)
    warn_user(
        "Objective did not converge. You might want to increase the number of "
        f"iterations. Duality gap: {gap:.3e}, target: {target:.3e} (tol times the "
        "objective of the null model). Raise max_iter or tol; a very small alpha "
        "makes a problem hard.",
        ConvergenceWarning,
    )


def _worst(solution):
    """Return the gap that exceeds its target most, and this target."""
    excess = np.ravel(solution.dual_gap - solution.gap_target)
    worst = int(np.argmax(np.where(np.ravel(solution.converged), -1.0, excess)))
    gap = np.ravel(solution.dual_gap)[worst]
    return float(gap), float(np.ravel(solution.gap_target)[worst])


def warn_unconverged_path(solutions, n_strengths):
    """Warn once of all solutions of a path with a duality gap above its target.

    Parameters
    ----------
    solutions : list of Solution
        Those that did not converge, one per strength.
    n_strengths : int
        The number of strengths of the path.
    """
    if not solutions:
        return
    gap, target = max(map(_worst, solutions), key=lambda pair: pair[0] - pair[1])
    warn_user(
        f"Objective did not converge at {len(solutions)} of {n_strengths} strengths of "
        "the path. You might want to increase the number of iterations. Duality gap: "
        f"up to {gap:.3e}, target: {target:.3e} (tol times the objective of the null "
        "model). Raise max_iter or tol, or end the path at a larger alpha.",
        ConvergenceWarning,
    )


def warn_unconverged_folds(n_unconverged):
    """Warn that some fits of a cross-validation or of a criterion did not converge."""
    warn_user(
        f"Objective did not converge in {n_unconverged} of the fits that strengths "
        "were chosen by. You might want to increase the number of iterations: raise "
        "max_iter or tol, or take larger strengths.",
        ConvergenceWarning,
    )


def warn_unconverged_reweighting(n_problems):
    """Warn that reweighting ended while coefficients still moved."""
    warn_user(
        "Reweighted objective did not converge. You might want to increase the number "
        "of iterations of reweighting, or tol_reweighting: coefficients still moved "
        f"after {n_problems} convex problems.",
        ConvergenceWarning,
    )


def warn_unpenalised(loss):
    """Warn that alpha is zero, so that the model is an unpenalised one.

    Parameters
    ----------
    loss : Loss
    """
    warn_user(
        f"With alpha=0 nothing is penalised and this is {loss.unpenalised_model}; you "
        f"are advised to use the {loss.unpenalised_estimator} estimator."
    )


def warn_no_minimum(columns, names=None):
    """Warn of unpenalised columns whose coefficients have no finite optimum.

    Parameters
    ----------
    columns : dict
        The numbers of the columns, by the end of a message for their task.
    names : list of str, default=None
        The names of all columns.
    """
    owner, numbers = next(iter(columns.items()))
    listed = [repr(names[j]) if names else str(j) for j in sorted(numbers)]
    shown = ", ".join(listed[:LISTED]) + (", ..." if len(listed) > LISTED else "")
    others = len(columns) - 1
    also = f" (and in {others} other task{'s' * (others > 1)})" if others else ""
    warn_user(
        f"No finite coefficients minimise the objective{owner}{also}: unpenalised "
        f"column{'s' * (len(listed) > 1)} {shown} separate{'s' * (len(listed) == 1)} "
        "the classes, or the counts of 0 from the others. The coefficients returned "
        "are as large as tol asks for. Penalise the columns or drop them."
    )


def refuse_non_finite(coef, intercept):
    """Raise if coefficients or intercepts are beyond the range of a float."""
    if not (np.isfinite(coef).all() and np.isfinite(intercept).all()):
        raise ValueError(
            "Coordinate descent iterations resulted in non-finite parameter values. "
            "The input data may contain large values and need to be preprocessed."
        )
