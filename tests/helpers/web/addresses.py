"""An address of each page, for the tests that look at every one of them."""

from __future__ import annotations

from tests.helpers.home import DAY, PHOTONIC

ADDRESSES: dict[str, tuple[str, ...]] = {
    "/": ("/",),
    "/institutes/{institute}": (
        f"/institutes/cea-leti?as_of={DAY}",
        f"/institutes/cea-leti?as_of={DAY}&action=IA",
        "/institutes/nobody",
    ),
    "/calls": ("/calls", f"/calls?words=silicon+photonics&as_of={DAY}", "/calls?words=fotonics"),
    "/calls/{call}": (f"/calls/{PHOTONIC}", f"/calls/{PHOTONIC}?for=cea-leti&as_of={DAY}"),
    "/institutes/{institute}/profile": ("/institutes/cea-leti/profile",),
    "/projects": ("/projects?words=photonics",),
    "/answer/{token}": ("/answer/none",),
    "/log": ("/log", "/log?institute=cea-leti"),
    "/mails": ("/mails",),
    "/accessibility": ("/accessibility",),
    "/sign-in": ("/sign-in",),
    "/sign-in/{token}": ("/sign-in/none",),
    "/openid": ("/openid",),
    "/openid/back": ("/openid/back",),
    "/openid/sign-out": ("/openid/sign-out",),
    "/network": (f"/network?as_of={DAY}",),
}
"""The path of each page in the table of pages → addresses that show what it can show."""
EVERY = [address for addresses in ADDRESSES.values() for address in addresses]
