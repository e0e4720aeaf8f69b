"""The sandbox tiers: which one this machine can give, found by trying, and how to start a process in it. The grader's side.

A   bubblewrap around the warm process; each child has its own pid and mount namespaces, with Landlock and seccomp
B   Landlock, seccomp and rlimits: the child can see the machine, but not use it
C   rlimits and a process group: stops accidents, not attacks
D   a process with a time limit: protects nobody, and says so

With AUTOGRADER_TIER=B (or C, D) in the grader's environment, no better tier is tried. This shows what a machine without
the better tiers would do.
"""

import dataclasses
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..common.errors import InfrastructureError, UserError
from .inside import landlock, seccomp
from .inside.confine import Confinement

LETTERS = "ABCD"
_TRIAL_SECONDS = 30
_PROMISES = {
    "A": "namespaces and read-only mounts (bubblewrap), Landlock and seccomp",
    "B": "Landlock and seccomp: reads narrowed, no network, no new processes",
    "C": "limits and a process group: stops accidents, not attacks",
    "D": "a process with a time limit: this is not a sandbox, and it protects nobody",
}
_SYSTEM_PREFIXES = ("/", "/usr", "/usr/local")
# Capabilities that the warm process needs to start children, in its own user namespace. Children drop them before student
# code runs.
_CAPABILITIES = ("SYS_ADMIN", "SETPCAP", "SETUID", "SETGID", "KILL", "SYS_PTRACE", "DAC_READ_SEARCH", "SETFCAP")

INSIDE = Path(__file__).parent / "inside"  # all that the sandboxed process may import
STARTER = str(INSIDE / "importable.py")


@dataclass(frozen=True)
class Tier:
    """One tier. reasons: why each better tier is not available, and what to do about it."""

    letter: str
    reasons: tuple[str, ...] = ()
    uid: int | None = None
    """The user id that children get if the grader is root; None: they keep the grader's."""

    @property
    def promise(self) -> str:
        """How it protects, in words."""
        return _PROMISES[self.letter]

    def __str__(self) -> str:
        return f"tier {self.letter} ({self.promise})"


def best() -> Tier:
    """The best tier of this machine. Each is tried by confining a process in it, once in this process.

    Raises UserError if AUTOGRADER_TIER names no tier.
    """
    at_best = os.environ.get("AUTOGRADER_TIER", "A")
    if at_best not in tuple(LETTERS):
        raise UserError(f"AUTOGRADER_TIER is {at_best!r}: the tiers are A, B, C and D")
    reasons: list[str] = []
    for letter in LETTERS:
        tier = "AUTOGRADER_TIER forbids it" if letter < at_best else try_letter(letter)
        if isinstance(tier, Tier):
            return Tier(letter, tuple(reasons), tier.uid)
        reasons.append(f"tier {letter}: {tier}")
    raise AssertionError("tier D is always had")


def choose(wanted: str | None) -> Tier:
    """The best tier of this machine. wanted: the lowest tier to accept, or None.

    Raises InfrastructureError, which says what to do, if the best one is below ``wanted``; UserError if that is not a tier.
    """
    if wanted is not None and wanted not in tuple(LETTERS):
        raise UserError(f"there is no sandbox tier {wanted!r}: the tiers are A, B, C and D")
    tier = best()
    if wanted is not None and tier.letter > wanted:
        reasons = "\n".join(f"  {reason}" for reason in tier.reasons)
        raise InfrastructureError(
            f"sandbox tier {wanted} was required, but the best on this machine is {tier}.\n{reasons}"
        )
    return tier


def found_elsewhere(tier: Tier) -> Tier:
    """The tier that another process has found, for use in this one: children get a user id of this process.

    Not in tier A: there, the shared warm process knows only the user ids of `tier`.
    """
    return tier if tier.letter == "A" or tier.uid is None else dataclasses.replace(tier, uid=_own_user())


def exactly(letter: str) -> Tier:
    """The tier with this letter, for tests. Raises InfrastructureError if it is not available."""
    tier = try_letter(letter)
    if isinstance(tier, str):
        raise InfrastructureError(f"sandbox tier {letter} is not available: {tier}")
    return tier


def can_fork(tier: Tier) -> bool:
    """Whether one warm process can fork a child for each submission. If not (Windows, macOS), each gets a new process."""
    return sys.platform.startswith("linux") and tier.letter in "ABC"


def confinement(tier: Tier, scratch: str, memory: int) -> Confinement:
    """What a child in this tier may do. scratch: its writable folder. memory: bytes that each of its processes may add."""
    paths = interpreter_paths()
    own_user = tier.uid is not None
    return Confinement(
        tier=tier.letter,
        scratch=scratch,
        readable=paths,
        uid=tier.uid,
        keep_read_search=own_user and not _world_readable(paths, from_root=tier.letter != "A"),
        memory=memory,
        other_threads=0 if tier.letter == "A" or own_user else _threads_of_user() + 64,
    )


