import Documents

// The rules of the smaller parts of pods. Source: core/validation.
extension TypeRules {
    /// What a pod's spec says of itself as a whole, beyond its containers and volumes.
    static func podDetails(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        dns(spec["dnsConfig"] ?? .null, path.child("dnsConfig"), &faults)
        for (index, alias) in (spec["hostAliases"]?.items ?? []).enumerated() {
            for name in alias["hostnames"].items {
                let place = path.child("hostAliases").index(index).child("hostnames")
                faults.invalid(place, name, Names.subdomain(name.string ?? ""))
            }
        }
        spread(spec["topologySpreadConstraints"]?.items ?? [], path.child("topologySpreadConstraints"), &faults)
        if spec["shareProcessNamespace"] == true, spec["hostPID"] == true {
            let text = "ShareProcessNamespace and HostPID cannot both be enabled"
            faults.add(.invalid(path.child("shareProcessNamespace"), true, text))
        }
        system(spec, path, &faults)
        faults.unique((spec["schedulingGates"]?.items ?? []).map { $0["name"] }) { path.child("schedulingGates").index($0) }
        for (index, container) in (spec["containers"]?.items ?? []).enumerated()
        where !(container["readinessProbe"]["terminationGracePeriodSeconds"].isNull) {
            let place = path.child("containers").index(index).child("readinessProbe").child("terminationGracePeriodSeconds")
            let value = container["readinessProbe"]["terminationGracePeriodSeconds"]
            faults.add(.invalid(place, value, "must not be set for readinessProbes"))
        }
    }

    private static func dns(_ config: Value, _ path: FieldPath, _ faults: inout Faults) {
        guard !config.isNull else { return }
        let (servers, searches) = (config["nameservers"].items, config["searches"].items)
        if servers.count > 3 {
            faults.add(.invalid(path.child("nameservers"), config["nameservers"], "must not have more than 3 nameservers"))
        }
        for (index, server) in servers.enumerated() {
            faults.invalid(path.child("nameservers").index(index), server, Names.address(server.string ?? ""))
        }
        if searches.count > 32 {
            faults.add(.invalid(path.child("searches"), config["searches"], "must not have more than 32 search paths"))
        }
        for (index, search) in searches.enumerated() {
            let text = search.string ?? ""
            let domain = text.hasSuffix(".") ? String(text.dropLast()) : text
            if text != "." { faults.invalid(path.child("searches").index(index), search, Names.subdomain(domain)) }
        }
        for (index, option) in config["options"].items.enumerated() where option["name"].isBlank {
            faults.add(.required(path.child("options").index(index)))
        }
    }

    private static func spread(_ constraints: [Value], _ path: FieldPath, _ faults: inout Faults) {
        var seen: Set<String> = []
        for (index, constraint) in constraints.enumerated() {
            let (key, action) = (constraint["topologyKey"].string ?? "", constraint["whenUnsatisfiable"].string ?? "")
            let pair = "{\(key), \(action)}"
            if !seen.insert(pair).inserted {
                faults.add(.duplicate(path.index(index).child("{topologyKey, whenUnsatisfiable}"), .string(pair)))
            }
            if !constraint["minDomains"].isNull, action != "DoNotSchedule" {
                let text = "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not \(action)"
                faults.add(.invalid(path.index(index).child("minDomains"), constraint["minDomains"], text))
            }
        }
    }

    static func securityContext(_ context: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard context["allowPrivilegeEscalation"] == false else { return }
        if context["privileged"] == true {
            faults.add(.invalid(path, .object(context), "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"))
        }
        if context["capabilities"]?["add"].items.contains("CAP_SYS_ADMIN") == true {
            let text = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"
            faults.add(.invalid(path, .object(context), text))
        }
    }
    static func seccomp(_ profile: Object, _ path: FieldPath, _ faults: inout Faults) {
        localhost(profile, path, "seccomp", &faults)
    }
    static func appArmor(_ profile: Object, _ path: FieldPath, _ faults: inout Faults) {
        localhost(profile, path, "AppArmor", &faults)
    }
    private static func localhost(_ profile: Object, _ path: FieldPath, _ what: String, _ faults: inout Faults) {
        let file = profile["localhostProfile"] ?? .null
        if profile["type"] == "Localhost" {
            if file.isNull {
                let text = "must be set when \(what) type is Localhost"
                faults.add(.required(path.child("localhostProfile"), text))
            } else if let text = file.string, text.hasPrefix("/") || text.split(separator: "/").contains("..") {
                let problem = text.hasPrefix("/") ? "must be a relative path" : "must not contain '..'"
                faults.add(.invalid(path.child("localhostProfile"), file, problem))
            }
        } else if !file.isNull {
            faults.add(.invalid(path.child("localhostProfile"), file, "can only be set when \(what) type is Localhost"))
        }
    }

    static func fieldReference(_ reference: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard let field = reference["fieldPath"]?.string, !field.isEmpty else { return }
        let known: Set = [
            "metadata.name", "metadata.namespace", "metadata.uid", "metadata.labels", "metadata.annotations", "spec.nodeName",
            "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
        ]
        let subscripted = ["metadata.labels['", "metadata.annotations['"].contains { field.hasPrefix($0) } && field.hasSuffix("']")
        if !known.contains(field), !subscripted {
            let text = "error converting fieldPath: field label not supported: \(field)"
            faults.add(.invalid(path.child("fieldPath"), .string(field), text))
        }
    }
    static func resourceReference(_ reference: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard let resource = reference["resource"]?.string, !resource.isEmpty else { return }
        let known = [
            "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory",
        ]
        let isHuge = ["limits.hugepages-", "requests.hugepages-"].contains { resource.hasPrefix($0) }
        if !known.contains(resource), !isHuge { faults.add(.notSupported(path.child("resource"), .string(resource), known)) }
    }
    static func environmentSource(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        let kinds = ["configMapRef", "secretRef"].filter { source[$0] != nil }
        if kinds.isEmpty { faults.add(.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`")) }
        if kinds.count > 1 { faults.add(.invalid(path, "", "may not have more than one field specified at a time")) }
    }
    static func keyToPath(_ item: Object, _ path: FieldPath, _ faults: inout Faults) {
        descending(item["path"]?.string ?? "", path.child("path"), &faults)
    }
    static func tokenProjection(_ projection: Object, _ path: FieldPath, _ faults: inout Faults) {
        descending(projection["path"]?.string ?? "", path.child("path"), &faults)
        guard let seconds = projection["expirationSeconds"]?.int else { return }
        let place = path.child("expirationSeconds")
        if seconds < 600 { faults.add(.invalid(place, .int(Int64(seconds)), "may not specify a duration less than 10 minutes")) }
        if seconds > 1 << 32 { faults.add(.invalid(place, .int(Int64(seconds)), "may not specify a duration larger than 2^32 seconds")) }
    }
}
