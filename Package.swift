// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// A library target of a plane; its folder follows from plane and name.
func target(
    _ plane: String, _ name: String, _ dependencies: [String] = [], resources: [Resource] = [], links: [LinkerSetting] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .byName(name: $0) }, path: "Sources/\(plane)/\(name)", resources: resources,
        swiftSettings: settings, linkerSettings: links)
}
/// The tests of a target (or of several), in `Tests/<name>Tests`.
func tests(_ name: String, _ dependencies: [String]) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies.map { .byName(name: $0) }, path: "Tests/\(name)Tests", swiftSettings: settings)
}
#if arch(x86_64)
    /// AES-GCM by vectors.
    let vectors: [LinkerSetting] = [.linkedLibrary("IPSec_MB")]
#else
    let vectors: [LinkerSetting] = []
#endif
/// For programs with large heaps: glibc's own takes a quarter of a fleet's time (docs/decisions/allocator.md).
let allocator: [LinkerSetting] = [.linkedLibrary("jemalloc")]
/// A C library of the system, by its pkg-config name.
func clib(_ name: String, _ pkgConfig: String) -> Target {
    .systemLibrary(name: name, path: "Sources/Clibs/\(name)", pkgConfig: pkgConfig)
}

let package = Package(
    name: "eyrie",
    products: [.executable(name: "eyrie", targets: ["eyrie"]), .executable(name: "eyrie-pause", targets: ["eyrie-pause"])],
    targets: [
        clib("COpenSSL", "openssl"), clib("CNGHTTP2", "libnghttp2"), clib("CYAML", "yaml-0.1"), clib("CZlib", "zlib"),
        clib("CNftables", "libnftables"), clib("CISAL", "libisal"),
        .target(name: "CLinux", path: "Sources/Clibs/CLinux"),

        target("Kernel", "Documents", ["CYAML"]),
        target("Kernel", "Cryptography", ["COpenSSL", "Documents"]),
        target("Kernel", "Control", ["CLinux"]),
        target("Kernel", "Storage", ["Documents", "Control", "CLinux", "Network"]),
        target("Kernel", "Reconcile", ["Documents", "Control", "Storage"]),
        target("Kernel", "Network", ["Control", "CLinux", "COpenSSL", "CNGHTTP2", "CZlib", "CISAL"], links: vectors),

        target("Kernel", "Linux", ["Control", "CLinux", "CNftables"]),

        target("Kubernetes", "KubeModel", ["Documents", "Control", "Storage", "Reconcile"]),
        target("Kubernetes", "KubeAPI", ["Documents", "Cryptography", "Control", "Storage", "Reconcile", "Network", "KubeModel"]),
        target("Kubernetes", "KubeControllers", ["Documents", "Cryptography", "Control", "Storage", "Reconcile", "KubeModel"]),
        target("Kubernetes", "KubeScheduler", ["Documents", "Control", "Storage", "Reconcile", "KubeModel"]),
        target("Kubernetes", "KubeClient", ["Documents", "Control", "Network", "KubeModel"]),

        target("Node", "SimulatedNode", ["Documents", "Control", "Network", "KubeModel", "KubeClient"]),
        target("Node", "CRI", ["Control", "Network"]),
        target("Node", "Kubelet", ["Documents", "Cryptography", "Control", "Network", "KubeModel", "KubeClient"]),
        target(
            "Node", "LinuxNode",
            ["Documents", "Cryptography", "Control", "Network", "Linux", "KubeModel", "KubeClient", "CRI", "Kubelet"]),
        target(
            "Node", "NodeNetwork",
            ["Documents", "Cryptography", "Control", "Network", "Linux", "KubeModel", "KubeClient", "AWSProtocol"]),
        target("Node", "MetricsServer", ["Documents", "Cryptography", "Control", "Network", "KubeModel", "KubeClient"]),
        target("Node", "ClusterDNS", ["Documents", "Control", "Network", "Linux", "KubeModel", "KubeClient"]),

        target("AWS", "AWSProtocol", ["Documents", "Cryptography", "Control", "Network"]),
        target(
            "AWS", "AWSServices",
            ["Documents", "Cryptography", "Control", "Storage", "Reconcile", "Network", "AWSProtocol", "KubeModel", "KubeClient"]),

        target(
            "Host", "LinuxMachine", ["Documents", "Cryptography", "Control", "Network", "Linux", "AWSServices"]),
        target("Host", "VPCNetwork", ["Documents", "Control", "Network", "Linux", "AWSServices"]),

        target(
            "Programs", "NodePrograms",
            [
                "Documents", "Cryptography", "Control", "Network", "Linux", "KubeModel", "KubeClient", "AWSProtocol", "CRI", "Kubelet",
                "LinuxNode", "NodeNetwork", "ClusterDNS", "MetricsServer",
            ]),
        target("Programs", "Eksctl", ["Documents", "Cryptography", "Control", "Network", "AWSProtocol", "KubeClient"]),
        target(
            "Programs", "Assembly",
            [
                "Documents", "Cryptography", "Control", "Storage", "Reconcile", "Network", "KubeModel", "KubeAPI", "KubeControllers",
                "KubeScheduler", "KubeClient", "SimulatedNode", "AWSProtocol", "AWSServices", "Linux", "LinuxMachine", "VPCNetwork",
                "ClusterDNS",
            ]),
        .executableTarget(
            name: "eyrie-pause", path: "Sources/Programs/eyrie-pause",
            // A program of its own without any library, not even Swift's.
            linkerSettings: [
                .unsafeFlags(
                    ["-enable-experimental-feature", "Embedded", "-nostartfiles"]
                        + ["-static", "-nostdlib"].flatMap { ["-Xclang-linker", $0] })
            ]),
        .executableTarget(
            name: "eyrie",
            dependencies: [
                "Assembly", "NodePrograms", "LinuxMachine", "Eksctl", "AWSProtocol", "AWSServices", "Control", "Documents", "Network",
                "Storage",
            ],
            path: "Sources/Programs/eyrie",
            swiftSettings: settings, linkerSettings: allocator),
        .target(
            name: "Behaviours",
            dependencies: [
                "AWSProtocol", "Assembly", "Control", "Cryptography", "Documents", "KubeClient", "KubeModel", "Network", "Storage",
            ],
            path: "Behaviours",
            swiftSettings: settings),
        .executableTarget(
            name: "eyrie-behaviours", dependencies: ["Behaviours", "AWSProtocol", "Control", "Network"],
            path: "Sources/Programs/eyrie-behaviours", swiftSettings: settings),
        .executableTarget(
            name: "eyrie-simulate", dependencies: ["Behaviours", "Control"], path: "Sources/Programs/eyrie-simulate",
            swiftSettings: settings),
        .executableTarget(
            name: "eyrie-bench",
            dependencies: [
                "AWSProtocol", "Control", "Cryptography", "Documents", "KubeAPI", "KubeControllers", "KubeModel", "KubeScheduler", "Linux",
                "Network", "NodeNetwork", "Reconcile", "SimulatedNode", "Storage",
            ],
            path: "Benchmarks/eyrie-bench",
            swiftSettings: settings, linkerSettings: allocator),

        tests(
            "Assembly", ["Assembly", "Behaviours", "AWSProtocol", "Control", "Documents", "KubeClient", "KubeModel", "Network", "Storage"]),
        tests("Documents", ["Documents"]),
        tests("Cryptography", ["Cryptography"]),
        tests("Control", ["Control"]),
        tests("Storage", ["Storage", "Control", "Cryptography", "Documents", "Network", "CLinux", "eyrie-bench"]),
        tests("Reconcile", ["Reconcile", "Storage", "Control", "Documents"]),
        tests("Network", ["Network", "Control", "Cryptography", "COpenSSL"]),
        tests("KubeModel", ["KubeModel", "Documents", "Control"]),
        tests("KubeAPI", ["KubeAPI", "KubeModel", "Reconcile", "Storage", "Network", "Control", "Documents", "Cryptography"]),
        tests(
            "KubeControllers",
            [
                "KubeControllers", "KubeScheduler", "KubeAPI", "KubeModel", "Network", "Reconcile", "Storage", "Control", "Documents",
                "Cryptography",
            ]),
        tests("KubeClient", ["KubeClient", "KubeAPI", "KubeModel", "Storage", "Network", "Control", "Documents"]),
        tests(
            "SimulatedNode",
            ["SimulatedNode", "KubeClient", "KubeAPI", "KubeModel", "Storage", "Network", "Control", "Documents", "Cryptography"]),
        tests("Linux", ["Linux", "Control"]),
        tests("CRI", ["CRI", "Network", "Control"]),
        tests("Kubelet", ["Kubelet", "KubeModel", "KubeClient", "KubeAPI", "Storage", "Network", "Control", "Documents", "Cryptography"]),
        tests(
            "LinuxNode",
            [
                "LinuxNode", "Kubelet", "CRI", "Linux", "KubeModel", "KubeClient", "KubeAPI", "Storage", "Network", "Control", "Documents",
                "Cryptography",
            ]),
        tests(
            "NodeNetwork",
            [
                "NodeNetwork", "Linux", "KubeModel", "KubeClient", "KubeAPI", "Storage", "Network", "Control", "Documents", "Cryptography",
                "AWSProtocol",
            ]),
        tests(
            "MetricsServer",
            ["MetricsServer", "KubeModel", "KubeClient", "KubeAPI", "Storage", "Network", "Control", "Documents", "Cryptography"]),
        tests(
            "ClusterDNS",
            ["ClusterDNS", "KubeModel", "KubeClient", "KubeAPI", "Storage", "Network", "Control", "Documents", "Cryptography"]),
        tests("LinuxMachine", ["LinuxMachine", "Linux", "AWSServices", "Network", "Control", "Documents", "Cryptography"]),
        tests("NodePrograms", ["NodePrograms"]),
        tests("VPCNetwork", ["VPCNetwork", "Linux", "AWSServices", "Network", "Control", "Documents"]),
        tests("AWSProtocol", ["AWSProtocol", "Documents", "Control", "Network", "Cryptography"]),
        tests("AWSServices", ["AWSServices", "AWSProtocol", "Cryptography", "Storage", "Reconcile", "Control", "Documents", "Network"]),
        tests("Eksctl", ["Eksctl", "Control", "Documents"]),
        tests("Behaviours", ["Behaviours", "Control", "Storage", "eyrie-simulate"]),
        tests(
            "Fuzz",
            [
                "Documents", "Control", "Cryptography", "Storage", "Network", "KubeModel", "KubeAPI", "KubeControllers", "ClusterDNS",
                "AWSProtocol", "AWSServices", "Assembly", "Eksctl", "Behaviours",
            ]),
        tests("Tidy", []),
    ],
    swiftLanguageModes: [.v6]
)
