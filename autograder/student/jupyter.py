"""The IPython shell that runs a notebook, if one runs: asked for without an import of IPython."""

import sys
from collections.abc import Mapping
from typing import Any


def shell() -> Any:
    """The IPython shell that runs this, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def namespace() -> Mapping[str, Any]:
    """What the student's cells have defined so far."""
    running = shell()
    return running.user_ns if running is not None else vars(sys.modules["__main__"])
