"""Real nodes: pods run as containers, with addresses from the VPC."""
import json, os, re, subprocess, tempfile, threading, time, urllib.request

import images
from bed import Failure, eventually, expect, within

REGION = "--region us-west-1"


def apply(bed, text):
    return bed.call("kubectl", "apply", "-f", "-", stdin=text).stdout


def pod(name, command="sleep 100000", image="example.org/busybox:1", extra="", container=""):
    return f"""apiVersion: v1
kind: Pod
metadata: {{name: {name}, labels: {{app: {name}}}}}
spec:
  terminationGracePeriodSeconds: 1
{extra}
  containers:
  - name: main
    image: {image}
    command: [sh, -c, {json.dumps(command)}]
{container}
---
"""


def ready(bed, *names, seconds=60):
    for name in names:
        waited = bed.call("kubectl", "wait", "--for=condition=Ready", f"pod/{name}", f"--timeout={seconds}s", check=False, timeout=seconds + 30)
        if waited.returncode != 0:
            raise Failure(waited.stderr + bed.out(f"kubectl describe pod {name}"))


def get(bed, kind, name, path):
    return bed.call("kubectl", "get", kind, name, "-o", f"jsonpath={path}").stdout


def sh(bed, name, line, check=True, **options):
    """What a shell line prints in a pod."""
    result = bed.call("kubectl", "exec", name, "--", "sh", "-c", line, check=check, **options)
    return result.stdout


def nodes(bed):
    return bed.json("kubectl get nodes -o json")["items"]


def address(node, kind):
    return next((entry["address"] for entry in node["status"]["addresses"] if entry["type"] == kind), None)


def three_real_nodes_are_ready(bed):
    for archive in (images.busybox(bed.folder), images.nginx(bed.folder)):
        bed.call("eyrie", "images", "import", archive)
    bed.call("eyrie", "create", "cluster", "-f", os.path.join(os.path.dirname(__file__), "../../examples/lab3-cluster.yaml"), timeout=120)
    found = nodes(bed)
    expect(len(found) == 3, f"{len(found)} nodes")
    for node in found:
        info = node["status"]["nodeInfo"]
        within(info["containerRuntimeVersion"], "containerd://1.")
        expect(info["kernelVersion"] == os.uname().release, info["kernelVersion"])
        within(address(node, "InternalIP"), "192.168.")
        expect(address(node, "ExternalIP"), "no external address")
        expect(node["status"]["capacity"]["cpu"] == "1" and node["status"]["capacity"]["pods"] == "11", node["status"]["capacity"])


def the_system_pods_run(bed):
    for line in ("daemonset/aws-node", "daemonset/kube-proxy", "deployment/coredns"):
        bed.out(f"kubectl -n kube-system rollout status {line} --timeout=60s")
    rows = bed.json("kubectl -n kube-system get pods -o json")["items"]
    restarts = {row["metadata"]["name"]: sum(status["restartCount"] for status in row["status"].get("containerStatuses", [])) for row in rows}
    expect(not any(restarts.values()), f"restarts: {restarts}")


def a_pod_has_an_address_of_its_subnet_inside_and_outside(bed):
    names = [node["metadata"]["name"] for node in nodes(bed)]
    text = pod("one", "httpd -f -p 8080 -h /www", extra=f"  nodeName: {names[0]}", container="  - {name: beside, image: 'example.org/busybox:1', command: [sleep, '100000']}")
    text += pod("two", extra=f"  nodeName: {names[0]}") + pod("far", extra=f"  nodeName: {names[1]}")
    apply(bed, text)
    ready(bed, "one", "two", "far")
    outside = get(bed, "pod", "one", "{.status.podIP}")
    within(sh(bed, "one", "ip -4 addr show eth0"), outside)
    instance = next(node for node in nodes(bed) if node["metadata"]["name"] == names[0])["spec"]["providerID"].split("/")[-1]
    interfaces = bed.json(f"aws ec2 describe-network-interfaces --filters Name=attachment.instance-id,Values={instance} {REGION}")["NetworkInterfaces"]
    held = [entry["PrivateIpAddress"] for interface in interfaces for entry in interface["PrivateIpAddresses"]]
    expect(outside in held, f"{outside} is not among {held}")


