"""Secrets: the whole history and the work tree, shown by canaries to have been searched."""

from __future__ import annotations

from pathlib import Path

from onward.gates.secrets.defects import DEFECTS
from onward.gates.secrets.read import SCANNED, read_gitleaks, read_kingfisher, read_staged, read_trufflehog
from onward.model.gate import Applies, Check, CheckContext, Command, Gate, Keep, Purpose
from onward.model.guest import guest_command
from onward.model.pipeline import Profile
from onward.model.toolbox import GITLEAKS, KINGFISHER, TRUFFLEHOG

_MIRROR = "{scratch}/mirror"
_STAGED = "{scratch}/staged"
# 200: something was found, 205: something was found and is valid
_KINGFISHER_EXITS = (0, 200, 205)
_LEAKS = 3
# compiling its rules takes kingfisher seconds; what it compiled is kept beside it, and it does without where it cannot
_RULES = (("KF_RULE_CACHE_DIR", "{tool:kingfisher}-rules"),)
_CONFIGURATIONS = ("gitleaks.toml", ".gitleaks.toml")


def kingfisher_argv(report: str, target: str, *, history: str) -> tuple[str, ...]:
    """Search everything below `target`, its `history` full or none; nothing is sent anywhere or written in clear."""
    return (
        "{tool:kingfisher}",
        "scan",
        "--no-validate",
        "--no-update-check",
        "--redact",
        "--no-dedup",
        "--git-history",
        history,
        "--jobs",
        "{jobs}",
        "--format",
        "json",
        "--output",
        f"{{out}}/{report}",
        target,
    )


def gitleaks_argv(context: CheckContext) -> tuple[str, ...]:
    """Search the history of the mirror by the project's own rules; leaks have an exit code of their own."""
    report = ("--report-format", "json", "--report-path", "{out}/gitleaks.json", "--exit-code", str(_LEAKS))
    quiet = ("--redact", "--no-banner", "--no-color", "--gitleaks-ignore-path", "{tree}")
    name = _configuration(context)
    config = () if name is None else ("--config", f"{{tree}}/{name}")
    return ("{tool:gitleaks}", "git", *config, *report, *quiet, _MIRROR)


def _configuration(context: CheckContext) -> str | None:
    return next((name for name in _CONFIGURATIONS if name in context.project.files), None)


def _search(report: str, target: str, *, history: str, cwd: str = "{tree}") -> Command:
    argv = kingfisher_argv(report, target, history=history)
    return Command(argv=argv, cwd=cwd, env=_RULES, accepts=_KINGFISHER_EXITS, writes=(report,))


def _mirror(context: CheckContext) -> Command:
    """Borrow the history into a mirror that holds a canary before its first and after its last commit."""
    head = ("--head", context.project.revision.head) if context.project.revision.head else ()
    argv = guest_command("secrets/canary_mirror", "--git", "{git}", *head, "--mirror", _MIRROR)
    out = ("--out", "{out}/history.json")
    return Command(argv=(*argv, *out), writes=("history.json",), purpose=Purpose.CONTROL)


def _mask(tree: str, *words: str) -> Command:
    argv = guest_command("mark_secrets", "--tree", tree, "--out", "{out}/secrets.json", *words)
    return Command(argv=argv, writes=("secrets.json",), purpose=Purpose.CONVERT)


def kingfisher_commands(context: CheckContext) -> tuple[Command, ...]:
    """Search the mirror and the files as they are now."""
    return (
        _mirror(context),
        _search("past.json", _MIRROR, history="full"),
        _search("present.json", ".", history="none"),
        _mask("{tree}", "--git", _MIRROR, "{out}/past.json", "{out}/present.json"),
    )


def gitleaks_commands(context: CheckContext) -> tuple[Command, ...]:
    """Search the mirror."""
    run = Command(argv=gitleaks_argv(context), accepts=(0, _LEAKS), writes=("gitleaks.json",))
    return (_mirror(context), run, _mask("{tree}", "--git", _MIRROR, "--gitleaks", "{out}/gitleaks.json"))


def staged_commands(_: CheckContext) -> tuple[Command, ...]:
    """Search what is staged, and what has changed in the work tree, beside a canary."""
    copy = guest_command("secrets/staged_copy", "--root", "{gitroot}", "--copy", _STAGED, "--out", "{out}/staged.json")
    return (
        Command(argv=copy, writes=("staged.json",), purpose=Purpose.CONTROL),
        _search("pending.json", ".", history="none", cwd=_STAGED),
        _mask(_STAGED, "{out}/pending.json"),
    )


def trufflehog_argv() -> tuple[str, ...]:
    """Search the history of the mirror; nothing is asked of anybody, and nothing is updated.

    Without --bare it calls the mirror no repository, searches nothing, and ends with 0.
    """
    quiet = ("--json", "--no-verification", "--no-update", "--no-color", "--concurrency", "{jobs}")
    return ("{tool:trufflehog}", "git", "file://" + _MIRROR, "--bare", *quiet)


def trufflehog_commands(context: CheckContext) -> tuple[Command, ...]:
    """Search the mirror; what trufflehog prints holds secrets in clear, so it stays in scratch."""
    hidden = "{scratch}/trufflehog.jsonl"
    running = guest_command("secrets/run_hidden", "--output", hidden, "--counts", "{out}/" + SCANNED, "--")
    run = Command(argv=(*running, *trufflehog_argv()), cwd="{scratch}", writes=(SCANNED,))
    return (_mirror(context), run, _mask("{tree}", "--git", _MIRROR, "--trufflehog", hidden))


def _has_gitleaks(context: CheckContext) -> Applies:
    name = _configuration(context)
    if name is None:
        return Applies(yes=False, why="the project has no gitleaks.toml")
    return Applies(yes=True, why=f"the project has a {name}")


_REPORT = Keep(kind="secrets-report", path="secrets.json", media_type="application/json")

GATE = Gate(
    id="secrets",
    title="Secrets",
    blurb="no credential in the git history or in the files",
    folder=Path(__file__).parent,
    checks=(
        Check(
            id="staged",
            commands=staged_commands,
            read=read_staged,
            needs=(KINGFISHER,),
            profiles=(Profile.QUICK,),
            keeps=(_REPORT,),
        ),
        Check(
            id="kingfisher",
            commands=kingfisher_commands,
            read=read_kingfisher,
            needs=(KINGFISHER,),
            profiles=(Profile.FULL, Profile.CI),
            keeps=(_REPORT,),
            cpus=0,
        ),
        Check(
            id="gitleaks",
            commands=gitleaks_commands,
            read=read_gitleaks,
            applies=_has_gitleaks,
            profiles=(Profile.FULL, Profile.CI),
            needs=(GITLEAKS,),
            keeps=(_REPORT,),
        ),
        Check(
            id="trufflehog",
            commands=trufflehog_commands,
            read=read_trufflehog,
            profiles=(Profile.FULL, Profile.CI),
            needs=(TRUFFLEHOG,),
            keeps=(_REPORT,),
            cpus=0,
            optional=True,
        ),
    ),
    defects=DEFECTS,
    timeout_s=900.0,
)
