"""`python -m pi_engine` is the command `pi-engine`."""

from pi_engine.cli.entry import main

if __name__ == "__main__":
    main()
