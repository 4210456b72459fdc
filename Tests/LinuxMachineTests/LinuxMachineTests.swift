import AWSServices
import Control
import Glibc
import Linux
import Synchronization
import Testing

@testable import LinuxMachine

@Suite(.serialized, .enabled(if: MachineBed.isPossible)) struct LinuxMachineTests {
    private let bed = MachineBed()

    init() { atexit { MachineBed.remove() } }

    @Test func aMachineBootsWithItsNameItsLimitsAndItsOwnContainerd() async throws {
        let machines = bed.machines()
        do {
            try await machines.launch(bed.spec())
            try await machines.launch(bed.spec())
            let process = try #require(machines.process(of: bed.instance))
            #expect(
                try await bed.shell(process, "hostname; cat /etc/hostname") == String(repeating: "\(bed.spec().privateDNSName)\n", count: 2)
            )
            #expect(try await bed.shell(process, "cat /proc/1/cmdline | tr '\\0' ' '").contains("machine-init"))
            #expect(
                try await bed.shell(process, "cat /sys/fs/cgroup/memory/memory.limit_in_bytes || cat /sys/fs/cgroup/memory.max")
                    == "\(2 << 30)\n")
            let containerd = try await bed.shell(
                process, "for i in $(seq 200); do ctr version >/dev/null 2>&1 && break; sleep 0.05; done; ctr version | grep -c Version")
            #expect(containerd == "2\n")
            #expect(
                try await bed.shell(process, "ls \(bed.folders.data) 2>&1; test -e /run/eyrie/machine.json && echo told").hasSuffix(
                    "told\n"))
            #expect(try await bed.shell(process, "ls -A \(bed.folders.data) | wc -l") == "0\n")
            #expect(try await bed.shell(process, "df -B1G --output=size /var/lib/containerd | tail -1").contains("4"))
            #expect(try await bed.shell(process, "grep nameserver /etc/resolv.conf") == "nameserver 169.254.169.253\n")
        } catch { Issue.record(error) }
        await machines.terminate(instanceID: bed.instance)
        #expect(HostResources.count(of: bed.folders) == HostResources())
        await bed.clear(machines)
    }

    @Test func aDeathOfTheFirstProcessIsToldAndLeavesNothing() async throws {
        let machines = bed.machines()
        let told = Mutex<[String]>([])
        machines.onFailure { instance, reason in told.withLock { $0.append("\(instance): \(reason)") } }
        try await machines.launch(bed.spec())
        let process = try #require(machines.process(of: bed.instance))
        kill(process, SIGKILL)
        for _ in 0..<6_000 where told.withLock(\.isEmpty) { usleep(10_000) }
        #expect(told.withLock { $0 } == ["\(bed.instance): the machine's first process ended: signal 9"])
        var left = HostResources.count(of: bed.folders)
        #expect(left.disks == 1 && left.namespaces == 1)
        (left.disks, left.namespaces) = (0, 0)
        #expect(left == HostResources())
        await machines.terminate(instanceID: bed.instance)
        #expect(HostResources.count(of: bed.folders) == HostResources())
        #expect(told.withLock(\.count) == 1)
        await bed.clear(machines)
    }

    @Test func aMachineOutlivesItsServerAndIsFoundAgain() async throws {
        var first: LinuxMachines? = bed.machines()
        try await first?.launch(bed.spec())
        let process = first?.process(of: bed.instance)
        first = nil
        let second = bed.machines()
        #expect(second.running() == [bed.instance])
        try await second.launch(bed.spec())
        #expect(second.process(of: bed.instance) == process)
        let told = Mutex(0)
        second.onFailure { _, _ in told.withLock { $0 += 1 } }
        kill(try #require(process), SIGKILL)
        for _ in 0..<6_000 where told.withLock({ $0 == 0 }) { usleep(10_000) }
        #expect(told.withLock { $0 } == 1)
        await bed.clear(second)
    }

    @Test func aStoppedMachineKeepsItsDiskAndASweepRemovesIt() async throws {
        let machines = bed.machines()
        try await machines.launch(bed.spec())
        let process = try #require(machines.process(of: bed.instance))
        _ = try await bed.shell(process, "echo kept > /var/lib/kubelet/file")
        await machines.stop(instanceID: bed.instance)
        #expect(machines.running() == [])
        try await machines.launch(bed.spec())
        let again = try #require(machines.process(of: bed.instance))
        #expect(try await bed.shell(again, "cat /var/lib/kubelet/file") == "kept\n")
        await machines.powerOffAll()
        #expect(machines.running() == [])
        await machines.sweep(keeping: [bed.instance])
        #expect(HostResources.count(of: bed.folders).disks == 1)
        await machines.sweep(keeping: [])
        #expect(HostResources.count(of: bed.folders) == HostResources())
        await bed.clear(machines)
    }

    @Test func aMachineOfAnUnknownTypeIsRefused() async throws {
        let machines = bed.machines()
        await #expect(throws: MachineFailure("no such instance type: t9.small")) { try await machines.launch(bed.spec("t9.small")) }
        await bed.clear(machines)
    }

    @Test func aLaunchedMachineAnswersWithItsImagesPresent() async throws {
        let machines = bed.machines()
        try await machines.launch(bed.spec())
        await machines.terminate(instanceID: bed.instance)
        let second = MachineBed()
        let began = SystemClock().now
        try await machines.launch(second.spec())
        let images = MachineImages(process: try #require(machines.process(of: second.instance)))
        try await images.awaitContainerd()
        let took = SystemClock().now - began
        let process = try #require(machines.process(of: second.instance))
        let present = try await second.shell(process, "ctr -n k8s.io images ls -q")
        #expect(present.contains("localhost/kubernetes/pause:latest"))
        #expect(present.contains("/eks/coredns:"))
        print("launch to containerd: \(took)")
        #expect(took < .seconds(2))
        await second.clear(machines)
    }

    @Test func theUsersImagesAreInRunningMachinesAndInLaterOnes() async throws {
        let machines = bed.machines()
        try await machines.launch(bed.spec())
        let first = try #require(machines.process(of: bed.instance))
        try await MachineImages(process: first).awaitContainerd()
        let archive = "\(bed.folders.data)/busybox.tar"
        try await ImageArchive.write(try await ImageRecipe.preset("busybox", names: ["example.test/tools/box:7"], port: 80), to: archive)
        let loading = ImageLoading(folders: bed.folders)
        let outcome = try await loading.add(archive)
        #expect(outcome.entry.names == ["example.test/tools/box:7"])
        #expect(outcome.machines == [bed.instance])
        #expect(outcome.failures.isEmpty)
        let run = "ctr run --rm --snapshotter overlayfs example.test/tools/box:7 once echo from inside"
        #expect(try await bed.shell(first, "CONTAINERD_NAMESPACE=k8s.io \(run)") == "from inside\n")
        let later = MachineBed()
        try await machines.launch(later.spec())
        let second = try #require(machines.process(of: later.instance))
        try await MachineImages(process: second).awaitContainerd()
        #expect(try await later.shell(second, "ctr -n k8s.io images ls -q").contains("example.test/tools/box:7"))
        #expect(try await loading.remove("example.test/tools/box:7") != nil)
        #expect(loading.all().isEmpty)
        #expect(try await !bed.shell(first, "ctr -n k8s.io images ls -q").contains("example.test/tools/box:7"))
        await bed.clear(machines)
    }
}
