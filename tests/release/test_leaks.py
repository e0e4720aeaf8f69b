"""No answer is found in what students get."""

from __future__ import annotations

import base64
import gzip
import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
import safetensors.torch
import torch

from autograder.course.course import Course
from autograder.release.leaks import find_leaks, secret_lines
from tests.support.extras import skip_without

skip_without("nbgrader")


SECRET = "    return math.fsum( [x,\tx] )+0.0  # in another layout"


def test_secret_lines_are_answers_and_not_their_frame(small_course: Course) -> None:
    spellings = {secret.spelling for secret in secret_lines(small_course.solutions)}
    assert spellings == {
        "math.fsum([x,x])+0.0",
        'ANSWERS={"one":len([None])+0}',
        "self.count=sum([0,0,0])",
        "x=float(draw.integer(10,99))",
        "expect_number(submission.double(x),math_of(x)*2-math_of(x)+x)",
        "pow(x,2)*1.0+0.0",
        '{"one":0}[key]',
    }


@pytest.mark.parametrize(
    "form", ["plain", "notebook", "output", "html", "base64", "gzip", "zip", "utf16", "tar", "tensor", "metadata"]
)
def test_a_leak_is_found_in_every_wrapping(small_course: Course, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    text = f"def double(x):\n{SECRET}\n"
    if form == "plain":
        (out / "a.md").write_text(text)
    elif form == "notebook":
        source = text.replace("+0.0", "+\\\n0.0").splitlines(keepends=True)
        (out / "a.ipynb").write_text(json.dumps({"cells": [{"source": source}]}, indent=1))
    elif form == "output":
        inner = json.dumps({"source": [text]})
        (out / "a.ipynb").write_text(json.dumps({"outputs": [{"text": inner}]}))
    elif form == "html":
        (out / "a.html").write_text(text.replace("+", "&#43;").replace("[", "&lbrack;"))
    elif form == "base64":
        (out / "a.json").write_text(json.dumps({"png": base64.b64encode(text.encode()).decode()}))
    elif form == "gzip":
        (out / "a.bin").write_bytes(gzip.compress(text.encode()))
    elif form == "utf16":
        (out / "a.txt").write_text(text, encoding="utf-16")
    elif form == "tensor":
        letters = torch.tensor(list(text.encode()), dtype=torch.uint8)
        safetensors.torch.save_file({"sums": letters}, out / "a.safetensors")
    elif form == "metadata":
        safetensors.torch.save_file({"sums": torch.zeros(2, 3)}, out / "a.safetensors", {"note": text})
    elif form == "zip":
        with zipfile.ZipFile(out / "a.whl", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("pkg/a.py", text)
    else:
        import tarfile

        (tmp_path / "a.py").write_text(text)
        with tarfile.open(out / "a.tar.gz", "w:gz") as tar:
            tar.add(tmp_path / "a.py", "a.py")
    (leak,) = find_leaks(small_course.solutions, out)
    assert leak.secret.file == "b1_tiny/b1_tiny.py"
    if form == "plain":
        assert str(leak) == "a.md, line 2 shows line 18 of solutions/b1_tiny/b1_tiny.py: return math.fsum([x, x]) + 0.0"


def test_a_leak_is_found_in_the_history_of_git(small_course: Course, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def git(*words: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *words], cwd=out, check=True, capture_output=True, env=environment)

    git("init", "-q")
    (out / "a.py").write_text(SECRET)
    git("add", "a.py")
    git("commit", "-q", "-m", "Oh no")
    git("rm", "-q", "a.py")
    git("commit", "-q", "-m", "Gone?")
    assert [leak.where.split(" ")[1] for leak in find_leaks(small_course.solutions, out)] == ["(blob"]


def test_an_allowed_line_is_no_leak(small_course: Course, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(SECRET)
    (small_course.solutions / "allowed-lines.txt").write_text("# on a slide\nreturn math.fsum([x, x]) + 0.0\n")
    assert find_leaks(small_course.solutions, tmp_path / "a.md") == []


def test_what_all_torch_code_says_is_no_secret_in_any_course(small_course: Course, tmp_path: Path) -> None:
    master = small_course.solutions / "b1_tiny" / "b1_tiny.py"
    master.write_text(master.read_text().replace("self.count =", "super().__init__()\n        self.count ="))
    (tmp_path / "a.py").write_text("super().__init__()\n")
    assert find_leaks(small_course.solutions, tmp_path / "a.py") == []
