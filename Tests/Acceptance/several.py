"""Several servers on one etcd of three members, on hosts of their own: any serves everything, and each dies, freezes or is cut off."""
import http.client, json, os, shutil, signal, ssl, subprocess, tempfile, threading, time

from bed import Bed, Failure, eventually, expect
from hosts import Hosts

LONG = os.environ.get("EYRIE_LONG") == "1"


class Member:
    """One member of etcd, on a host of its own."""

    def __init__(self, folder, hosts, number, address, peers):
        self.name = f"m{number}"
        (self.folder, self.hosts, self.number, self.address, self.peers) = (os.path.join(folder, self.name), hosts, number, address, peers)
        self.process = None

    def start(self):
        client, peer = f"http://{self.address}:2379", f"http://{self.address}:2380"
        log = open(self.folder + ".log", "a")
        self.process = subprocess.Popen(
            self.hosts.inside(self.number) +
            ["etcd", "--name", self.name, "--data-dir", self.folder, "--listen-client-urls", client, "--advertise-client-urls", client,
             "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", self.peers,
             "--initial-cluster-state", "new", "--unsafe-no-fsync"],
            stdout=log, stderr=log, env={**os.environ, "ETCD_UNSUPPORTED_ARCH": os.uname().machine})

    def signal(self, number):
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait()


class Server(Bed):
    """A server on a host of its own, with a data directory of its own."""

    def __init__(self, eyrie, hosts, number, address, store):
        super().__init__(eyrie)
        (self.hosts, self.number, self.address, self.store) = (hosts, number, address, store)

    def command(self):
        return self.hosts.inside(self.number) + [
            self.eyrie, "up", "--listen", f"{self.address}:4566", "--machines", "simulated", "--region", "us-west-2", "--store", self.store]

    def signal(self, number):
        self.server.send_signal(number)
        if number == signal.SIGKILL:
            self.server.wait()


class Several:
    """Three members, two servers, and a cluster on them."""

    def __init__(self, eyrie, kind):
        self.folder = tempfile.mkdtemp(prefix="eyrie-several-")
        self.hosts = Hosts()
        self.hosts.start()
        addresses = {number: self.hosts.add(number) for number in (1, 2, 3, 11, 12)}
        peers = ",".join(f"m{number}=http://{addresses[number]}:2380" for number in (1, 2, 3))
        self.members = [Member(self.folder, self.hosts, number, addresses[number], peers) for number in (1, 2, 3)]
        store = "etcd://" + ",".join(f"{member.address}:2379" for member in self.members)
        self.servers = [Server(eyrie, self.hosts, number, addresses[number], store) for number in (11, 12)]

    def start(self):
        for member in self.members:
            member.start()
        for server in self.servers:
            server.start()

    def stop(self):
        for process in [server.server for server in self.servers] + [member.process for member in self.members]:
            if process and process.poll() is None:
                process.send_signal(signal.SIGCONT)
        for server in self.servers:
            server.stop()
        for member in self.members:
            if member.process and member.process.poll() is None:
                member.signal(signal.SIGKILL)
        self.hosts.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        return "".join(f"--- {server.address}\n{server.log()[-4000:]}" for server in self.servers)


class API:
    """The cluster's API at each server, by a service account's token."""

    def __init__(self, bed):
        cluster = bed.servers[0].json("aws eks describe-cluster --name shared --region us-west-2")["cluster"]
        self.port = int(cluster["endpoint"].rsplit(":", 1)[1])
        self.hosts = [server.address for server in bed.servers]
        first = bed.servers[0]
        first.out("kubectl create serviceaccount load -n default")
        first.out("kubectl create clusterrolebinding load --clusterrole=cluster-admin --serviceaccount=default:load")
        self.token = first.out("kubectl create token load -n default --duration=1h").strip()

    def request(self, host, method, path, body=None, timeout=4):
        """The answer of one server: status and document; status 0 for none."""
        try:
            connection = http.client.HTTPSConnection(host, self.port, timeout=timeout, context=ssl._create_unverified_context())
            connection.request(method, path, json.dumps(body) if body else None,
                               {"authorization": "Bearer " + self.token, "content-type": "application/json"})
            response = connection.getresponse()
            answer = (response.status, json.loads(response.read()))
            connection.close()
            return answer
        except (OSError, http.client.HTTPException, ValueError):
            return (0, None)

    def somewhere(self, path):
        """The document, from whichever server answers."""
        for _ in range(60):
            for host in self.hosts:
                status, document = self.request(host, "GET", path)
                if status == 200:
                    return document
            time.sleep(0.25)
        raise Failure(f"no server answers {path}")


