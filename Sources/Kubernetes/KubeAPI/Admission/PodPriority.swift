import Documents
import KubeModel
import Storage

/// Turns the name of a priority class into a number. Source: upstream's Priority plugin.
struct PodPriority: AdmissionPlugin {
    private static let classes = "scheduling.k8s.io/priorityclasses/"

    func concerns(_ request: AdmissionRequest) -> Bool {
        request.isFor("", "pods", .create) || request.isFor("scheduling.k8s.io", "priorityclasses", .create, .update)
    }

    func ground(of request: AdmissionRequest) -> [AdmissionGround]? {
        request.resource == "pods" ? [.prefix(Self.classes)] : nil
    }

    func admit(_ request: inout AdmissionRequest) async throws {
        if request.isFor("", "pods", .create) { try admitPod(&request) }
        if request.isFor("scheduling.k8s.io", "priorityclasses", .create, .update) { try checkDefault(request) }
    }

    private func admitPod(_ request: inout AdmissionRequest) throws {
        let spec = request.object["spec"]
        var name = spec["priorityClassName"].string ?? ""
        var priorityClass: Value = .null
        if name.isEmpty {
            priorityClass = Self.defaultClass(request.snapshot) ?? .null
            name = priorityClass["metadata"]["name"].string ?? ""
            if !name.isEmpty { request.object["spec"]["priorityClassName"] = .string(name) }
        } else {
            guard let found = request.snapshot.get(Self.classes + name) else {
                throw request.forbidden("no PriorityClass with name \(name) was found")
            }
            priorityClass = found.value
        }
        let priority = priorityClass["value"].int ?? 0
        if let given = spec["priority"].int, given != priority {
            throw request.forbidden(
                "the integer value of priority (\(given)) must not be provided in pod spec; "
                    + "priority admission controller computed \(priority) from the given PriorityClass name")
        }
        let policy = priorityClass["preemptionPolicy"].string ?? "PreemptLowerPriority"
        if let given = spec["preemptionPolicy"].string, given != policy {
            throw request.forbidden(
                "the string value of PreemptionPolicy (\(given)) must not be provided in pod spec; "
                    + "priority admission controller computed \(policy) from the given PriorityClass name")
        }
        request.object["spec"]["priority"] = .int(Int64(priority))
        request.object["spec"]["preemptionPolicy"] = .string(policy)
    }

    /// The class that is the global default; of several the one with the lowest value.
    private static func defaultClass(_ snapshot: Snapshot) -> Value? {
        let classes = snapshot.range(prefix: classes).map(\.value)
        return classes.filter { $0["globalDefault"].bool == true }.min { ($0["value"].int ?? 0) < ($1["value"].int ?? 0) }
    }

    private func checkDefault(_ request: AdmissionRequest) throws {
        guard request.object["globalDefault"].bool == true, let present = Self.defaultClass(request.snapshot),
            let name = present["metadata"]["name"].string, name != request.name
        else { return }
        throw request.forbidden("PriorityClass \(name) is already marked as default. Only one default can exist")
    }
}
