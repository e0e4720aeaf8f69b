"""Does right work lose points for its wrapping? Wraps correct solutions at random in what people write around them.

    python benchmarks/wrapped.py                     2,000 wrapped submissions of a1 to a4 (an hour on one core)
    python benchmarks/wrapped.py --count 100 --seed 7

A solution is one of `tests/alternatives`. Around it come up to five of `AROUND`: imports that grading lacks and what is
done with them, a GPU, decorators, a training loop, plots, questions, progress bars, loggers, seeds, annotations. Each is
graded with its own inputs; one that does not have full marks is a failure. Prints each; exit 1 when there is one.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

from autograder.course.course import Course
from autograder.grading.engine import Engine
from autograder.submission.source import Cell, Source, read_source

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("a1_permute", "a2_linear_dims", "a3_conv_shapes", "a4_losses")

AROUND = {
    "colab": "from google.colab import drive\ndrive.mount('/content/drive')\n",
    "summary": "from torchsummary import summary\nimport torch\nsummary(torch.nn.Linear(2, 3), (2,))\n",
    "plot": "import seaborn as sns\nimport matplotlib.pyplot as plt\nsns.set_theme(style='whitegrid')\n"
    "sns.lineplot(x=[1, 2], y=[3, 4])\nplt.plot([1, 2])\nplt.show()\n",
    "logger": "import wandb\nimport logging\nrun = wandb.init(project='cnn', config={'lr': 1e-3})\n"
    "wandb.config.epochs = 3\nlogger = logging.getLogger(__name__)\nlogger.info('epochs %s', wandb.config.epochs)\n"
    "for step in range(3):\n    wandb.log({'loss': 1 / (step + 1)})\nrun.finish()\n",
    "progress": "from rich_progress_of_mine import track\nfrom alive_progress import alive_bar\nSEEN = []\n"
    "for step in track(range(5), description='...'):\n    SEEN.append(step)\nassert SEEN == [0, 1, 2, 3, 4]\n"
    "with alive_bar(5) as bar:\n    bar()\n",
    "question": "name = input('Your name: ')\nprint('hello', name)\n",
    "seeds": "import random, numpy as np, torch\nimport pytorch_lightning as pl\npl.seed_everything(42)\n"
    "random.seed(0); np.random.seed(0); torch.manual_seed(0)\ntorch.cuda.manual_seed_all(0)\n"
    "torch.backends.cudnn.deterministic = True\n",
    "gpu": "import torch\nassert torch.cuda.is_available(), 'no GPU'\n",
    "gpu_tensors": "import torch\nON_GPU = torch.zeros(3, 4).cuda()\nALSO = torch.ones(2, device='cuda:0') + torch.rand(2).to('cuda')\n"
    "torch.cuda.synchronize()\nprint(torch.cuda.get_device_name(0))\nGENERATOR = torch.Generator(device='cuda').manual_seed(1)\n"
    "with torch.autocast('cuda', dtype=torch.float16):\n    ALSO = ALSO * 2\n",
    "default_device": "import torch\ntorch.set_default_device('cuda')\nOTHER = torch.zeros(2)\n",
    "annotations": "from jaxtyping import Float, Int\nfrom torch import Tensor\n\ndef annotated(x: Float[Tensor, 'n c']) -> "
    "Int[Tensor, 'n'] | None:\n    return x\n\nImages = Float[Tensor, 'n c h w']\nCOUNT: Images = 3\n",
    "guarded": "try:\n    import cupy as xp\n    FAST = True\nexcept ImportError:\n    import numpy as xp\n    FAST = False\nassert not FAST\n",
    "training": "import torch\nnetwork = torch.nn.Linear(4, 2)\noptimizer = torch.optim.SGD(network.parameters(), lr=0.1)\n"
    "for epoch in range(5):\n    loss = network(torch.randn(8, 4)).square().mean()\n    optimizer.zero_grad()\n"
    "    loss.backward()\n    optimizer.step()\n    print(f'epoch {epoch}: {loss.item():.3f}')\n",
    "data": "from torchvision import datasets\nimport pandas_of_mine as pd\ntable = pd.read_csv('data.csv')\nprint(table.head())\n"
    "with open('config.json') as file:\n    SETTINGS = file.read()\n",
    "exit": "import sys\nif __name__ != '__main__':\n    sys.exit(0)\n",
    "base": "import pytorch_lightning as pl\n\nclass Net(pl.LightningModule):\n    def __init__(self):\n        super().__init__()\n"
    "        self.save_hyperparameters()\n        import torch\n        self.layer = torch.nn.Linear(2, 3)\n    def forward(self, x):\n"
    "        return self.layer(x)\n\nimport torch\nassert isinstance(Net(), torch.nn.Module)\nassert Net()(torch.ones(1, 2)).shape == (1, 3)\n",
    "compile": "import torch\nFAST = torch.compile(torch.nn.Linear(2, 2))\nFAST(torch.ones(1, 2))\n@torch.jit.script\ndef scripted(x):\n    return x\n",
    "arguments": "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--lr', type=float, default=0.1)\nargs = parser.parse_args()\nassert args.lr == 0.1\n",
    "shell": "get_ipython().run_line_magic('matplotlib', 'inline')\n%matplotlib inline\n!pip install torchsummary\n",
    "double_dots": "import onnx.helper.more as oh\nimport scikit_of_mine.metrics\nscikit_of_mine.metrics.accuracy([1], [1])\noh.x.y.z()\n"
    "isinstance(3, oh.Kind)\n",
}
DECORATORS = (
    ("from beartype_of_mine import beartype", "beartype"),
    ("import numba_of_mine as numba", "numba.jit(nopython=True)"),
    (
        "from jaxtyping import jaxtyped\nfrom beartype_of_mine import beartype",
        "jaxtyped(typechecker=beartype)",
    ),
    ("import torch", "torch.compile"),
    ("import line_profiler_of_mine as lp", "lp.profile"),
)


def wrapped(text: str, chance: random.Random) -> tuple[str, str]:
    """(what was put around it, the new text). `from __future__` lines stay first."""
    names = chance.sample(sorted(AROUND), chance.randint(1, 5))
    future = "".join(line + "\n" for line in text.split("\n") if line.startswith("from __future__"))
    text = "\n".join("" if line.startswith("from __future__") else line for line in text.split("\n"))
    if chance.random() < 0.6:
        needs, decorator = chance.choice(DECORATORS)
        text = f"{needs}\n" + re.sub(
            r"^(?=def \w+\()", lambda _: f"@{decorator}\n" * (chance.random() < 0.5), text, flags=re.M
        )
        names.append(decorator)
    before = [AROUND[name] for name in names if name in AROUND and chance.random() < 0.7]
    after = [AROUND[name] for name in names if name in AROUND and AROUND[name] not in before]
    return ", ".join(names), future + "\n".join([*before, text, *after])


def cases(name: str, count: int, seed: int) -> Iterator[tuple[str, Source]]:
    """So many wrapped solutions of an assignment, each with what it was made of."""
    chance = random.Random(f"{name}/{seed}")
    files = sorted((ROOT / "tests" / "alternatives" / name).glob("*.py"))
    for _ in range(count):
        file = chance.choice(files)
        what, text = wrapped(read_source(file).text, chance)
        yield f"{file.stem} with {what}", Source("py", (Cell(_as_read(text), 1, None),))


def _as_read(text: str) -> str:
    from autograder.submission.magics import drop_magics

    return drop_magics(text)


def failures(engine: Engine, count: int, seed: int) -> Iterator[str]:
    """What each wrapped solution without full marks is, and why."""
    for number, (label, source) in enumerate(cases(engine.assignment.name, count, seed)):
        graded = engine.grade(source, seed * 100_003 + number)
        wrong = [verdict for verdict in graded.verdicts if verdict.outcome != "passed"]
        if wrong or not graded.verdicts:
            why = f"{wrong[0].check.name}: {wrong[0].message}" if wrong else graded.unreadable
            yield f"{label}\n    {why}\n    " + "\n    ".join(graded.notes)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000, help="how many submissions (default: 2000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--assignment", choices=NAMES, action="append")
    args = parser.parse_args()
    course, found, began = Course(ROOT), 0, time.monotonic()
    names = args.assignment or NAMES
    for name in names:
        engine = Engine(course, course.assignment(name))
        try:
            for failure in failures(engine, args.count // len(names), args.seed):
                found += 1
                print(f"{name}: {failure}", flush=True)
        finally:
            engine.close()
    print(f"{args.count:,} wrapped submissions, {found} failures, in {time.monotonic() - began:,.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
