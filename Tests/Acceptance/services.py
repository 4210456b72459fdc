"""Services and addresses on two real nodes: traffic policies, affinity, host ports, lasting connections, exhausted addresses."""
import os, subprocess, time

import images
from bed import eventually, expect, within
from nodes import address, apply, get, nodes, pod, ready, sh

# One network interface for each node, so that addresses run out before kubelet's own limit of pods does.
# No metrics server: its two pods and DNS may all land on the first node that is ready, which leaves no address for a test's pod.
CLUSTER = """apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: net, region: us-west-1}
addonsConfig: {disableDefaultAddons: true}
addons:
- {name: vpc-cni, configurationValues: '{"env":{"MAX_ENI":"1"}}'}
- {name: kube-proxy}
- {name: coredns, configurationValues: '{"replicaCount":1}'}
nodeGroups:
- {name: ng-1, instanceType: t3.medium, desiredCapacity: 2}
"""


def names(bed):
    return sorted(node["metadata"]["name"] for node in nodes(bed))


def service(name, app, port, target, extra=""):
    return f"""apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec:
  selector: {{app: {app}}}
  ports: [{{port: {port}, targetPort: {target}}}]
{extra}
---
"""


def fetch(bed, name, where):
    """What a web server answers to a pod; "" for none."""
    return sh(bed, name, f"timeout 2 wget -qO- http://{where}/ 2>/dev/null || true", check=False).strip()


def two_nodes_are_ready(bed):
    for archive in (images.busybox(bed.folder), images.nginx(bed.folder)):
        bed.call("eyrie", "images", "import", archive)
    path = os.path.join(bed.folder, "net.yaml")
    open(path, "w").write(CLUSTER)
    bed.call("eyrie", "create", "cluster", "-f", path, timeout=120)
    (here, there) = names(bed)
    apply(bed, pod("here", extra=f"  nodeName: {here}") + pod("there", extra=f"  nodeName: {there}")
          + pod("server", extra=f"  nodeName: {here}").replace("busybox:1", "nginx:1").replace('command: [sh, -c, "sleep 100000"]', "ports: [{containerPort: 80, hostPort: 8088}]"))
    ready(bed, "here", "there", "server")


def a_host_port_leads_to_its_pod(bed):
    node = next(node for node in nodes(bed) if node["metadata"]["name"] == names(bed)[0])
    where = f"{address(node, 'InternalIP')}:8088"
    eventually(lambda: fetch(bed, "there", where) == "server", lambda: f"{where}: {fetch(bed, 'there', where)}", 10)
    expect(fetch(bed, "here", where) == "server", "from a pod of the same node")


def local_policies_keep_to_their_node(bed):
    apply(bed, service("inside", "server", 80, 80, "  internalTrafficPolicy: Local") + service("outside", "server", 80, 80, "  type: NodePort\n  externalTrafficPolicy: Local"))
    eventually(lambda: fetch(bed, "here", "inside") == "server", "no answer on the endpoint's node", 10)
    expect(fetch(bed, "there", "inside") == "", "an answer on a node without endpoints")
    port = get(bed, "service", "outside", "{.spec.ports[0].nodePort}")
    hosts = {node["metadata"]["name"]: address(node, "InternalIP") for node in nodes(bed)}
    (here, there) = names(bed)
    eventually(lambda: fetch(bed, "there", f"{hosts[here]}:{port}") == "server", "no answer on the endpoint's node", 10)
    expect(fetch(bed, "here", f"{hosts[there]}:{port}") == "", "an answer on a node without endpoints")
    bed.call("kubectl", "patch", "service", "outside", "-p", '{"spec":{"externalTrafficPolicy":"Cluster"}}')
    eventually(lambda: fetch(bed, "here", f"{hosts[there]}:{port}") == "server", "policy Cluster does not answer everywhere", 10)


