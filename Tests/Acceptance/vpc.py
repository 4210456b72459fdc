"""Real nodes and the region: addresses of subnets that run out and come back, and images of ECR."""
import gzip, hashlib, json, os, urllib.error, urllib.request

import images
from bed import eventually, expect, within
from nodes import apply, nodes, pod, ready

R = "--region us-west-1"


def a_node_in_a_small_subnet_is_ready(bed):
    """A subnet of 11 addresses beside the cluster's own, and one node in it."""
    bed.call("eyrie", "images", "import", images.busybox(bed.folder))
    bed.call("eyrie", "create", "cluster", "--name", "small", "--region", "us-west-1", "--without-nodegroup")
    cluster = bed.json(f"aws eks describe-cluster --name small {R}")["cluster"]
    vpc = cluster["resourcesVpcConfig"]["vpcId"]
    subnet = bed.json(f"aws ec2 create-subnet --vpc-id {vpc} --cidr-block 192.168.255.0/28 --availability-zone us-west-1a {R}")["Subnet"]["SubnetId"]
    bed.out(f"aws ec2 modify-subnet-attribute --subnet-id {subnet} --map-public-ip-on-launch {R}")
    tables = bed.json(f"aws ec2 describe-route-tables --filters Name=vpc-id,Values={vpc} {R}")["RouteTables"]
    public = next(table["RouteTableId"] for table in tables if any(route.get("GatewayId", "").startswith("igw-") for route in table["Routes"]))
    bed.out(f"aws ec2 associate-route-table --route-table-id {public} --subnet-id {subnet} {R}")
    trust = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
    role = json.loads(bed.call("aws", "iam", "create-role", "--role-name", "small-node", "--assume-role-policy-document", trust).stdout)["Role"]["Arn"]
    for policy in ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"):
        bed.out(f"aws iam attach-role-policy --role-name small-node --policy-arn arn:aws:iam::aws:policy/{policy}")
    bed.out(
        f"aws eks create-nodegroup --cluster-name small --nodegroup-name ng --node-role {role} --subnets {subnet} "
        f"--scaling-config minSize=1,maxSize=1,desiredSize=1 --instance-types t3.medium {R}")
    eventually(lambda: any(condition["type"] == "Ready" and condition["status"] == "True" for node in nodes(bed) for condition in node["status"]["conditions"]),
               "the node is not ready", seconds=90)
    for name in ("coredns", "metrics-server"):
        bed.out(f"kubectl -n kube-system wait --for=jsonpath={{.status.updatedReplicas}}=2 deployment/{name} --timeout=60s")
    bed.subnet = subnet


def free(bed):
    return bed.json(f"aws ec2 describe-subnets --subnet-ids {bed.subnet} {R}")["Subnets"][0]["AvailableIpAddressCount"]


def pods_wait_while_the_subnet_has_no_address_and_go_on_when_one_comes_back(bed):
    """The node's first interface takes six addresses; a second one with as many does not find room in the subnet, as on EKS."""
    names = [f"full-{index}" for index in range(4)]
    apply(bed, "".join(pod(name) for name in names))

    def rows():
        return {row["metadata"]["name"]: row for row in bed.json("kubectl get pods -o json")["items"] if row["metadata"]["name"] in names}

    def running():
        return [name for name, row in rows().items() if row["status"]["phase"] == "Running"]

    def events():
        return bed.out("kubectl get events --field-selector reason=FailedCreatePodSandBox -o jsonpath={..message}")

    eventually(
        lambda: "failed to assign an IP address to container" in events() and running(), lambda: f"no event: {running()} {events()[:400]}", seconds=60)
    expect(free(bed) < 6, f"{free(bed)} addresses are free")
    served = running()
    waiting = [name for name in names if name not in served]
    expect(waiting, f"all run: {served}")
    status = rows()[waiting[0]]["status"]
    expect(status["phase"] == "Pending" and status["containerStatuses"][0]["state"]["waiting"]["reason"] == "ContainerCreating", str(status))
    bed.out(f"kubectl delete pod {served[0]} --wait=true")
    eventually(lambda: [name for name in running() if name in waiting], "the address does not come back", seconds=120)


