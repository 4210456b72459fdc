/// One look at the index for one name.
struct ZoneLookup {
    struct Found {
        /// Whether the name exists, with records of the asked type or without.
        var exists = false
        var records: [DNSRecord] = [], additionals: [DNSRecord] = []
        /// The target of an external name.
        var external: String?
        /// Goes with answers that hold nothing.
        var authority: DNSRecord
    }
    let index: KubernetesIndex
    /// `cluster.local.`
    let zone: String
    let ttl: UInt32
    let pods: KubernetesZone.PodNames

    func find(_ name: String, _ type: DNSType, in own: String) -> Found {
        var found = Found(authority: authority(of: own))
        if own.hasSuffix(".arpa.") {
            pointer(name, type, &found)
            return found
        }
        if name == own { return apex(name, type, found) }
        let labels = name.dropLast(own.utf8.count + 1).split(separator: ".").map(String.init)
        switch labels.last ?? "" {
        case "svc": service(name, Array(labels.dropLast()), type, &found)
        case "pod": pod(name, Array(labels.dropLast()), type, &found)
        case "dns-version" where labels.count == 1:
            found.exists = true
            if type == .txt { found.records = [DNSRecord(name, .txt, ttl: ttl, .text(["1.1.0"]))] }
        case "dns" where labels.count <= 2 && (labels.count == 1 || labels[0] == "ns"):
            found.exists = true
            if labels.count == 2, type == .a { found.records = serverAddresses(name) }
        default: break
        }
        return found
    }

    // MARK: The zone itself

    private func authority(of own: String) -> DNSRecord {
        DNSRecord(
            own, .soa, ttl: ttl,
            .authority(
                primary: "ns.dns.\(own)", mailbox: "hostmaster.\(own)", serial: index.serial, refresh: 7200, retry: 1800, expire: 86_400,
                minimum: ttl))
    }
    private func apex(_ name: String, _ type: DNSType, _ found: Found) -> Found {
        var found = found
        found.exists = true
        switch type {
        case .soa: found.records = [found.authority]
        case .ns:
            found.records = [DNSRecord(name, .ns, ttl: ttl, .name("ns.dns.\(name)"))]
            found.additionals = serverAddresses("ns.dns.\(name)")
        default: break
        }
        return found
    }
    private func serverAddresses(_ name: String) -> [DNSRecord] {
        (index.service("kube-system", "kube-dns")?.addresses ?? []).map { DNSRecord(name, .a, ttl: ttl, .address($0)) }
    }

    // MARK: Services

    /// `[[_port, _proto | endpoint], service, namespace]` below `svc.<zone>`.
    private func service(_ name: String, _ labels: [String], _ type: DNSType, _ found: inout Found) {
        guard let namespace = labels.last else {
            found.exists = true
            return
        }
        guard index.namespaces.contains(namespace) else { return }
        guard labels.count > 1 else {
            found.exists = true
            return
        }
        guard let service = index.service(namespace, labels[labels.count - 2]) else { return }
        let front = Array(labels.dropLast(2))
        let base = "\(service.name).\(service.namespace).svc.\(zone)"
        if let external = service.externalName {
            guard front.isEmpty else { return }
            let target = DNSName.canonical(external)
            found.exists = true
            found.records = [DNSRecord(name, .cname, ttl: ttl, .name(target))]
            found.external = target
            return
        }
        let rows = self.rows(of: service, base: base)
        let chosen: [Row]
        switch front.count {
        case 0: chosen = rows
        case 1 where !front[0].hasPrefix("_"):
            chosen = service.addresses.isEmpty ? rows.filter { $0.label == front[0] } : endpoints(service, base, front[0])
        case 2 where front.allSatisfy { $0.hasPrefix("_") }:
            let (port, transport) = (front[0].dropFirst(), front[1].dropFirst())
            chosen = rows.compactMap { $0.only { $0.name == port && $0.transport == transport } }
        default: chosen = []
        }
        guard !chosen.isEmpty || front.isEmpty else { return }
        found.exists = true
        answer(name, chosen, type, &found)
    }
    /// Somewhere that a service leads: its own address, or one endpoint's.
    private struct Row {
        let target: String, label: String
        let addresses: [[UInt8]]
        var ports: [KubernetesIndex.Port]
        func only(_ accepts: (KubernetesIndex.Port) -> Bool) -> Row? {
            var row = self
            row.ports = ports.filter(accepts)
            return row.ports.isEmpty ? nil : row
        }
    }
    private func rows(of service: KubernetesIndex.Service, base: String) -> [Row] {
        guard service.addresses.isEmpty else {
            return [Row(target: base, label: "", addresses: service.addresses, ports: service.ports)]
        }
        return index.endpoints(of: service).map {
            Row(target: "\($0.label).\(base)", label: $0.label, addresses: [$0.address], ports: $0.ports)
        }
    }
    private func endpoints(_ service: KubernetesIndex.Service, _ base: String, _ label: String) -> [Row] {
        index.endpoints(of: service).filter { $0.label == label }.map {
            Row(target: "\(label).\(base)", label: label, addresses: [$0.address], ports: $0.ports)
        }
    }
    private func answer(_ name: String, _ rows: [Row], _ type: DNSType, _ found: inout Found) {
        switch type {
        case .a:
            var seen: Set<[UInt8]> = []
            found.records = rows.flatMap(\.addresses).filter { seen.insert($0).inserted }.map {
                DNSRecord(name, .a, ttl: ttl, .address($0))
            }
        case .srv:
            let all = rows.flatMap { row in row.ports.map { (row, $0) } }
            let weight = UInt16(max(1, 100 / max(1, all.count)))
            found.records = all.map { row, port in
                DNSRecord(name, .srv, ttl: ttl, .service(priority: 0, weight: weight, port: port.number, target: row.target))
            }
            found.additionals = rows.flatMap { row in row.addresses.map { DNSRecord(row.target, .a, ttl: ttl, .address($0)) } }
        default: break
        }
    }

    // MARK: Pods and addresses

    /// `[1-2-3-4, namespace]` below `pod.<zone>`.
    private func pod(_ name: String, _ labels: [String], _ type: DNSType, _ found: inout Found) {
        guard pods != .disabled else { return }
        guard let namespace = labels.last else {
            found.exists = true
            return
        }
        guard index.namespaces.contains(namespace) else { return }
        guard labels.count == 2 else {
            found.exists = labels.count == 1
            return
        }
        guard let address = DNSName.address(labels[0].replacing("-", with: ".")) else { return }
        found.exists = true
        if type == .a { found.records = [DNSRecord(name, .a, ttl: ttl, .address(address))] }
    }
    private func pointer(_ name: String, _ type: DNSType, _ found: inout Found) {
        guard let address = DNSName.reversed(name).flatMap(DNSName.address) else { return }
        let names = index.names(of: address)
        found.exists = !names.isEmpty
        if type == .ptr { found.records = names.map { DNSRecord(name, .ptr, ttl: ttl, .name("\($0).svc.\(zone)")) } }
    }
}
