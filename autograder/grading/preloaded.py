"""The modules that judge an answer. The server of workers imports this one, once for all of them."""

from ..sandbox.inside.lasting import lasting_imports

with lasting_imports():
    from ..checks import catalogues, expect, explain, torch_names
    from ..sandbox import run
    from ..submission import suggestions
    from . import worker

__all__ = ["catalogues", "expect", "explain", "run", "suggestions", "torch_names", "worker"]
