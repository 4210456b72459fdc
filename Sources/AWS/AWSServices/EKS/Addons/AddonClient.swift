import Control
import Documents
import KubeClient
import KubeModel

/// Puts an add-on's objects into a cluster and takes them out.
struct AddonClient {
    /// The field manager by which EKS's own fields are known.
    static let manager = "eks"
    let client: KubeClient

    /// What stands in the way of an apply.
    struct Conflict: Error {
        let texts: [String]
    }

    /// Applies the objects. `mode` says what becomes of fields that others own: `NONE` gives up before anything is written, `OVERWRITE`
    /// takes them, `PRESERVE` leaves them.
    /// - Throws: `Conflict`, `KubeClientError`.
    func apply(_ objects: [Value], mode: String) async throws {
        if mode == "NONE" {
            var texts: [String] = []
            for object in objects { texts += try await conflicts(of: object) }
            guard texts.isEmpty else { throw Conflict(texts: texts) }
        }
        for object in objects {
            guard mode == "PRESERVE" else {
                _ = try await patch(object, force: true)
                continue
            }
            try await applyAround(object)
        }
    }
    private func applyAround(_ object: Value) async throws {
        do throws(KubeClientError) { _ = try await patch(object, force: false) } catch {
            guard error.isConflict else { throw error }
            var rest = object
            for path in Self.fields(error) { rest = FieldPathText(path).removed(from: rest) }
            _ = try await patch(rest, force: false)
        }
    }
    private func conflicts(of object: Value) async throws -> [String] {
        do throws(KubeClientError) { _ = try await patch(object, force: false, dryRun: true) } catch {
            guard error.isConflict else { throw error }
            let group = object["apiVersion"].string?.split(separator: "/").dropLast().first.map { ".\($0)" } ?? ""
            return Self.fields(error).map {
                "\(object["kind"].string ?? "")\(group) \(object["metadata"]["name"].string ?? "") - \($0)"
            }
        }
        return []
    }
    private static func fields(_ error: KubeClientError) -> [String] {
        (error.status?.document["details"]["causes"].items ?? []).compactMap { $0["field"].string }
    }
    private func patch(_ object: Value, force: Bool, dryRun: Bool = false) async throws(KubeClientError) -> Value {
        guard let kind = Self.kind(of: object) else { throw .malformed("no kind \(object["kind"].string ?? "")") }
        let metadata = object["metadata"]
        return try await client.patch(
            kind, namespace: metadata["namespace"].string, metadata["name"].string ?? "",
            .apply(object, fieldManager: Self.manager, force: force), WriteOptions(dryRun: dryRun))
    }

    /// Deletes the objects, the last first; those that are gone are no matter.
    func remove(_ objects: [Value]) async throws {
        for object in objects.reversed() {
            guard let kind = Self.kind(of: object) else { continue }
            let metadata = object["metadata"]
            do throws(KubeClientError) {
                try await client.delete(kind, namespace: metadata["namespace"].string, metadata["name"].string ?? "")
            } catch {
                guard error.isNotFound else { throw error }
            }
        }
    }

    /// What is wrong with an add-on's workloads, in EKS's words; nil when they are ready.
    func problem(of addon: String) async throws -> Value? {
        for workload in AddonObjects.workloads(of: addon) {
            if let problem = try await problem(of: workload) { return problem }
        }
        return nil
    }
    private func problem(of workload: (kind: String, name: String)) async throws -> Value? {
        let object: Value
        let kind = workload.kind == "DaemonSet" ? DaemonSetFields.kind : DeploymentFields.kind
        do throws(KubeClientError) { object = try await client.get(kind, namespace: "kube-system", workload.name) } catch {
            guard error.isNotFound else { throw error }
            return ["code": "InsufficientNumberOfReplicas", "message": "The add-on is unhealthy because its workload is missing."]
        }
        let status = object["status"]
        let isCurrent = (status["observedGeneration"].int ?? 0) >= (object["metadata"]["generation"].int ?? 0)
        let wanted: Int
        let updated: Int
        let ready: Int
        if workload.kind == "DaemonSet" {
            wanted = status["desiredNumberScheduled"].int ?? 0
            (updated, ready) = (status["updatedNumberScheduled"].int ?? 0, status["numberReady"].int ?? 0)
        } else {
            wanted = object["spec"]["replicas"].int ?? 1
            (updated, ready) = (status["updatedReplicas"].int ?? 0, status["availableReplicas"].int ?? 0)
        }
        if isCurrent, updated >= wanted, ready >= wanted { return nil }
        return [
            "code": "InsufficientNumberOfReplicas",
            "message": "The add-on is unhealthy because it doesn't have the desired number of replicas.",
        ]
    }
    static func kind(of object: Value) -> Kind? {
        KindTable.kubernetes.find(apiVersion: object["apiVersion"].string ?? "", kind: object["kind"].string ?? "")?.storage
    }
}

/// A field as the causes of a conflict name it: `.spec.template.spec.containers[name="coredns"].image`.
struct FieldPathText {
    private enum Step {
        case member(String)
        /// The element of a list that has these members.
        case element([String: Value])
    }
    private let steps: [Step]

    init(_ text: String) {
        var steps: [Step] = []
        var rest = text[...]
        while let first = rest.first {
            if first == "[", let end = rest.firstIndex(of: "]") {
                var keys: [String: Value] = [:]
                for pair in rest[rest.index(after: rest.startIndex)..<end].split(separator: ",") {
                    let halves = pair.split(separator: "=", maxSplits: 1).map(String.init)
                    if halves.count == 2 { keys[halves[0]] = (try? JSON.parse(halves[1])) ?? .string(halves[1]) }
                }
                steps.append(.element(keys))
                rest = rest[rest.index(after: end)...]
            } else {
                if first == "." { rest = rest.dropFirst() }
                let name = rest.prefix { $0 != "." && $0 != "[" }
                steps.append(.member(String(name)))
                rest = rest.dropFirst(max(1, name.count))
            }
        }
        self.steps = steps
    }
    /// The document without the field.
    func removed(from document: Value) -> Value { Self.remove(steps[...], from: document) }

    private static func remove(_ steps: ArraySlice<Step>, from value: Value) -> Value {
        guard let step = steps.first else { return value }
        let rest = steps.dropFirst()
        var value = value
        switch step {
        case .member(let name):
            guard value.object != nil, !value[name].isNull else { return value }
            value[name] = rest.isEmpty ? .null : remove(rest, from: value[name])
        case .element(let keys):
            value = .array(
                value.items.compactMap { item in
                    guard keys.allSatisfy({ item[$0.key] == $0.value }) else { return item }
                    return rest.isEmpty ? nil : remove(rest, from: item)
                })
        }
        return value
    }
}
