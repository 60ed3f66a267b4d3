"""The command line in French, where the locale or `--lang` asks for it; what programs read stays as it is."""

from __future__ import annotations

import json

import pytest

from tests.helpers.home import DAY, PHOTONIC
from tests.helpers.terminal import too_long

ON_A_DAY = ("--as-of", DAY)


@pytest.fixture(autouse=True)
def _english_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("rank", "cea-leti", "--explain", *ON_A_DAY),
            ("meilleurs appels au 15 juin 2026", "échéance", "jours restants"),
        ),
        (
            ("why", "cea-leti", PHOTONIC, *ON_A_DAY),
            ("est recommandé à cea-leti le 15 juin 2026", "ce que tout appel a"),
        ),
        (("show", PHOTONIC, "--for", "cea-leti", *ON_A_DAY), ("par projet", "ouverture", "Pour cea-leti : adéquation")),
        (("calls", *ON_A_DAY), ("titre", "prochaine échéance")),
        (("calls", "photonics", *ON_A_DAY), ("échéance",)),
        (("calls", "nosuchword", *ON_A_DAY), ("Aucun appel ne contient le mot 'nosuchword'",)),
        (("profile", "cea-leti"), ("Termes qui pèsent le plus", "aujourd’hui : oui")),
        (("keep", "cea-leti", PHOTONIC, *ON_A_DAY), ("retenu",)),
        (("profile", "cea-leti", "--check"), ("Compétences qui", "ne font rien pour le classement", "la contient")),
        (("profile", "cea-leti", "--try", "lymphoma"), ("ne changerait rien parmi les 20 premiers",)),
        (("profile", "cea-leti", "--forget"), ("La liste de cea-leti a oublié ce qu’elle avait appris.",)),
        (("status",), ("dernière lecture", "début (UTC)")),
        (("institutes",), ("institut", "aujourd’hui", "oui", "Institut Carnot")),
        (("programmes", "pôle", "4", *ON_A_DAY), ("en cours", "pôle", "Pôle 4", "s’appelle aussi")),
        (("bids", *ON_A_DAY), ("Réponses communes du réseau au 15 juin 2026",)),
        (("bids", "--decided", *ON_A_DAY), ("Aucun appel avec décision ne convient à deux instituts",)),
    ],
)
def test_what_project_officers_ask_is_answered_in_french(run, fetched, words, says):
    answer = run(fetched, "--lang", "fr", *words)
    assert answer.code == 0, answer.err
    said = " ".join(answer.out.replace("\u202f", " ").split())
    for expected in says:
        assert expected in said
    assert too_long(answer.out) == []


def test_the_locale_asks_too_and_the_option_wins(run, fetched):
    def heading(*words: str, **environment: str) -> str:
        return (
            run(fetched, *words, "rank", "cea-leti", *ON_A_DAY, **environment)
            .out.replace("\u202f", " ")
            .split("\n\n")[0]
        )

    assert "meilleurs appels" in heading(LANG="fr_FR.UTF-8")
    assert "best calls" in heading(LANG="fr_FR.UTF-8", LC_ALL="C.UTF-8")
    assert "best calls" in heading("--lang", "en", LANG="fr_FR.UTF-8")
    assert "best calls" in heading(LANG="de_DE.UTF-8")


@pytest.mark.parametrize("command", ["rank", "why", "show", "calls", "profile", "digest preview", "status"])
def test_help_is_french_and_stays_english_for_others(run, place, command):
    english = run(place, *command.split(), "--help").out
    french = run(place, "--lang", "fr", *command.split(), "--help").out
    assert french != english
    assert "Un objet JSON avec un numéro de schéma." in " ".join(french.split())
    assert "One JSON object" not in french
    assert run(place, *command.split(), "--help").out == english


def test_the_list_of_commands_is_french(run, place):
    assert "Les meilleurs appels pour un institut, ou pour un texte." in run(place, "--lang", "fr", "--help").out


def test_messages_of_a_preview_are_french(run, fetched, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = run(fetched, "--lang", "fr", "digest", "preview", "--institute", "cea-leti", *ON_A_DAY, "--html", "p.html")
    assert "La partie HTML est dans p.html" in answer.err


@pytest.mark.parametrize("words", [("rank", "cea-leti"), ("calls",), ("show", PHOTONIC)])
def test_what_programs_read_is_the_same(run, fetched, words):
    for output in ("--json", "--csv"):
        english, french = (run(fetched, *lang, *words, *ON_A_DAY, output).out for lang in ((), ("--lang", "fr")))
        assert english == french
    assert json.loads(run(fetched, "--lang", "fr", *words, *ON_A_DAY, "--json").out)["schema"] == 1
