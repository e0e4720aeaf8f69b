"""`autograder plagiarism`: pairs of submissions that share code which few others have. For a person to read.

copydetect compares code without its names, comments and layout. Two kinds of code prove nothing and are left out first:
code of the released stub, and code that many students have (a task of one line can be written in few ways). The rest is
uncommon. Two students who share much of it may have worked together, asked the same forum, or both been lucky: the
report shows the passages and gives no verdict.
"""

import argparse
import importlib
import io
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ..common.errors import UserError
from ..common.files import write_whole
from ..common.plural import few, plural
from ..common.terminal import console, print_line, printable
from ..course.course import Course, find_course
from ..submission.find import find_class
from ..submission.source import Unreadable

PIECE = 25  # characters, without names and layout: a shorter match is chance
COMMON = 0.05  # code that a larger share of the class has is common, and left out
FEW, MANY = 4, 50  # but code that at most FEW have is never common, and code that more than MANY have always is
LEAST = 80  # characters of uncommon code that two must share
MOST = 200  # pairs in the report, for each assignment
SHOWN = 20_000  # characters of each submission in the report


@dataclass(frozen=True)
class Piece:
    """A passage of a submission. shared: the other submission of the pair has it too."""

    text: str
    shared: bool


@dataclass(frozen=True)
class Alike:
    """Students whose code is the same but for names, comments and layout, and who are so many that it counts as common."""

    assignment: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """Two submissions that share uncommon code. `shares`: the shared part of each one's uncommon code, from 0 to 1."""

    assignment: str
    students: tuple[str, str]
    shared: int  # characters, without names and layout
    shares: tuple[float, float]
    code: tuple[tuple[Piece, ...], tuple[Piece, ...]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "submissions",
        type=Path,
        metavar="SUBMISSIONS",
        help="the folder that holds a folder for each student",
    )
    parser.add_argument(
        "--assignment",
        action="append",
        default=[],
        metavar="A",
        help="compare this assignment only; may be given several times",
    )
    parser.add_argument(
        "--also",
        action="append",
        type=Path,
        default=[],
        metavar="FOLDER",
        help="also look for copies from this folder of submissions (last year's, for example); may be given several times",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("plagiarism.html"),
        metavar="FILE",
        help="the report (default: plagiarism.html)",
    )
    parser.add_argument(
        "--share",
        type=_percent,
        default=60.0,
        metavar="PERCENT",
        help="show a pair if one of the two shares at least this much of its uncommon code (default: 60)",
    )


def run(args: argparse.Namespace) -> int:
    """Compare the submissions of a class. Returns 0 whatever was found: a person has to judge it."""
    course = find_course(Path.cwd())
    only = [course.resolve(name) for name in args.assignment]
    for folder in args.also:
        if args.submissions.resolve().is_relative_to(folder.resolve()):
            raise UserError(f"--also {folder} holds SUBMISSIONS itself. Give the folder of another class.")
    found, skipped = read_submissions(args.submissions, course, only)
    earlier: dict[str, dict[str, str]] = defaultdict(dict)
    for folder in args.also:
        others, more = read_submissions(folder, course, only)
        skipped += more
        for name, texts in others.items():
            earlier[name] |= {f"{folder}: {student}": text for student, text in texts.items()}
    alike: list[Alike] = []
    pairs = [
        pair
        for name, texts in found.items()
        for pair in compare(name, texts, _stub(course, name), args.share / 100, earlier[name], skipped, alike)
    ]
    count = sum(map(len, found.values()))
    write_whole(args.out, page(pairs, count, args.share, alike).encode())
    for student, assignment, why in skipped:
        print(f"autograder plagiarism: {printable(student)} {assignment}: {printable(why)}", file=sys.stderr)
    _print(pairs, count, args.out)
    for group in alike:
        who = few(map(printable, group.students), 5)
        print_line(
            f"{len(group.students)} have the same code for {group.assignment}, which therefore counts as common: {who}."
        )
    return 0


def _percent(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"{text} is not a percentage from 0 to 100")
    if 0 < number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than one percent; for {number:.0%} write {100 * number:g}")
    return number


def read_submissions(
    folder: Path, course: Course, only: Sequence[str] = ()
) -> tuple[dict[str, dict[str, str]], list[tuple[str, str, str]]]:
    """Returns assignment -> student -> code, and a list of (student, assignment, why) for what cannot be compared.

    A notebook's code is its cells, one after another. Raises UserError if there are no submissions.
    """
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    skipped = []
    for entry in find_class(folder, course, only).found:
        if entry.path is None:
            if entry.status in ("unreadable", "ambiguous"):
                skipped.append((entry.student, entry.assignment, " ".join(entry.notes)))
            continue
        try:
            texts[entry.assignment][entry.student] = entry.read().whole_text
        except Unreadable as error:
            skipped.append((entry.student, entry.assignment, str(error)))
    return dict(texts), skipped


def _stub(course: Course, name: str) -> str:
    try:
        return course.released(name).master.read_text(encoding="utf-8")
    except UserError:
        return ""


