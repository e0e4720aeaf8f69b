"""The page of a training."""

from __future__ import annotations

import dataclasses

from tests.support.tiny_network import some_data, tiny, train_and_judge


def test_the_page_stands_alone_and_spells_out_what_it_shows() -> None:
    from html.parser import HTMLParser

    from autograder.course.words import CourseWords
    from autograder.student import training_page
    from autograder.student.feature_maps import feature_maps
    from autograder.student.run_before import RunBefore

    tasks = tiny()
    outcome = train_and_judge(tasks, some_data(), lambda moment: None)
    maps = feature_maps(outcome, tasks)
    before = RunBefore(0.5, 100, 2.0, 9.0, ((500, 0.3), (99_000, 0.5)))
    title = "<script>alert(1)</script>"
    outcome = dataclasses.replace(outcome, network=dataclasses.replace(outcome.network, bands={0.6: 4}))
    text = CourseWords().page(title, training_page.EDGES, training_page.fragment(outcome, title, before, maps))
    assert "The run before: 50.0% right after 2.0 epochs in 9 s. This one is" in text
    assert "the run before ended at 50%" in text
    assert "What the layers see" in text
    assert "<script>" not in text
    assert "body{margin:0;background" in text, "the page is dark to its edges where the reader likes it dark"
    assert "band 60 %" in text
    assert "http" not in text.replace("http-equiv", "")
    opened: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "img":
                assert dict(attrs)["alt"]
            if tag not in ("img", "meta", "line", "path", "circle"):
                opened.append(tag)

        def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    Reader().feed(text)
    assert opened == []
