"""The report: what its pages say, and above all what they do not say."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import importlib.util
import json
import os
import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder import cli
from autograder.common.errors import InfrastructureError, UserError
from autograder.common.png import gray_png
from autograder.course.course import Course
from autograder.report import attention, svg
from autograder.report import pages as report
from autograder.report.pictures import Pictures
from autograder.report.training_record import read_training
from autograder.results import result as results
from autograder.results.result import CheckResult, ClassResults, Diagnosis, Final, Outcome, Result
from tests.support.places import ROOT

NAMES = ("ada", "Zoë Müller", "<script>alert(1)</script>", "-rf", "two\nlines", "50% off/€", "😀", "x" * 250)
IDEA = Diagnosis("reshapes_instead_of_permuting", "You used `reshape`: permute moves the axes.")
METRICS: dict[str, Any] = {
    "accuracy": 0.8541,
    "accuracy_standard_error": 0.0079,
    "training_seconds": 27.8,
    "epochs": 6.0,
    "images_seen": 60000,
    "interrupted": False,
    "losses": [0.8, 0.5, 0.3],
    "bands": [0.6, 0.84, 0.86],
    "confusion": [[180 if i == j else 2 for j in range(10)] for i in range(10)],
    "mix_ups": [[17, 6, 0], [3, 2, 4]],
}


def check(number: int, outcome: Outcome, hidden: bool = False, points: int = 2, **more: Any) -> CheckResult:
    """A check of `to_nchw`; the words of a hidden one must not get out."""
    said = "SECRET" if hidden else "said"
    return CheckResult(
        name=f"test_{said}_{number}",
        title=f"{said} title {number}, with `code`",
        task="to_nchw",
        points=points,
        score=points if outcome == "passed" else 0,
        outcome=outcome,
        hidden=hidden,
        message="" if outcome == "passed" else f"{said} message {number}",
        **more,
    )


def result(student: str, *checks: CheckResult, assignment: str = "a1_permute", **more: Any) -> Result:
    """A graded result with these checks."""
    score, most = sum(c.score for c in checks), sum(c.points for c in checks)
    return Result(student, assignment, "py", "graded", score, most, checks, **more)


@pytest.fixture
def klass() -> ClassResults:
    """A class with every kind of result, and names that want to do harm."""
    everybody = []
    for number, name in enumerate(NAMES):
        wrong: Outcome = "failed" if number % 2 else "passed"
        diagnosis = IDEA if number % 2 else None
        everybody.append(
            result(
                name,
                check(1, wrong, diagnosis=diagnosis),
                check(2, "passed"),
                check(3, wrong, hidden=True, diagnosis=diagnosis),
                check(4, "passed", hidden=True),
                submitted="2026-11-20T21:03:11Z",
            )
        )
        everybody.append(result(name, check(5, "passed"), assignment="a5_fashion_mnist", metrics=METRICS))
    empty = {"form": None, "score": 0, "max_score": 8, "assignment": "a1_permute"}
    everybody += [
        Result(student="mia", status="missing", **empty),
        Result(student="una", status="unreadable", notes=("SyntaxError at line 3: <b>x</b>",), **empty),
        Result(student="amy", status="ambiguous", notes=("Two files differ: a.py and b.py.",), **empty),
        Result(student="lou", status="graded", notes=("Not graded: its process died.",), **empty),
    ]
    finals = {("ada", "a1_permute"): Final(7, 1, "1 day late: -1 (10 %)")}
    return ClassResults(tuple(everybody), finals=finals)


@pytest.fixture
def pages(klass: ClassResults, tmp_path: Path) -> Path:
    """The report of that class."""
    report.write(klass, tmp_path / "report", Course(ROOT))
    return tmp_path / "report"


def student_page(pages: Path, name: str) -> str:
    """The text of a student's page."""
    return (pages / "students" / f"{results.folder_name(name)}.html").read_text(encoding="utf-8")


def test_a_students_page_says_nothing_of_hidden_checks_and_nobody_else(pages: Path) -> None:
    for name in (*NAMES, "mia", "una", "amy", "lou"):
        text = student_page(pages, name)
        assert "SECRET" not in text
        others = {"ada", "Zoë", "mia", "una", "lou"} - {name.split()[0]}
        assert not any(re.search(rf"\b{other}\b", text) for other in others)
    text = student_page(pages, "-rf")
    assert "said message 1" in text
    assert "You used <code>reshape</code>: permute moves the axes." in text
    assert text.count("permute moves the axes") == 1, "an idea is told once"
    assert "On other inputs: 2 of 4 points (wrong result: 1)" in text


