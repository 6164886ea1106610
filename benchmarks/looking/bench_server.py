"""Requests a second and latencies of `serve` on loopback: digits, searches, counts, and digits while searches run.

    python benchmarks/looking/bench_server.py [FILE] [SECONDS] [CLIENTS]

Without FILE, π is computed to 10^7 digits. The server is a process of its own, without a limit of requests. Each client is a thread of
this process with a connection that stays open, and asks for one thing after another for so many SECONDS (3), at random places. The
rows are medians of three rounds; a latency is the time from the request to the whole answer. The first row, /v1/info, reads no
digits: it is what HTTP costs here, client included, and the last column is the requests a second as a share of it.
"""

import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pi_engine

ROUNDS = 3


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else ""
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 3.0
    clients = int(sys.argv[3]) if len(sys.argv) > 3 else 16
    with tempfile.TemporaryDirectory() as folder:
        if not path:
            path = str(Path(folder) / "pi.ycd")
            pi_engine.compute(10**7).write(path)
        command = [sys.executable, "-m", "pi_engine", "serve", path, "--port", "0", "--rate", "0", "--json", "-q"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                lines = iter(server.stdout.readline, "}\n")
                answer = json.loads("".join(lines) + "}")
                report(answer["port"], answer["digits"], seconds, clients)
            finally:
                server.terminate()


def report(port, digits, seconds, clients):
    print(f"{digits} digits, {clients} clients, median of {ROUNDS} rounds of {seconds:g} s")
    print(f"{'request':38} {'per second':>10} {'median ms':>10} {'p99 ms':>8} {'share':>6}")
    first = None
    for name, path, background in (
        ("/v1/info", lambda: "/v1/info", None),
        ("/v1/pi, 10 digits", lambda: place(digits, 10), None),
        ("/v1/pi, 1000 digits", lambda: place(digits, 1000), None),
        ("/v1/find, 5 digits, the first", lambda: f"/v1/find?limit=1&q={random.randrange(10**5):05}", None),
        ("/v1/find, 12 digits, to the end", whole, None),
        ("/v1/stats, counted before", lambda: "/v1/stats", None),
        ("/v1/pi, 100 digits, and 4 searches", lambda: place(digits, 100), whole),
    ):
        rounds = [one_round(port, path, background, seconds, clients) for _ in range(ROUNDS)]
        rate = statistics.median(len(times) / spent for times, spent in rounds)
        middle = statistics.median(statistics.median(times) for times, _ in rounds)
        slow = statistics.median(sorted(times)[len(times) * 99 // 100] for times, _ in rounds)
        first = first or rate
        print(f"{name:38} {rate:10.1f} {1000 * middle:10.2f} {1000 * slow:8.2f} {rate / first:6.2f}", flush=True)


def place(digits, count):
    return f"/v1/pi?start={random.randrange(digits)}&numberOfDigits={count}"


def whole():
    return f"/v1/find?q={random.randrange(10**12):012}"


def one_round(port, path, background, seconds, clients):
    """The latencies of all requests, and the seconds that they took together."""
    until = time.perf_counter() + seconds
    found = [[] for _ in range(clients)]
    threads = [threading.Thread(target=client, args=(port, path, until, times)) for times in found]
    if background is not None:
        threads += [threading.Thread(target=client, args=(port, background, until, [])) for _ in range(4)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - begin
    return [x for times in found for x in times], spent


def client(port, path, until, times):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    while (begin := time.perf_counter()) < until:
        connection.request("GET", path())
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200, body
        times.append(time.perf_counter() - begin)
    connection.close()


if __name__ == "__main__":
    main()
