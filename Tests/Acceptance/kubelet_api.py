"""The node's own API on one real node: logs, sessions, numbers, and who may ask."""
import fcntl, os, pty, re, select, struct, subprocess, termios, time

import images
from bed import Failure, eventually, expect, within
from nodes import apply, inside, machine, nodes, pod, ready

CLUSTER = """apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: one, region: us-west-1}
nodeGroups:
- {name: ng-1, instanceType: t2.small, desiredCapacity: 1}
"""


def a_node_is_ready(bed):
    bed.call("eyrie", "images", "import", images.busybox(bed.folder))
    path = os.path.join(bed.folder, "one.yaml")
    open(path, "w").write(CLUSTER)
    bed.call("eyrie", "create", "cluster", "-f", path, timeout=120)
    apply(bed, pod("web", "sh", container="    stdin: true\n    tty: true\n    readinessProbe: {exec: {command: ['true']}, periodSeconds: 1}") + pod("crash", "echo run; echo err >&2; sleep 1; exit 1"))
    ready(bed, "web")


def logs_tell_what_is_asked_for(bed):
    eventually(lambda: bed.call("kubectl", "logs", "crash", "--previous", check=False).returncode == 0, "there is no earlier container", 20)
    expect(sorted(bed.out("kubectl logs crash --previous").split()) == ["err", "run"], "the earlier container's log")
    expect(len(bed.out("kubectl logs crash --previous --limit-bytes=2")) == 2, "--limit-bytes")
    stamped = bed.out("kubectl logs crash --previous --timestamps --tail=1")
    expect(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z \w+\n", stamped), stamped)
    expect(bed.out("kubectl logs crash --previous --since-time=2100-01-01T00:00:00Z") == "", "--since-time")
    bed.out("kubectl run nowhere --image=127.0.0.1:1/nothing:1")
    within(
        bed.error("kubectl logs nowhere --pod-running-timeout=1s"), 'container "nowhere" in pod "nowhere" is waiting to start')
    within(bed.error("kubectl logs web --previous"), 'previous terminated container "main" in pod "web" not found')


def a_followed_log_ends_with_its_container(bed):
    apply(bed, pod("ticks", "for i in 1 2 3; do echo tick $i; sleep 0.3; done; echo last", extra="  restartPolicy: Never"))
    eventually(lambda: bed.call("kubectl", "logs", "ticks", check=False).returncode == 0, "the container does not start", 30)
    shown = bed.out("kubectl logs -f ticks", timeout=20)
    expect(shown == "tick 1\ntick 2\ntick 3\nlast\n", shown)


def a_killed_runtime_ends_no_log(bed):
    apply(bed, pod("steady", "i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo step $i; sleep 0.2; done", extra="  restartPolicy: Never"))
    ready(bed, "steady")
    follower = subprocess.Popen(["kubectl", "logs", "-f", "steady"], env=bed.env, stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    inside(machine(bed, nodes(bed)[0]), "pkill", "-9", "-x", "containerd")
    shown = follower.communicate(timeout=30)[0].splitlines()
    expect(shown == [f"step {number}" for number in range(1, 41)], f"{len(shown)} lines, the last {shown[-1:]}")


def long_logs_are_rotated_under_their_readers(bed):
    apply(bed, pod("long", "i=0; while [ $i -lt 260000 ]; do i=$((i+1)); echo $i xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done; sleep 11; echo after", extra="  restartPolicy: Never"))
    ready(bed, "long")
    follower = subprocess.Popen(["kubectl", "logs", "-f", "--tail=0", "long"], env=bed.env, stdout=subprocess.PIPE, text=True)
    pid = machine(bed, nodes(bed)[0])
    files = lambda: inside(pid, "sh", "-c", "ls /var/log/pods/default_long_*/main").stdout.split()
    eventually(lambda: len(files()) > 1, lambda: f"only {files()}", 40)
    links = inside(pid, "sh", "-c", "readlink /var/log/containers/long_default_main-*.log").stdout
    expect(re.fullmatch(r"/var/log/pods/default_long_[^/]+/main/0\.log\n", links), links)
    shown = follower.communicate(timeout=60)[0].splitlines()
    expect(shown and shown[-1] == "after", f"the reader lost the log after {shown[-1:]}")


class Terminal:
    """A program on a terminal of so many rows and columns."""
    def __init__(self, env, words, rows, columns):
        (self.master, slave) = pty.openpty()
        self.resize(rows, columns)
        claim = lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        self.process = subprocess.Popen(words, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, preexec_fn=claim)
        os.close(slave)
        self.text = ""

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.master, text.encode())

    def until(self, part, seconds=15):
        end = time.time() + seconds
        while part not in self.text:
            if time.time() > end:
                raise Failure(f"no {part!r} on the terminal:\n{self.text}")
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self.master, 4096).decode(errors="replace").replace("\r", "")
                except OSError:
                    break


def a_terminal_resizes(bed):
    terminal = Terminal(bed.env, ["kubectl", "exec", "-it", "web", "--", "sh"], 33, 101)
    terminal.until("/ #")
    terminal.type("stty size\n")
    terminal.until("33 101\n")
    terminal.resize(50, 120)
    time.sleep(0.5)
    terminal.type("stty size\n")
    terminal.until("50 120\n")
    terminal.type("exit 4\n")
    expect(terminal.process.wait(15) == 4, "the exit code is lost")


