"""The course's first labs through the eksctl grammar."""
import json, os, shutil, time

from bed import eventually, expect, within

LAB = os.path.join(os.path.dirname(__file__), "..", "..", "examples", "lab3-cluster.yaml")


def lab_3_creates_the_course_s_cluster(bed):
    begin = time.time()
    text = bed.out(f"eyrie create cluster -f {LAB}")
    within(
        text, "using region us-west-1", 'creating EKS cluster "EKS-Test" in "us-west-1" region with un-managed nodes',
        'nodegroup "ng-1" has 3 node(s)', 'EKS cluster "EKS-Test" in "us-west-1" region is ready')
    expect(time.time() - begin < 30, "creating the cluster took longer than half a minute")
    lines = bed.out("kubectl get nodes --no-headers").splitlines()
    expect(len(lines) == 3 and all(line.split()[1] == "Ready" for line in lines), "\n".join(lines))


def the_cluster_and_its_nodegroup_are_listed(bed):
    within(bed.out("eyrie get cluster"), "NAME", "REGION", "EKSCTL CREATED", "EKS-Test", "us-west-1", "True")
    within(bed.out("eyrie get nodegroup --cluster EKS-Test"), "CLUSTER", "NODEGROUP", "ng-1", "t2.small", "unmanaged")
    groups = bed.json("eyrie get nodegroup --cluster EKS-Test -o json")
    expect(groups[0]["DesiredCapacity"] == 3 and groups[0]["MaxSize"] == 3, json.dumps(groups))
    within(bed.out("eyrie get cluster -o yaml"), "name: EKS-Test", "region: us-west-1")


def a_cluster_that_exists_is_not_created_again(bed):
    within(bed.error(f"eyrie create cluster -f {LAB}"), "already exists")


def lab_4_refuses_more_nodes_than_the_maximum(bed):
    within(
        bed.error("eyrie scale nodegroup --cluster=EKS-Test --nodes=5 --name=ng-1"),
        "the desired nodes 5 is greater than current nodes-max/maxSize 3")


def lab_4_scales_to_five_nodes_over_two_zones(bed):
    bed.out("eyrie scale nodegroup --cluster=EKS-Test --nodes=5 --name=ng-1 --nodes-min=3 --nodes-max=5")
    nodes = bed.json("kubectl get nodes -o json")["items"]
    zones = [node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in nodes]
    expect(len(nodes) == 5 and sorted(zones.count(zone) for zone in set(zones)) == [2, 3], str(zones))


def lab_4_scales_back_and_drains_two_nodes(bed):
    bed.out("kubectl create deployment drained --image=nginx --replicas=8")
    bed.out("kubectl rollout status deployment/drained --timeout=60s")
    bed.out("eyrie scale nodegroup --cluster=EKS-Test --nodes=3 --name=ng-1 --nodes-min=3 --nodes-max=5")
    nodes = {node["metadata"]["name"] for node in bed.json("kubectl get nodes -o json")["items"]}
    expect(len(nodes) == 3, str(nodes))

    def settled():
        pods = bed.json("kubectl get pods -l app=drained -o json")["items"]
        return len(pods) == 8 and all(pod["spec"].get("nodeName") in nodes and pod["status"]["phase"] == "Running" for pod in pods)

    eventually(settled, lambda: bed.out("kubectl get pods -o wide"))
    bed.out("kubectl delete deployment drained")


def a_field_that_is_not_supported_is_refused_by_name(bed):
    config = open(LAB).read().replace("EKS-Test", "other") + "\nfargateProfiles: []\n"
    path = os.path.join(bed.folder, "config.yaml")
    open(path, "w").write(config)
    within(bed.error(f"eyrie create cluster -f {path}"), "fargateProfiles", "not supported yet")


def a_misspelt_field_is_refused_with_its_path(bed):
    path = os.path.join(bed.folder, "config.yaml")
    open(path, "w").write(open(LAB).read().replace("desiredCapacity", "desiredCapasity"))
    within(bed.error(f"eyrie create cluster -f {path}"), 'unknown field "nodeGroups[0].desiredCapasity"', "desiredCapacity")


def a_cluster_from_flags_has_managed_nodes(bed):
    bed.out("eyrie create cluster --name flags --version 1.35 --region us-west-2 --nodegroup-name workers --node-type t3.large "
            "--nodes 2 --nodes-min 1 --nodes-max 4 --tags team=blue,env=test")
    cluster = bed.json("aws eks describe-cluster --name flags --region us-west-2")["cluster"]
    expect(cluster["version"] == "1.35" and cluster["tags"]["team"] == "blue", str(cluster))
    group = bed.json("aws eks describe-nodegroup --cluster-name flags --nodegroup-name workers --region us-west-2")["nodegroup"]
    expect(group["status"] == "ACTIVE" and group["scalingConfig"] == {"minSize": 1, "maxSize": 4, "desiredSize": 2}, str(group))
    vpc = cluster["resourcesVpcConfig"]["vpcId"]
    network = bed.json(f"aws ec2 describe-vpcs --vpc-ids {vpc} --region us-west-2")["Vpcs"][0]
    expect(network["CidrBlock"] == "192.168.0.0/16", str(network))


def a_cluster_without_arguments_gets_a_name_and_two_nodes(bed):
    bed.out("eyrie create cluster --without-nodegroup")
    names = bed.json("aws eks list-clusters --region us-west-2")["clusters"]
    made = [name for name in names if name.count("-") == 2]
    expect(len(made) == 1, str(names))
    bed.out(f"eyrie delete cluster --name {made[0]} --region us-west-2")


