"""What a confined child can and cannot do: real processes, no torch."""

import errno
import json
import os
import platform
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from autograder.common.errors import InfrastructureError
from autograder.sandbox import processes, tiers
from autograder.sandbox.inside import confine, seccomp

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="confinement is for Linux")

# Starts as the warm process does; runs the code given in a confined child, which puts what it learns into `seen`.
ZYGOTE = """
import dataclasses, json, os, sys, types
for name, path in (("autograder", []), ("autograder.sandbox", [sys.argv[1]])):
    module = types.ModuleType(name); module.__path__ = path; sys.modules[name] = module
from autograder.sandbox import confine
policy = dataclasses.replace(confine.Confinement.from_json(sys.argv[2]), parent=os.getpid())
confine.harden_zygote(policy.tier)
told = os.dup(1)  # what a child writes elsewhere goes nowhere
for code in sys.argv[3:]:
    pid = confine.fork_child(policy.tier)
    if pid == 0:
        seen = {}
        try:
            confine.enter(policy, told)
            exec(code, {"seen": seen, "zygote": os.getppid()})
        except BaseException as error:
            seen["error"] = f"{type(error).__name__}: {error}"
        os.write(told, (json.dumps(seen) + "\\n").encode())
        os._exit(0)
    os.waitpid(pid, 0) if policy.tier in "AB" else None
    confine.end_child(pid, policy.tier) if policy.tier not in "AB" else None
"""
ATTEMPT = """
def attempt(action):
    try:
        action()
    except OSError as error:
        import errno
        return errno.errorcode[error.errno]
    return "done"
"""


@pytest.fixture(params=["A", "B"])
def tier(request):
    """A tier that this machine has."""
    try:
        return tiers.exactly(request.param)
    except InfrastructureError as error:
        pytest.skip(str(error))


def confined(tier, folder, *codes, **changes):
    """What each piece of code saw, each in a child of its own."""
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    folder.chmod(0o755)
    for parent in folder.parents:
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    policy = tiers.confinement(tier, tiers.private_scratch() if tier.letter == "A" else str(scratch), 256 << 20)
    policy = confine.Confinement(**{**json.loads(policy.to_json()), **changes})
    package = str(Path(confine.__file__).parent)
    codes = [ATTEMPT + textwrap.dedent(code) for code in codes]
    command, environment = tiers.zygote_command(tier, ["-c", ZYGOTE, package, policy.to_json(), *codes], policy)
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, cwd="/", check=False)
    assert ended.stdout, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_the_grader_s_files_are_out_of_reach(tier, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o666)
    (seen,) = confined(tier, tmp_path, f"""
        import os
        path = {str(secret)!r}
        seen["read"] = attempt(lambda: open(path))
        seen["write"] = attempt(lambda: open(path, "w"))
        seen["list"] = attempt(lambda: os.listdir({str(tmp_path)!r}))
        seen["delete"] = attempt(lambda: os.unlink(path))
        seen["rename"] = attempt(lambda: os.rename(path, path + "2"))
        seen["truncate"] = attempt(lambda: os.truncate(path, 0))
        seen["chmod"] = attempt(lambda: os.chmod(path, 0))
        seen["link"] = attempt(lambda: os.link(path, "link"))
        seen["packages"] = attempt(lambda: open(os.__file__, "a"))
    """)  # fmt: skip
    pretended = seen.pop("chmod")
    assert pretended == ("done" if tier.letter == "B" else "ENOENT")
    assert "done" not in seen.values(), seen
    assert secret.read_text() == "secret"
    assert secret.stat().st_mode & 0o777 == 0o666


