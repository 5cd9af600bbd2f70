"""Production as docker-compose.yml has it: each service's very command line, started here and used by a person."""

import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import psycopg2
import pytest
import yaml
from django.conf import settings
from django.db import connection

from msme_platform import supervise
from tests.processes import database_url

BASE: Path = settings.BASE_DIR
COMPOSE = yaml.safe_load((BASE / "docker-compose.yml").read_text(encoding="utf-8"))
PYTHON_SERVICES = ("migrate", "web", "worker", "beat")
SECRETS = (
    "SECRET_KEY",
    "FIELD_HASH_KEY",
    "POSTGRES_PASSWORD",
    "WEB_ROLE_PASSWORD",
    "WHATSAPP_VERIFY_TOKEN",
    "METRICS_TOKEN",
)
WEB_ROLE = f"guyub_web_{os.getpid()}"  # roles belong to the whole server
PHONE = "0812 3456 7890"


def example(*, without: str = "") -> dict[str, str]:
    """`.env.example` as somebody has filled it in, perhaps without one line."""
    lines = (BASE / ".env.example").read_text(encoding="utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    values |= {name: secrets.token_urlsafe(50) for name in SECRETS}
    values |= {
        "SITE_URL": "https://guyub.example.go.id",
        "FIELD_KEYS": "ZGVtby1hbmQtdGVzdHMtb25seS1maWVsZC1rZXktMDE=",
        "EMAIL_URL": "smtp+tls://user:password@mail.example.go.id:587",
        "WHATSAPP_TOKEN": "a-token",
        "WHATSAPP_PHONE_NUMBER_ID": "1",
        "WHATSAPP_APP_SECRET": "a-secret",
        "DATABASE_URL": "postgres://guyub@127.0.0.1:1/guyub",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PATH": os.environ["PATH"],
    }
    return {name: value for name, value in values.items() if name != without}


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=BASE, env=variables, capture_output=True, text=True, check=False
    )


