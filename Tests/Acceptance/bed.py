"""A region of its own for the tests: a server with a fresh data directory on a free port, and ways to call it."""
import hashlib, json, os, re, shutil, signal, subprocess, tempfile, time


class Failure(Exception):
    """A test that found something other than it expects."""


class Bed:
    def __init__(self, eyrie, machines="simulated"):
        (self.eyrie, self.machines) = (eyrie, machines)
        self.folder = tempfile.mkdtemp(prefix="eyrie-acceptance-")
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name != "KUBECONFIG"}
        self.env["EYRIE_DATA_DIR"] = self.folder
        self.server = None

    def command(self):
        return [self.eyrie, "up", "--listen", "127.0.0.1:0", "--machines", self.machines]

    def start(self):
        """Starts the server in the foreground of a process of its own, and waits until it answers."""
        log = open(os.path.join(self.folder, "server.log"), "a")
        self.server = subprocess.Popen(self.command(), env=self.env, stdout=log, stderr=log)
        for _ in range(300):
            if self.server.poll() is not None:
                raise Failure("the server ended:\n" + self.log()[-2000:])
            status = self.call(self.eyrie, "status", check=False)
            if status.returncode == 0:
                break
            time.sleep(0.05)
        else:
            raise Failure(f"the server does not answer:\n{status.stdout}{status.stderr}{self.log()[-2000:]}")
        for line in self.call(self.eyrie, "env").stdout.splitlines():
            name, value = re.match(r"export (\w+)=(.*)", line).groups()
            if name != "PATH":
                self.env[name] = value.strip("'")
        self.env["PATH"] = os.path.join(self.folder, "bin") + ":" + os.environ["PATH"]

    def kill(self):
        """Ends the server as a power cut would."""
        self.server.send_signal(signal.SIGKILL)
        self.server.wait()

    def stop(self):
        if self.server and self.server.poll() is None:
            self.server.terminate()
            try:
                self.server.wait(20)
            except subprocess.TimeoutExpired:
                self.server.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def mark(self):
        """What tells this server's things from others' on this host."""
        return hashlib.sha256(self.folder.encode()).hexdigest()[:8]

    def log(self):
        return open(os.path.join(self.folder, "server.log")).read()

    def call(self, *words, check=True, stdin=None, timeout=120, env=None):
        result = subprocess.run(words, env=env or self.env, input=stdin, capture_output=True, text=True, timeout=timeout)
        if check and result.returncode != 0:
            raise Failure(f"{' '.join(words)}\n{result.stdout}{result.stderr}")
        return result

    def out(self, line, **options):
        """What a command line of plain words prints."""
        return self.call(*line.split(), **options).stdout

    def error(self, line, **options):
        """What a command line that must fail says."""
        result = self.call(*line.split(), check=False, **options)
        if result.returncode == 0:
            raise Failure(f"{line}\nsucceeded:\n{result.stdout}")
        return result.stderr + result.stdout

    def json(self, line, **options):
        return json.loads(self.out(line, **options))


def expect(condition, text):
    if not condition:
        raise Failure(text)


def within(text, *parts):
    """Expects every part to be in the text."""
    for part in parts:
        expect(part in text, f"no {part!r} in:\n{text}")


def eventually(condition, text, seconds=30):
    """Waits until the condition holds."""
    deadline = time.time() + seconds
    while time.time() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise Failure(text() if callable(text) else text)
