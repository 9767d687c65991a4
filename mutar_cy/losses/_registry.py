"""The registry of losses, by name and by instance."""

from functools import cache

from mutar_cy.losses._loss import Loss


@cache
def _registered():
    """Return one loss of every class that the package imports, by name."""
    return {cls.name: cls() for cls in Loss.__subclasses__() if cls.name}


def regression_losses():
    """Return the names of the losses of numbers, in alphabetical order.

    The logistic loss is not among them: classifiers take it.
    """
    return sorted(name for name, loss in _registered().items() if loss.link != "logit")


def get_loss(loss):
    """Return a loss, given its name or itself.

    Parameters
    ----------
    loss : str or Loss

    Returns
    -------
    loss : Loss

    Raises
    ------
    ValueError
        If no loss has this name. The message lists the names.
    """
    if isinstance(loss, Loss):
        return loss
    found = _registered().get(loss)
    if found is None:
        raise ValueError(f"loss={loss!r} must be one of {sorted(_registered())}.")
    return found
