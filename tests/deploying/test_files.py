"""Each platform runs the processes of the Procfile, with settings that the product knows."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from flowia.alive import name_of, role_of
from flowia.embedded import BASE_DIR
from flowia.production import REQUIRED
from tests.names import product_names

RAILWAY = "docs/deploying/railway"
LATEST_STOP = 25
# Read by the platform or the build, and by no process of ours.
NOT_OURS = {"PORT", "FLOWIA_IMAGE", "POSTGRES_PASSWORD"}


def text_of(path: str) -> str:
    return (BASE_DIR / path).read_text(encoding="utf-8")


def procfile() -> dict[str, str]:
    lines = (line.partition(": ") for line in text_of("Procfile").splitlines())
    return {name: command for name, _colon, command in lines}


def compose() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(text_of("compose.yaml"))["services"]
    return {name: one for name, one in services.items() if "env_file" in one}


def render() -> dict[str, Any]:
    services = yaml.safe_load(text_of("render.yaml"))["services"]
    return {one["name"].removeprefix("flowia-"): one for one in services if "runtime" in one}


def railway() -> dict[str, Any]:
    others = {path.stem: f"{RAILWAY}/{path.name}" for path in (BASE_DIR / RAILWAY).glob("*.json")}
    return {
        name: json.loads(text_of(path)) for name, path in {"web": "railway.json", **others}.items()
    }


def fly() -> dict[str, Any]:
    return tomllib.loads(text_of("fly.toml"))


Commands = Callable[[], Mapping[str, str]]
COMMANDS: dict[str, Commands] = {
    "compose": lambda: {name: one["command"] for name, one in compose().items()},
    "render": lambda: {
        **{name: one["dockerCommand"] for name, one in render().items()},
        "release": render()["web"]["preDeployCommand"],
    },
    "fly": lambda: {**fly()["processes"], "release": fly()["deploy"]["release_command"]},
    "railway": lambda: {
        **{name: one["deploy"]["startCommand"] for name, one in railway().items()},
        "release": railway()["web"]["deploy"]["preDeployCommand"][0],
    },
}


@pytest.mark.parametrize("platform", COMMANDS)
def test_a_platform_runs_the_processes_of_the_procfile_and_no_others(platform: str) -> None:
    wanted = procfile()
    # The image holds the static files already.
    wanted["release"] = wanted["release"].partition(" && ")[0]

    assert dict(COMMANDS[platform]()) == wanted


def names_in_compose() -> set[str]:
    told = text_of("compose.yaml")
    asked = set(re.findall(r"\$\{([A-Z_]+)[:}]", told))
    return asked.union(*(one["environment"] for one in compose().values()))


def names_in_render() -> set[str]:
    return {name["key"] for one in render().values() for name in one["envVars"]}


NAMES: dict[str, Callable[[], set[str]]] = {
    "compose": names_in_compose,
    "render": names_in_render,
    "fly": lambda: set(fly()["env"]),
}


@pytest.mark.parametrize("platform", NAMES)
def test_a_platform_sets_only_what_the_product_reads(platform: str) -> None:
    assert NAMES[platform]() - NOT_OURS <= product_names()


def test_every_process_on_render_has_what_production_asks_for() -> None:
    wanted = {*REQUIRED, "PUBLIC_URL", "DATABASE_URL", "REDIS_URL"}

    lacking = {
        name: wanted - {value["key"] for value in one["envVars"]} for name, one in render().items()
    }

    assert not {name: names for name, names in lacking.items() if names}


def test_what_render_takes_from_the_web_service_is_set_there() -> None:
    services = render()
    there = {value["key"] for value in services["web"]["envVars"]}

    taken = {
        value["fromService"]["envVarKey"]
        for one in services.values()
        for value in one["envVars"]
        if "envVarKey" in value.get("fromService", {})
    }

    assert taken
    assert taken <= there


def seconds(told: str) -> int:
    return int(told.removesuffix("s"))


def test_every_platform_waits_longer_than_a_process_takes_to_stop() -> None:
    patience = {
        **{f"compose {name}": seconds(one["stop_grace_period"]) for name, one in compose().items()},
        **{f"render {name}": one["maxShutdownDelaySeconds"] for name, one in render().items()},
        **{f"railway {name}": one["deploy"]["drainingSeconds"] for name, one in railway().items()},
        "fly": fly()["kill_timeout"],
    }

    assert not {name: told for name, told in patience.items() if told <= LATEST_STOP}


def test_what_ends_is_started_anew() -> None:
    assert [one["policy"] for one in fly()["restart"]] == ["always"]
    assert {one["restart"] for name, one in compose().items() if name != "release"} == {
        "unless-stopped"
    }
    assert {one["deploy"]["restartPolicyType"] for one in railway().values()} == {"ALWAYS"}


def test_no_two_services_of_compose_build_the_same_image() -> None:
    built = [one["image"] for one in compose().values() if "build" in one]
    assert len(built) == len(set(built))
    others = {one["pull_policy"] for one in compose().values() if "build" not in one}
    assert others == {"never"}
    assert {one["image"] for one in compose().values()} == set(built)


def test_who_called_is_read_where_a_platform_tells_it() -> None:
    assert fly()["env"]["CLIENT_ADDRESS_HEADER"] == "Fly-Client-IP"
    wanted = {"key": "CLIENT_ADDRESS_HEADER", "value": "CF-Connecting-IP"}
    assert [name for name, one in render().items() if wanted not in one["envVars"]] == []


def test_there_is_one_beat_and_no_two_of_it_overlap() -> None:
    assert "deploy" not in compose()["beat"]
    assert render()["beat"]["numInstances"] == 1
    beat = railway()["beat"]["deploy"]
    assert (beat["numReplicas"], beat["overlapSeconds"]) == (1, 0)


def test_redis_keeps_what_waits_in_it() -> None:
    command = yaml.safe_load(text_of("compose.yaml"))["services"]["redis"]["command"]
    assert {"--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction"} <= {
        *command
    }
    stores = yaml.safe_load(text_of("render.yaml"))["services"]
    policies = [one["maxmemoryPolicy"] for one in stores if one["type"] == "keyvalue"]
    assert policies == ["noeviction"]


def test_every_container_of_compose_is_one_that_can_be_told_alive() -> None:
    roles = {
        name: role_of(one["command"].split())
        for name, one in compose().items()
        if name != "release"
    }

    assert roles == {
        "web": "web",
        "worker-incoming": "worker",
        "worker-reply": "worker",
        "worker-linkedin": "worker",
        "worker-background": "worker",
        "beat": "beat",
    }


@pytest.mark.parametrize("name", [name for name in procfile() if name.startswith("worker")])
def test_a_worker_is_asked_for_by_the_name_it_says(name: str) -> None:
    assert name_of(procfile()[name].split(), "box") == f"{name}@box"


def test_the_image_is_made_without_secrets_and_run_by_nobody_special() -> None:
    told = text_of("Dockerfile")

    assert not re.search(r"SECRET|PASSWORD|_KEY", told)
    last = [line for line in told.splitlines() if line.startswith("USER")][-1]
    assert last == "USER 10001:10001"
    assert re.search(r"^ARG DEBIAN=debian:\S+@sha256:[0-9a-f]{64}$", told, re.MULTILINE)


def test_nothing_private_comes_into_a_build() -> None:
    first, *others = [
        line
        for line in text_of(".dockerignore").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    kept = {line.removeprefix("!") for line in others if line.startswith("!")}

    assert first == "*"
    assert kept.isdisjoint({"var", ".env", ".git", "tests", "."})
    assert "**/.env*" in others
