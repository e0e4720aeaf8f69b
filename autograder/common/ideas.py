"""What a message usually means, written as text beside the module that tells it: one paragraph for each idea."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path


@cache
def ideas_beside(module: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The ideas in the text file of a module's name, in its order: (expression, sentence).

    module: its ``__file__``. A paragraph begins with a regular expression on a line of its own; the sentence stands
    below it. A paragraph that begins with # says something to whoever writes ideas.
    """
    text = Path(module).with_suffix(".txt").read_text(encoding="utf-8")
    paragraphs = [paragraph.splitlines() for paragraph in text.strip().split("\n\n") if not paragraph.startswith("#")]
    return tuple((re.compile(lines[0]), " ".join(map(str.strip, lines[1:]))) for lines in paragraphs)
