"""A computation as a whole: plan, sum, root, division, conversion, checks, result.

`compute` takes a number of digits and returns a result, or raises; it runs the phases. `summation` is the sum with its
shadow, `fraction_to_text` the conversion with its residues, and `full_check` what `check="full"` adds. `result` is what
a caller gets, `result_file` the file it is written to, reserved before the run, `printed_digits` the way to a pipe.
`estimate` answers beforehand. A digit is returned only after all checks that were asked for have passed.
"""
