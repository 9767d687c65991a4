"""The parameters and attributes of models that are solved by reweighting."""

from mutar_cy.estimators._multi_task_model import MultiTaskRegressor
from mutar_cy.objectives import COUNT, NON_NEGATIVE


class ReweightingRegressor(MultiTaskRegressor):
    """A penalty that is concave in norms of blocks, solved by its tangents.

    A subclass adds its parameters and ``_objective``, a `ReweightedObjective`.
    """

    _parameter_constraints = {
        **MultiTaskRegressor._parameter_constraints,
        "max_iter_reweighting": COUNT,
        "tol_reweighting": NON_NEGATIVE,
    }

    def _attributes(self, objective, arrays):
        fitted = super()._attributes(objective, arrays)
        return {**fitted, "loss_": arrays["losses"], "weights_": arrays["weights"]}
