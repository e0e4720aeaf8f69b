"""Does anything released hold a line of a solution, a hidden check or a misconception?

A secret line is a line of code of a solution block, a hidden check or a misconception, with at least six tokens. It is
compared without comments, spaces and the kind of quotes. It is searched for in every released file, even inside JSON or
HTML escapes, base64, UTF-16 or an archive (a wheel, an sdist), and in every object in the history of a git repository.

Imports, decorators, signatures and plain strings are not secret: the first three are not answers, and the messages of
misconceptions are released on purpose. A line of a hidden check is not secret if the public checks of the assignment
have it too (a line of a solution still is). Lines that students may see, because the lecture itself shows them, are
listed in `solutions/allowed-lines.txt`.
"""

import ast
import base64
import binascii
import contextlib
import gzip
import html
import io
import re
import subprocess
import tarfile
import tokenize
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .master import BEGIN, END

ALLOWED = "allowed-lines.txt"
MINIMUM_TOKENS = 6
# Lines of torch code that are not an answer in any course.
IDIOMS = ("super().__init__()", "with torch.no_grad():", "for _ in range(2):")
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")

_LAYOUT = {
    tokenize.NEWLINE,
    tokenize.NL,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.ENCODING,
}
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4}){6,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_PRINTABLE = re.compile(rb"[\t\n\r\x20-\x7e]{8,}")


@dataclass(frozen=True)
class Secret:
    """One line that no student may see. spelling: without spaces, to compare. text: as it stands in the file."""

    spelling: str
    file: str
    line: int
    text: str = ""


@dataclass(frozen=True)
class Leak:
    """A secret line, and the released file and line that show it; line 0 if something wraps it."""

    secret: Secret
    where: str
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.where}, line {self.line}" if self.line else self.where
        return f"{place} shows line {self.secret.line} of solutions/{self.secret.file}: {self.secret.text}"


def find_leaks(solutions: Path, *released: Path) -> list[Leak]:
    """All leaks of `solutions` (the folder of the masters) into what is `released`: folders or files."""
    allowed = allowed_lines(solutions / ALLOWED) | {_squeeze(line) for line in IDIOMS}
    secrets = [secret for secret in secret_lines(solutions) if secret.spelling not in allowed]
    leaks: dict[tuple[Secret, Path, str], Leak] = {}
    for place, (where, blob) in ((folder, found) for folder in released for found in _blobs(folder)):
        view = "\0".join(dict.fromkeys(_views(blob)))  # most are alike
        # An archive shows it too, before it is unpacked. The place inside comes later and is kept: it says more.
        file = where.split("!")[0]
        found = [secret for secret in secrets if secret.spelling in view]
        leaks |= {(secret, place, file): Leak(secret, where, _line_of(secret, blob)) for secret in found}
    return list(leaks.values())


def shows_solutions(solutions: Path, released: Path, who: str = "students") -> bool:
    """Does `released`, which is about to be written, show lines of solutions? If so, print which."""
    leaks = find_leaks(solutions, released)
    if leaks:
        print(f"Nothing was written, because {who} would see lines of solutions:")
        for leak in leaks:
            print(f"  {leak}")
        print(f"Change the line where it is shown, or allow it in solutions/{ALLOWED}.")
    return bool(leaks)


def _line_of(secret: Secret, blob: bytes) -> int:
    """The line of a file that shows a secret as it is; 0 if something wraps it."""
    lines = enumerate(_text(blob).splitlines(), start=1)
    return next((number for number, line in lines if secret.spelling in _squeeze(line)), 0)


def secret_lines(solutions: Path) -> list[Secret]:
    """The secret lines of every assignment under `solutions`; of equal lines only the first."""
    found: dict[str, Secret] = {}
    for path in sorted(solutions.glob("*/*.py")):
        name, text = path.parent.name, path.read_text(encoding="utf-8-sig")
        hidden = path.name == f"test_{name}_hidden.py"
        public = _public_lines(path.with_name(f"test_{name}.py")) if hidden else set()
        if path.name == f"{name}.py":
            rows = _solution_rows(text)
        elif path.name in (f"test_{name}.py", "pictures.py", "network_facts.py"):  # students have them
            continue
        else:  # hidden checks, misconceptions, and their helpers
            rows = set(range(1, text.count("\n") + 2))
        lines = text.splitlines()
        for row, spelling in _spelled(text, rows - _open_rows(text)):
            if spelling in public:
                continue
            found.setdefault(
                spelling, Secret(spelling, path.relative_to(solutions).as_posix(), row, lines[row - 1].strip())
            )
    return list(found.values())


def _public_lines(path: Path) -> set[str]:
    """The spellings of all lines of the public checks."""
    if not path.is_file():
        return set()
    text = path.read_text(encoding="utf-8-sig")
    return {spelling for _, spelling in _spelled(text, set(range(1, text.count("\n") + 2)))}


def allowed_lines(path: Path) -> set[str]:
    """The spellings of the lines in an allow-list. Its lines that begin with `#` are comments."""
    if not path.is_file():
        return set()
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    code = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    return {_squeeze(re.sub(r"^return ", "", line)) for line in code} | {_squeeze(line) for line in code}


