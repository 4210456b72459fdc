"""The server is killed and started again."""
import json, random, socket, subprocess, threading, time, urllib.parse

from bed import eventually, expect, within


def ready_nodes(bed):
    lines = bed.call("kubectl", "get", "nodes", "--no-headers", check=False).stdout.splitlines()
    return sum(line.split()[1] == "Ready" for line in lines)


def everything_goes_on_after_a_kill(bed):
    bed.out("kubectl create deployment lasting --image=nginx --replicas=4")
    bed.out("kubectl rollout status deployment/lasting --timeout=60s")
    before = {pod["metadata"]["uid"] for pod in bed.json("kubectl get pods -l app=lasting -o json")["items"]}
    bed.kill()
    bed.start()
    eventually(lambda: ready_nodes(bed) == 3, lambda: bed.call("kubectl", "get", "nodes", check=False).stdout)
    after = {pod["metadata"]["uid"] for pod in bed.json("kubectl get pods -l app=lasting -o json")["items"]}
    expect(before == after, f"pods changed: {before} {after}")
    bed.out("kubectl scale deployment lasting --replicas=6")
    bed.out("kubectl rollout status deployment/lasting --timeout=60s")


def no_acknowledged_write_is_lost(bed):
    acknowledged = []
    done = threading.Event()

    def write():
        number = 0
        while not done.is_set():
            number += 1
            if bed.call("kubectl", "create", "configmap", f"kept-{number}", "--from-literal=a=b", check=False).returncode == 0:
                acknowledged.append(f"kept-{number}")

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    time.sleep(2)
    bed.kill()
    done.set()
    writer.join()
    bed.start()
    names = {item["metadata"]["name"] for item in bed.json("kubectl get configmaps -o json")["items"]}
    expect(acknowledged and set(acknowledged) <= names, f"lost: {set(acknowledged) - names}")