@pytest.mark.ci
def test_the_deployment_check_finds_nothing_with_the_example_filled_in() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **example())
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    "missing",
    [
        "SECRET_KEY",
        "FIELD_KEYS",
        "FIELD_HASH_KEY",
        "SITE_URL",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_URL",
        "WHATSAPP_TOKEN",
        "WHATSAPP_PHONE_NUMBER_ID",
        "WHATSAPP_APP_SECRET",
        "WHATSAPP_VERIFY_TOKEN",
    ],
)
def test_each_missing_setting_says_how_to_get_it(missing: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import msme_platform.settings"],
        cwd=BASE,
        env=example(without=missing),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert re.search(
        rf"ImproperlyConfigured: {missing} is not set\. .{{20,}} Then put it into the environment or \.env\.",
        done.stderr,
    )


def test_the_mode_is_one_of_three() -> None:
    assert "must be production, demo or test" in manage("check", **example() | {"GUYUB_MODE": "staging"}).stderr


def test_the_demo_starts_the_same_processes_as_production() -> None:
    for name, command in supervise.commands().items():
        assert [sys.executable, *COMPOSE["services"][name]["command"][1:]] == command


def test_every_service_restarts_is_watched_and_reaches_no_further_than_it_must() -> None:
    services = COMPOSE["services"]
    assert set(services) == {*PYTHON_SERVICES, "postgres", "redis", "proxy"}
    assert services["web"]["deploy"]["replicas"] == 2
    assert {name for name, service in services.items() if "ports" in service} == {"proxy"}
    assert {name for name, service in services.items() if "healthcheck" not in service} == {"migrate"}
    assert all(service["restart"] == "unless-stopped" for name, service in services.items() if name != "migrate")
    named = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert {name for name in named if not name.startswith(".")} == set(COMPOSE["volumes"])
    image = (BASE / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER guyub$", image, flags=re.MULTILINE)
    assert not re.search(r"gcc|build-essential|apt-get", image)


def test_only_the_migrating_service_connects_as_the_owner_of_the_tables() -> None:
    services = COMPOSE["services"]
    roles = {name: services[name]["environment"]["DATABASE_URL"].split(":")[1] for name in PYTHON_SERVICES}
    assert roles == {"migrate": "//guyub", "web": "//guyub_web", "worker": "//guyub_web", "beat": "//guyub_web"}
    assert services["migrate"]["environment"]["WEB_ROLE"] == "guyub_web"
    # `.env` holds the owner's password; what stands here goes before it.
    assert all(services[name]["environment"]["POSTGRES_PASSWORD"] == "" for name in PYTHON_SERVICES)
    assert "WEB_ROLE_PASSWORD=" in (BASE / ".env.example").read_text(encoding="utf-8").splitlines()


def test_docker_compose_takes_the_file(tmp_path: Path) -> None:
    """Where Docker's client is, it reads the file too; elsewhere YAML and the tests above have to do."""
    client = shutil.which("docker")
    if not client or subprocess.run([client, "compose", "version"], capture_output=True, check=False).returncode:
        assert COMPOSE["name"] == "guyub"
        return
    shutil.copy(BASE / "docker-compose.yml", tmp_path)
    (tmp_path / ".env").write_text("\n".join(f"{name}={value}" for name, value in example().items()), encoding="utf-8")
    done = subprocess.run([client, "compose", "config", "--quiet"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


class Platform(BaseHTTPRequestHandler):
    """Stands in for the WhatsApp platform: takes messages and says so."""

    taken: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append(json.loads(body))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"messages": [{"id": f"wamid.{len(self.taken)}"}]}).encode())

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def platform() -> Iterator[str]:
    Platform.taken.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def own_database() -> Iterator[str]:
    """The name of an empty database on the tests' server."""
    given = connection.settings_dict
    host = given["HOST"] or given["OPTIONS"].get("host", "")
    login = {"user": given["USER"], "password": given["PASSWORD"], "host": host, "port": given["PORT"] or 5432}
    name = f"guyub_production_{os.getpid()}"

    def run(sql: str) -> None:
        with contextlib.closing(psycopg2.connect(dbname="postgres", **login)) as server:
            server.autocommit = True
            server.cursor().execute(sql)

    run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    run(f"CREATE DATABASE {name}")
    yield name
    run(f"DROP DATABASE {name} WITH (FORCE)")
    run(f"DROP ROLE IF EXISTS {WEB_ROLE}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(question: Callable[[], Any], seconds: float = 30) -> Any:
    """Ask until the answer is true."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return answer


def service_environment(name: str, env_file: dict[str, str], ours: dict[str, str]) -> dict[str, str]:
    """What Docker would set for a service, with the addresses that differ here put on top."""

    def filled(value: object) -> str:
        return re.sub(r"\$\{(\w+)(?::\?[^}]*)?\}", lambda match: env_file[match[1]], str(value))

    service = COMPOSE["services"][name]
    return env_file | {key: filled(value) for key, value in service["environment"].items()} | ours


def role_of(name: str, database: str, env_file: dict[str, str]) -> dict[str, str]:
    """The role that the service's own address names, on the tests' server."""
    login = re.match(r"postgres://(\w+):\$\{(\w+):", COMPOSE["services"][name]["environment"]["DATABASE_URL"])
    assert login
    if login[1] == "guyub":
        return {"DATABASE_URL": database_url(database), "WEB_ROLE": WEB_ROLE}
    return {"DATABASE_URL": database_url(database, user=WEB_ROLE, password=env_file[login[2]])}


class Person:
    """A browser's part: cookies, CSRF token, always over https as the proxy says."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def ask(self, port: int, method: str, path: str, **data: str) -> httpx.Response:
        headers = {
            "Host": "guyub.example.go.id",
            "X-Forwarded-Proto": "https",
            "Referer": "https://guyub.example.go.id/",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if data:
            data["csrfmiddlewaretoken"] = self.cookies["csrftoken"]
        answer = httpx.request(method, f"http://127.0.0.1:{port}{path}", headers=headers, data=data or None, timeout=10)
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
            assert "Secure" in cookie, cookie
        return answer


@pytest.fixture
def stack(platform: str, own_database: str, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The Python services, two web processes among them, each by its command line of docker-compose.yml."""
    ports = [free_port(), free_port()]
    ours = {
        "REDIS_URL": settings.CACHES["default"]["LOCATION"],
        "WHATSAPP_API_URL": platform,
        "STATIC_ROOT": str(tmp_path / "static"),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "BEAT_SCHEDULE_FILE": str(tmp_path / "celerybeat-schedule"),
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "HOSTNAME": socket.gethostname(),
    }
    env_file = example()
    image = {"PATH": os.environ["PATH"], "GUYUB_MODE": "demo", "STATIC_ROOT": ours["STATIC_ROOT"]}
    for step in (
        ["messages", "--compile"],
        ["collectstatic", "--noinput", "--verbosity", "0"],
    ):  # as the Dockerfile does
        assert manage(*step, **image).returncode == 0
    environments = {
        name: service_environment(name, env_file, ours | role_of(name, own_database, env_file))
        for name in PYTHON_SERVICES
    }
    before = os.environ.copy()
    with supervise.family() as children:
        try:
            for name, number in (("migrate", 0), ("web", 0), ("web", 1), ("worker", 0), ("beat", 0)):
                command = [sys.executable, *COMPOSE["services"][name]["command"][1:]]
                os.environ.clear()
                os.environ.update(environments[name] | {"BIND": f"127.0.0.1:{ports[number]}"})
                children.append(supervise.spawn(name, command, tmp_path / f"{name}{number}.log"))
                if name == "migrate":
                    assert children.pop().process.wait() == 0, (tmp_path / "migrate0.log").read_text()
        finally:
            os.environ.clear()
            os.environ.update(before)
        yield {"ports": ports, "environments": environments, "children": children, "folder": tmp_path}


def healthy(stack: dict[str, Any], name: str) -> bool:
    """Run the service's health check as Docker would."""
    kind, *test = COMPOSE["services"][name]["healthcheck"]["test"]
    environment = stack["environments"][name] | {"BIND": f"127.0.0.1:{stack['ports'][0]}"}
    text = " ".join(test).replace("$$", "$").replace("/var/lib/guyub", str(stack["folder"]))
    line = re.sub(r"^python ", f"{sys.executable} ", text)
    assert kind in {"CMD", "CMD-SHELL"}
    return (
        subprocess.run(["/bin/sh", "-c", line], cwd=BASE, env=environment, capture_output=True, check=False).returncode
        == 0
    )


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.ci
def test_the_services_serve_a_login_whose_code_a_job_sends(stack: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        until(lambda name=name: healthy(stack, name))
        supervise.check(stack["children"])
    first, second = stack["ports"]
    until(lambda: _answers(second))
    person = Person()

    assert httpx.get(f"http://127.0.0.1:{first}/", headers={"Host": "guyub.example.go.id"}).status_code == 301
    assert httpx.get(f"http://127.0.0.1:{first}/", headers={"Host": "elsewhere.example"}).status_code == 400
    page = person.ask(first, "GET", "/akun/daftar/")
    assert page.status_code == 200
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
    style = re.search(r'href="(/static/css/[^"]+\.css)"', page.text)
    assert style
    assert person.ask(first, "GET", style[1]).headers["Cache-Control"].startswith("max-age=315360000")

    assert person.ask(first, "POST", "/akun/daftar/", phone=PHONE).headers["Location"] == "/akun/kode/"
    sent = until(lambda: list(Platform.taken))  # the worker's doing: the web process only wrote a row
    assert sent[0]["to"] == "6281234567890"
    code = sent[0]["template"]["components"][0]["parameters"][0]["text"]
    assert person.ask(second, "GET", "/akun/kode/").status_code == 200
    assert person.ask(second, "POST", "/akun/kode/", code=code, action="verify").status_code == 302
    assert person.ask(first, "GET", "/akun/").status_code == 200
    assert Person().ask(first, "GET", "/akun/").status_code == 302

    figures = httpx.get(
        f"http://127.0.0.1:{first}/health/metrics/",
        headers={
            "Authorization": f"Bearer {stack['environments']['web']['METRICS_TOKEN']}",
            "X-Forwarded-Proto": "https",
            "Host": "guyub.example.go.id",
        },
    )
    assert "django_http_responses_total_by_status_total" in figures.text
    assert_the_book_is_out_of_reach(stack["environments"]["web"]["DATABASE_URL"])
    lines = [
        json.loads(line) for line in (stack["folder"] / "web0.log").read_text().splitlines() if line.startswith("{")
    ]
    assert any("request_id" in line for line in lines)


def assert_the_book_is_out_of_reach(address: str) -> None:
    """As the web processes connect: the product's rows, no undoing of the book."""
    with contextlib.closing(psycopg2.connect(address)) as server:
        cursor = server.cursor()
        cursor.execute("SELECT current_user, has_table_privilege('ledger_leg', 'INSERT')")
        assert cursor.fetchone() == (WEB_ROLE, True)
        for sql in ("DELETE FROM ledger_leg", "ALTER TABLE ledger_leg DISABLE TRIGGER ALL", "TRUNCATE audit_event"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(sql)
            server.rollback()


def _answers(port: int) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        headers = {"Host": "guyub.example.go.id", "X-Forwarded-Proto": "https"}
        return httpx.get(f"http://127.0.0.1:{port}/health/", headers=headers).is_success
    return False
