"""The report's pages in a real browser."""

from __future__ import annotations

import html
import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from autograder.results import store


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
    path = pages / page.replace("-rf", store.folder_name("-rf"))
    script = axe() + "; const r = await axe.run(); out = r.violations.map(v => [v.id, v.nodes[0].html, v.help]);"
    assert in_browser(path, script, width, dark) == []


@pytest.mark.heavy
@pytest.mark.parametrize("page", ["index.html", "students/ada.html"])
def test_no_page_is_wider_than_a_phone(pages: Path, page: str) -> None:
    script = "out = [document.documentElement.scrollWidth, innerWidth];"
    wide, screen = in_browser(pages / page, script, 500)
    assert wide <= screen


@pytest.mark.heavy
def test_a_page_written_from_right_to_left_keeps_our_words_and_code_in_their_order(pages: Path) -> None:
    script = """
    document.documentElement.dir = 'rtl';
    const score = document.querySelector('.task .score').firstChild;
    const left = (place) => { const r = document.createRange(); r.setStart(score, place); r.setEnd(score, place + 1);
      return r.getBoundingClientRect().left; };
    const sign = document.querySelector('.sign');
    const code = document.querySelector('main').appendChild(document.createElement('pre'));
    out = [score.textContent, left(0) < left(score.length - 1), getComputedStyle(code).direction,
      sign.getBoundingClientRect().left > sign.parentElement.getBoundingClientRect().left + 100];
    """
    said, in_order, code, sign_at_the_right = in_browser(pages / "students/ada.html", script)
    assert re.fullmatch(r"\d+ of \d+", said)
    assert (in_order, code, sign_at_the_right) == (True, "ltr", True)


@pytest.mark.heavy
def test_on_a_phone_the_shares_and_the_spread_can_be_read(pages: Path) -> None:
    script = """
    const page = document.documentElement; page.style.width = '390px';
    const shares = [...document.querySelectorAll('.share')];
    const cut = shares.filter(s => s.getBoundingClientRect().right > s.closest('.scroll').getBoundingClientRect().right + 1);
    const words = [...document.querySelectorAll('figure svg.chart text')].filter(t => t.getClientRects().length);
    out = [shares.length > 3, cut.length, Math.min(...words.map(t => t.getBoundingClientRect().height)) >= 9];
    """
    assert in_browser(pages / "index.html", script, 500) == [True, 0, True]


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