def test_the_idea_behind_a_hidden_failure_is_told(tmp_path: Path) -> None:
    one = result("ada", check(1, "passed"), check(2, "failed", hidden=True, diagnosis=IDEA))
    report.write(ClassResults((one,)), tmp_path / "report")
    text = student_page(tmp_path / "report", "ada")
    assert "permute moves the axes" in text
    assert "SECRET" not in text


def test_a_network_is_drawn(pages: Path) -> None:
    text = student_page(pages, "ada")
    assert "<strong>85.4 %</strong>" in text
    assert "from 0.80 to 0.30 over 3 epochs" in text
    assert text.count('class="s5 right">180<') == 10
    assert text.count("data:image/png;base64,") == 2
    assert "<b>Shirt</b>, taken for T-shirt/top" in text


def test_lateness_and_adjustments_show(pages: Path) -> None:
    assert "8 points for the work; 1 day late: -1 (10 %). That makes 7." in student_page(pages, "ada")
    assert "a1 1 day late: -1 (10 %)" in (pages / "index.html").read_text(encoding="utf-8")


def test_every_link_leads_to_a_page(pages: Path) -> None:
    text = (pages / "index.html").read_text(encoding="utf-8")
    links = {html.unescape(link) for link in re.findall(r'href="(students/[^"]*)"', text)}
    files = {f"students/{path.name}" for path in (pages / "students").iterdir()}
    assert {unquote(link) for link in links} == files
    anchors = set(re.findall(r'href="#([^"]*)"', text))
    assert anchors <= set(re.findall(r' id="([^"]*)"', text))


def test_nothing_is_fetched_and_nobodys_markup_is_obeyed(pages: Path) -> None:
    for path in pages.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|@import|url\(|<link|<iframe|<object", text)
        assert all(source.startswith("data:image/png;base64,") for source in re.findall(r'src="([^"]*)"', text))
        assert "<script>alert" not in text
        assert "<b>x</b>" not in text
        scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
        policy = html.unescape(re.search(r'Policy" content="([^"]*)"', text)[1])  # type: ignore[index]
        if path.name != "index.html":
            assert not scripts
            assert "script-src 'none'" in policy
        else:
            digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy


def test_the_class_page_counts(pages: Path) -> None:
    text = " ".join((pages / "index.html").read_text(encoding="utf-8").split())
    assert "12 students; submissions: 16 graded, 1 missing, 1 unreadable, 1 ambiguous, 1 lost." in text
    assert "You used <code>reshape</code>: permute moves the axes." in text
    assert "SECRET title 3" in text, "teachers see the hidden checks"
    assert "<summary>4 students" in text
    assert '<div><dt>to look at first</dt><dd><a href="#first">11</a>' in text
    assert "8 networks: half of them are right on at least 85.4%" in text


def test_the_same_results_give_the_same_bytes(pages: Path, klass: ClassResults) -> None:
    before = {path: path.read_bytes() for path in pages.rglob("*.html")}
    report.write(klass, pages, Course(ROOT))
    assert {path: path.read_bytes() for path in pages.rglob("*.html")} == before


def test_who_has_left_has_no_page(pages: Path, klass: ClassResults) -> None:
    fewer = tuple(r for r in klass.results if r.student != "mia")
    report.write(ClassResults(fewer), pages)
    assert not (pages / "students" / "mia.html").exists()
    assert (pages / "students" / "ada.html").exists()


def test_a_folder_of_other_things_is_left_alone(klass: ClassResults, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear ...")
    with pytest.raises(UserError, match="other things"):
        report.write(klass, tmp_path)
    with pytest.raises(UserError, match="is a file"):
        report.write(klass, tmp_path / "letter.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_that_cannot_be_written_to_is_told(klass: ClassResults, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / report.MARK).touch()
    (tmp_path / "r" / "students").write_text("in the way")
    with pytest.raises(InfrastructureError, match="cannot be written"):
        report.write(klass, tmp_path / "r")


def test_without_a_course_there_are_no_pictures(klass: ClassResults, tmp_path: Path) -> None:
    report.write(klass, tmp_path / "report")
    text = student_page(tmp_path / "report", "ada")
    assert "data:image" not in text
    assert "commonest mistakes" not in text


def test_the_command(tmp_path: Path, klass: ClassResults, capsys: pytest.CaptureFixture[str]) -> None:
    for one in klass.results:
        results.write(one, tmp_path / "results")
    words = ["report", str(tmp_path / "results"), "--out", str(tmp_path / "report"), "--title", "CNN <2026>"]
    assert cli.main(words) == 0
    assert "12 students' pages" in capsys.readouterr().out
    assert "<h1>CNN &lt;2026&gt;</h1>" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    torn = tmp_path / "results" / "ada" / "a1_permute.json"
    torn.write_text("{")
    assert cli.main(words) == 3
    assert "torn" in capsys.readouterr().err
    assert "ada/a1_permute.json" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")


def test_a_report_of_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", str(tmp_path / "nowhere"), "--out", str(tmp_path / "report")]) == 2
    assert not (tmp_path / "report").exists()


# --- whom to look at first -----------------------------------------------------------------------------------------


def kinds(*own: Result) -> list[str]:
    """The kinds of reasons to look at a student's results."""
    return [reason.kind for reason in attention.reasons({r.assignment: r for r in own})]


def test_reasons_to_look() -> None:
    good = check(1, "passed")
    assert kinds(result("ada", good, check(2, "failed"))) == []
    assert kinds(result("ada", good, check(2, "crashed"))) == ["crashed"]
    assert kinds(result("ada", good, check(2, "failed", hidden=True))) == ["suspicious"]
    known = check(2, "failed", hidden=True, diagnosis=IDEA)
    assert kinds(result("ada", good, known)) == [], "a known mistake explains it"
    assert kinds(Result("ada", "a1_permute", None, "ambiguous", 0, 8)) == ["no score"]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, ["near a band"]),
        ({"accuracy": 0.861}, []),
        ({"accuracy": 0.85}, []),
        ({"accuracy": 0.97}, ["suspicious"]),
        ({"accuracy": 0.94, "weights": "submitted"}, []),
        ({"accuracy": 0.97, "weights": "submitted"}, ["suspicious"]),
        ({"weights": "not used: there is no layer fc9"}, ["suspicious", "near a band"]),
        ({"accuracy_of_weights": 0.91}, ["suspicious", "near a band"]),
        ({"accuracy_of_weights": 0.86}, ["near a band"]),
        ({"accuracy": "very good"}, []),
    ],
)
def test_networks_to_look_at(changes: dict[str, Any], kind: list[str]) -> None:
    one = result("ada", check(1, "passed"), assignment="a5_fashion_mnist", metrics=METRICS | changes)
    assert kinds(one) == kind


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(sorted(METRICS)),
        ANYTHING | st.lists(ANYTHING, max_size=10) | st.lists(st.lists(ANYTHING, max_size=3), max_size=10),
        max_size=4,
    )
)
def test_metrics_may_be_anything(metrics: dict[str, Any]) -> None:
    training = read_training(json.loads(json.dumps(METRICS)) | metrics)
    if training is not None:
        svg.curve(training.losses, "epoch", "loss")
        svg.scatter([svg.Point(training.seconds or 0, training.accuracy or 0, "")], training.bands, "x", "y")


