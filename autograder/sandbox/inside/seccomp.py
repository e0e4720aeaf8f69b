"""A seccomp filter, written in BPF by hand: which system calls a sandbox child may still make.

The filter forbids by name what no submission needs (tracing, mounting, keyrings, bpf, io_uring, new namespaces,
network sockets) and every call that is newer than this list, and lets the rest through: an allow-list would
break with each new libc. A refused call returns an error number, so that Python raises an ordinary
`PermissionError`. Only a wrong architecture or an x32 number kills the process, as honest code never has them.

    install(filter_program(own=os.getpid(), shared_machine=False, scoped=True, truncate_ruled=True))

Pure Python and ctypes; x86_64 and aarch64.
"""

import ctypes
import errno
import platform
import struct
from collections.abc import Iterable, Sequence
from functools import cache

from .libc import check, libc

# Numbers on x86_64 and on aarch64; None: the call does not exist there.
_NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "_sysctl": (156, None), "accept": (43, 202), "accept4": (288, 242), "acct": (163, 89),
    "add_key": (248, 217), "adjtimex": (159, 171), "bind": (49, 200), "bpf": (321, 280), "chmod": (90, None),
    "chown": (92, None), "chroot": (161, 51), "clock_adjtime": (305, 266), "clock_settime": (227, 112),
    "clone": (56, 220), "clone3": (435, 435), "connect": (42, 203), "delete_module": (176, 106),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263), "fchmod": (91, 52), "fchmodat": (268, 53),
    "fchmodat2": (452, 452), "fchown": (93, 55), "fchownat": (260, 54), "fcntl": (72, 25),
    "finit_module": (313, 273), "fork": (57, None), "fremovexattr": (199, 16), "fsconfig": (431, 431),
    "fsetxattr": (190, 7), "fsmount": (432, 432), "fsopen": (430, 430), "fspick": (433, 433),
    "futimesat": (261, None), "init_module": (175, 105), "inotify_add_watch": (254, 27),
    "inotify_init": (253, None), "inotify_init1": (294, 26), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "io_uring_setup": (425, 425), "ioctl": (16, 29), "ioperm": (173, None),
    "iopl": (172, None), "ioprio_set": (251, 30), "kcmp": (312, 272), "kexec_file_load": (320, 294),
    "kexec_load": (246, 104), "keyctl": (250, 219), "kill": (62, 129), "landlock_add_rule": (445, 445),
    "landlock_create_ruleset": (444, 444), "landlock_restrict_self": (446, 446), "lchown": (94, None),
    "listen": (50, 201), "lookup_dcookie": (212, 18), "lremovexattr": (198, 15), "lsetxattr": (189, 6),
    "madvise": (28, 233), "mbind": (237, 235), "memfd_create": (319, 279), "memfd_secret": (447, 447), "migrate_pages": (256, 238),
    "mmap": (9, 222), "modify_ldt": (154, None), "mount": (165, 40), "mount_setattr": (442, 442),
    "move_mount": (429, 429), "move_pages": (279, 239), "mq_getsetattr": (245, 185), "mq_notify": (244, 184),
    "mq_open": (240, 180), "mq_timedreceive": (243, 183), "mq_timedsend": (242, 182), "mq_unlink": (241, 181),
    "msgctl": (71, 187), "msgget": (68, 186), "msgrcv": (70, 188), "msgsnd": (69, 189),
    "name_to_handle_at": (303, 264), "nfsservctl": (180, 42), "open_by_handle_at": (304, 265),
    "open_tree": (428, 428), "perf_event_open": (298, 241), "personality": (135, 92),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "pivot_root": (155, 41), "prctl": (157, 167),
    "prlimit64": (302, 261), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "ptrace": (101, 117),
    "quotactl": (179, 60), "quotactl_fd": (443, 443), "reboot": (169, 142), "remap_file_pages": (216, 234),
    "removexattr": (197, 14), "request_key": (249, 218), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "sched_setaffinity": (203, 122), "sched_setattr": (314, 274),
    "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "seccomp": (317, 277),
    "semctl": (66, 191), "semget": (64, 190), "semop": (65, 193), "semtimedop": (220, 192),
    "set_mempolicy": (238, 237), "set_mempolicy_home_node": (450, 450), "setdomainname": (171, 162),
    "sethostname": (170, 161), "setns": (308, 268), "setpriority": (141, 140), "settimeofday": (164, 170),
    "setxattr": (188, 5), "shmat": (30, 196), "shmctl": (31, 195), "shmdt": (67, 197), "shmget": (29, 194),
    "socket": (41, 198), "socketpair": (53, 199), "splice": (275, 76), "swapoff": (168, 225),
    "swapon": (167, 224), "sysfs": (139, None), "syslog": (103, 116), "tee": (276, 77), "tgkill": (234, 131),
    "tkill": (200, 130), "truncate": (76, 45), "umount2": (166, 39), "unshare": (272, 97),
    "uselib": (134, None), "userfaultfd": (323, 282), "ustat": (136, None), "utime": (132, None),
    "utimensat": (280, 88), "utimes": (235, None), "vfork": (58, None), "vhangup": (153, 58),
    "vmsplice": (278, 75),
}  # fmt: skip

