import Foundation
import Kubelet
import Linux

@testable import LinuxNode

/// A containerd of its own in a temporary directory, with an image of busybox and a pod network without wires.
final class ContainerdBed {
    static let image = "registry.example/busybox:1"
    static var isPossible: Bool {
        geteuid() == 0
            && ["/usr/bin/containerd", "/usr/bin/ctr", "/usr/sbin/runc", "/bin/busybox"].allSatisfy {
                FileManager.default.isExecutableFile(atPath: $0)
            }
    }

    let root: String
    let runtime: ContainerdRuntime
    private var daemon: pid_t = 0

    init() async throws {
        root = NSTemporaryDirectory() + "eyrie-bed-" + UUID().uuidString.prefix(8)
        for folder in ["cni", "bin", "logs"] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
        runtime = try ContainerdRuntime(socket: root + "/c.sock", logLinks: root + "/links")
        try writeNetwork()
        try configuration.write(toFile: root + "/config.toml", atomically: true, encoding: .utf8)
        try start()
        try await ready()
        try importImage(named: "registry.example/pause:1", entrypoint: ["/bin/sleep", "2147483647"])
        try importImage(named: Self.image, entrypoint: ["/bin/sh"])
    }

    /// Starts containerd, for the first time or again.
    func start() throws {
        daemon = try Processes.start(["/usr/bin/containerd", "-c", root + "/config.toml"], log: root + "/containerd.log")
    }

    /// Waits until the runtime says that it is ready.
    func ready() async throws {
        for _ in 0..<1_200 {
            if let conditions = try? await runtime.conditions(), conditions.isRuntimeReady, conditions.isNetworkReady { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Processes.Failure(
            command: ["containerd"], complaint: (try? String(contentsOfFile: root + "/containerd.log", encoding: .utf8)) ?? "")
    }

    /// Kills containerd as a fault; its containers go on.
    func kill() {
        guard daemon > 0 else { return }
        Glibc.kill(daemon, SIGKILL)
        waitpid(daemon, nil, 0)
        daemon = 0
    }

    func importImage(named name: String, entrypoint: [String], user: String = "") throws {
        let path = root + "/image.tar"
        try ImageArchive.write(to: path, name: name, entrypoint: entrypoint, user: user)
        try Processes.run(["ctr", "-a", root + "/c.sock", "-n", "k8s.io", "images", "import", path])
    }

    /// Takes everything down; nothing of it stays on the host.
    func close() async {
        for sandbox in (try? await runtime.sandboxes()) ?? [] {
            try? await runtime.stopSandbox(sandbox.id)
            try? await runtime.removeSandbox(sandbox.id)
        }
        kill()
        Processes.kill(naming: root)
        Processes.unmount(below: root)
        try? FileManager.default.removeItem(atPath: root)
        removeGroups()
    }

    /// The runtime makes groups in every hierarchy, also in those that the machine makes no use of. A killed process leaves its own in a moment.
    private func removeGroups() {
        for _ in 0..<1_200 {
            var isGone = true
            for hierarchy in Files.names(in: "/sys/fs/cgroup").map({ "/sys/fs/cgroup/\($0)" }) + ["/sys/fs/cgroup"] {
                if !Self.removeTree(hierarchy + group) { isGone = false }
                rmdir(hierarchy + "/eyrie-test")
            }
            if isGone { return }
            usleep(50_000)
        }
    }
    private static func removeTree(_ folder: String) -> Bool {
        guard Files.isFolder(folder) else { return true }
        var isGone = true
        for name in Files.names(in: folder) where Files.isFolder("\(folder)/\(name)") {
            if !removeTree("\(folder)/\(name)") { isGone = false }
        }
        return rmdir(folder) == 0 && isGone
    }
    private var group: String { "/eyrie-test/\(root.split(separator: "/").last ?? "")" }

    /// A sandbox's configuration; on the node's network unless told.
    func sandbox(_ name: String, network: SecurityConfig.Namespace = .node) -> SandboxConfig {
        var config = SandboxConfig()
        (config.name, config.namespace, config.uid) = (name, "default", "uid-\(name)")
        config.logDirectory = "\(root)/logs/default_\(name)_uid-\(name)"
        config.hostname = network == .node ? "" : name
        config.labels = [RuntimeLabel.podName: name, RuntimeLabel.podNamespace: "default", RuntimeLabel.podUID: "uid-\(name)"]
        config.security.network = network
        config.cgroupParent = group
        return config
    }

    /// A container that runs a line of shell.
    func container(_ name: String, _ script: String) -> ContainerConfig {
        var config = ContainerConfig()
        (config.name, config.image, config.command) = (name, Self.image, ["/bin/sh", "-c", script])
        config.labels = [RuntimeLabel.containerName: name, RuntimeLabel.podNamespace: "default"]
        config.logPath = "\(name)/0.log"
        config.security.network = .node
        return config
    }

    private func writeNetwork() throws {
        let plugin = """
            #!/bin/sh
            [ "$CNI_COMMAND" = VERSION ] && { echo '{"cniVersion":"0.4.0","supportedVersions":["0.3.1","0.4.0"]}'; exit 0; }
            [ "$CNI_COMMAND" = ADD ] && echo '{"cniVersion":"0.4.0","interfaces":[{"name":"'$CNI_IFNAME'","sandbox":"'$CNI_NETNS'"}],\
            "ips":[{"version":"4","interface":0,"address":"192.0.2.7/32"}]}'
            exit 0
            """
        for name in ["loopback", "wireless"] {
            try plugin.write(toFile: "\(root)/bin/\(name)", atomically: true, encoding: .utf8)
            chmod("\(root)/bin/\(name)", 0o755)
        }
        try #"{"cniVersion":"0.4.0","name":"test","plugins":[{"type":"wireless"}]}"#.write(
            toFile: root + "/cni/10-test.conflist", atomically: true, encoding: .utf8)
    }

    private var configuration: String {
        """
        version = 2
        root = "\(root)/root"
        state = "\(root)/state"
        [grpc]
          address = "\(root)/c.sock"
        [plugins."io.containerd.grpc.v1.cri"]
          restrict_oom_score_adj = true
          sandbox_image = "registry.example/pause:1"
          netns_mounts_under_state_dir = true
          disable_apparmor = true
          [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = "\(root)/bin"
            conf_dir = "\(root)/cni"
        [plugins."io.containerd.internal.v1.opt"]
          path = "\(root)/opt"
        """
    }
}
