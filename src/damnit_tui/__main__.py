"""`python -m damnit_tui`."""

from .cli import main

if __name__ == "__main__":
    main()
