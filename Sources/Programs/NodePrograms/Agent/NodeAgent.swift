package import Control
import Documents
import KubeClient
import KubeModel
import Kubelet
import LinuxNode
import Network
import NodeNetwork

/// `eyrie node`: the agent of a node. Like an EKS node it knows nothing but the metadata service, from which all else follows.
package struct NodeAgent: Service {
    private let clock: any WallClock
    private let random: RandomSource
    private let log = Log("node")

    package init(clock: any WallClock, random: RandomSource) { (self.clock, self.random) = (clock, random) }

    /// Boots, joins the cluster and runs its pods until cancelled.
    package func run() async throws {
        let metadata = InstanceMetadataClient(transport: try HTTPClient(endpoint: "http://169.254.169.254"), clock: clock)
        let boot = try await booted(metadata)
        let facts = boot.facts
        try await RegistryMirrors.write(metadata, region: boot.region, endpoint: NodeBoot.endpoint)
        log.info("joining", ["cluster": boot.configuration.cluster, "node": facts.name, "endpoint": boot.configuration.endpoint])
        let token = NodeToken(metadata: metadata, cluster: boot.configuration.cluster, region: boot.region, clock: clock)
        let transport = try HTTPClient(endpoint: boot.configuration.endpoint, trust: .caPEM(boot.authority))
        let agent = "kubelet/\(facts.kubeletVersion) (linux/\(facts.architecture)) kubernetes"
        let client = KubeClient(transport: transport, userAgent: agent) { try await token.current() }
        let runtime = try ContainerdRuntime(socket: "/run/containerd/containerd.sock", logLinks: "/var/log/containers")
        let settings = settings(boot)
        let registry = ECRCredentials(clock: clock) { region in
            try await boot.registryToken(region, metadata: metadata, clock: self.clock)
        }
        let host = LinuxPodHost(settings: settings, client: client, clock: clock, random: random, registry: registry)
        let kubelet = Kubelet(
            node: facts, client: client, runtime: runtime, host: host, manifests: DirectoryManifests(), clock: clock, random: random)
        let server = KubeletServer(
            settings: boot.serverSettings, client: client, runtime: runtime, host: host, pods: kubelet.pods, probes: kubelet.probeCounts,
            clock: clock, random: random)
        let eviction = EvictionManager(
            nodeName: facts.name, target: kubelet, meter: LinuxNodeMeter(settings: settings, runtime: runtime), runtime: runtime,
            client: client, clock: clock, isKept: ImportedImages.holds)
        let sweeper = HostSweeper(nodeName: facts.name, target: kubelet, host: host, runtime: runtime, client: client, clock: clock)
        let services: [(name: String, service: any Service)] = [
            ("volumes", host), ("kubelet", kubelet), ("server", server), ("eviction", eviction), ("sweeper", sweeper),
        ]
        try await ServiceGroup(services, executor: EventLoopGroup.shared.next()).run()
    }

    /// Asks the metadata service until it answers: the network may come after the machine.
    private func booted(_ metadata: InstanceMetadataClient) async throws -> NodeBoot {
        var pause = Duration.milliseconds(20)
        while true {
            do { return try await NodeBoot(metadata: metadata, clock: clock) } catch let error where !(error is CancellationError) {
                log.info("not booted yet", ["reason": "\(error)"])
                try await clock.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }
    private func settings(_ boot: NodeBoot) -> PodHostSettings {
        var settings = PodHostSettings(nodeName: boot.facts.name, nodeAddresses: [boot.facts.address])
        settings.clusterDNS = boot.configuration.clusterDNS
        settings.memoryCapacity = boot.facts.memoryBytes
        for (name, quantity) in boot.facts.size.allocatable.strings { settings.allocatable[name] = Quantity(quantity) }
        return settings
    }
}