def test_scratch_is_home_and_where_it_is_mounted_empty_for_each_child(tier, tmp_path):
    """Elsewhere the grader empties it, between two children: tests/sandbox/test_launch.py."""
    code = """
        import os, tempfile
        seen["before"] = os.listdir(".")
        seen["home"] = os.path.expanduser("~") == os.getcwd() == tempfile.gettempdir()
        open("left", "w").write("x")
        os.mkdir("folder"); open("folder/left", "w").close(); os.rename("folder/left", "folder/right")
        if os.path.exists("/dev/shm") and os.access("/dev/shm", os.W_OK):
            try:
                seen["before"] += os.listdir("/dev/shm")
                open("/dev/shm/left", "w").close()
            except OSError:
                pass
    """
    for seen in confined(tier, tmp_path, code, *[code] * (tier.letter == "A")):
        assert seen == {"before": [], "home": True}


def test_there_is_no_network(tier, tmp_path):
    (seen,) = confined(tier, tmp_path, """
        import socket
        for name in ("AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"):
            seen[name] = attempt(lambda: socket.socket(getattr(socket, name), socket.SOCK_DGRAM))
    """)  # fmt: skip
    assert set(seen.values()) == {"EACCES"}, seen


def test_no_process_outside_can_be_touched(tier, tmp_path):
    (seen,) = confined(tier, tmp_path, f"""
        import ctypes, os, resource, signal
        grader = {os.getpid()}
        seen["signal"] = attempt(lambda: os.kill(grader, 0))
        seen["stop the zygote"] = attempt(lambda: os.kill(zygote or 2, signal.SIGSTOP))
        seen["limits"] = attempt(lambda: resource.prlimit(grader, resource.RLIMIT_CPU, (1, 1)))
        seen["priority"] = attempt(lambda: os.setpriority(os.PRIO_PROCESS, grader, 19))
        seen["affinity"] = attempt(lambda: os.sched_setaffinity(grader, {{0}}))
        seen["memory"] = attempt(lambda: open(f"/proc/{{grader}}/mem"))
        seen["environment"] = attempt(lambda: open(f"/proc/{{grader}}/environ"))
        libc = ctypes.CDLL(None, use_errno=True)
        seen["trace"] = "done" if libc.ptrace(16, grader, None, None) == 0 else "refused"
    """)  # fmt: skip
    assert "done" not in seen.values(), seen


@pytest.mark.skipif(platform.machine() != "x86_64", reason="these numbers are x86_64's")
def test_priority_and_memory_are_a_process_s_own(tier, tmp_path):
    """For a group or a user, 0 is the caller's own: in tier B, all processes of whoever grades. Nothing goes to swap."""
    (seen,) = confined(tier, tmp_path, """
        import ctypes, mmap, os
        libc = ctypes.CDLL(None, use_errno=True)
        now = os.getpriority(os.PRIO_PROCESS, 0)
        for name, kind in (("group", os.PRIO_PGRP), ("user", os.PRIO_USER)):
            seen[name] = attempt(lambda: os.setpriority(kind, 0, now))
            seen[f"disk of the {name}"] = "done" if libc.syscall(251, kind + 1, 0, 0) == 0 else "EPERM"
        block = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        seen["swap"] = attempt(lambda: block.madvise(21))
        seen["own"] = attempt(lambda: (os.nice(1), os.setpriority(os.PRIO_PROCESS, os.getpid(), now + 2)))
        seen["own disk"] = "done" if libc.syscall(251, 1, 0, 0) == 0 else "EPERM"
        seen["own memory"] = attempt(lambda: block.madvise(mmap.MADV_DONTNEED))
    """)  # fmt: skip
    assert {seen.pop(name) for name in ("own", "own disk", "own memory")} == {"done"}
    assert set(seen.values()) == {"EPERM"}, seen


