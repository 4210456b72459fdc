import AWSServices
import Linux

extension VPCPlanner {
    func planLinks(_ plan: inout VPCPlan) {
        plan.localAddresses = Set(services + subnets.values.map(\.gateway))
        for interface in interfaces {
            switch interface.state.owner {
            case .region: plan.localAddresses.formUnion(interface.addresses)
            case .none: break
            case .instance(let instance, let index):
                plan.instances.insert(instance)
                plan.ports.insert(
                    PlannedPort(
                        name: interface.port, instance: instance, device: "eth\(index)", mac: interface.mac,
                        address: IPv4Prefix(interface.primary, interface.subnet.block.length),
                        gateway: index == 0 ? interface.subnet.gateway : nil))
            }
        }
        if hasUplink {
            let published = interfaces.filter { $0.isPort || $0.isRegion }.flatMap { $0.published.map(\.outside) }
            plan.publicAddresses = Set(published + gateways.values.filter(\.works).map(\.outside))
        }
    }

    /// Within the VPC every address has a route of its own and all else is unreachable; what leads out of it depends on the subnet.
    func planRoutes(_ plan: inout VPCPlan) {
        for block in blocks { plan.routes.insert(PlannedRoute(destination: block, kind: .unreachable)) }
        for interface in interfaces where interface.isPort {
            plan.neighbours.insert(PlannedNeighbour(address: interface.primary, mac: interface.mac, link: interface.port))
            plan.routes.insert(PlannedRoute(destination: IPv4Prefix(interface.primary), link: interface.port))
            for address in interface.addresses.dropFirst() where address != interface.primary {
                plan.routes.insert(
                    PlannedRoute(destination: IPv4Prefix(address), gateway: interface.primary, link: interface.port))
            }
        }
        for subnet in subnets.values {
            let routes = subnet.state.routes.compactMap { route(for: $0, table: subnet.table) }
            if routes.isEmpty { continue }
            plan.routes.formUnion(routes)
            plan.rules.insert(PolicyRule(priority: Fabric.subnetRulePriority, table: subnet.table, mark: subnet.table))
        }
        for interface in interfaces where interface.isRegion {
            guard plan.rules.contains(where: { $0.table == interface.subnet.table }) else { continue }
            for address in interface.addresses {
                plan.rules.insert(
                    PolicyRule(
                        priority: Fabric.regionRulePriority, table: interface.subnet.table, from: IPv4Prefix(address), incoming: "lo"))
            }
        }
        if hasUplink { planUplinkNeighbours(&plan) }
    }

    private func planUplinkNeighbours(_ plan: inout VPCPlan) {
        for address in [Fabric.hostAddress] + gateways.values.filter(\.works).map(\.inside) {
            plan.neighbours.insert(PlannedNeighbour(address: address, mac: Fabric.hostMAC, link: Fabric.uplink))
        }
    }

    /// One row of a subnet's table. A NAT gateway is a next hop of its own on the uplink, so that the firewall can tell whose address the
    /// packet takes.
    private func route(for state: RouteState, table: UInt32) -> PlannedRoute? {
        guard let destination = IPv4Prefix(state.destination)?.network else { return nil }
        let blackhole = PlannedRoute(destination: destination, kind: .blackhole, table: table)
        switch state.target {
        case .blackhole: return blackhole
        case .internetGateway:
            guard hasUplink else { return blackhole }
            return PlannedRoute(destination: destination, gateway: Fabric.hostAddress, link: Fabric.uplink, table: table)
        case .natGateway(let id):
            guard let gateway = gateways[id], gateway.works else { return blackhole }
            return PlannedRoute(destination: destination, gateway: gateway.inside, link: Fabric.uplink, table: table)
        case .interface(let id):
            guard let interface = interfaces.first(where: { $0.state.id == id }), interface.isPort else { return blackhole }
            return PlannedRoute(destination: destination, gateway: interface.primary, link: interface.port, table: table)
        }
    }
}