def pods_talk_in_the_same_pod_on_the_same_node_and_on_another(bed):
    where = get(bed, "pod", "one", "{.status.podIP}")
    within(bed.out("kubectl exec one -c beside -- wget -qO- http://localhost:8080/"), "hello from a container")
    within(sh(bed, "two", f"wget -qO- http://{where}:8080/"), "hello from a container")
    within(sh(bed, "far", f"wget -qO- http://{where}:8080/"), "hello from a container")


def services_and_names_lead_to_pods(bed):
    bed.out("kubectl create deployment web --image=example.org/nginx:1 --replicas=3")
    bed.out("kubectl rollout status deployment/web --timeout=60s")
    bed.out("kubectl expose deployment web --port=80")
    apply(bed, "apiVersion: v1\nkind: Service\nmetadata: {name: headless}\nspec: {clusterIP: None, selector: {app: web}, ports: [{name: http, port: 80}]}\n")
    names = set(bed.out("kubectl get pods -l app=web -o name").replace("pod/", "").split())
    eventually(lambda: {sh(bed, "far", "wget -qO- http://web/").strip() for _ in range(6)} <= names, "the service does not answer")
    answers = {sh(bed, "far", "wget -qO- http://web.default.svc.cluster.local/").strip() for _ in range(20)}
    expect(answers == names, f"{answers} instead of {names}")
    wanted = set(bed.out("kubectl get pods -l app=web -o jsonpath={.items[*].status.podIP}").split())
    found = set(re.findall(r"Address[^:]*: (192\.168[0-9.]+)", sh(bed, "far", "nslookup headless.default.svc.cluster.local || true")))
    expect(wanted <= found, f"{found} instead of {wanted}")
    within(sh(bed, "two", "wget -qO- http://kubernetes.default.svc/ 2>&1 || true", check=False), "")


def kubectl_reaches_into_pods(bed):
    bed.out("kubectl run talker --image=example.org/busybox:1 --restart=Never -- sh -c", check=False)
    apply(bed, pod("loud", "i=0; while true; do i=$((i+1)); echo line $i; sleep 0.2; done"))
    ready(bed, "loud")
    process = subprocess.Popen(["kubectl", "logs", "-f", "loud"], env=bed.env, stdout=subprocess.PIPE, text=True)
    lines = [process.stdout.readline().strip() for _ in range(5)]
    process.kill()
    expect(lines[0] == "line 1" and lines[4] == "line 5", f"{lines}")
    expect(bed.out("kubectl logs loud --tail=1 --timestamps").split()[1] == "line", "no time stamp")
    expect(bed.call("kubectl", "exec", "-i", "loud", "--", "cat", stdin="through\n").stdout == "through\n", "stdin is lost")
    expect(bed.call("kubectl", "exec", "loud", "--", "sh", "-c", "exit 7", check=False).returncode == 7, "the exit code is lost")
    path = os.path.join(bed.folder, "copied")
    open(path, "w").write("copied text\n")
    bed.out(f"kubectl cp {path} loud:/tmp/copied")
    expect(sh(bed, "loud", "cat /tmp/copied") == "copied text\n", "kubectl cp")
    terminal = subprocess.run(["script", "-qec", "kubectl exec -it loud -- sh -c 'tty; stty size'", "/dev/null"], env=bed.env, capture_output=True, text=True, timeout=30)
    within(terminal.stdout, "/dev/pts/")
    shown = bed.call("kubectl", "run", "once", "-i", "--rm", "--restart=Never", "--image=example.org/busybox:1", "--", "sh", "-c", "sleep 1; echo once", timeout=60)
    within(shown.stdout, "once")


