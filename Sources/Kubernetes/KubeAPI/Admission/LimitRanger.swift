import Documents
import KubeModel
import Storage

/// Applies a namespace's LimitRanges: defaults for containers, bounds for containers, pods and claims.
/// Source: upstream's LimitRanger.
struct LimitRanger: AdmissionPlugin {
    func concerns(_ request: AdmissionRequest) -> Bool {
        request.isFor("", "pods", .create) || request.isFor("", "persistentvolumeclaims", .create)
    }

    func ground(of request: AdmissionRequest) -> [AdmissionGround]? { [.prefix("core/limitranges/\(request.namespace)/")] }

    func admit(_ request: inout AdmissionRequest) async throws {
        guard concerns(request) else { return }
        let ranges = request.snapshot.range(prefix: "core/limitranges/\(request.namespace)/").map(\.value)
        for range in ranges {
            let limits = range["spec"]["limits"].items
            if request.resource == "pods" { Self.applyDefaults(limits, to: &request.object) }
            let errors = request.resource == "pods" ? Self.podErrors(limits, request.object) : Self.claimErrors(limits, request.object)
            guard errors.isEmpty else { throw request.forbidden(errors.aggregated) }
        }
    }

    private static func applyDefaults(_ limits: [Value], to pod: inout Value) {
        var notes: [String] = []
        for limit in limits where limit["type"] == "Container" {
            pod["spec"].editPodContainers { container in
                let name = container["name"].string ?? ""
                for (field, source) in [("requests", "defaultRequest"), ("limits", "default")] {
                    var added: [String] = []
                    for member in limit[source].object ?? [:] where container["resources"][field][member.key].isNull {
                        container["resources"][field][member.key] = member.value
                        added.append(member.key)
                    }
                    let word = field == "requests" ? "request" : "limit"
                    if !added.isEmpty { notes.append("\(added.sorted().joined(separator: ", ")) \(word) for container \(name)") }
                }
            }
        }
        guard !notes.isEmpty else { return }
        pod["metadata"]["annotations"]["kubernetes.io/limit-ranger"] = .string("LimitRanger plugin set: \(notes.joined(separator: "; "))")
    }

    private static func podErrors(_ limits: [Value], _ pod: Value) -> [String] {
        var errors: [String] = []
        for limit in limits {
            switch limit["type"].string {
            case "Container":
                for container in pod["spec"].podContainers {
                    errors += bounds(
                        limit, "Container", Amounts(container["resources"]["requests"]), Amounts(container["resources"]["limits"]))
                }
            case "Pod":
                let totals = PodResources(pod["spec"])
                errors += bounds(limit, "Pod", totals.requests, totals.limits)
            default: continue
            }
        }
        return errors
    }

    private static func claimErrors(_ limits: [Value], _ claim: Value) -> [String] {
        limits.filter { $0["type"] == "PersistentVolumeClaim" }.flatMap { limit -> [String] in
            let requests = Amounts(claim["spec"]["resources"]["requests"])
            // A claim has no limits, so its request stands for both.
            return bounds(limit, "PersistentVolumeClaim", requests, requests)
        }
    }

    private static func bounds(_ limit: Value, _ type: String, _ requests: Amounts, _ limits: Amounts) -> [String] {
        var errors: [String] = []
        for (resource, bound) in Amounts(limit["min"]).sorted {
            let text = "minimum \(resource) usage per \(type) is \(bound.text)"
            guard let request = requests[resource] else {
                errors.append("\(text).  No request is specified")
                continue
            }
            if request < bound { errors.append("\(text), but request is \(request.text)") }
            if let most = limits[resource], most < bound { errors.append("\(text), but limit is \(most.text)") }
        }
        for (resource, bound) in Amounts(limit["max"]).sorted {
            let text = "maximum \(resource) usage per \(type) is \(bound.text)"
            guard let most = limits[resource] else {
                errors.append("\(text).  No limit is specified")
                continue
            }
            if bound < most { errors.append("\(text), but limit is \(most.text)") }
            if let request = requests[resource], bound < request { errors.append("\(text), but request is \(request.text)") }
        }
        for (resource, ratio) in Amounts(limit["maxLimitRequestRatio"]).sorted {
            let text = "\(resource) max limit to request ratio per \(type) is \(ratio.text)"
            guard let request = requests[resource], let most = limits[resource], request.sign > 0, most.sign > 0 else {
                errors.append("\(text), but no request is specified or request is 0")
                continue
            }
            let observed = Double(most.nanos) / Double(request.nanos)
            if observed > Double(ratio.nanos) / 1e9 { errors.append("\(text), but provided ratio is \(sixDigits(observed))") }
        }
        return errors
    }

    /// A number with six digits behind the point.
    private static func sixDigits(_ number: Double) -> String {
        let millionths = Int128((number * 1_000_000).rounded())
        let fraction = String(millionths % 1_000_000)
        return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }
}