class Load:
    """Writers at every server, and a watcher that goes on wherever it can."""

    def __init__(self, api):
        (self.api, self.enough, self.done) = (api, threading.Event(), threading.Event())
        (self.acknowledged, self.seen, self.relists, self.errors) = ([], {}, 0, 0)
        self.threads = [threading.Thread(target=self.write, args=(host, n), daemon=True) for host in api.hosts for n in range(2)]
        self.threads.append(threading.Thread(target=self.watch, daemon=True))
        for thread in self.threads:
            thread.start()

    def write(self, host, n):
        count = 0
        while not self.enough.is_set():
            count += 1
            name = f"load-{host.rsplit('.', 1)[1]}-{n}-{count}"
            body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"n": str(count)}}
            status, _ = self.api.request(host, "POST", "/api/v1/namespaces/default/configmaps", body)
            if status == 201:
                self.acknowledged.append(name)
            else:
                self.errors += 1
                time.sleep(0.1)

    def watch(self):
        (version, turn) = (None, 0)
        while not self.done.is_set():
            turn += 1
            host = self.api.hosts[turn % len(self.api.hosts)]
            if version is None:
                status, page = self.api.request(host, "GET", "/api/v1/namespaces/default/configmaps")
                if status != 200:
                    time.sleep(0.1)
                    continue
                self.relists += 1
                for item in page["items"]:
                    self.seen.setdefault(item["metadata"]["name"], item["metadata"]["uid"])
                version = page["metadata"]["resourceVersion"]
            version = self.follow(host, version)

    def follow(self, host, version):
        """Reads one watch until it breaks; tells from where to go on, None to list again."""
        try:
            connection = http.client.HTTPSConnection(host, self.api.port, timeout=2, context=ssl._create_unverified_context())
            path = f"/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=10&resourceVersion={version}"
            connection.request("GET", path, headers={"authorization": "Bearer " + self.api.token})
            response = connection.getresponse()
            if response.status != 200:
                return None if response.status == 410 else version
            while not self.done.is_set():
                line = response.readline()
                if not line.strip():
                    return version
                event = json.loads(line)
                if event["type"] == "ERROR":
                    return None if event["object"].get("code") == 410 else version
                metadata = event["object"]["metadata"]
                if int(metadata["resourceVersion"]) <= int(version):
                    raise Failure(f"the watch went back from {version} to {metadata['resourceVersion']}")
                version = metadata["resourceVersion"]
                if event["type"] == "ADDED":
                    if metadata["name"] in self.seen:
                        raise Failure(f"{metadata['name']} was added twice")
                    self.seen[metadata["name"]] = metadata["uid"]
        except (OSError, http.client.HTTPException, ValueError):
            pass
        return version

    def end(self):
        """Ends the writers, and the watcher once it had time to see what they wrote."""
        self.enough.set()
        for writer in self.threads[:-1]:
            writer.join()
        deadline = time.time() + 15
        while time.time() < deadline and not set(self.acknowledged) <= set(self.seen):
            time.sleep(0.1)
        self.done.set()
        self.threads[-1].join()


