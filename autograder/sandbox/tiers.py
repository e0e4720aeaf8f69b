"""The tiers of isolation: which one this machine gives, found out by running it, and how to start a process in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograder.errors import InfrastructureError, UserError

from . import confine, landlock, seccomp

LETTERS = "ABCD"
_MEBIBYTE = 1 << 20

_PROMISES = {
    "A": "namespaces and read-only mounts (bubblewrap), Landlock and seccomp",
    "B": "Landlock and seccomp: reads narrowed, no network, no new processes",
    "C": "limits and a process group: stops accidents, not attacks",
    "D": "a process with a time limit: this is not a sandbox, and it protects nobody",
}


@dataclass(frozen=True)
class Tier:
    """One tier. reasons: why no better one was had, each with what to do about it."""

    letter: str
    reasons: tuple[str, ...] = ()

    @property
    def promise(self) -> str:
        """What it protects with."""
        return _PROMISES[self.letter]

    def __str__(self) -> str:
        return f"tier {self.letter} ({self.promise})"


@cache
def best() -> Tier:
    """The best tier of this machine. Each is tried by confining a process in it; found out once a process."""
    reasons: list[str] = []
    for letter in LETTERS[:-1]:
        reason = _why_not(letter)
        if reason is None:
            return Tier(letter, tuple(reasons))
        reasons.append(f"tier {letter}: {reason}")
    return Tier("D", tuple(reasons))


def choose(wanted: str | None) -> Tier:
    """The best tier. Raises InfrastructureError, which says how to get it, when that is below ``wanted``."""
    if wanted is not None and wanted not in LETTERS:
        raise UserError(f"there is no sandbox tier {wanted!r}: the tiers are A, B, C and D")
    tier = best()
    if wanted is not None and tier.letter > wanted:
        reasons = "\n".join(f"  {reason}" for reason in tier.reasons)
        raise InfrastructureError(
            f"sandbox tier {wanted} was required, and this machine gives {tier}.\n{reasons}"
        )
    return tier


def exactly(letter: str) -> Tier:
    """That tier and no other, for tests. Raises InfrastructureError when it cannot be had."""
    reason = None if letter == "D" else _why_not(letter)
    if reason is not None:
        raise InfrastructureError(f"sandbox tier {letter} cannot be had: {reason}")
    return Tier(letter)


def can_fork(tier: Tier) -> bool:
    """Whether one warm process may fork a child for each submission; elsewhere each gets a fresh process."""
    return sys.platform.startswith("linux") and tier.letter in "ABC"


def policy(tier: Tier, scratch: str, memory: int) -> confine.Policy:
    """What a child of this tier may have. memory: bytes that each of its processes may add."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0 and tier.letter in "AB"
    return confine.Policy(
        tier=tier.letter,
        scratch=scratch,
        readable=tuple(_readable()),
        # A user of its own for each worker's children, so that their limit on processes is theirs alone.
        uid=1_000_000 + os.getpid() if as_root else None,
        keep_read_search=as_root,
        memory=memory,
        tmpfs_size=256 * _MEBIBYTE,
    )


def zygote_command(
    tier: Tier, arguments: Sequence[str], policy: confine.Policy, pass_fds: Sequence[int] = ()
) -> tuple[list[str], dict[str, str]]:
    """The command and environment that start a script of this folder in the tier."""
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": policy.scratch,
        "TMPDIR": policy.scratch,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        # One thread: a fork after threads have run would hang, and two workers beat one with two threads.
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TORCH_SHOW_CPP_STACKTRACES": "0",
    }
    if sys.platform == "win32":
        environment |= {name: os.environ[name] for name in ("SYSTEMROOT", "PATH", "TEMP") if name in os.environ}
    command = [sys.executable, "-I", "-B", *arguments]
    if tier.letter == "A":
        command = [*_bubblewrap(policy.scratch), *command]
    return command, environment


def _bubblewrap(scratch: str) -> list[str]:
    words = [str(shutil.which("bwrap")), "--die-with-parent", "--new-session"]
    words += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() != 0:
        words.append("--unshare-user")
    # The warm process keeps what it takes to give each child namespaces of its own; the child drops it all.
    words += ["--cap-add", "ALL", "--hostname", "sandbox"]
    for path in _readable():
        if Path(path).is_symlink():
            words += ["--symlink", os.readlink(path), path]
            path = os.path.realpath(path)
        words += ["--ro-bind", path, path]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", scratch, "--chdir", scratch]
    return words


@cache
def _readable() -> list[str]:
    """What every submission may read: the interpreter, the system's libraries, the packages, this folder."""
    schemes = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    paths = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime"]
    paths += [sys.prefix, sys.base_prefix, sys.exec_prefix, *schemes, str(Path(__file__).parent)]
    kept: list[str] = []
    for path in (p for p in paths if os.path.lexists(p)):
        if not any(Path(path).is_relative_to(other) for other in kept):
            kept.append(path)
    return kept


def _why_not(letter: str) -> str | None:
    """None when a process can be confined in that tier here, else the reason, with what to do about it."""
    if letter == "C":
        return None if os.name == "posix" else "process groups and limits are a matter of POSIX"
    if not sys.platform.startswith("linux"):
        return "it needs Linux"
    if letter == "A" and shutil.which("bwrap") is None:
        return "bubblewrap is not installed. On Debian and Ubuntu: sudo apt-get install bubblewrap"
    if letter == "B" and not landlock.abi():
        return "this kernel has no Landlock (Linux 5.13, and lsm=landlock at boot)"
    if not seccomp.supported():
        return "this processor's system calls are not known to us"
    return _try(letter)


def _try(letter: str) -> str | None:
    import tempfile

    tier = Tier(letter)
    with tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True) as folder:
        trial = policy(tier, "/tmp" if letter == "A" else folder, 256 * _MEBIBYTE)
        script = str(Path(__file__).with_name("trial.py"))
        command, environment = zygote_command(tier, [script, trial.to_json()], trial)
        try:
            ended = subprocess.run(
                command, env=environment, capture_output=True, timeout=30, stdin=subprocess.DEVNULL, cwd="/"
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"it could not be tried ({error})"
    if ended.returncode == 0:
        return None
    lines = ended.stderr.decode(errors="replace").strip().splitlines()
    reason = f"a process could not be confined ({lines[-1][:200] if lines else ended.returncode})"
    return f"{reason}. {_remedy()}" if letter == "A" else reason


def _remedy() -> str:
    switch = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    try:
        if switch.read_text().strip() == "1":
            return (
                "AppArmor forbids user namespaces here (Ubuntu 24.04). On your own machine: "
                "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
            )
    except OSError:
        pass
    return "User namespaces may be forbidden here: see the page on sandboxes in SECURITY.md"
