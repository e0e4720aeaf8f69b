"""Downloading one file over HTTP: resumed where it stopped, with progress, never more than it may be."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from io import BufferedWriter
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from autograder.common.files import explain

if TYPE_CHECKING:
    from http.client import HTTPResponse

# (bytes that are here, bytes in all or None when the server does not say)
Progress = Callable[[int, int | None], None]

CHUNK = 1 << 18
TIMEOUT = 20.0  # seconds without a byte before a connection counts as lost
PAUSES = (1.0, 3.0)  # seconds before another try of a connection that was lost on the way


class DownloadError(Exception):
    """This address did not give the file; the message says why, in a few words."""


class _Lost(DownloadError):
    """The connection was lost on the way: worth another try."""


def download(url: str, part: Path, largest: int, progress: Progress) -> None:
    """Bring the file at `url` to `part`, going on from the bytes that are there already.

    `part` is kept when the connection is lost, so a later run goes on from it.
    Raises DownloadError; when `part` cannot be written, what `explain` says.
    """
    for pause in PAUSES:
        with suppress(_Lost):
            _attempt(url, part, largest, progress)
            return
        time.sleep(pause)
    _attempt(url, part, largest, progress)


def _attempt(url: str, part: Path, largest: int, progress: Progress) -> None:
    have = part.stat().st_size if part.exists() else 0
    response = _ask(url, have)
    if response is None:
        return
    with response:
        # A server that knows no ranges sends the file from its beginning, with status 200.
        resumed = response.status == 206 and _range_start(response.headers.get("Content-Range")) == have
        if response.status == 206 and not resumed:
            part.unlink(missing_ok=True)
            raise _Lost("the server sent another part of the file than was asked for")
        done = have if resumed else 0
        length = response.headers.get("Content-Length", "")
        total = done + int(length) if length.isdigit() else None
        if (total or 0) > largest:
            raise DownloadError(f"the server has {total:,} bytes there, which cannot be the file")
        with _open(part, "ab" if resumed else "wb") as file:
            progress(done, total)
            while chunk := _read(response, done):
                _write(file, chunk, part)
                done += len(chunk)
                if done > largest:
                    raise DownloadError("the server sends more than the file can have")
                progress(done, total)
    if total is not None and done < total:
        raise _Lost(f"the connection was lost after {done:,} of {total:,} bytes")


def _ask(url: str, have: int) -> HTTPResponse | None:
    """The server's answer for what follows the first `have` bytes; None when nothing follows them.

    Then the file is whole, or the bytes are another one's: the caller's checksum tells, and starts afresh.
    """
    import http.client
    import urllib.error
    import urllib.request

    request = urllib.request.Request(url, headers={"User-Agent": "cnn-autograder", "Accept-Encoding": "identity"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        response: HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if have and error.code == 416:
            return None
        raise DownloadError(f"the server answered {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise DownloadError(f"no connection ({_reason(error.reason)})") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DownloadError(f"no connection ({_reason(error)})") from error
    return response


def _read(response: HTTPResponse, done: int) -> bytes:
    """The bytes that are there, without waiting for a full chunk; none at the end."""
    import http.client

    try:
        return response.read1(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _Lost(f"the connection was lost after {done:,} bytes") from error


def _open(part: Path, mode: Literal["ab", "wb"]) -> BufferedWriter:
    try:
        return part.open(mode)
    except OSError as error:
        raise explain(error, part) from error


def _write(file: BufferedWriter, chunk: bytes, part: Path) -> None:
    try:
        file.write(chunk)
        file.flush()
    except OSError as error:
        with suppress(OSError):  # closing tries to write the rest once more
            file.close()
        raise explain(error, part) from error


def _range_start(content_range: str | None) -> int | None:
    """The first byte that a `Content-Range: bytes 100-199/200` announces."""
    found = re.match(r"bytes (\d+)-", content_range or "")
    return int(found[1]) if found else None


def _reason(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    return str(getattr(reason, "strerror", None) or reason)
