"""Is a fit optimal? The answer from the data, whatever the solver says.

The duality gap of a problem at ``W, b`` is the objective there minus the value of a
dual point, and bounds how far the objective is from its minimum. The dual point is
built here from residuals: centred, made orthogonal to what is not penalised, scaled
into the dual ball. ``problems`` says what a problem is. ``conftest`` certifies every
fit that a test makes, whatever else the test asks.
"""

import numpy as np
import reference
from problems import Problem, coefficients_of, normalized, problem_of
from scipy.optimize import nnls
from split_norm import split_norm


def project(problem, residuals, coef):
    """Return residuals after the unpenalised coefficients are solved again.

    The gradient with respect to these coefficients has to vanish (or, when they are
    constrained, to be no ascent direction) for a dual point to be feasible.
    """
    free = np.zeros(coef.shape, dtype=bool)
    if problem.ridge == 0.0:
        for block in problem.blocks:
            free[np.ix_(block.rows, block.columns)] = block.strength == 0.0
    out = []
    for column, r, w, own in zip(
        problem.columns, residuals, coef.T, free.T, strict=True
    ):
        root = np.sqrt(column.weight)
        X, target = column.X[:, own], r + column.X[:, own] @ w[own]
        if problem.fit_intercept:
            total = column.weight.sum()
            X = X - column.weight @ X / total
            target = target - column.weight @ target / total
        out.append(
            target - X @ least_squares(root[:, None] * X, root * target, problem)
        )
    return out


def least_squares(X, y, problem):
    """Solve ``min |y - X w|``, subject to ``w >= 0`` if the problem says so."""
    if X.shape[1] == 0:
        return np.zeros(0)
    return nnls(X, y)[0] if problem.positive else np.linalg.lstsq(X, y)[0]


def scale_and_value(problem, residuals):
    """Return the dual objective of the residuals scaled into the dual ball."""
    dual = [c.weight * r for c, r in zip(problem.columns, residuals, strict=True)]
    # Means are taken off X: they cost nothing but digits, since the dual sums to 0.
    designs = [c.X for c in reference.centred(problem)]
    slopes = np.array([X.T @ u for X, u in zip(designs, dual, strict=True)]).T
    slopes = np.maximum(slopes, 0.0) if problem.positive else slopes
    linear = sum(u @ c.y for u, c in zip(dual, problem.columns, strict=True))
    square = sum(u @ r for u, r in zip(dual, residuals, strict=True))
    norms = [
        pair
        for rows, columns, strength, entry in problem.blocks
        for pair in norms_and_bounds(slopes[np.ix_(rows, columns)], strength, entry)
    ]
    if problem.ridge > 0:
        excess = sum(max(norm - strength, 0.0) ** 2 for norm, strength in norms)
        return linear - square / 2 - excess / (2 * problem.ridge)
    bounds = [s / n for n, s in norms if s > 0 and n > 0]
    best = linear / square if square > 0 else 1.0
    scale = max(0.0, min([best, *bounds]))
    return scale * linear - scale**2 * square / 2


def norms_and_bounds(slope, strength, entry):
    """Return what is bounded in a block's part of the gradient, and its bounds."""
    pairs = [(np.linalg.norm(slope), strength)]
    return [*pairs, (np.abs(slope).max(), entry)] if np.isfinite(entry) else pairs


def dual_value(problem, coef, intercept):
    """Return the value of the dual point that ``coef`` and ``intercept`` give."""
    residuals = reference.residuals(problem, coef, intercept)
    if problem.fit_intercept:
        residuals = [
            r - c.weight @ r / c.weight.sum()
            for c, r in zip(problem.columns, residuals, strict=True)
        ]
    return scale_and_value(problem, project(problem, residuals, coef))


def duality_gap(problem, coef, intercept):
    """Return an upper bound of the distance to the minimum, in its units."""
    primal = reference.objective(problem, coef, intercept)
    return primal - dual_value(problem, coef, intercept)


def best_duality_gap(problem, coef, intercept, target):
    """Return the gap with a dual point that is refined until it decides.

    A solver may have used a better dual point than the one of its last residual, so
    that a gap above the target proves nothing until the dual is solved as well.
    """
    primal = reference.objective(problem, coef, intercept)
    best = [dual_value(problem, coef, intercept)]

    def decided(refined, its_intercept):
        best.append(dual_value(problem, refined, its_intercept))
        lowest = reference.objective(problem, refined, its_intercept)
        reached = primal - max(best) <= target
        return reached or primal - lowest > target

    if primal - best[0] > target and np.isfinite(primal):
        reference.proximal_gradient(problem, coef, stop=decided)
    return primal - max(best)


def separate(problem):
    """Split a problem without blocks across columns into one per column."""
    if any(len(block.columns) > 1 for block in problem.blocks):
        return [problem]
    parts = []
    for c, column in enumerate(problem.columns):
        own = [b for b in problem.blocks if b.columns[0] == c]
        blocks = [b._replace(columns=np.array([0])) for b in own]
        parts.append(problem._replace(columns=[column], blocks=blocks))
    return parts


def radius(problem, tol):
    """Return how far apart two points with gaps of ``tol`` (relative) can be.

    The objective is strongly convex where no columns are collinear, by the smallest
    eigenvalue of the Gram matrices plus the ridge.
    """
    grams = [(X.T * weight) @ X for X, _, weight in reference.centred(problem)]
    curvature = min(np.linalg.eigvalsh(gram)[0] for gram in grams) + problem.ridge
    return 2 * np.sqrt(2 * tol * reference.null_objective(problem) / curvature)


def rounding_of_targets(problem):
    """Return what an intercept may cost that is off in its last digits."""
    squares = sum(c.weight @ c.y**2 for c in problem.columns)
    return (16 * np.finfo(float).eps) ** 2 * squares


def check(problem, coef, intercept, *, tol, rounding=1e-12):
    """Raise AssertionError unless the gap is at most ``tol`` times the null model's.

    ``rounding`` is what floating point may cost, relative to the null model: larger
    for coefficients in single precision.
    """
    parts = separate(problem)
    start = 0
    for part in parts:
        stop = start + len(part.columns)
        own, b = coef[:, start:stop], intercept[start:stop]
        for block in part.blocks:
            excluded = own[np.ix_(block.rows, block.columns)]
            assert np.isfinite(block.strength) or not excluded.any()
        null = reference.null_objective(part)
        target = (tol + rounding) * null + rounding_of_targets(part)
        gap = best_duality_gap(part, own, b, target)
        assert gap <= target, f"gap {gap:.3g} > {target:.3g} (null model {null:.3g})"
        start = stop


def assert_certified(model, X, y, *, tol=None, rounding=None, **fit_params):
    """Raise AssertionError unless ``model``, fitted on ``X, y``, is optimal.

    Parameters
    ----------
    model : estimator
        Fitted on ``X, y`` and ``fit_params`` (``sample_weight``, ``task``).
    tol : float, default=None
        Largest gap allowed, relative to the null model; ``model.tol`` if None.
    rounding : float, default=None
        Added to ``tol``; by the precision of ``coef_`` if None.
    """
    problem = problem_of(model, X, y, **fit_params)
    check_split(model, problem)
    n_columns = len(problem.columns)
    coef, intercept = coefficients_of(model, problem.n_features, n_columns)
    if rounding is None:
        rounding = 1e-5 if np.asarray(model.intercept_).dtype == np.float32 else 1e-12
    if getattr(model, "normalize", False) and model.fit_intercept:
        problem, coef, intercept = in_normalized_units(
            problem, coef, intercept, model.normalize
        )
    tol = model.tol if tol is None else tol
    if getattr(model, "concomitant", False):
        check_levels(problem, coef, intercept, np.ravel(model.sigma_), rounding)
        problem = at_levels(problem, np.ravel(model.sigma_))
        # Of the gap of coefficients and levels, relative to twice this null model.
        tol = 2 * tol
    check(problem, coef, intercept, tol=tol, rounding=rounding)


def check_split(model, problem):
    """Raise AssertionError unless a split of coefficients is one, of least cost."""
    blocks = [block for block in problem.blocks if np.isfinite(block.entry)]
    if not blocks:
        return
    size = problem.n_features, len(problem.columns)
    shared, specific = (
        np.asarray(part, dtype=np.float64).reshape(size)
        for part in (model.coef_shared_, model.coef_specific_)
    )
    assert np.array_equal(model.coef_shared_ + model.coef_specific_, model.coef_)
    assert np.isfinite(shared).all()
    scales = np.ones(size)
    if model.normalize and model.fit_intercept:
        scales = normalized(problem.columns, model.normalize)[1]
    close = 1e-5 if np.asarray(model.coef_).dtype == np.float32 else 1e-10
    for rows, columns, strength, entry in blocks:
        index = np.ix_(rows, columns)
        p, q = shared[index] * scales[index], specific[index] * scales[index]
        cost = strength * np.linalg.norm(p) + entry * np.abs(q).sum()
        least = split_norm(p + q, strength, entry)[0]
        assert cost <= (1 + close) * least, f"split costs {cost}, not {least}"


def check_levels(problem, coef, intercept, levels, rounding):
    """Raise AssertionError unless noise levels are those of the residuals."""
    residuals = reference.residuals(problem, coef, intercept)
    lowest = 0.01 * np.array(null_levels(problem))
    for c, r, level, least in zip(
        problem.columns, residuals, levels, lowest, strict=True
    ):
        found = np.sqrt(c.weight @ r**2 / c.weight.sum())
        best = max(found, least)
        assert abs(level - best) <= (1e-7 + 100 * rounding) * best, (level, best)


def null_levels(problem):
    """Return the deviations of targets that unpenalised columns leave."""
    zero = np.zeros((problem.n_features, len(problem.columns)))
    residuals = [c.y for c in problem.columns]
    if problem.fit_intercept:
        residuals = [c.y - c.weight @ c.y / c.weight.sum() for c in problem.columns]
    residuals = project(problem, residuals, zero)
    found = [
        np.sqrt(c.weight @ r**2 / c.weight.sum())
        for c, r in zip(problem.columns, residuals, strict=True)
    ]
    largest = max(found)
    return [own if own > 1e-12 * largest else largest for own in found]


def at_levels(problem, levels):
    """Return the problem of squared error at fixed noise levels."""
    columns = [
        c._replace(weight=c.weight / level)
        for c, level in zip(problem.columns, levels, strict=True)
    ]
    return problem._replace(columns=columns)


def in_normalized_units(problem, coef, intercept, normalize=True):
    """Return the problem on normalised columns, and its coefficients."""
    columns, scales = normalized(problem.columns, normalize)
    pairs = zip(problem.columns, coef.T, strict=True)
    shifts = [c.weight @ c.X / c.weight.sum() @ w for c, w in pairs]
    problem = Problem(columns, *problem[1:])
    return problem, coef * scales, intercept + np.array(shifts)
