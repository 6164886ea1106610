"""The methods of a verification: published digits, recomputation, residues, BBP; and how one is chosen.

`selection` has a row a method: whether it fits, what it costs, how it runs, whether it proves. `published` uses what
the scan has compared. `proof_by_residues` proves all digits by π modulo random primes. `end_by_bbp` looks at the end of
the binary expansion, which some errors escape. `case` describes the opened file, and `verdict` is the answer. `faults`
gives it if a file cannot be read to its end. `forecast_of_file` is the model of time by which "auto" chooses.
`claimed_digits` reads what a name says of the length.
"""
