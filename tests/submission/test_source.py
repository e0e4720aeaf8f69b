"""Reading whatever a student has handed in."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.submission.source import Cell, Source, Unreadable, read_source
from tests.support.files import notebook, put


@pytest.mark.parametrize(
    "raw",
    [
        "größe = 1\n".encode(),
        "größe = 1\n".encode("utf-8-sig"),
        "größe = 1\r\n".encode(),
        "größe = 1\r".encode(),
        b"\xff\xfe" + "größe = 1\n".encode("utf-16-le"),
        b"\xfe\xff" + "größe = 1\n".encode("utf-16-be"),
        b"\xff\xfe\0\0" + "größe = 1\n".encode("utf-32-le"),
    ],
    ids=["utf-8", "bom", "crlf", "cr", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_encodings_and_line_ends(tmp_path: Path, raw: bytes) -> None:
    assert read_source(put(tmp_path / "a.py", raw)).text == "größe = 1\n"


def test_a_coding_line_is_obeyed(tmp_path: Path) -> None:
    source = read_source(put(tmp_path / "a.py", "# -*- coding: latin-1 -*-\ngröße = 1\n".encode("latin-1")))
    assert source.text.endswith("größe = 1\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"  \n\t\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not a text file in UTF-8"),
        (b"x = 1\n\0\0\0", "zero bytes"),
        ("größe = 1\n".encode("latin-1"), "line 1, byte 0xf6"),
        (b"# coding: rot13\nk = 1\n", "encoding that is not known: rot13"),
        (b"# coding: no-such\nk = 1\n", "encoding that is not known"),
        (b"x = 1\n" * 20_000, "may hold 64 KB"),
        (b"#" * (30 << 20), "holds 30 MB of code"),
        (b"\xff\xfe\x00", "not a text file"),
        (b'{"a": 1, "nbformat": 4, "cells": []}', "Rename it to end in .ipynb"),
        (b"\n<!DOCTYPE html>\n<html><script>\nimport x\n</script></html>", "is a web page. Download the file itself"),
        (b"<HTML lang='de'>", "is a web page"),
        (b'<?xml version="1.0"?>\n<!-- saved from url=(0012)x.org -->\n<!DOCTYPE html>', "is a web page"),
        (b"Rar!\x1a\x07\0", "is an archive. Hand in the file that is in it"),
        (b"%PDF-1.4\n1 0 obj", "is a PDF"),
        (b"https://colab.research.google.com/drive/1a2b?usp=sharing\n", "is only a link. Download the file itself"),
        (rb"{\rtf1\ansi def to_nchw(images):\par}", "is rich text"),
        (b"PK\x03\x04\x14\0word/document.xml", "is a zip or a Word document"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d\n",
            "a pointer of Git LFS: the file itself was not",
        ),
    ],
)
def test_what_is_no_script_says_why(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says) as error:
        read_source(put(tmp_path / "a1_permute.py", content))
    assert str(error.value).startswith("a1_permute.py ")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        (
            "{ broken",
            r"breaks in line 1\). Take an earlier version of it from git, or begin anew with `autograder reset`",
        ),
        ("[]", "no list of cells"),
        ("3", "no list of cells"),
        ('{"cells": 3}', "no list of cells"),
        ('{"cells": []}', "holds no code"),
        ('{"cells": [3, null, {"cell_type": "code", "source": 3}]}', "holds no code"),
        ('{"cells": [{"cell_type": "markdown", "source": "of\\nclass 0 and\\nclass 1"}]}', r"holds no code\.$"),
        (
            '{"cells": [{"cell_type": "raw", "source": "x\\ndef f(a): pass"}]}',
            "holds no code, except in Markdown or raw",
        ),
        ("https://colab.research.google.com/drive/1a2b", "is only a link"),
        ("[" * 100_000, "is not a notebook"),
        ('{"a":' * 100_000, "is not a notebook"),
        ("[" + "1" * 10_000 + "]", "is not a notebook"),
        ("\ufeff\ufeff", "is not a notebook"),
        (b"\xff\xff\xff", "is not a notebook"),
        (b'{"cells": ["gr\xf6\xdfe"]}', r"\(it is not text in UTF-8\)"),
        (notebook("x = 1\n" * 20_000), "may hold 64 KB"),
        (notebook("x = '\0'"), "zero bytes"),
        ('{"cells": [\n<<<<<<< HEAD\n 1\n=======\n 2\n>>>>>>> main\n]}', "unfinished merge"),
        ("[" + "{}," * 8_000_000 + "{}]", "too large to be read"),
    ],
)
def test_what_is_no_notebook_says_why(tmp_path: Path, content: str | bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read_source(put(tmp_path / "a.ipynb", content))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b" \n"])
def test_a_file_is_what_it_holds_whatever_it_is_called(tmp_path: Path, mark: bytes) -> None:
    """Who renames a notebook, as a form asks for .py or .ipynb, has handed in what they wrote all the same."""
    outputs = {"cell_type": "code", "source": "x = 1", "outputs": [{"data": {"image/png": "A" * (1 << 20)}}]}
    for book in (notebook("import torch", "%time\nx = 1"), json.dumps({"nbformat": 4, "cells": [outputs]})):
        said = read_source(put(tmp_path / "a.py", mark + book.encode()))
        as_named = read_source(put(tmp_path / "b.ipynb", mark + book.encode()))
        assert (said.form, said.cells) == ("ipynb", as_named.cells)
        assert said.notes == ("a.py was read as a notebook, because its content is one.",)
        assert as_named.notes == ()
    script = read_source(put(tmp_path / "c.ipynb", mark + b"# my work\nimport torch\n\ndef f(x):\n    return {x}\n"))
    assert script.form == "py"
    assert script.notes == ("c.ipynb was read as a script, because its content is one.",)
    assert script.text.endswith("    return {x}\n")


def test_a_notebook_that_is_too_large_is_told_as_one_whatever_it_is_called(tmp_path: Path) -> None:
    raw = b'{"cells": [' + b" " * (64 << 20) + b"]}"
    with pytest.raises(Unreadable, match=r"a\.py is too large \(64 MB\): clear its outputs"):
        read_source(put(tmp_path / "a.py", raw))


def test_a_notebook_with_large_outputs_is_read(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "source": "x = 1", "outputs": [{"data": {"image/png": "A" * (31 << 20)}}]}
    source = read_source(put(tmp_path / "a.ipynb", json.dumps({"cells": [cell], "nbformat": 4})))
    assert source.text == "x = 1\n"


def test_an_old_notebook_is_read(tmp_path: Path) -> None:
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1\n", "y = 2"]}]}], "nbformat": 3}
    assert read_source(put(tmp_path / "a.ipynb", json.dumps(old))).text == "x = 1\ny = 2\n"


def test_half_a_character_in_a_notebook_does_no_harm(tmp_path: Path) -> None:
    source = read_source(put(tmp_path / "a.ipynb", notebook("x = '\ud800'")))
    assert source.text == "x = '?'\n"
    assert len(source.fingerprint) == 64


def test_a_line_is_shown_without_what_a_terminal_obeys() -> None:
    source = Source("py", (Cell("x = 1\n\traise\tValueError  # \x1b[2J\u202e\n", 1, None),))
    assert source.line(2) == r"raise ValueError  # \x1b[2J\u202e"


def test_lines_are_found_again(tmp_path: Path) -> None:
    book = read_source(put(tmp_path / "a.ipynb", notebook("import torch\nx = 1", "%time\ny = 2\n\nz = 3")))
    lines = book.text.split("\n")
    assert [cell.label for cell in book.cells] == ["cell 1", "cell 2"]
    assert book.locate(lines.index("x = 1") + 1) == "cell 1, line 2"
    assert book.locate(lines.index("z = 3") + 1) == "cell 2, line 4"
    script = read_source(put(tmp_path / "a.py", "import torch\n\n# %%\nx = 1\n# %% more\ny = 2\n"))
    assert script.text == "import torch\n\n# %%\nx = 1\n# %% more\ny = 2\n"
    assert [cell.first_line for cell in script.cells] == [1, 3, 5]
    assert script.locate(4) == "line 4"


def test_a_cell_mark_in_a_string_begins_no_cell(tmp_path: Path) -> None:
    source = read_source(put(tmp_path / "a.py", 'text = """\n# %%\n"""\n# %%\ny = 2\n'))
    assert [cell.first_line for cell in source.cells] == [1, 4]


