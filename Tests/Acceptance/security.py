"""Who may enter a cluster, and what they may do there."""
import json, ssl, subprocess, urllib.error, urllib.request

from bed import expect, within

R = "--region us-west-1"


def as_user(bed, name):
    """An environment that signs as a new access key of an IAM user, made when there is none."""
    if bed.call("aws", "iam", "get-user", "--user-name", name, check=False).returncode != 0:
        bed.out(f"aws iam create-user --user-name {name}")
    key = bed.json(f"aws iam create-access-key --user-name {name}")["AccessKey"]
    env = dict(bed.env, AWS_ACCESS_KEY_ID=key["AccessKeyId"], AWS_SECRET_ACCESS_KEY=key["SecretAccessKey"])
    env["AWS_ENDPOINT_URL"] = bed.call("aws", "configure", "get", "endpoint_url").stdout.strip()
    env.pop("AWS_PROFILE")
    return env


def a_stranger_is_not_let_in(bed):
    env = as_user(bed, "stranger")
    within(bed.error("kubectl get pods", env=env), "You must be logged in to the server")


def an_access_policy_opens_one_namespace(bed):
    env = as_user(bed, "viewer")
    arn = bed.json("aws iam get-user --user-name viewer")["User"]["Arn"]
    bed.out(f"aws eks create-access-entry --cluster-name EKS-Test --principal-arn {arn} {R}")
    within(bed.error("kubectl get pods", env=env), "Forbidden")
    bed.out(f"aws eks associate-access-policy --cluster-name EKS-Test --principal-arn {arn} "
            f"--policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy --access-scope type=namespace,namespaces=default {R}")
    bed.out("kubectl get pods", env=env)
    within(bed.error("kubectl get pods -n kube-system", env=env), 'cannot list resource "pods" in API group "" in the namespace "kube-system"')
    within(bed.error("kubectl create configmap no --from-literal=a=b", env=env), 'cannot create resource "configmaps"')
    bed.out(f"aws eks delete-access-entry --cluster-name EKS-Test --principal-arn {arn} {R}")
    within(bed.error("kubectl get pods", env=env), "You must be logged in to the server")


def aws_auth_maps_users_to_groups(bed):
    env = as_user(bed, "mapped")
    arn = bed.json("aws iam get-user --user-name mapped")["User"]["Arn"]
    rows = json.dumps([{"userarn": arn, "username": "mapped", "groups": ["readers"]}])
    exists = bed.call("kubectl", "-n", "kube-system", "get", "configmap", "aws-auth", check=False).returncode == 0
    if exists:
        bed.call("kubectl", "-n", "kube-system", "patch", "configmap", "aws-auth", "--type", "merge", "-p", json.dumps({"data": {"mapUsers": rows}}))
    else:
        bed.call("kubectl", "-n", "kube-system", "create", "configmap", "aws-auth", f"--from-literal=mapUsers={rows}")
    bed.out("kubectl create clusterrolebinding readers --clusterrole=view --group=readers")
    bed.out("kubectl get pods -A", env=env)
    within(bed.error("kubectl get secrets", env=env), "Forbidden")
    within(bed.out("kubectl auth whoami", env=env), "mapped", "readers")


def anonymous_sees_what_upstream_shows(bed):
    server = bed.json("kubectl config view --minify -o json")["clusters"][0]["cluster"]["server"]

    def fetch(path):
        try:
            return urllib.request.urlopen(server + path, context=ssl._create_unverified_context()).read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.read().decode()

    within(fetch("/version"), "gitVersion")
    within(fetch("/healthz"), "ok")
    refused = json.loads(fetch("/api/v1/pods"))
    expect(refused["code"] == 403 and refused["reason"] == "Forbidden", str(refused))
    within(refused["message"], 'pods is forbidden: User "system:anonymous" cannot list resource "pods"')


def a_certificate_of_another_authority_is_refused(bed):
    folder = bed.folder
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{folder}/c.key",
                    "-out", f"{folder}/c.csr", "-subj", "/CN=carol/O=readers"], check=True, capture_output=True)
    subprocess.run(["openssl", "x509", "-req", "-in", f"{folder}/c.csr", "-signkey", f"{folder}/c.key", "-out", f"{folder}/c.crt"],
                   check=True, capture_output=True)
    server = bed.json("kubectl config view --minify -o json")["clusters"][0]["cluster"]["server"]
    env = dict(bed.env, KUBECONFIG="/dev/null")
    line = f"kubectl --server {server} --insecure-skip-tls-verify --client-certificate {folder}/c.crt --client-key {folder}/c.key get pods"
    within(bed.error(line, env=env), "You must be logged in to the server")


def one_cluster_s_token_is_worth_nothing_at_another(bed):
    bed.out("eyrie create cluster --name other --region us-west-1 --without-nodegroup --write-kubeconfig=false")
    other = bed.json(f"aws eks describe-cluster --name other {R}")["cluster"]["endpoint"]
    token = json.loads(bed.out(f"aws eks get-token --cluster-name EKS-Test {R}"))["status"]["token"]
    env = dict(bed.env, KUBECONFIG="/dev/null")
    refused = "You must be logged in to the server"
    within(bed.error(f"kubectl --server {other} --insecure-skip-tls-verify --token {token} get pods", env=env), refused)
    account = bed.out("kubectl create token default").strip()
    within(bed.error(f"kubectl --server {other} --insecure-skip-tls-verify --token {account} get pods", env=env), refused)
    bed.out("eyrie delete cluster --name other --region us-west-1")


tests = [
    a_stranger_is_not_let_in, an_access_policy_opens_one_namespace, aws_auth_maps_users_to_groups, anonymous_sees_what_upstream_shows,
    a_certificate_of_another_authority_is_refused, one_cluster_s_token_is_worth_nothing_at_another,
]
