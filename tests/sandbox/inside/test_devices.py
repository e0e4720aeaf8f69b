"""Code that asks for a GPU is served by the CPU, in a process of its own: what is changed there stays changed."""

from __future__ import annotations

import subprocess
import sys

import pytest

BEGIN = """
import torch, io
from torch import nn
from autograder.sandbox.inside import devices, notices, speedups
devices.serve(); speedups.leave_out()
notices.modules.add("__main__")
def done():
    assert notices.take(), "nothing was told"
    notices.forget()  # each is told once for a line
    notices.modules.add("__main__")
"""

ASKS = """
assert nn.Linear(2, 3).cuda()(torch.ones(1, 2).to("cuda:0")).device.type == "cpu"; done()
nn.Linear(2, 3).to(torch.device("mps"))(torch.ones(1, 2).cuda(0)).sum().backward(); done()
torch.zeros(2, device="cuda") + torch.tensor([1.0, 2.0], device=torch.device("cuda", 0)) + torch.rand(2, device=0); done()
nn.Linear(2, 3, device="cuda"); done()
torch.set_default_device("cuda"); assert torch.zeros(2).device.type == "cpu"; done()
with torch.device("cuda"): assert nn.Linear(2, 3).weight.device.type == "cpu"; done()
torch.randperm(5, generator=torch.Generator(device="cuda").manual_seed(1)); done()
torch.ones(2).pin_memory(); torch.cuda.synchronize(); done()
torch.cuda.set_device(0); e = torch.cuda.Event(enable_timing=True); e.record(); assert e.elapsed_time(e) == 0; done()
with torch.cuda.stream(torch.cuda.Stream()), torch.cuda.device(0): pass; done()
with torch.cuda.amp.autocast(), torch.autocast("cuda", dtype=torch.float16): nn.Linear(2, 2)(torch.ones(1, 2))
s = torch.amp.GradScaler("cuda"); t = torch.cuda.amp.GradScaler(); assert not s.is_enabled() and not t.is_enabled()
f = io.BytesIO(); torch.save({"a": torch.ones(2)}, f); f.seek(0); torch.load(f, map_location="cuda"); done()
torch.zeros(2).type("torch.cuda.FloatTensor"); torch.cuda.FloatTensor(3); torch.set_default_tensor_type("torch.cuda.FloatTensor")
assert not torch.cuda.is_available() and torch.cuda.device_count() == 0
x = torch.ones(2); y = x.cuda(); y += 1; assert x.tolist() == [1, 1]; done()
m = torch.compile(nn.Linear(2, 2)); m._orig_mod.state_dict(); assert list(m.state_dict()) == ["weight", "bias"]; done()
g = torch.compile(mode="max-autotune")(lambda v: v + 1); assert g(1) == 2; done()
m = torch.jit.script(nn.Linear(2, 2)); m(torch.ones(1, 2)); done()
f = io.BytesIO(); m = torch.jit.script(nn.Linear(2, 2)); m.save(f); f.seek(0); assert torch.jit.load(f)(torch.ones(1, 2)).equal(m(torch.ones(1, 2)))
m = nn.DataParallel(nn.Linear(2, 2)).cuda(); m(torch.ones(1, 2)); m.module.state_dict(); done()
m = nn.Linear(2, 2); m.compile(); m(torch.ones(1, 2)); done()
with torch.autocast("cpu", dtype=torch.bfloat16): assert nn.Linear(2, 2)(torch.ones(1, 2)).dtype == torch.float32; done()
with torch.cpu.amp.autocast(): assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32; done()
assert torch.autocast("cpu")(lambda: torch.ones(2, 2) @ torch.ones(2, 2))().dtype == torch.float32; done()
with torch.autocast("cpu", enabled=False): torch.ones(2, 2) @ torch.ones(2, 2)
""".strip().splitlines()


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """What each line raised, in a process that goes on after each."""
    script = (
        BEGIN
        + f"""
for line in {ASKS!r}:
    try:
        exec(compile(line, "ask", "exec"), globals())
    except BaseException as error:
        print("FAILED", line, "|", type(error).__name__, str(error).splitlines()[:1])
"""
    )
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True)
    return {line.partition(" | ")[0].removeprefix("FAILED "): line for line in ended.stdout.splitlines()}


@pytest.mark.parametrize("line", ASKS)
def test_the_cpu_serves_what_asks_for_a_gpu(said: dict[str, str], line: str) -> None:
    assert line not in said, said[line]
