"""kubectl, unmodified, against the course's cluster."""
import json, os, subprocess, time

from bed import eventually, expect, within

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "nginx:1.26", ports: [{containerPort: 80}], resources: {requests: {cpu: 50m, memory: 64Mi}}}
"""


def apply(bed, text, *flags):
    return bed.call("kubectl", "apply", "-f", "-", *flags, stdin=text).stdout


def pods(bed, selector="app=web"):
    return bed.json(f"kubectl get pods -l {selector} -o json")["items"]


def nodes_are_shown_wide(bed):
    text = bed.out("kubectl get nodes -o wide")
    within(text, "NAME", "STATUS", "ROLES", "AGE", "VERSION", "INTERNAL-IP", "OS-IMAGE", "KERNEL-VERSION", "CONTAINER-RUNTIME",
           "Amazon Linux 2023", "containerd://")
    node = bed.json("kubectl get nodes -o json")["items"][0]
    expect(node["status"]["capacity"]["pods"] == "11" and node["status"]["capacity"]["cpu"] == "1", json.dumps(node["status"]["capacity"]))
    expect(node["spec"]["providerID"].startswith("aws:///us-west-1"), node["spec"]["providerID"])
    expect(node["metadata"]["labels"]["node.kubernetes.io/instance-type"] == "t2.small", str(node["metadata"]["labels"]))


def a_deployment_is_applied_and_rolls_out(bed):
    within(apply(bed, DEPLOYMENT), "deployment.apps/web created")
    within(bed.out("kubectl rollout status deployment/web --timeout=60s"), 'deployment "web" successfully rolled out')
    within(bed.out("kubectl get deployment web"), "READY", "UP-TO-DATE", "AVAILABLE", "3/3")
    expect(len({pod["spec"]["nodeName"] for pod in pods(bed)}) == 3, "the pods are not spread over the nodes")
    within(apply(bed, DEPLOYMENT), "deployment.apps/web unchanged")


def get_all_and_describe_show_everything(bed):
    within(bed.out("kubectl get all"), "pod/web-", "service/kubernetes", "deployment.apps/web", "replicaset.apps/web-")
    within(bed.out("kubectl describe deployment web"), "RollingUpdate", "25% max unavailable, 25% max surge", "ScalingReplicaSet", "MinimumReplicasAvailable")
    name = pods(bed)[0]["metadata"]["name"]
    within(bed.out(f"kubectl describe pod {name}"), "Successfully assigned default/web-", "Node:", "nginx:1.26", "Burstable", "kube-api-access-")
    within(bed.out("kubectl describe node"), "Allocated resources", "topology.kubernetes.io/zone=us-west-1")


def a_change_and_undo_of_the_image_roll(bed):
    bed.out("kubectl set image deployment/web web=nginx:1.27")
    bed.out("kubectl rollout status deployment/web --timeout=60s")
    expect(all(pod["spec"]["containers"][0]["image"] == "nginx:1.27" for pod in pods(bed) if "deletionTimestamp" not in pod["metadata"]), "old pods are left")
    within(bed.out("kubectl rollout history deployment/web"), "REVISION", "1", "2")
    within(bed.out("kubectl rollout undo deployment/web"), "rolled back")
    bed.out("kubectl rollout status deployment/web --timeout=60s")
    within(bed.out("kubectl get deployment web -o jsonpath={.spec.template.spec.containers[0].image}"), "nginx:1.26")
    bed.out("kubectl rollout restart deployment/web")
    bed.out("kubectl rollout status deployment/web --timeout=60s")


def scale_and_expose(bed):
    within(bed.out("kubectl scale deployment web --replicas=5"), "deployment.apps/web scaled")
    bed.out("kubectl rollout status deployment/web --timeout=60s")
    within(bed.out("kubectl expose deployment web --port=80"), "service/web exposed")
    within(bed.out("kubectl get service web"), "ClusterIP", "80/TCP", "<none>")

    def slices():
        items = bed.json("kubectl get endpointslices -l kubernetes.io/service-name=web -o json")["items"]
        return items and len(items[0]["endpoints"] or []) == 5

    eventually(slices, "the service has no five endpoints")


def labels_annotations_and_taints(bed):
    node = bed.json("kubectl get nodes -o json")["items"][0]["metadata"]["name"]
    within(bed.out(f"kubectl label node {node} disk=ssd"), "labeled")
    within(bed.out(f"kubectl get nodes -l disk=ssd -o name"), node)
    within(bed.error(f"kubectl label node {node} disk=hdd"), "already has a value (ssd), and --overwrite is false")
    within(bed.out(f"kubectl annotate node {node} note=here"), "annotated")
    within(bed.out(f"kubectl taint node {node} dedicated=test:NoSchedule"), "tainted")
    within(bed.out(f"kubectl describe node {node}"), "dedicated=test:NoSchedule")
    within(bed.out(f"kubectl taint node {node} dedicated-"), "untainted")
    bed.out(f"kubectl label node {node} disk-")


def cordon_and_drain_respect_budgets(bed):
    node = pods(bed)[0]["spec"]["nodeName"]
    within(bed.out(f"kubectl cordon {node}"), "cordoned")
    within(bed.out("kubectl get nodes"), "SchedulingDisabled")
    within(bed.out(f"kubectl drain {node} --ignore-daemonsets --delete-emptydir-data --force --timeout=60s"), "evicting pod", "drained")
    eventually(lambda: all(pod["spec"].get("nodeName") != node for pod in pods(bed)), "pods are left on the drained node")
    bed.out(f"kubectl uncordon {node}")
    bed.out("kubectl rollout status deployment/web --timeout=60s")
    bed.out("kubectl create pdb web --selector=app=web --min-available=5")
    eventually(lambda: bed.json("kubectl get pdb web -o json")["status"].get("currentHealthy") == 5, "the budget does not see its pods")
    name = pods(bed)[0]["metadata"]["name"]
    refused = bed.call(
        "kubectl", "create", "--raw", f"/api/v1/namespaces/default/pods/{name}/eviction", "-f", "-", check=False,
        stdin=json.dumps({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": "default"}}))
    within(refused.stderr, "Cannot evict pod as it would violate the pod's disruption budget")
    bed.out("kubectl delete pdb web")


def patches_of_every_kind(bed):
    bed.out("kubectl patch deployment web --type merge -p {\"metadata\":{\"labels\":{\"a\":\"1\"}}}")
    bed.out('kubectl patch deployment web --type json -p [{"op":"add","path":"/metadata/labels/b","value":"2"}]')
    bed.out('kubectl patch deployment web -p {"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"X","value":"y"}]}]}}}}')
    web = bed.json("kubectl get deployment web -o json")
    expect(web["metadata"]["labels"].get("a") == "1" and web["metadata"]["labels"].get("b") == "2", str(web["metadata"]["labels"]))
    container = web["spec"]["template"]["spec"]["containers"][0]
    expect(container["image"] == "nginx:1.26" and container["env"] == [{"name": "X", "value": "y"}], str(container))
    bed.out("kubectl rollout status deployment/web --timeout=60s")


def diff_explain_and_api_resources(bed):
    changed = DEPLOYMENT.replace("replicas: 3", "replicas: 4")
    result = bed.call("kubectl", "diff", "-f", "-", check=False, stdin=changed)
    expect(result.returncode == 1, f"diff returned {result.returncode}: {result.stdout}{result.stderr}")
    within(result.stdout, "replicas: 4")
    within(bed.out("kubectl explain deployment.spec.strategy"), "rollingUpdate", "RollingUpdateDeployment")
    within(bed.out("kubectl api-resources"), "deployments", "deploy", "apps/v1", "networkpolicies", "horizontalpodautoscalers")
    within(bed.out("kubectl api-versions"), "apps/v1", "rbac.authorization.k8s.io/v1", "autoscaling/v2")


OWNED = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: owned}
spec:
  replicas: 1
  selector: {matchLabels: {app: owned}}
  template:
    metadata: {labels: {app: owned}}
    spec:
      containers:
      - {name: web, image: "nginx:1.26"}
"""


