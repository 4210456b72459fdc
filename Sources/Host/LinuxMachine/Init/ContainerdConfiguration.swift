import Linux

/// What containerd of a machine is told. Sources: containerd's docs/cri/config.md and docs/hosts.md of 1.6.
struct ContainerdConfiguration {
    static let path = "/etc/containerd/config.toml"
    /// The image that every sandbox runs: named as on EKS's own machine image, where it comes with the machine too.
    static let pauseImage = "localhost/kubernetes/pause:latest"
    /// Whether sandboxes may get the low scores that Kubernetes asks for; without the capability every one of them would fail.
    let mayLowerScores: Bool

    var text: String {
        """
        version = 2
        root = "/var/lib/containerd"
        state = "/run/containerd"
        disabled_plugins = [
            "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
            "io.containerd.snapshotter.v1.zfs", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing",
            "io.containerd.internal.v1.opt",
        ]

        [grpc]
            address = "/run/containerd/containerd.sock"

        [plugins."io.containerd.grpc.v1.cri"]
            sandbox_image = "\(ContainerdConfiguration.pauseImage)"
            restrict_oom_score_adj = \(mayLowerScores ? "false" : "true")
            tolerate_missing_hugetlb_controller = true
            stream_server_address = "127.0.0.1"
            stream_server_port = "0"
            disable_apparmor = true

            [plugins."io.containerd.grpc.v1.cri".containerd]
                snapshotter = "overlayfs"
                default_runtime_name = "runc"
                discard_unpacked_layers = true

                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                    runtime_type = "io.containerd.runc.v2"

                    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                        SystemdCgroup = false

            [plugins."io.containerd.grpc.v1.cri".cni]
                bin_dir = "/opt/cni/bin"
                conf_dir = "/etc/cni/net.d"

            [plugins."io.containerd.grpc.v1.cri".registry]
                config_path = "/etc/containerd/certs.d"

        """
    }
    func write() throws(LinuxError) {
        try Files.makeFolders("/etc/containerd/certs.d")
        try Files.replace(ContainerdConfiguration.path, Array(text.utf8))
    }
}
