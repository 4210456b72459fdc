import Documents

/// What EKS shows of a cluster or a nodegroup only moves along the ways that AWS documents.
struct AllowedStates: Invariant {
    private var states: [String: String] = [:]
    private static let ways: [String: [String: Set<String>]] = [
        "eks/clusters": [
            "CREATING": ["ACTIVE", "FAILED", "DELETING"], "ACTIVE": ["UPDATING", "DELETING"], "UPDATING": ["ACTIVE", "FAILED"],
            "FAILED": ["DELETING"], "DELETING": ["FAILED"],
        ],
        "eks/nodegroups": [
            "CREATING": ["ACTIVE", "CREATE_FAILED", "DEGRADED", "DELETING"], "ACTIVE": ["UPDATING", "DEGRADED", "DELETING"],
            "UPDATING": ["ACTIVE", "DEGRADED", "DELETING"], "DEGRADED": ["ACTIVE", "UPDATING", "DELETING"], "CREATE_FAILED": ["DELETING"],
            "DELETING": ["DELETE_FAILED"], "DELETE_FAILED": ["DELETING"],
        ],
    ]

    mutating func observe(_ change: Change) throws(Violation) {
        guard let ways = Self.ways[change.kind], let uid = change.after["metadata"]["uid"].string,
            let status = change.after["status"]["status"].string
        else { return }
        let now = change.after["metadata"]["deletionTimestamp"].isNull ? status : "DELETING"
        defer { states[uid] = now }
        guard let before = states[uid], before != now else { return }
        guard ways[before]?.contains(now) ?? false else { throw Violation("\(change.key) went from \(before) to \(now)") }
    }
}