def ports_are_forwarded(bed):
    for what in ("pod/one", "service/web"):
        port = "8080" if what == "pod/one" else "80"
        process = subprocess.Popen(["kubectl", "port-forward", what, f":{port}"], env=bed.env, stdout=subprocess.PIPE, text=True)
        try:
            line = process.stdout.readline()
            local = re.search(r"127\.0\.0\.1:(\d+)", line).group(1)
            for _ in range(3):
                expect(urllib.request.urlopen(f"http://127.0.0.1:{local}/", timeout=10).read(), f"nothing from {what}")
        finally:
            process.kill()


def an_ephemeral_container_looks_into_a_pod(bed):
    bed.call("kubectl", "debug", "one", "--image=example.org/busybox:1", "--container=look", "--target=main", "--", "sh", "-c", "sleep 1000", timeout=30)
    eventually(lambda: get(bed, "pod", "one", "{.status.ephemeralContainerStatuses[0].state.running.startedAt}"), "the ephemeral container does not run")
    within(bed.out("kubectl exec one -c look -- ps"), "httpd")


def a_node_port_opens_with_the_security_group(bed):
    bed.out("kubectl create service nodeport web-open --tcp=80:80 --node-port=32000")
    bed.call("kubectl", "patch", "service", "web-open", "-p", '{"spec":{"selector":{"app":"web"}}}')
    node = nodes(bed)[0]
    url = f"http://{address(node, 'ExternalIP')}:32000/"

    def answer():
        try:
            return urllib.request.urlopen(url, timeout=1).read().decode()
        except OSError:
            return None
    time.sleep(1)
    expect(answer() is None, "the port is open before the security group allows it")
    instance = node["spec"]["providerID"].split("/")[-1]
    group = bed.json(f"aws ec2 describe-instances --instance-ids {instance} {REGION}")["Reservations"][0]["Instances"][0]["SecurityGroups"][0]["GroupId"]
    bed.out(f"aws ec2 authorize-security-group-ingress --group-id {group} --protocol tcp --port 32000 --cidr 0.0.0.0/0 {REGION}")
    eventually(answer, "the port does not open", 10)
    bed.out(f"aws ec2 revoke-security-group-ingress --group-id {group} --protocol tcp --port 32000 --cidr 0.0.0.0/0 {REGION}")
    eventually(lambda: answer() is None, "the port stays open", 10)
    bed.out("kubectl delete service web-open")
    expect(bed.out("kubectl get deployment web -o name"), "only the service goes")


def the_jenkins_lab_runs(bed):
    bed.call("eyrie", "images", "build", "nginx", "--port", "8080", "--tag", "example.org/jenkins:1", "--output", os.path.join(bed.folder, "jenkins.tar"))
    bed.call("eyrie", "images", "import", os.path.join(bed.folder, "jenkins.tar"))
    lab = os.path.join(os.path.dirname(__file__), "../../examples/lab6-jenkins/run")
    within(bed.call(lab, env=dict(bed.env, IMAGE="example.org/jenkins:1"), timeout=180).stdout, "does not answer yet", ":32000/ answers", 'service "jenkins-public" deleted')


def containers_end_as_upstream_tells(bed):
    apply(bed, pod("fails", "exit 3") + pod("hungry", "head -c 200m /dev/zero | tail", container="    resources: {limits: {memory: 20Mi}}")
          + pod("absent", image="registry.invalid/none:1") + pod("done", "echo fine", extra="  restartPolicy: Never"))
    state = lambda name, path: get(bed, "pod", name, "{.status.containerStatuses[0]" + path + "}")
    eventually(lambda: state("fails", ".state.waiting.reason") == "CrashLoopBackOff", lambda: bed.out("kubectl get pods"))
    expect(state("fails", ".lastState.terminated.exitCode") == "3", "the exit code")
    within(state("fails", ".state.waiting.message"), "back-off 10s restarting failed container=main pod=fails_default(")
    eventually(lambda: "OOMKilled" in (state("hungry", ".lastState.terminated.reason"), state("hungry", ".state.terminated.reason")), lambda: bed.out("kubectl get pod hungry -o yaml"))
    eventually(lambda: state("absent", ".state.waiting.reason") == "ImagePullBackOff", lambda: bed.out("kubectl get pod absent -o yaml"))
    eventually(lambda: get(bed, "pod", "done", "{.status.phase}") == "Succeeded", "a pod that is done")
    within(bed.out("kubectl logs done"), "fine")
    bed.out("kubectl delete pod fails hungry absent done")


