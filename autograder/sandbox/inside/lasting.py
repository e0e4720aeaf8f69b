"""Imports of modules that stay as long as the process."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def lasting_imports() -> Iterator[None]:
    """Look for no garbage in this block, nor later among what it has made.

    To import torch makes hundreds of thousands of objects, and nearly all stay. To search them again and again would
    take a fifth of the import. And what is never searched stays on pages that forks share, so each fork is cheaper.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