@pytest.mark.skipif(platform.machine() != "x86_64", reason="these numbers are x86_64's")
def test_the_kernel_s_other_doors_are_shut(tier, tmp_path):
    doors = {
        "ptrace": 101, "process_vm_readv": 310, "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161,
        "setns": 308, "unshare": 272, "keyctl": 250, "add_key": 248, "bpf": 321, "perf_event_open": 298,
        "userfaultfd": 323, "io_uring_setup": 425, "kexec_load": 246, "init_module": 175, "pidfd_getfd": 438,
        "kcmp": 312, "open_by_handle_at": 304, "shmget": 29, "semget": 64, "mq_open": 240, "quotactl": 179,
        "swapon": 167, "reboot": 169, "personality": 135, "fsopen": 430, "seccomp": 317, "vmsplice": 278,
    }  # fmt: skip
    absent = {"clone3": 435, "memfd_create": 319, "memfd_secret": 447, "statmount": 457, "unheard_of": 470}
    (seen,) = confined(tier, tmp_path, f"""
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)
        for name, number in {({**doors, **absent})!r}.items():
            result = libc.syscall(number, 0, 0, 0, 0, 0)
            seen[name] = ctypes.get_errno() if result == -1 else "done"
    """)  # fmt: skip
    assert {name: seen[name] for name in doors} == dict.fromkeys(doors, errno.EPERM)
    assert {name: seen[name] for name in absent} == dict.fromkeys(absent, errno.ENOSYS)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="x32 is x86_64's")
def test_an_x32_call_ends_the_process(tier, tmp_path):
    seen = confined(tier, tmp_path, "import ctypes; ctypes.CDLL(None).syscall(0x40000000 | 39)", "seen['next'] = True")
    assert seen == [{"next": True}]


def test_limits_hold(tier, tmp_path):
    (seen,) = confined(tier, tmp_path, """
        import mmap, os
        def fill(name, size):
            with open(name, "wb") as file:
                for _ in range(size >> 20):
                    file.write(b"x" * (1 << 20))
        seen["file"] = attempt(lambda: fill("file", 80 << 20))
        try:
            bytearray(400 << 20)
            seen["memory"] = "done"
        except MemoryError:
            seen["memory"] = "refused"
        seen["shared memory"] = attempt(lambda: mmap.mmap(-1, 4096))
        seen["descriptors"] = attempt(lambda: [os.dup(0) for _ in range(300)])
        seen["core"] = __import__("resource").getrlimit(4)[0]
    """)  # fmt: skip
    assert seen == {
        "file": "EFBIG",
        "memory": "refused",
        "shared memory": "EPERM",
        "descriptors": "EMFILE",
        "core": 0,
    }


def test_processes_are_counted_and_end_with_their_child(tier, tmp_path):
    code = """
        import os, time
        count = 0
        try:
            while count < 200:
                if os.fork() == 0:
                    os.setsid()
                    time.sleep(100)
                count += 1
        except OSError:
            pass
        seen["count"] = count
    """
    for seen in confined(tier, tmp_path, code, code):  # the second shows that the first left nothing
        if confine.may_fork(tier.letter):
            assert 28 <= seen["count"] <= 36 or (os.getuid() == 0 and tier.uid is None)
        else:
            assert seen["count"] == 0


def test_what_data_loaders_need_is_there(tmp_path):
    try:
        tier = tiers.exactly("A")
    except InfrastructureError as error:
        pytest.skip(str(error))
    (seen,) = confined(tier, tmp_path, """
        import multiprocessing, socket
        context = multiprocessing.get_context("fork")
        queue, lock = context.Queue(), context.Lock()
        process = context.Process(target=lambda: queue.put(6 * 7))
        process.start()
        seen["answer"] = queue.get(timeout=10)
        process.join(10)
        with lock:
            seen["unix"] = attempt(lambda: socket.socket(socket.AF_UNIX).bind("listener"))
    """)  # fmt: skip
    assert seen == {"answer": 42, "unix": "done"}


def test_threads_and_pipes_work(tier, tmp_path):
    (seen,) = confined(tier, tmp_path, """
        import shutil, socket, threading
        left, right = socket.socketpair()
        thread = threading.Thread(target=lambda: left.send(b"x"))
        thread.start(); thread.join()
        seen["received"] = right.recv(1).decode()
        open("a", "w").write("a")
        shutil.copy("a", "b")
        seen["copied"] = open("b").read()
    """)  # fmt: skip
    assert seen == {"received": "x", "copied": "a"}