def a_half_made_cluster_is_completed(bed):
    process = subprocess.Popen(["eyrie", "create", "cluster", "--name", "half", "--region", "us-west-1", "--nodes", "2",
                                "--write-kubeconfig=false"], env=bed.env,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    made = lambda: bed.call("aws", "eks", "describe-cluster", "--name", "half", "--region", "us-west-1", check=False).returncode == 0
    eventually(made, "the cluster was not begun")
    bed.kill()
    process.wait()
    bed.start()
    bed.out("aws eks wait cluster-active --name half --region us-west-1")
    bed.out("eyrie delete cluster --name half --region us-west-1")


def nothing_stays_half_made_whenever_the_server_dies(bed):
    """Creates, scales and deletes a cluster while the server is killed at random moments; then everything is whole, or gone."""
    chance = random.Random(7)
    region = "--region us-east-1"
    lines = [f"eyrie create cluster --name chaos --nodes 2 --managed=false {region} --write-kubeconfig=false", f"eyrie delete cluster --name chaos {region}",
             f"eyrie create cluster --name chaos --nodes 2 --nodegroup-name ng-chaos {region} --write-kubeconfig=false",
             f"eyrie scale nodegroup --cluster chaos --name ng-chaos --nodes 4 --nodes-max 4 {region}", f"eyrie delete cluster --name chaos {region}"]
    for line in lines:
        process = subprocess.Popen(line.split(), env=bed.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.random() * 1.2)
        bed.kill()
        process.wait(60)
        bed.start()
        whole(bed, region)
    if bed.call("eyrie", "delete", "cluster", "--name", "chaos", "--region", "us-east-1", check=False).returncode != 0:
        within(bed.error(f"eyrie delete cluster --name chaos {region}"), "was not found")
    eventually(lambda: not leftovers(bed, region), lambda: f"left over: {leftovers(bed, region)}", 20)


def whole(bed, region):
    """Every cluster and nodegroup comes to rest, with as many instances as its groups ask for."""
    for name in bed.json(f"aws eks list-clusters {region}")["clusters"]:
        at_rest = lambda: bed.json(f"aws eks describe-cluster --name {name} {region}")["cluster"]["status"] == "ACTIVE"
        eventually(lambda: bed.call("aws", "eks", "describe-cluster", "--name", name, *region.split(), check=False).returncode != 0 or at_rest(),
                   f"{name} is half made")

    def settled():
        groups = bed.json(f"aws autoscaling describe-auto-scaling-groups {region}")["AutoScalingGroups"]
        return all(len([one for one in group["Instances"] if one["LifecycleState"] == "InService"]) == group["DesiredCapacity"] for group in groups)

    eventually(settled, "a group has not as many instances as it asks for")


def leftovers(bed, region):
    """What is there of the cluster `chaos` that should be gone."""
    mine = f"--filters Name=tag:alpha.eksctl.io/cluster-name,Values=chaos {region}"
    found = {
        "clusters": bed.json(f"aws eks list-clusters {region}")["clusters"],
        "groups": bed.json(f"aws autoscaling describe-auto-scaling-groups {region}")["AutoScalingGroups"],
        "vpcs": bed.json(f"aws ec2 describe-vpcs {mine}")["Vpcs"],
        "gateways": bed.json(f"aws ec2 describe-internet-gateways {mine}")["InternetGateways"],
        "addresses": bed.json(f"aws ec2 describe-addresses {region}")["Addresses"],
        "templates": bed.json(f"aws ec2 describe-launch-templates {region}")["LaunchTemplates"],
        "roles": [role for role in bed.json("aws iam list-roles")["Roles"] if role["RoleName"].startswith("eksctl-chaos-")],
        "instances": [one for reservation in bed.json(f"aws ec2 describe-instances {region}")["Reservations"] for one in reservation["Instances"]
                      if one["State"]["Name"] != "terminated"],
    }
    return {name: things for name, things in found.items() if things}


def an_apply_of_many_objects_is_whole_or_can_be_repeated(bed):
    text = "---\n".join(f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: many-{number}\ndata:\n  a: b\n" for number in range(40))
    process = subprocess.Popen(["kubectl", "apply", "-f", "-"], env=bed.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    process.stdin.write(text)
    process.stdin.close()
    told = [process.stdout.readline() for _ in range(8)]
    bed.kill()
    told += process.stdout.readlines()
    process.wait()
    bed.start()
    names = {item["metadata"]["name"] for item in bed.json("kubectl get configmaps -o json")["items"]}
    expect(told[0] and {line.split()[0].split("/")[1] for line in told if line.endswith("created\n")} <= names, f"an object that was created is lost: {told}")
    within(bed.out("kubectl apply -f -", stdin=text), "configmap/many-39")
    bed.out("kubectl delete --wait=false -f -", stdin=text)


def ten_restarts_change_nothing(bed):
    def state():
        names = lambda kind: sorted((item["metadata"].get("namespace"), item["metadata"]["name"], item["metadata"]["uid"])
                                    for item in bed.json(f"kubectl get {kind} -A -o json")["items"])
        return {kind: names(kind) for kind in ("nodes", "pods", "configmaps", "secrets", "services", "replicasets", "roles", "clusterroles")}

    before = state()
    for _ in range(10):
        bed.kill()
        bed.start()
    eventually(lambda: ready_nodes(bed) == 3, lambda: bed.call("kubectl", "get", "nodes", check=False).stdout)
    after = state()
    for kind, names in before.items():
        expect(names == after[kind], f"{kind} changed: {set(names) ^ set(after[kind])}")


def a_port_that_is_taken_keeps_one_cluster_down_alone(bed):
    endpoint = bed.json("aws eks describe-cluster --name EKS-Test --region us-west-1")["cluster"]["endpoint"]
    bed.kill()
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", urllib.parse.urlsplit(endpoint).port))
        squatter.listen()
        bed.start()
        bed.out("aws sts get-caller-identity")
        within(bed.log(), "the control plane of cluster EKS-Test does not start", "Address already in use")
    eventually(lambda: ready_nodes(bed) == 3, lambda: bed.call("kubectl", "get", "nodes", check=False).stdout, 60)


def the_course_s_cluster_is_deleted_in_the_end(bed):
    bed.out("eyrie delete cluster --name EKS-Test")
    expect(bed.json("aws eks list-clusters --region us-west-1")["clusters"] == [], "a cluster is left")
    mine = "--filters Name=tag:alpha.eksctl.io/cluster-name,Values=EKS-Test --region us-west-1"
    expect(bed.json(f"aws ec2 describe-vpcs {mine}")["Vpcs"] == [], "a VPC is left")


tests = [everything_goes_on_after_a_kill, no_acknowledged_write_is_lost, a_half_made_cluster_is_completed,
         nothing_stays_half_made_whenever_the_server_dies, an_apply_of_many_objects_is_whole_or_can_be_repeated, ten_restarts_change_nothing,
         a_port_that_is_taken_keeps_one_cluster_down_alone, the_course_s_cluster_is_deleted_in_the_end]
