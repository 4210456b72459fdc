"""The server is killed by SIGKILL under load, again and again; each start is compared with what clients were told before.

Alone: `python crash.py EYRIE [RUNS [SEED]]`.
"""
import base64, http.client, json, os, random, re, ssl, sys, threading, time, urllib.parse

from bed import Bed, Failure, eventually, expect

CLUSTER = "crash"
REGION = "us-west-2"
PATH = "/api/v1/namespaces/default/configmaps"


class Cluster:
    """Ways to one cluster's API, over TLS and with a token, as the kubeconfig says."""

    def __init__(self, bed):
        bed.call(bed.eyrie, "create", "cluster", "--name", CLUSTER, "--region", REGION, "--without-nodegroup")
        self.bed = bed
        text = open(os.path.join(bed.folder, "kubeconfig")).read()
        server = urllib.parse.urlsplit(re.search(r"server: (\S+)", text).group(1))
        (self.host, self.port) = (server.hostname, server.port)
        authority = base64.b64decode(re.search(r"certificate-authority-data: (\S+)", text).group(1)).decode()
        self.tls = ssl.create_default_context(cadata=authority)
        self.renew()

    def renew(self):
        answer = json.loads(self.bed.call(self.bed.eyrie, "get-token", "--cluster-name", CLUSTER, "--region", REGION).stdout)
        self.token = answer["status"]["token"]

    def connect(self):
        return http.client.HTTPSConnection(self.host, self.port, timeout=20, context=self.tls)

    def send(self, connection, method, path, body=None, kind="application/json"):
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": kind}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        return connection.getresponse()

    def ask(self, connection, method, path, body=None, kind="application/json"):
        response = self.send(connection, method, path, body, kind)
        return response.status, json.loads(response.read())


class Writer(threading.Thread):
    """Makes, changes and deletes config maps of its own, one request at a time, and remembers what it was told."""

    def __init__(self, cluster, number, seed):
        super().__init__()
        (self.cluster, self.number, self.random) = (cluster, number, random.Random(seed))
        self.known = {}  # name: (text, revision), what was acknowledged
        self.doubt = None  # (name, text or None for a deletion): a request without an answer
        self.count = 0
        self.acknowledged = 0
        self.problem = None

    def run(self):
        connection = self.cluster.connect()
        try:
            while True:
                self.act(connection)
        except (OSError, http.client.HTTPException, ValueError):
            connection.close()
        except Failure as failure:
            self.problem = str(failure)

    def act(self, connection):
        name = f"w{self.number}-{self.random.randrange(8)}"
        self.count += 1
        text = f"{self.count}-" + "x" * self.random.choice([0, 10, 900, 5000])
        body = {"metadata": {"name": name}, "data": {"text": text}}
        if name not in self.known:
            self.write(connection, "POST", PATH, name, text, body)
        elif self.random.random() < 0.25:
            self.write(connection, "DELETE", f"{PATH}/{name}", name, None, None)
        elif self.random.random() < 0.5:
            body["metadata"]["resourceVersion"] = self.known[name][1]
            self.write(connection, "PUT", f"{PATH}/{name}", name, text, body)
        else:
            self.write(connection, "PATCH", f"{PATH}/{name}", name, text, {"data": {"text": text}}, "application/merge-patch+json")

    def write(self, connection, method, path, name, text, body, kind="application/json"):
        self.doubt = (name, text)
        status, answer = self.cluster.ask(connection, method, path, body, kind)
        if status >= 500 or status == 429:
            raise OSError(status)
        expect(status < 300, f"{method} {path}: {status} {answer}")
        self.acknowledged += 1
        if text is None:
            del self.known[name]
        else:
            self.known[name] = (text, answer["metadata"]["resourceVersion"])
        self.doubt = None

    def check(self, found):
        """Compares what is there after a start with what was acknowledged."""
        for name in {name for name in (*found, *self.known) if name.startswith(f"w{self.number}-")}:
            (text, revision) = found.get(name, (None, None))
            told = self.known.get(name, (None, None))
            may = self.doubt is not None and self.doubt[0] == name and text == self.doubt[1]
            expect((text, revision) == told or may, f"{name}: acknowledged {str(told)[:60]}, found {str((text, revision))[:60]}, in doubt {str(self.doubt)[:60]}")

    def after(self, found):
        """The writer that goes on in the next life."""
        writer = Writer(self.cluster, self.number, self.random.random())
        writer.known = {name: value for name, value in found.items() if name.startswith(f"w{self.number}-")}
        writer.count = self.count
        return writer


class Watch(threading.Thread):
    """Watches everything the writers do: what an event told must be there after a crash."""

    def __init__(self, cluster, revision):
        super().__init__()
        (self.cluster, self.revision, self.problem, self.events) = (cluster, int(revision), None, 0)

    def run(self):
        try:
            response = self.cluster.send(self.cluster.connect(), "GET", f"{PATH}?watch=true&resourceVersion={self.revision}")
            for line in response:
                revision = int(json.loads(line)["object"]["metadata"]["resourceVersion"])
                if revision <= self.revision:
                    self.problem = f"revision {revision} was told after {self.revision}"
                self.revision = revision
                self.events += 1
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            pass


def state(cluster):
    """The writers' config maps with the revision of the list, once the server answers."""
    def ask():
        connection = cluster.connect()
        try:
            status, answer = cluster.ask(connection, "GET", PATH)
            return answer if status == 200 else None
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    answer = eventually(ask, "the cluster does not answer after a start")
    found = {item["metadata"]["name"]: (item["data"]["text"], item["metadata"]["resourceVersion"]) for item in answer["items"] if "text" in item.get("data", {})}
    return found, int(answer["metadata"]["resourceVersion"])


def play(bed, runs, seed):
    """Kills the server that many times under load; returns the number of acknowledged writes."""
    chance = random.Random(seed)
    cluster = Cluster(bed)
    writers = [Writer(cluster, number, chance.random()) for number in range(8)]
    total = events = 0
    _, revision = state(cluster)
    for run in range(runs):
        watch = Watch(cluster, revision)
        for thread in (watch, *writers):
            thread.start()
        time.sleep(0.05 + chance.random() * 0.8)
        bed.kill()
        for thread in (watch, *writers):
            thread.join()
        for thread in (watch, *writers):
            expect(thread.problem is None, f"run {run}: {thread.problem}")
        bed.start()
        cluster.renew()
        found, revision = state(cluster)
        expect(revision >= watch.revision, f"run {run}: a watch told of revision {watch.revision}, the start came to {revision}")
        (total, events) = (total + sum(writer.acknowledged for writer in writers), events + watch.events)
        for writer in writers:
            writer.check(found)
        writers = [writer.after(found) for writer in writers]
    bed.call(bed.eyrie, "delete", "cluster", "--name", CLUSTER, "--region", REGION)
    return total, events


def nothing_acknowledged_is_lost_when_the_server_is_killed_under_load(bed):
    total, _ = play(bed, 5, 11)
    expect(total > 50, f"only {total} writes were acknowledged")


tests = [nothing_acknowledged_is_lost_when_the_server_is_killed_under_load]

if __name__ == "__main__":
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    bed = Bed(sys.argv[1])
    begin = time.time()
    try:
        bed.start()
        total, events = play(bed, runs, seed)
        print(f"killed {runs} times under load in {time.time() - begin:.0f} s: {total} writes were acknowledged and {events} events told, none was lost")
    except Failure as failure:
        sys.exit(f"failed: {failure}\nthe server's log ends with:\n{bed.log()[-2000:]}")
    finally:
        bed.stop()
