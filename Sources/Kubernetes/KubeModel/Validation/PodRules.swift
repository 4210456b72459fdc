import Documents

// The rules of pods. Source: core/validation, ValidatePodSpec.
extension TypeRules {
    static func podTemplate(_ template: Object, _ path: FieldPath, _ faults: inout Faults) {
        let metadata = template["metadata"] ?? .null
        MetadataRules.labels(metadata["labels"], path.child("labels"), &faults)
        MetadataRules.annotations(metadata["annotations"], path.child("annotations"), &faults)
    }

    static func podSpec(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        let lists = ["initContainers", "containers", "ephemeralContainers"]
        var (names, places) = ([Value](), [FieldPath]())
        for list in lists {
            for (index, container) in (spec[list]?.items ?? []).enumerated() {
                names.append(container["name"])
                places.append(path.child(list).index(index).child("name"))
            }
        }
        faults.unique(names) { places[$0] }
        let volumes = spec["volumes"]?.items ?? []
        let known = volumes.map { $0["name"] }
        faults.unique(known) { path.child("volumes").index($0).child("name") }
        let isKnown: (Value) -> Bool
        if known.count > 16 {
            let names = Set(known)
            isKnown = { names.contains($0) }
        } else {
            isKnown = { known.contains($0) }
        }
        for list in lists {
            for (index, container) in (spec[list]?.items ?? []).enumerated() {
                for (position, mount) in container["volumeMounts"].items.enumerated()
                where !mount["name"].isBlank && !isKnown(mount["name"]) && !faults.promisedVolumes.contains(mount["name"]) {
                    faults.add(.notFound(path.child(list).index(index).child("volumeMounts").index(position).child("name"), mount["name"]))
                }
            }
        }
        hostPorts(spec, path, &faults)
        for member in spec["nodeSelector"]?.object ?? [:] {
            faults.invalid(path.child("nodeSelector"), .string(member.key), Names.qualifiedName(member.key))
            faults.invalid(path.child("nodeSelector"), member.value, Names.labelValue(member.value.string ?? ""))
        }
        if spec["dnsPolicy"] == "None", (spec["dnsConfig"]?["nameservers"] ?? .null).isBlank {
            faults.add(
                .required(path.child("dnsConfig").child("nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None")
            )
        }
        initContainers(spec, path, &faults)
        podDetails(spec, path, &faults)
    }

    private static func initContainers(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        for (index, container) in (spec["initContainers"]?.items ?? []).enumerated() where container["restartPolicy"] != "Always" {
            let path = path.child("initContainers").index(index)
            for name in ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"] where !container[name].isNull {
                faults.add(.forbidden(path.child(name), "may not be set for init containers without restartPolicy=Always"))
            }
        }
    }

    private static func hostPorts(_ spec: Object, _ path: FieldPath, _ faults: inout Faults) {
        var seen: Set<[Value]> = []
        for (index, container) in (spec["containers"]?.items ?? []).enumerated() {
            for (position, port) in container["ports"].items.enumerated() {
                let place = path.child("containers").index(index).child("ports").index(position)
                guard let number = port["hostPort"].int, number > 0 else { continue }
                let key = [port["hostIP"], port["hostPort"], port["protocol"]]
                if !seen.insert(key).inserted {
                    let text = "\(port["hostIP"].string ?? "")/\(number)/\(port["protocol"].string ?? "")"
                    faults.add(.duplicate(place.child("hostPort"), .string(text)))
                }
                if spec["hostNetwork"] == true, port["hostPort"] != port["containerPort"] {
                    faults.add(.invalid(place.child("hostPort"), port["hostPort"], "must match `containerPort` when `hostNetwork` is true"))
                }
            }
        }
    }

    static func container(_ container: Object, _ path: FieldPath, _ faults: inout Faults) {
        let image = container["image"]?.string ?? ""
        if image.trimmingSpaces != image {
            faults.add(.invalid(path.child("image"), .string(image), "must not have leading or trailing whitespace"))
        }
        faults.unique((container["ports"]?.items ?? []).map { $0["name"] }) { path.child("ports").index($0).child("name") }
        let mounts = (container["volumeMounts"]?.items ?? []).map { $0["mountPath"] }
        var seen: Set<Value> = []
        for (index, mount) in mounts.enumerated()
        where mounts.count > 16 ? !seen.insert(mount).inserted : mounts[..<index].contains(mount) {
            faults.add(.invalid(path.child("volumeMounts").index(index).child("mountPath"), mount, "must be unique"))
        }
        for name in ["livenessProbe", "startupProbe"] {
            let threshold = container[name]?["successThreshold"] ?? .null
            if let number = threshold.int, number != 1 {
                faults.add(.invalid(path.child(name).child("successThreshold"), threshold, "must be 1"))
            }
        }
    }

