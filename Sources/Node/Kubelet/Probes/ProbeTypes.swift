import Documents

/// The three checks of a container.
enum ProbeKind: String, Sendable, CaseIterable {
    case startup, liveness, readiness
    var field: String { "\(rawValue)Probe" }
    /// As events name it.
    var title: String {
        switch self {
        case .startup: "Startup"
        case .liveness: "Liveness"
        case .readiness: "Readiness"
        }
    }
}

/// One check to be made.
struct ProbeRun: Sendable {
    var kind: ProbeKind
    var slot: ContainerSlot
    var container: String
    /// The pod's address.
    var address: String
    var probe: Value { slot.spec[kind.field] }
}

/// What a check brought.
enum ProbeOutcome: Sendable, Hashable {
    case success(String)
    case failure(String)
    /// It could not be made; its result does not count.
    case unknown(String)
}
