"""What pods have around their containers, on one real node: environment, volumes, identity, limits, and eviction."""
import json, os, time

import images
from bed import eventually, expect, within
from kubelet_api import CLUSTER
from nodes import apply, get, inside, machine, nodes, pod, ready, sh


def a_node_is_ready(bed):
    bed.call("eyrie", "images", "import", images.busybox(bed.folder))
    path = os.path.join(bed.folder, "one.yaml")
    open(path, "w").write(CLUSTER)
    bed.call("eyrie", "create", "cluster", "-f", path, timeout=120)
    expect(len(nodes(bed)) == 1, "one node")


# Addresses of pods that went rest for half a minute: pods that need none of their own do not wait for one.
NODE = "  hostNetwork: true"


def waiting(bed, name):
    return get(bed, "pod", name, "{.status.containerStatuses[0].state.waiting.reason}: {.status.containerStatuses[0].state.waiting.message}")


def what_is_missing_is_told_in_upstreams_words(bed):
    apply(bed, pod("no-key", extra=NODE, container="    env: [{name: A, valueFrom: {configMapKeyRef: {name: late, key: a}}}]")
          + pod("no-root", extra=NODE, container="    securityContext: {runAsNonRoot: true}")
          + pod("no-secret", extra=NODE + "\n  volumes: [{name: v, secret: {secretName: late}}]", container="    volumeMounts: [{name: v, mountPath: /v}]")
          + pod("no-folder", extra=NODE + "\n  volumes: [{name: v, hostPath: {path: /etc/hostname, type: Directory}}]", container="    volumeMounts: [{name: v, mountPath: /v}]")
          + pod("no-sysctl", extra="  securityContext: {sysctls: [{name: vm.swappiness, value: '1'}]}"))
    eventually(lambda: waiting(bed, "no-key") == 'CreateContainerConfigError: configmap "late" not found', lambda: waiting(bed, "no-key"))
    uid = get(bed, "pod", "no-root", "{.metadata.uid}")
    text = f'CreateContainerConfigError: container has runAsNonRoot and image will run as root (pod: "no-root_default({uid})", container: main)'
    eventually(lambda: waiting(bed, "no-root") == text, lambda: waiting(bed, "no-root"))
    events = lambda name: bed.out(f"kubectl get events --field-selector involvedObject.name={name} -o jsonpath={{.items[*].message}}")
    eventually(lambda: 'MountVolume.SetUp failed for volume "v" : secret "late" not found' in events("no-secret"), lambda: events("no-secret"))
    eventually(lambda: "hostPath type check failed: /etc/hostname is not a directory" in events("no-folder"), lambda: events("no-folder"))
    eventually(lambda: get(bed, "pod", "no-sysctl", "{.status.reason}") == "SysctlForbidden", lambda: bed.out("kubectl get pod no-sysctl -o yaml"))
    bed.out("kubectl create configmap late --from-literal=a=1")
    ready(bed, "no-key")
    bed.out("kubectl delete pod no-key no-root no-secret no-folder no-sysctl")


def the_environment_is_whole(bed):
    bed.out("kubectl create configmap words --from-literal=GREETING=hello")
    apply(bed, pod("env", container="""    envFrom: [{prefix: W_, configMapRef: {name: words}}]
    env:
    - {name: TWICE, value: "$(W_GREETING) $(W_GREETING) $$(W_GREETING) $(NONE)"}
    - {name: LABEL, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
    - {name: ADDRESS, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    - {name: HOST, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
    - {name: LIMIT, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
    - {name: CORES, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
    resources: {limits: {memory: 48Mi}}
"""))
    ready(bed, "env")
    values = dict(line.split("=", 1) for line in sh(bed, "env", "env").splitlines() if "=" in line)
    expect(values["TWICE"] == "hello hello $(W_GREETING) $(NONE)", values["TWICE"])
    expect((values["LABEL"], values["LIMIT"], values["CORES"]) == ("env", "48", "1"), values)
    expect(values["ADDRESS"] == get(bed, "pod", "env", "{.status.podIP}") and values["HOST"] == get(bed, "pod", "env", "{.status.hostIP}"), values)
    expect(values["KUBERNETES_SERVICE_HOST"] == bed.out("kubectl get service kubernetes -o jsonpath={.spec.clusterIP}"), values)
    hosts = sh(bed, "env", "cat /etc/hosts")
    within(hosts, "# Kubernetes-managed hosts file.", f"{values['ADDRESS']}\tenv")
    within(sh(bed, "env", "cat /etc/resolv.conf"), "search default.svc.cluster.local svc.cluster.local cluster.local", "options ndots:5")
    bed.out("kubectl delete pod env")


