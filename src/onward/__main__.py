"""Run onward with `python -m onward`."""

from onward.cli.main import run

if __name__ == "__main__":
    run()
