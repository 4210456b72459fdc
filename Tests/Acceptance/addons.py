"""The Add-ons API, network interfaces and ECR with the aws CLI."""
import json, os

from bed import Failure, eventually, expect, within

R = "--region us-west-1"
ADDON = f"--cluster-name addons {R}"


def kubectl(bed, words, check=True):
    return bed.call("kubectl", "--kubeconfig", os.path.join(bed.folder, "addons-kubeconfig"), *words.split(), check=check).stdout


def addon(bed, name):
    return bed.json(f"aws eks describe-addon --addon-name {name} {ADDON}")["addon"]


def update(bed, name, *words):
    """Updates an add-on and returns how the update ended."""
    answer = json.loads(bed.call("aws", "eks", "update-addon", "--addon-name", name, *ADDON.split(), *words).stdout)["update"]

    def described():
        return bed.json(f"aws eks describe-update --name addons --addon-name {name} --update-id {answer['id']} {R}")["update"]

    eventually(lambda: described()["status"] != "InProgress", "the update does not end", seconds=60)
    return described()


def eksctl_s_default_addons_become_active(bed):
    made = bed.call("eyrie", "create", "cluster", "--name", "addons", "--region", "us-west-1", "--nodes", "2", "--node-type", "t3.medium", "--write-kubeconfig=false")
    within(made.stdout + made.stderr, "default addons metrics-server, vpc-cni, kube-proxy, coredns were not specified")
    bed.out(f"aws eks update-kubeconfig --name addons --kubeconfig {os.path.join(bed.folder, 'addons-kubeconfig')} {R}")
    expect(sorted(bed.json(f"aws eks list-addons {ADDON}")["addons"]) == ["coredns", "kube-proxy", "metrics-server", "vpc-cni"], "not all are there")
    for name in ("coredns", "kube-proxy", "metrics-server", "vpc-cni"):
        eventually(lambda: addon(bed, name)["status"] == "ACTIVE", f"{name} is {addon(bed, name)}", seconds=60)
        expect(not addon(bed, name)["health"]["issues"], str(addon(bed, name)))
    rows = kubectl(bed, "get pods -n kube-system -l k8s-app=aws-node -o name").split()
    expect(len(rows) == 2, str(rows))


def versions_and_configuration_are_described(bed):
    offered = bed.json(f"aws eks describe-addon-versions --kubernetes-version 1.36 {R}")["addons"]
    expect({"coredns", "kube-proxy", "vpc-cni", "metrics-server"} <= {entry["addonName"] for entry in offered}, str(offered))
    version = addon(bed, "coredns")["addonVersion"]
    found = bed.json(f"aws eks describe-addon-configuration --addon-name coredns --addon-version {version} {R}")
    within(found["configurationSchema"], '"replicaCount"')


def configuration_values_reach_the_workload_and_wrong_ones_are_refused(bed):
    done = update(bed, "coredns", "--configuration-values", '{"replicaCount": 3}')
    expect(done["status"] == "Successful" and done["type"] == "AddonUpdate", str(done))
    expect(kubectl(bed, "get deployment coredns -n kube-system -o jsonpath={.spec.replicas}") == "3", "not three replicas")
    refused = bed.call(
        "aws", "eks", "update-addon", "--addon-name", "coredns", *ADDON.split(), "--configuration-values", '{"replicas": 3}', check=False)
    within(refused.stderr, "InvalidParameterException", "$.replicas: is not defined in the schema")


def conflicts_are_told_kept_or_overwritten(bed):
    kubectl(bed, "scale deployment coredns -n kube-system --replicas=1")
    failed = update(bed, "coredns", "--configuration-values", '{"replicaCount": 2}', "--resolve-conflicts", "NONE")
    expect(failed["status"] == "Failed" and failed["errors"][0]["errorCode"] == "ConfigurationConflict", str(failed))
    within(failed["errors"][0]["errorMessage"], ".spec.replicas")
    kept = update(bed, "coredns", "--configuration-values", '{"replicaCount": 2}', "--resolve-conflicts", "PRESERVE")
    expect(kept["status"] == "Successful", str(kept))
    expect(kubectl(bed, "get deployment coredns -n kube-system -o jsonpath={.spec.replicas}") == "1", "the user's replicas are gone")
    taken = update(bed, "coredns", "--configuration-values", '{"replicaCount": 2}', "--resolve-conflicts", "OVERWRITE")
    expect(taken["status"] == "Successful", str(taken))
    expect(kubectl(bed, "get deployment coredns -n kube-system -o jsonpath={.spec.replicas}") == "2", "the replicas were not overwritten")


