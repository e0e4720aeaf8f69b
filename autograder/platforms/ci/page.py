"""A grading as one page of Markdown: GitHub's step summary, and the text of a Classroom 50 release.

All text that may come from a student goes into a `<pre>` or `<code>` element, escaped. There it cannot act as Markdown
or HTML, make a link or mention anybody.
"""

import html
from collections.abc import Sequence

from ...common.plural import few
from ...common.terminal import printable
from ...results.rows import Row, public_notes, rows_of
from .checkout import Graded, totals

LIMIT = 900_000  # bytes; GitHub takes 1 MiB for a step
_TEXT = 4_000  # characters of one message


def page(graded: Sequence[Graded], changed: Sequence[str] = (), *, sandbox: str = "", hidden: bool = False) -> str:
    """The whole page, within GitHub's limit."""
    score, most = totals(graded)
    which = "all checks" if hidden else "the public checks"
    lines = [
        f"## {score} of {most} points",
        "",
        f"Graded by {which}{f', sandbox tier {sandbox}' if sandbox else ''}.",
        "",
    ]
    lines += ["| assignment | points | |", "| --- | ---: | --- |"]
    lines += [
        f"| `{each.result.assignment}` | {each.result.score} of {each.result.max_score} | {_state(each)} |"
        for each in graded
    ]
    lines.append("")
    for each in graded:
        if each.begun and (part := section(each)):
            lines += [f"### {each.result.assignment}", "", *part]
    if changed:
        lines += changed_files(changed)
    return cut("\n".join(lines) + "\n")


def section(graded: Graded) -> list[str]:
    """The lines of Markdown about one assignment: its notes, and the rows that did not pass."""
    lines = []
    notes = public_notes(graded.result)
    if notes:
        lines += [f"<pre>{_escaped(chr(10).join(notes))}</pre>", ""]
    for row in rows_of(graded.result) if graded.result.checks else ():
        if not row.passed:
            lines += _row(row)
    return lines


def _row(row: Row) -> list[str]:
    title = f"<code>{_escaped(row.task)}</code>: {_escaped(' '.join(row.title.split()))}"
    lines = [f"<p>❌ {title} ({row.score} of {row.points})</p>", ""]
    return lines + ([f"<pre>{_escaped(row.words)}</pre>", ""] if row.words else [])


def changed_files(changed: Sequence[str]) -> list[str]:
    """The lines of Markdown that list the files that differ from the release and were not used."""
    shown = "\n".join(changed[:50]) + (f"\nand {len(changed) - 50} more" if len(changed) > 50 else "")
    return [
        "### Changed files that were not used",
        "",
        "Grading takes these files from the course's release, not from this repository:",
        "",
        f"<pre>{_escaped(shown)}</pre>",
        "",
    ]


def cut(text: str) -> str:
    """The text, cut off at an empty line if it is longer than GitHub's limit."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= LIMIT:
        return raw.decode()
    kept = raw[:LIMIT].decode("utf-8", "ignore").rpartition("\n\n")[0]
    return f"{kept}\n\n(The rest is too long for this page.)\n"


def _state(graded: Graded) -> str:
    result = graded.result
    if not graded.begun:
        return "not begun yet"
    if result.status != "graded":
        return result.status
    lost = dict.fromkeys(f"`{row.task}`" for row in rows_of(result) if not row.passed)
    return f"❌ {few(lost, 4)}" if lost else "✅"


def _escaped(text: str) -> str:
    """The text as HTML, without tags, mentions or control characters. It keeps its lines; a long text is cut off."""
    if len(text) > _TEXT:
        text = text[:_TEXT] + " ..."
    rows = [printable(row) for row in text.splitlines()] or [""]
    return "\n".join(html.escape(row, quote=True).replace("@", "&#64;") for row in rows)
