package import Documents

/// What to list or watch. Source: meta/v1 ListOptions.
package struct ListOptions: Sendable, Hashable {
    /// As in `app=web,tier!=db`; empty takes all.
    package var labelSelector = ""
    /// As in `spec.nodeName=n1`; empty takes all.
    package var fieldSelector = ""
    /// Most documents in one answer; 0 sets no limit.
    package var limit = 0
    /// Where the previous answer left off.
    package var continuation = ""
    /// For lists how fresh, for watches after which revision; empty means the newest.
    package var resourceVersion = ""
    package init(labelSelector: String = "", fieldSelector: String = "", limit: Int = 0, resourceVersion: String = "") {
        (self.labelSelector, self.fieldSelector, self.limit) = (labelSelector, fieldSelector, limit)
        self.resourceVersion = resourceVersion
    }

    var items: [(String, String)] {
        [
            ("labelSelector", labelSelector), ("fieldSelector", fieldSelector), ("limit", limit == 0 ? "" : String(limit)),
            ("continue", continuation), ("resourceVersion", resourceVersion),
        ].filter { !$0.1.isEmpty }
    }
}

/// How to write. Source: meta/v1 CreateOptions, UpdateOptions, PatchOptions.
package struct WriteOptions: Sendable, Hashable {
    /// Who owns the fields, for managedFields; empty leaves it to the server.
    package var fieldManager = ""
    /// `Ignore`, `Warn` or `Strict`; empty leaves it to the server.
    package var fieldValidation = ""
    /// Only tells what would happen.
    package var dryRun = false
    package init(fieldManager: String = "", fieldValidation: String = "", dryRun: Bool = false) {
        (self.fieldManager, self.fieldValidation, self.dryRun) = (fieldManager, fieldValidation, dryRun)
    }
    var items: [(String, String)] {
        [("fieldManager", fieldManager), ("fieldValidation", fieldValidation), ("dryRun", dryRun ? "All" : "")].filter { !$0.1.isEmpty }
    }
}

/// How to delete. Source: meta/v1 DeleteOptions.
package struct DeleteOptions: Sendable, Hashable {
    /// Nil means the document's or kind's own; 0 deletes at once.
    package var gracePeriodSeconds: Int?
    /// `Background`, `Foreground` or `Orphan`; nil means the kind's own.
    package var propagationPolicy: String?
    /// Deletes only the document of that uid.
    package var uid: String?
    /// Deletes only at that revision.
    package var resourceVersion: String?
    package var dryRun = false
    package init(gracePeriodSeconds: Int? = nil, propagationPolicy: String? = nil, uid: String? = nil, resourceVersion: String? = nil) {
        (self.gracePeriodSeconds, self.propagationPolicy) = (gracePeriodSeconds, propagationPolicy)
        (self.uid, self.resourceVersion) = (uid, resourceVersion)
    }

    var document: Value {
        var value: Value = ["kind": "DeleteOptions", "apiVersion": "v1"]
        if let gracePeriodSeconds { value["gracePeriodSeconds"] = .int(Int64(gracePeriodSeconds)) }
        if let propagationPolicy { value["propagationPolicy"] = .string(propagationPolicy) }
        if let uid { value[path: ["preconditions", "uid"]] = .string(uid) }
        if let resourceVersion { value[path: ["preconditions", "resourceVersion"]] = .string(resourceVersion) }
        if dryRun { value["dryRun"] = ["All"] }
        return value
    }
}

/// A patch and its kind.
package enum Patch: Sendable, Hashable {
    /// RFC 7386.
    case merge(Value)
    /// Kubernetes' own, which merges lists by key.
    case strategic(Value)
    /// RFC 6902.
    case json(Value)
    /// Server-side apply; `force` takes fields over from other managers.
    case apply(Value, fieldManager: String, force: Bool)

    var contentType: String {
        switch self {
        case .merge: "application/merge-patch+json"
        case .strategic: "application/strategic-merge-patch+json"
        case .json: "application/json-patch+json"
        case .apply: "application/apply-patch+yaml"
        }
    }
    var document: Value {
        switch self {
        case .merge(let value), .strategic(let value), .json(let value), .apply(let value, _, _): value
        }
    }
    var items: [(String, String)] {
        if case .apply(_, let manager, let force) = self { [("fieldManager", manager), ("force", force ? "true" : "false")] } else { [] }
    }
}

/// One answer to a list request.
package struct KubeList: Sendable, Hashable {
    package let items: [Value]
    /// The revision at which all items stood; watches go on from it.
    package let resourceVersion: String
    /// For the next request; empty at the end.
    package let continuation: String
    package init(items: [Value], resourceVersion: String, continuation: String = "") {
        (self.items, self.resourceVersion, self.continuation) = (items, resourceVersion, continuation)
    }
}
