import Documents

extension ComputedCells {
    private static let modes = ["ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"]
    private static func modes(_ list: Value) -> Value {
        let given = Set(list.items.compactMap(\.string))
        let order = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]
        return .string(order.filter(given.contains).compactMap { modes[$0] }.joined(separator: ","))
    }

    static let storage: [String: Cell] = [
        "className": { object, _ in
            let annotations = object["metadata"]["annotations"]
            let marks = ["", "beta.", "volumeattributesclass."].map {
                $0.hasPrefix("v") ? "\($0)kubernetes.io" : "storageclass.\($0)kubernetes.io"
            }
            let isDefault = marks.contains { annotations["\($0)/is-default-class"] == "true" }
            return .string((object["metadata"]["name"].string ?? "") + (isDefault ? " (default)" : ""))
        },
        "volumeModes": { volume, _ in modes(volume["spec"]["accessModes"]) },
        "volumePhase": { volume, _ in
            volume["metadata"]["deletionTimestamp"].isNull ? .string(volume["status"]["phase"].string ?? "") : "Terminating"
        },
        "volumeClaim": { volume, _ in
            let claim = volume["spec"]["claimRef"]
            return claim.isNull ? "" : .string("\(claim["namespace"].string ?? "")/\(claim["name"].string ?? "")")
        },
        "storageClass": { volume, _ in
            let beta = volume["metadata"]["annotations"]["volume.beta.kubernetes.io/storage-class"].string
            return .string(beta ?? volume["spec"]["storageClassName"].string ?? "")
        },
        "claimCapacity": { claim, _ in
            claim["spec"]["volumeName"].isBlank ? "" : .string(claim["status"]["capacity"]["storage"].string ?? "0")
        },
        "claimModes": { claim, _ in claim["spec"]["volumeName"].isBlank ? "" : modes(claim["status"]["accessModes"]) },
        "tokenRequests": { driver, _ in
            let audiences = driver["spec"]["tokenRequests"].items.compactMap { $0["audience"].string }
            return .string(audiences.isEmpty ? "<unset>" : audiences.joined(separator: ","))
        },
        "driverModes": { driver, _ in
            let modes = driver["spec"]["volumeLifecycleModes"].items.compactMap(\.string)
            return .string(modes.isEmpty ? "<none>" : modes.joined(separator: ","))
        },
        "claimState": { claim, _ in
            var states: [String] = []
            if !claim["metadata"]["deletionTimestamp"].isNull { states.append("deleted") }
            if claim["status"]["allocation"].isNull {
                if claim["metadata"]["deletionTimestamp"].isNull { states.append("pending") }
            } else {
                states.append("allocated")
                if !claim["status"]["reservedFor"].isBlank { states.append("reserved") }
            }
            return .string(states.joined(separator: ","))
        },
    ]
}
