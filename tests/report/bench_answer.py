"""What `bench --json` could print."""

BENCH = {
    "machine": {"processor": "a <machine>"},
    "rows": [
        {
            "digits": digits,
            "threads": 2,
            "rounds": 3,
            "seconds": {
                "sum": 2e-7 * digits,
                "check": 1e-9,
                "root": 1e-8 * digits,
                "division": 0,
                "total": 3e-7 * digits,
            },
            "peak_memory_bytes": None,
        }
        for digits in (10**4, 10**6, 10**5)
    ],
}