def any_server_serves_any_cluster(bed):
    (first, second) = bed.servers
    first.out("eyrie create cluster --name shared --region us-west-2 --nodes 2", timeout=120)
    for server in bed.servers:
        cluster = server.json("aws eks describe-cluster --name shared --region us-west-2")["cluster"]
        expect(cluster["status"] == "ACTIVE" and f"//{server.address}:" in cluster["endpoint"], str(cluster))
    second.out("eyrie utils write-kubeconfig --cluster shared --region us-west-2")
    expect(second.address in second.out("kubectl config view --minify -o jsonpath={.clusters[0].cluster.server}"), "another server's address")
    first.out("kubectl create configmap written --from-literal=a=b")
    expect(second.out("kubectl get configmap written -o jsonpath={.data.a}") == "b", "a write at one server is not read at the other")
    second.out("kubectl create deployment web --image=nginx --replicas=4")
    second.out("kubectl rollout status deployment/web --timeout=60s")
    eventually(lambda: len(first.json("kubectl get endpointslice kubernetes -o json")["endpoints"]) == 2, "the Service does not lead to both servers")


def a_cluster_made_and_deleted_at_one_server_is_so_at_the_other(bed):
    (first, second) = bed.servers
    second.out("aws eks create-cluster --name brief --region us-west-2 --role-arn " + role(second) + " --resources-vpc-config subnetIds=" + subnets(second))
    wait_active(second, "brief")
    port = int(second.json("aws eks describe-cluster --name brief --region us-west-2")["cluster"]["endpoint"].rsplit(":", 1)[1])
    eventually(lambda: is_open(first.address, port), "the other server does not serve the cluster", 5)
    first.out("aws eks delete-cluster --name brief --region us-west-2")
    eventually(lambda: not is_open(first.address, port) and not is_open(second.address, port), "the deleted cluster is served still", 15)


def addresses_are_given_away_once(bed):
    api = API(bed)
    bed.api = api
    answers = []

    def make(n):
        body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": f"svc-{n}"},
                "spec": {"type": "NodePort", "selector": {"app": "x"}, "ports": [{"port": 80}]}}
        answers.append(api.request(api.hosts[n % 2], "POST", "/api/v1/namespaces/default/services", body, timeout=20))

    threads = [threading.Thread(target=make, args=(n,), daemon=True) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(all(status == 201 for status, _ in answers), str([answer for answer in answers if answer[0] != 201][:2]))
    services = api.somewhere("/api/v1/services")["items"]
    for values in ([item["spec"]["clusterIP"] for item in services],
                   [port["nodePort"] for item in services for port in item["spec"]["ports"] if "nodePort" in port]):
        expect(len(values) == len(set(values)), f"given away twice: {sorted(values)}")
    fixed = [api.request(host, "POST", "/api/v1/namespaces/default/services", {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": f"fixed-{n}"}, "spec": {"clusterIP": "10.100.7.7", "ports": [{"port": 1}]}})[0]
        for n, host in enumerate(api.hosts)]
    expect(sorted(fixed) == [201, 422], str(fixed))


def quotas_hold_at_all_servers_together(bed):
    api = bed.api
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "bounded"}}
    expect(api.request(api.hosts[0], "POST", "/api/v1/namespaces", namespace)[0] == 201, "no namespace")
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "few"}, "spec": {"hard": {"configmaps": "8"}}}
    expect(api.request(api.hosts[0], "POST", "/api/v1/namespaces/bounded/resourcequotas", quota)[0] == 201, "no quota")
    time.sleep(1)

    def make(n):
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"c-{n}"}}
        api.request(api.hosts[n % 2], "POST", "/api/v1/namespaces/bounded/configmaps", body, timeout=20)

    threads = [threading.Thread(target=make, args=(n,), daemon=True) for n in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = len(api.somewhere("/api/v1/namespaces/bounded/configmaps")["items"])
    expect(made <= 8, f"{made} of 8 allowed")


def a_paged_list_goes_on_at_the_other_server(bed):
    api = bed.api
    path = "/api/v1/namespaces/paged/configmaps"
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "paged"}}
    expect(api.request(api.hosts[0], "POST", "/api/v1/namespaces", namespace)[0] == 201, "no namespace")
    for n in range(10):
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"page-{n}"}}
        expect(api.request(api.hosts[n % 2], "POST", path, body)[0] == 201, "no ConfigMap")
    listed = lambda page: [item["metadata"]["name"] for item in page["items"] if item["metadata"]["name"].startswith("page-")]
    status, page = api.request(api.hosts[0], "GET", path + "?limit=3")
    expect(status == 200 and listed(page), str(page))
    (names, revision, turn) = (listed(page), page["metadata"]["resourceVersion"], 0)
    # What changes meanwhile does not show, at whichever server the list goes on.
    expect(api.request(api.hosts[1], "DELETE", path + "/page-8")[0] == 200, "no deletion")
    while page["metadata"].get("continue"):
        turn += 1
        status, page = api.request(api.hosts[turn % 2], "GET", path + "?limit=3&continue=" + page["metadata"]["continue"])
        expect(status == 200 and page["metadata"]["resourceVersion"] == revision, str(page)[:400])
        names += listed(page)
    expect(names == [f"page-{n}" for n in range(10)], str(names))


