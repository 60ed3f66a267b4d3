"""`matcher profile INSTITUTE --learned`: what a list learned from decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from matcher.cli.layout import paragraphs, styled, table
from matcher.cli.output import print_csv, print_json, say
from matcher.cli.spoken_language import spoken, tr, tr_n
from matcher.present.decision_shapes import match_decision_record
from matcher.present.decision_words import decision_line
from matcher.present.records import envelope

if TYPE_CHECKING:
    from matcher.app.decisions.learned_list import Learned


def show_learned(learned: Learned, output: str | None) -> None:
    """The terms with their weights, and the decisions that made them."""
    terms = [{"term": term, "weight": round(weight, 4)} for term, weight in learned.terms]
    calls = [{"call": one.call, **match_decision_record(one)} for one in learned.decisions]
    if output == "json":
        print_json(envelope(institute=learned.institute, used=learned.used, terms=terms, decisions=calls))
    elif output == "csv":
        print_csv(terms, ("term", "weight"))
    else:
        if terms:
            rows = [(term, f"{weight:+.3f}") for term, weight in learned.terms]
            click.echo(table((tr("term"), tr("weight")), rows) + "\n")
        for one in learned.decisions:
            click.echo("\n".join([styled(one.call, bold=True), *paragraphs(decision_line(one, spoken()), "  ")]))
        said = tr_n(
            "{n} decision says what suits {institute}",
            "{n} decisions say what suits {institute}",
            len(calls),
            institute=learned.institute,
        )
        said += "" if learned.used else tr("; too few to learn from, or ranking.learn is off")
        say("\n".join(paragraphs(said)))