def private_scratch() -> str:
    """The path at which tier A mounts each child's scratch folder, in the child's own namespace."""
    in_tmp = any(os.path.realpath(path).startswith("/tmp/") or path.startswith("/tmp/") for path in interpreter_paths())
    return "/scratch" if in_tmp else "/tmp"


_OWN_FOLDERS = ("HOME", "TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR")


def zygote_command(tier: Tier, arguments: Sequence[str], policy: Confinement) -> tuple[list[str], dict[str, str]]:
    """The command that runs this Python with ``arguments`` in the tier, and its whole environment.

    The caller passes file descriptors: bubblewrap passes on those that it inherits. In tier A, the command ends when the
    thread that started it ends.
    """
    folders = dict.fromkeys([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    environment = {
        "PATH": os.pathsep.join(folders),
        "LANG": "C.UTF-8",
        **dict.fromkeys(_OWN_FOLDERS, policy.scratch),
        "USER": "student",
        "LOGNAME": "student",
        "MPLBACKEND": "Agg",
        # One thread: a fork after threads have run would hang, and two workers are faster than one with two threads.
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONBREAKPOINT": "0",  # a `breakpoint()` that was left in the code stops nothing
        "TORCH_SHOW_CPP_STACKTRACES": "0",
        "PYTHONHASHSEED": "0",  # so that a regrade repeats everything, even the order of sets
    }
    if extra := _user_packages():
        environment["PYTHONPATH"] = os.pathsep.join(extra)
    inherited = ("LD_LIBRARY_PATH", "SYSTEMROOT") if sys.platform == "win32" else ("LD_LIBRARY_PATH",)
    environment |= {name: os.environ[name] for name in inherited if name in os.environ}
    command = [sys.executable, "-P", "-B", *arguments]
    if tier.letter == "A":
        bubblewrap = shutil.which("bwrap") or "/usr/bin/bwrap"
        command = [bubblewrap, *_namespaces(tier), *_mounts(policy), "--", *command]
        if tier.uid is not None:
            command = [sys.executable, "-I", "-S", STARTER, "usermap", str(tier.uid), *command]
    return command, environment


# --- what the interpreter needs ------------------------------------------------------------------------------------


@cache
def interpreter_paths() -> tuple[str, ...]:
    """The files and folders of this Python, its packages and the sandbox's own code, which children may read.

    A prefix is never included as a whole: a virtual environment may be in the course's folder, or be that folder.
    """
    paths = ["/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/nix/store"]
    paths += ["/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/sys/devices/system/cpu"]
    for prefix in dict.fromkeys([sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix]):
        inside = ["lib", "lib64", "pyvenv.cfg", "Frameworks", "Python", "Resources"]
        if prefix not in _SYSTEM_PREFIXES:
            inside.append("bin")
        paths += [str(Path(prefix) / name) for name in inside]
    paths += [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    paths += _executables()
    paths += _packages()
    paths += [path for path in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if path]
    paths.append(str(INSIDE))
    return tuple(dict.fromkeys(path for path in paths if Path(path).exists()))


def _executables() -> list[str]:
    """The path of Python's executable, with every link on the way to the file."""
    found, path = [], Path(sys.executable)
    for _ in range(20):
        found.append(str(path))
        if not path.is_symlink():
            break
        path = Path(os.path.normpath(path.parent / path.readlink()))
    return found


def _packages() -> list[str]:
    """The package folders on sys.path. Its other folders, such as a course, are not needed."""
    names = ("site-packages", "dist-packages", "lib-dynload")
    return [path for path in sys.path if path.rstrip("/\\").endswith(names)]


def _user_packages() -> list[str]:
    """The user's own package folder, if it is on sys.path. Python would not find it with another HOME."""
    import site

    own = site.getusersitepackages()
    return [path for path in _packages() if path == own]


def _world_readable(paths: Sequence[str], *, from_root: bool) -> bool:
    """Whether any user may read these paths, judged by a sample. from_root: check the folders above them too."""
    for path in map(Path, paths):
        candidates = [path, *(path.parents if from_root else ())]
        if path.is_dir():
            candidates += list(path.glob("*"))[:20]
        for candidate in candidates:
            try:
                mode = candidate.stat().st_mode
            except OSError:
                continue
            wanted = 0o005 if candidate.is_dir() else 0o004
            if mode & wanted != wanted:
                return False
    return True


def _threads_of_user() -> int:
    """The number of threads that run as this user: RLIMIT_NPROC counts them together with the child's own."""
    if not hasattr(os, "getuid"):
        return 0
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            if int(fields["Uid"].split()[0]) == os.getuid():
                total += int(fields["Threads"])
        except (OSError, KeyError, ValueError):
            continue
    return total


# --- bubblewrap's arguments ----------------------------------------------------------------------------------------


def _namespaces(tier: Tier) -> list[str]:
    words = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    words += ["--die-with-parent", "--new-session", "--hostname", "sandbox", "--cap-drop", "ALL"]
    if tier.uid is None:
        words.append("--unshare-user")  # otherwise usermap.py has made a user namespace, and adds --userns
    for capability in _CAPABILITIES:
        words += ["--cap-add", f"CAP_{capability}"]
    return words


def _mounts(policy: Confinement) -> list[str]:
    """bubblewrap's arguments for an empty root with the readable paths in their usual places, read-only.

    Without --dev: its terminals need a second user namespace, and children could not leave their pid namespaces again.
    """
    words: list[str] = []
    bound: list[str] = []

    def covered(path: str) -> bool:
        return any(path == outer or path.startswith(outer + "/") for outer in bound)

    def folders_above(path: str) -> list[str]:
        """Arguments that make the folders above a path. By itself, bubblewrap makes them for root alone, and a child that
        runs as another user could not pass.
        """
        above = [str(folder) for folder in reversed(Path(path).parents) if folder != Path("/")]
        return [word for folder in above if not covered(folder) for word in ("--perms", "0755", "--dir", folder)]

    for path in sorted(policy.readable, key=lambda path: (len(Path(path).parts), path)):
        if covered(path):
            continue
        if Path(path).is_symlink() and Path(path).parent == Path("/"):  # /lib on a merged /usr
            words += ["--symlink", str(Path(path).readlink()), path]
            continue
        real = os.path.realpath(path)
        words += [*folders_above(path), "--ro-bind", real, path]
        bound.append(path)
        if not covered(real):
            words += [*folders_above(real), "--ro-bind", real, real]
            bound.append(real)
    words += ["--dir", "/dev", "--dir", "/dev/shm", "--proc", "/proc"]
    for device in ("/dev/null", "/dev/urandom", "/dev/random"):
        words += ["--dev-bind", device, device]
    words += folders_above(policy.scratch)
    words += ["--size", str(16 << 20), "--tmpfs", policy.scratch, "--remount-ro", "/", "--chdir", policy.scratch]
    return words


# --- trying --------------------------------------------------------------------------------------------------------


@cache
def try_letter(letter: str) -> Tier | str:
    """The tier, or why it is not available and what to do about it."""
    if letter == "D":
        return Tier("D")
    if letter == "C":
        return Tier("C") if os.name == "posix" else "it needs Linux or macOS"
    if not sys.platform.startswith("linux"):
        return "it needs Linux"
    if letter == "A" and shutil.which("bwrap") is None:
        return "bubblewrap is not installed. On Debian and Ubuntu: sudo apt-get install bubblewrap"
    if letter == "B" and not landlock.abi():
        return "this kernel has no Landlock, which needs Linux 5.13 and landlock among lsm= at boot"
    if not seccomp.supported():
        return "the system call filter is written for x86_64 and aarch64, and this processor is another one"
    reason = ""
    for uid in _users():
        tier = Tier(letter, uid=uid)
        why_not = _why_not(tier)
        if why_not is None:
            return tier
        reason = reason or why_not
    return f"{reason}. {_remedy()}" if letter == "A" else reason


def _users() -> list[int | None]:
    """The user ids that children may get, best first. Limits on the number of processes do not bind root."""
    if os.geteuid() != 0:
        return [None]
    return [_own_user(), None]


def _own_user() -> int:
    """A user id for this process, so that the children of two graders are usually different users."""
    return 62000 + os.getpid() % 2000


def _why_not(tier: Tier) -> str | None:
    """Run selftest.py in the tier. None if its child was confined; otherwise what went wrong."""
    with tempfile.TemporaryDirectory(prefix="autograder-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        canary, scratch = folder / "canary", folder / "scratch"
        canary.write_text("no student reads this")
        canary.chmod(0o644)
        scratch.mkdir()
        trial = confinement(tier, private_scratch() if tier.letter == "A" else str(scratch), 1 << 30)
        arguments = ["-S", STARTER, "selftest", trial.to_json(), str(canary)]
        command, environment = zygote_command(tier, arguments, trial)
        try:
            ended = subprocess.run(
                command, env=environment, capture_output=True, text=True, errors="replace",
                timeout=_TRIAL_SECONDS, stdin=subprocess.DEVNULL, cwd="/", check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"it could not be tried ({error})"
    if ended.stdout.strip() == "confined":
        return None
    lines = (ended.stdout + ended.stderr).strip().splitlines()
    return f"a process could not be confined ({lines[-1][:200] if lines else ended.returncode})"


def _remedy() -> str:
    """What may let bubblewrap make its namespaces on this machine, in a sentence."""
    if _sysctl("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            "AppArmor forbids user namespaces here (Ubuntu 24.04). On your own machine: "
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
        )
    for switch in ("kernel/unprivileged_userns_clone", "user/max_user_namespaces"):
        if _sysctl(switch) == "0":
            value = "1" if switch.endswith("clone") else "10000"
            return f"User namespaces are switched off: sudo sysctl -w {switch.replace('/', '.')}={value}"
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return (
            "In a container, start it with --cap-add SYS_ADMIN --security-opt seccomp=unconfined "
            "--security-opt apparmor=unconfined --security-opt systempaths=unconfined"
        )
    return "User namespaces may be forbidden here: see SECURITY.md"


def _sysctl(name: str) -> str:
    try:
        return Path(f"/proc/sys/{name}").read_text().strip()
    except OSError:
        return ""
