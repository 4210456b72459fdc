import Control
import Documents
import KubeModel
import Storage

/// What the pipeline knows of claims to devices and of slices. Source: upstream's strategies of resource.k8s.io.
enum DeviceRules {
    /// Fields of features that are off in 1.36: they are dropped, but where a document has them already.
    /// Source: dropDisabledFields; DRAListTypeAttributes, DRANodeAllocatableResources.
    static func prepareSlice(_ new: inout Value, _ old: Value?, _ now: Timestamp) {
        let before = old?["spec"]["devices"].items ?? []
        let keepsLists = before.contains { device in
            device["attributes"].object?.contains { member in listTypes.contains { !member.value[$0].isNull } } ?? false
        }
        let keepsMappings = before.contains { !$0["nodeAllocatableResourceMappings"].isNull }
        guard var devices = new["spec"]["devices"].array else { return }
        for index in devices.indices {
            if !keepsMappings { devices[index]["nodeAllocatableResourceMappings"] = .null }
            if !keepsLists, let attributes = devices[index]["attributes"].object {
                for member in attributes { for name in listTypes { devices[index]["attributes"][member.key][name] = .null } }
            }
            guard let taints = devices[index]["taints"].array else { continue }
            for place in taints.indices where taints[place]["timeAdded"].isNull {
                var dated = devices[index]["taints"].items
                dated[place]["timeAdded"] = .string(now.text)
                devices[index]["taints"] = .array(dated)
            }
        }
        new["spec"]["devices"] = .array(devices)
    }
    private static let listTypes = ["bools", "ints", "strings", "versions"]

    /// What is told of devices goes with them. Source: dropDeallocatedStatusDevices.
    static func prepareStatus(_ new: inout Value, _ old: Value) {
        guard let told = new["status"]["devices"].array else { return }
        func ids(_ list: [Value]) -> [[Value]] { list.map { [$0["driver"], $0["pool"], $0["device"]] } }
        func given(_ claim: Value) -> Set<[Value]> { Set(ids(claim["status"]["allocation"]["devices"]["results"].items)) }
        let gone = given(old).subtracting(given(new))
        let left = zip(told, ids(told)).filter { !gone.contains($0.1) }.map(\.0)
        new["status"]["devices"] = left.isEmpty ? .null : .array(left)
    }

    /// Who wants access to devices that others have, or was given it, needs a namespace that is marked for that.
    /// Source: AuthorizedForAdmin, AuthorizedForAdminStatus.
    static func errors(_ document: Value, _ old: Value?, _ target: Target, _ realm: Realm) -> [FieldError] {
        guard target.info.storage.group == "resource.k8s.io", let path = administrative(document, old, target) else { return [] }
        let namespace = realm.get("core/namespaces/\(target.namespace)")?.value
        guard namespace?["metadata"]["labels"]["resource.kubernetes.io/admin-access"] != "true" else { return [] }
        let text =
            "admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace"
        return [.forbidden(path, text)]
    }
    private static func administrative(_ document: Value, _ old: Value?, _ target: Target) -> FieldPath? {
        let spec: Value
        switch (target.info.plural, target.subresource) {
        case ("resourceclaims", "") where old == nil: spec = document["spec"]
        case ("resourceclaimtemplates", "") where old == nil: spec = document["spec"]["spec"]
        case ("resourceclaims", "status"):
            // What was allocated before is not asked about again.
            guard old?["status"]["allocation"].isNull ?? true else { return nil }
            let results = document["status"]["allocation"]["devices"]["results"].items
            return results.firstIndex { $0["adminAccess"] == true }.map {
                FieldPath("status", "allocation", "devices", "results").index($0).child("adminAccess")
            }
        default: return nil
        }
        return spec["devices"]["requests"].items.firstIndex { $0["exactly"]["adminAccess"] == true }.map {
            FieldPath("spec", "devices", "requests").index($0).child("adminAccess")
        }
    }
}
