"""By what a person is known: the key that links and sessions are signed with, the OpenID provider that vouches."""
