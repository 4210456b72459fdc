#!/usr/bin/env python3
"""Measures what a region of simulated machines takes to begin things, and what a cluster takes at rest.

    Benchmarks/launch.py EYRIE

EYRIE is a release; needs boto3 (`make clients`: .build/clients/python/bin/python3). Prints seconds from the start of the server until its
endpoint answers, from CreateCluster to ACTIVE, from SetDesiredCapacity to a Ready node, and a cluster's memory. Leaves nothing behind.
"""
import atexit, json, os, re, shutil, ssl, statistics, subprocess, sys, tempfile, time, urllib.request

eyrie = os.path.abspath(sys.argv[1])
folder = tempfile.mkdtemp(prefix="eyrie-launch-")
atexit.register(shutil.rmtree, folder)
os.environ["EYRIE_DATA_DIR"] = folder


def out(*words):
    return subprocess.run([eyrie, *words], check=True, capture_output=True, text=True).stdout


def until(condition, pause=0.002):
    begun = time.time()
    while not condition():
        time.sleep(pause)
    return time.time() - begun


def row(name, seconds):
    print(f"{name:34} median {statistics.median(seconds):.2f} s, of " + " ".join(f"{one:.2f}" for one in seconds), flush=True)


server = subprocess.Popen([eyrie, "up", "--machines", "simulated", "--listen", "127.0.0.1:0", "--region", "us-west-2", "--log-level", "error"])
atexit.register(server.wait)
atexit.register(server.terminate)
row("region answers", [until(lambda: os.path.exists(f"{folder}/server.json") and os.path.getsize(f"{folder}/server.json") > 0)])
for name, value in re.findall(r"^export (\w+)='([^']*)'$", out("env"), re.M):
    os.environ[name] = value
out("create", "cluster", "--name", "base", "--without-nodegroup")


def memory(key):
    return int(re.search(rf"{key}:\s+(\d+)", open(f"/proc/{server.pid}/status").read()).group(1)) / 1024


# At rest: resident, of that pages of files, and what is touched within twenty seconds.
time.sleep(20)
resident, files = memory("VmRSS"), memory("RssFile")
open(f"/proc/{server.pid}/clear_refs", "w").write("1")
time.sleep(20)
touched = sum(int(size) for size in re.findall(r"^Referenced:\s+(\d+)", open(f"/proc/{server.pid}/smaps").read(), re.M)) / 1024
print(f"{'memory with one idle cluster':34} {resident:.1f} MiB, of files {files:.1f}, touched in 20 s {touched:.1f}", flush=True)

import boto3

eks, scaling = (boto3.client(service, region_name="us-west-2") for service in ("eks", "autoscaling"))
base = eks.describe_cluster(name="base")["cluster"]


def create(number):
    begun = time.time()
    eks.create_cluster(name=f"c{number}", roleArn=base["roleArn"], resourcesVpcConfig={"subnetIds": base["resourcesVpcConfig"]["subnetIds"]})
    until(lambda: eks.describe_cluster(name=f"c{number}")["cluster"]["status"] == "ACTIVE")
    return time.time() - begun


clusters = []
for number in range(9):
    clusters.append(create(number))
    time.sleep(1)
row("CreateCluster to ACTIVE", clusters)
time.sleep(20)
print(f"{'memory for each further cluster':34} {(memory('VmRSS') - resident) / len(clusters):.1f} MiB", flush=True)

out("create", "nodegroup", "--cluster", "base", "--name", "ng", "--nodes", "1", "--nodes-max", "20")
token = json.loads(out("get-token", "--cluster-name", "base", "--region", "us-west-2"))["status"]["token"]
nodes = urllib.request.Request(base["endpoint"] + "/api/v1/nodes", headers={"Authorization": f"Bearer {token}"})
insecure = ssl._create_unverified_context()


def ready():
    items = json.load(urllib.request.urlopen(nodes, context=insecure))["items"]
    return sum(any(one["type"] == "Ready" and one["status"] == "True" for one in item["status"]["conditions"]) for item in items)


def launch(count):
    begun = time.time()
    scaling.set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=count)
    until(lambda: ready() == count)
    return time.time() - begun


group = scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["AutoScalingGroupName"]
until(lambda: ready() == 1)
row("SetDesiredCapacity to Ready", [launch(count) for count in range(2, 11)])