class Fault:
    """Something that befalls a server or a member for a while."""

    def __init__(self, did, thing, begin, end):
        (self.did, self.thing, self.begin, self.end) = (did, thing, begin, end)


def killed(thing):
    return Fault("killed", thing, lambda: thing.signal(signal.SIGKILL), thing.start)


def frozen(thing):
    return Fault("froze", thing, lambda: thing.signal(signal.SIGSTOP), lambda: thing.signal(signal.SIGCONT))


def cut_off(thing):
    """From everybody, clients included."""
    return Fault("cut off", thing, lambda: thing.hosts.cut(thing.number), lambda: thing.hosts.join(thing.number))


def cut_from_store(server):
    """Clients reach the server, and it reaches no member of etcd."""
    return Fault("cut from the store", server, lambda: server.hosts.cut_from_port(server.number, 2379), lambda: server.hosts.join_port(server.number))


def each_may_die_freeze_or_be_cut_off_and_nothing_acknowledged_is_lost(bed):
    api = bed.api
    load = Load(api)
    replicas = 4
    (one, two) = bed.servers
    faults = [killed(one), killed(bed.members[0]), frozen(two), cut_from_store(one), cut_off(bed.members[1]), cut_off(two)]
    if LONG:
        # The servers in turn, so that what happens to one happens to the leader.
        faults = [fault(server) for fault in (killed, frozen, cut_off, cut_from_store) for server in bed.servers]
        faults += [fault(member) for fault in (killed, frozen, cut_off) for member in bed.members]
    for round in range(5 if LONG else 1):
        for fault in faults:
            others = [server for server in bed.servers if server is not fault.thing]
            fault.begin()
            began = time.time()
            replicas = 10 - replicas
            scale = {"spec": {"replicas": replicas}}
            eventually(lambda: patch(api, others[-1].address, "/apis/apps/v1/namespaces/default/deployments/web/scale", scale) == 200,
                       "the other server takes no writes", 30)
            eventually(lambda: running(api, others[-1].address) == replicas, lambda: f"{running(api, others[-1].address)} pods, not {replicas}", 40)
            print(f"    {fault.did} {fault.thing.address}: controllers went on after {time.time() - began:.1f} s", flush=True)
            if fault.did == "cut from the store":
                expect(written(api, fault.thing.address) >= 400, "a server takes a write that it cannot store")
            fault.end()
            if fault.thing in bed.servers:
                eventually(lambda: running(api, fault.thing.address) == replicas, "the server does not come back", 30)
            time.sleep(1)
            # A member of etcd that comes back may call an election, and who asks meanwhile waits.
            pods = eventually(lambda: running(api, others[-1].address) + 1, "the other server does not answer afterwards", 20) - 1
            expect(pods == replicas, f"{pods} pods afterwards, not {replicas}")
    load.end()
    check(bed, load)


def written(api, host):
    """What a server answers to a write, in its own time."""
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "late-"}}
    return api.request(host, "POST", "/api/v1/namespaces/default/configmaps", body, timeout=90)[0]