def identity_and_capabilities_hold(bed):
    apply(bed, pod("safe", extra="  securityContext: {runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000]}\n  volumes: [{name: v, emptyDir: {}}]",
                   container="""    volumeMounts: [{name: v, mountPath: /v}]
    securityContext: {readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}"""))
    ready(bed, "safe")
    expect(sh(bed, "safe", "id -u; id -g; id -G").split() == ["1000", "3000", "3000", "2000", "4000"], sh(bed, "safe", "id"))
    within(sh(bed, "safe", "cat /proc/self/status"), "NoNewPrivs:\t1", "CapEff:\t0000000000000000", "Seccomp:\t2")
    within(sh(bed, "safe", "touch /x 2>&1 || true"), "Read-only file system")
    expect(sh(bed, "safe", "touch /v/x; stat -c %g /v/x").strip() == "2000", "the group of new files")
    bed.out("kubectl delete pod safe")


def parts_of_volumes_stay_inside_them(bed):
    apply(bed, pod("escape", "ln -s / /v/out; sleep 100000", extra="  volumes: [{name: v, emptyDir: {}}]\n  restartPolicy: Always",
                   container="""    volumeMounts: [{name: v, mountPath: /v}]
  - {name: thief, image: 'example.org/busybox:1', command: [sh, -c, 'sleep 1'], volumeMounts: [{name: v, mountPath: /host, subPath: out/etc}]}"""))
    thief = lambda: json.dumps([s for s in json.loads(bed.out("kubectl get pod escape -o json"))["status"].get("containerStatuses", []) if s["name"] == "thief"])
    eventually(lambda: 'failed to prepare subPath for volumeMount \\"v\\" of container \\"thief\\"' in thief() or '"restartCount": 0' not in thief(), thief)
    within(thief(), "CreateContainerConfigError")
    bed.out("kubectl delete pod escape")


def last_words_are_kept(bed):
    apply(bed, pod("file", "echo from the file > /dev/termination-log; exit 1", extra=NODE + "\n  restartPolicy: Never")
          + pod("log", "echo from the log; exit 1", extra=NODE + "\n  restartPolicy: Never", container="    terminationMessagePolicy: FallbackToLogsOnError"))
    for name in ("file", "log"):
        path = "{.status.containerStatuses[0].state.terminated.message}"
        eventually(lambda: get(bed, "pod", name, path) == f"from the {name}\n", lambda: get(bed, "pod", name, path))
    bed.out("kubectl delete pod file log")


def pods_beyond_their_limits_on_disk_are_evicted(bed):
    apply(bed, pod("filler", "head -c 5000000 /dev/zero > /v/x; sleep 100000", extra=NODE + "\n  restartPolicy: Never\n  volumes: [{name: v, emptyDir: {sizeLimit: 1Mi}}]",
                   container="    volumeMounts: [{name: v, mountPath: /v}]")
          + pod("writer", "head -c 5000000 /dev/zero > /x; sleep 100000", extra=NODE + "\n  restartPolicy: Never", container="    resources: {limits: {ephemeral-storage: 1Mi}}"))
    message = lambda name: get(bed, "pod", name, "{.status.phase} {.status.reason} {.status.message}")
    eventually(lambda: message("filler") == 'Failed Evicted Usage of EmptyDir volume "v" exceeds the limit "1Mi". ', lambda: message("filler"), 40)
    eventually(lambda: message("writer") == "Failed Evicted Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ", lambda: message("writer"), 60)
    uid = get(bed, "pod", "filler", "{.metadata.uid}")
    pid = machine(bed, nodes(bed)[0])
    eventually(lambda: not inside(pid, "ls", f"/var/lib/kubelet/pods/{uid}/volumes").stdout, "an evicted pod keeps its volumes", 20)
    bed.out("kubectl delete pod filler writer")