def _solution_rows(text: str) -> set[int]:
    """The numbers of the lines between BEGIN SOLUTION and END SOLUTION."""
    rows, inside = set(), False
    for row, line in enumerate(text.splitlines(), start=1):
        if BEGIN in line:
            inside = True
        elif END in line:
            inside = False
        elif inside:
            rows.add(row)
    return rows


def _open_rows(text: str) -> set[int]:
    """The numbers of lines without an answer: imports, decorators, signatures, docstrings, hints, reasons."""
    rows: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import() | ast.ImportFrom():
                rows |= _rows(node.lineno, node.end_lineno)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                if node.body[0].lineno > node.lineno:
                    rows |= _rows(first, node.body[0].lineno - 1)
            case ast.Expr(value=ast.Constant(value=str())):
                rows |= _rows(node.lineno, node.end_lineno)
            case ast.Expr(value=ast.Call(func=ast.Name(id="hints" | "why"))):
                rows |= _rows(node.lineno, node.end_lineno)
    return rows


def _rows(first: int, last: int | None) -> set[int]:
    return set(range(first, (last or first) + 1))


def _spelled(text: str, rows: set[int]) -> Iterator[tuple[int, str]]:
    """The number and the spelling of each line among `rows` that has enough tokens."""
    tokens: dict[int, list[str]] = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _LAYOUT and token.type != tokenize.COMMENT and token.start[0] in rows:
            tokens.setdefault(token.start[0], []).append(token.string)
    for row, words in sorted(tokens.items()):
        # Drop the word `return`: prose may show the expression without it.
        if words[0] == "return" and len(words) > MINIMUM_TOKENS:
            words = words[1:]
        if len(words) >= MINIMUM_TOKENS:
            yield row, _squeeze("".join(words))


def _squeeze(text: str) -> str:
    """Text without white space, with one kind of quote."""
    return "".join(text.replace("\\\n", "").split()).replace("'", '"')


def _views(blob: bytes) -> Iterator[str]:
    """The texts in a file's bytes, squeezed: as they stand, without escapes, and decoded from base64."""
    text = _text(blob)
    yield _squeeze(text)
    unescaped = text
    for _ in range(2):  # JSON within JSON: a notebook's output that shows a notebook
        unescaped = re.sub(r'\\(["\\/ntr])', lambda m: {"n": "\n", "t": " ", "r": " "}.get(m[1], m[1]), unescaped)
        # The lines of a notebook's cell are separate strings: join them.
        yield _squeeze(re.sub(r'",?\s*\n\s*"', "", unescaped))
        unescaped = html.unescape(unescaped)
        yield _squeeze(unescaped)
    for run in _BASE64.findall(blob):
        with contextlib.suppress(binascii.Error, ValueError):
            yield _squeeze(_text(base64.b64decode(run, validate=True)))


def _text(blob: bytes) -> str:
    if blob[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return blob.decode("utf-16", "replace")
    if b"\0" in blob[:4096]:  # binary: only its readable parts
        return b"\n".join(_PRINTABLE.findall(blob)).decode("ascii")
    return blob.decode("utf-8", "replace")


def _blobs(released: Path) -> Iterator[tuple[str, bytes]]:
    """(name, content) of every file under `released`, of the files in archives, and of a git repository's history."""
    paths: Iterable[Path] = [released] if released.is_file() else sorted(released.rglob("*"))
    for path in paths:
        name = path.relative_to(released).as_posix() if path != released else path.name
        if path.is_file() and ".git" not in Path(name).parts and "__pycache__" not in Path(name).parts:
            blob = path.read_bytes()
            yield name, blob
            yield from ((f"{name}!{inner}", content) for inner, content in _inside(blob))
    if (released / ".git").exists():
        yield from _history(released)


def _history(repository: Path) -> Iterator[tuple[str, bytes]]:
    """Every object that git keeps, reachable or not: blobs, commit messages, tags, names in trees."""
    command = ["git", "-C", str(repository), "cat-file", "--batch", "--batch-all-objects"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        while header := process.stdout.readline().split():
            name, kind, size = header[0].decode(), header[1].decode(), int(header[2])
            yield f".git ({kind} {name[:10]})", process.stdout.read(size)
            process.stdout.read(1)


def _inside(blob: bytes) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the files in an archive, or of one compressed file; nothing for any other file."""
    file = io.BytesIO(blob)
    try:
        if blob.startswith(b"PK\3\4"):
            with zipfile.ZipFile(file) as archive:
                yield from ((entry.filename, archive.read(entry)) for entry in archive.infolist())
        elif blob.startswith(_COMPRESSED) or blob[257:262] == b"ustar":
            try:
                with tarfile.open(fileobj=file) as tar:
                    members = [(entry.name, tar.extractfile(entry)) for entry in tar]
                    yield from ((name, member.read()) for name, member in members if member)
            except tarfile.ReadError:  # one compressed file
                yield "", gzip.decompress(blob)
    except (OSError, EOFError, ValueError, zlib.error, tarfile.TarError, zipfile.BadZipFile):
        return
