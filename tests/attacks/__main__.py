"""`python -m tests.attacks [NAME ...]`: run the attacks in the tiers that this machine has, and print the count."""

from __future__ import annotations

import os
import sys
import time

from autograder.common.errors import InfrastructureError
from autograder.sandbox import tiers

from tests.support.attack_range import Range, attacks


def main(names: list[str]) -> int:
    """0 when every attack was resisted in every tier that was had."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    letters = [name for name in names if name in ("A", "B")] or ["A", "B"]
    chosen = [attack for attack in attacks() if attack.name in names] or attacks()
    lines, failed = [], []
    for letter in letters:
        try:
            tier = tiers.exactly(letter)
        except InfrastructureError as error:
            lines.append(f"tier {letter}: not tested, {error}")
            continue
        resisted, began = 0, time.monotonic()
        with Range(letter) as world:
            for attack in chosen:
                start = time.monotonic()
                wrong = world.run(attack)
                resisted += not wrong
                mark = "resisted" if not wrong else "FAILED: " + "; ".join(map(str, wrong))[:2000]
                line = f"{letter}  {attack.name:28} {time.monotonic() - start:5.1f} s  {mark}"
                print(line, flush=True)
                failed += [line] if wrong else []
        seconds = time.monotonic() - began
        lines.append(f"{tier}: {resisted} of {len(chosen)} attacks resisted in {seconds:.0f} s")
    print("\n".join(lines + failed))  # the reasons last: it is the end of a long log that is looked at
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
