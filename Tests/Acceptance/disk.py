"""The disk under the store is full, fails, is read-only or decays: file systems of the tests' own, mounted on loop devices or in memory."""
import os, subprocess, tempfile

from bed import Bed, eventually, expect, within
from crash import PATH, Cluster



class OwnDisk:
    """A region whose data directory is a small file system of its own, with one cluster."""

    def __init__(self, bed, kind):
        self.bed = Bed(bed.eyrie)
        self.image = None
        if kind == "tmpfs":
            self.mount("-t", "tmpfs", "-o", "size=40m", "none")
        else:
            self.image = tempfile.NamedTemporaryFile(prefix="eyrie-disk-")
            self.image.truncate(96 << 20)
            subprocess.run(["mkfs.ext4", "-q", "-F", self.image.name], check=True)
            self.mount("-o", "loop", self.image.name)

    def __enter__(self):
        self.bed.start()
        self.cluster = Cluster(self.bed)
        return self

    def __exit__(self, *_):
        if self.bed.server and self.bed.server.poll() is None:
            self.bed.kill()
        subprocess.run(["umount", "-l", self.bed.folder])
        self.bed.stop()

    def mount(self, *words):
        subprocess.run(["mount", *words, self.bed.folder], check=True)

    def write(self, name, size=900_000):
        """The message that refuses a config map of that many bytes; empty when it was made."""
        body = {"metadata": {"name": name}, "data": {"text": "x" * size}}
        status, answer = self.cluster.ask(self.cluster.connect(), "POST", PATH, body)
        return "" if status == 201 else answer["message"]

    def names(self):
        status, answer = self.cluster.ask(self.cluster.connect(), "GET", PATH)
        expect(status == 200, str(answer))
        return {item["metadata"]["name"] for item in answer["items"]} - {"kube-root-ca.crt"}

    def files(self):
        folder = os.path.join(self.bed.folder, "store")
        return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.startswith("log-"))


def a_full_disk_refuses_writes_serves_reads_and_goes_on_with_space(bed):
    with OwnDisk(bed, "tmpfs") as disk:
        made, refusal = [], ""
        for number in range(200):
            refusal = disk.write(f"full-{number}")
            if refusal:
                break
            made.append(f"full-{number}")
        within(refusal, "No space left on device")
        expect(disk.names() == set(made), "a config map is lost, or one that was refused is there")
        within(disk.bed.log(), "writes are refused", "No space left on device")
        disk.bed.kill()
        disk.bed.start()
        expect(disk.names() == set(made), "a restart on a full disk changed what is there")
        within(disk.write("refused"), "No space left on device")
        subprocess.run(["mount", "-o", "remount,size=120m", disk.bed.folder], check=True)
        eventually(lambda: disk.write("goes-on") == "", "writes do not go on although there is space")
        disk.bed.kill()
        disk.bed.start()
        expect(disk.names() == {*made, "goes-on"}, "a write is lost")


def a_failed_disk_leaves_reads_and_a_restart_mends_it(bed):
    with OwnDisk(bed, "ext4") as disk:
        expect(disk.write("kept") == "", "the write before")
        # The kernel's own way to let a file system fail: every write from now on gets an error.
        subprocess.run(["mount", "-o", "remount,abort", disk.bed.folder], check=False)
        refusal = disk.write("lost")
        within(refusal, "the log cannot be written")
        expect(disk.names() == {"kept"}, str(disk.names()))
        ready = disk.cluster.send(disk.cluster.connect(), "GET", "/readyz")
        expect(ready.status == 500, f"/readyz answers {ready.status}")
        within(ready.read().decode(), "etcd failed")
        disk.bed.kill()
        subprocess.run(["umount", disk.bed.folder], check=True)
        subprocess.run(["fsck.ext4", "-p", disk.image.name], stdout=subprocess.DEVNULL)
        disk.mount("-o", "loop", disk.image.name)
        disk.bed.start()
        expect("kept" in disk.names(), "what was acknowledged is lost")
        expect(disk.write("after") == "", "the write after")


def a_read_only_disk_stops_the_start_with_its_reason(bed):
    with OwnDisk(bed, "ext4") as disk:
        expect(disk.write("kept") == "", "the write before")
        disk.bed.kill()
        subprocess.run(["mount", "-o", "remount,ro", disk.bed.folder], check=True)
        result = disk.bed.call(disk.bed.eyrie, "up", "--listen", "127.0.0.1:0", "--machines", "simulated", check=False)
        expect(result.returncode == 1, f"exit code {result.returncode}")
        within(result.stderr, "cannot open the store", "Read-only file system")
        within(disk.bed.call(disk.bed.eyrie, "store", "verify").stdout, "whole")
        subprocess.run(["mount", "-o", "remount,rw", disk.bed.folder], check=True)
        disk.bed.start()
        expect(disk.names() == {"kept"}, str(disk.names()))


def a_damaged_file_stops_the_start_and_is_named(bed):
    with OwnDisk(bed, "ext4") as disk:
        for number in range(12):
            expect(disk.write(f"kept-{number}", 1000) == "", "the writes before")
        disk.bed.kill()
        name = disk.files()[0]
        with open(name, "r+b") as file:
            at = 3 * 4096 + 100
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 1]))
        for words in (("up", "--listen", "127.0.0.1:0", "--machines", "simulated"), ("store", "verify")):
            result = disk.bed.call(disk.bed.eyrie, *words, check=False)
            expect(result.returncode == 1, f"{words}: exit code {result.returncode}")
            within(result.stderr, "damaged", os.path.basename(name), "at byte")
        within(disk.bed.call(disk.bed.eyrie, "store", "dump").stdout, "catalogue")
        with open(name, "r+b") as file:
            file.seek(at)
            file.write(bytes([byte]))
        within(disk.bed.call(disk.bed.eyrie, "store", "verify").stdout, "cluster/", "whole")
        disk.bed.start()
        expect(len(disk.names()) == 12, str(disk.names()))


tests = [a_full_disk_refuses_writes_serves_reads_and_goes_on_with_space, a_failed_disk_leaves_reads_and_a_restart_mends_it,
         a_read_only_disk_stops_the_start_with_its_reason, a_damaged_file_stops_the_start_and_is_named]
