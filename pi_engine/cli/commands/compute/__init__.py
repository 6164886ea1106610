"""`pi-engine compute`: the request, the run, the digits where they are wanted, and the report.

`command` declares the options and runs the steps. `request` is what the options ask for, and `output_file` the file
that is reserved before the run. `digit_layout` lays digits out in a terminal. `report` prints what `--verbose` and
`--json` say.
"""
