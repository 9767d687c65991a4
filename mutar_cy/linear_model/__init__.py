"""scikit-learn's coordinate-descent estimators: same names, shapes and defaults."""

from mutar_cy.linear_model._elastic_net import ElasticNet
from mutar_cy.linear_model._elastic_net_cv import ElasticNetCV
from mutar_cy.linear_model._lasso import Lasso
from mutar_cy.linear_model._lasso_cv import LassoCV
from mutar_cy.linear_model._multi_task_elastic_net import MultiTaskElasticNet
from mutar_cy.linear_model._multi_task_elastic_net_cv import MultiTaskElasticNetCV
from mutar_cy.linear_model._multi_task_lasso import MultiTaskLasso
from mutar_cy.linear_model._multi_task_lasso_cv import MultiTaskLassoCV
from mutar_cy.linear_model._path import enet_path, lasso_path

__all__ = [
    "ElasticNet",
    "ElasticNetCV",
    "Lasso",
    "LassoCV",
    "MultiTaskElasticNet",
    "MultiTaskElasticNetCV",
    "MultiTaskLasso",
    "MultiTaskLassoCV",
    "enet_path",
    "lasso_path",
]
