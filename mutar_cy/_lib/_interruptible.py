"""Factorisations of large matrices that Ctrl-C interrupts."""

from threading import Thread, current_thread, main_thread

# Rows from which a factorisation is made in a thread: it takes some 0.2 s there.
LARGE = 1000
# Seconds between two looks whether it has ended.
POLL = 0.02


def interruptible(factorise, matrix, **options):
    """Factorise a matrix; if it is large, so that Ctrl-C is noticed at once.

    The factorisation that is interrupted goes on in its thread and is thrown away.

    Parameters
    ----------
    factorise : callable
        Called as ``factorise(matrix, **options)``; it lets other threads run.
    matrix : ndarray of shape (..., n_rows, n_columns)
    **options : dict

    Returns
    -------
    object
        What ``factorise`` returns, or raises.
    """
    large = min(matrix.shape[-2:]) >= LARGE
    if not large or current_thread() is not main_thread():
        return factorise(matrix, **options)
    found: list = []

    def run():
        try:
            found.append((factorise(matrix, **options), None))
        except Exception as error:
            found.append((None, error))

    thread = Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(POLL)
    value, error = found[0]
    if error is not None:
        raise error
    return value
