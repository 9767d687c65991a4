"""Sweeps for many small problems of one column each, in one call."""

import numpy as np

from mutar_cy.datafits._datafit cimport Datafit
from mutar_cy.penalties._penalty cimport Penalty
from mutar_cy.solvers._block_cd cimport Descent, descend_blocks, raise_signal

from mutar_cy.datafits import GramQuadratic


def sweep_columns(
    const double[:, :, ::1] grams not None,
    const int[::1] owner not None,
    list penalties not None,
    double[:, ::1] correlation not None,
    double[:, :, ::1] coef not None,
    const double[::1] squares not None,
    const double[::1] targets not None,
    int max_epochs,
    int epochs=5,
):
    """Sweep over the features of every column until its gap is at most its target.

    Parameters
    ----------
    grams : ndarray of shape (n_designs, n_features, n_features)
    owner : ndarray of int32, shape (n_columns,)
        The design of each column.
    penalties : list of Penalty
        One per column, over blocks of one feature.
    correlation : ndarray of shape (n_columns, n_features)
        ``X' residual`` at ``coef``; updated in place.
    coef : ndarray of shape (n_columns, n_features, 1)
        Updated in place.
    squares : ndarray of shape (n_columns,)
        Squared residuals.
    targets : ndarray of shape (n_columns,)
        Duality gaps to reach.
    max_epochs : int
        Maximum number of sweeps for each column.
    epochs : int, default=5
        Number of sweeps between two computations of the gap.

    Returns
    -------
    n_epochs : ndarray of int32, shape (n_columns,)
        Numbers of sweeps.
    """
    cdef:
        int n_columns = <int> coef.shape[0], n_features = <int> coef.shape[1], c
        int[::1] active = np.empty(n_features, dtype=np.int32)
        int[::1] ptr = np.arange(n_features + 1, dtype=np.int32)
        int[::1] n_epochs = np.empty(n_columns, dtype=np.int32)
        double[::1] scratch = np.empty(2)
        Datafit datafit
        Penalty penalty
        Descent run
    every, states, values = np.asarray(grams), np.asarray(correlation), np.asarray(coef)
    curvature = np.ascontiguousarray(np.diagonal(every, axis1=1, axis2=2))[:, :, None]
    one_column = ptr[:2]
    run.max_epochs, run.epochs, run.n_free = max_epochs, epochs, 0
    run.history, run.active = NULL, &active[0]
    run.scratch, run.size, run.row_work = &scratch[0], 1, n_features
    for c in range(n_columns):
        d = owner[c]
        datafit = GramQuadratic(
            curvature[d], ptr, one_column, every[d:d + 1], states[c:c + 1], values[c],
            squares[c],
        )
        penalty, run.target = penalties[c], targets[c]
        with nogil:
            descend_blocks(datafit, penalty, &coef[c, 0, 0], &run)
        raise_signal(&run)
        penalty.raise_error()
        n_epochs[c] = run.n_epochs
    return np.asarray(n_epochs)
