"""Machines of real nodes: their size, their images, their disk and their network, and what happens when these fail."""
import os, subprocess, tempfile

from bed import expect, eventually, within
from nodes import apply, get, inside, machine, nodes, pod, ready, sh

CLUSTER = """apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: sizes, region: us-west-1}
nodeGroups:
- {name: small, instanceType: t3.small, desiredCapacity: 1, volumeSize: 3}
"""


def is_ready(bed):
    """Whether the one node is Ready, and says so freshly."""
    found = [row for node in nodes(bed) for row in node["status"]["conditions"] if row["type"] == "Ready"]
    return [row["status"] for row in found] == ["True"]


def images_are_made_and_imported(bed):
    archive = os.path.join(bed.folder, "box.tar")
    bed.call("eyrie", "images", "build", "busybox", "--tag", "example.org/busybox:1", "--output", archive)
    within(bed.call("eyrie", "images", "import", archive).stdout, "imported example.org/busybox:1", "0 running node(s)")
    within(bed.out("eyrie images list"), "example.org/busybox:1")
    within(bed.error("eyrie images import /etc/passwd"), "is no image archive")
    within(bed.error("eyrie images remove none"), 'no image "none" was imported')


def a_machine_has_the_size_of_its_type(bed):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(CLUSTER)
        file.flush()
        bed.call("eyrie", "create", "cluster", "-f", file.name, timeout=120)
    node = nodes(bed)[0]
    capacity = node["status"]["capacity"]
    expect(capacity["cpu"] == "2" and capacity["memory"] == "2Gi" and capacity["pods"] == "11", capacity)
    expect(2_500_000 < int(capacity["ephemeral-storage"].rstrip("Ki")) < 3_200_000, capacity)
    pid = machine(bed, node)
    within(inside(pid, "cat", "/etc/hostname").stdout, "ip-192-168-")
    expect(inside(pid, "ls", "-A", bed.folder).stdout == "", "the machine sees the server's data")
    expect("acceptance.py" not in inside(pid, "ps", "-eo", "args").stdout, "processes of the host show")


def a_pod_cannot_take_more_than_its_machine_has(bed):
    apply(bed, pod("greedy", "head -c 3000m /dev/zero | tail", extra="  restartPolicy: Never") + pod("modest"))
    ready(bed, "modest")
    eventually(lambda: get(bed, "pod", "greedy", "{.status.phase}") in ("Failed", "Succeeded"), "nobody stops it", 60)
    expect(is_ready(bed), bed.out("kubectl get nodes"))
    expect(sh(bed, "modest", "echo alive") == "alive\n", "its neighbour died")
    bed.out("kubectl delete pod greedy")


def images_come_and_go_while_nodes_run(bed):
    archive = os.path.join(bed.folder, "web.tar")
    bed.call("eyrie", "images", "build", "nginx", "--tag", "example.org/web:2", "--port", "8080", "--output", archive)
    within(bed.call("eyrie", "images", "import", archive).stdout, "loaded into 1 running node(s)")
    apply(bed, pod("modest"))
    bed.out("kubectl run web --image=example.org/web:2 --image-pull-policy=Never")
    ready(bed, "modest", "web")
    within(sh(bed, "modest", f"wget -qO- http://{get(bed, 'pod', 'web', '{.status.podIP}')}:8080/"), "Welcome to nginx!")
    bed.out("kubectl delete pod web --grace-period=1")
    within(bed.out("eyrie images remove example.org/web:2"), "removed example.org/web:2")
    bed.out("kubectl run web --image=example.org/web:2 --image-pull-policy=Never")
    eventually(lambda: get(bed, "pod", "web", "{.status.containerStatuses[0].state.waiting.reason}") == "ErrImageNeverPull", lambda: bed.out("kubectl get pod web"))
    bed.out("kubectl delete pod web --grace-period=1")


def a_stopped_server_powers_machines_off_and_boots_them_again(bed):
    before = get(bed, "node", nodes(bed)[0]["metadata"]["name"], "{.metadata.uid}")
    bed.out("eyrie down")
    bed.server.wait()
    expect(subprocess.run(["pgrep", "-f", f"machine-init.*{bed.mark()}"]).returncode == 1, "a machine runs on")
    bed.start()
    eventually(lambda: get(bed, "pod", "modest", "{.status.containerStatuses[0].restartCount}") == "1", lambda: bed.out("kubectl get pods"), 60)
    ready(bed, "modest")
    expect(get(bed, "node", nodes(bed)[0]["metadata"]["name"], "{.metadata.uid}") == before, "it is another node")


def a_full_disk_evicts_and_recovers(bed):
    apply(bed, pod("filler", "head -c 2600m /dev/zero > /data/file; sleep 100000", extra="  volumes: [{name: data, emptyDir: {}}]",
                   container="    volumeMounts: [{name: data, mountPath: /data}]"))
    reason = lambda: get(bed, "pod", "filler", "{.status.reason}")
    eventually(lambda: reason() == "Evicted", lambda: bed.out("kubectl describe node") + bed.out("kubectl get pods"), 90)
    within(get(bed, "pod", "filler", "{.status.message}"), "The node was low on resource: ephemeral-storage")
    pressure = lambda: [row["status"] for row in nodes(bed)[0]["status"]["conditions"] if row["type"] == "DiskPressure"]
    bed.out("kubectl delete pod filler")
    used = lambda: int(inside(machine(bed, nodes(bed)[0]), "sh", "-c", "df --output=pcent /var/lib/kubelet | tail -1").stdout.strip().rstrip("%"))
    eventually(lambda: used() < 50, lambda: f"the disk stays full: {used()} %", 60)
    expect(pressure() in (["True"], ["False"]), pressure())


def a_machine_without_network_is_not_ready_until_it_has_it_again(bed):
    pid = machine(bed, nodes(bed)[0])
    for chain, hook, device in (("out", "output", "oifname"), ("in", "input", "iifname")):
        cut = f"add table inet cut; add chain inet cut {chain} {{ type filter hook {hook} priority -500; }}; add rule inet cut {chain} {device} eth0 drop"
        expect(inside(pid, "nft", cut).returncode == 0, "cannot cut")
    eventually(lambda: not is_ready(bed), "the node stays Ready", 90)
    taints = lambda: [taint["key"] for taint in nodes(bed)[0]["spec"].get("taints", [])]
    eventually(lambda: "node.kubernetes.io/unreachable" in taints(), taints, 30)
    inside(pid, "nft", "delete table inet cut")
    eventually(lambda: is_ready(bed), lambda: bed.out("kubectl get nodes"), 60)
    eventually(lambda: "node.kubernetes.io/unreachable" not in taints(), taints, 30)


tests = [
    images_are_made_and_imported, a_machine_has_the_size_of_its_type, images_come_and_go_while_nodes_run,
    a_pod_cannot_take_more_than_its_machine_has, a_stopped_server_powers_machines_off_and_boots_them_again, a_full_disk_evicts_and_recovers,
    a_machine_without_network_is_not_ready_until_it_has_it_again,
]
