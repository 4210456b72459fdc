import Control
import Documents
import Reconcile
import Storage
import Testing

@Suite struct PlanWriterTests {
    /// Hundreds of pods that a ReplicaSet makes at once are as many events, each of which waits until it is durable.
    @Test func theNotesOfAPlanAreToldSideBySide() async throws {
        let bed = try await Bed(seed: 7)
        bed.start(bed.group([Chatterer()], writer: SlowWriter(writer: bed.writer, clock: bed.clock)))
        try bed.makeSet(300)
        bed.settle()
        // The status, and five batches of 64.
        bed.advance(.milliseconds(10 * 6 + 5))
        #expect(bed.boxes().count == 300)
        bed.stop()
    }

    /// What depends on each other is written in order: a set's boxes, and then how many there are.
    @Test func theChangesOfAPlanComeBeforeItsNotes() async throws {
        let bed = try await Bed(seed: 8)
        bed.start(bed.group([Chatterer()], writer: SlowWriter(writer: bed.writer, clock: bed.clock)))
        try bed.makeSet(3)
        bed.settle()
        bed.advance(.milliseconds(15))
        #expect(bed.set()?.status.count == 3 && bed.boxes().isEmpty)
        bed.advance(.milliseconds(10))
        #expect(bed.boxes().count == 3)
        bed.stop()
    }
}

/// Every write takes ten milliseconds.
private struct SlowWriter: ChangeWriter {
    let writer: RealmWriter
    let clock: ManualClock
    func apply(_ change: Change, by actor: String) async throws(ChangeError) -> Revision {
        do { try await clock.sleep(for: .milliseconds(10)) } catch { throw .unavailable("\(error)") }
        return try await writer.apply(change, by: actor)
    }
}

/// Tells as many boxes as the set asks for, once.
private struct Chatterer: Controller {
    typealias Primary = SetFields
    static let name = "chatterer"
    static let writes: Set<Kind> = [SetFields.kind, BoxFields.kind]
    func reconcile(_ set: BoxSet, in world: World) throws -> Plan {
        guard set.status.count == nil else { return Plan() }
        var told = set
        told.status.count = set.spec.count
        let notes = (0..<(set.spec.count ?? 0)).map {
            Change.create(BoxFields.kind, ["metadata": ["name": "box-\($0)", "namespace": "default"]])
        }
        return Plan([.updateStatus(SetFields.kind, told.value)], notes: notes)
    }
}
