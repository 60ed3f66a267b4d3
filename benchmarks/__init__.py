"""How fast it is, against what one would write instead: `make bench`. Timings are printed here, never tested."""
