"""A ranking as people read it: what suits in full, families of calls together, the rest folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from matcher.cli.layout import heading, paragraphs, styled
from matcher.cli.output import away_text, match_block, match_lines, part_heading, print_note, unknown_text
from matcher.cli.spoken_language import spoken, tr
from matcher.model.families import by_part, families
from matcher.model.frozen import dataclass
from matcher.model.match import Group
from matcher.present.facts import GROUP_TITLES, day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matcher.model.answers import Ranking
    from matcher.model.match import Match

FOLDED = 5
"""Calls of a folded group that are shown."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a ranking is laid out: `explain` adds the evidence, `unfold` shows every call in full, one by one.

    `by_part` shows what suits under the parts of programmes that it is in.
    """

    explain: bool = False
    unfold: bool = False
    by_part: bool = False


def show_ranking(ranking: Ranking, layout: Layout) -> None:
    """Print a ranking, group by group."""
    print_note(ranking.sample)
    click.echo(heading(tr("{name}: best calls as of {day}", name=ranking.name, day=day(ranking.as_of, spoken()))))
    if ranking.unknown.words:
        click.echo(unknown_text(ranking.unknown))
    main = [match for match in ranking.matches if match.group is Group.MAIN]
    if not main and not ranking.unknown.everything:
        click.echo("\n" + _nothing(ranking))
    for part, suited in by_part(main, lambda match: match.call) if layout.by_part else [(None, tuple(main))]:
        if layout.by_part:
            click.echo("\n" + part_heading(part))
        for block in _main_blocks(suited, ranking, layout):
            click.echo("\n" + block)
    for group, title in GROUP_TITLES.items():
        members = [match for match in ranking.matches if match.group is group]
        if members:
            click.echo("\n" + styled(tr(title), bold=True))
            click.echo("\n" + _apart(members, ranking, layout, folded=group is not Group.CLOSED))
    if ranking.away:
        click.echo("\n" + away_text(ranking.away))


def _nothing(ranking: Ranking) -> str:
    """That nothing suits, which is an answer and no fault; what to do where nothing is listed at all."""
    said = tr("No call suits: none that was asked for has a fit of {fit} or more.", fit=ranking.least)
    if not ranking.matches:
        said += " " + tr("Try --status all, a lower --min-fit, or `matcher profile` to see the skills.")
    return "\n".join(paragraphs(said))


def _main_blocks(main: Sequence[Match], ranking: Ranking, layout: Layout) -> Iterator[str]:
    if layout.unfold:
        yield from (match_block(match, ranking.as_of, layout.explain) for match in main)
        return
    for first, *others in families(main, lambda match: match.call):
        lines = [match_block(first, ranking.as_of, layout.explain)]
        if others:
            n = len(others)
            lines.append(" " * 14 + tr("and {n} more of this call ({call}):", n=n, call=first.call.call_id))
            lines += [match_lines(match, ranking.as_of) for match in others]
        yield "\n".join(lines)


def _apart(members: Sequence[Match], ranking: Ranking, layout: Layout, *, folded: bool) -> str:
    """A group beside the main one: on two lines a call, the first few of them, unless all was asked for."""
    if layout.unfold or layout.explain or not folded:
        return "\n\n".join(match_block(match, ranking.as_of, layout.explain) for match in members)
    lines = [match_lines(match, ranking.as_of) for match in members[:FOLDED]]
    more = len(members) - FOLDED
    return "\n".join([*lines, " " * 14 + tr("and {n} more (--unfold shows them)", n=more)] if more > 0 else lines)
