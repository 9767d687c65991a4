"""What scikit-learn's cross-validated coordinate-descent estimators have in common."""

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.model_selection import check_cv
from sklearn.utils import check_scalar, column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)

from mutar_cy.estimators import (
    FRAMES,
    all_or_nothing,
    at_point,
    check_strengths_of_path,
    warn_unconverged,
)
from mutar_cy.linear_model._base import (
    CoordinateDescentRegressor,
    warn_if_unpenalised,
)
from mutar_cy.linear_model._grid import alpha_grid
from mutar_cy.model_selection import CrossValidated, Grid, constraints_of
from mutar_cy.tasks import check_target


def constraints_as_theirs(cls, **more):
    """Return scikit-learn's constraints of the class that chooses for another one."""
    return constraints_of(
        cls,
        eps=[Interval(Real, 0, None, closed="neither")],
        selection=[StrOptions({"cyclic", "random"})],
        criterion=None,
        verbose=["verbose"],
        **more,
    )


class CoordinateDescentCV(CrossValidated, CoordinateDescentRegressor):
    """Choose ``alpha``, and ``l1_ratio`` if there is one, as scikit-learn does.

    A subclass adds its parameters and names the class that it chooses for.
    """

    _model_class: type
    _several_targets = False
    criterion = None
    l1_ratio: Any

    @all_or_nothing
    def fit(self, X, y, sample_weight=None, **params):
        """Choose the strength by cross-validation, then fit to all samples.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The design; it is never written to.
        y : array-like of shape (n_samples,) or (n_samples, n_targets)
            The targets: one, or for the multi-task classes a column of each.
        sample_weight : float or array-like of shape (n_samples,), default=None
            Sample weights, of the fits and of the squared errors within a fold. Folds
            count alike.
        **params : dict
            What the splitter ``cv`` takes, such as ``groups``; only with
            scikit-learn's metadata routing enabled.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If shapes disagree, numbers are not finite, a given strength is negative,
            ``l1_ratio`` is 0 without given strengths, or ``params`` are given without
            metadata routing.
        TypeError
            If a given strength is not a number.

        Warns
        -----
        ConvergenceWarning
            If a duality gap is above its target after ``max_iter`` iterations.
        UserWarning
            If the strength chosen is 0.
        """
        to_split = self._to_splitter(sample_weight, params)
        self._fit(X, self._targets(y), to_split=to_split, sample_weight=sample_weight)
        warn_if_unpenalised(self.alpha_)
        return self

    def _to_splitter(self, sample_weight, params):
        """Return what the splitter is to be given of what ``fit`` was."""
        if get_config()["enable_metadata_routing"]:
            given = {"sample_weight": sample_weight, **params}
            return process_routing(self, "fit", **given).splitter.split
        if params:
            raise ValueError(
                f"[{', '.join(map(repr, params))}] passed to "
                f"{type(self).__name__}.fit is only supported if "
                f"enable_metadata_routing=True, which you can set by "
                f"sklearn.set_config(enable_metadata_routing=True)."
            )
        return {}

    def _targets(self, y):
        """Check that there are as many targets as this class is for."""
        y, name = check_target(y, "y"), type(self).__name__
        if self._several_targets:
            if y.ndim == 1:
                single = name.replace("MultiTask", "")
                raise ValueError(f"For mono-task outputs, use {single}")
            return y
        if y.ndim == 2 and y.shape[1] > 1:
            raise ValueError(f"For multi-task outputs, use MultiTask{name}")
        return column_or_1d(y, warn=True)

    def _model(self):
        return at_point(super()._model(), {**self._mixtures()[0], "_between": 1})

    def _mixtures(self):
        """Return the parameters beside ``alpha`` that are chosen, path by path."""
        if not hasattr(self, "l1_ratio"):
            return [{}]
        ratios = np.atleast_1d(np.asarray(self.l1_ratio, dtype=np.float64))
        wrong = ratios[~((ratios >= 0) & (ratios <= 1))]
        if ratios.ndim > 1 or not len(ratios) or len(wrong):
            raise ValueError(
                f"l1_ratio must be numbers between 0 and 1, got {self.l1_ratio!r}."
            )
        return [{"l1_ratio": ratio} for ratio in ratios.tolist()]

    def _grid(self, model, posed):
        mixtures = self._mixtures()
        if isinstance(self.alphas, Integral):
            positive = getattr(model, "positive", False)
            alphas = [
                alpha_grid(
                    posed[1],
                    at_point(model, mixture).l1_ratio,
                    self.eps,
                    int(self.alphas),
                    positive,
                )
                for mixture in mixtures
            ]
            shown = np.stack(alphas) if len(mixtures) > 1 else alphas[0]
        else:
            shown = checked_strengths(self.alphas)
            alphas = [shown] * len(mixtures)
        rows = [
            [{**mixture, "alpha": alpha} for alpha in own.tolist()]
            for mixture, own in zip(mixtures, alphas, strict=True)
        ]
        return Grid(rows, shown, None, single=len(rows) == 1)

    def _rule(self):
        return "min"

    def _fold_weights(self, held, data):
        """Return None: folds count alike, as in scikit-learn."""

    def _of_scores(self, scores, grid, data):
        found = super()._of_scores(scores, grid, data)
        return {name: np.squeeze(path) for name, path in found.items()}

    def _warn_free(self, best):
        """Leave it to ``fit``, which warns in scikit-learn's words."""

    def _warn(self, solution):
        """Warn if the fit to all samples is not as good as was asked for."""
        warn_unconverged(solution, frames=FRAMES + 2)

    def get_metadata_routing(self):
        """Say what ``fit`` passes on to the splitter.

        Returns
        -------
        routing : MetadataRouter
            As scikit-learn's meta-estimators ask for it.
        """
        to_split = MethodMapping().add(caller="fit", callee="split")
        router = MetadataRouter(owner=self).add_self_request(self)
        return router.add(splitter=check_cv(self.cv), method_mapping=to_split)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.single_output = not self._several_targets
        tags.target_tags.multi_output = self._several_targets
        return tags


def checked_strengths(alphas):
    """Return given strengths in descending order.

    Raises
    ------
    TypeError, ValueError
        If one is not a number, or not one of a strength: scikit-learn's messages.
    """
    for index, alpha in enumerate(alphas):
        check_scalar(
            alpha, f"alphas[{index}]", Real, min_val=0.0, include_boundaries="left"
        )
    return check_strengths_of_path(list(alphas))
