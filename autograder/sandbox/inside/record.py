"""Record which functions of torch run in a call, whatever names the code has for them."""

import contextlib
import sys
import threading
from collections.abc import Callable
from typing import Any, Self

from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode


class Recorder(contextlib.ExitStack):
    """Notes the name of every torch function that is called, and of every operator that this runs.

    A composite operator (``linear``) shows only as a function. One that is reached in an unusual way (a compiled
    function, attention) shows only as an operator. Threads that the call starts are recorded too. Student code can get
    round all this: see SECURITY.md.

        with Recorder() as recorder:
            torch.nn.Softmax(1)(rows)
        recorder.names     # {"softmax", "_softmax"}
    """

    def __init__(self) -> None:
        super().__init__()
        self._functions, self._operators = _Functions(set()), _Operators(set())

    def __enter__(self) -> Self:
        self.enter_context(self._operators)
        self.enter_context(self._functions)
        self.callback(threading.setprofile, threading.getprofile())
        threading.setprofile(self._listen_in_thread)
        return self

    def _listen_in_thread(self, *_: Any) -> None:
        """Runs first in each new thread. Without it, what torch runs in that thread would not be recorded."""
        sys.setprofile(None)
        _Operators(self._operators.seen).__enter__()  # type: ignore[no-untyped-call]
        _Functions(self._functions.seen).__enter__()  # type: ignore[no-untyped-call]

    @property
    def names(self) -> set[str]:
        """The names so far, as torch has them."""
        functions = {str(getattr(called, "__name__", called)) for called in self._functions.seen}
        return functions | {str(called._overloadpacket.__name__) for called in self._operators.seen}


class _Noting:
    """Notes what is called, and calls it."""

    def __init__(self, seen: set[Any]) -> None:
        super().__init__()
        self.seen = seen

    def _call(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: dict[str, Any] | None = None) -> Any:
        self.seen.add(func)
        return func(*args, **(kwargs or {}))


class _Functions(_Noting, TorchFunctionMode):
    __torch_function__ = _Noting._call


class _Operators(_Noting, TorchDispatchMode):  # type: ignore[no-untyped-call]
    __torch_dispatch__ = _Noting._call

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # to skip dynamo, torch would first import it, for two seconds
