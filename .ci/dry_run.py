#!/usr/bin/env python3
"""Runs a workflow's `run:` steps as they stand, with a runner's environment and without a container or a network.

    .ci/dry_run.py WORKFLOW --repository CLONE [--job NAME] [--matrix NAME=VALUE ...] [--secret NAME=VALUE ...]

What GitHub would do is done here in small: `actions/checkout` clones the repository given, `actions/upload-artifact`
copies, `sudo` is written down and not obeyed, pip finds what is installed already and nothing else. Each line of output
that the runner would take for a command is read as the runner reads it, so that a test sees forged ones.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
_COMMAND = re.compile(r"::(?P<name>[\w-]+)(?:\s+(?P<properties>.*?))?::(?P<data>.*)", re.DOTALL)
# The older form, which the runner finds anywhere in a line.
_OLD_COMMAND = re.compile(r"##\[(?P<name>[\w-]+)(?P<properties>.*?)\](?P<data>.*)")


@dataclass
class Step:
    """One step that was run."""

    name: str
    code: int
    output: str


@dataclass
class DryRun:
    """What a job did: its steps, what it told the runner, its outputs, page and artifacts."""

    steps: list[Step] = field(default_factory=list)
    commands: list[tuple[str, dict[str, str], str]] = field(default_factory=list)  # name, properties, data
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    artifacts: dict[str, Path] = field(default_factory=dict)
    sudo: str = ""

    @property
    def failed(self) -> str:
        """The step that failed; "" when none did."""
        return next((step.name for step in self.steps if step.code), "")


def dry_run(
    workflow: Path,
    repository: Path,
    scratch: Path,
    *,
    job_name: str = "",
    matrix: dict[str, str] | None = None,
    secrets: dict[str, str] | None = None,
    environment: dict[str, str] | None = None,
) -> DryRun:
    """Run a job of a workflow (by default its only one) in the new folder `scratch`, until a step fails."""
    data = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    ((job_name, job),) = ((name, job) for name, job in data["jobs"].items() if job_name in ("", name))
    places = {name: scratch / name for name in ("workspace", "temp", "home", "artifacts", "shims", "files")}
    for place in places.values():
        place.mkdir(parents=True)
    result = DryRun()
    contexts: dict[str, Any] = {
        "secrets": secrets or {},
        "steps": {},
        "matrix": matrix or {},
        "github": {"ref": "refs/heads/main", "workflow": data.get("name", ""), "repository": "org/cnn-ada"},
        "runner": {"temp": str(places["temp"])},
    }
    base = _environment(places, python_of(scratch / "python"), job_name) | (environment or {})
    shell = data.get("defaults", {}).get("run", {}).get("shell", "")
    for number, step in enumerate(job["steps"]):
        variables = {
            name: _filled(value, contexts)
            for scope in (data, job, step)
            for name, value in scope.get("env", {}).items()
        }
        done = _run_step(step, number, base | variables, contexts, places, repository, step.get("shell", shell))
        done.name = step.get("name", done.name)
        result.steps.append(done)
        obey(done.output, result)
        if "id" in step:
            contexts["steps"][step["id"]] = {"outputs": _outputs(places["files"] / f"output-{number}")}
        if done.code:
            break
    else:
        result.outputs = {name: _filled(value, contexts) for name, value in job.get("outputs", {}).items()}
    result.summary = "".join(path.read_text(encoding="utf-8") for path in sorted(places["files"].glob("summary-*")))
    result.artifacts = {path.name: path for path in places["artifacts"].iterdir()}
    log = places["shims"] / "sudo.log"
    result.sudo = log.read_text() if log.is_file() else ""
    return result


def _environment(places: dict[str, Path], python: Path, job: str) -> dict[str, str]:
    """A runner's environment, and no more of ours than where programs are."""
    sudo = places["shims"] / "sudo"
    sudo.write_text(f'#!/bin/sh\necho "$@" >> "{places["shims"]}/sudo.log"\n')
    sudo.chmod(0o755)
    return {
        "PATH": os.pathsep.join([str(places["shims"]), str(python / "bin"), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": str(places["home"]),
        "LANG": "C.UTF-8",
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTOR": "ada",
        "GITHUB_JOB": job,
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_REPOSITORY": "org/cnn-ada",
        "GITHUB_WORKSPACE": str(places["workspace"]),
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": str(places["temp"]),
        "OMP_NUM_THREADS": "1",
        # What is installed already is all that pip gets.
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def python_of(folder: Path) -> Path:
    """An environment to install into, which sees the packages of the one that runs this."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "ours.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return folder


def _run_step(
    step: dict[str, Any],
    number: int,
    environment: dict[str, str],
    contexts: dict[str, Any],
    places: dict[str, Path],
    repository: Path,
    shell: str,
) -> Step:
    if "uses" in step:
        inputs = {name: _filled(value, contexts) for name, value in step.get("with", {}).items()}
        action = step["uses"].split("@")[0]
        return Step(action, *_ACTIONS[action](inputs, places, repository))
    files = {
        f"GITHUB_{name}": places["files"] / f"{kind}-{number}"
        for name, kind in (("OUTPUT", "output"), ("STEP_SUMMARY", "summary"), ("ENV", "env"), ("PATH", "path"))
    }
    for path in files.values():
        path.touch()
    script = places["files"] / f"script-{number}.sh"
    script.write_text(_filled(step["run"], contexts), encoding="utf-8")
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if shell == "bash" else ["bash", "-e"]
    done = subprocess.run(
        [*command, str(script)],
        cwd=places["workspace"],
        env=environment | {name: str(path) for name, path in files.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=600,
        check=False,
    )
    return Step("run", done.returncode, done.stdout.decode("utf-8", "replace"))


# --- the actions ---------------------------------------------------------------------------------------------------


def _checkout(inputs: dict[str, str], places: dict[str, Path], repository: Path) -> tuple[int, str]:
    if inputs.get("persist-credentials") != "false":
        return 1, "the token would be left in .git/config"
    target = places["workspace"] / inputs.get("path", ".")
    depth = [] if inputs.get("fetch-depth") == "0" else ["--depth=1"]
    command = ["git", "clone", "-q", *depth, repository.absolute().as_uri(), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def _setup_python(inputs: dict[str, str], places: dict[str, Path], repository: Path) -> tuple[int, str]:
    return (0, "") if re.fullmatch(r"3\.\d+", inputs.get("python-version", "")) else (1, "no version of Python")


def _upload(inputs: dict[str, str], places: dict[str, Path], repository: Path) -> tuple[int, str]:
    source = places["workspace"] / inputs["path"]
    if not source.exists():
        return 1, f"{source} is not there"
    shutil.copytree(source, places["artifacts"] / inputs["name"])
    return 0, ""


_ACTIONS = {
    "actions/checkout": _checkout,
    "actions/setup-python": _setup_python,
    "actions/upload-artifact": _upload,
}


# --- what the runner reads -----------------------------------------------------------------------------------------


def _filled(value: Any, contexts: dict[str, Any]) -> str:
    """A value with its expressions worked out. A secret that is not set is empty; any other unknown name is an error."""

    def look_up(match: re.Match[str]) -> str:
        here: Any = contexts
        *path, last = match[1].split(".")
        for name in path:
            here = here[name]
        return str(here.get(last, "") if path in (["secrets"], []) or path[:1] == ["steps"] else here[last])

    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return _EXPRESSION.sub(look_up, text)


def _outputs(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return dict(line.split("=", 1) for line in lines if line)


def obey(output: str, result: DryRun) -> None:
    """Keep in `result` the commands in a step's output, and stop and resume as they say."""
    token = None
    for line in output.splitlines():
        stripped = line.lstrip()
        if token is not None:
            token = None if stripped == f"::{token}::" else token
            continue
        match = _COMMAND.fullmatch(stripped) if stripped.startswith("::") else _OLD_COMMAND.search(line)
        if match is None:
            continue
        if match["name"] == "stop-commands":
            token = match["data"]
            continue
        pairs = (pair.split("=", 1) for pair in (match["properties"] or "").split(",") if "=" in pair)
        properties = {name.strip(): _unescaped(value) for name, value in pairs}
        result.commands.append((match["name"], properties, _unescaped(match["data"])))


def _unescaped(text: str) -> str:
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workflow", type=Path)
    parser.add_argument("--repository", type=Path, required=True)
    parser.add_argument("--job", default="", metavar="NAME")
    parser.add_argument("--matrix", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--secret", action="append", default=[], metavar="NAME=VALUE")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        secrets, matrix = (dict(each.split("=", 1) for each in pairs) for pairs in (args.secret, args.matrix))
        result = dry_run(
            args.workflow, args.repository, Path(scratch) / "run", job_name=args.job, matrix=matrix, secrets=secrets
        )
    for step in result.steps:
        print(f"{'failed' if step.code else 'ok':6} {step.name}")
        print("".join(f"       {line}\n" for line in step.output.splitlines()), end="")
    print(result.summary)
    print(result.outputs)
    return int(bool(result.failed))


if __name__ == "__main__":
    sys.exit(main())
