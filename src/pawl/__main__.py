"""Run pawl with `python -m pawl`."""

from pawl.cli.main import run

if __name__ == "__main__":
    run()
