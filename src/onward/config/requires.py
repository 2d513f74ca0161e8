"""Whether this onward may read a definition: the file's shape and the versions it asks for."""

from __future__ import annotations

from onward.config.reader import ConfigReader
from onward.config.schema import SCHEMA


def may_read(raw: dict[str, object], reader: ConfigReader, version: str) -> bool:
    """Note what stands against reading `raw` with onward `version`; False when the rest would only confuse."""
    return _schema(raw, reader, version) and _requires(raw, reader, version)


def _schema(raw: dict[str, object], reader: ConfigReader, version: str) -> bool:
    schema = raw.get("schema")
    if isinstance(schema, int) and schema > SCHEMA:
        reader.complain(("schema",), f"{schema} is newer than onward {version} supports ({SCHEMA}); upgrade onward")
        return False
    return True


def _requires(raw: dict[str, object], reader: ConfigReader, version: str) -> bool:
    text = raw.get("requires")
    if not isinstance(text, str):
        return True
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415  # slow to import

    try:
        wanted = SpecifierSet(text)
    except InvalidSpecifier:
        reader.complain(("requires",), f'"{text}" is not a version condition; for example ">={version}"')
        return True
    if wanted.contains(version, prereleases=True):
        return True
    reader.complain(("requires",), f'this is onward {version}, the file requires "{text}"; install a matching version')
    return False
