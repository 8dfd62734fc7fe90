"""What is under deploy/ is right by its own linters and schemas, and says what the code says."""

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from flows import passes
from flows.db import Database
from flows.deployments import automations
from flows.health import Monitor
from flows.service import deployments
from flows.settings import PREFIX, FetchSettings, Settings

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
MANIFESTS = sorted(path for path in (DEPLOY / "kubernetes").glob("*.yaml") if "values" not in path.name)


def program(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed here")
    return found


def check(*command: str | Path) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def loaded(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text())


class TestLinters:
    def test_the_image_passes_hadolint(self) -> None:
        check(program("hadolint"), DEPLOY / "Dockerfile")

    def test_all_yaml_passes_yamllint(self) -> None:
        rules = "{extends: default, rules: {line-length: {max: 140}, braces: {max-spaces-inside: 1},"
        rules += " indentation: {indent-sequences: whatever}}}"
        check(program("yamllint"), "--strict", "-d", rules, DEPLOY)

    @pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
    def test_a_manifest_is_one_of_kubernetes(self, path: Path) -> None:
        if path.name == "kustomization.yaml":
            program("kubectl")
        else:
            check(program("kubernetes-validate"), "--strict", path)

    def test_the_manifests_build_together(self, tmp_path: Path) -> None:
        folder = shutil.copytree(DEPLOY / "kubernetes", tmp_path / "kubernetes")
        shutil.copy(folder / "secret.example.yaml", folder / "secret.yaml")
        built = list(yaml.safe_load_all(check(program("kubectl"), "kustomize", folder)))
        assert sorted(each["kind"] for each in built) == [
            "ConfigMap", "Deployment", "Deployment", "Job", "Namespace", "Secret", "Secret", "Secret", "Service",
        ]  # fmt: skip
        images = re.findall(r"image: (\S+)", yaml.safe_dump_all(built))
        assert set(images) == {"registry.example/figurewatch:0.1.0"}

    @pytest.mark.parametrize("path", sorted(DEPLOY.glob("*.service")), ids=lambda path: path.name)
    def test_a_unit_is_one_of_systemd(self, path: Path, tmp_path: Path) -> None:
        unit = tmp_path / path.name.replace("@", "@1")
        text = re.sub(r"ExecStart=\S+", f"ExecStart={sys.executable}", path.read_text())
        unit.write_text(text.replace("Documentation=file:///opt/figurewatch/deploy/README.md\n", ""))
        assert check(program("systemd-analyze"), "verify", unit).strip() == ""


class TestCompose:
    """The file as the programs see it; the same processes run by hand in test_drills.py."""

    FILE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())

    def test_only_loopback_sees_a_port(self) -> None:
        ports = [port for service in self.FILE["services"].values() for port in service.get("ports", [])]
        assert ports
        assert [port for port in ports if not port.startswith("127.0.0.1:")] == []

    def test_what_a_service_waits_for_is_there_and_is_healthy_or_done(self) -> None:
        services = self.FILE["services"]
        for service in services.values():
            for name, how in service.get("depends_on", {}).items():
                assert name in services
                if how["condition"] == "service_healthy":
                    assert "test" in services[name]["healthcheck"]

    def test_a_password_must_be_given(self) -> None:
        text = (DEPLOY / "compose.yaml").read_text()
        assert "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?" in text
        assert not re.search(r"PASSWORD:-", text)

    def test_every_variable_of_ours_is_a_setting(self) -> None:
        given = {name for service in self.FILE["services"].values() for name in service.get("environment", {})}
        assert [name for name in given if name.startswith(PREFIX) and not known(name)] == []

    def test_ours_run_without_rights_and_as_nobody(self) -> None:
        for name in ("prefect", "deploy", "worker"):
            service = self.FILE["services"][name]
            assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
        assert "\nUSER 10001\n" in (DEPLOY / "Dockerfile").read_text()

    def test_the_mail_catcher_is_for_trying_only(self) -> None:
        assert self.FILE["services"]["catcher"]["profiles"] == ["try"]


def known(name: str) -> bool:
    if name in ("FIGUREWATCH_CONFIG", "FIGUREWATCH_LOG"):
        return True
    model: Any = Settings
    for key in name.removeprefix(PREFIX).lower().split("__"):
        if key not in getattr(model, "model_fields", {}):
            return False
        model = model.model_fields[key].annotation
    return True


class TestRunbook:
    TEXT = (DEPLOY / "README.md").read_text()

    def test_every_metric_that_it_names_is_shown(self, database: Database, database_url: str) -> None:
        now = datetime.now(UTC)
        with database.transaction() as tx:
            passes.end(tx, passes.begin(tx, None, now), "done", {}, now)
        shown = set(re.findall(r"^# TYPE (\w+) ", Monitor(database_url).metrics().decode(), re.MULTILINE))
        shown -= {name for name in shown if name.endswith("_created")}
        assert set(re.findall(r"\bfigurewatch_(?!prefect\b|owner\b|reader\b)\w+", self.TEXT)) == shown

    def test_every_command_that_it_names_is_there(self) -> None:
        from flows.cli import app

        command: Any = get_command(app)
        spans = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", self.TEXT, flags=re.DOTALL))
        lines = [line for block in re.findall(r"```\n(.*?)```", self.TEXT, re.DOTALL) for line in block.splitlines()]
        named = [re.search(r"(?:^|\s|bin/)figurewatch ([a-z]+)(?: ([a-z]+))?", text) for text in (*spans, *lines)]
        found = [match.groups() for match in named if match]
        assert len(found) > 10
        for first, second in found:
            assert first in command.commands, first
            if second and hasattr(command.commands[first], "commands"):
                assert second in command.commands[first].commands, second

    def test_every_setting_that_it_names_is_there(self) -> None:
        for name in re.findall(r"`(keep_\w+|database_url|contact)`", self.TEXT):
            assert name in Settings.model_fields or name in FetchSettings.model_fields

    def test_every_file_of_the_folder_is_told_of(self) -> None:
        files = [path.name for path in DEPLOY.iterdir() if path.name not in ("README.md", "pictures")]
        assert [name for name in files if f"`{name}" not in self.TEXT] == []


class TestPrefect:
    def test_the_file_of_deployments_says_what_the_code_says(self) -> None:
        written = {each["name"]: each for each in loaded("prefect.yaml")["deployments"]}
        meant = {each.name: each for each in deployments(Settings(), workers=2)}
        assert written.keys() == meant.keys()
        for name, each in meant.items():
            [schedule] = written[name]["schedules"]
            assert (schedule.get("interval"), schedule.get("cron", "")) == (each.every_seconds, each.cron)
            assert written[name]["entrypoint"] == each.entrypoint
            assert written[name]["description"] == each.description
            assert (tuple(written[name]["tags"]), written[name]["parameters"]) == (each.tags, each.parameters)
            assert written[name]["concurrency_limit"] == {"limit": each.at_once, "collision_strategy": "CANCEL_NEW"}
            assert written[name]["work_pool"]["name"] == Settings().serve.work_pool

    def test_the_file_of_automations_says_what_the_code_says(self) -> None:
        from prefect.events.schemas.automations import AutomationCore

        written = [AutomationCore.model_validate(each) for each in loaded("automations.yaml")["automations"]]
        meant = [AutomationCore.model_validate(each.model_dump(exclude={"id"})) for each in automations()]
        assert [each.model_dump(exclude={"trigger": {"id"}}) for each in written] == [
            each.model_dump(exclude={"trigger": {"id"}}) for each in meant
        ]
