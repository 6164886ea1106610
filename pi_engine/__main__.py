"""`python -m pi_engine` is the command `pi-engine`."""

try:
    from pi_engine.cli.entry import main
except KeyboardInterrupt:  # less than a millisecond, until `main` takes care of interrupts itself
    import os

    os._exit(130)

if __name__ == "__main__":
    main()
