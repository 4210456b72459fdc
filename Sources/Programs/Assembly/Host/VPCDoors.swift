import AWSServices
import ClusterDNS
import Control
import Linux
import Network

/// What the region answers inside a VPC: instance metadata, names, and the AWS endpoint.
struct VPCDoors: Sendable {
    /// Where instances find the metadata, the names and the AWS endpoint.
    static let metadata = "169.254.169.254", names = "169.254.169.253", endpoint = "169.254.169.252"
    let directory: DirectoryBox
    let endpoint: any HTTPHandler
    let loops: EventLoopGroup
    let clock: any WallClock
    let random: RandomSource
    /// The namespace of a VPC's network.
    let namespace: @Sendable (_ vpc: String) -> NetworkNamespace

    func all(of vpc: VPCState) -> [(name: String, service: any Service)] {
        let place = namespace(vpc.id)
        func http(_ host: String, _ port: Int, _ handler: any HTTPHandler) -> any Service {
            Listening(
                configuration: HTTPServer.Configuration(host: host, port: port, loops: loops, namespace: place), handler: handler,
                clock: clock)
        }
        var doors: [(name: String, service: any Service)] = [
            ("metadata", http(Self.metadata, 80, MetadataDoor(directory: directory, vpc: vpc.id))),
            ("endpoint", http(Self.endpoint, 4566, endpoint)),
        ]
        for address in [Self.names] + vpc.blocks.prefix(1).compactMap({ IPv4Network($0).map { IPv4Network.text($0[2]) } }) {
            doors.append(("names-\(address)", resolver(address, vpc.id, place)))
        }
        return doors
    }
    private func resolver(_ address: String, _ vpc: String, _ place: NetworkNamespace) -> any Service {
        let text = Files.text("/etc/resolv.conf") ?? ""
        let forwarder = Forwarder(Forwarder.servers(resolvConf: text), exchange: SocketExchange(loops: loops), random: random)
        let cached = AnswerCache(forwarder, longest: 300, clock: clock)
        return DNSServer(host: address, port: 53, namespace: place, loops: loops) { [directory] _ in
            VPCResolver(
                region: directory.get()?.region(ofVPC: vpc)?.name ?? "", names: { $0 == "eyrie.internal" ? [Self.endpoint] : [] },
                next: cached)
        }
    }
}

/// Finds the VPC's region anew for each request, since the region opens after its networks.
private struct MetadataDoor: HTTPHandler {
    let directory: DirectoryBox
    let vpc: String
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard let region = directory.get()?.region(ofVPC: vpc) else { return HTTPResponse(503, headers: ["retry-after": "1"]) }
        return await InstanceMetadata(vpcID: vpc, service: region.metadata).respond(to: request)
    }
}
