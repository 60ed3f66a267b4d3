"""Each parser of data from outside, fed with broken and hostile inputs; `make fuzz` is the long form."""
