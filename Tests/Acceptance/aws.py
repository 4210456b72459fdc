"""The aws CLI and boto3 against the region."""
import json, os, subprocess, sys

from bed import expect, within

R = "--region us-west-2"


def the_caller_is_known(bed):
    identity = bed.json("aws sts get-caller-identity")
    expect(identity["Arn"].startswith(f"arn:aws:iam::{identity['Account']}:"), str(identity))


def a_network_and_roles_are_made_by_hand(bed):
    vpc = bed.json(f"aws ec2 create-vpc --cidr-block 10.1.0.0/16 {R}")["Vpc"]["VpcId"]
    bed.subnets = [
        bed.json(f"aws ec2 create-subnet --vpc-id {vpc} --cidr-block 10.1.{index}.0/24 --availability-zone us-west-2{zone} {R}")["Subnet"]["SubnetId"]
        for index, zone in enumerate("ab")
    ]
    bed.roles = []
    for name, service, policy in (("cluster", "eks", "AmazonEKSClusterPolicy"), ("node", "ec2", "AmazonEKSWorkerNodePolicy")):
        trust = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
        role = json.loads(bed.call("aws", "iam", "create-role", "--role-name", name, "--assume-role-policy-document", trust).stdout)
        bed.out(f"aws iam attach-role-policy --role-name {name} --policy-arn arn:aws:iam::aws:policy/{policy}")
        bed.roles.append(role["Role"]["Arn"])
    attached = bed.json("aws iam list-attached-role-policies --role-name cluster")["AttachedPolicies"]
    expect(attached[0]["PolicyName"] == "AmazonEKSClusterPolicy", str(attached))


def a_cluster_and_a_nodegroup_through_the_cli_and_its_waiters(bed):
    made = bed.json(
        f"aws eks create-cluster --name cli --role-arn {bed.roles[0]} --resources-vpc-config subnetIds={','.join(bed.subnets)} "
        f"--access-config authenticationMode=API_AND_CONFIG_MAP --tags a=b {R}")["cluster"]
    expect(made["status"] == "CREATING" and made["arn"].endswith(":cluster/cli"), str(made))
    bed.out(f"aws eks wait cluster-active --name cli {R}")
    cluster = bed.json(f"aws eks describe-cluster --name cli {R}")["cluster"]
    expect(cluster["endpoint"].startswith("https://") and cluster["certificateAuthority"]["data"], str(cluster))
    bed.out(
        f"aws eks create-nodegroup --cluster-name cli --nodegroup-name ng --node-role {bed.roles[1]} --subnets {' '.join(bed.subnets)} "
        f"--scaling-config minSize=1,maxSize=3,desiredSize=2 --labels tier=web --instance-types t3.small {R}")
    bed.out(f"aws eks wait nodegroup-active --cluster-name cli --nodegroup-name ng {R}")
    expect(bed.json(f"aws eks list-nodegroups --cluster-name cli {R}")["nodegroups"] == ["ng"], "the nodegroup is not listed")


def update_kubeconfig_and_get_token_let_kubectl_in(bed):
    path = os.path.join(bed.folder, "aws-kubeconfig")
    bed.out(f"aws eks update-kubeconfig --name cli --kubeconfig {path} {R}")
    nodes = bed.json(f"kubectl --kubeconfig {path} get nodes -l tier=web -o json")["items"]
    expect(len(nodes) == 2, str([node["metadata"]["name"] for node in nodes]))


def a_nodegroup_is_updated_and_the_update_followed(bed):
    update = bed.json(
        f"aws eks update-nodegroup-config --cluster-name cli --nodegroup-name ng --scaling-config minSize=1,maxSize=3,desiredSize=3 "
        f"--labels addOrUpdateLabels={{color=red}} {R}")["update"]
    expect(update["type"] == "ConfigUpdate" and update["status"] == "InProgress", str(update))
    bed.out(f"aws eks wait nodegroup-active --cluster-name cli --nodegroup-name ng {R}")
    done = bed.json(f"aws eks describe-update --name cli --nodegroup-name ng --update-id {update['id']} {R}")["update"]
    expect(done["status"] == "Successful", str(done))
    path = os.path.join(bed.folder, "aws-kubeconfig")
    nodes = bed.json(f"kubectl --kubeconfig {path} get nodes -l color=red -o json")["items"]
    expect(len(nodes) == 3, str(len(nodes)))


