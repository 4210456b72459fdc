import Control
import Documents
import KubeClient
import KubeModel

/// A user who does one thing after the other with objects that are its own, and with counters that all share.
struct WorkloadClient: Sendable {
    let number: Int
    let kubernetes: KubeClient
    /// A way on which requests may arrive twice.
    let doubtful: KubeClient
    let ledger: Ledger
    let counters: Counters
    let random: RandomSource
    let clock: any WallClock
    let trace: Trace

    /// Does that many things.
    func run(steps: Int) async throws {
        for step in 0..<steps {
            try await clock.sleep(for: .seconds(3) * random.fraction())
            let told = await act(step)
            trace.note("client \(number): \(told)")
        }
    }

    private func act(_ step: Int) async -> String {
        switch random.int(in: 0..<100) {
        case 0..<25: await counters.increment(doubtful, mark: "c\(number)-\(step)", random)
        default: await touch(Workloads.all[random.int(in: Workloads.all.indices)], "c\(number)-\(random.int(in: 0..<2))")
        }
    }

    /// Makes, changes or deletes a workload, whichever its state allows.
    private func touch(_ workload: any Workload, _ name: String) async -> String {
        let subject = Ledger.Subject(kind: workload.kind, namespace: "default", name: "\(workload.prefix)-\(name)")
        let forms = ledger.forms(of: subject)
        let size = random.int(in: 0..<4)
        let (verb, form, outcome): (String, Ledger.Form, Outcome)
        if forms == [.absent] || (forms.contains(.absent) && random.int(in: 0..<2) == 0) {
            (verb, form) = ("create \(size)", .present(workload.form(size)))
            outcome = await attempt { () throws(KubeClientError) in
                _ = try await kubernetes.create(workload.kind, workload.document(subject.name, size), namespace: subject.namespace)
            }
        } else if random.int(in: 0..<4) == 0 {
            (verb, form) = ("delete", .absent)
            let policy = ["Background", "Foreground", nil][random.int(in: 0..<3)]
            outcome = await attempt { () throws(KubeClientError) in
                try await kubernetes.delete(
                    workload.kind, namespace: subject.namespace, subject.name, DeleteOptions(propagationPolicy: policy))
            }
        } else {
            (verb, form) = ("change to \(size)", .present(workload.form(size)))
            outcome = await attempt { () throws(KubeClientError) in
                _ = try await kubernetes.patch(
                    workload.kind, namespace: subject.namespace, subject.name, .merge(workload.change(size, random)))
            }
        }
        ledger.record(subject, form, outcome)
        return "\(verb) \(subject.kind.name) \(subject.name): \(outcome)"
    }
    private func attempt(_ request: () async throws(KubeClientError) -> Void) async -> Outcome {
        do throws(KubeClientError) {
            try await request()
            return .done
        } catch { return Outcome(error) }
    }
}
