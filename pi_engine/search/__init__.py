"""Finding patterns in a stream of digits: strings, wildcards, dates, runs, palindromes, first occurrences of all numbers."""