def compare(
    assignment: str,
    texts: dict[str, str],
    stub: str,
    least_share: float,
    earlier: Mapping[str, str] | None = None,
    skipped: list[tuple[str, str, str]] | None = None,
    alike: list[Alike] | None = None,
) -> list[Pair]:
    """The pairs that share uncommon code, at most `MOST`. The pair that shares most comes first.

    texts: student -> code. least_share: one of the two must share this part of its uncommon code, from 0 to 1.
    earlier: name -> code of another year; it is compared with the students' code, not with each other. skipped: gets
    (name, assignment, why) for code that could not be compared. alike: gets the groups with the same code that are too
    large for pairs.
    """
    detect = _copydetect()
    known = {**(earlier or {}), **texts}
    prints = {}
    for who, text in known.items():
        try:
            prints[who] = _fingerprint(detect, text)
        except Exception as error:  # copydetect may fail on one text: the others are compared all the same
            if skipped is not None:
                skipped.append((who, assignment, f"it could not be compared ({type(error).__name__})"))
    _forget(detect, prints.values(), _fingerprint(detect, stub).hashes)
    holders = Counter(piece for found in prints.values() for piece in found.hashes)
    many = min(MANY, max(FEW, COMMON * len(prints)))
    same: defaultdict[frozenset[int], list[str]] = defaultdict(list)
    for who, found in prints.items():
        same[frozenset(found.hashes)].append(who)
    if alike is not None:
        large = [names for hashes, names in same.items() if len(names) > many and len(hashes) + PIECE > LEAST]
        alike += [Alike(assignment, tuple(names)) for names in large]
    _forget(detect, prints.values(), {piece for piece, count in holders.items() if count > many})

    # Only submissions that share a piece are compared: a class of a thousand has half a million pairs.
    by_piece: defaultdict[int, list[str]] = defaultdict(list)
    for student, found in prints.items():
        for piece in found.hashes:
            by_piece[piece].append(student)
    together = Counter(
        pair
        for students in by_piece.values()
        for pair in combinations(students, 2)
        if not texts.keys().isdisjoint(pair)
    )
    pairs: list[Pair] = []
    for (one, other), pieces in together.most_common():
        if pieces + PIECE <= LEAST or len(pairs) == MOST:
            break
        shared, shares, slices = detect.compare_files(prints[one], prints[other])
        if shared >= LEAST and max(shares) >= least_share:
            code = tuple(
                pieces_of(known[student], spans.T.tolist()) for student, spans in zip((one, other), slices, strict=True)
            )
            both = (min(1.0, float(shares[0])), min(1.0, float(shares[1])))
            pairs.append(Pair(assignment, (one, other), int(shared), both, (code[0], code[1])))
    return sorted(pairs, key=lambda pair: (-pair.shared, pair.students))


def _copydetect() -> Any:
    try:
        return importlib.import_module("copydetect")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "copydetect":
            raise
        raise UserError("This needs an extra: pip install 'cnn-autograder[plagiarism]'") from None


def _fingerprint(detect: Any, text: str) -> Any:
    # A window of 1 keeps every piece, so that the result does not depend on Python's hash seed.
    return detect.CodeFingerprint("submission.py", PIECE, 1, language="python", fp=io.StringIO(text))


def _forget(detect: Any, prints: Iterable[Any], pieces: set[int]) -> None:
    """Remove pieces from fingerprints. (copydetect's own `boilerplate` miscounts pieces that occur twice.)"""
    for found in prints:
        found.hashes = found.hashes - pieces
        found.hash_idx = {piece: places for piece, places in found.hash_idx.items() if piece in found.hashes}
        found.token_coverage = detect.utils.get_token_coverage(found.hash_idx, PIECE, len(found.filtered_code))


def pieces_of(text: str, spans: Sequence[Sequence[float]]) -> tuple[Piece, ...]:
    """The text in pieces, cut where the shared spans begin and end. Only the first `SHOWN` characters are kept."""
    pieces, at = [], 0
    for begin, end in sorted((max(0, int(b)), int(e)) for b, e in spans):
        if end > at:
            pieces += [Piece(text[at : max(at, begin)], False), Piece(text[max(at, begin) : end], True)]
            at = end
    pieces.append(Piece(text[at:], False))
    kept, size = [], 0
    for piece in pieces:
        if piece.text and size < SHOWN:
            kept.append(Piece(piece.text[: SHOWN - size], piece.shared))
            size += len(piece.text)
    return tuple(kept)


def page(pairs: Sequence[Pair], submissions: int, share: float, alike: Sequence[Alike] = ()) -> str:
    """The report as one self-contained HTML page."""
    from .pages import templates

    return templates().get_template("pairs.html").render(pairs=pairs, submissions=submissions, share=share, alike=alike)


def _print(pairs: Sequence[Pair], submissions: int, out: Path) -> None:
    screen = console()
    if pairs:
        grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for heading in ("assignment", "one", "other", "shared", "of one's", "of other's"):
            grid.add_column(
                heading,
                no_wrap=True,
                justify="left" if heading in ("assignment", "one", "other") else "right",
            )
        for pair in sorted(pairs, key=lambda pair: -pair.shared)[:20]:
            names = [Text(printable(name), overflow="ellipsis") for name in pair.students]
            grid.add_row(pair.assignment, *names, str(pair.shared), *(f"{share:.0%}" for share in pair.shares))
        screen.print(grid)
        screen.print()
    many = plural(len(pairs), "pair shares", "pairs share")
    print_line(
        f"{many} uncommon code, of {submissions} submissions. Read them side by side in {printable(str(out))}: "
        "similar code is a question, never an answer."
    )
