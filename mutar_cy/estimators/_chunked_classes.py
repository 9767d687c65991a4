"""Fits of classifiers to chunked designs."""

from functools import partial

import numpy as np
from sklearn.base import clone

from mutar_cy.chunks._loss_passes import LossColumns
from mutar_cy.estimators._chunked import (
    LossFit,
    one_row_per_task,
    refuse_free_and_positive,
)
from mutar_cy.estimators._chunked_input import LOADED, read_targets
from mutar_cy.losses import Logistic, SquaredError
from mutar_cy.objectives import (
    ClassificationObjective,
    StreamedNewton,
    refuse_without_rows,
)

COLUMNS = "n_features_in_", "feature_names_in_"  # attributes that reading data sets


class ClassFit(LossFit):
    """A class against the rest, fitted by Newton steps of one pass each.

    Parameters
    ----------
    objective : LossObjective
        Of squared errors of one row per task.
    data : ChunkedData
        Whose targets are 1 for the class and 0 for others.
    model : estimator
    """

    def __init__(self, objective, data, model):
        refuse_without_rows(objective)
        loss = Logistic()
        refuse_free_and_positive(objective, model, loss)
        self.objective = objective
        columns = LossColumns(data, loss, model.fit_intercept, model.normalize)
        self.rows, self.solver = columns, StreamedNewton(objective, columns)
        objective.find_alpha_max = self.solver.alpha_max


class ClassifierFit:
    """A classifier and the fits of all its positive classes.

    Parameters
    ----------
    model : LossClassifier
    given : ChunkedInput
    data : ChunkedData
        Whose targets are the numbers of classes.
    reader : ClassReader
    """

    def __init__(self, model, given, data, reader):
        self.model = clone(model).set_params(fit_intercept=False, normalize=False)
        one_row = given.read(self.model._read_data, *one_row_per_task(data))
        targets, weights = [*data.targets.values()], [*data.weights.values()]
        prepared = reader.prepare(one_row._replace(targets=targets, weights=weights))
        self.objective = ClassificationObjective(
            one_row._replace(classes=reader.classes),
            lambda own, _: self._squared_errors(own),
        )
        flat = dict(zip(data.designs, map(_flat, prepared.weights), strict=True))
        self._make = partial(self._data_of, prepared.targets, flat, data)
        self._data: list = []
        self._outer, self.fits = model, []

    def _squared_errors(self, data):
        """Return the objective of one row per task, whose targets are 0."""
        data = data._replace(targets=[np.zeros_like(Y) for Y in data.targets])
        return self.model._loss_objective(data, SquaredError())

    @staticmethod
    def _data_of(targets, weights, data, number):
        """Return chunked data whose targets are 1 for one class and 0 for others."""
        of_class = [(number == Y).astype(np.float64) for Y in targets]
        found = dict(zip(data.designs, of_class, strict=True))
        return data.with_targets(found, weights)

    def solve(self):
        """Return the solutions of all positive classes, certified by the data."""
        solutions = []
        pairs = zip(self.objective.binary, self.objective.positives, strict=True)
        for binary, number in pairs:
            data = self._make(number)
            self.fits.append(ClassFit(binary, data, self._outer))
            self._data.append(data)
            solutions.append(self.fits[-1].certified_solution(data))
        return solutions

    def attributes(self, solution):
        """Return the fitted attributes of the classifier, in the user's units."""
        objective = self.objective
        fitted = self.model._attributes(objective, objective.user_arrays(solution))
        pairs = zip(self.fits, solution, strict=True)
        found = [own.coefficients(of_class) for own, of_class in pairs]
        for name, values in zip(
            ("coef_", "intercept_"), zip(*found, strict=True), strict=True
        ):
            fitted[name] = np.reshape(np.stack(values), fitted[name].shape)
        return {
            **fitted,
            **{n: v for n, v in vars(self.model).items() if n in COLUMNS},
            "n_passes_": sum(own.n_passes for own in self._data),
            "n_bytes_read_": sum(own.n_bytes for own in self._data),
        }


def _flat(weight):
    """Return weights per row; several columns of labels may not differ in them."""
    if weight is None or weight.ndim == 1:
        return weight
    if weight.shape[1] > 1:
        raise ValueError(
            "class_weight is not available for chunked X with several columns of "
            f"labels, whose weights differ. {LOADED}"
        )
    return weight[:, 0]


def fit_chunked_classifier(model, given, reader, sample_weight, offset):
    """Return the fit of a classifier, its solution and its attributes.

    Parameters
    ----------
    model : LossClassifier
    given : ChunkedInput
    reader : ClassReader
    sample_weight, offset : object
        In the layout of X.
    """
    if offset is not None and len(reader.classes) > 2:
        raise ValueError(f"offset is for two classes, but y has {len(reader.classes)}.")
    numbers = reader.numbers()
    given, data = read_targets(given, numbers, sample_weight, offset, (False, False))
    fit = ClassifierFit(model, given, data, reader)
    solution = fit.solve()
    return fit, solution, fit.attributes(solution)
