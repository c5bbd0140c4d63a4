"""Read every setting from where it stands: environment, local, project, user, default."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from milestone import errors
from milestone.config import files, keys, team, values
from milestone.config.settings import Finding, Setting, Settings
from milestone.domain import words
from milestone.domain.context import Person
from milestone.registry import load

_Entry = tuple[str, Any, int]  # dotted key, value as written, line


def load_settings(
    root: Path | None, *, environ: Mapping[str, str], reader: files.Reader, flags: Mapping[str, Any] | None = None
) -> Settings:
    """Return the effective settings of a project, or without one those of the user.

    `reader` gives `strict_yaml.compose`; it is asked only when a file has to be parsed. Nothing in a file stops
    this: what is wrong there is a finding, and the next layer counts.
    """
    sources = files.sources(root, environ)
    sections = {source.path: source.section for source in sources}
    read = files.cached(
        root,
        "config",
        [source.path for source in sources],
        lambda paths: _read_all(paths, sections, reader, root),
        may_keep=_holds_no_secret,
    )
    findings = [Finding(**finding) for finding in read["findings"]]
    layers = [Setting(key=key, value=value, source="flag") for key, value in (flags or {}).items()]
    layers += _from_environment(environ, findings)
    for source in sources:
        layers += _from_file(source, read["files"].get(str(source.path), ()), environ, root, findings)
    return Settings(_effective(layers), layers=layers, findings=findings)


def load_people(root: Path, *, reader: files.Reader) -> tuple[Person, ...]:
    """Return the people of `config/team.yaml`, with the e-mails of `team.local.yaml`; none without these files."""
    paths = [root / "config" / "team.yaml", root / "config" / "team.local.yaml"]
    read = files.cached(root, "people", paths, lambda found: [_people(path, reader, root) for path in found])
    return team.join(read)


def _holds_no_secret(read: Mapping[str, Any]) -> bool:
    """A password somebody typed into one file must not turn up in another."""
    return not any(
        values.is_literal(value)
        for entries in read["files"].values()
        for key, value, _ in entries
        if (known := keys.find(key)) is not None and known.kind == "secret"
    )


def _read_all(
    paths: list[Path], sections: Mapping[Path, str], reader: files.Reader, inside: Path | None
) -> dict[str, Any]:
    read: dict[str, Any] = {"files": {}, "findings": []}
    for path in paths:
        try:
            own = inside if inside is not None and path.is_relative_to(inside) else None
            root = files.read(path, reader(), own)
        except errors.UnreadableFile as error:
            line = error.facts.get("line")
            finding = _finding("error", "unreadable_file", error.message, path, line, error.why or None)
            read["findings"].append(finding)
            continue
        if root.value is not None and not isinstance(root.value, dict):
            message = f"{path.name} holds no keys with values."
            read["findings"].append(_finding("error", "unreadable_file", message, path, root.line, None))
            continue
        read["files"][str(path)] = list(_flatten(root, "", sections[path]))
    return read


def _flatten(node: Any, prefix: str, section: str) -> Iterator[_Entry]:
    for name, child in node.items.items():
        written = ".".join(words.fold(part) for part in name.split("."))
        key = f"{prefix}.{written}" if prefix else _place(written, section)
        if key in keys.FREE and child.items:
            yield (key, child.value, child.line)
            yield from _free(child, key)
        elif child.items and keys.find(key) is None:
            yield from _flatten(child, key, section)
        elif child.value != {}:
            yield (key, child.value, child.line)


def _free(node: Any, prefix: str) -> Iterator[_Entry]:
    for name, child in node.items.items():
        for inner, value in child.items.items():
            yield (f"{prefix}.{name}.{words.fold(inner)}", value.value, value.line)


def _from_environment(environ: Mapping[str, str], findings: list[Finding]) -> list[Setting]:
    named = {name for name in environ if name.startswith("MILESTONE_")}
    if not named:
        return []
    found = []
    for key, known in keys.KEYS.items():
        variable = keys.variable(key)
        if variable not in named:
            continue
        try:
            value = values.fit(known, environ[variable])
        except values.Unfit as unfit:
            findings.append(_bad(variable, unfit, None, None))
            continue
        found.append(Setting(key=key, value=value, source="environment", file=variable))
    return [*found, *_free_from_environment(environ, named)]


def _free_from_environment(environ: Mapping[str, str], named: set[str]) -> Iterator[Setting]:
    """Yield `MILESTONE_EXECUTORS_AGENT_COMMAND` as `executors.agent.command`, and its map."""
    for section, known in keys.FREE.items():
        for inner in known:
            start, end = f"MILESTONE_{section.upper()}_", f"_{inner.upper()}"
            for variable in sorted(named):
                name = variable[len(start) : -len(end)].lower()
                if variable.startswith(start) and variable.endswith(end) and name:
                    value = environ[variable]
                    key = f"{section}.{name}.{inner}"
                    yield Setting(key=key, value=value, source="environment", file=variable)
                    whole = {name: {inner: value}}
                    yield Setting(key=section, value=whole, source="environment", file=variable)


def _from_file(
    source: files.Source, entries: Any, environ: Mapping[str, str], root: Path | None, findings: list[Finding]
) -> Iterator[Setting]:
    for key, value, line in entries:
        known = keys.find(key)
        if known is None:
            findings.append(_unknown(key, source.path, line))
            continue
        try:
            fitting = values.fit(known, value)
            if known.kind == "secret":
                _report_literal(key, value, source.path, line, findings)
                fitting = values.reveal(fitting, environ=environ, root=root or source.path.parent)
        except values.Unfit as unfit:
            findings.append(_bad(key, unfit, source.path, line))
            continue
        if fitting is not None:
            yield Setting(key=key, value=fitting, source=source.layer, file=str(source.path), line=line)


def _place(key: str, section: str) -> str:
    """Return the dotted key that a key of a file means: those of `ui-config.yaml` belong to `ui`."""
    known = keys.find(key) or key in keys.sections() or key == section
    return key if not section or known else f"{section}.{key}"


def _effective(layers: list[Setting]) -> dict[str, Setting]:
    effective = {key: Setting(key=key, value=known.default) for key, known in keys.KEYS.items()}
    for setting in reversed(layers):
        below = effective.get(setting.key)
        if isinstance(setting.value, dict) and below is not None and isinstance(below.value, dict):
            effective[setting.key] = Setting(
                key=setting.key,
                value={**below.value, **setting.value},
                source=setting.source,
                file=setting.file,
                line=setting.line,
            )
        else:
            effective[setting.key] = setting
    return effective


def _people(path: Path, reader: files.Reader, root: Path) -> list[dict[str, Any]]:
    try:
        return team.read(files.read(path, reader(), root).value)
    except errors.UnreadableFile:
        return []  # `doctor` and `--validate-config` name the file


def _unknown(key: str, path: Path, line: int) -> Finding:
    near = load("difflib:get_close_matches")(key, keys.KEYS, n=1, cutoff=0.75)
    last = key.rpartition(".")[2]
    near = near or [known for known in keys.KEYS if known.rpartition(".")[2] == last][:1]
    hint = f"Did you mean {near[0]}?" if near else "`milestone config list --all` shows every key."
    return Finding(
        severity="warning",
        code="unknown_key",
        message=f"{key} is no setting.",
        path=str(path),
        line=line,
        hint=hint,
    )


def _bad(key: str, unfit: values.Unfit, path: Path | None, line: int | None) -> Finding:
    return Finding(
        severity="error",
        code="bad_value",
        message=f"{key} {unfit}.",
        path=str(path) if path else None,
        line=line,
        hint="Until then its default counts.",
    )


def _report_literal(key: str, value: Any, path: Path, line: int, findings: list[Finding]) -> None:
    if values.is_literal(value) and not path.name.endswith(".local.yaml"):
        findings.append(
            Finding(
                severity="warning",
                code="literal_secret",
                message=f"{key} stands in a file that git tracks.",
                path=str(path),
                line=line,
                hint=f"Write ${{{keys.variable(key)}}}, file:PATH, or move it to {path.stem}.local.yaml.",
            )
        )


def _finding(severity: str, code: str, message: str, path: Path, line: Any, hint: str | None) -> dict[str, Any]:
    return {"severity": severity, "code": code, "message": message, "path": str(path), "line": line, "hint": hint}
