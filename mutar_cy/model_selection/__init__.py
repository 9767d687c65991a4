"""Which strength to take, what to trust, and how to tell: paths, folds and criteria."""

__all__: list[str] = []
