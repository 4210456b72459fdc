"""Many connections at once: idle ones, watches, slow and broken clients. Memory stays bounded and others are served on.

As a program it prints figures for as many as are asked for: connections.py EYRIE [CONNECTIONS] [WATCHES]
"""
import functools, http.client, json, resource, socket, ssl, struct, sys, threading, time
from urllib.parse import urlparse

from bed import Bed, Failure, eventually, expect

MAPS = "/api/v1/namespaces/default/configmaps"


@functools.cache
def context(protocol=None):
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    found.check_hostname, found.verify_mode = False, ssl.CERT_NONE
    if protocol:
        found.set_alpn_protocols([protocol])
    return found


class Place:
    """One cluster of a bed: its address, a token, and its server's memory."""

    def __init__(self, bed):
        bed.out("eyrie create cluster --name crowd --region us-west-1 --without-nodegroup")
        bed.out("eyrie utils write-kubeconfig --cluster crowd --region us-west-1 --kubeconfig " + bed.folder + "/crowd")
        config = json.loads(bed.out(f"kubectl config view --raw -o json --kubeconfig {bed.folder}/crowd"))
        server = urlparse(config["clusters"][0]["cluster"]["server"])
        self.address = (server.hostname, server.port)
        self.pid = bed.server.pid
        self.token = bed.json("eyrie get-token --cluster-name crowd --region us-west-1")["status"]["token"]

    def resident(self):
        """The server's memory in KiB, when it has come to rest."""
        time.sleep(1)
        return int(next(line for line in open(f"/proc/{self.pid}/status") if line.startswith("VmRSS")).split()[1])

    def send(self, method, path, body=None, timeout=20, headers={}):
        connection = http.client.HTTPSConnection(*self.address, timeout=timeout, context=context())
        try:
            connection.request(method, path, body, {"Authorization": "Bearer " + self.token, "Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


class Prober(threading.Thread):
    """Asks for a document all the time and remembers the longest wait; the requests of everybody else."""

    def __init__(self, place):
        super().__init__(daemon=True)
        (self.place, self.over, self.waits, self.failures) = (place, threading.Event(), [], [])

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        expect(not self.failures, f"others were not served: {self.failures[:3]}")

    def run(self):
        while not self.over.wait(0.1):
            begin = time.time()
            try:
                status, _ = self.place.send("GET", "/api/v1/namespaces/default")
                if status != 200:
                    self.failures.append(status)
            except OSError as error:
                self.failures.append(repr(error))
            self.waits.append(time.time() - begin)


class HTTP2:
    """As much of an HTTP/2 client as the tests need. `window` is what each stream may send before it is asked for more."""

    def __init__(self, place, window=1 << 20, timeout=30):
        self.place = place
        self.socket = context("h2").wrap_socket(socket.create_connection(place.address, timeout))
        (self.next, self.bytes, self.statuses, self.ended, self.goaway) = (1, {}, 0, set(), False)
        self.socket.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + self.frame(4, 0, 0, struct.pack(">HI", 4, window))
                            + self.frame(8, 0, 0, struct.pack(">I", 1 << 28)))

    @staticmethod
    def frame(kind, flags, stream, payload):
        return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload

    @staticmethod
    def text(text):
        """A string literal of HPACK, not Huffman coded."""
        (data, size) = (text.encode(), len(text))
        if size < 127:
            return bytes([size]) + data
        (head, size) = ([127], size - 127)
        while size >= 128:
            head.append(size % 128 + 128)
            size //= 128
        return bytes(head + [size]) + data

    def fields(self, path, method="GET"):
        pairs = [(":method", method), (":scheme", "https"), (":authority", "crowd"), (":path", path), ("accept", "application/json"),
                 ("authorization", "Bearer " + self.place.token)]
        return b"".join(b"\0" + self.text(name) + self.text(value) for name, value in pairs)

    def get(self, path):
        """Begins a request; returns its stream."""
        (stream, self.next) = (self.next, self.next + 2)
        self.socket.sendall(self.frame(1, 5, stream, self.fields(path)))
        return stream

    def read(self, seconds=0.01):
        """Takes what has come within a moment; gives no window back."""
        try:
            while True:
                self.socket.settimeout(seconds)
                head = self.exactly(9)
                (size, kind, flags, stream) = (int.from_bytes(head[:3], "big"), head[3], head[4], int.from_bytes(head[5:], "big"))
                data = self.exactly(size)
                if kind == 0:
                    self.bytes[stream] = self.bytes.get(stream, 0) + size
                if kind == 1:
                    self.statuses += 1
                if kind in (0, 1) and flags & 1 or kind == 3:
                    self.ended.add(stream)
                if kind == 7:
                    self.goaway = True
        except (TimeoutError, ssl.SSLError):
            return True
        except OSError:
            return False

    def exactly(self, size):
        data = b""
        while len(data) < size:
            piece = self.socket.recv(size - len(data))
            if not piece:
                raise OSError("closed")
            data += piece
            self.socket.settimeout(5)
        return data

    def close(self):
        self.socket.close()


def idle_connections(place, count):
    """KiB of the server's memory for each of so many connections that do nothing."""
    before = place.resident()
    crowd = []
    for _ in range(count):
        crowd.append(HTTP2(place))
        crowd[-1].get("/api/v1/namespaces/default")
    for connection in crowd:
        eventually(lambda: connection.read() and connection.statuses, "no answer", 30)
    each = (place.resident() - before) / count
    for connection in crowd:
        connection.close()
    return each


def watches(place, count):
    """KiB for each of so many idle watches, and the seconds until all have had one event."""
    crowd = [HTTP2(place) for _ in range(max(1, count // 100))]
    for connection in crowd:
        connection.get("/api/v1/namespaces/default")
    for connection in crowd:
        eventually(lambda: connection.read() and connection.statuses, "no answer", 30)
    before = place.resident()
    for _ in range(100):
        for connection in crowd:
            connection.get(MAPS + "?watch=1&resourceVersion=0&fieldSelector=metadata.name%3Dnews")
    eventually(lambda: all(connection.read() and connection.statuses > 100 for connection in crowd), "not all watches began", 120)
    each = (place.resident() - before) / (len(crowd) * 100)
    begin = time.time()
    status, _ = place.send("POST", MAPS, json.dumps({"metadata": {"name": "news"}, "data": {"a": "b"}}))
    expect(status == 201, f"create: {status}")
    eventually(lambda: all(connection.read() and len(connection.bytes) > 100 for connection in crowd), "not all watchers had the event", 60)
    took = time.time() - begin
    for connection in crowd:
        connection.close()
    place.send("DELETE", MAPS + "/news")
    return each, took


def slow_readers(place, megabytes=48):
    """Watchers and listers that take nothing while much is written: KiB that the server keeps for them."""
    crowd = [HTTP2(place, window=0) for _ in range(20)]
    for connection in crowd:
        connection.get(MAPS + "?watch=1&resourceVersion=0")
    status, _ = place.send("POST", MAPS, json.dumps({"metadata": {"name": "big"}, "data": {}}))
    before = place.resident()
    for number in range(megabytes * 2):
        body = json.dumps({"data": {"text": f"{number:08d}" * 65_536}})
        status, answer = place.send("PATCH", MAPS + "/big", body, headers={"Content-Type": "application/merge-patch+json"})
        expect(status == 200, f"patch: {status} {answer[:200]}")
    for connection in crowd:
        for _ in range(20):
            connection.get(MAPS)
    grown = place.resident() - before
    for connection in crowd:
        connection.close()
    place.send("DELETE", MAPS + "/big")
    return grown


def broken_clients(place, count=50):
    """Clients that never finish what they began are let go; those who say that they are done get their answer or are let go."""
    begun = []
    for number in range(count):
        plain = socket.create_connection(place.address, 20)
        if number % 5 == 0:
            plain.sendall(b"\x16\x03\x01")  # A TLS record without its end.
        begun.append(plain)
    for number in range(count):
        slow = HTTP2(place)
        if number % 2:
            slow.socket.sendall(HTTP2.frame(1, 1, 1, slow.fields(MAPS)))  # A field block that is to be continued.
        else:
            slow.socket.sendall(b"\0\0")  # Part of a frame.
        begun.append(slow)
    for _ in range(count):
        first = context().wrap_socket(socket.create_connection(place.address, 20))
        first.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        begun.append(first)
    half = context().wrap_socket(socket.create_connection(place.address, 20))
    half.sendall(b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer " + place.token.encode() + b"\r\n\r\n")
    socket.socket.shutdown(half, socket.SHUT_WR)
    begun.append(half)
    return begun


def gone(connection):
    """Whether the server has closed a connection."""
    stream = connection.socket if isinstance(connection, HTTP2) else connection
    stream.settimeout(0.01)
    try:
        while stream.recv(4096):
            pass
        return True
    except (TimeoutError, ssl.SSLWantReadError):
        return False
    except OSError:
        return True


def wrong_bodies(place):
    status, _ = place.send("POST", MAPS, b"{" + b'"a":{' * 100_000)
    expect(status == 400, f"a deeply nested body: {status}")
    connection = http.client.HTTPSConnection(*place.address, timeout=20, context=context())
    connection.putrequest("POST", MAPS)
    for name, value in {"Authorization": "Bearer " + place.token, "Content-Type": "application/json", "Content-Length": "1000000000"}.items():
        connection.putheader(name, value)
    connection.endheaders()
    expect(connection.getresponse().status == 413, "a body that is said to be large")
    connection.close()
    status, _ = place.send("POST", MAPS, b'{"metadata":{"name":"x"},"data":{"a":"' + b"x" * (4 << 20) + b'"}}')
    expect(status == 413, f"a body beyond the limit: {status}")


def crowds_leave_memory_bounded_and_others_served(bed):
    own = Bed(bed.eyrie)
    own.start()
    try:
        place = Place(own)
        with Prober(place) as prober:
            begun = broken_clients(place)
            expect(idle_connections(place, 500) < 32, "an idle connection costs too much")
            each, _ = watches(place, 1000)
            expect(each < 12, f"an idle watch costs {each:.1f} KiB")
            grown = slow_readers(place, 24)
            expect(grown < 300_000, f"slow readers cost {grown} KiB")
            wrong_bodies(place)
            eventually(lambda: all(map(gone, begun)), lambda: f"{sum(not gone(c) for c in begun)} broken clients are still there", 30)
        expect(max(prober.waits) < 10, f"others waited {max(prober.waits):.1f} s")
        expect(own.server.poll() is None, "the server ended")
    finally:
        own.stop()


tests = [crowds_leave_memory_bounded_and_others_served]


def idle_figures(eyrie, connections):
    """Prints what idle connections cost a server that has had nothing else."""
    bed = Bed(eyrie)
    bed.start()
    try:
        place = Place(bed)
        print(f"server at rest                  {place.resident() / 1024:8.1f} MiB")
        print(f"idle TLS connection, of {connections:6}  {idle_connections(place, connections):8.1f} KiB each", flush=True)
    finally:
        bed.stop()


def main(eyrie, connections=10_000, count=10_000):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    idle_figures(eyrie, connections)
    # Another server: what the connections have left to the first one would do for the watches.
    bed = Bed(eyrie)
    bed.start()
    try:
        place = Place(bed)
        with Prober(place) as prober:
            each, took = watches(place, count)
            print(f"idle watch, of {count:6}           {each:8.1f} KiB each; all {count} had an event after {took:.2f} s", flush=True)
            print(f"20 watchers who take nothing    {slow_readers(place) / 1024:8.1f} MiB more, while 48 MiB were written", flush=True)
            begun = broken_clients(place, 200)
            begin = time.time()
            eventually(lambda: all(map(gone, begun)), "broken clients are still there", 60)
            print(f"601 broken clients gone after   {time.time() - begin:8.1f} s")
            wrong_bodies(place)
        waits = sorted(prober.waits)
        print(f"others' requests meanwhile      p50 {waits[len(waits) // 2] * 1e3:.0f} ms, longest {waits[-1] * 1e3:.0f} ms, of {len(waits)}")
        print(f"server in the end               {place.resident() / 1024:8.1f} MiB")
    finally:
        bed.stop()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