# Calls from here on are newer than the table: statmount, listmount, lsm_*, *xattrat, open_tree_attr, ...
_FIRST_UNKNOWN = 457

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1), "arm64": (0xC00000B7, 1)}
_X32_BIT = 0x40000000

_REFUSED = """
    ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise process_mrelease
    mount umount2 pivot_root chroot setns unshare open_tree move_mount fsopen fsconfig fsmount fspick
    mount_setattr keyctl add_key request_key bpf perf_event_open userfaultfd
    io_uring_setup io_uring_enter io_uring_register kexec_load kexec_file_load init_module finit_module
    delete_module open_by_handle_at name_to_handle_at
    shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl
    mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
    quotactl quotactl_fd swapon swapoff reboot settimeofday clock_settime clock_adjtime adjtimex personality
    acct syslog vhangup sethostname setdomainname iopl ioperm modify_ldt uselib ustat sysfs _sysctl nfsservctl
    lookup_dcookie fanotify_init fanotify_mark inotify_init inotify_init1 inotify_add_watch remap_file_pages
    mbind set_mempolicy set_mempolicy_home_node migrate_pages move_pages vmsplice splice tee
    seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self
""".split()
# Memory that no mapping shows (so that a sum of PSS misses it); libraries fall back when the call "does not exist".
_ABSENT = ["memfd_create", "memfd_secret", "clone3"]  # clone3: its flags are in memory, which BPF cannot read
_NO_ATTRIBUTES = ["setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"]
# Landlock does not govern the owner, mode and times of a file. If the machine's own files are visible, these calls do
# nothing and report success: shutil.copy calls two of them.
_PRETENDED = """
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat
""".split()
_SIGNALS = ["kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"]
_PRIORITIES = ["sched_setparam", "sched_setscheduler", "sched_setaffinity", "sched_setattr", "prlimit64"]

_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE_MASK = 1, 1, 0xF
_CLONE_NEW = 0x7E020000  # every CLONE_NEW* flag that clone() knows
_CLONE_PARENT, _CLONE_THREAD = 0x8000, 0x10000
_MAP_SHARED, _MAP_ANONYMOUS, _MAP_HUGETLB = 0x01, 0x20, 0x40000
_PR_SET_PDEATHSIG = 1
_MADV_PAGEOUT = 21
_PRIO_PROCESS, _IOPRIO_WHO_PROCESS = 0, 1
_TIOCSTI, _TIOCLINUX, _FIOSETOWN, _SIOCSPGRP = 0x5412, 0x541C, 0x8901, 0x8902
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX, _F_SETLEASE, _F_NOTIFY = 8, 10, 15, 1024, 1026

