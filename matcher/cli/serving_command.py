"""`matcher serve`: the pages in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from matcher.cli.output import say
from matcher.cli.spoken_language import tr

if TYPE_CHECKING:
    from collections.abc import Callable


@click.command("serve")
@click.option("--open", "shown", is_flag=True, help="Open the start in the browser.")
@click.option("--host", default="127.0.0.1", show_default=True, help="An address of this machine alone.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any that is free.")
@click.pass_context
def serve_command(ctx: click.Context, shown: bool, host: str, port: int) -> None:
    """What the product knows, as pages in the browser, until SIGTERM or Ctrl-C.

    Who has this machine reads and decides there; nobody else can reach it.
    """
    from matcher.app.operation.setup_check import opened
    from matcher.logs import configure
    from matcher.web.serving import Where, serve

    given = ctx.find_root().params
    configure(given["log_format"], debug=given["debug"], quiet=given["quiet"])
    say(tr("Getting ready."))
    serve(lambda: opened(given["home"], given["config_dir"]), Where(host, port), _started(shown=shown))


def _started(*, shown: bool) -> Callable[[str, str | None], None]:
    """What is done once the pages can be read."""

    def started(address: str, link: str | None) -> None:
        say(tr("The pages are at {address} (Ctrl-C ends it).", address=address))
        if link is not None:
            say(tr("Whoever has this machine signs in, once and soon, by {link}", link=link))
        if shown:
            import webbrowser

            webbrowser.open(link or address)

    return started
