"""The real service: what is killed comes back, what is told to start anew loses nothing, what ends leaves nobody."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from running import alive, children, environment, wait_until


class Service:
    """`broadsheet up`, its address, and what it has said."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process, self._log = process, log
        wait_until(lambda: self.starts() > 0 or process.poll() is not None, "a start", seconds=60)
        assert process.poll() is None, log.read_text()
        found = re.search(r" is at (\S+)", log.read_text())
        assert found
        self.place = urlsplit(found[1]).netloc

    def said(self) -> str:
        return self._log.read_text()

    def starts(self) -> int:
        return self.said().count(" is at ")

    def generation(self) -> int:
        """The process of the generation that answers."""
        (found,) = children(self.process.pid)
        return found

    def get(self, path: str) -> str:
        with urlopen(f"http://{self.place}{path}") as answer:  # an address of our own
            return str(answer.read().decode())


@contextmanager
def a_service(folder: Path, **settings: str) -> Iterator[Service]:
    """The service with two workers, in a data folder here."""
    log = folder / "log"
    told = environment(folder / "data", BROADSHEET_WORKERS="2", **settings)
    command = [sys.executable, "-m", "broadsheet", "up", "--port", "0"]
    with (
        log.open("w") as file,
        subprocess.Popen(command, env=told, stdin=subprocess.DEVNULL, stdout=file, stderr=file, text=True) as process,
    ):
        try:
            yield Service(process, log)
        finally:
            process.terminate()


class Asking(threading.Thread):
    """Asks for one page again and again over a connection that is kept open, until told to stop."""

    def __init__(self, place: str, path: str) -> None:
        super().__init__()
        self._place, self._path = place, path
        self.good, self.told_to_close, self.bad, self.stop = 0, 0, list[str](), False

    def run(self) -> None:
        connection = http.client.HTTPConnection(self._place, timeout=30)
        while not self.stop:
            try:
                connection.request("GET", self._path)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.bad.append(repr(error))
                connection.close()
                continue
            self.good += answer.status == 200
            self.told_to_close += answer.will_close
            if answer.status != 200:
                self.bad.append(str(answer.status))
        connection.close()


class TestStartingAnew:
    def test_no_request_is_lost(self, tmp_path: Path) -> None:
        with a_service(tmp_path, BROADSHEET_API_RATE="1000000") as service:
            asking = [Asking(service.place, path) for path in ("/", "/api/v1/trending", "/search?q=paper", "/health")]
            for one in asking:
                one.start()
            for number in (1, 2):
                before = service.generation()
                wait_until(lambda: all(one.good > 20 for one in asking), "some answers")
                service.process.send_signal(signal.SIGHUP)
                wait_until(lambda: service.starts() > number, "a new start")  # noqa: B023 - it is over before
                wait_until(lambda: not alive(before), "the end of the old one")  # noqa: B023
                assert service.generation() != before
            for one in asking:
                one.stop = True
                one.join()
            assert [one.bad for one in asking] == [[], [], [], []]
            assert all(one.told_to_close for one in asking)

    def test_what_was_half_asked_is_answered(self, tmp_path: Path) -> None:
        with a_service(tmp_path) as service:
            host, port = service.place.split(":")
            with socket.create_connection((host, int(port))) as connection:
                connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n")
                before = service.generation()
                wait_until(lambda: len(children(before)) == 3, "two workers and the jobs")
                service.process.send_signal(signal.SIGHUP)
                wait_until(lambda: len(children(before)) < 3, "the end of the jobs, which are told last")
                connection.sendall(b"\r\n")
                answer = connection.makefile("rb").read()
            assert answer.startswith(b"HTTP/1.1 200 OK")
            assert b"Connection: close" in answer

    def test_new_settings_are_taken(self, tmp_path: Path) -> None:
        with a_service(tmp_path) as service:
            assert "The Morning Lamp" not in service.get("/")
            (tmp_path / "data" / "broadsheet.toml").write_text('name = "The Morning Lamp"\n')
            service.process.send_signal(signal.SIGHUP)
            wait_until(lambda: service.starts() > 1, "a new start")
            wait_until(lambda: "The Morning Lamp" in service.get("/"), "the new name")

    def test_where_that_fails_the_service_goes_on_as_it_was(self, tmp_path: Path) -> None:
        with a_service(tmp_path) as service:
            before = service.generation()
            (tmp_path / "data" / "broadsheet.toml").write_text("no_such_thing = 1\n")
            service.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "goes on as it was" in service.said(), "a word about it")
            assert "unknown setting 'no_such_thing'" in service.said()
            assert service.generation() == before
            assert service.get("/health")


