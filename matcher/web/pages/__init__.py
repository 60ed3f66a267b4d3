"""One module a page: what is asked of the layers below, and which template says it."""
