package import Documents

/// A control loop: a pure function from the world to a plan. The runner owns queueing, retries, back-off and writing.
package protocol Controller: Sendable {
    associatedtype Primary: KindFields
    /// What it is called in logs, metrics and as the actor of its changes.
    static var name: String { get }
    /// What wakes it besides its own kind.
    static var watches: [Watch] { get }
    /// The kinds that it may write; the runner refuses others.
    static var writes: Set<Kind> { get }
    /// Look-ups by content that it needs besides owner and namespace.
    static var indexes: [WorldIndex] { get }

    /// Whether a change of a primary is worth a look; asked before anything is decoded.
    static func concerns(_ change: WorldChange, in world: World) -> Bool
    /// How much longer a key may rest that nothing but time has woken; nil to look at it. Asked before anything is decoded.
    func rest(_ key: String, in world: World) -> Duration?
    /// The keys of primaries of which something is there, whether they are there or not: where a start begins beside the primaries that
    /// are, since nothing tells of those that went while nobody ran.
    static func leftBehind(in world: World) -> [String]
    /// What is to be done for one object. Must depend on the arguments alone, but for what may be lost at any time without harm.
    func reconcile(_ object: View<Primary>, in world: World) throws -> Plan
    /// What is to be done for a key whose object is gone, or was never there. Most controllers leave that to owner references.
    func removed(_ key: String, in world: World) throws -> Plan
    /// What to tell when a change was refused; the object is reconciled again in any case.
    func refused(_ change: Change, _ error: ChangeError, for object: View<Primary>, in world: World) -> Plan
}
extension Controller {
    package static var watches: [Watch] { [] }
    package static var indexes: [WorldIndex] { [] }
    package static func concerns(_ change: WorldChange, in world: World) -> Bool { true }
    package func rest(_ key: String, in world: World) -> Duration? { nil }
    package static func leftBehind(in world: World) -> [String] { [] }
    package func removed(_ key: String, in world: World) throws -> Plan { Plan() }
    package func refused(_ change: Change, _ error: ChangeError, for object: View<Primary>, in world: World) -> Plan { Plan() }
}

extension Kind {
    /// Stands for every kind: the primary of a controller that looks at all documents.
    package static let anyDocument = Kind(version: "", "*", prefix: "", namespaced: false)
}

/// What wakes a controller besides its own kind: a kind, and which primaries a change of one of its documents concerns.
package struct Watch: Sendable {
    /// The key prefix of the kind, as in `core/pods/`; empty for every document.
    package let prefix: String
    /// The keys of the primaries concerned.
    package let primaries: @Sendable (WorldChange, World) -> [String]
    /// Whether only primaries that are there can be concerned, so that nobody needs to be asked while there is none.
    let needsPrimaries: Bool

    /// Any mapping from a change to keys of primaries. With `needsPrimaries` it is not asked while the controller has none: its look at
    /// one that is gone would do nothing.
    package init(
        prefix: String, needsPrimaries: Bool = false, primaries: @escaping @Sendable (WorldChange, World) -> [String]
    ) {
        (self.prefix, self.needsPrimaries, self.primaries) = (prefix, needsPrimaries, primaries)
    }
    /// Documents wake the primary that is their controlling owner, before or after the change.
    package static func owned<F: KindFields, P: KindFields>(_: View<F>.Type, by _: View<P>.Type) -> Watch {
        Watch(prefix: F.kind.prefix) { change, _ in
            guard change.isOwned else { return [] }
            let (before, after) = change.controllers(of: P.kind)
            guard before != after else { return after.map { [$0] } ?? [] }
            return [after, before].compactMap { $0 }
        }
    }
    /// Any change of the kind wakes every primary.
    package static func all<F: KindFields, P: KindFields>(_: View<F>.Type, wake _: View<P>.Type) -> Watch {
        Watch(prefix: F.kind.prefix) { _, world in world.keys(P.kind) }
    }
    /// The mapping is asked about the document before and after the change, where it has no controlling owner, when its owners or labels change.
    package static func orphans<F: KindFields>(
        _: View<F>.Type, _ mapping: @escaping @Sendable (Node, World) -> [String]
    ) -> Watch {
        Watch(prefix: F.kind.prefix, needsPrimaries: true) { change, world in
            if change.keepsMetadata { return [] }
            let (old, new) = change.nodes
            // Who may adopt it has looked at these labels before.
            let isOwned = change.isOwned
            if let old, let new, !isOwned || !old.isControlled && !new.isControlled,
                old["metadata"]?["labels"]?.bytes == new["metadata"]?["labels"]?.bytes
            {
                return []
            }
            let documents = [new, old].compactMap { $0 }.filter { !isOwned || !$0.isControlled }
            if documents.isEmpty { return [] }
            return Array(Set(documents.flatMap { mapping($0, world) }))
        }
    }
    /// The mapping is asked about the document before and after the change.
    package static func mapped<F: KindFields>(
        _: View<F>.Type, _ mapping: @escaping @Sendable (View<F>, World) -> [String]
    ) -> Watch {
        Watch(prefix: F.kind.prefix) { change, world in
            let documents = [change.new, change.old].compactMap { $0.flatMap(View<F>.init) }
            return Array(Set(documents.flatMap { mapping($0, world) }))
        }
    }
}

extension Value {
    /// The key of the controlling owner, when that is of the kind; it lives in the document's own namespace.
    package func controller(of kind: Kind) -> String? {
        for reference in self["metadata"]["ownerReferences"].items where reference["controller"].bool == true {
            guard reference["kind"].string == kind.name, let name = reference["name"].string,
                kind.group.isEmpty || reference["apiVersion"].string?.hasPrefix(kind.group + "/") == true
            else { continue }
            return kind.key(self["metadata"]["namespace"].string, name)
        }
        return nil
    }
}

extension Node {
    /// The key of the controlling owner, as for trees.
    package func controller(of kind: Kind) -> String? {
        for reference in self["metadata"]?["ownerReferences"]?.items ?? [] where reference["controller"]?.bool == true {
            guard reference["kind"]?.string == kind.name, let name = reference["name"]?.string,
                kind.group.isEmpty || reference["apiVersion"]?.string?.hasPrefix(kind.group + "/") == true
            else { continue }
            return kind.key(self["metadata"]?["namespace"]?.string, name)
        }
        return nil
    }
    /// Whether the document has a controlling owner of any kind.
    fileprivate var isControlled: Bool {
        self["metadata"]?["ownerReferences"]?.items.contains { $0["controller"]?.bool == true } ?? false
    }
}

/// A look-up of documents of one kind by something in them.
package struct WorldIndex: Sendable {
    /// Two indexes of one name are the same.
    package let name: String
    package let prefix: String
    package let entries: @Sendable (Node) -> [String]
    private let ground: Ground

    /// What the texts of a document follow from, so that a change that keeps that is not looked at.
    package enum Ground: Sendable { case metadata, spec, everything }

    /// An index of a kind; `entries` tells under which texts a document is found, by its tape. With `ground` it looks at no more than that:
    /// metadata, metadata and spec, or all of a document.
    package init(_ name: String, of kind: Kind, ground: Ground = .everything, _ entries: @escaping @Sendable (Node) -> [String]) {
        (self.name, prefix, self.entries, self.ground) = (name, kind.prefix, entries, ground)
    }

    /// Whether a change may be to other texts.
    func mayChange(keepsMetadata: Bool, keepsSpec: Bool) -> Bool {
        switch ground {
        case .metadata: !keepsMetadata
        case .spec: !keepsSpec
        case .everything: true
        }
    }
}