def test_requests_that_were_half_sent_hold_up_nobody(tmp_path: Path) -> None:
    with a_service(tmp_path, BROADSHEET_THREADS="4") as service, ExitStack() as opened:
        host, port = service.place.split(":")
        for _ in range(40):
            connection = opened.enter_context(socket.create_connection((host, int(port))))
            connection.sendall(b"POST /subscribe/address HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nzone")
        assert '"status": "ok"' in service.get("/health")


def test_connections_go_to_the_worker_that_has_fewer(tmp_path: Path) -> None:
    with a_service(tmp_path) as service, ExitStack() as opened:
        wait_until(lambda: len(children(service.generation())) == 3, "two workers and the jobs")
        workers = children(service.generation())[:2]
        host, port = service.place.split(":")
        for _ in range(20):  # all at once, before anybody is slow
            opened.enter_context(socket.create_connection((host, int(port))))
        wait_until(lambda: sum(connections(worker, int(port)) for worker in workers) == 20, "all of them taken")
        assert max(connections(worker, int(port)) for worker in workers) <= 12


def connections(pid: int, port: int) -> int:
    """How many connections to this port a process has."""
    mine = {str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir() if file.is_symlink()}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(
        int(row[1].split(":")[1], 16) == port and row[3] == "01" and f"socket:[{row[9]}]" in mine for row in rows
    )


class TestComingBack:
    def test_a_worker_that_is_killed_is_started_again(self, tmp_path: Path) -> None:
        with a_service(tmp_path) as service:
            wait_until(lambda: len(children(service.generation())) == 3, "two workers and the jobs")
            for killed in children(service.generation()):
                os.kill(killed, signal.SIGKILL)
                wait_until(lambda: not alive(killed), "its end")  # noqa: B023 - it is over before
                assert service.get("/health")  # by the other, or by the new one
                wait_until(lambda: len(children(service.generation())) == 3, "another one in its place")
            assert service.said().count("ended with status -9 and will start again") == 3

    def test_a_generation_that_is_killed_is_started_again(self, tmp_path: Path) -> None:
        with a_service(tmp_path) as service:
            before = service.generation()
            rest = children(before)
            os.kill(before, signal.SIGKILL)
            assert service.get("/health")  # a connection waits for whoever comes
            wait_until(lambda: not any(map(alive, rest)), "the end of what it had started")


class TestTheEnd:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
    def test_nobody_is_left(self, tmp_path: Path, number: signal.Signals) -> None:
        with a_service(tmp_path) as service:
            wait_until(lambda: len(children(service.generation())) == 3, "two workers and the jobs")
            everybody = [service.generation(), *children(service.generation())]
            service.process.send_signal(number)
            assert service.process.wait(30) == (-9 if number == signal.SIGKILL else 0)
            wait_until(lambda: not any(map(alive, everybody)), "the end of all")

    def test_a_start_that_fails_says_why(self, tmp_path: Path) -> None:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "library.sqlite3").write_text(
            "no database, but a long enough text to be looked into\n" * 9
        )
        told = environment(tmp_path / "data")
        command = [sys.executable, "-m", "broadsheet", "up", "--port", "0"]
        done = subprocess.run(command, env=told, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 1
        assert "The library's database does not work" in done.stderr

    def test_an_address_that_is_taken_is_told(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            command = [sys.executable, "-m", "broadsheet", "up", "--port", port]
            done = subprocess.run(
                command, env=environment(tmp_path), capture_output=True, text=True, check=False, timeout=60
            )
        assert done.returncode == 1
        assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr
