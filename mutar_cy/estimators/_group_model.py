"""What the regressor and the classifier with groups of features share."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from mutar_cy import tasks
from mutar_cy.estimators._group_problem import (
    join_as_in_fit,
    read_group_problem,
    with_parts,
)
from mutar_cy.estimators._model import MultiTaskModel
from mutar_cy.penalties import L21, SparseGroup


class GroupModel(MultiTaskModel):
    """A linear predictor whose features are selected by groups.

    A subclass adds its parameters, ``fit``, the loss, and what it predicts.
    """

    _parameter_constraints = {
        **MultiTaskModel._parameter_constraints,
        "groups": [StrOptions({"auto", "prefix"}), Integral, "array-like", dict],
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "group_weights": [StrOptions({"sqrt_size"}), "array-like", dict],
        "standardize_groups": ["boolean"],
    }

    def _read_groups(self, X, y, prepare, **given):
        """Return the problem, without parts to solve."""
        if self.standardize_groups and (self.positive or self.l1_ratio > 0):
            other = "positive=True" if self.positive else f"l1_ratio={self.l1_ratio}"
            raise ValueError(
                f"standardize_groups=True and {other} exclude each other: the basis "
                f"that makes a group orthonormal mixes its columns."
            )
        return read_group_problem(self, X, y, prepare, **given)

    def _pose_groups(self, problem):
        """Return the problem with parts, the penalty and the blocks of features."""
        blocks, weights = problem.solver_blocks()
        return with_parts(self, problem), self._penalty(weights), blocks

    def _parts(self, problem):
        return problem.parts

    def _posed_at(self, posed, point):
        problem, stack, penalty, blocks = posed
        return problem, stack, penalty.replaced(**point), blocks

    def _penalty(self, weights):
        """Return the penalty for blocks of the given weights."""
        if self.l1_ratio == 0:
            return L21(self.alpha, weights, positive=self.positive)
        return SparseGroup(self.alpha, self.l1_ratio, weights, self.positive)

    def _unpenalised(self):
        return self.alpha == 0

    def _predictor(self, X, coef, intercept, task=None, offset=None):
        """Return linear predictors in the layout that X is in.

        Parameters
        ----------
        X, task, offset
            As given to ``predict``.
        coef : ndarray of shape (n_features, ...)
        intercept : ndarray of the shape of one row of ``coef``
        """
        check_is_fitted(self)
        X = join_as_in_fit(X, self._blocks, type(self).__name__)
        predictor = tasks.linear_predictor(self, X, coef, intercept, task)
        return tasks.add_offset(predictor, offset)

    @property
    def selected_groups_(self):
        """Names of the groups with a coefficient that is not 0, a list."""
        pairs = zip(self.group_names_, self.group_norms_, strict=True)
        return [name for name, norm in pairs if norm > 0]

    def get_support(self, groups=False, indices=False):
        """Tell which features, or which groups, are selected.

        Parameters
        ----------
        groups : bool, default=False
            Whether to tell of groups, instead of features.
        indices : bool, default=False
            Whether to return the indices of those selected, instead of a mask.

        Returns
        -------
        support : ndarray of shape (n_features,) or (n_groups,)
            A feature is selected if one of its coefficients is not 0, in any task or
            class; a group if one of its features is. Features are counted without the
            task column.
        """
        check_is_fitted(self)
        mask = self.group_norms_ > 0 if groups else self._rows().any(axis=1)
        return np.flatnonzero(mask) if indices else mask

    def _rows(self):
        """Return the coefficients with an axis of features and another one."""
        return self.coef_.reshape(len(self.coef_), -1)


def group_attributes(problem, coef):
    """Return what there is to say about the groups of a problem.

    Parameters
    ----------
    problem : GroupProblem
    coef : ndarray of shape (n_features, ...)
    """
    rows = coef.reshape(len(coef), -1)
    norms = [_norm(rows[members]) for members in problem.groups.indices]
    return {
        "groups_": problem.groups.indices,
        "group_names_": problem.groups.names,
        "group_norms_": np.array(norms, dtype=coef.dtype),
        "_blocks": problem.blocks,
    }


def _norm(block):
    """Return the Frobenius norm, also of entries whose squares leave the range."""
    largest = np.abs(block).max()
    return largest * np.linalg.norm(block / largest) if largest > 0 else 0.0
