"""Streams between kubectl and containers, proxies and aggregated APIs, on a real node."""
import base64, hashlib, json, os, re, socket, struct, subprocess, threading, time, urllib.request

import images
from bed import eventually, expect, within
from nodes import apply, pod, ready

# kubectl's switches between its two ways.
WAYS = {"WebSocket": {}, "SPDY": {"KUBECTL_REMOTE_COMMAND_WEBSOCKETS": "false", "KUBECTL_PORT_FORWARD_WEBSOCKETS": "false"}}
BIG = os.urandom(8 << 20)


def digest(data):
    return hashlib.sha256(data).hexdigest()


class Forwarded:
    """A forwarded port for as long as the block."""

    def __init__(self, bed, what, port, env=None):
        self.process = subprocess.Popen(["kubectl", "port-forward", what, f":{port}"], env={**bed.env, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.port = int(re.search(r"127\.0\.0\.1:(\d+)", self.process.stdout.readline()).group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def get(self, path=""):
        return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=20).read()


class RawWebSocket:
    """A WebSocket client of a few lines, for protocols that kubectl no longer speaks."""

    def __init__(self, port, target, protocol):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n".encode())
        self.file = self.socket.makefile("rb")
        self.head = b""
        while not self.head.endswith(b"\r\n\r\n"):
            self.head += self.file.readline()

    def send(self, data):
        mask = os.urandom(4)
        self.socket.sendall(bytes([0x82, 0x80 | len(data)]) + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(data)))

    def messages(self):
        while True:
            head = self.file.read(2)
            if len(head) < 2 or head[0] & 15 == 8:
                return
            length = head[1]
            if length == 126:
                length = struct.unpack(">H", self.file.read(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self.file.read(8))[0]
            yield self.file.read(length)


def a_node_runs_a_pod_to_speak_with(bed):
    bed.call("eyrie", "images", "import", images.busybox(bed.folder))
    bed.call("eyrie", "create", "cluster", "--name", "streams", "--region", "us-west-1", "--nodes", "1", "--node-type", "t2.small", timeout=120)
    apply(bed, pod("web", "mkdir -p /www; echo hello > /www/index.html; echo started; sleep 0.3; echo complained >&2; exec httpd -f -p 8080 -h /www", container="    ports: [{containerPort: 8080}]"))
    ready(bed, "web")


def commands_run_over_both_ways(bed):
    for way, env in WAYS.items():
        env = {**bed.env, **env}
        shown = bed.call("kubectl", "exec", "web", "--", "sh", "-c", "echo out; echo err >&2; exit 7", check=False, env=env)
        expect(shown.returncode == 7 and shown.stdout == "out\n", f"{way}: {shown}")
        within(shown.stderr, "err\n", "command terminated with exit code 7")
        expect(bed.call("kubectl", "exec", "-i", "web", "--", "cat", stdin="through\n", env=env).stdout == "through\n", f"{way}: stdin is lost")
        counted = subprocess.run(["kubectl", "exec", "-i", "web", "--", "sha256sum"], input=BIG, env=env, capture_output=True, timeout=60)
        within(counted.stdout.decode(), digest(BIG))
        stored = subprocess.run(["kubectl", "exec", "-i", "web", "--", "sh", "-c", "cat > /www/big; true"], input=BIG, env=env, capture_output=True, timeout=60)
        # Without the second command the shell becomes cat, its own output is closed, and then containerd closes the input.
        expect(stored.returncode == 0, f"{way}: {stored.stderr}")
        back = subprocess.run(["kubectl", "exec", "web", "--", "cat", "/www/big"], env=env, capture_output=True, timeout=60)
        expect(digest(back.stdout) == digest(BIG), f"{way}: {len(back.stdout)} bytes came back")


def a_terminal_has_its_clients_size(bed):
    for way, env in WAYS.items():
        line = "stty rows 33 cols 101; kubectl exec -it web -- sh -c 'sleep 0.3; tty; stty size; exit 5'"
        shown = subprocess.run(["script", "-qec", line, "/dev/null"], env={**bed.env, **env}, capture_output=True, text=True, timeout=30)
        within(shown.stdout, "/dev/pts/", "33 101")
        expect(shown.returncode == 5, f"{way}: {shown.returncode}")


def older_websocket_clients_are_understood(bed):
    proxy = subprocess.Popen(["kubectl", "proxy", "--port=0", "--reject-paths=^$"], env=bed.env, stdout=subprocess.PIPE, text=True)
    try:
        port = int(re.search(r":(\d+)", proxy.stdout.readline()).group(1))
        query = "command=cat&stdin=true&stdout=true&stderr=true"
        client = RawWebSocket(port, f"/api/v1/namespaces/default/pods/web/exec?{query}", "v4.channel.k8s.io")
        within(client.head.decode().lower(), " 101 ", "sec-websocket-protocol: v4.channel.k8s.io")
        client.send(b"\x00old client")
        got = b""
        for message in client.messages():
            if message[:1] == b"\x01":
                got += message[1:]
            if got == b"old client":
                break
        expect(got == b"old client", f"{got}")
    finally:
        proxy.kill()


def logs_take_their_options(bed):
    eventually(lambda: bed.out("kubectl logs web") == "started\ncomplained\n", lambda: bed.out("kubectl logs web"))
    expect(bed.out("kubectl logs web --tail=1") == "complained\n", "--tail")
    expect(bed.out("kubectl logs web --limit-bytes=4") == "star", "--limit-bytes")
    expect(re.match(r"\d{4}-\d\d-\d\dT\S+Z started\n", bed.out("kubectl logs web --timestamps")), "--timestamps")
    expect(bed.out("kubectl logs web --since=1s") in ("", "started\ncomplained\n"), "--since")
    within(bed.error("kubectl logs nothing"), 'pods "nothing" not found')
    within(bed.error("kubectl logs web -c other"), "container other is not valid for pod web")
    within(bed.error("kubectl logs web --previous"), 'previous terminated container "main" in pod "web" not found')
    within(bed.error("kubectl get --raw /api/v1/namespaces/default/pods/web/log?tailLines=-1"), "must be greater than or equal to 0")


def ports_are_forwarded_over_both_ways(bed):
    bed.out("kubectl expose pod web --port 80 --target-port 8080")
    for way, env in WAYS.items():
        with Forwarded(bed, "pod/web", 8080, env) as forwarded:
            expect(forwarded.get() == b"hello\n", way)
            expect(digest(forwarded.get("big")) == digest(BIG), f"{way}: the big file is damaged")
            answers = []
            threads = [threading.Thread(target=lambda: answers.append(forwarded.get())) for _ in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            expect(answers == [b"hello\n"] * 20, f"{way}: {len(answers)} answers")
        with Forwarded(bed, "pod/web", 9999, env) as forwarded:
            try:
                forwarded.get()
                expect(False, "somebody answers on a port that nobody serves")
            except OSError:
                within(forwarded.process.stderr.readline(), "error forwarding port 9999")
    with Forwarded(bed, "service/web", 80) as forwarded:
        expect(forwarded.get() == b"hello\n", "service")


def proxies_lead_to_pods_services_and_nodes(bed):
    base = "kubectl get --raw /api/v1"
    for path in ("pods/web:8080", "pods/web", "services/web:80", "services/web", "pods/http:web:8080"):
        expect(bed.out(f"{base}/namespaces/default/{path}/proxy/") == "hello\n", path)
    node = bed.out("kubectl get node -o jsonpath={.items[0].metadata.name}")
    expect(bed.out(f"{base}/nodes/{node}/proxy/healthz") == "ok", "healthz")
    within(bed.out(f"{base}/nodes/{node}/proxy/stats/summary"), '"podRef"')
    within(bed.error(f"{base}/namespaces/default/pods/web:9999/proxy/"), "error trying to reach service", "connection refused")
    within(bed.error(f"{base}/namespaces/default/services/web:81/proxy/"), 'no service port 81 found for service "web"')
    within(bed.error(f"{base}/namespaces/default/services/none/proxy/"), 'services "none" not found')


def attaching_carries_input_and_output(bed):
    shown = subprocess.run(["kubectl", "run", "once", "-i", "--rm", "--restart=Never", "-q", "--image=example.org/busybox:1", "--", "sh", "-c", "read word; sleep 0.5; echo got $word"],
                           input="input\n", env=bed.env, capture_output=True, text=True, timeout=60)
    within(shown.stdout, "got input")
    expect("once" not in bed.out("kubectl get pods -o name"), "the pod stays")


def reading_is_not_enough_for_a_shell(bed):
    bed.out("kubectl create role reader --verb=get --resource=pods,pods/exec,pods/portforward,pods/log")
    bed.out("kubectl create serviceaccount reader")
    bed.out("kubectl create rolebinding reader --role=reader --serviceaccount=default:reader")
    who = "--as=system:serviceaccount:default:reader"
    within(bed.out(f"kubectl logs web {who}"), "started")
    within(bed.error(f"kubectl exec web {who} -- true"), 'cannot create resource "pods/exec" in API group "" in the namespace "default"')


def an_api_is_served_by_its_service(bed):
    eventually(lambda: "True" in bed.out("kubectl get apiservice v1beta1.metrics.k8s.io"), lambda: bed.out("kubectl get apiservice v1beta1.metrics.k8s.io"), 60)
    within(bed.out("kubectl api-resources"), "NodeMetrics", "PodMetrics")
    eventually(lambda: bed.call("kubectl", "top", "nodes", check=False).returncode == 0, "kubectl top nodes", 60)
    within(bed.out("kubectl top pods -n kube-system"), "coredns")
    bed.out("kubectl -n kube-system scale deployment metrics-server --replicas=0")
    eventually(lambda: "False (MissingEndpoints)" in bed.out("kubectl get apiservice v1beta1.metrics.k8s.io"), lambda: bed.out("kubectl get apiservice v1beta1.metrics.k8s.io"), 60)
    within(bed.error("kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes"), "ServiceUnavailable")
    expect(bed.call("kubectl", "get", "pods", check=False).returncode == 0, "other groups suffer")


def nothing_stays_open(bed):
    def descriptors():
        return len(os.listdir(f"/proc/{bed.server.pid}/fd"))
    bed.out("kubectl exec web -- true")
    before = descriptors()
    processes = [subprocess.Popen(["kubectl", "exec", "web", "--", "true"], env=bed.env) for _ in range(20)]
    expect(all(process.wait(60) == 0 for process in processes), "exec")
    eventually(lambda: descriptors() <= before + 5, lambda: f"{descriptors()} descriptors after {before}")
    bed.call("eyrie", "delete", "cluster", "--name", "streams", "--region", "us-west-1", timeout=180)


tests = [
    a_node_runs_a_pod_to_speak_with, commands_run_over_both_ways, a_terminal_has_its_clients_size, older_websocket_clients_are_understood,
    logs_take_their_options, ports_are_forwarded_over_both_ways, proxies_lead_to_pods_services_and_nodes, attaching_carries_input_and_output,
    reading_is_not_enough_for_a_shell, an_api_is_served_by_its_service, nothing_stays_open,
]
