import Documents
import Glibc
import KubeClient
import Kubelet
import Linux
import Testing

@testable import LinuxNode

@Suite(.enabled(if: HostBed.isPossible)) struct PodHostTests {
    @Test func anOrdinaryPodGetsItsSurroundingsAndLeavesNothing() async throws {
        try await HostBed.with { bed in
            try await bed.configMap("kube-root-ca.crt", ["ca.crt": "CA"])
            let pod = try await bed.pod("web")
            let uid = try #require(pod["metadata"]["uid"].string)
            try await bed.host.prepare(pod)
            let sandbox = try await bed.host.sandboxConfig(for: pod, attempt: 0)
            #expect(sandbox.cgroupParent == "\(bed.group)/kubepods/besteffort/pod\(uid)")
            #expect(Files.isFolder(sandbox.logDirectory) && Cgroup(sandbox.cgroupParent).exists)
            let config = try await bed.config(pod)
            let account = try #require(
                config.mounts.first { $0.containerPath == "/var/run/secrets/kubernetes.io/serviceaccount" })
            #expect(account.isReadOnly)
            #expect(Files.text("\(account.hostPath)/ca.crt") == "CA")
            #expect(Files.text("\(account.hostPath)/namespace") == "default")
            #expect(try #require(Files.text("\(account.hostPath)/token")).split(separator: ".").count == 3)
            let hosts = try #require(config.mounts.first { $0.containerPath == "/etc/hosts" })
            #expect(try #require(Files.text(hosts.hostPath)).hasSuffix("10.0.1.7\tweb"))
            let words = try #require(config.mounts.first { $0.containerPath == "/dev/termination-log" })
            #expect(try facts(words.hostPath).permissions == 0o666)
            #expect(config.environment.contains { $0.name == "KUBERNETES_SERVICE_HOST" })
            #expect(await bed.host.uids() == [uid])
            try await bed.host.prepare(pod)
            try await bed.host.release(uid: uid)
            try await bed.host.release(uid: uid)
            #expect(await bed.host.uids().isEmpty)
            #expect(!Mounts.list().contains { $0.target.hasPrefix(bed.root) })
            #expect(Files.names(in: bed.settings.logDirectory).isEmpty)
            #expect(!Files.exists(bed.settings.paths(uid).root))
            #expect(!Cgroup(sandbox.cgroupParent).folders.contains(where: Files.isFolder))
        }
    }

    @Test func whatIsMissingIsToldAndComesLater() async throws {
        try await HostBed.with { bed in
            let pod = try await bed.pod("web", volume: ["configMap": ["name": "late"]], ["automountServiceAccountToken": false])
            await #expect(
                throws: PodHostError.volume(
                    name: "v", message: "MountVolume.SetUp failed for volume \"v\" : configmap \"late\" not found")
            ) { try await bed.host.prepare(pod) }
            try await bed.configMap("late", ["a": "1"])
            try await bed.host.prepare(pod)
            #expect(Files.text("\(try await bed.source(pod))/a") == "1")
        }
    }

    @Test func lastWordsAreReadFromTheFileOrTheLog() async throws {
        try await HostBed.with { bed in
            let pod = try await bed.pod(
                "web", ["automountServiceAccountToken": false], container: ["terminationMessagePolicy": "FallbackToLogsOnError"])
            try await bed.host.prepare(pod)
            let config = try await bed.config(pod, attempt: 3)
            let words = try #require(config.mounts.first { $0.containerPath == "/dev/termination-log" })
            var status = ContainerStatus()
            (status.attempt, status.exitCode) = (3, 1)
            let sandbox = try await bed.host.sandboxConfig(for: pod, attempt: 0)
            try Files.replace("\(sandbox.logDirectory)/\(config.logPath)", Array("t stderr F from the log\n".utf8))
            let container = pod["spec"]["containers"][0]
            #expect(await bed.host.terminationMessage(of: container, in: pod, status: status) == "from the log\n")
            try Files.set(words.hostPath, "from the file")
            #expect(await bed.host.terminationMessage(of: container, in: pod, status: status) == "from the file")
            // A link in the file's place leads nowhere.
            unlink(words.hostPath)
            symlink("/etc/passwd", words.hostPath)
            #expect(await bed.host.terminationMessage(of: container, in: pod, status: status) == "from the log\n")
        }
    }

    @Test func podGroupsHaveTheirPodsLimitsAndDieWithThem() async throws {
        try await HostBed.with { bed in
            let pod = try await bed.pod(
                "web", ["automountServiceAccountToken": false],
                container: ["resources": ["requests": ["cpu": "250m"], "limits": ["cpu": "500m", "memory": "64Mi"]]])
            try await bed.host.prepare(pod)
            let sandbox = try await bed.host.sandboxConfig(for: pod, attempt: 0)
            let group = Cgroup(sandbox.cgroupParent)
            #expect(sandbox.cgroupParent.contains("/burstable/"))
            #expect(Cgroup(bed.settings.cgroupRoot).stats().memoryLimitBytes == (1 << 30) + (100 << 20))
            #expect(group.cpuLimitMillicores() == 500 && group.stats().memoryLimitBytes == 64 << 20)
            if let cpu = group.folder("cpu"), !group.layout.isUnified {
                #expect(Files.text("\(cpu)/cpu.shares") == "256")
                #expect(Files.text("\(cpu)/../cpu.shares") == "256")
            }
            let uid = try #require(pod["metadata"]["uid"].string)
            try await bed.host.release(uid: uid)
            #expect(!group.exists)
        }
    }

    @Test func endedPodsKeepTheirLogsAlone() async throws {
        try await HostBed.with { bed in
            let pod = try await bed.pod("job", volume: ["emptyDir": ["medium": "Memory"]], ["automountServiceAccountToken": false])
            try await bed.host.prepare(pod)
            let (config, sandbox) = (try await bed.config(pod), try await bed.host.sandboxConfig(for: pod, attempt: 0))
            try Files.replace("\(sandbox.logDirectory)/\(config.logPath)", [1])
            let uid = try #require(pod["metadata"]["uid"].string)
            try await bed.host.retire(pod)
            #expect(!Files.exists(bed.settings.paths(uid).volumes) && !Cgroup(sandbox.cgroupParent).exists)
            #expect(!Mounts.list().contains { $0.target.hasPrefix(bed.root) })
            #expect(Files.exists("\(sandbox.logDirectory)/\(config.logPath)"))
            #expect(await bed.host.uids() == [uid])
        }
    }

    @Test func volumesFollowTheirPod() async throws {
        try await HostBed.with { bed in
            let item: Value = ["path": "labels", "fieldRef": ["fieldPath": "metadata.labels"]]
            var pod = try await bed.pod("web", volume: ["downwardAPI": ["items": [item]]], ["automountServiceAccountToken": false])
            try await bed.host.prepare(pod)
            let file = "\(try await bed.source(pod))/labels"
            #expect(Files.text(file) == "")
            pod["metadata"]["labels"] = ["tier": "front"]
            try await bed.host.refresh(pod)
            #expect(Files.text(file) == "tier=\"front\"")
        }
    }

    @Test func containersAreToldOfTheServicesOfTheirNamespace() async throws {
        try await HostBed.with { bed in
            let services = Kind("Service", prefix: "core/services/")
            func add(_ namespace: String, _ name: String) async throws {
                let spec: Value = ["ports": [["port": 80]], "selector": ["a": "b"]]
                _ = try await bed.client.create(
                    services, ["metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": spec])
            }
            let pod = try await bed.pod("web", ["automountServiceAccountToken": false])
            try await bed.host.prepare(pod)
            try await add("default", "near")
            try await add("kube-system", "far")
            func told() async -> Set<String> {
                let names = (try? await bed.config(pod))?.environment.map(\.name) ?? []
                return Set(names.filter { $0.hasSuffix("_SERVICE_HOST") })
            }
            let both: Set<String> = ["KUBERNETES_SERVICE_HOST", "NEAR_SERVICE_HOST"]
            #expect(await told() == both)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await bed.host.run() }
                try await add("default", "late")
                #expect(try await bed.reached { await told() == both.union(["LATE_SERVICE_HOST"]) })
                try await bed.client.delete(services, namespace: "default", "near")
                #expect(try await bed.reached { await told() == ["KUBERNETES_SERVICE_HOST", "LATE_SERVICE_HOST"] })
                group.cancelAll()
            }
        }
    }
}
