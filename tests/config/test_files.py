"""Whatever stands in a file, reading it ends in its keys or in one kind of error."""

from __future__ import annotations

import pytest

from matcher.config.files import read_yaml
from matcher.config.institutes import load_institutes
from matcher.config.subscribers import load_subscribers
from matcher.errors import ConfigError


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 100_000,
        "a: " + "[" * 60 + "]" * 60,
        "a: " + "{b: " * 100_000,
        "a: !!int ''",
        "a: !!float ''",
        "a: &x [1]\nb: *x",
    ],
    ids=lambda text: text[:20],
)
def test_an_odd_file_is_told(tmp_path, text):
    path = tmp_path / "odd.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"\w"):
        read_yaml(path, 5_000_000, "keys")


def test_nesting_that_people_write_is_read(tmp_path):
    path = tmp_path / "fine.yaml"
    path.write_text("a: {b: [{c: [1]}]}\n", encoding="utf-8")
    assert read_yaml(path, 5_000_000, "keys") == {"a": {"b": [{"c": ["1"]}]}}


WRITTEN = [
    "NO",
    "on",
    "12:30",
    "2024-01-01",
    "2020-13-45",
    "007",
    "1e3",
    "0x1F",
    "null",
    "~",
    "=",
    "<<",
    ".inf",
    "1_000",
]


@pytest.mark.parametrize("word", WRITTEN)
def test_a_word_is_the_text_that_stands_there(tmp_path, word):
    """In every list of words and every name: nitric oxide is no false, Norway neither."""
    (tmp_path / "institutes").mkdir()
    (tmp_path / "institutes" / "x.yaml").write_text(
        f"""
id: x
acronym: {word}
name: {{en: {word}, fr: {word}}}
label: {{2015: true, current: unknown}}
location: {word}
domains: [{word}]
sectors: [{word}]
keywords:
  en:
    - {word}
  fr: [{word}, "{word}"]
labs: [{{name: {word}, keywords: {{en: [{word}], fr: [{word}]}}}}]
projects: [{{id: {word}, title: {word}, date: 2020-01-31}}]
include: [{word}]
exclude: [{word}]
pin: [{word}]
"""
    )
    (tmp_path / "subscribers.yaml").write_text(
        f"subscribers: [{{address: a@example.org, name: {word}, institutes: [x], mute: {{terms: [{word}]}}, most: 7}}]"
    )
    [x] = load_institutes(tmp_path)
    names = (x.acronym, x.name_en, x.name_fr, x.location, x.labs[0].name, x.projects[0].identifier, x.projects[0].title)
    lists = (x.domains, x.sectors, x.keywords_en, x.labs[0].keywords_en, x.include, x.exclude, x.pin)
    assert {*names} == {word}
    assert {*lists} == {(word,)}
    assert x.keywords_fr == (word, word)
    assert x.label_2015 is True
    [reader] = load_subscribers(tmp_path, [x])
    assert (reader.name, reader.mute_terms, reader.most) == (word, (word,), 7)


@pytest.mark.parametrize("nothing", ["", "null", "~"])
def test_where_nothing_may_stand_nothing_is_nothing(tmp_path, nothing):
    (tmp_path / "institutes").mkdir()
    (tmp_path / "institutes" / "x.yaml").write_text(
        "id: x\nacronym: X\nname: {en: X, fr: X}\nlabel: {2015: no, current: unknown}\nkeywords: {en: [a]}\n"
        f"successor: {nothing}\nwebsite: {nothing}\nprojects: [{{id: 1, title: T, topic: {nothing}, date: {nothing}}}]"
    )
    [x] = load_institutes(tmp_path)
    assert (x.successor, x.website, x.projects[0].topic, x.projects[0].date) == (None, None, None, None)
    assert x.label_2015 is False


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_an_encoding_that_says_its_name_is_read(tmp_path, encoding):
    path = tmp_path / "x.yaml"
    path.write_bytes("a: matériaux".encode(encoding))
    assert read_yaml(path, 1_000, "keys") == {"a": "matériaux"}


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_another_encoding_is_told_to_be_saved_as_utf_8(tmp_path, encoding):
    path = tmp_path / "x.yaml"
    path.write_bytes("# a\na: matériaux".encode(encoding))
    with pytest.raises(ValueError, match="save the file as UTF-8 in your editor"):
        read_yaml(path, 1_000, "keys")


SLIPS = {
    "keywords:\n\ten: [heat]\n": ("line 2: found a tab", "`en: [heat]`"),
    "id: x\nkeywords:\n  en:\n  \t- heat\n": ("line 4: found a tab", "`- heat`"),
    "id:x\nacronym: X\n": ("line 1: found no blank after the colon", "`id: x`"),
    "id: x\nname:Heat\nacronym: X\n": ("line 2: found no blank after the colon", "`name: Heat`"),
    "id: x\nkeywords:\n  en:[a]\n  fr: [c]\n": ("line 3: found no blank after the colon", "`en: [a]`"),
    "id:x\n": ("found 'id:x', expected keys", "`id: x`"),
    "kw:\n  - a\n  -b\n": ("line 3: found no blank after the hyphen", "`- b`"),
    'kw:\n  en: ["heat, boilers]\n  fr: [a]\n': ("line 2: found a quote that is not closed", '"heat pumps"'),
    'kw:\n  - "heat\n  - "boilers"\n  - c\n': ("line 2: found a quote that is not closed", '"heat pumps"'),
    "id: x\nname: 'L'eau'\n": ("line 2: found text after a closing quote", '`"L\'eau"`'),
    "id: x\nname: Heat: pumps\n": ("line 2: found a colon within a text", '`name: "Heat: pumps"`'),
    "id: x\nname: @home\n": ("line 2: found '@' at the beginning", '`name: "@home"`'),
    "id: x\nkw: [a, b\nfr: [c]\n": ("line 2: found '[' that is not closed", "[heat pumps, boilers]"),
    "id: x\nkw:\n   en: a\n  fr: b\n": ("line 4: cannot be understood", "`  en: [heat pumps]`"),
    "id: x\na: \x07\n": ("found the character", "expected text"),
}


@pytest.mark.parametrize("text", SLIPS, ids=range(len(SLIPS)))
def test_a_slip_is_told_with_its_line_and_an_example(tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"\w") as caught:
        read_yaml(path, 5_000_000, "keys")
    begins, example = SLIPS[text]
    assert str(caught.value).startswith(begins)
    assert example in str(caught.value)
    assert not {"scanning", "parsing", "token", "mapping", "scalar", "YAML"} & set(str(caught.value).split())


def test_a_missing_blank_that_reads_as_a_text_is_told_too(tmp_path):
    (tmp_path / "institutes").mkdir()
    path = tmp_path / "institutes" / "x.yaml"
    path.write_text("id: x\nacronym: X\nname: {en: X, fr: X}\nlabel: {2015: no, current: no}\nkeywords:\n  en:[heat]\n")
    with pytest.raises(ConfigError, match=r"keywords: found 'en:\[heat\]'.*a blank after the colon\? `en: \[heat\]`"):
        load_institutes(tmp_path)
