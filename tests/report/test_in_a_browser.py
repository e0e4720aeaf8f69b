"""The report's pages in a real browser."""

from __future__ import annotations

import html
import importlib.util
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
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


def in_browser(page: Path, script: str, width: int = 1100) -> Any:
    """What a script leaves in `out`, on a page in headless Chromium."""
    (out,) = on_each((page,), script, width)
    return out


def on_each(pages: Sequence[Path], script: str, width: int, dark: bool = False) -> list[Any]:
    """What a script leaves in `out` on each of these pages: one browser goes from each to the next."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("there is no Chromium here")
    copies = [page.with_name(f"in_browser_{number}.html") for number, page in enumerate(pages)]
    for page, copy, following in zip(pages, copies, [*(copy.as_uri() for copy in copies[1:]), ""]):
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"<meta http-equiv=[^>]*>", "", text, count=1)  # it forbids our script, as it should
        # `<\/script` says the same in JavaScript, and does not end the element.
        inside = script.replace("</script", "<\\/script")
        runner = f"<script>(async (following) => {{ let out; {inside}\n{_HANDS_ON} }})('{following}')</script></body>"
        copy.write_text(text.replace("</body>", runner), encoding="utf-8")
    # Chromium's own sandbox does not start as root, and the page is ours.
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000"]
    command += [f"--window-size={width},2000", f"--user-data-dir={pages[0].parent / 'profile'}"]
    command += ["--blink-settings=preferredColorScheme=0"] if dark else []
    command += ["--dump-dom", copies[0].as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=180).stdout
    found = re.search(r'<pre id="out">(.*?)</pre>', dom, re.DOTALL)
    assert found is not None, dom[-500:]
    outs: list[Any] = json.loads(html.unescape(found[1]))
    assert len(outs) == len(pages)
    return outs


# What the pages before have left stands behind the address.
_HANDS_ON = """
const outs = JSON.parse(decodeURIComponent(location.hash.slice(1)) || '[]').concat([out]);
if (following) { location = following + '#' + encodeURIComponent(JSON.stringify(outs)); return; }
const o = document.createElement('pre'); o.id = 'out'; o.textContent = JSON.stringify(outs); document.body.append(o);
"""


@pytest.mark.heavy
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1100, 500])
def test_axe_finds_nothing(pages: Path, width: int, dark: bool) -> None:
    names = ("index.html", *(f"students/{name}.html" for name in (store.folder_name("-rf"), "ada", "mia")))
    script = axe() + "; const r = await axe.run(); out = r.violations.map(v => [v.id, v.nodes[0].html, v.help]);"
    found = on_each([pages / name for name in names], script, width, dark)
    assert {name: each for name, each in zip(names, found) if each} == {}


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
