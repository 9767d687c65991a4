"""pandas, which only tables of results need."""

import importlib


def need_pandas(who):
    """Return the module pandas, or say what asks for it and how to get it.

    Parameters
    ----------
    who : str
        The public function or method that needs it.
    """
    try:
        return importlib.import_module("pandas")  # mypy wants stubs of an import
    except ImportError as error:
        raise ImportError(
            f"{who} needs pandas, which is not installed: pip install 'mutar_cy[demo]'"
        ) from error