def init_containers_and_sidecars_go_first(bed):
    apply(bed, """apiVersion: v1
kind: Pod
metadata: {name: steps}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 1
  volumes: [{name: shared, emptyDir: {}}]
  initContainers:
  - {name: first, image: 'example.org/busybox:1', command: [sh, -c, 'echo first >> /shared/log'], volumeMounts: [{name: shared, mountPath: /shared}]}
  - {name: side, image: 'example.org/busybox:1', restartPolicy: Always, command: [sh, -c, 'echo side >> /shared/log; exec sleep 1000'], volumeMounts: [{name: shared, mountPath: /shared}]}
  containers:
  - {name: main, image: 'example.org/busybox:1', command: [sh, -c, 'sleep 0.3; echo main >> /shared/log; cat /shared/log'], volumeMounts: [{name: shared, mountPath: /shared}]}
""")
    eventually(lambda: get(bed, "pod", "steps", "{.status.phase}") == "Succeeded", lambda: bed.out("kubectl get pod steps -o yaml"))
    expect(bed.out("kubectl logs steps -c main").split() == ["first", "side", "main"], bed.out("kubectl logs steps -c main"))
    bed.out("kubectl delete pod steps")


def probes_restart_and_withhold(bed):
    apply(bed, pod("probed", "touch /tmp/ok; exec httpd -f -p 8080 -h /www", container="""    livenessProbe: {exec: {command: [test, -e, /tmp/ok]}, periodSeconds: 1, failureThreshold: 1}
    readinessProbe: {httpGet: {path: /index.html, port: 8080}, periodSeconds: 1}"""))
    ready(bed, "probed")
    sh(bed, "probed", "rm /www/index.html")
    eventually(lambda: bed.out("kubectl get pod probed").split()[6] == "0/1", "readiness is not withdrawn", 15)
    sh(bed, "probed", "rm /tmp/ok")
    eventually(lambda: get(bed, "pod", "probed", "{.status.containerStatuses[0].restartCount}") == "1", "liveness does not restart", 20)
    within(bed.out("kubectl get events"), "Liveness probe failed")
    bed.out("kubectl delete pod probed")


def volumes_hold_what_they_should(bed):
    bed.out("kubectl create configmap settings --from-literal=colour=red")
    bed.out("kubectl create secret generic hidden --from-literal=word=open")
    apply(bed, pod("mounts", extra="""  securityContext: {fsGroup: 2000, runAsUser: 1000}
  volumes:
  - {name: settings, configMap: {name: settings}}
  - {name: hidden, secret: {secretName: hidden, defaultMode: 0400}}
  - {name: memory, emptyDir: {medium: Memory, sizeLimit: 8Mi}}
  - {name: facts, downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name}}]}}""", container="""    env: [{name: COLOUR, valueFrom: {configMapKeyRef: {name: settings, key: colour}}}, {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
    volumeMounts: [{name: settings, mountPath: /settings}, {name: hidden, mountPath: /hidden}, {name: memory, mountPath: /memory}, {name: facts, mountPath: /facts}]"""))
    ready(bed, "mounts")
    expect(sh(bed, "mounts", "cat /settings/colour /hidden/word /facts/name; echo $COLOUR") == "redopenmountsred\n", sh(bed, "mounts", "cat /settings/colour /hidden/word /facts/name; echo $COLOUR"))
    within(sh(bed, "mounts", "id; mount | grep /memory; touch /memory/x && ls -ln /memory"), "uid=1000", "2000", "tmpfs")
    bed.call("kubectl", "patch", "configmap", "settings", "-p", '{"data":{"colour":"blue"}}')
    eventually(lambda: sh(bed, "mounts", "cat /settings/colour") == "blue", "the volume is not updated", 90)
    bed.out("kubectl delete pod mounts")