def test_no_capability_and_no_user_is_left(tier, tmp_path):
    (seen,) = confined(tier, tmp_path, """
        import os
        seen["uid"] = os.getuid()
        seen["root"] = attempt(lambda: os.setuid(0)) if os.getuid() else "EPERM"
    """)  # fmt: skip
    assert seen["root"] == "EPERM"
    assert seen["uid"] == (os.getuid() if tier.uid is None else tier.uid)


def test_only_the_wire_stays_open(tier, tmp_path):
    (seen,) = confined(tier, tmp_path, """
        import os
        def opened(number):
            try:
                os.fstat(number)
                return True
            except OSError:
                return False
        seen["open"] = [number for number in range(256) if opened(number)]
    """)  # fmt: skip
    assert len(seen["open"]) == 4  # 0, 1, 2, and the wire
    assert seen["open"][:3] == [0, 1, 2]


def test_a_policy_survives_json():
    policy = confine.Confinement("A", readable=("/usr", "/lib"), uid=7)
    assert confine.Confinement.from_json(policy.to_json()) == policy


def test_the_filter_is_short_enough_and_whole():
    for shared in (True, False):
        program = seccomp.filter_program(own=1, shared_machine=shared, scoped=False, truncate_ruled=False)
        assert len(program) % 8 == 0
        assert len(program) // 8 < 4096  # the kernel's limit


GRADER = """
import json, subprocess, sys, time
command, environment = json.loads(sys.argv[1])
zygote = subprocess.Popen(command, env=environment, cwd="/", stdin=subprocess.PIPE)
print(zygote.pid, flush=True)
zygote.wait()
"""
# As in zygote.py, the end of the line to the grader is the end.
KEPT = ZYGOTE.replace("    os.waitpid(pid, 0)", "    os.read(0, 1); os.kill(pid, 9); os.waitpid(pid, 0)")
STAYS = """
import os, time
for _ in range(3):
    try:
        if os.fork() == 0:
            os.setsid()
            os.fork()
            break
    except OSError:
        pass
open("here", "w").close()
while True:
    time.sleep(0.001)
"""


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _runs_bubblewrap(pids):
    """Is this process, the innermost one, still bubblewrap (or none)? Then what it is to run has not begun.

    A process of ours that is to become bubblewrap names it among its arguments; one that has ended has none.
    """
    try:
        command = Path(f"/proc/{pids[0]}/cmdline").read_bytes() if pids else b""
    except OSError:
        return True
    return not command or b"bwrap" in command


@pytest.mark.parametrize("victim", ["grader", "warm process", "child"])
@pytest.mark.parametrize("moment", [0.02, 0.1, 0.3, 0.6])
def test_nothing_outlives_a_kill(tier, tmp_path, victim, moment):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    policy = tiers.confinement(tier, tiers.private_scratch() if tier.letter == "A" else str(scratch), 256 << 20)
    package = str(Path(confine.__file__).parent)
    how = tiers.zygote_command(tier, ["-c", KEPT, package, policy.to_json(), STAYS], policy)
    grader = subprocess.Popen([sys.executable, "-c", GRADER, json.dumps(how)], stdout=subprocess.PIPE)
    assert grader.stdout is not None
    grader.stdout.readline()
    # bubblewrap that is killed before it has told its inner half to go on leaves that waiting, with nothing in it.
    while tier.letter == "A" and _runs_bubblewrap(processes.descendants(grader.pid)[-1:]):
        time.sleep(0.001)
    time.sleep(moment)
    tree = [grader.pid, *processes.descendants(grader.pid)]
    pid = {"grader": tree[0], "warm process": tree[1], "child": tree[-1]}[victim]
    os.kill(pid, signal.SIGKILL)
    if victim != "grader":
        time.sleep(0.05)  # the grader's own end of it, before it ends
    grader.kill()
    grader.wait()
    grader.stdout.close()
    end = time.monotonic() + 5
    while any(map(_alive, tree)) and time.monotonic() < end:
        time.sleep(0.01)
    assert [pid for pid in tree if _alive(pid)] == []