def cluster_configuration_is_updated(bed):
    for change in ("--resources-vpc-config endpointPrivateAccess=true,publicAccessCidrs=203.0.113.0/24,127.0.0.0/8",
                   '--logging {"clusterLogging":[{"types":["api","audit"],"enabled":true}]}'):
        update = bed.json(f"aws eks update-cluster-config --name cli {change} {R}")["update"]
        bed.out(f"aws eks wait cluster-active --name cli {R}")
        expect(bed.json(f"aws eks describe-update --name cli --update-id {update['id']} {R}")["update"]["status"] == "Successful", str(update))
    cluster = bed.json(f"aws eks describe-cluster --name cli {R}")["cluster"]
    expect(cluster["resourcesVpcConfig"]["publicAccessCidrs"] == ["203.0.113.0/24", "127.0.0.0/8"], str(cluster["resourcesVpcConfig"]))
    expect(cluster["logging"]["clusterLogging"][0] == {"types": ["api", "audit"], "enabled": True}, str(cluster["logging"]))
    expect(len(bed.json(f"aws eks list-updates --name cli {R}")["updateIds"]) == 2, "two updates are expected")
    within(bed.error(f"aws eks update-cluster-config --name cli --resources-vpc-config endpointPrivateAccess=true {R}"),
           "InvalidParameterException", "Cluster is already at the desired configuration")


def access_entries_and_policies(bed):
    bed.json("aws iam create-user --user-name ann")
    user = bed.json("aws iam get-user --user-name ann")["User"]["Arn"]
    entry = bed.json(f"aws eks create-access-entry --cluster-name cli --principal-arn {user} {R}")["accessEntry"]
    expect(entry["username"] == user and entry["type"] == "STANDARD", str(entry))
    view = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    bed.out(f"aws eks associate-access-policy --cluster-name cli --principal-arn {user} --policy-arn {view} --access-scope type=namespace,namespaces=default {R}")
    listed = bed.json(f"aws eks list-associated-access-policies --cluster-name cli --principal-arn {user} {R}")["associatedAccessPolicies"]
    expect(listed[0]["policyArn"] == view and listed[0]["accessScope"]["namespaces"] == ["default"], str(listed))
    within(bed.error(f"aws eks create-access-entry --cluster-name cli --principal-arn {user} {R}"), "ResourceInUseException")
    expect(user in bed.json(f"aws eks list-access-entries --cluster-name cli {R}")["accessEntries"], "the entry is not listed")
    policies = [policy["name"] for policy in bed.json(f"aws eks list-access-policies {R}")["accessPolicies"]]
    expect("AmazonEKSClusterAdminPolicy" in policies, str(policies))


def versions_and_tags(bed):
    versions = bed.json(f"aws eks describe-cluster-versions {R}")["clusterVersions"]
    expect([v["clusterVersion"] for v in versions if v["defaultVersion"]] == ["1.36"], str(versions))
    arn = bed.json(f"aws eks describe-cluster --name cli {R}")["cluster"]["arn"]
    bed.out(f"aws eks tag-resource --resource-arn {arn} --tags team=red {R}")
    bed.out(f"aws eks untag-resource --resource-arn {arn} --tag-keys a {R}")
    expect(bed.json(f"aws eks list-tags-for-resource --resource-arn {arn} {R}")["tags"] == {"team": "red"}, "the tags differ")