def a_network_policy_closes_and_opens(bed):
    # Off by default, as on EKS.
    bed.call("aws", "eks", "update-addon", "--cluster-name", "EKS-Test", "--addon-name", "vpc-cni", "--configuration-values",
             '{"enableNetworkPolicy":"true"}', *REGION.split())
    eventually(lambda: "--enable-network-policy=true" in bed.out("kubectl -n kube-system get daemonset aws-node -o yaml"), "the add-on is not updated", 30)
    bed.out("kubectl -n kube-system rollout status daemonset/aws-node --timeout=60s")
    apply(bed, """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec: {podSelector: {matchLabels: {app: one}}, ingress: [{from: [{podSelector: {matchLabels: {app: far}}}], ports: [{port: 8080}]}]}
""")
    where = get(bed, "pod", "one", "{.status.podIP}")
    reach = lambda name: "hello" in sh(bed, name, f"timeout 2 wget -qO- http://{where}:8080/ || true", check=False)
    eventually(lambda: not reach("two"), "the policy does not close", 15)
    expect(reach("far"), "the policy closes too much")
    bed.out("kubectl delete networkpolicy closed")
    eventually(lambda: reach("two"), "the policy's end does not open", 15)


def metrics_are_served(bed):
    bed.out("kubectl -n kube-system rollout status deployment/metrics-server --timeout=60s")
    eventually(lambda: bed.call("kubectl", "top", "node", check=False).returncode == 0, lambda: bed.call("kubectl", "top", "node", check=False).stderr, 90)
    within(bed.out("kubectl top node"), "192-168")
    eventually(lambda: "one" in bed.call("kubectl", "top", "pod", check=False).stdout, lambda: bed.call("kubectl", "top", "pod", check=False).stderr, 60)


def machine(bed, node):
    """The first process of a node's machine, as this host sees it."""
    instance = node["spec"]["providerID"].split("/")[-1]
    for line in subprocess.run(["pgrep", "-af", f"machine-init.*{instance}"], capture_output=True, text=True).stdout.splitlines():
        return int(line.split()[0])
    raise Failure(f"no machine of {instance}")


def inside(pid, *words):
    return subprocess.run(["nsenter", "-t", str(pid), "-m", "-p", "-n", *words], capture_output=True, text=True)


def killed_parts_come_back_and_pods_stay(bed):
    bed.out("kubectl wait --for=condition=Ready pod/far --timeout=30s")
    node = next(node for node in nodes(bed) if node["metadata"]["name"] == get(bed, "pod", "far", "{.spec.nodeName}"))
    pid = machine(bed, node)
    before = get(bed, "pod", "far", "{.status.containerStatuses[0].containerID}")
    for victim in ("containerd$", "eyrie node"):
        inside(pid, "pkill", "-9", "-f", victim)
        time.sleep(2)
        eventually(lambda: sh(bed, "far", "echo alive", check=False) == "alive\n", f"no way into the pod after {victim} was killed", 30)
    expect(get(bed, "pod", "far", "{.status.containerStatuses[0].containerID}") == before, "the container was started anew")
    inside(pid, "pkill", "-9", "-f", "sleep 100000")
    eventually(lambda: get(bed, "pod", "far", "{.status.containerStatuses[0].restartCount}") != "0", "a killed process is not started again", 30)


def a_server_that_is_killed_finds_its_machines(bed):
    before = get(bed, "pod", "one", "{.status.containerStatuses[0].containerID}")
    bed.kill()
    bed.start()
    eventually(lambda: sh(bed, "one", "echo alive", check=False) == "alive\n", "the pod is lost", 30)
    expect(get(bed, "pod", "one", "{.status.containerStatuses[0].containerID}") == before, "the container was started anew")
    bed.out("kubectl create deployment after --image=example.org/nginx:1")
    bed.out("kubectl rollout status deployment/after --timeout=60s")


