"""What pages say stands in the reader's language, and commands in it as what they are."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from matcher.cli import running
from matcher.web.rendering import coded
from tests.helpers.home import DAY
from tests.helpers.mail import catalogues

if TYPE_CHECKING:
    import pytest

    from tests.helpers.web.local_site import LocalSite


def test_what_cannot_be_answered_is_told_in_french(site: LocalSite) -> None:
    page = site.get("/projects?words=photonics", headers={"Accept-Language": "fr"}).text
    assert "Aucun projet" in page
    assert "<code>matcher fetch --projects</code>" in page
    assert "No projects" not in page


def test_a_list_is_narrowed_by_fit(site: LocalSite) -> None:
    def fits(page: str) -> list[int]:
        return [int(fit) for fit in re.findall(r'<span class="fit [^"]*"><b>(\d+)</b>', page)]

    address = f"/institutes/cea-leti?as_of={DAY}"
    best = max(fits(site.get(address).text))
    page = site.get(f"{address}&min_fit={best}").text
    assert f'type="number" name="min_fit" value="{best}"' in page
    assert set(fits(page)) == {best}
    assert site.get(f"{address}&min_fit=").url.endswith(DAY)  # a field that is left empty asks for nothing


def test_commands_are_code_and_all_else_is_text() -> None:
    assert coded("`a` <b> & `c <d>`") == "<code>a</code> &lt;b&gt; &amp; <code>c &lt;d&gt;</code>"
    assert coded("one ` alone") == "one ` alone"


def test_the_networks_page_says_first_what_is_on_it(site: LocalSite) -> None:
    page = site.get(f"/network?as_of={DAY}").text
    [contents] = re.findall(r'<ul class="contents">(.*?)</ul>', page, re.DOTALL)
    named = re.findall(r'href="#([^"]+)"', contents)
    assert named == re.findall(r'<h2 id="([^"]+)"', page)


def test_the_next_command_is_told_as_it_can_be_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/matcher", "run"])
    monkeypatch.setattr(running, "which", lambda _: None)
    assert running._program() == ".venv/bin/matcher"
    monkeypatch.setattr(running, "which", lambda name: f"/usr/bin/{name}")
    assert running._program() == "matcher"
    monkeypatch.setattr(sys, "argv", ["/x/__main__.py"])
    monkeypatch.setattr(running, "which", lambda _: None)
    assert running._program() == "matcher"


def test_no_french_sentence_has_two_words_for_a_mail() -> None:
    """`courriel` in all of them, but where a key of the settings is named."""
    said = [text for message in catalogues.read("fr") if message.id for text in catalogues.strings(message.string)]
    found = [text for text in said if re.search(r"(?<![\w`.\[:-])mails?(?![\w`\]:-]|\.\w)", text)]
    assert found == []
