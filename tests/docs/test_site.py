"""The documentation site builds without a warning and loads nothing from elsewhere."""

from __future__ import annotations

import html
import re
import subprocess
import sys

import pytest

import matcher
from matcher.config.environment import ENVIRONMENT, ENVIRONMENT_ONLY
from matcher.config.profile_template import profile_keys
from matcher.config.settings import load_settings
from tests.helpers.forms import only_long
from tests.helpers.pages import every_command
from tests.helpers.paths import DOCS, ROOT

sys.path.append(str(DOCS / "_ext"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site; notebooks are rendered without being run, which tests of their own do."""
    folder = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going"]
    built = subprocess.run(
        [*command, "-D", "nb_execution_mode=off", "-d", folder / "trees", DOCS, folder / "site" / "html"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder / "site" / "html"


def text_of(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))


def variables_read() -> set[str]:
    """The variables that the code names."""
    return {
        variable
        for path in (ROOT / "matcher").rglob("*.py")
        for variable in re.findall(r"[\"'](MATCHER_[A-Z_]+)[\"']", path.read_text(encoding="utf-8"))
    }


def test_the_tables_of_the_reference_hold_every_setting_variable_and_key_and_every_public_name(tmp_path):
    """What the site's pages are made of; the tests below, in the long form, find each on the built page."""
    from reference import api_rst, profile_markdown, public_names, settings_markdown

    settings, profile, api = ("\n".join(lines()) for lines in (settings_markdown, profile_markdown, api_rst))
    keys = [key.partition(".")[2] for key, _, _ in load_settings(home=tmp_path, environ={}).shown() if "." in key]
    assert keys
    assert [key for key in keys if f"`{key}`" not in settings] == []
    assert variables_read() == {*ENVIRONMENT, *ENVIRONMENT_ONLY}
    assert [variable for variable in variables_read() if f"`{variable}`" not in settings] == []
    assert [key.path for key in profile_keys() if f"`{key.path}`" not in profile or key.text not in profile] == []
    assert public_names()
    assert [name for name in public_names() if f":: matcher.{name}\n" not in api] == []


@pytest.mark.parametrize(
    ("page", "directive"),
    [
        ("profile", "```{profile-reference}"),
        ("reference/settings", "```{settings-reference}"),
        ("reference/api", "```{public-api}"),
        ("reference/commands", ".. click:: matcher.cli.main:cli\n   :prog: matcher\n   :nested: full"),
    ],
)
def test_a_page_of_the_reference_asks_for_its_tables(page, directive):
    assert directive in (DOCS / f"{page}.md").read_text(encoding="utf-8")


@only_long
def test_the_site_holds_every_page_and_loads_nothing_from_elsewhere(site):
    from offline import remote_resources

    pages = {path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.md")}
    assert {page for page in pages if not (site / f"{page}.html").exists()} == set()
    assert remote_resources(site) == []
    assert 'lang="fr"' in (site / "tutorial.fr.html").read_text(encoding="utf-8")


@only_long
def test_each_command_has_its_place_in_the_reference(site):
    reference = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    for name, _ in every_command():
        assert f'id="matcher-{name.replace(" ", "-")}"' in reference, name


@only_long
def test_each_setting_has_its_place_in_the_reference(site, tmp_path):
    reference = text_of(site / "reference" / "settings.html")
    for key, _, _ in load_settings(home=tmp_path, environ={}).shown():
        assert key.rpartition(".")[2] in reference, key
    assert [variable for variable in variables_read() if variable not in reference] == []


@only_long
def test_each_key_of_a_profile_has_its_place_in_the_reference(site):
    page = text_of(site / "profile.html").replace("’", "'")  # as Sphinx sets it
    for key in profile_keys():
        assert f"{key.path} {html.escape(key.text, quote=False)}" in page, key.path


@only_long
def test_each_public_name_has_its_place_in_the_reference(site):
    from reference import public_names

    reference = (site / "reference" / "api.html").read_text(encoding="utf-8")
    assert public_names()
    for name in public_names():
        assert re.search(rf'id="(module-)?matcher\.{name}"', reference), name
    assert matcher.__version__ in (site / "changes.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("page", "loads"),
    [
        ('<script src="https://cdn.example.org/x.js"></script>', True),
        ('<link rel="stylesheet" href="//fonts.example.org/css">', True),
        ("<style>@import url(https://fonts.example.org/css)</style>", True),
        ("<div style='background: url(http://example.org/x.png)'>", True),
        ('<img alt="x" src="http://example.org/badge.svg">', True),
        ('<a href="https://example.org">elsewhere</a>', False),
        ('<script src="_static/x.js"></script>', False),
        ('<svg xmlns="http://www.w3.org/2000/svg">', False),
    ],
)
def test_what_loads_from_elsewhere_is_found(page, loads, tmp_path):
    from offline import remote_resources

    (tmp_path / "page.html").write_text(page)
    assert bool(remote_resources(tmp_path)) is loads