def deleting_a_cluster_leaves_nothing_behind(bed):
    bed.out("eyrie delete cluster --name flags")
    expect("flags" not in bed.json("aws eks list-clusters --region us-west-2")["clusters"], "the cluster is still listed")
    mine = "--filters Name=tag:alpha.eksctl.io/cluster-name,Values=flags --region us-west-2"
    for line, member in (
        (f"aws ec2 describe-vpcs {mine}", "Vpcs"), (f"aws ec2 describe-subnets {mine}", "Subnets"),
        (f"aws ec2 describe-security-groups {mine}", "SecurityGroups"), (f"aws ec2 describe-addresses {mine}", "Addresses"),
    ):
        found = bed.json(line)[member]
        expect(found == [], f"{member}: {found}")
    roles = [role["RoleName"] for role in bed.json("aws iam list-roles")["Roles"] if role["RoleName"].startswith("eksctl-flags-")]
    expect(roles == [], str(roles))
    states = bed.json("aws ec2 describe-instances --region us-west-2 --query Reservations[].Instances[].State.Name")
    expect(set(states) <= {"terminated"}, str(states))
    groups = bed.json("aws autoscaling describe-auto-scaling-groups --region us-west-2")["AutoScalingGroups"]
    expect(groups == [], str(groups))


def nodegroups_are_added_and_taken_away(bed):
    bed.out("eyrie create nodegroup --cluster EKS-Test --name managed --nodes 1 --node-type t3.small")
    bed.out("eyrie create nodegroup --cluster EKS-Test --name own --managed=false --nodes 1 --node-labels tier=back")
    expect(len(bed.json("kubectl get nodes -o json")["items"]) == 5, bed.out("kubectl get nodes"))
    expect(len(bed.json("kubectl get nodes -l tier=back -o json")["items"]) == 1, bed.out("kubectl get nodes --show-labels"))
    for name in ("managed", "own"):
        bed.out(f"eyrie delete nodegroup --cluster EKS-Test --name {name}")
    names = [group["Name"] for group in bed.json("eyrie get nodegroup --cluster EKS-Test -o json")]
    expect(names == ["ng-1"], str(names))
    expect(len(bed.json("kubectl get nodes -o json")["items"]) == 3, bed.out("kubectl get nodes"))
    left = [role["RoleName"] for role in bed.json("aws iam list-roles")["Roles"] if "-nodegroup-own-" in role["RoleName"]]
    expect(left == [], str(left))


def the_kubeconfig_can_be_written_again(bed):
    path = os.path.join(bed.folder, "other-kubeconfig")
    bed.out(f"eyrie utils write-kubeconfig --cluster EKS-Test --region us-west-1 --kubeconfig {path}")
    within(bed.out(f"kubectl --kubeconfig {path} get nodes"), "Ready")
    bed.out("eyrie utils write-kubeconfig --cluster EKS-Test --region us-west-1")


def every_command_has_help(bed):
    for words in ("", "create", "create cluster", "get", "get cluster", "get nodegroup", "create nodegroup", "scale nodegroup", "delete nodegroup", "delete cluster",
                  "utils write-kubeconfig", "up", "down", "status", "env", "version"):
        within(bed.out(f"eyrie {words} --help"), "Usage:")
    within(bed.out("eksctl version"), ".")


def wrong_words_are_refused_before_anything_happens(bed):
    folder, busy = f"{bed.folder}-wrong", bed.out("eyrie status").split("http://")[1].split()[0]
    for words, reason in (
            (("up", "extra"), 'unexpected argument "extra"'), (("store", "verify", "/elsewhere"), "unexpected argument"),
            (("up", "--store-key", "x"), "--store-key is for a store on etcd://"), (("up", "-d", "--log-level", "x"), "unknown log level"),
            (("up", "--listen", busy), f"cannot listen on {busy}: Address already in use"),
            (("up", "-d=true", "--listen", busy), f"the region did not start: cannot listen on {busy}"),
            (("store", "migrate", "--from", folder, "--to", f"{folder}-to"), "holds no store"),
            (("create", "cluster", "--version", "1.20"), "invalid version, supported values: ")):
        own = [] if words[0] == "create" or words[1] == "migrate" else ["--data-dir", folder]
        result = bed.call(bed.eyrie, *words, *own, check=False)
        expect(result.returncode == 1, f"{words}: exit code {result.returncode}")
        within(result.stderr, reason)
    expect(not os.path.exists(f"{folder}-to"), "a store was made")
    shutil.rmtree(folder)


tests = [
    lab_3_creates_the_course_s_cluster, the_cluster_and_its_nodegroup_are_listed, a_cluster_that_exists_is_not_created_again,
    lab_4_refuses_more_nodes_than_the_maximum, lab_4_scales_to_five_nodes_over_two_zones, lab_4_scales_back_and_drains_two_nodes,
    nodegroups_are_added_and_taken_away, a_field_that_is_not_supported_is_refused_by_name, a_misspelt_field_is_refused_with_its_path, a_cluster_from_flags_has_managed_nodes,
    a_cluster_without_arguments_gets_a_name_and_two_nodes, deleting_a_cluster_leaves_nothing_behind, the_kubeconfig_can_be_written_again,
    every_command_has_help, wrong_words_are_refused_before_anything_happens,
]