def managers(bed, name):
    fields = bed.json(f"kubectl get {name} -o json --show-managed-fields")["metadata"]["managedFields"]
    return {(entry["manager"], entry["operation"]): entry["fieldsV1"] for entry in fields if "subresource" not in entry}


def server_side_apply_owns_conflicts_and_is_forced(bed):
    within(apply(bed, OWNED, "--server-side"), "deployment.apps/owned serverside-applied")
    expect("f:replicas" in managers(bed, "deployment/owned")[("kubectl", "Apply")]["f:spec"], str(managers(bed, "deployment/owned")))
    bed.out('kubectl patch deployment owned --field-manager=hand --patch {"spec":{"replicas":2}}')
    refused = bed.call("kubectl", "apply", "--server-side", "-f", "-", check=False, stdin=OWNED).stderr
    within(refused, 'Apply failed with 1 conflict: conflict with "hand" using apps/v1', ".spec.replicas")
    difference = bed.call("kubectl", "diff", "--server-side", "--force-conflicts", "-f", "-", check=False, stdin=OWNED).stdout
    within(difference, "-  replicas: 2", "+  replicas: 1")
    apply(bed, OWNED, "--server-side", "--force-conflicts")
    expect(("hand", "Update") not in managers(bed, "deployment/owned"), str(managers(bed, "deployment/owned")))
    apply(bed, OWNED.replace("  replicas: 1\n", "").replace("metadata: {name: owned}", "metadata: {name: owned, labels: {a: b}}"), "--server-side")
    apply(bed, OWNED, "--server-side")
    expect("labels" not in bed.json("kubectl get deployment owned -o json")["metadata"], "a label that nobody owns stayed")
    bed.out("kubectl delete deployment owned")


