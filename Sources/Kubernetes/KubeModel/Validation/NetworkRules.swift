import Documents

// The rules of network policies and of what Ingresses are made of. Source: networking/validation.
extension TypeRules {
    static func policySpec(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        let types = spec["policyTypes"]?.items ?? []
        if types.count > 2 {
            return faults.add(.invalid(path.child("policyTypes"), .array(types), "may not specify more than two policyTypes"))
        }
        for (index, type) in types.enumerated() where !["Ingress", "Egress"].contains(type.string ?? "") {
            faults.add(.notSupported(path.child("policyTypes").index(index), type, ["Ingress", "Egress"]))
        }
    }
    static func policyPort(_ port: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard let end = port["endPort"], let last = end.int else { return }
        let place = path.child("endPort")
        switch port["port"] ?? .null {
        case .int(let first):
            if last < first { faults.add(.invalid(place, end, "must be greater than or equal to `port`")) }
            if !(1...65535).contains(last) { faults.add(.invalid(place, end, "must be between 1 and 65535, inclusive")) }
        case .null: faults.add(.invalid(place, end, "may not be specified when `port` is not specified"))
        default: faults.add(.invalid(place, end, "may not be specified when `port` is non-numeric"))
        }
    }
    static func policyPeer(_ peer: Object, _ path: FieldPath, _ faults: inout Faults) {
        if peer.isEmpty {
            faults.add(.required(path, "must specify a peer"))
        } else if peer.count > 1, peer["ipBlock"] != nil {
            faults.add(.forbidden(path, "may not specify both ipBlock and another peer"))
        }
    }
    static func addressBlock(_ block: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard let text = block["cidr"]?.string, !text.isEmpty else { return }
        guard let all = AddressBlock(text) else { return faults.invalid(path.child("cidr"), .string(text), Names.block(text)) }
        for (index, item) in (block["except"]?.items ?? []).enumerated() {
            let place = path.child("except").index(index)
            guard let part = AddressBlock(item.string ?? "") else {
                faults.invalid(place, item, Names.block(""))
                continue
            }
            if !all.contains(part) || all.length == part.length {
                faults.add(.invalid(place, item, "must be a strict subset of `cidr`"))
            }
        }
    }

    static func ingressRule(_ rule: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard let host = rule["host"]?.string, !host.isEmpty else { return }
        let place = path.child("host")
        if AddressText(host) != nil { faults.add(.invalid(place, .string(host), "must be a DNS name, not an IP address")) }
        faults.invalid(place, .string(host), host.contains("*") ? Names.wildcard(host) : Names.subdomain(host))
    }
    static func ingressTLS(_ tls: Object, _ path: FieldPath, _ faults: inout Faults) {
        for (index, item) in (tls["hosts"]?.items ?? []).enumerated() {
            let host = item.string ?? ""
            faults.invalid(path.child("hosts").index(index), item, host.contains("*") ? Names.wildcard(host) : Names.subdomain(host))
        }
    }
    static func ingressPath(_ item: Object, _ path: FieldPath, _ faults: inout Faults) {
        let (text, type) = (item["path"]?.string ?? "", item["pathType"]?.string ?? "")
        let (place, isLoose) = (path.child("path"), type == "ImplementationSpecific")
        guard ["Exact", "Prefix"].contains(type) || (isLoose && !text.isEmpty) else { return }
        if !text.hasPrefix("/") { faults.add(.invalid(place, .string(text), "must be an absolute path")) }
        guard !isLoose else { return }
        for part in ["//", "/./", "/../", "%2f", "%2F"] where text.contains(part) {
            faults.add(.invalid(place, .string(text), "must not contain '\(part)'"))
        }
        for end in ["/..", "/."] where text.hasSuffix(end) {
            faults.add(.invalid(place, .string(text), "cannot end with '\(end)'"))
        }
    }
    static func ingressBackend(_ backend: Object, _ path: FieldPath, _ faults: inout Faults) {
        switch (backend["resource"], backend["service"]) {
        case (.some, .some): faults.add(.invalid(path, "", "cannot set both resource and service backends"))
        case (nil, nil): faults.add(.invalid(path, "", "resource or service backend is required"))
        case (_, let service?):
            let name = service["name"].string ?? ""
            if !name.isEmpty { faults.invalid(path.child("service").child("name"), .string(name), Names.label1035(name)) }
            let port = service["port"]
            let (named, number) = (port["name"].string ?? "", port["number"].int ?? 0)
            let place = path.child("service").child("port")
            if !named.isEmpty, number != 0 {
                faults.add(.invalid(path, "", "cannot set both port name & port number"))
            } else if !named.isEmpty {
                faults.invalid(place.child("name"), .string(named), Names.portName(named))
            } else if number == 0 {
                faults.add(.required(path, "port name or number is required"))
            } else if !(1...65535).contains(number) {
                faults.add(.invalid(place.child("number"), port["number"], "must be between 1 and 65535, inclusive"))
            }
        case (let resource?, _):
            for name in ["kind", "name"] {
                let (text, place) = (resource[name].string ?? "", path.child("resource").child(name))
                if text.isEmpty { faults.add(.required(place)) } else { faults.invalid(place, .string(text), Names.pathSegment(text)) }
            }
        }
    }
    static func ingressParameters(_ parameters: Object, _ path: FieldPath, _ faults: inout Faults) {
        let place = path.child("namespace")
        switch (parameters["scope"]?.string, parameters["namespace"]?.string) {
        case ("Namespace", nil): faults.add(.required(place, "`parameters.scope` is set to 'Namespace'"))
        case ("Namespace", let name?): faults.invalid(place, .string(name), Names.label(name))
        case ("Cluster", .some): faults.add(.forbidden(place, "`parameters.scope` is set to 'Cluster'"))
        default: break
        }
    }
}

extension KindRules {
    static func ingress(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        let spec = new["spec"]
        if spec["rules"].isBlank, spec["defaultBackend"].isBlank {
            let text = "either `defaultBackend` or `rules` must be specified"
            faults.add(.invalid(FieldPath("spec"), spec["rules"].isNull ? [] : spec["rules"], text))
        }
        let annotation = "kubernetes.io/ingress.class"
        if old == nil, let text = new["metadata"]["annotations"][annotation].string, let name = spec["ingressClassName"].string,
            text != name
        {
            let problem = "must match `ingressClassName` when both are specified"
            faults.add(.invalid(FieldPath("annotations", annotation), .string(text), problem))
        }
    }
    static func ingressClass(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        if let old { faults.immutable(FieldPath("spec", "controller"), new["spec"]["controller"], old["spec"]["controller"]) }
    }
    static func runtimeClass(_ new: Value, _ old: Value?, _ faults: inout Faults) {
        if let old { faults.immutable(FieldPath("handler"), new["handler"], old["handler"]) }
    }
}
