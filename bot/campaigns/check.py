"""Checks scripts before anybody is to see them: the form, the ways through, the texts, the words understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from actions.content import Content, ContentError, load_content, read_yaml
from actions.outgoing import Registry
from bot.campaigns.check_paths import Turns, check_paths
from bot.campaigns.check_texts import Rules, check_words
from bot.campaigns.check_texts import check_texts as _check_texts
from bot.campaigns.player_listening import Listening
from bot.campaigns.schema import Problem, ScriptFile, meant, read_script_file
from bot.campaigns.schema_words import FILE, ProblemWords
from bot.campaigns.scripts import Script, script_of, script_paths

_UNPLAYABLE: Final = frozenset({"first", "goto_unknown", "reserved"})
_SIGNATURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


@dataclass(frozen=True)
class Checked:
    """A file and what was found; there is a script as soon as its form is right."""

    file: ScriptFile
    script: Script | None
    problems: tuple[Problem, ...]

    @property
    def playable(self) -> bool:
        """Whether every choice leads somewhere, whatever else may be wrong."""
        return self.script is not None and not any(p.key in _UNPLAYABLE for p in self.problems)

    @property
    def name(self) -> str:
        """The file's name without its end, which a script has as its id."""
        return self.file.path.stem


class ScriptCheck:
    """Checks the scripts of one folder of wording."""

    def __init__(self, folder: Path, content: Content | None = None) -> None:
        """Reads what the checks go by; ``content`` is read as well if it is not given.

        Raises:
            ContentError: when something of it is missing or broken.
        """
        self.folder = folder
        self.words = ProblemWords(folder)
        content = content or load_content(folder)
        path = folder / FILE
        data = read_yaml(path)
        try:
            self._turns = {name: Turns(**data["turns"][name]) for name in ("script", "booster")}
            self._limits: Mapping[str, int] = data["limits"]
            self._listening = Listening.of(data["listening"])
            practice = tuple(str(word) for word in data["practice_words"])
        except (KeyError, TypeError) as error:
            raise ContentError(
                f"{path}: an entry is missing or has the wrong form ({error})"
            ) from None
        banned = read_yaml(folder / "style.yml").get("banned") or ()
        self._rules = Rules(
            self._limits,
            tuple(str(word) for word in banned),
            practice,
            content.values(),
            Registry.from_content(content),
        )

    def all(self) -> list[Checked]:
        """Every script of the folder, by name; those that refer to each other are checked together."""
        return self.files(script_paths(self.folder))

    def files(self, paths: Sequence[Path]) -> list[Checked]:
        """The scripts of these files, checked against each other and all others of the folder."""
        read = {path: self._one(path) for path in paths}
        others = [path for path in script_paths(self.folder) if path not in read]
        scripts = [each.script for each in read.values() if each.script is not None]
        scripts += [each.script for path in others if (each := self._form(path)).script is not None]
        known = {script.id: script for script in scripts if script is not None}
        return [_with(each, list(_boosters(each, known))) for each in read.values()]

    def path(self, name: str) -> Path:
        """The file of a script by its id, or a file by its path.

        Raises:
            ContentError: when there is neither; near names are named.
        """
        paths = {path.stem: path for path in script_paths(self.folder)}
        if name in paths:
            return paths[name]
        given = Path(name)
        if given.suffix in (".yml", ".yaml") and given.is_file():
            return given.resolve()
        near = get_close_matches(name, paths, n=1)
        hint = f"did you mean {near[0]}?" if near else "see: jingzhong campaign list"
        raise ContentError(f"there is no script {name}; {hint}")

    def lines(self, checked: Checked) -> list[str]:
        """What was found, one line each with file and line number."""
        path = checked.file.path
        inside = path.is_relative_to(self.folder)
        name = f"{self.folder.name}/{path.relative_to(self.folder)}" if inside else str(path)
        return [self.words.line(problem, name) for problem in checked.problems]

    def _form(self, path: Path) -> Checked:
        file = read_script_file(path)
        script = None if file.problems else script_of(file)
        return Checked(file, script, file.problems)

    def _one(self, path: Path) -> Checked:
        checked = self._form(path)
        script, file = checked.script, checked.file
        if script is None:
            return checked
        found: list[Problem] = []
        if script.id != path.stem:
            found.append(Problem("id", file.line("id"), {"id": script.id, "file": path.stem}))
        turns = self._turns["booster" if script.is_booster else "script"]
        found += check_paths(script, turns, file.line)
        found += _check_texts(script, self._rules, file.line)
        found += check_words(script, self._listening, file.line)
        found += _pictures(script, file, self._limits["picture_kb"])
        return _with(checked, found)


def _with(checked: Checked, found: Sequence[Problem]) -> Checked:
    problems = sorted([*checked.problems, *found], key=lambda problem: problem.line or 0)
    return Checked(checked.file, checked.script, tuple(problems))


def _pictures(script: Script, file: ScriptFile, most: int) -> Iterator[Problem]:
    for name, step in script.steps.items():
        if step.picture is None:
            continue
        line = file.line("steps", name, "picture", "file")
        path = step.picture.file
        shown: dict[str, Any] = {"file": path.name, "most": most}
        if not path.is_file():
            yield Problem("picture", line, shown)
            continue
        if not path.read_bytes().startswith(_SIGNATURES):
            yield Problem("picture_kind", line, shown)
        size = -(-path.stat().st_size // 1024)
        if size > most:
            yield Problem("picture_large", line, {**shown, "n": size})


def _boosters(checked: Checked, known: Mapping[str, Script]) -> Iterator[Problem]:
    script = checked.script
    if script is None or script.booster_of is None:
        return
    line = checked.file.line("booster_of")
    twin = known.get(script.booster_of)
    names = [name for name, other in known.items() if not other.is_booster]
    values = {"script": script.booster_of, "steps": "、".join(names)}
    if twin is None:
        hint = meant(script.booster_of, names, "scripts_are")
        yield Problem("booster_unknown", line, {**values, "hint": hint})
        return
    if twin.is_booster:
        yield Problem("booster_twin", line, values)
    elif twin.code != script.code:
        codes = {"code": script.code, "other": twin.code}
        yield Problem("booster_code", checked.file.line("code"), codes)
    first = min(other.id for other in known.values() if other.booster_of == script.booster_of)
    if first < script.id:
        yield Problem("booster_twice", line, {**values, "other": first})