def a_running_container_is_attached_to(bed):
    terminal = Terminal(bed.env, ["kubectl", "attach", "-it", "web"], 24, 80)
    time.sleep(1)
    terminal.type("echo attached $((40+2))\n")
    terminal.until("attached 42\n")
    terminal.process.kill()


def strangers_are_refused(bed):
    pid = machine(bed, nodes(bed)[0])

    def status(path, token=None):
        words = ["curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", f"https://127.0.0.1:10250{path}"]
        return inside(pid, *words, *(["-H", f"Authorization: Bearer {token}"] if token else [])).stdout

    expect(status("/pods") == "401" and status("/healthz") == "401", f"anonymous: {status('/pods')}")
    expect(status("/pods", "made-up") == "401", "a token that nobody issued")
    bed.out("kubectl create serviceaccount reader")
    token = bed.out("kubectl create token reader").strip()
    expect(status("/pods", token) == "403" and status("/stats/summary", token) == "403", "an account without rights")
    bed.out("kubectl create clusterrole reads-metrics --verb=get --resource=nodes/metrics")
    bed.out("kubectl create clusterrolebinding reads-metrics --clusterrole=reads-metrics --serviceaccount=default:reader")
    eventually(lambda: status("/metrics/resource", token) == "200", "a right that was given does not hold", 45)
    expect(status("/containerLogs/default/web/main", token) == "403", "a right that was not given")
    expect(status("/checkpoint/default/web/main", token) == "403", "checkpoints")
    issuer = inside(pid, "sh", "-c", "openssl s_client -connect 127.0.0.1:10250 </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer").stdout
    within(issuer, "system:node:", "kubernetes")
    rows = bed.json("kubectl get csr -o json")["items"]
    expect(rows and rows[0]["spec"]["signerName"] == "kubernetes.io/kubelet-serving" and "certificate" in rows[0]["status"], f"{rows}")


def numbers_are_served(bed):
    name = nodes(bed)[0]["metadata"]["name"]
    proxy = f"/api/v1/nodes/{name}/proxy"
    expect(bed.out(f"kubectl get --raw {proxy}/healthz") == "ok", "healthz")
    summary = bed.json(f"kubectl get --raw {proxy}/stats/summary")
    web = next(entry for entry in summary["pods"] if entry["podRef"]["name"] == "web")
    container = web["containers"][0]
    expect(container["name"] == "main" and container["memory"]["workingSetBytes"] > 0, container)
    expect(web["network"]["interfaces"][0]["name"] == "eth0" and web["memory"]["usageBytes"] > 0, web)
    expect(summary["node"]["fs"]["capacityBytes"] > summary["node"]["fs"]["availableBytes"] > 0, summary["node"]["fs"])
    volume = web["volume"][0]
    expect(volume["name"].startswith("kube-api-access-") and volume["usedBytes"] > 0, volume)
    limit = summary["node"]["memory"]["availableBytes"] + summary["node"]["memory"]["workingSetBytes"]
    expect(abs(limit - 2 * 2 ** 30) < 2 ** 28, f"the machine has {limit} bytes")
    within(bed.out(f"kubectl get --raw {proxy}/metrics/resource"), 'container_cpu_usage_seconds_total{container="main",namespace="default",pod="web"}')
    within(bed.out(f"kubectl get --raw {proxy}/metrics/cadvisor"), "machine_cpu_cores 1", 'container_network_receive_bytes_total{interface="eth0"')
    within(bed.out(f"kubectl get --raw {proxy}/metrics"), f'kubelet_node_name{{node="{name}"}} 1')
    probes = bed.out(f"kubectl get --raw {proxy}/metrics/probes")
    expect(re.search(r'prober_probe_total\{container="main",namespace="default",pod="web",.*probe_type="Readiness",result="successful"\} \d+', probes), probes)
    expect(bed.json(f"kubectl get --raw {proxy}/configz")["kubeletconfig"]["maxPods"] == 11, "configz")
    shown = {entry["metadata"]["name"] for entry in bed.json(f"kubectl get --raw {proxy}/pods")["items"]}
    expect({"web", "crash"} <= shown, shown)
    within(bed.out(f"kubectl get --raw {proxy}/logs/pods/"), "default_web_")


def use_is_told_by_the_metrics_api(bed):
    eventually(lambda: bed.call("kubectl", "top", "pod", "web", check=False).returncode == 0, "no metrics of the pod", 90)
    rows = bed.json("kubectl get --raw /apis/metrics.k8s.io/v1beta1/namespaces/default/pods?labelSelector=app%3Dweb")["items"]
    expect(len(rows) == 1 and rows[0]["containers"][0]["usage"]["memory"].endswith("Ki"), rows)
    within(bed.out("kubectl top node"), "%")
    within(bed.error("kubectl top pod none"), "not found")
    within(bed.error("kubectl top pod web --as=ann"), 'User "ann" cannot get resource "pods" in API group "metrics.k8s.io"')


tests = [
    a_node_is_ready, logs_tell_what_is_asked_for, a_followed_log_ends_with_its_container, a_terminal_resizes,
    a_running_container_is_attached_to, strangers_are_refused, numbers_are_served, use_is_told_by_the_metrics_api, a_killed_runtime_ends_no_log,
    long_logs_are_rotated_under_their_readers,
]