# --- drawings ------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 100)), st.integers(1, 100), st.integers(1, 30))
def test_every_score_stands_in_one_bar(scores: list[int], most: int, bins: int) -> None:
    counts = svg.bin_counts(scores, most, bins)
    assert sum(counts) == len(scores)
    assert counts[-1] == sum(score >= most for score in scores)
    ranges = [svg.bin_range(i, most, len(counts)) for i in range(len(counts))]
    covered = [score for low, high in ranges for score in range(low, high + 1)]
    assert covered == list(range(most + 1))
    for score in (s for s in scores if s < most):
        (bar,) = (i for i, (low, high) in enumerate(ranges) if low <= score <= high)
        assert svg.bin_counts([score], most, bins)[bar] == 1


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(2, 10))
def test_ticks_are_few_and_reach_both_ends(one: float, other: float, about: int) -> None:
    low, high = min(one, other), max(one, other)
    marks = svg.ticks(low, high, about)
    assert 2 <= len(marks) <= about + 3
    assert marks[0] <= low + 1e-6 * (1 + high - low)
    assert marks[-1] >= high - 1e-6 * (1 + high - low)


def test_a_picture_holds_its_pixels() -> None:
    pixels = bytes(range(256)) * 4
    data = gray_png(pixels[: 28 * 28], 28, 28)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    (length,) = struct.unpack(">I", data[33:37])
    assert data[37:41] == b"IDAT"
    rows = zlib.decompress(data[41 : 41 + length])
    assert b"".join(rows[i * 29 + 1 : i * 29 + 29] for i in range(28)) == pixels[: 28 * 28]


def test_pictures_that_are_not_there() -> None:
    pictures = Pictures(ROOT / "data")
    assert pictures.uri(0).startswith("data:image/png;base64,")
    assert pictures.uri(2000) == ""
    assert Pictures(ROOT / "nowhere").uri(0) == ""