def clients_stay_with_their_endpoint(bed):
    bed.out("kubectl create deployment web --image=example.org/nginx:1 --replicas=2")
    bed.out("kubectl rollout status deployment/web --timeout=60s")
    apply(bed, service("web", "web", 80, 80) + service("sticky", "web", 80, 80, "  sessionAffinity: ClientIP"))
    eventually(lambda: len({fetch(bed, "here", "web") for _ in range(8)}) == 2, "the service does not spread", 20)
    eventually(lambda: fetch(bed, "here", "sticky"), "no answer", 10)
    expect(len({fetch(bed, "here", "sticky") for _ in range(8)}) == 1, "the client changes its endpoint")


def without_endpoints_connections_are_refused_at_once(bed):
    bed.out("kubectl scale deployment web --replicas=0")
    begin = time.time()
    refused = lambda: "refused" in sh(bed, "here", "timeout 5 wget -qO- http://web/ 2>&1 || true", check=False)
    eventually(refused, "not refused", 45)
    begin = time.time()
    expect(refused() and time.time() - begin < 2, "it takes long")


def connections_outlive_endpoints(bed):
    apply(bed, pod("echo", "nc -ll -p 9000 -e cat") + service("echo", "echo", 9000, 9000))
    ready(bed, "echo")
    eventually(lambda: "probe" in sh(bed, "here", "echo probe | timeout 1 nc echo 9000 || true", check=False), "no echo", 20)
    talk = subprocess.Popen(["kubectl", "exec", "here", "--", "sh", "-c", "(echo before; sleep 4; echo after; sleep 1) | timeout 8 nc echo 9000"],
                            env=bed.env, stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    bed.out("kubectl label pod echo app=other --overwrite")
    eventually(lambda: "probe" not in sh(bed, "here", "echo probe | timeout 1 nc echo 9000 || true", check=False), "new connections go on", 3)
    expect(talk.communicate(timeout=20)[0].split() == ["before", "after"], "the connection was cut")
    bed.out("kubectl delete pod echo")


def exhausted_addresses_show_and_come_back(bed):
    bed.call("kubectl", "create", "deployment", "many", "--image=example.org/busybox:1", "--replicas=12", "--", "sh", "-c", "trap exit TERM; sleep 100000 & wait")
    waiting = lambda: [row for row in bed.json("kubectl get pods -l app=many -o json")["items"]
                       if any("waiting" in status["state"] for status in row["status"].get("containerStatuses", []))]
    eventually(lambda: "failed to assign an IP address to container" in bed.out("kubectl get events --field-selector reason=FailedCreatePodSandBox"),
               lambda: bed.out("kubectl get events"), 60)
    within(bed.out("kubectl get events --field-selector reason=FailedCreatePodSandBox"), "FailedCreatePodSandBox", 'failed to setup network for sandbox',
           'plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container')
    eventually(lambda: 0 < len(waiting()) < 12, lambda: bed.out("kubectl get pods"))
    stuck = waiting()
    reasons = {status["state"]["waiting"]["reason"] for row in stuck for status in row["status"]["containerStatuses"] if "waiting" in status["state"]}
    expect(reasons == {"ContainerCreating"}, f"{reasons}")
    # Freed addresses rest for half a minute, then the pods that wait get them.
    bed.out("kubectl delete pod server there --wait=false")
    bed.out("kubectl delete service inside outside")
    eventually(lambda: len(waiting()) < len(stuck), lambda: bed.out("kubectl get pods -o wide"), 120)


def the_cluster_goes(bed):
    bed.call("eyrie", "delete", "cluster", "--name", "net", "--region", "us-west-1", timeout=180)


tests = [
    two_nodes_are_ready, a_host_port_leads_to_its_pod, local_policies_keep_to_their_node, connections_outlive_endpoints,
    clients_stay_with_their_endpoint, without_endpoints_connections_are_refused_at_once, exhausted_addresses_show_and_come_back, the_cluster_goes,
]