def a_node_short_of_memory_evicts_the_greedy(bed):
    pid = machine(bed, nodes(bed)[0])
    two = not inside(pid, "ls", "/sys/fs/cgroup/memory/kubepods").stdout
    group = "/sys/fs/cgroup/kubepods/memory." if two else "/sys/fs/cgroup/memory/kubepods/memory."
    read = lambda name: inside(pid, "cat", group + name).stdout
    limit, used = (int(read(name)) for name in (("max", "current") if two else ("limit_in_bytes", "usage_in_bytes")))
    used -= int(next(line.split()[1] for line in read("stat").splitlines() if line.startswith(("inactive_file", "total_inactive_file")[not two])))
    # Between the threshold (100 MiB) and the end.
    size = (limit - used >> 20) - 70
    command = f"dd if=/dev/zero of=/v/x bs=1M count={size}; sleep 100000"
    apply(bed, pod("modest", extra=NODE, container="    resources: {requests: {memory: 16Mi}}")
          + pod("greedy", command, extra=NODE + "\n  restartPolicy: Never\n  volumes: [{name: v, emptyDir: {medium: Memory}}]", container="    volumeMounts: [{name: v, mountPath: /v}]"))
    message = lambda: get(bed, "pod", "greedy", "{.status.phase} {.status.reason} {.status.message}")
    eventually(lambda: message().startswith("Failed Evicted The node was low on resource: memory. Threshold quantity: 100Mi, available: "), message, 40)
    within(message(), "Container main was using ", ", request is 0, has larger consumption of memory. ")
    pressure = lambda: {c["type"]: c["status"] for c in nodes(bed)[0]["status"]["conditions"]}["MemoryPressure"]
    eventually(lambda: pressure() == "True", "no memory pressure", 20)
    eventually(lambda: "memory-pressure" in json.dumps(nodes(bed)[0]["spec"].get("taints", [])), "no taint", 20)
    expect(get(bed, "pod", "modest", "{.status.phase}") == "Running", "the modest pod went too")
    within(bed.out("kubectl get events"), "Attempting to reclaim memory")
    bed.out("kubectl delete pod modest greedy")


def nothing_is_left_of_deleted_pods(bed):
    pid = machine(bed, nodes(bed)[0])
    wanted = {row["metadata"]["uid"] for row in bed.json("kubectl get pods -A -o json")["items"]}
    eventually(lambda: set(inside(pid, "ls", "/var/lib/kubelet/pods").stdout.split()) == wanted, lambda: inside(pid, "ls", "/var/lib/kubelet/pods").stdout, 30)
    logs = {name.split("_")[-1] for name in inside(pid, "ls", "/var/log/pods").stdout.split()}
    groups = {line.rsplit("/pod", 1)[1] for line in inside(pid, "sh", "-c", "ls -d /sys/fs/cgroup/*/kubepods/*/pod* /sys/fs/cgroup/*/kubepods/pod*").stdout.split()}
    mounts = {line.split("/var/lib/kubelet/pods/")[1].split("/")[0] for line in inside(pid, "cat", "/proc/mounts").stdout.splitlines() if "/var/lib/kubelet/pods/" in line}
    expect(logs == wanted and groups == wanted and mounts <= wanted, f"{wanted}: logs {logs}, groups {groups}, mounts {mounts}")


tests = [
    a_node_is_ready, what_is_missing_is_told_in_upstreams_words, the_environment_is_whole, identity_and_capabilities_hold,
    parts_of_volumes_stay_inside_them, last_words_are_kept, pods_beyond_their_limits_on_disk_are_evicted,
    a_node_short_of_memory_evicts_the_greedy, nothing_is_left_of_deleted_pods,
]
