package import Documents
package import Reconcile

/// Has a VPC's network brought up to date whenever a document that it follows from changes.
package struct VPCNetworkController: Controller {
    package typealias Primary = VPCFields
    package static let name = "vpc-network"
    package static let writes: Set<Kind> = []
    package static let watches: [Watch] = [
        within(SubnetFields.kind), within(NetworkInterfaceFields.kind), within(SecurityGroupFields.kind), within(EC2Type.routeTable.kind),
        within(EC2Type.natGateway.kind),
        Watch(prefix: EC2Type.internetGateway.kind.prefix) { change, _ in
            keys(change) { $0["Attachments"][0]["VpcId"].string }
        },
        Watch(prefix: PublicAddressFields.kind.prefix) { change, world in
            keys(change) { $0["NetworkInterfaceId"].string.flatMap { world.get(NetworkInterface.self, $0)?.spec.vpcId } }
        },
    ]
    package init() {}

    /// A kind whose documents name their VPC.
    private static func within(_ kind: Kind) -> Watch { Watch(prefix: kind.prefix) { change, _ in keys(change) { $0["VpcId"].string } } }
    private static func keys(_ change: WorldChange, _ vpc: (Value) -> String?) -> [String] {
        let specs = [change.new, change.old].compactMap { $0?["spec"] }
        return Set(specs.compactMap(vpc)).map { VPCFields.kind.key(nil, $0) }
    }

    package func reconcile(_ vpc: VPC, in world: World) -> Plan { Plan(effects: [effect(VPCFields.kind.key(of: vpc.value))]) }
    package func removed(_ key: String, in world: World) -> Plan { Plan(effects: [effect(key)]) }
    private func effect(_ key: String) -> Effect { Effect(VPCNetworks.effect, subject: key) }
}
