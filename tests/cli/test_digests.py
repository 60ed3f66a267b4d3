"""`matcher digest …` and `subscribers` as people and programs use them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from email import message_from_bytes, policy

import pytest

from tests.helpers.home import DAY, ODD, PHOTONIC, some_rows
from tests.helpers.mail.smtp_server import LocalSmtp

TWO = """
subscribers:
  - {id: leti, address: leti@example.org, institutes: [cea-leti], language: en, threshold: 0, most: 200}
  - {id: network, address: europe@example.org, institutes: ["*"], frequency: {weekly: monday}}
"""
LINE = {"subscriber", "address", "mail", "calls", "left_out", "subject", "message_id", "kind"}
DELIVERY = {
    *("sent", "retried", "failed", "paused", "duplicates_possible", "due", "waiting", "next_attempt"),
}
MAIL = {
    *("day", "subscriber", "address", "kind", "state", "attempts", "created", "next_attempt", "sent_at"),
    *("last_error", "subject", "message_id"),
}
CALL = {
    *("call", "title", "status", "opening", "deadlines", "next_deadline", "days_left", "programme", "actions"),
    *("budget_eur", "budget_shared_by", "contribution_eur", "grants", "trl", "terms", "closed_to", "url"),
}


@pytest.fixture
def subscribed(fetched, tmp_path):
    """The fetched place with a configuration of its own and two subscribers."""
    import shutil

    from tests.helpers.home import Place

    config = tmp_path / "own"
    shutil.copytree(fetched.config, config)
    (config / "subscribers.yaml").write_text(TWO, encoding="utf-8")
    return Place(fetched.home, config)


def asked(run, place, *arguments, code=0, **environment):
    answer = run(place, *arguments, "--json", **environment)
    assert answer.code == code, answer.err
    record = json.loads(answer.out)
    assert record.pop("schema") == 1
    return record


def as_of(*arguments):
    return [*arguments, "--as-of", DAY]


def test_preview(run, subscribed):
    answer = run(subscribed, *as_of("digest", "preview", "leti"))
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("To: leti <leti@example.org>\nSubject: ")
    assert "Silicon photonics for sensors" in answer.out
    assert "\r" not in answer.out
    assert run(subscribed, *as_of("digest", "preview")).out == answer.out  # the first one
    assert run(subscribed, *as_of("digest", "preview", "LETI@example.org")).out == answer.out
    assert run(subscribed, "digest", "status", "--json").out.count('"queued": 0') == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Dupont, Anne", '"Dupont, Anne" <leti@example.org>'),
        ("Hélène Dupont", "Hélène Dupont <leti@example.org>"),
        ("A. (Leti)", '"A. (Leti)" <leti@example.org>'),
        ("=?utf-8?q?=0D=0ABcc:x@example.net?=", '"= ?utf-8?q?=0D=0ABcc:x@example.net?=" <leti@example.org>'),
    ],
)
def test_the_preview_shows_the_headers_that_are_sent(run, subscribed, name, shown):
    path = subscribed.config / "subscribers.yaml"
    path.write_text(TWO.replace("id: leti,", f"id: leti, name: '{name}',"), encoding="utf-8")
    preview = run(subscribed, *as_of("digest", "preview", "leti")).out
    assert preview.splitlines()[0] == f"To: {shown}"
    with LocalSmtp() as server:
        run(subscribed, *as_of("digest", "send", "leti"), MATCHER_SMTP_URL=server.url)
        sent = message_from_bytes(server.accepted[0].body, policy=policy.default)
    assert preview.startswith("".join(f"{header}: {sent[header]}\n" for header in ("To", "Subject")))


def test_preview_json(run, subscribed):
    record = asked(run, subscribed, *as_of("digest", "preview", "leti"))
    assert set(record) == {
        *("subscriber", "as_of", "subject", "message_id", "due", "worth_sending", "items", "left_out"),
        *("network", "problems", "stale", "text"),
    }
    assert (record["subscriber"], record["as_of"], record["network"], record["due"]) == ("leti", DAY, None, True)
    item = next(i for i in record["items"] if i["call"] == PHOTONIC)
    own = {"part", "fit", "institutes", "searches", "others", "reminder", "first", "changes", "decisions", "parts"}
    assert set(item) == CALL | own
    assert (item["part"], item["first"], item["reminder"], item["changes"]) == ("forthcoming", True, None, [])
    assert set(item["institutes"][0]) == {"institute", "fit", "words"}


def test_preview_for_the_network(run, subscribed):
    record = asked(run, subscribed, *as_of("digest", "preview", "network"))
    network = record["network"]
    assert set(network) == {"calls", "matrix", "joint", "unseen", "untaken", "before", "without", "failed", "runs"}
    assert record["due"] is True  # a Monday
    other = run(subscribed, "digest", "preview", "network", "--as-of", "2026-06-16")
    assert "not the subscriber's day" in other.err
    assert run(subscribed, *as_of("digest", "preview", "--institute", "*")).code == 0


def test_the_network_is_not_told_that_nobody_saw_what_others_are_told_today(run, subscribed):
    told = {item["call"] for item in asked(run, subscribed, *as_of("digest", "preview", "leti"))["items"]}
    network = asked(run, subscribed, *as_of("digest", "preview", "network"))["network"]
    assert told
    assert not told & {line["call"] for line in network["unseen"]}


def test_preview_without_any_subscriber(run, fetched):
    answer = run(fetched, *as_of("digest", "preview"))
    assert answer.code == 2
    assert answer.err.startswith("matcher: Nobody is subscribed: add an address and its institutes to ")
    answer = run(fetched, *as_of("digest", "preview", "--institute", "CEA-Leti", "--language", "en"))
    assert answer.code == 0
    assert "forthcoming for CEA-Leti" in answer.out
    assert "did you mean" in run(fetched, "digest", "preview", "--institute", "cea-lety").err
    assert run(fetched, "digest", "preview", "leti", "--institute", "cea-leti").code == 2


def test_preview_as_a_page(run, subscribed, tmp_path):
    page = tmp_path / "page.html"
    answer = run(subscribed, *as_of("digest", "preview", "leti", "--html", str(page)))
    assert answer.err == f"The HTML part is in {page}\n"
    assert "Silicon photonics for sensors" in page.read_text(encoding="utf-8")


def test_csv_holds_no_formula(run, subscribed):
    answer = run(subscribed, *as_of("digest", "preview", "leti", "--csv"))
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert ODD in {row["call"] for row in rows}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]
    assert "'=HYPERLINK" in answer.out
    run(subscribed, *as_of("digest", "send"))
    for command in (["digest", "status"], ["subscribers"], as_of("digest", "send")):
        listed = list(csv.reader(io.StringIO(run(subscribed, *command, "--csv").out)))
        assert len(listed) == 3
        assert not [cell for row in listed for cell in row if cell.startswith(("=", "+", "@"))]


def test_send(run, subscribed):
    with LocalSmtp() as server:
        smtp = {"MATCHER_SMTP_URL": server.url}
        dry = asked(run, subscribed, *as_of("digest", "send", "--dry-run"), **smtp)
        assert {line["mail"] for line in dry["digests"]} == {"ready"}
        assert dry["delivery"] is None
        assert server.accepted == []
        sent = asked(run, subscribed, *as_of("digest", "send"), **smtp)
        assert set(sent) == {"as_of", "dry_run", "digests", "delivery", "problems"}
        assert [set(line) for line in sent["digests"]] == [LINE, LINE]
        assert {line["mail"] for line in sent["digests"]} == {"sent"}
        assert set(sent["delivery"]) == DELIVERY
        assert sent["delivery"]["sent"] == 2
        again = asked(run, subscribed, *as_of("digest", "send"), **smtp)
        assert {line["mail"] for line in again["digests"]} == {"already"}
        assert len(server.accepted) == 2
        status = asked(run, subscribed, "digest", "status", **smtp)
        assert set(status) == {
            *("transport", "queued", "due", "sending", "sent", "failed", "next_attempt", "addresses", "mails"),
        }
        assert (status["queued"], status["sent"], status["next_attempt"]) == (0, 2, None)
        assert [set(mail) for mail in status["mails"]] == [MAIL, MAIL]
        assert run(subscribed, "digest", "resend", "leti", DAY, **smtp).code == 0
        first, _, copy = (message_from_bytes(mail.body)["Message-ID"] for mail in server.accepted)
        assert first == copy
        other = run(subscribed, "digest", "resend", "leti", "2020-01-01", **smtp)
        assert (other.code, "No mail of 2020-01-01 for leti" in other.err) == (2, True)


def test_send_to_those_named_whatever_their_day(run, subscribed):
    tuesday = "2026-06-16"
    all_due = asked(run, subscribed, "digest", "send", "--as-of", tuesday, "--dry-run")
    assert [line["mail"] for line in all_due["digests"]] == ["ready", "not due"]
    named = asked(run, subscribed, "digest", "send", "network", "--as-of", tuesday)
    assert [(line["subscriber"], line["mail"]) for line in named["digests"]] == [("network", "sent")]
    assert [p.name for p in sorted((subscribed.home / "outbox" / tuesday).iterdir())] == ["network.eml", "network.html"]


def test_a_server_that_is_down_is_partly_done(run, subscribed):
    answer = run(subscribed, *as_of("digest", "send"), MATCHER_SMTP_URL="smtp://127.0.0.1:9")
    assert answer.code == 3
    assert "queued" in answer.out
    assert "all mails stay queued" in answer.err
    assert "next attempt  20" in run(subscribed, "digest", "status").out


def test_a_fault_of_the_server_puts_no_mail_off(run, subscribed):
    """Whatever the server as a whole refused is sent as soon as the set-up is mended."""
    for _ in range(2):  # a second try is none of the mail's either
        answer = run(subscribed, *as_of("digest", "send"), MATCHER_SMTP_URL="smtp://127.0.0.1:9")
        assert "Mails: 0 sent, 2 stay queued for the next delivery, 0 failed; " in answer.out
    with LocalSmtp() as server:
        sent = asked(run, subscribed, *as_of("digest", "send"), MATCHER_SMTP_URL=server.url)
        assert (sent["delivery"]["sent"], sent["delivery"]["due"], sent["delivery"]["waiting"]) == (2, 0, 0)
        assert len(server.accepted) == 2


def test_what_waits_is_told_and_sent_with_now(run, subscribed):
    with LocalSmtp() as server:
        smtp = {"MATCHER_SMTP_URL": server.url}
        server.script.at_rcpt("leti@example.org", "450 4.2.0 greylisted")
        assert asked(run, subscribed, *as_of("digest", "send"), code=3, **smtp)["delivery"]["waiting"] == 1
        again = run(subscribed, *as_of("digest", "send"), **smtp)
        assert again.code == 0
        assert "Mails: 0 sent, 1 waits until " in again.out
        assert "(`matcher digest send --now` sends it at once), 0 failed; " in again.out
        assert len(server.accepted) == 1
        assert run(subscribed, *as_of("digest", "send", "--now", "--dry-run"), **smtp).code == 2
        assert "Mails: 1 sent, 0 failed; " in run(subscribed, *as_of("digest", "send", "--now"), **smtp).out
        assert len(server.accepted) == 2


def test_nobody_to_send_to(run, fetched):
    answer = run(fetched, *as_of("digest", "send"))
    assert answer.code == 0
    assert answer.err.startswith("Nobody is subscribed: ")
    assert asked(run, fetched, "subscribers")["subscribers"] == []
    assert run(fetched, "subscribers").out.startswith("Nobody is subscribed: ")
    assert run(fetched, "subscribers", "--csv").out.startswith("subscriber,name,address,")


def test_the_status_before_anything(run, place):
    status = asked(run, place, "digest", "status")
    assert (status["queued"], status["sent"], status["mails"], status["addresses"]) == (0, 0, [], [])
    assert status["transport"] == f"files in {place.home / 'outbox'}"
    assert not place.home.exists()


def test_an_address_that_was_paused(run, subscribed):
    with LocalSmtp() as server:
        server.script.always_rcpt["leti@example.org"] = "550 5.1.1 no such user"
        for day in ("2026-06-15", "2026-06-16", "2026-06-17"):
            run(subscribed, "digest", "send", "leti", "--as-of", day, MATCHER_SMTP_URL=server.url)
    listed = {s["subscriber"]: s["paused"] for s in asked(run, subscribed, "subscribers")["subscribers"]}
    assert listed == {"leti": True, "network": False}
    checks = {c["check"]: c for c in json.loads(run(subscribed, "doctor", "--json").out)["checks"]}
    assert checks["mails"]["detail"].startswith("leti@example.org refused mails and is paused")
    assert "leti@example.org: paused since" in run(subscribed, "digest", "status").out
    assert run(subscribed, "digest", "unpause", "LETI@example.org").code == 0
    assert asked(run, subscribed, "digest", "status")["addresses"] == []
    assert "is not paused" in run(subscribed, "digest", "unpause", "leti@example.org").err


def test_dismiss(run, subscribed):
    def told():
        return {i["call"] for i in asked(run, subscribed, "digest", "preview", "leti", "--as-of", tomorrow)["items"]}

    tomorrow = "2099-01-01"  # a call without a deadline stays live; dismissed by the true clock, before that day
    bare = "HORIZON-TEST-2027-0000-03"
    assert bare in told()
    assert run(subscribed, "digest", "dismiss", "leti", bare.lower()).out.startswith(f"{bare} stays away")
    assert bare not in told()
    assert run(subscribed, "digest", "dismiss", "leti", bare, "--undo").code == 0
    assert bare in told()
    assert run(subscribed, "digest", "dismiss", "leti", bare, "--undo").code == 2
    assert "No call is known as 'X'" in run(subscribed, "digest", "dismiss", "leti", "X").err
    assert "No subscriber is called 'lety': did you mean leti?" in run(subscribed, "digest", "dismiss", "lety", "X").err


def test_calendar(run, fetched, tmp_path):
    from icalendar import Calendar

    path = tmp_path / "leti.ics"
    answer = run(fetched, *as_of("digest", "calendar", "cea-leti", "--output", str(path), "--language", "en"))
    assert answer.err == f"The calendar is in {path}\n"
    events = list(Calendar.from_ical(path.read_bytes()).walk("VEVENT"))
    assert any("Silicon photonics for sensors" in str(event["summary"]) for event in events)
    printed = run(fetched, *as_of("digest", "calendar", "cea-leti", "--language", "en")).out
    assert printed.replace("\n", "\r\n").encode() == path.read_bytes()
    french = Calendar.from_ical(run(fetched, *as_of("digest", "calendar", "cea-leti", "--language", "fr")).out)
    assert str(french["x-wr-calname"]).endswith(": Institut Carnot CEA-Leti")


def test_subscribers(run, subscribed):
    leti, network = asked(run, subscribed, "subscribers")["subscribers"]
    assert set(leti) == {
        *(
            "subscriber",
            "name",
            "address",
            "language",
            "institutes",
            "searches",
            "frequency",
            "threshold",
            "programmes",
            "actions",
        ),
        *("most", "reminders", "mute_calls", "mute_terms", "resurface", "send_empty", "last_mail", "queued_mail"),
        *("paused", "chosen", "reminders_of_kept", "joint_bids", "role", "group"),
    }
    assert (leti["frequency"], leti["last_mail"], network["frequency"]) == ("weekdays", None, "weekly: monday")
    run(subscribed, *as_of("digest", "send"))
    assert asked(run, subscribed, "subscribers")["subscribers"][0]["last_mail"] == DAY


def test_a_mail_that_waits_is_not_called_sent(run, subscribed):
    with LocalSmtp() as server:
        server.script.always_rcpt["leti@example.org"] = "450 4.2.0 greylisted, try again later"
        given = {"MATCHER_SMTP_URL": server.url}
        run(subscribed, *as_of("digest", "send"), **given)
        leti, _ = asked(run, subscribed, "subscribers")["subscribers"]
        assert (leti["last_mail"], leti["queued_mail"]) == (None, DAY)
        assert f"{DAY} (queued)" in run(subscribed, "subscribers").out
        server.script.always_rcpt.clear()
        run(subscribed, *as_of("digest", "send", "--now"), **given)
        leti, _ = asked(run, subscribed, "subscribers")["subscribers"]
    assert (leti["last_mail"], leti["queued_mail"]) == (DAY, None)
    assert "queued" not in run(subscribed, "subscribers").out


@pytest.mark.parametrize("command", [("subscribers",), ("digest", "send"), ("digest", "preview"), ("run",)])
def test_every_mistake_is_told_at_once(run, subscribed, command):
    wrong = "subscribers:\n  - {address: nobody, institutes: [cea-leti]}\n  - {institutes: [cea-leti], most: 0}\n"
    (subscribed.config / "subscribers.yaml").write_text(wrong, encoding="utf-8")
    answer = run(subscribed, *command)
    assert (answer.code, answer.out) == (2, "")
    assert "3 mistakes" in answer.err
    checks = {c["check"]: c for c in json.loads(run(subscribed, "doctor", "--json").out)["checks"]}
    assert "3 mistakes" in checks["configuration"]["detail"]
    assert checks["mails"] == {"check": "mails", "ok": False, "detail": "not looked at: see configuration"}


def test_run(run, subscribed, serve):
    subscribed.portal = serve(some_rows()).url
    record = asked(run, subscribed, *as_of("run"))
    assert set(record) == {
        *("run", "as_of", "outcome", "sample", "fetch", "folder", "institutes", "digests", "delivery", "problems"),
        "projects",
    }
    assert (record["outcome"], record["folder"], record["institutes"]) == ("ok", None, [])
    assert [set(line) for line in record["digests"]] == [LINE, LINE]
    assert set(record["delivery"]) == DELIVERY
    answer = run(subscribed, *as_of("run"))
    assert answer.code == 0
    assert "Mails: 0 sent, 0 failed; they go to files in " in answer.out
    assert run(subscribed, *as_of("run", "--csv")).out.startswith("subscriber,address,mail,")


@pytest.mark.parametrize("name", ["preview", "send", "status", "resend", "calendar", "dismiss", "unpause"])
def test_help(run, place, name):
    answer = run(place, "digest", name, "--help")
    assert answer.code == 0
    assert answer.out.startswith(f"Usage: matcher digest {name} ")


def test_the_group_s_help_imports_nothing_heavy(fetched):
    script = "import sys\nfrom matcher.cli.main import main\ntry:\n    main(['digest', '--help'])\nfinally:\n"
    script += "    print(*sys.modules, sep='\\n', file=sys.stderr)\n"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=fetched.process_environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert not {"sqlalchemy", "sklearn", "jinja2", "icalendar"} & set(done.stderr.split())
