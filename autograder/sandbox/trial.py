"""Tries a tier: forks and confines one child as the warm process would. Started as a script, by path."""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path


def main(policy_text: str) -> int:
    """0 when a child could be confined and ended."""
    package = types.ModuleType("sandbox")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules["sandbox"] = package
    from sandbox import confine  # type: ignore[import-not-found]

    policy = confine.Policy.from_json(policy_text)
    confine.harden_zygote(policy.tier)
    pid = confine.fork_child(policy.tier)
    if pid == 0:
        status = 1
        try:
            confine.enter(policy)
            (Path(policy.scratch) / "trial").write_text("a child can write here")
            status = 0
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
