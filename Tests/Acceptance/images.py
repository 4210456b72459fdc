"""Builds small container images out of Debian's busybox and nginx packages, as archives that `eyrie images import` takes."""
import hashlib, io, json, os, shutil, subprocess, tarfile


def archive(path, name, layer, config):
    """Writes a docker archive of one layer."""
    digest = hashlib.sha256(layer).hexdigest()
    image = {"architecture": "amd64", "os": "linux", "config": config, "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
             "history": [{"created_by": "test"}]}
    settings = json.dumps(image).encode()
    identity = hashlib.sha256(settings).hexdigest()
    manifest = [{"Config": f"{identity}.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    with tarfile.open(path, "w") as tar:
        for file, content in ((f"{identity}.json", settings), ("layer.tar", layer), ("manifest.json", json.dumps(manifest).encode())):
            entry = tarfile.TarInfo(file)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path


class Layer:
    def __init__(self):
        self.buffer = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.buffer, mode="w")
        self.seen = set()

    def folder(self, path, mode=0o755):
        if path in ("", "/") or path in self.seen:
            return
        self.folder(os.path.dirname(path))
        self.seen.add(path)
        entry = tarfile.TarInfo(path.lstrip("/"))
        (entry.type, entry.mode) = (tarfile.DIRTYPE, mode)
        self.tar.addfile(entry)

    def file(self, path, content, mode=0o644):
        self.folder(os.path.dirname(path))
        entry = tarfile.TarInfo(path.lstrip("/"))
        (entry.size, entry.mode) = (len(content), mode)
        self.tar.addfile(entry, io.BytesIO(content))

    def link(self, path, target):
        self.folder(os.path.dirname(path))
        entry = tarfile.TarInfo(path.lstrip("/"))
        (entry.type, entry.linkname) = (tarfile.SYMTYPE, target)
        self.tar.addfile(entry)

    def program(self, source, path):
        """A program of this machine with the libraries that it is linked to."""
        self.file(path, open(source, "rb").read(), 0o755)
        for line in subprocess.run(["ldd", source], capture_output=True, text=True).stdout.splitlines():
            for word in line.split():
                if word.startswith("/") and word not in self.seen:
                    self.seen.add(word)
                    self.file(word, open(word, "rb").read(), 0o755)

    def bytes(self):
        self.tar.close()
        return self.buffer.getvalue()


def users(layer):
    layer.file("/etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n")
    layer.file("/etc/group", b"root:x:0:\nnogroup:x:65534:\n")
    layer.folder("/tmp", 0o1777)
    layer.folder("/root", 0o700)


def busybox(folder, name="example.org/busybox:1"):
    """A shell with the usual tools."""
    layer = Layer()
    users(layer)
    layer.file("/bin/busybox", open("/bin/busybox", "rb").read(), 0o755)
    for tool in subprocess.run(["/bin/busybox", "--list"], capture_output=True, text=True).stdout.split():
        if tool != "busybox":
            layer.link(f"/bin/{tool}", "busybox")
    layer.file("/www/index.html", b"hello from a container\n")
    return archive(os.path.join(folder, "busybox.tar"), name, layer.bytes(), {"Cmd": ["/bin/sh"], "Env": ["PATH=/bin"], "WorkingDir": "/"})


def nginx(folder, name="example.org/nginx:1", port=80):
    """Debian's nginx with a page that names its host."""
    layer = Layer()
    users(layer)
    layer.program(shutil.which("nginx") or "/usr/sbin/nginx", "/usr/sbin/nginx")
    layer.file("/bin/busybox", open("/bin/busybox", "rb").read(), 0o755)
    layer.link("/bin/sh", "busybox")
    for path in ("/var/log/nginx", "/var/lib/nginx", "/run", "/usr/share/nginx/modules", "/dev"):
        layer.folder(path)
    layer.file("/etc/nginx/nginx.conf", f"""daemon off; user root; pid /run/nginx.pid; error_log /dev/stderr;
events {{ worker_connections 1024; }}
http {{ access_log /dev/stdout; server {{ listen {port}; location / {{ default_type text/plain; return 200 "$hostname\\n"; }} }} }}
""".encode())
    return archive(os.path.join(folder, "nginx.tar"), name, layer.bytes(),
                   {"Entrypoint": ["/usr/sbin/nginx"], "Env": ["PATH=/usr/sbin:/bin"], "ExposedPorts": {f"{port}/tcp": {}}, "StopSignal": "SIGQUIT"})
