"""Fit of a generalised linear model: Newton steps, certificate, path."""

from typing import Any

import numpy as np

from mutar_cy.glm._newton_rows import FEW, HARD
from mutar_cy.glm._packed_model import PackedModel
from mutar_cy.glm._predictors import EntrySet, PredictorSet
from mutar_cy.glm._unpenalised import refit_unpenalised
from mutar_cy.solvers import (
    BALANCED,
    Certificate,
    PathLoop,
    Solution,
    all_rows,
    make_solution,
    run_path,
    unit_exponents,
)

# Fraction of the gap to which the quadratic model of a Newton step is solved.
INNER = 0.03
# Bytes of packed rows up to which all of them are packed at once: 256 MiB.
PACKED = 2.0**28
# Entries of a sparse design, zeros included, up to which its columns are packed.
SPARSE = 1e6
# Strengths of the first run of a path: it may end before the last one.
FIRST_RUN = 16
# Successive steps without a smaller gap that end a descent: no digit is left.
MAX_STALLED = 3


def descend_newton(working_set, target, budget):
    """Bring the duality gap of the working set's own problem below ``target``.

    Parameters
    ----------
    working_set : PredictorSet
        With residuals of its coefficients; moved in place.
    target : float
    budget : int
        Maximum number of Newton steps.

    Returns
    -------
    n_steps : int
    """
    n_steps = n_stalled = 0
    best = np.inf
    while True:
        rows = working_set.newton_rows()
        if rows is not None:
            done, working_set.loss = rows.descend(
                working_set.penalty, target, budget - n_steps
            )
            n_steps += done
            if rows.status != HARD or n_steps >= budget:
                return n_steps
        correlation = working_set.storage.correlate(working_set._residuals)
        gap = working_set.gap(correlation)
        n_stalled = 0 if gap < best else n_stalled + 1
        best = min(gap, best)
        if gap <= target or n_steps >= budget or n_stalled >= MAX_STALLED:
            return n_steps
        direction, shift = PackedModel(working_set).solve(correlation, gap, INNER)
        slope = -float(np.vdot(direction, correlation.T))
        n_steps += 1
        if working_set.step_along(direction, shift, slope) == 0.0:
            return n_steps
        # Gaps and models need residuals that are orthogonal to free rows.
        refit_unpenalised(working_set)


def solve_glm(
    responses,
    penalty,
    groups=None,
    coef=None,
    *,
    tol=1e-4,
    max_iter=100,
    on_iteration=None,
):
    """Minimise the loss of some responses plus a penalty, to a duality gap.

    Parameters
    ----------
    responses : Responses
    penalty : Penalty
    groups, coef, on_iteration
        As for `solve`.
    tol : float, default=1e-4
        Stop when the duality gap is at most ``tol`` times the excess of the null
        model's loss (intercepts only) over the least loss that any predictors have:
        half its deviance per unit of weight.
    max_iter : int, default=100
        Maximum number of Newton steps.

    Returns
    -------
    Solution
    """
    run = GlmLoop(responses, penalty, groups, tol)
    run.start(coef)
    for solution in run.settle([penalty], max_iter, on_iteration):
        return solution
    run.minimise(max_iter, on_iteration)
    return run.solution()


def solve_glm_path(
    responses, penalties, groups=None, coef=None, *, tol=1e-4, max_iter=100
):
    """Yield the solutions for several penalties, each from the last one.

    Parameters
    ----------
    responses : Responses
    penalties : iterable of Penalty
        They differ in their strengths, which decrease.
    coef : ndarray of shape (n_features, n_columns), default=None
        The start of the first fit; not modified.
    groups, tol, max_iter
        As for `solve_glm`.

    Yields
    ------
    Solution
    """
    yield from run_path(
        lambda first: GlmLoop(responses, first, groups, tol), penalties, max_iter, coef
    )