def test_fingerprints(tmp_path: Path) -> None:
    first = read_source(put(tmp_path / "a.py", "x = 1\n"))
    windows = read_source(put(tmp_path / "b.py", b"\xef\xbb\xbfx = 1\r\n"))
    other = read_source(put(tmp_path / "c.py", "x = 2\n"))
    put(tmp_path / "d.safetensors", b"weights")
    weighted = read_source(put(tmp_path / "d.py", "x = 1\n"))
    outputs = [read_source(put(tmp_path / f"{n}.ipynb", notebook("x = 1", metadata={"n": n}))) for n in range(2)]
    assert first.fingerprint == windows.fingerprint
    assert len({s.fingerprint for s in (first, other, weighted, outputs[0])}) == 4
    assert outputs[0].fingerprint == outputs[1].fingerprint
    assert first.code_digest == outputs[0].code_digest == weighted.code_digest


def test_weights_that_are_too_large_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "a.safetensors", b"0" * (9 << 20))
    source = read_source(put(tmp_path / "a.py"))
    assert source.weights is None
    assert "larger than 8 MB" in source.notes[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.py")
    with pytest.raises(Unreadable, match="is not a file"):
        read_source(tmp_path / "a.py")


def test_a_file_that_has_gone(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="could not be opened: No such file"):
        read_source(tmp_path / "a.py")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for name in ("a.py", "a.ipynb"):
        path = put(folder / name, raw)
        with contextlib.suppress(Unreadable):
            source = read_source(path)
            assert "\0" not in source.text
            source.text.encode()


def test_what_is_released_beside_a_submission_is_no_weights_of_it(tmp_path: Path) -> None:
    script = tmp_path / "a5_fashion_mnist.py"
    script.write_text("x = 1\n")
    (tmp_path / "diagnoses.safetensors").write_bytes(b"ours")
    assert read_source(script).notes == ()
    (tmp_path / "mine.safetensors").write_bytes(b"theirs")
    assert read_source(script).unused == ("mine.safetensors",)


def test_a_pointer_of_git_lfs_is_no_weights(tmp_path: Path) -> None:
    path = put(tmp_path / "a1_permute.py", "x = 1\n")
    put(tmp_path / "a1_permute.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 9\n")
    source = read_source(path)
    assert source.weights is None
    assert "it is a pointer of Git LFS, and the weights were not downloaded" in source.notes[0]