def ec2_describes_what_there_is(bed):
    zones = bed.json("aws ec2 describe-availability-zones --region us-west-1")["AvailabilityZones"]
    expect(len(zones) == 2, str(zones))
    small = bed.json(f"aws ec2 describe-instance-types --instance-types t2.small {R}")["InstanceTypes"][0]
    expect(small["VCpuInfo"]["DefaultVCpus"] == 1 and small["MemoryInfo"]["SizeInMiB"] == 2048, str(small))
    running = bed.json(f"aws ec2 describe-instances --filters Name=instance-state-name,Values=running {R}")["Reservations"]
    expect(len(running) >= 3, str(len(running)))
    key = bed.json(f"aws ec2 create-key-pair --key-name mine {R}")
    within(key["KeyMaterial"], "PRIVATE KEY")
    within(bed.error(f"aws ec2 create-key-pair --key-name mine {R}"), "InvalidKeyPair.Duplicate")
    within(bed.error(f"aws ec2 describe-vpcs --vpc-ids vpc-0123456789abcdef0 {R}"), "InvalidVpcID.NotFound")


def errors_have_the_shape_of_aws(bed):
    within(bed.error(f"aws eks describe-cluster --name none {R}"), "ResourceNotFoundException", "No cluster found for name: none.")
    within(bed.error(f"aws eks create-cluster --name cli --role-arn {bed.roles[0]} --resources-vpc-config subnetIds={','.join(bed.subnets)} {R}"),
           "ResourceInUseException", "Cluster already exists with name: cli")
    within(bed.error(f"aws eks create-cluster --name x --kubernetes-version 1.2 --role-arn {bed.roles[0]} --resources-vpc-config subnetIds={','.join(bed.subnets)} {R}"),
           "InvalidParameterException", "unsupported Kubernetes version")
    within(bed.error(f"aws eks delete-cluster --name cli {R}"), "ResourceInUseException", "Cluster has nodegroups attached")
    within(bed.error(f"aws eks list-fargate-profiles --cluster-name cli {R}"), "not supported yet")
    wrong = dict(bed.env, AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY="x" * 40)
    wrong.pop("AWS_PROFILE")
    wrong["AWS_ENDPOINT_URL"] = endpoint(bed)
    within(bed.error("aws sts get-caller-identity --region us-west-2", env=wrong), "InvalidClientTokenId")
    wrong["AWS_ACCESS_KEY_ID"] = bed.call("aws", "configure", "get", "aws_access_key_id").stdout.strip()
    within(bed.error("aws sts get-caller-identity --region us-west-2", env=wrong), "SignatureDoesNotMatch")


def endpoint(bed):
    return bed.call("aws", "configure", "get", "endpoint_url").stdout.strip()


BOTO3 = """
import boto3, botocore
eks = boto3.client("eks", region_name="us-west-2")
assert eks.describe_cluster(name="cli")["cluster"]["createdAt"].year >= 2026
try:
    eks.describe_cluster(name="none")
    raise SystemExit("no error")
except eks.exceptions.ResourceNotFoundException as error:
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 404
names = [name for page in eks.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 1}) for name in page["clusters"]]
assert "cli" in names, names
ec2 = boto3.resource("ec2", region_name="us-west-2")
assert any(instance.state["Name"] == "running" for instance in ec2.instances.all())
iam = boto3.client("iam")
assert iam.get_role(RoleName="node")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Effect"] == "Allow"
role = boto3.client("sts", region_name="us-west-2")
print("fine")
"""


def boto3_is_at_home(bed):
    within(bed.call("python-boto3", "-c", BOTO3).stdout, "fine")


def the_cluster_is_taken_down_through_the_cli(bed):
    bed.out(f"aws eks delete-nodegroup --cluster-name cli --nodegroup-name ng {R}")
    bed.out(f"aws eks wait nodegroup-deleted --cluster-name cli --nodegroup-name ng {R}")
    bed.out(f"aws eks delete-cluster --name cli {R}")
    bed.out(f"aws eks wait cluster-deleted --name cli {R}")
    expect("cli" not in bed.json(f"aws eks list-clusters {R}")["clusters"], "the cluster is still listed")


tests = [
    the_caller_is_known, a_network_and_roles_are_made_by_hand, a_cluster_and_a_nodegroup_through_the_cli_and_its_waiters,
    update_kubeconfig_and_get_token_let_kubectl_in, a_nodegroup_is_updated_and_the_update_followed, cluster_configuration_is_updated,
    access_entries_and_policies, versions_and_tags, ec2_describes_what_there_is, errors_have_the_shape_of_aws, boto3_is_at_home,
    the_cluster_is_taken_down_through_the_cli,
]