_LOAD, _JUMP_EQUAL, _JUMP_FROM, _JUMP_SET, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000

_Instruction = tuple[int, int, int, int]


def supported() -> bool:
    """Does this file know the machine's system call numbers?"""
    return platform.machine() in _ARCHITECTURES and struct.calcsize("P") == 8


@cache
def filter_program(*, own: int, shared_machine: bool, scoped: bool, truncate_ruled: bool) -> bytes:
    """The filter for process `own`, as the kernel's array of 8-byte instructions.

    shared_machine: no namespaces (tier B): the machine's files, processes and sockets are in reach, so the filter
        allows no socket, no new process, no change of a file's mode and no signal to another process.
    scoped: Landlock already keeps signals inside the sandbox (ABI 6).
    truncate_ruled: Landlock already rules truncate() (ABI 3).
    Raises OSError(ENOSYS) on another architecture.
    """
    if not supported():
        raise OSError(errno.ENOSYS, f"no seccomp filter for {platform.machine()}")
    audit_architecture, column = _ARCHITECTURES[platform.machine()]

    program: list[_Instruction] = [
        (_LOAD, 0, 0, 4),  # the architecture of this call
        (_JUMP_EQUAL, 1, 0, audit_architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # its number
    ]
    if column == 0:
        program += [(_JUMP_FROM, 0, 1, _X32_BIT), (_RETURN, 0, 0, _KILL)]
    program += [(_JUMP_FROM, 0, 1, _FIRST_UNKNOWN), _answer(errno.ENOSYS)]
    for name, body in _rules(own, shared_machine, scoped, truncate_ruled).items():
        number = _NUMBERS[name][column]
        if number is not None:
            program += [(_JUMP_EQUAL, 0, len(body), number), *body]  # every path through a body returns
    program.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def _rules(own: int, shared_machine: bool, scoped: bool, truncate_ruled: bool) -> dict[str, Sequence[_Instruction]]:
    """System call -> the instructions that decide about it. Calls without an entry are allowed."""
    rules: dict[str, Sequence[_Instruction]] = dict.fromkeys(_REFUSED, (_answer(errno.EPERM),))
    rules |= dict.fromkeys(_ABSENT, (_answer(errno.ENOSYS),))
    rules |= dict.fromkeys(_NO_ATTRIBUTES, (_answer(errno.ENOTSUP),))
    rules["mmap"] = _mmap_rule()
    rules["madvise"] = _refuse_values(2, [_MADV_PAGEOUT])  # what is swapped out is not part of PSS
    rules["prctl"] = _refuse_values(0, [_PR_SET_PDEATHSIG])
    rules["ioctl"] = _refuse_values(1, [_TIOCSTI, _TIOCLINUX, _FIOSETOWN, _SIOCSPGRP])
    # An owner set by fcntl receives any signal that F_SETSIG names, so this would be another kill().
    rules["fcntl"] = _refuse_values(1, [_F_SETOWN, _F_SETSIG, _F_SETOWN_EX, _F_SETLEASE, _F_NOTIFY])
    rules |= dict.fromkeys(_PRIORITIES, _allow_values(0, [0, own], errno.EPERM))
    rules["setpriority"] = _allow_one_process(_PRIO_PROCESS, own)
    rules["ioprio_set"] = _allow_one_process(_IOPRIO_WHO_PROCESS, own)
    if shared_machine:
        rules["socket"] = [_answer(errno.EACCES)]
        # A pair of stream sockets serves threads; a datagram socket could be connected elsewhere.
        rules["socketpair"] = _allow_stream_pair()
        rules |= dict.fromkeys(("connect", "bind", "listen", "accept", "accept4"), (_answer(errno.EACCES),))
        rules["clone"] = _allow_threads_alone()
        rules |= dict.fromkeys(("fork", "vfork"), (_answer(errno.EPERM),))
        rules |= dict.fromkeys(_PRETENDED, (_answer(0),))
        if not truncate_ruled:
            rules["truncate"] = [_answer(errno.EPERM)]
        if not scoped:
            rules |= dict.fromkeys(_SIGNALS, _allow_values(0, [own], errno.EPERM))
            rules |= dict.fromkeys(("tkill", "pidfd_send_signal"), (_answer(errno.EPERM),))
    else:
        rules["socket"] = _allow_values(0, [_AF_UNIX], errno.EACCES)
        rules["socketpair"] = _allow_values(0, [_AF_UNIX], errno.EACCES)
        rules["clone"] = _refuse_bits(0, _CLONE_NEW | _CLONE_PARENT, errno.EPERM)
    return rules


def install(program: bytes) -> None:
    """Put the calling thread, and all that it starts, under the filter, for good.

    Needs no_new_privs to be set. Raises OSError.
    """
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    set_seccomp, mode_filter = 22, 2
    nothing = ctypes.c_ulong(0)
    check(libc().prctl(set_seccomp, ctypes.c_ulong(mode_filter), header, nothing, nothing), "seccomp")


def _answer(number: int) -> _Instruction:
    """Return to the caller with this error number; with 0, the call does nothing and reports success."""
    return (_RETURN, 0, 0, _ERRNO | number)


def _low_word(argument: int) -> _Instruction:
    # Both architectures are little-endian. These arguments are C ints, or flags below 2^32.
    return (_LOAD, 0, 0, 16 + 8 * argument)


def _allow_values(argument: int, values: Iterable[int], number: int) -> list[_Instruction]:
    body = [_low_word(argument)]
    for value in values:
        body += [(_JUMP_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
    return [*body, _answer(number)]


def _allow_one_process(kind: int, own: int) -> list[_Instruction]:
    """Allow a change of the caller's own priority. Other kinds take 0 for the caller's whole group, or for its user."""
    return [_low_word(0), (_JUMP_EQUAL, 1, 0, kind), _answer(errno.EPERM), *_allow_values(1, [0, own], errno.EPERM)]


def _refuse_values(argument: int, values: Iterable[int]) -> list[_Instruction]:
    body = [_low_word(argument)]
    for value in values:
        body += [(_JUMP_EQUAL, 0, 1, value), _answer(errno.EPERM)]
    return [*body, (_RETURN, 0, 0, _ALLOW)]


def _refuse_bits(argument: int, mask: int, number: int) -> list[_Instruction]:
    return [_low_word(argument), (_JUMP_SET, 0, 1, mask), _answer(number), (_RETURN, 0, 0, _ALLOW)]


def _allow_stream_pair() -> list[_Instruction]:
    return [
        _low_word(0),
        (_JUMP_EQUAL, 0, 3, _AF_UNIX),
        _low_word(1),
        (_AND, 0, 0, _SOCK_TYPE_MASK),
        (_JUMP_EQUAL, 1, 0, _SOCK_STREAM),
        _answer(errno.EACCES),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _allow_threads_alone() -> list[_Instruction]:
    return [
        _low_word(0),
        (_JUMP_SET, 1, 0, _CLONE_NEW | _CLONE_PARENT),
        (_JUMP_SET, 1, 0, _CLONE_THREAD),
        _answer(errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _mmap_rule() -> list[_Instruction]:
    """Refuse shared anonymous memory: MADV_DONTNEED takes it out of every PSS while it stays allocated.

    Refuse huge pages too: they are not part of PSS either.
    """
    return [
        _low_word(3),
        (_JUMP_SET, 4, 0, _MAP_HUGETLB),
        (_JUMP_SET, 0, 2, _MAP_ANONYMOUS),
        (_JUMP_SET, 2, 0, _MAP_SHARED),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ALLOW),
        _answer(errno.EPERM),
    ]
