"""The registry of losses, by name and by instance."""

from functools import cache

from mutar_cy.losses._loss import Loss


@cache
def _registered():
    """Return one loss of every class that the package imports, by name."""
    return {cls.name: cls() for cls in Loss.__subclasses__() if cls.name}


def regression_losses():
    """Return the names of the losses for regression, in alphabetical order.

    The logistic loss is not among them: classifiers take it.

    Returns
    -------
    names : list of str
        The values of the parameter ``loss`` of GroupLasso, IndLasso and DirtyModel.

    Examples
    --------
    >>> from mutar_cy.losses import regression_losses
    >>> regression_losses()
    ['gamma', 'huber', 'negative_binomial', 'poisson', 'squared_error', 'tweedie']
    """
    return sorted(name for name, loss in _registered().items() if loss.link != "logit")


def get_loss(loss):
    """Return a loss, given its name or itself.

    Parameters
    ----------
    loss : str or Loss
        A name, such as "poisson", or a loss.

    Returns
    -------
    loss : Loss
        The loss of this name, with default parameters; or the loss as given.

    Raises
    ------
    ValueError
        If no loss has this name. The message lists the names.

    Examples
    --------
    >>> from mutar_cy.losses import get_loss
    >>> get_loss("huber")
    Huber(1.35)
    """
    if isinstance(loss, Loss):
        return loss
    found = _registered().get(loss)
    if found is None:
        raise ValueError(f"loss={loss!r} must be one of {sorted(_registered())}.")
    return found
