"""A model of any loss whose features may come in groups: parameters and checks."""

from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from mutar_cy.estimators._grouping import (
    GROUPS,
    read_feature_groups,
    read_penalty_weights,
)
from mutar_cy.estimators._multi_task_model import MultiTaskModel
from mutar_cy.objectives import NON_NEGATIVE


class GroupedModel(MultiTaskModel):
    """A model of any loss whose features may come in groups.

    A subclass adds its parameters and ``_loss_objective``.
    """

    l1_ratio: float = 0.0
    ridge: float = 0.0
    standardize_groups: bool = False
    degenerate_tasks: str | None = "raise"

    _parameter_constraints = {
        **MultiTaskModel._parameter_constraints,
        "normalize": ["boolean", StrOptions({"std"})],
        "groups": GROUPS,
        "positive": ["boolean", "array-like"],
        "penalty_weights": [StrOptions({"sqrt_size"}), "array-like", dict],
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "ridge": NON_NEGATIVE,
        "standardize_groups": ["boolean"],
        "degenerate_tasks": [StrOptions({"raise", "constant"})],
    }

    def _read_data(self, X, y, **given):
        if self.standardize_groups and (self._is_positive or self.l1_ratio > 0):
            other = "positive" if self._is_positive else f"l1_ratio={self.l1_ratio}"
            raise ValueError(
                f"standardize_groups=True and {other} exclude each other: the basis "
                f"that makes a group orthonormal mixes its columns. Set "
                f"standardize_groups=False."
            )
        return super()._read_data(X, y, **given)

    def _signs(self, data):
        """Return one sign per feature, or None where all coefficients have the same.

        Raises
        ------
        ValueError
            If they are not -1, 0 and 1, or too many or too few.
        """
        if isinstance(self.positive, bool | np.bool_):
            return None
        signs = np.asarray(self.positive)
        if signs.shape != (data.n_features,):
            raise ValueError(
                f"positive has shape {signs.shape}, but there are {data.n_features} "
                "features; give one sign per feature, or True or False for all."
            )
        wrong = np.flatnonzero(~np.isin(signs, (-1, 0, 1)))
        if len(wrong):
            raise ValueError(
                f"positive has {signs[wrong[0]]} for feature {wrong[0]}; a sign is 1, "
                "-1, or 0 for both."
            )
        if np.all(signs == 1) or not np.any(signs):  # True or False
            return None
        return signs.astype(np.int64)

    @property
    def _is_positive(self):
        """Whether some coefficients may have one sign only."""
        return bool(np.any(self.positive))

    def _check_ridge(self, weights):
        """Raise where a ridge has no place beside the other parameters."""
        if not self.ridge:
            return
        given = f"ridge={self.ridge!r}"
        if weights is not None and not np.all(weights):
            raise ValueError(
                f"{given} shrinks every feature, but penalty_weights has a 0, which "
                "leaves features unpenalised. Set ridge=0, or a small weight."
            )

    def _loss_objective(self, data, loss):
        """Return the objective of data that `_read` has returned, with a loss."""
        raise NotImplementedError

    def _groups_and_weights(self, data, per_task=False):
        """Return the groups of features and the penalty weights of blocks."""
        groups = read_feature_groups(self, data)
        weights = read_penalty_weights(self, data, groups, per_task)
        self._check_ridge(weights)
        return groups, weights
