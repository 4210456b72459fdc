"""The server is killed and started again."""
import json, subprocess, threading, time

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

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(2)
    bed.kill()
    done.set()
    writer.join()
    bed.start()
    names = {item["metadata"]["name"] for item in bed.json("kubectl get configmaps -o json")["items"]}
    expect(acknowledged and set(acknowledged) <= names, f"lost: {set(acknowledged) - names}")


def a_half_made_cluster_is_completed(bed):
    process = subprocess.Popen(["eyrie", "create", "cluster", "--name", "half", "--region", "us-west-1", "--nodes", "2"], env=bed.env,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    made = lambda: bed.call("aws", "eks", "describe-cluster", "--name", "half", "--region", "us-west-1", check=False).returncode == 0
    eventually(made, "the cluster was not begun")
    bed.kill()
    process.wait()
    bed.start()
    bed.out("aws eks wait cluster-active --name half --region us-west-1")
    bed.out("eyrie delete cluster --name half --region us-west-1")


def the_course_s_cluster_is_deleted_in_the_end(bed):
    bed.out("eyrie delete cluster --name EKS-Test")
    expect(bed.json("aws eks list-clusters --region us-west-1")["clusters"] == [], "a cluster is left")
    mine = "--filters Name=tag:alpha.eksctl.io/cluster-name,Values=EKS-Test --region us-west-1"
    expect(bed.json(f"aws ec2 describe-vpcs {mine}")["Vpcs"] == [], "a VPC is left")


tests = [everything_goes_on_after_a_kill, no_acknowledged_write_is_lost, a_half_made_cluster_is_completed, the_course_s_cluster_is_deleted_in_the_end]