class GlmCertificate(Certificate):
    """The best dual value seen; dual points are residuals scaled by at most 1."""

    def __init__(self, thresholds, ridge, smoothness):
        super().__init__(thresholds, ridge, 1.0)
        self.smoothness = smoothness

    def best(self, point, norms, conjugate=None):
        """Return the largest feasible scale up to 1, and the dual value there.

        With a ridge every scale is feasible, and 1 is the best at the optimum: the
        better of the two is returned.

        Parameters
        ----------
        point : callable
            Returns the dual value at a scale.
        norms : ndarray of shape (n_blocks,)
        conjugate : float, default=None
            The result of :meth:`PenalisedProblem.conjugate`.
        """
        above = norms > self.thresholds
        scale = 1.0
        if above.any():
            scale = float((self.thresholds[above] / norms[above]).min())
        if self.ridge == 0.0 or scale == 1.0:
            return scale, point(scale)
        if conjugate is None:
            excess = (norms - self.thresholds)[above]
            conjugate = excess @ excess / (2.0 * self.ridge)
        whole = point(1.0) - conjugate
        scaled = point(scale)
        return (1.0, whole) if whole > scaled else (scale, scaled)

    def anew(self):
        """Return a certificate of the same problem that has seen nothing."""
        return GlmCertificate(self.thresholds, self.ridge, self.smoothness)