class Registry:
    """Pushes an image by the protocol of registries."""

    def __init__(self, bed):
        self.endpoint = json.load(open(os.path.join(bed.folder, "server.json")))["endpoint"]
        self.token = bed.json(f"aws ecr get-authorization-token {R}")["authorizationData"][0]["authorizationToken"]

    def send(self, method, target, data=None, **headers):
        url = target if target.startswith("http") else self.endpoint + target
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, data=data, method=method, headers={"Authorization": f"Basic {self.token}", **headers})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, dict(answer.headers.items()), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers.items()), error.read()

    def blob(self, repository, content):
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        status, headers, text = self.send("POST", f"/v2/{repository}/blobs/uploads/", b"")
        expect(status == 202, f"{status} {text}")
        place = {name.lower(): value for name, value in headers.items()}["location"]
        status, _, text = self.send("PUT", f"{place}{'&' if '?' in place else '?'}digest={digest}", content, Content_Type="application/octet-stream")
        expect(status == 201, f"{status} {text}")
        return {"digest": digest, "size": len(content)}

    def push(self, repository, tag, layer, command):
        packed = gzip.compress(layer)
        config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": command, "Env": ["PATH=/bin"]},
                             "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]}}).encode()
        prefix = "application/vnd.docker."
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": prefix + "distribution.manifest.v2+json",
            "config": {"mediaType": prefix + "container.image.v1+json", **self.blob(repository, config)},
            "layers": [{"mediaType": prefix + "image.rootfs.diff.tar.gzip", **self.blob(repository, packed)}]}).encode()
        return self.send("PUT", f"/v2/{repository}/manifests/{tag}", manifest, Content_Type=prefix + "distribution.manifest.v2+json")


def nodes_pull_from_ecr_with_their_role(bed):
    account = bed.json("aws sts get-caller-identity")["Account"]
    bed.out(f"aws ecr create-repository --repository-name team/tool {R}")
    layer = images.Layer()
    layer.program("/bin/busybox", "/bin/sleep")
    status, _, text = Registry(bed).push("team/tool", "v1", layer.bytes(), ["/bin/sleep", "100000"])
    expect(status == 201, f"{status} {text}")
    expect(bed.json(f"aws ecr describe-images --repository-name team/tool {R}")["imageDetails"][0]["imageTags"] == ["v1"], "the image is not told")
    host = f"{account}.dkr.ecr.us-west-1.amazonaws.com"
    outside = json.dumps({"spec": {"hostNetwork": True, "terminationGracePeriodSeconds": 1}})
    for name in ("tool", "nothing"):
        bed.call("kubectl", "run", name, f"--image={host}/team/{name}:v1", "--restart=Never", f"--overrides={outside}")
    ready(bed, "tool")
    within(bed.out("kubectl describe pod tool"), f'Successfully pulled image "{host}/team/tool:v1"')

    def reason():
        statuses = bed.json("kubectl get pod nothing -o json")["status"].get("containerStatuses", [])
        return statuses and statuses[0]["state"].get("waiting", {}).get("reason") in ("ErrImagePull", "ImagePullBackOff")

    eventually(reason, lambda: bed.out("kubectl describe pod nothing"), seconds=120)


def interfaces_and_addresses_go_with_the_cluster(bed):
    bed.out("kubectl delete pods --all --grace-period=1")
    bed.out(f"aws eks delete-nodegroup --cluster-name small --nodegroup-name ng {R}")
    eventually(
        lambda: "ResourceNotFoundException" in bed.call("aws", "eks", "describe-nodegroup", "--cluster-name", "small", "--nodegroup-name", "ng", *R.split(), check=False).stderr,
        "the nodegroup is still there", seconds=90)
    expect(free(bed) == 11, f"{free(bed)} of 11 addresses are free")
    bed.call("eyrie", "delete", "cluster", "--name", "small", "--region", "us-west-1", timeout=120)


tests = [
    a_node_in_a_small_subnet_is_ready, nodes_pull_from_ecr_with_their_role, pods_wait_while_the_subnet_has_no_address_and_go_on_when_one_comes_back,
    interfaces_and_addresses_go_with_the_cluster,
]
