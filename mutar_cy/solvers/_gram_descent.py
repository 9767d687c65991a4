"""The compiled descent along a path, beside the loop on Gram matrices of all features."""

from typing import Any

import numpy as np

from mutar_cy.datafits import GramQuadratic
from mutar_cy.solvers._outer_loop import Solution, all_rows
from mutar_cy.solvers._path_descent import PathDescent

# Strengths in one call: the reader of a path may stop early.
RUN = 32
# Calls without any solution, one after another, after which no more are made.
MAX_FAILED = 2


class GramDescent:
    """Solutions by compiled code, as far as it is sure of them.

    Parameters
    ----------
    loop : GramPathLoop
        Started: it has all blocks in its working set. It goes on where compiled code
        ends.
    """

    def __init__(self, loop):
        self.loop = loop
        self._descent: Any = None
        self._n_failed = 0

    def settle(self, penalties, max_iter):
        """Yield solutions for the first of several penalties, as `PathLoop` does."""
        if not self._applies(penalties[0]):
            return
        descent, last, n_settled = self._resumed(), [], 0
        while n_settled < len(penalties):
            run = penalties[n_settled : n_settled + RUN]
            found = descent.run(self._strengths(run), max_iter)
            yield from self._solutions(run, *found)
            last = [*last, *zip(run, found[0], strict=False)][-2:]
            n_settled += len(found[0])
            if len(found[0]) < len(run):
                break
        self._n_failed = 0 if n_settled else self._n_failed + 1
        self.loop.start_at(last)

    def _applies(self, penalty):
        """Return whether compiled code is able to follow a path of such penalties."""
        loop = self.loop
        thresholds = loop.problem.thresholds[loop.working_set.chosen]
        return (
            penalty.rescales
            and self._n_failed < MAX_FAILED
            and not loop.free.in_play
            and len(thresholds) > 0
            and bool(thresholds.all())
        )

    def _resumed(self):
        """Return the compiled descent at the coefficients of the loop."""
        working_set = self.loop.working_set
        if self._descent is None:
            self._descent = self._make_descent(working_set)
            if not working_set.coef.any():
                return self._descent
        self._descent.resume(working_set.coef, self.loop.problem.penalty.alpha)
        return self._descent

    def _make_descent(self, working_set):
        grams, origin = working_set.storage.grams, np.zeros_like(working_set.coef)
        correlation = np.empty((origin.shape[1], grams.shape[1]))
        correlation[:, : len(origin)] = self.loop.before
        limits = self.loop.rounding_limits()
        datafit = GramQuadratic(
            working_set.row_curvature,
            working_set.block_ptr,
            self.loop.data.column_ptr,
            grams,
            correlation,
            origin,
            limits.norm**2,
        )
        return PathDescent(datafit, working_set.penalty.replaced(), correlation, limits)

    def _strengths(self, penalties):
        """Return the strengths of penalties in scaled units, a row each."""
        data, names = self.loop.data, penalties[0].strengths()
        unit = penalties[0].replaced(**dict.fromkeys(names, 1.0))
        factors = unit.in_units(data.x_exponent, data.y_exponent).strengths()
        rows = [[*penalty.strengths().values()] for penalty in penalties]
        return np.array(rows) * np.array([*factors.values()])

    def _solutions(self, penalties, coefs, gaps, objectives, n_sweeps):
        """Yield the solutions in the user's units."""
        loop, data = self.loop, self.loop.data
        features = loop.working_set.storage.features
        free = [loop.free.coefficients(data, features, coef) for coef in coefs]
        shared = self._shared(penalties, coefs, free)
        features = np.concatenate([features, loop.free.features])
        if len(loop.free.features):
            coefs = np.concatenate([coefs, np.stack(free)], axis=1)
        coefs, intercepts = all_rows(data, features, coefs)
        gaps = np.maximum(np.ldexp(gaps, loop.unit), 0.0).tolist()
        objectives = np.ldexp(objectives, loop.unit).tolist()
        target = float(np.ldexp(loop.target, loop.unit))
        for k, n_iter in enumerate(n_sweeps.tolist()):
            own = coefs[k], intercepts[k], gaps[k], target, n_iter, True, objectives[k]
            yield Solution(*own, shared[k])

    def _shared(self, penalties, coefs, free):
        """Return the parts of the coefficients that tasks share, or None for each."""
        loop, working_set = self.loop, self.loop.working_set
        features = np.concatenate([working_set.storage.features, loop.free.features])
        found = []
        for penalty, coef, rest in zip(penalties, coefs, free, strict=False):
            part = penalty.restricted(working_set.chosen)
            part = part.shared_part(coef, working_set.block_ptr)
            if part is None:
                return [None] * len(coefs)
            rows = np.concatenate([part, rest])
            found.append(all_rows(loop.data, features, rows)[0])
        return found