def client_side_apply_moves_to_the_server_s_side_and_back(bed):
    within(apply(bed, OWNED), "created")
    expect(("kubectl-client-side-apply", "Update") in managers(bed, "deployment/owned"), str(managers(bed, "deployment/owned")))
    newer = OWNED.replace("nginx:1.26", "nginx:1.27")
    bed.out("kubectl rollout status deployment/owned --timeout=60s")
    within(apply(bed, OWNED, "--server-side"), "serverside-applied")
    expect(("kubectl-client-side-apply", "Update") not in managers(bed, "deployment/owned"), str(managers(bed, "deployment/owned")))
    within(apply(bed, newer.replace("replicas: 1", "replicas: 2"), "--server-side"), "serverside-applied")
    found = bed.json("kubectl get deployment owned -o json")["spec"]
    expect(found["replicas"] == 2 and found["template"]["spec"]["containers"][0]["image"] == "nginx:1.27", str(found))
    within(apply(bed, OWNED), "configured")
    bed.out("kubectl delete deployment owned")


def can_i_and_tokens(bed):
    within(bed.out("kubectl auth can-i create pods"), "yes")
    within(bed.error("kubectl auth can-i create pods --as=nobody"), "no")
    within(bed.out("kubectl auth whoami"), "arn:aws:iam::")
    token = bed.out("kubectl create token default").strip()
    expect(token.count(".") == 2, token)
    config = bed.json("kubectl config view --minify --raw -o json")
    server = config["clusters"][0]["cluster"]["server"]
    env = dict(bed.env, KUBECONFIG="/dev/null")
    text = bed.call("kubectl", "--server", server, "--insecure-skip-tls-verify", "--token", token, "get", "pods", check=False, env=env).stderr
    within(text, 'User "system:serviceaccount:default:default" cannot list resource "pods" in API group "" in the namespace "default"')


def events_wait_and_watch(bed):
    within(bed.out("kubectl get events"), "LAST SEEN", "TYPE", "REASON", "Scheduled", "Started")
    watch = subprocess.Popen(["kubectl", "get", "pods", "-l", "app=watched", "-w", "--no-headers"], env=bed.env, stdout=subprocess.PIPE, text=True)
    try:
        time.sleep(1)
        bed.out("kubectl run watched --image=nginx --labels=app=watched")
        within(bed.out("kubectl wait --for=condition=Ready pod/watched --timeout=60s"), "condition met")
        bed.out("kubectl delete pod watched --timeout=60s")
        time.sleep(0.5)
    finally:
        watch.terminate()
    text = watch.stdout.read()
    within(text, "Pending", "ContainerCreating", "Running", "Terminating")