def an_addon_changes_its_version_and_goes_with_or_without_its_objects(bed):
    other = bed.json(f"aws eks describe-addon-versions --addon-name kube-proxy --kubernetes-version 1.36 {R}")["addons"][0]["addonVersions"][1]["addonVersion"]
    expect(update(bed, "kube-proxy", "--addon-version", other)["status"] == "Successful", str(addon(bed, "kube-proxy")))
    within(kubectl(bed, "get daemonset kube-proxy -n kube-system -o jsonpath={..image}"), other)
    bed.out(f"aws eks delete-addon --addon-name kube-proxy --preserve {ADDON}")
    bed.out(f"aws eks wait addon-deleted --addon-name kube-proxy {ADDON}")
    within(kubectl(bed, "get daemonset -n kube-system"), "kube-proxy")
    bed.out(f"aws eks delete-addon --addon-name metrics-server {ADDON}")
    eventually(lambda: "metrics-server" not in kubectl(bed, "get deployment -n kube-system"), "metrics-server is still there", seconds=30)
    missing = bed.call("aws", "eks", "describe-addon", "--addon-name", "tea", *ADDON.split(), check=False)
    within(missing.stderr, "ResourceNotFoundException", "No addon: tea found in cluster: addons")


def eksctl_s_grammar_manages_addons(bed):
    where = "--cluster addons --region us-west-1"
    within(bed.out(f"eyrie get addons {where}"), "NAME", "UPDATE AVAILABLE", "coredns", "vpc-cni", "ACTIVE")
    bed.out(f"eyrie create addon --name kube-proxy --version latest --force --wait {where}")
    expect(addon(bed, "kube-proxy")["status"] == "ACTIVE", str(addon(bed, "kube-proxy")))
    bed.out(f"eyrie update addon --name kube-proxy --version latest --force --wait {where}")
    bed.out(f"eyrie delete addon --name kube-proxy --preserve {where}")
    within(bed.error(f"eyrie create addon --name coredns --version 9 {where}"), 'no version(s) found matching "9" for "coredns"')


def interfaces_are_made_described_in_pages_and_taken_away(bed):
    subnet = bed.json(f"aws ec2 describe-subnets --filters Name=default-for-az,Values=true {R}")["Subnets"][0]
    made = [
        bed.json(f"aws ec2 create-network-interface --subnet-id {subnet['SubnetId']} --description mine {R}")["NetworkInterface"]["NetworkInterfaceId"]
        for _ in range(6)
    ]
    page = bed.json(f"aws ec2 describe-network-interfaces --filters Name=description,Values=mine --page-size 5 --max-items 5 {R}")
    expect(len(page["NetworkInterfaces"]) == 5 and page.get("NextToken"), str(page)[:300])
    whole = bed.json(f"aws ec2 describe-network-interfaces --filters Name=description,Values=mine --page-size 5 {R}")["NetworkInterfaces"]
    expect(sorted(entry["NetworkInterfaceId"] for entry in whole) == sorted(made), "pages do not add up")
    for interface in made:
        bed.out(f"aws ec2 delete-network-interface --network-interface-id {interface} {R}")
    gone = bed.call("aws", "ec2", "delete-network-interface", "--network-interface-id", made[0], *R.split(), check=False)
    within(gone.stderr, "InvalidNetworkInterfaceID.NotFound")
    after = bed.json(f"aws ec2 describe-subnets --subnet-ids {subnet['SubnetId']} {R}")["Subnets"][0]
    expect(after["AvailableIpAddressCount"] == subnet["AvailableIpAddressCount"], "addresses are lost")


def repositories_are_made_and_deleted(bed):
    made = bed.json(f"aws ecr create-repository --repository-name team/web --image-tag-mutability IMMUTABLE {R}")["repository"]
    within(made["repositoryUri"], ".dkr.ecr.us-west-1.amazonaws.com/team/web")
    token = bed.json(f"aws ecr get-authorization-token {R}")["authorizationData"][0]
    expect(token["authorizationToken"] and token["expiresAt"], str(token))
    expect(bed.out(f"aws ecr get-login-password {R}").strip(), "no password")
    twice = bed.call("aws", "ecr", "create-repository", "--repository-name", "team/web", *R.split(), check=False)
    within(twice.stderr, "RepositoryAlreadyExistsException")
    bed.out(f"aws ecr delete-repository --repository-name team/web {R}")
    missing = bed.call("aws", "ecr", "describe-images", "--repository-name", "team/web", *R.split(), check=False)
    within(missing.stderr, "RepositoryNotFoundException")


def the_cluster_goes_with_its_addons(bed):
    bed.call("eyrie", "delete", "cluster", "--name", "addons", "--region", "us-west-1", timeout=120)
    left = bed.json(f"aws ec2 describe-network-interfaces {R}")["NetworkInterfaces"]
    expect(not any("addons" in entry["Description"] or entry["Status"] == "available" for entry in left), str(left)[:400])


tests = [
    eksctl_s_default_addons_become_active, versions_and_configuration_are_described,
    configuration_values_reach_the_workload_and_wrong_ones_are_refused, conflicts_are_told_kept_or_overwritten,
    an_addon_changes_its_version_and_goes_with_or_without_its_objects, eksctl_s_grammar_manages_addons, interfaces_are_made_described_in_pages_and_taken_away,
    repositories_are_made_and_deleted, the_cluster_goes_with_its_addons,
]