# --- in a browser --------------------------------------------------------------------------------------------------


def axe() -> str:
    """axe-core's script: $AXE_JS, or the one that the Python package brings."""
    given_path = os.environ.get("AXE_JS")
    if given_path:
        return Path(given_path).read_text(encoding="utf-8")
    found = importlib.util.find_spec("axe_core_python")
    if found is None or not found.submodule_search_locations:
        pytest.skip("axe-core is not installed: pip install axe-core-python, or set AXE_JS")
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


def in_browser(page: Path, script: str, width: int = 1100, dark: bool = False) -> Any:
    """What a script leaves in `out`, on a page in headless Chromium."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("there is no Chromium here")
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"<meta http-equiv=[^>]*>", "", text, count=1)  # it forbids our script, as it should
    # `<\/script` says the same in JavaScript, and does not end the element.
    inside = script.replace("</script", "<\\/script")
    done = "const o=document.createElement('pre');o.id='out';o.textContent=JSON.stringify(out);document.body.append(o);"
    runner = f"<script>(async () => {{ let out; {inside}\n{done} }})()</script></body>"
    copy = page.with_name("in_browser.html")
    copy.write_text(text.replace("</body>", runner), encoding="utf-8")
    # Chromium's own sandbox does not start as root, and the page is ours.
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000"]
    command += [f"--window-size={width},2000", f"--user-data-dir={page.parent / 'profile'}"]
    command += ["--blink-settings=preferredColorScheme=0"] if dark else []
    dom = subprocess.run([*command, "--dump-dom", copy.as_uri()], capture_output=True, text=True, timeout=180).stdout
    copy.unlink()
    found = re.search(r'<pre id="out">(.*?)</pre>', dom, re.DOTALL)
    assert found is not None, dom[-500:]
    return json.loads(html.unescape(found[1]))


@pytest.mark.heavy
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1100, 500])
@pytest.mark.parametrize("page", ["index.html", "students/-rf.html", "students/ada.html", "students/mia.html"])
def test_axe_finds_nothing(pages: Path, page: str, width: int, dark: bool) -> None:
    path = pages / page.replace("-rf", results.folder_name("-rf"))
    script = axe() + "; const r = await axe.run(); out = r.violations.map(v => [v.id, v.nodes[0].html, v.help]);"
    assert in_browser(path, script, width, dark) == []


@pytest.mark.heavy
@pytest.mark.parametrize("page", ["index.html", "students/ada.html"])
def test_no_page_is_wider_than_a_phone(pages: Path, page: str) -> None:
    script = "out = [document.documentElement.scrollWidth, innerWidth];"
    wide, screen = in_browser(pages / page, script, 500)
    assert wide <= screen


@pytest.mark.heavy
def test_searching_and_sorting(pages: Path) -> None:
    script = """
      const names = () => [...document.querySelectorAll('#all tbody tr')].filter(r => !r.hidden)
        .map(r => r.cells[0].textContent);
      const search = document.getElementById('search');
      const say = async (text) => { search.value = text; search.dispatchEvent(new Event('input'));
        await new Promise(r => setTimeout(r, 200)); return names(); };
      const click = (n) => { document.querySelectorAll('#all th button')[n].click(); return names(); };
      out = {all: names(), zoe: await say('zoe MULLER'), none: await say('nobody'), again: await say('')};
      out.total = click(3); out.up = click(3); out.name = click(0);
      out.sorted = document.querySelector('#all th').getAttribute('aria-sort');
      document.getElementById('only-first').click(); out.first = names();
    """
    found = in_browser(pages / "index.html", script)
    assert len(found["all"]) == 12
    assert found["zoe"] == ["Zoë Müller"]
    assert found["none"] == []
    assert found["again"] == found["all"]
    assert found["total"] != found["all"]
    assert found["up"] != found["total"]
    assert found["name"].index("ada") < found["name"].index("mia") < found["name"].index("Zoë Müller")
    assert found["sorted"] == "ascending"
    assert len(found["first"]) == 11
    assert "mia" not in found["first"]


def test_dataclasses_are_frozen(klass: ClassResults) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        attention.Reason("crashed", "a1_permute", "x").text = "y"  # type: ignore[misc]


def test_a_class_that_handed_in_nothing(tmp_path: Path) -> None:
    nothing = tuple(Result(name, "a1_permute", None, "missing", 0, 0) for name in ("ada", "ben"))
    assert report.write(ClassResults(nothing), tmp_path / "report") == 2
    text = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "submissions: 2 missing" in text
    assert "ada: 0 of 0 points" in student_page(tmp_path / "report", "ada").replace("<bdi>", "").replace("</bdi>", "")
