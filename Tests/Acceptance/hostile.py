"""Requests that nobody sane sends: whatever comes in, the server lives, and answers with an error of the API's own shape.

Alone: `python hostile.py EYRIE [SEED [SECONDS]]`. The same seed sends the same requests as long as the answers are the same.
"""
import copy, http.client, json, random, sys, time
from http.client import HTTPException

from bed import Bed, Failure, expect

REGION = "us-east-2"
INTEGERS = [0, -1, 1, 2**31 - 1, 2**31, -2**31, 2**32, 2**53 + 1, 2**63 - 1, -2**63, 2**63, 10**30, 65535, 65536]
WORDS = ["", " ", "*", "-", "/", "~", "%", "\x00", "\u202e", "a" * 300, "💥", "é", "null", "true", "-1", "1e999999999", "99999999999999999999Ei",
         "9223372036854775807", "9223372036854775808", "99999999999999999999", "0.0.0.0/0", "10.0.0.0/33", "10.0.0.0/-1", "255.255.255.255/32",
         "256.1.1.1", "::/0", "9999999-99-99", "1700-01-01T00:00:00Z", "2200-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "abc%", "-25%",
         "9223372036854775807%", "100000000000%", "../../etc", "a/b/c", "arn:aws:iam::1:role", "in (", "a=b,c!=d", "!", ">", "NaN", "Infinity"]
DEEP = json.loads("[" * 200 + "]" * 200)


class Hostile:
    """What the requests are made of."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pool = []

    def value(self):
        pick = self.random.random()
        if pick < 0.3:
            return self.random.choice(INTEGERS)
        if pick < 0.65:
            return self.random.choice(WORDS)
        if pick < 0.75 and self.pool:
            return self.random.choice(self.pool)
        return copy.deepcopy(self.random.choice([None, True, False, [], {}, [None], {"": None}, [[]], 0.5, 1e308, -0.0, DEEP, ["*"] * 50, [1, "a", {}], {"a": {"b": "c"}}]))

    def places(self, value, path=()):
        yield path
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, item in items:
            yield from self.places(item, path + (key,))

    def mutated(self, document, times=None):
        """The document with a few members replaced by, or joined by, something hostile."""
        document = copy.deepcopy(document)
        for _ in range(times or self.random.choice([1, 1, 1, 2, 3])):
            path = self.random.choice(list(self.places(document)))
            if not path:
                if self.random.random() < 0.05:
                    return self.value()
                continue
            parent = document
            for key in path[:-1]:
                parent = parent[key]
            choice = self.random.random()
            if choice < 0.15:
                del parent[path[-1]]
            elif choice < 0.3 and isinstance(parent, list):
                parent.extend([copy.deepcopy(parent[path[-1]])] * self.random.choice([1, 2, 120]))
            elif choice < 0.6:
                parent[path[-1]] = self.alike(parent[path[-1]])
            else:
                parent[path[-1]] = self.value()
        return document

    def alike(self, value):
        """Another value of the same type, so that it passes further in."""
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return self.random.choice(INTEGERS)
        if isinstance(value, str):
            return self.random.choice(WORDS + self.pool[-20:])
        return self.value()

    def bytes(self, body):
        """The bytes with some of them cut, repeated or changed."""
        body = bytearray(body)
        for _ in range(self.random.choice([1, 1, 3, 10])):
            at = self.random.randrange(len(body) + 1)
            choice = self.random.randrange(4)
            if choice == 0:
                del body[at:]
            elif choice == 1:
                body[at:at] = bytes(self.random.randrange(256) for _ in range(self.random.choice([1, 4, 40])))
            elif choice == 2 and at < len(body):
                body[at] = self.random.choice([0, 0x7F, 0x80, 0xFF, 0x22, 0x7B, 0x5B, body[at] ^ 1])
            else:
                body[at:at + 8] = body[:8]
        return bytes(body)


class Wire:
    """One kept-alive connection. Remembers the last requests, for the report when the server dies."""

    def __init__(self, host, port, context=None):
        self.make = lambda: http.client.HTTPSConnection(host, port, timeout=20, context=context) if context else \
            http.client.HTTPConnection(host, port, timeout=20)
        self.connection = None
        self.recent = []

    def send(self, method, target, headers, body):
        self.recent = self.recent[-14:] + [f"{method} {target[:300]} {headers.get('Content-Type')} {(body or b'')[:1500]!r}"]
        for attempt in (1, 2):
            try:
                self.connection = self.connection or self.make()
                self.connection.putrequest(method, target, skip_host="Host" in headers, skip_accept_encoding=True)
                for name, value in headers.items():
                    self.connection.putheader(name, value)
                if body is not None:
                    self.connection.putheader("Content-Length", str(len(body)))
                self.connection.endheaders(body)
                answer = self.connection.getresponse()
                data = answer.read()
                if answer.will_close:
                    self.close()
                return answer.status, data
            except (HTTPException, OSError) as error:
                self.close()
                if isinstance(error, TimeoutError) or attempt == 2:
                    raise Failure(f"no answer ({error!r}) to\n{self.recent[-1]}")

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def nothing_hostile_brings_the_server_down(bed):
    own = Bed(bed.eyrie)
    try:
        own.start()
        run(own, seed=1, seconds=10)
    finally:
        own.stop()


tests = [nothing_hostile_brings_the_server_down]


def main(path, seed=1, seconds=60):
    bed = Bed(path)
    try:
        bed.start()
        print("nothing found in", run(bed, int(seed), float(seconds)))
    finally:
        bed.stop()


def run(bed, seed, seconds):
    import hostile_aws, hostile_kubernetes
    bed.out(f"eyrie create cluster --name hostile --region {REGION} --nodes 2")
    hostile = Hostile(seed)
    faces = [hostile_aws.AWS(bed, hostile), hostile_kubernetes.Kubernetes(bed, hostile)]
    counts, end = {}, time.time() + seconds
    while time.time() < end:
        for face in faces:
            face.step()
            name = type(face).__name__
            counts[name] = counts.get(name, 0) + 1
            expect(bed.server.poll() is None, "the server died after\n" + "\n".join(face.wire.recent))
    return counts


if __name__ == "__main__":
    sys.modules["hostile"] = sys.modules["__main__"]
    main(*sys.argv[1:])
