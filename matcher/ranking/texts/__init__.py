"""The words of calls and projects: counted, weighed, fitted, found."""