def a_machine_that_dies_is_replaced(bed):
    node = nodes(bed)[0]
    os.kill(machine(bed, node), 9)
    gone = lambda: node["metadata"]["name"] not in [other["metadata"]["name"] for other in nodes(bed)]
    eventually(gone, "the node of a dead machine stays", 60)
    eventually(lambda: sum(condition["type"] == "Ready" and condition["status"] == "True" for other in nodes(bed) for condition in other["status"]["conditions"]) == 3,
               lambda: bed.out("kubectl get nodes"), 60)


def behaviours_of_simulated_nodes_hold_on_real_ones(bed):
    """A choice of the sentences in Behaviours/, those that take seconds."""
    for version in ("1.27", "1.28"):
        bed.call("eyrie", "images", "import", images.nginx(bed.folder, f"docker.io/library/nginx:{version}"))
    program = os.path.join(os.path.dirname(__file__), "../../.build/debug/eyrie-behaviours")
    endpoint = re.search(r"endpoint: +(\S+)", bed.out("eyrie status")).group(1)
    credentials = open(bed.env["AWS_SHARED_CREDENTIALS_FILE"]).read()
    env = dict(bed.env, AWS_ACCESS_KEY_ID=re.search(r"aws_access_key_id *= *(\S+)", credentials).group(1),
               AWS_SECRET_ACCESS_KEY=re.search(r"aws_secret_access_key *= *(\S+)", credentials).group(1))
    chosen = ["becomes ACTIVE", "rolls out, is scaled", "endpoints are its ready pods", "a drained node", "fit nowhere", "Auto Scaling group replaces"]
    result = bed.call(program, endpoint, "us-west-2", *chosen, env=env, timeout=400, check=False)
    expect(result.returncode == 0 and result.stdout.count("ok behaviour") == len(chosen), result.stdout + result.stderr)


def nothing_is_left_of_a_deleted_cluster(bed):
    bed.call("eyrie", "delete", "cluster", "--name", "EKS-Test", *REGION.split(), timeout=180)
    # What the killed server had half made is freed a minute later.
    eventually(lambda: not left_on_this_host(bed), lambda: f"left: {left_on_this_host(bed)}", 100)


def left_on_this_host(bed):
    """Processes, mounts, control groups, tables and disks of machines and VPCs of this server."""
    listed = lambda *words: subprocess.run(words, capture_output=True, text=True).stdout.splitlines()
    disks = os.path.join(bed.folder, "machines")
    found = {
        "processes": [line for line in listed("pgrep", "-af", "machine-init") if bed.mark() in line],
        "mounts": [line for line in open("/proc/mounts") if f"/run/eyrie/{bed.mark()}" in line],
        "groups": [path for path, _, _ in os.walk("/sys/fs/cgroup") if f"eyrie/{bed.mark()}/i-" in path],
        "tables": [line for line in listed("nft", "list", "tables") if bed.mark() in line],
        "disks": [name for name in os.listdir(disks) if name.startswith("i-")] if os.path.isdir(disks) else [],
    }
    return {name: things for name, things in found.items() if things}


tests = [
    three_real_nodes_are_ready, the_system_pods_run, a_pod_has_an_address_of_its_subnet_inside_and_outside,
    pods_talk_in_the_same_pod_on_the_same_node_and_on_another, services_and_names_lead_to_pods, kubectl_reaches_into_pods, ports_are_forwarded,
    an_ephemeral_container_looks_into_a_pod, a_node_port_opens_with_the_security_group, the_jenkins_lab_runs, containers_end_as_upstream_tells,
    init_containers_and_sidecars_go_first, probes_restart_and_withhold, volumes_hold_what_they_should, a_network_policy_closes_and_opens,
    metrics_are_served, killed_parts_come_back_and_pods_stay, a_server_that_is_killed_finds_its_machines, a_machine_that_dies_is_replaced,
    behaviours_of_simulated_nodes_hold_on_real_ones, nothing_is_left_of_a_deleted_cluster,
]
