import Documents
import KubeClient
import KubeModel
import Synchronization

/// What became of a request, as its sender knows.
enum Outcome: Sendable {
    case done, refused, unknown

    /// A refusal by the API counts as such; a server's error or no answer at all leaves it open what happened.
    init(_ error: KubeClientError) {
        self = (error.status?.code).map { 400..<500 ~= $0 && $0 != 408 } ?? false ? .refused : .unknown
    }
}

/// What clients were told of the objects that are theirs alone: what must be there in the end, and what may.
final class Ledger: Sendable {
    /// How an object may be.
    enum Form: Sendable, Hashable, CustomStringConvertible {
        case absent
        /// There, with a text that tells one form from another.
        case present(String)
        var description: String {
            switch self {
            case .absent: "absent"
            case .present(let text): text
            }
        }
    }
    struct Subject: Sendable, Hashable {
        let kind: Kind
        let namespace: String
        let name: String
    }
    private let state = Mutex<[Subject: Set<Form>]>([:])

    /// The forms that are possible now.
    func forms(of subject: Subject) -> Set<Form> { state.withLock { $0[subject] ?? [.absent] } }
    /// Everything that a client touched, in a fixed order.
    var subjects: [Subject] {
        state.withLock { $0.keys.sorted { ($0.kind.name, $0.namespace, $0.name) < ($1.kind.name, $1.namespace, $1.name) } }
    }
    /// Writes down what a request that leads to a form came to.
    func record(_ subject: Subject, _ form: Form, _ outcome: Outcome) {
        state.withLock { forms in
            switch outcome {
            case .done: forms[subject] = [form]
            case .unknown: forms[subject, default: [.absent]].insert(form)
            case .refused: break
            }
        }
    }
    /// Writes down what was found.
    func learn(_ subject: Subject, _ form: Form) { state.withLock { $0[subject] = [form] } }
}
