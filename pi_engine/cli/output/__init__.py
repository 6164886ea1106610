"""What commands show: results on stdout, and remarks, tables and progress on stderr.

`streams` is the only place that prints: results, JSON, and remarks that `--quiet` silences. `error_answer` makes of an
error its line, its object and its exit code. `terminal` knows the width and what it can show. `table` lays out columns.
`progress_bar` draws what `outlook` expects of a run. `notices` prints the log records of the library.
"""
