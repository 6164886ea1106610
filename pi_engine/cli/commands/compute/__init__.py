"""`pi-engine compute`: the request, the run, the digits where they are wanted, and the report.

`command` declares the options and runs the steps; `request` is what the options ask for, `output_file` the file that
is reserved before the run, `digit_layout` how digits are printed in a terminal, `report` what `--verbose` and
`--json` say.
"""
