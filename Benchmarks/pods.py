#!/usr/bin/env python3
"""Measures pods on a node: the time from create to Ready one by one, many at once, and what the agent takes meanwhile.

    Benchmarks/pods.py [--node NAME] [--image IMAGE] [--single 60] [--many 100] [--idle 60]

Uses kubectl with the current kubeconfig; the node's agent is found by its host name in /proc, so run it as root on the host.
"""
import argparse, atexit, http.client, json, os, re, subprocess, threading, time

parser = argparse.ArgumentParser()
parser.add_argument("--node")
parser.add_argument("--image")
parser.add_argument("--single", type=int, default=60, help="pods one after the other, one a second")
parser.add_argument("--many", type=int, default=100, help="pods at once")
parser.add_argument("--idle", type=int, default=60, help="seconds of idleness to measure with 50 pods")
options = parser.parse_args()

proxy = subprocess.Popen(["kubectl", "proxy", "--port=0"], stdout=subprocess.PIPE, text=True)
atexit.register(proxy.terminate)
port = int(re.search(r":(\d+)", proxy.stdout.readline()).group(1))


def call(method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(method, path, json.dumps(body) if body is not None else None, {"content-type": "application/json"})
    answer = connection.getresponse()
    value = json.loads(answer.read())
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {value.get('message')}")
    return value


nodes = call("GET", "/api/v1/nodes")["items"]
node = options.node or nodes[0]["metadata"]["name"]
image = options.image
if not image:
    described = next(n for n in nodes if n["metadata"]["name"] == node)
    names = [name for entry in described["status"]["images"] for name in entry["names"] if "pause" in name and "@" not in name]
    image = names[0]
ready, gone = {}, set()


def watch():
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/api/v1/namespaces/default/pods?watch=1&timeoutSeconds=3600")
    for line in connection.getresponse():
        event = json.loads(line)
        pod = event["object"]
        name = pod["metadata"].get("name")
        if event["type"] == "DELETED":
            gone.add(name)
        for condition in pod.get("status", {}).get("conditions", []):
            if condition["type"] == "Ready" and condition["status"] == "True":
                ready.setdefault(name, time.monotonic())


threading.Thread(target=watch, daemon=True).start()
time.sleep(0.3)


def create(name):
    body = {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": "bench"}},
        "spec": {
            "nodeName": node, "terminationGracePeriodSeconds": 0,
            "containers": [{"name": "main", "image": image, "imagePullPolicy": "IfNotPresent"}],
        },
    }
    begun = time.monotonic()
    call("POST", "/api/v1/namespaces/default/pods", body)
    return begun


def wait(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("took too long")
        time.sleep(0.002)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def agent():
    """The process of the node's agent: `eyrie node` in the UTS namespace of that host name."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            command = open(f"/proc/{pid}/cmdline").read().split("\0")
            if len(command) > 1 and command[0].endswith("eyrie") and command[1] == "node":
                name = subprocess.run(["nsenter", "-t", pid, "-u", "hostname"], capture_output=True, text=True).stdout.strip()
                if name and node.startswith(name.split(".")[0]):
                    return pid
        except OSError:
            pass
    return None


def taken(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read()).group(1)) / 1024


def clear():
    names = [pod["metadata"]["name"] for pod in call("GET", "/api/v1/namespaces/default/pods?labelSelector=app%3Dbench")["items"]]
    for name in names:
        call("DELETE", f"/api/v1/namespaces/default/pods/{name}")
    wait(lambda: set(names) <= gone)
    return len(names)


clear()
print(f"node {node}, image {image}, load average {os.getloadavg()[0]:.1f}")
times = []
for index in range(options.single):
    name = f"one-{index}"
    begun = create(name)
    wait(lambda: name in ready)
    times.append(ready[name] - begun)
    call("DELETE", f"/api/v1/namespaces/default/pods/{name}")
    time.sleep(max(0, 1 - (time.monotonic() - begun)))
if times:
    print(f"create to Ready, one a second, n={len(times)}: p50 {percentile(times, .5) * 1000:.0f} ms, p99 {percentile(times, .99) * 1000:.0f} ms")
pid = agent()
if options.idle and pid:
    for index in range(50):
        create(f"idle-{index}")
    wait(lambda: all(f"idle-{index}" in ready for index in range(50)))
    time.sleep(5)
    before, memory = taken(pid), resident(pid)
    time.sleep(options.idle)
    print(f"agent with 50 pods, idle: {(taken(pid) - before) / options.idle * 100:.2f} % of a core, {memory:.0f} MiB resident")
    clear()
if options.many:
    cpu = taken(pid) if pid else 0
    begun = time.monotonic()
    for index in range(options.many):
        create(f"many-{index}")
    wait(lambda: all(f"many-{index}" in ready for index in range(options.many)))
    last = max(ready[f"many-{index}"] for index in range(options.many))
    print(f"{options.many} pods at once: {last - begun:.1f} s until all are Ready")
    if pid:
        print(f"agent: {(taken(pid) - cpu) / options.many * 1000:.0f} ms of CPU each, {resident(pid):.0f} MiB resident")
    begun = time.monotonic()
    count = clear()
    print(f"{count} pods deleted: {time.monotonic() - begun:.1f} s until all are gone")
