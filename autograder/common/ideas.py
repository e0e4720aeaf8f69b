"""Ideas: what an error usually means. A module keeps them in a text file beside it, one paragraph for each idea."""

import re
from functools import cache
from pathlib import Path


@cache
def ideas_beside(module: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The ideas in a module's text file, in its order: (regular expression, sentence).

    module: the module's ``__file__``; the text file has the same name and ends in .txt. The first line of a paragraph
    is the expression, and the lines below it are the sentence. A paragraph that begins with # is a comment for authors.
    """
    text = Path(module).with_suffix(".txt").read_text(encoding="utf-8")
    paragraphs = [paragraph.splitlines() for paragraph in text.strip().split("\n\n") if not paragraph.startswith("#")]
    return tuple((re.compile(lines[0]), " ".join(map(str.strip, lines[1:]))) for lines in paragraphs)
