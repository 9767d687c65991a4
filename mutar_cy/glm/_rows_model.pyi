class RowsModel:
    n_models: int