class GlmLoop(PathLoop):
    """The state of one solve between two passes."""

    extrapolates = False  # nothing is linear here

    def __init__(self, responses, penalty, groups, tol):
        self.responses = responses
        self._entry_set: Any = None
        self._gave_up = False
        super().__init__(responses, penalty, groups, tol)

    def _make_working_set(self):
        return PredictorSet(self.problem, self.responses)

    def _make_certificate(self, thresholds):
        smoothness = self.responses.loss.smoothness
        return GlmCertificate(thresholds, self.problem.ridge, smoothness)

    def _descend(self, target, budget):
        return descend_newton(self.working_set, target, budget)

    def _null_objective(self):
        self.working_set.residuals()  # of no coefficients
        return self.working_set.loss + self.responses.constant_to_optimal

    def _size(self):
        found = self.responses
        return found.loss.magnitude(found.y, self.working_set.eta, found.sqrt_weight)

    def _target_norm(self):
        # The error of a residual is that of its predictor, times the curvature.
        found = self.working_set
        error = found.curvature * np.maximum(np.abs(found.eta), 1.0)
        error *= self.responses.sqrt_weight
        size = float(np.linalg.norm(found.residual) + np.linalg.norm(error))
        return size if np.isfinite(size) else 0.0

    def start(self, coef):
        """Begin at zero, or at given coefficients unless these are far off."""
        super().start(coef)
        working_set = self.working_set
        if working_set.coef.any():
            working_set.eta = None
            working_set.residuals()
            if not np.isfinite(working_set.loss):
                working_set.coef[:] = 0.0
                working_set.intercept[:] = 0.0
                working_set.eta = None

    def _settling_set(self):
        """Return the working set of all blocks for compiled code, or None.

        Dense columns are packed; of a large sparse design only the entries are used.
        """
        data, samples = self.data, int(self.data.sample_ptr[-1])
        if self.free.in_play or len(self.unjudged) or self.target < self.rounding:
            return None
        if not self.problem.penalty.rescales:
            return None
        size = float(data.n_features) * samples
        dense = all(design.packs_cheaply for design in data.designs)
        if dense or size <= SPARSE:
            fewest = min(own.stop - own.start for own in self.responses.slices)
            fits = data.n_features <= max(FEW, fewest) and 8.0 * size <= PACKED
            return self.working_set if fits else None
        if len(data.designs) > 1 or not self.problem.blocks.single or self._gave_up:
            return None
        if self._entry_set is None:
            self._entry_set = EntrySet(self.problem, self.responses)
            self._take_over(self.working_set, self._entry_set)
        return self._entry_set

    def _take_over(self, old, new):
        """Bring the coefficients of one working set into another one without blocks."""
        kept = np.flatnonzero(old.coef.any(axis=1))
        if len(kept):
            new.add(old.chosen[kept])
            new.coef[:] = old.coef[kept]
        new.intercept, new.eta = old.intercept.copy(), None

    def settle(self, penalties, max_iter, on_iteration=None):
        """Yield the solutions for the first of some penalties that compiled code finds.

        The loop is then at the last of them, or where the descent for the next one has
        ended.
        """
        working_set = self._settling_set()
        if working_set is None:
            return
        self._exponents = unit_exponents(penalties[0], self.data)
        n_asked = FIRST_RUN
        while penalties:
            asked, penalties = penalties[:n_asked], penalties[n_asked:]
            found = self._settle_run(working_set, asked, max_iter, on_iteration)
            yield from found
            if len(found) < len(asked):
                break
            n_asked *= 2
        if working_set is not self.working_set and len(found) < len(asked):
            self._gave_up = True
            self._take_over(working_set, self.working_set)

    def _settle_run(self, working_set, penalties, max_iter, on_iteration=None):
        """Return the solutions for the first of some penalties, of all that are met."""
        self.candidates[working_set.chosen] = False
        chosen = np.flatnonzero(self.candidates)
        if working_set is self.working_set:
            self.candidates[:] = False
        if len(chosen):
            working_set.add(chosen)
        if not len(working_set.coef):
            return []
        working_set.residuals()
        rows = working_set.newton_rows()
        if rows is None:
            return []
        strengths = [[*penalty.strengths().values()] for penalty in penalties]
        points = rows.path(
            working_set.penalty.replaced(),
            np.ldexp(np.array(strengths), self._exponents),
            self.noise[working_set.chosen],
            self.target,
            max_iter,
            BALANCED * (2.0 * self.null) ** 0.5,
            None if on_iteration is None else self._teller(on_iteration),
        )
        n_met = len(points[0])
        if n_met:
            self.problem = self.problem.with_penalty(penalties[n_met - 1])
            working_set.set_problem(self.problem)
            self.working_set.set_problem(self.problem)
            self.gap, self.primal, _ = points[-1][-1]
            self.converged = True
        working_set.loss = rows.value
        self.n_iter = 0 if n_met == len(penalties) else rows.n_steps
        return self._solutions(working_set, penalties, *points)

    def _teller(self, on_iteration):
        """Return what tells a callback of compiled steps, in the user's units."""

        def tell(n_steps, gap):
            on_iteration(n_steps, *np.ldexp([gap, self.target], self.unit))

        return tell

    def _solutions(self, working_set, penalties, coef, intercept, numbers):
        """Return the solutions of a run, whose numbers are gap, objective and steps."""
        data, features = self.data, working_set.storage.features
        data.y_mean = np.zeros(data.n_columns)  # intercepts differ between solutions
        shared = [self._shared(*own) for own in zip(penalties, coef, strict=False)]
        coefs, intercepts = all_rows(data, features, coef)
        own_means = intercept + self.responses.means
        intercepts = intercepts + np.ldexp(own_means, -data.y_exponent)
        gaps, objectives = np.ldexp(numbers[:, :2], self.unit).T.tolist()
        target = float(np.ldexp(self.target, self.unit))
        found = []
        for k, n_steps in enumerate(numbers[:, 2].tolist()):
            own = max(gaps[k], 0.0), target, int(n_steps), True, objectives[k]
            found.append(Solution(coefs[k], intercepts[k], *own, shared[k]))
        return found

    def _shared(self, penalty, coef):
        """Return the part of coefficients that tasks share, or None."""
        working_set, data = self.working_set, self.data
        if working_set.shared() is None:
            return None
        scaled = penalty.in_units(data.x_exponent, data.y_exponent)
        own = scaled.restricted(working_set.chosen)
        shared = own.shared_part(coef, working_set.block_ptr)
        return all_rows(data, working_set.storage.features, shared)[0]

    def solution(self):
        """Return coefficients, intercepts and certificate as they are now."""
        unit = -self.data.y_exponent
        intercept = self.working_set.intercept + self.responses.means
        self.data.y_mean = np.ldexp(intercept, unit)
        return make_solution(self)

    def _evaluate(self):
        working_set = self.working_set
        self.residuals = working_set.residuals()
        self.primal = working_set.objective()
        return lambda scale: self.responses.dual(working_set.residual, scale)

    def _measure(self):
        return self._evaluate()

    def _certify_balanced(self, point):
        """Compute the gap by residuals that are orthogonal to the intercepts."""
        residual = self.responses.balanced_by_sign(self.working_set.residual)
        residuals = self.responses.per_design(residual)
        correlation = self.data.correlate(residuals)
        self.certificate = self.certificate.anew()  # earlier points were not feasible
        self.gap = self.certificate.gap(
            self.primal,
            lambda scale: self.responses.dual(residual, scale),
            self._dual_norms(correlation),
            self.problem.conjugate(correlation),
        )


def glm_alpha_max(responses, penalty, groups=None):
    """Return the smallest alpha at which every penalised coefficient is zero.

    Parameters are those of `solve_glm`; the ``alpha`` of the penalty is not looked at.
    """
    run = GlmLoop(responses, penalty.unit(), groups, 0.0)
    run.start(None)
    run._evaluate()
    norms = run.problem.dual_norms(responses.correlate(run.residuals))
    thresholds = run.certificate.thresholds  # of an alpha of 1 in user's units
    counted = np.isfinite(thresholds)
    ratios = norms[counted] / thresholds[counted]
    return float(np.max(ratios, initial=0.0))
