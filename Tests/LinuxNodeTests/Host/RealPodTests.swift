import Control
import Documents
import Kubelet
import Linux
import Testing

@testable import LinuxNode

/// Pods in containerd with all that their node gives them: what processes see there.
@Suite(.enabled(if: HostBed.isPossible && ContainerdBed.isPossible), .serialized) struct RealPodTests {
    private func with(_ body: (HostBed, ContainerdBed) async throws -> Void) async throws {
        try await HostBed.with { bed in
            let daemon = try await ContainerdBed()
            do {
                try await body(bed, daemon)
            } catch {
                await daemon.close()
                throw error
            }
            await daemon.close()
            for uid in await bed.host.uids() { try await bed.host.release(uid: uid) }
            for mount in Mounts.list() where mount.type.hasPrefix("cgroup") {
                let pods =
                    Files.names(in: "\(mount.target)\(bed.settings.cgroupRoot)/besteffort")
                    + Files.names(in: "\(mount.target)\(bed.settings.cgroupRoot)/burstable")
                #expect(!pods.contains { $0.hasPrefix("pod") }, "\(mount.target)")
            }
        }
    }

    /// Runs the pod's first container until it has ended, and is known to have ended so. - Returns: what it wrote and how it ended.
    private func run(
        _ pod: Value, _ bed: HostBed, _ daemon: ContainerdBed, until isKnown: (ContainerStatus) -> Bool = { _ in true }
    ) async throws -> (lines: [String], status: ContainerStatus) {
        let image = try #require(try await daemon.runtime.image(ContainerdBed.image))
        try await bed.host.prepare(pod)
        let sandboxConfig = try await bed.host.sandboxConfig(for: pod, attempt: 0)
        let sandbox = try await daemon.runtime.runSandbox(sandboxConfig)
        let config = try await bed.host.containerConfig(
            for: pod["spec"]["containers"][0], of: pod, attempt: 0, image: image, addresses: ["192.0.2.7"], target: nil)
        let id = try await daemon.runtime.createContainer(config, in: sandbox, of: sandboxConfig)
        try await daemon.runtime.startContainer(id)
        var status = ContainerStatus()
        for _ in 0..<6_000 {
            status = try #require(try await daemon.runtime.container(id))
            if status.state == .exited, isKnown(status) { break }
            try await SystemClock().sleep(for: .milliseconds(10))
        }
        let log = Files.text("\(sandboxConfig.logDirectory)/\(config.logPath)") ?? ""
        let lines = log.split(separator: "\n").map { line in
            line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).last.map(String.init) ?? ""
        }
        return (lines, status)
    }
    private func script(_ lines: String, _ more: Value = [:]) -> Value {
        var container = more
        (container["image"], container["command"]) = (.string(ContainerdBed.image), ["/bin/sh", "-c", .string(lines)])
        return container
    }

    @Test func aProcessSeesItsVolumesNamesAndEnvironment() async throws {
        try await with { bed, daemon in
            try await bed.configMap("conf", ["app.conf": "colour=blue"])
            try await bed.configMap("kube-root-ca.crt", ["ca.crt": "CA"])
            let volumes: Value = [
                ["name": "conf", "configMap": ["name": "conf"]], ["name": "data", "emptyDir": [:]],
                ["name": "mem", "emptyDir": ["medium": "Memory", "sizeLimit": "2Mi"]],
            ]
            let container = script(
                """
                cat /etc/app.conf; echo; echo "$GREETING $KUBERNETES_SERVICE_PORT"; cat /conf/app.conf; echo
                echo kept > /data/file && ls -ln /data/file | awk '{print $3":"$4}'; id -u; id -g; id -G
                df -k /mem | awk 'NR==2 {print $2}'; touch /conf/x 2>&1 | grep -c Read-only; hostname
                tail -1 /etc/hosts; cut -d. -f1 /var/run/secrets/kubernetes.io/serviceaccount/token | wc -l
                cat /etc/resolv.conf; echo bye > /dev/termination-log; exit 3
                """,
                [
                    "env": [
                        ["name": "POD", "valueFrom": ["fieldRef": ["fieldPath": "metadata.name"]]],
                        ["name": "GREETING", "value": "I am $(POD)"],
                    ],
                    "securityContext": ["runAsUser": 1234, "runAsGroup": 99],
                    "volumeMounts": [
                        ["name": "conf", "mountPath": "/etc/app.conf", "subPath": "app.conf"], ["name": "conf", "mountPath": "/conf"],
                        ["name": "data", "mountPath": "/data"], ["name": "mem", "mountPath": "/mem"],
                    ],
                ])
            let pod = try await bed.pod("sees", ["volumes": volumes, "securityContext": ["fsGroup": 777]], container: container)
            let (lines, status) = try await run(pod, bed, daemon)
            #expect(lines.prefix(3) == ["colour=blue", "I am sees 443", "colour=blue"])
            #expect(lines.dropFirst(3).prefix(4) == ["1234:777", "1234", "99", "99 777"])
            #expect(lines.dropFirst(7).prefix(5) == ["2048", "1", "sees", "192.0.2.7\tsees", "1"])
            #expect(lines.contains("nameserver 172.20.0.10") && lines.contains("options ndots:5"))
            #expect(status.exitCode == 3)
            let message = await bed.host.terminationMessage(of: pod["spec"]["containers"][0], in: pod, status: status)
            #expect(message == "bye\n")
        }
    }

    @Test func limitsHoldAndMemoryBeyondThemIsNotHad() async throws {
        try await with { bed, daemon in
            let container = script(
                "exec tail /dev/zero",
                ["resources": ["limits": ["cpu": "500m", "memory": "16Mi"], "requests": ["cpu": "100m"]]])
            let pod = try await bed.pod("greedy", ["automountServiceAccountToken": false], container: container)
            // The runtime hears of the end and of its cause one after the other, in either order.
            let (_, status) = try await run(pod, bed, daemon) { $0.reason == "OOMKilled" }
            #expect(status.exitCode == 137 && status.reason == "OOMKilled")
            let group = Cgroup(try await bed.host.sandboxConfig(for: pod, attempt: 0).cgroupParent)
            #expect(group.children().count >= 1 && group.cpuLimitMillicores() == 500)
        }
    }

    @Test func securityContextsHold() async throws {
        try await with { bed, daemon in
            let container = script(
                "touch /x 2>&1 | grep -c Read-only; grep NoNewPrivs /proc/self/status | tr -d '\\t'; grep CapEff /proc/self/status | tr -d '\\t'; id -u",
                [
                    "securityContext": [
                        "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsNonRoot": true, "runAsUser": 7,
                        "capabilities": ["drop": ["ALL"]], "seccompProfile": ["type": "RuntimeDefault"],
                    ]
                ])
            let pod = try await bed.pod("safe", ["automountServiceAccountToken": false], container: container)
            let (lines, status) = try await run(pod, bed, daemon)
            #expect(lines == ["1", "NoNewPrivs:1", "CapEff:0000000000000000", "7"])
            #expect(status.exitCode == 0)
        }
    }
}
