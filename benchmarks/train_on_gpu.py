"""Runs `autograder train` on a machine with a GPU, for ten ways in which students write a training. Takes two minutes.

    python benchmarks/train_on_gpu.py

Each way is a whole file, trained by the real command on 2,000 images in a student's repository of its own. It must end
well, show the loss of the student's own code, judge the held-out images, and leave weights that a CPU can read. Without
a GPU the script says so and runs on the CPU; this proves nothing about GPUs.
It needs torch, numpy, rich and safetensors. If a machine has only torch, bring the rest along:
`pip install --target packages --python-version 3.12 --only-binary :all: rich safetensors`, PYTHONPATH=packages there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAME = "a5_fashion_mnist"
FILE = """
import torch
from torch import nn
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu")
{top}
def preprocess(images):
    return images.float().unsqueeze(1) / 255
{decorator}
class FashionCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = {wrap}(nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)))
        self.head = nn.Linear(32 * 49, 10)
        {init}
    def forward(self, x):
        {forward}
        return self.head(self.features(x).flatten(1))
def train(model, images, labels):
    {begin}
    model.train()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    scaler = torch.amp.GradScaler(DEVICE.type, enabled=DEVICE.type == "cuda")
    x, y = preprocess(images), labels
    for epoch in range(5):
        for chosen in torch.randperm(len(x), device="cpu").split(64):
            a, b = x[chosen].to(DEVICE), y[chosen].to(DEVICE)
            optimizer.zero_grad()
            {step}
    {end}
def predict(model, images):
    model.eval()
    with torch.no_grad():
        {predict}
"""
USUAL = {
    "top": "", "decorator": "", "wrap": "", "init": "pass", "forward": "", "begin": "model.to(DEVICE)",
    "step": "loss = nn.functional.cross_entropy(model(a), b); loss.backward(); optimizer.step()", "end": "pass",
    "predict": "return model(preprocess(images).to(DEVICE)).argmax(1)",
}  # fmt: skip
SCALED = """with torch.autocast(DEVICE.type, enabled=DEVICE.type == "cuda"):
                loss = nn.functional.cross_entropy(model(a), b)
            scaler.scale(loss).backward(); scaler.step(optimizer); scaler.update()"""
WAYS = {
    "predict sends the images": {},
    "predict sends the network too": {"predict": "return model.to(DEVICE)(preprocess(images).to(DEVICE)).argmax(1)"},
    "predict comes back to the CPU": {"predict": "return model(preprocess(images).to(DEVICE)).argmax(1).cpu().tolist()"},
    "predict knows the CPU alone": {"predict": "return model(preprocess(images)).argmax(1).numpy()"},
    "train sends the network back": {"end": "model.cpu()", "predict": "return model(preprocess(images)).argmax(1)"},
    "the network sends itself and its input": {
        "init": "self.to(DEVICE)", "forward": "x = x.to(DEVICE)", "begin": "pass",
        "predict": "return model(preprocess(images)).argmax(1)",
    },
    "autocast and GradScaler": {"step": SCALED},
    "the default device": {"top": "torch.set_default_device(DEVICE)", "begin": "pass"},
    "torch.compile": {"decorator": "", "begin": "model.to(DEVICE); whole, model = model, torch.compile(model)"},
    "DataParallel inside": {"wrap": "nn.DataParallel", "init": "self.to(DEVICE)"},
}  # fmt: skip


def main(ways: list[str]) -> int:
    """Try each way, or those whose name contains one of `ways`. Returns how many failed."""
    import torch

    print(f"torch {torch.__version__}, Python {sys.version.split()[0]}, GPU: {_gpu()}")
    failed = 0
    tried = [way for way in WAYS if not ways or any(word in way for word in ways)]
    for way in tried:
        began = time.monotonic()
        wrong, output = _try(FILE.format(**USUAL | WAYS[way]))
        print(f"{'FAILED' if wrong else 'ok':6} {way}: {wrong or ''} ({time.monotonic() - began:.0f} s)", flush=True)
        if wrong:
            print("   " + output.replace("\n", "\n   ")[-3000:])
        failed += bool(wrong)
    print(f"{len(tried) - failed} of {len(tried)} ways train")
    return failed


def _gpu() -> str:
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return "MPS" if torch.backends.mps.is_available() else "none"


def _try(text: str) -> tuple[str, str]:
    """(what is wrong with a training of this file, or "", and what the command printed)"""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        shutil.copytree(ROOT / "assignments", root / "assignments")
        (root / "data").symlink_to(ROOT / "data")
        own = root / "assignments" / NAME / f"{NAME}.py"
        own.write_text(text, encoding="utf-8")
        paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        try:
            ran = subprocess.run(
                [sys.executable, "-m", "autograder", "train", "--first", "2000"],
                cwd=root, capture_output=True, text=True, timeout=150, check=False,
                env={"OMP_NUM_THREADS": "2"} | os.environ | {"PYTHONPATH": paths},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return "took more than 150 s", ""
        said = " ".join(ran.stdout.split())
        return _judge(ran.returncode, said, own.with_suffix(".safetensors")), ran.stdout + ran.stderr


def _judge(code: int, said: str, weights: Path) -> str:
    import safetensors.torch
    import torch

    if code:
        return f"exit {code}"
    if not weights.is_file():
        return "no weights"
    tensors = safetensors.torch.load(weights.read_bytes())
    if any(t.device != torch.device("cpu") or not t.isfinite().all() for t in tensors.values()):
        return "weights that are no numbers on the CPU"
    if any(name.startswith(("module.", "_orig_mod.")) or ".module." in name for name in tensors):
        return f"a wrapper's prefix in {sorted(tensors)}"
    right = re.search(r"([\d.]+)% of 200 images that it was not trained on are right", said)
    if right is None or float(right[1]) < 60:
        return f"held-out images right: {right and right[1]}"
    losses = [float(loss) for loss in re.findall(r"loss ([\d.]+)", said)]
    if any(loss > 5 for loss in losses):
        return f"a loss that is not the code's own: {losses}"
    return f"said {re.search('Note: predict[^.]*', said)}" if "Note: predict" in said else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