def bad_input_is_refused_in_upstream_s_words(bed):
    within(bed.error("kubectl get pod missing"), 'Error from server (NotFound): pods "missing" not found')
    bad = DEPLOYMENT.replace("replicas: 3", "replicas: -3")
    within(bed.call("kubectl", "apply", "-f", "-", check=False, stdin=bad).stderr, "spec.replicas: Invalid value: -3: must be greater than or equal to 0")
    unknown = DEPLOYMENT.replace("replicas: 3", "replicaz: 3")
    within(bed.call("kubectl", "apply", "-f", "-", check=False, stdin=unknown).stderr, 'strict decoding error: unknown field "spec.replicaz"')
    within(bed.error("kubectl create namespace default"), 'namespaces "default" already exists')


def other_kinds_are_served_and_stored(bed):
    bed.out("kubectl create configmap settings --from-literal=a=b")
    bed.out("kubectl create secret generic keys --from-literal=k=v")
    bed.out("kubectl create job once --image=busybox -- true")
    bed.out("kubectl create ingress site --rule=example.com/*=web:80")
    bed.out("kubectl create quota limits --hard=pods=100")
    bed.out("kubectl create role reader --verb=get --resource=pods")
    bed.out("kubectl create rolebinding reader --role=reader --user=ann")
    within(bed.out("kubectl auth can-i get pods --as=ann"), "yes")
    within(bed.out("kubectl get configmap,secret,job,ingress,role,rolebinding"), "settings", "keys", "once", "site", "reader")
    for kind, name in (("job", "once"), ("ingress", "site"), ("quota", "limits"), ("rolebinding", "reader"), ("role", "reader")):
        bed.out(f"kubectl delete {kind} {name}")