    static func environmentVariable(_ variable: Object, _ path: FieldPath, _ faults: inout Faults) {
        guard case .object(let source)? = variable["valueFrom"] else { return }
        let place = path.child("valueFrom")
        if !(variable["value"] ?? .null).isBlank { faults.add(.invalid(place, "", "may not be specified when `value` is not empty")) }
        if source.isEmpty {
            let text = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"
            faults.add(.invalid(place, "", text))
        } else if source.count > 1 {
            faults.add(.invalid(place, "", "may not have more than one field specified at a time"))
        }
    }

    static func volume(_ volume: Object, _ path: FieldPath, _ faults: inout Faults) {
        let sources = volume.filter { $0.key != "name" }
        if sources.isEmpty { faults.add(.required(path, "must specify a volume type")) }
        for source in sources.dropFirst() { faults.add(.forbidden(path.child(source.key), "may not specify more than 1 volume type")) }
    }

    static func volumeMount(_ mount: Object, _ path: FieldPath, _ faults: inout Faults) {
        for name in ["subPath", "subPathExpr"] {
            let text = mount[name]?.string ?? ""
            if text.hasPrefix("/") { faults.add(.invalid(path.child(name), .string(text), "must be a relative path")) }
            if text.split(separator: "/").contains("..") { faults.add(.invalid(path.child(name), .string(text), "must not contain '..'")) }
        }
    }
    static func hostPath(_ source: Object, _ path: FieldPath, _ faults: inout Faults) {
        let text = source["path"]?.string ?? ""
        if text.split(separator: "/").contains("..") { faults.add(.invalid(path.child("path"), .string(text), "must not contain '..'")) }
    }

    static func probe(_ probe: Object, _ path: FieldPath, _ faults: inout Faults) { handler(probe, path, &faults) }
    static func handler(_ handler: Object, _ path: FieldPath, _ faults: inout Faults) {
        let kinds = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"].filter { handler[$0] != nil }
        if kinds.isEmpty { faults.add(.required(path, "must specify a handler type")) }
        for kind in kinds.dropFirst() { faults.add(.forbidden(path.child(kind), "may not specify more than 1 handler type")) }
    }

    static func resources(_ resources: Object, _ path: FieldPath, _ faults: inout Faults) {
        let limits = resources["limits"]?.object ?? [:]
        for member in limits { amount(member, path.child("limits"), &faults) }
        for member in resources["requests"]?.object ?? [:] {
            amount(member, path.child("requests"), &faults)
            guard let request = Quantity(member.value), let limit = limits[member.key].flatMap({ Quantity($0) }) else { continue }
            let overcommits = ["cpu", "memory", "ephemeral-storage"].contains(member.key)
            if overcommits, request > limit {
                faults.add(.invalid(path.child("requests"), member.value, "must be less than or equal to \(member.key) limit of \(limit)"))
            } else if !overcommits, request != limit {
                faults.add(.invalid(path.child("requests"), member.value, "must be equal to \(member.key) limit of \(limit)"))
            }
        }
    }
    private static func amount(_ member: Object.Member, _ path: FieldPath, _ faults: inout Faults) {
        let place = path.key(member.key)
        faults.invalid(place, .string(member.key), Names.qualifiedName(member.key))
        let standard = ["cpu", "memory", "ephemeral-storage", "storage"].contains(member.key) || member.key.hasPrefix("hugepages-")
        if !member.key.contains("/"), !standard {
            faults.add(.invalid(place, .string(member.key), "must be a standard resource type or fully qualified"))
            faults.add(.invalid(place, .string(member.key), "must be a standard resource for containers"))
        }
        if let amount = Quantity(member.value), amount.sign < 0 {
            faults.add(.invalid(place, member.value, "must be greater than or equal to 0"))
        }
    }
}