def check(bed, load):
    api = load.api
    names = {item["metadata"]["name"] for item in api.somewhere("/api/v1/namespaces/default/configmaps")["items"]}
    expect(len(load.acknowledged) > 50, f"only {len(load.acknowledged)} writes were acknowledged, {load.errors} were not")
    expect(set(load.acknowledged) <= names, f"lost: {sorted(set(load.acknowledged) - names)[:10]}")
    expect(set(load.acknowledged) <= set(load.seen), f"not watched: {sorted(set(load.acknowledged) - set(load.seen))[:10]}")
    pods = api.somewhere("/api/v1/pods")["items"]
    addresses = [pod["status"]["podIP"] for pod in pods if pod["status"].get("podIP") and not pod["spec"].get("hostNetwork")]
    expect(len(addresses) == len(set(addresses)), f"addresses twice: {sorted(addresses)}")
    nodes = api.somewhere("/api/v1/nodes")["items"]
    expect(len(nodes) == 2, f"{len(nodes)} nodes")
    print(f"    {len(load.acknowledged)} writes acknowledged and kept, {load.errors} refused, {len(load.seen)} watched with {load.relists} lists", flush=True)


def a_cluster_is_backed_up_and_restored_while_it_runs(bed):
    (first, second) = bed.servers
    path = os.path.join(bed.folder, "shared.backup")
    first.out(f"eyrie backup cluster shared --region us-west-2 --file {path}")
    second.out(f"eyrie restore cluster --file {path} --name copy --region us-west-2")
    wait_active(second, "copy")
    second.out("eyrie utils write-kubeconfig --cluster copy --region us-west-2")
    expect(second.out("kubectl get configmap written -o jsonpath={.data.a}") == "b", "the copy lacks a ConfigMap")
    second.out("kubectl rollout status deployment/web --timeout=90s")
    expect("already" in second.error(f"eyrie restore cluster --file {path} --region us-west-2"), "a taken name is not refused")
    with open(path, "r+b") as file:
        file.seek(os.path.getsize(path) // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    expect("damaged" in second.error(f"eyrie restore cluster --file {path} --name third --region us-west-2"), "damage is not noticed")


def wait_active(server, name):
    """The CLI's own wait looks every half minute."""
    status = lambda: server.json(f"aws eks describe-cluster --name {name} --region us-west-2")["cluster"]["status"]
    eventually(lambda: status() == "ACTIVE", lambda: f"{name} is {status()}", 60)


def running(api, host):
    status, pods = api.request(host, "GET", "/api/v1/namespaces/default/pods?labelSelector=app%3Dweb")
    if status != 200:
        return -1
    return sum(not pod["metadata"].get("deletionTimestamp") for pod in pods["items"])


def patch(api, host, path, body):
    try:
        connection = http.client.HTTPSConnection(host, api.port, timeout=4, context=ssl._create_unverified_context())
        connection.request("PATCH", path, json.dumps(body),
                           {"authorization": "Bearer " + api.token, "content-type": "application/merge-patch+json"})
        status = connection.getresponse().status
        connection.close()
        return status
    except (OSError, http.client.HTTPException):
        return 0


def is_open(host, port):
    import socket
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def role(server):
    return server.json("aws iam list-roles")["Roles"][0]["Arn"]


def subnets(server):
    found = server.json("aws ec2 describe-subnets --region us-west-2 --filters Name=default-for-az,Values=true")["Subnets"]
    return ",".join(subnet["SubnetId"] for subnet in found[:2])


tests = [any_server_serves_any_cluster, a_cluster_made_and_deleted_at_one_server_is_so_at_the_other, addresses_are_given_away_once,
         quotas_hold_at_all_servers_together, a_paged_list_goes_on_at_the_other_server,
         each_may_die_freeze_or_be_cut_off_and_nothing_acknowledged_is_lost, a_cluster_is_backed_up_and_restored_while_it_runs]