AGENT = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      containers: [{name: agent, image: "busybox:1.36"}]
"""

DATABASE = """
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: disk}
provisioner: ebs.csi.aws.com
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 2
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers: [{name: db, image: "redis:7", volumeMounts: [{name: data, mountPath: /data}]}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], storageClassName: disk, resources: {requests: {storage: 1Gi}}}
"""


def a_daemon_set_runs_on_every_node_and_rolls(bed):
    apply(bed, AGENT)
    within(bed.out("kubectl rollout status daemonset/agent --timeout=60s"), 'daemon set "agent" successfully rolled out')
    wanted = len(bed.json("kubectl get nodes -o json")["items"])
    expect(len({pod["spec"]["nodeName"] for pod in pods(bed, "app=agent")}) == wanted, "not every node has its pod")
    within(bed.out("kubectl get daemonset agent"), "DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "NODE SELECTOR")
    bed.out("kubectl set image daemonset/agent agent=busybox:1.37")
    within(bed.out("kubectl rollout status daemonset/agent --timeout=60s"), "successfully rolled out")
    within(bed.out("kubectl rollout history daemonset/agent"), "1", "2")
    bed.out("kubectl rollout undo daemonset/agent")
    within(bed.out("kubectl rollout status daemonset/agent --timeout=60s"), "successfully rolled out")
    bed.out("kubectl delete daemonset agent --timeout=60s")


def a_stateful_set_has_names_and_storage(bed):
    apply(bed, DATABASE)
    within(bed.out("kubectl rollout status statefulset/db --timeout=60s"), "2 pods")
    within(bed.out("kubectl get statefulset db"), "READY", "2/2")
    expect([pod["metadata"]["name"] for pod in pods(bed, "app=db")] == ["db-0", "db-1"], "the pods are not db-0 and db-1")
    eventually(lambda: bed.out("kubectl get pvc -l app=db").count("Bound") == 2, lambda: bed.out("kubectl get pvc,pv"))
    within(bed.out("kubectl get pv"), "RECLAIM POLICY", "Delete", "Bound", "default/data-db-0", "disk")
    bed.out("kubectl scale statefulset db --replicas=1")
    eventually(lambda: len(pods(bed, "app=db")) == 1, "db-1 stays")
    bed.out("kubectl delete statefulset db --timeout=60s")
    bed.out("kubectl delete pvc -l app=db --timeout=60s")
    eventually(lambda: bed.json("kubectl get pv -o json")["items"] == [], lambda: bed.out("kubectl get pv"))


def jobs_complete_and_cron_jobs_make_them(bed):
    bed.out("kubectl create job pi --image=perl -- perl -wle print")
    within(bed.out("kubectl wait --for=condition=complete job/pi --timeout=60s"), "job.batch/pi condition met")
    within(bed.out("kubectl get job pi"), "STATUS", "COMPLETIONS", "DURATION", "Complete", "1/1")
    within(bed.out("kubectl get pods -l job-name=pi"), "Completed")
    bed.out("kubectl delete job pi --timeout=60s")
    eventually(lambda: pods(bed, "job-name=pi") == [], "the pod of a deleted job stays")
    bed.call("kubectl", "create", "job", "bad", "--image=busybox", "--", "sh", "-c", "exit 3")
    within(bed.out("kubectl wait --for=jsonpath={.status.failed}=1 job/bad --timeout=60s"), "condition met")
    bed.out("kubectl delete job bad --timeout=60s")
    bed.call("kubectl", "create", "cronjob", "tick", "--image=busybox", "--schedule=0 3 * * *", "--", "true")
    within(bed.out("kubectl get cronjob tick"), "SCHEDULE", "TIMEZONE", "SUSPEND", "ACTIVE", "LAST SCHEDULE", "0 3 * * *", "<none>", "False")
    bed.out("kubectl create job now --from=cronjob/tick")
    within(bed.out("kubectl wait --for=condition=complete job/now --timeout=60s"), "condition met")
    bed.out("kubectl delete cronjob tick --timeout=60s")
    eventually(lambda: bed.json("kubectl get jobs -o json")["items"] == [], "the job of a deleted cron job stays")


def a_list_is_applied_item_by_item(bed):
    bed.out("kubectl create configmap listed --from-literal=a=b")
    text = bed.out("kubectl get configmaps -l absent!=here -o yaml --field-selector metadata.name=listed")
    within(text, "kind: List")
    within(apply(bed, text.replace("a: b", "a: c")), "configmap/listed configured")
    within(bed.out("kubectl get configmap listed -o jsonpath={.data.a}"), "c")
    bed.out("kubectl delete configmap listed")


def deletion_takes_everything_owned(bed):
    within(bed.out("kubectl delete deployment web"), 'deployment.apps "web" deleted')
    eventually(lambda: pods(bed) == [], lambda: bed.out("kubectl get pods"))
    within(bed.out("kubectl delete service web"), 'service "web" deleted')
    bed.out("kubectl create namespace temp")
    bed.out("kubectl -n temp create deployment x --image=nginx")
    bed.out("kubectl delete namespace temp --timeout=60s")
    within(bed.error("kubectl get namespace temp"), "NotFound")


tests = [
    nodes_are_shown_wide, a_deployment_is_applied_and_rolls_out, get_all_and_describe_show_everything, a_change_and_undo_of_the_image_roll,
    scale_and_expose, labels_annotations_and_taints, cordon_and_drain_respect_budgets, patches_of_every_kind, diff_explain_and_api_resources,
    server_side_apply_owns_conflicts_and_is_forced, client_side_apply_moves_to_the_server_s_side_and_back,
    can_i_and_tokens, events_wait_and_watch, bad_input_is_refused_in_upstream_s_words, other_kinds_are_served_and_stored,
    a_daemon_set_runs_on_every_node_and_rolls, a_stateful_set_has_names_and_storage, jobs_complete_and_cron_jobs_make_them,
    a_list_is_applied_item_by_item, deletion_takes_everything_owned,
]
