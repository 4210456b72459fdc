import Control
import Documents
import KubeModel
import Reconcile

/// Something that a controller tells about an object. Equal ones are one Event document with a count.
struct EventNote {
    let type: String
    let reason: String
    let message: String
    /// A note of type Normal.
    static func normal(_ reason: String, _ message: String) -> EventNote { EventNote(type: "Normal", reason: reason, message: message) }
    /// A note of type Warning.
    static func warning(_ reason: String, _ message: String) -> EventNote { EventNote(type: "Warning", reason: reason, message: message) }

    /// What a workload tells when a pod could not be made or deleted; nil for other changes. Source: controller_utils, RealPodControl.
    static func refusal(ofPod change: Change, _ error: ChangeError) -> EventNote? {
        guard change.kind == PodFields.kind else { return nil }
        switch change {
        case .create: return .warning("FailedCreate", "Error creating: \(error.text)")
        case .delete: return .warning("FailedDelete", "Error deleting: \(error.text)")
        default: return nil
        }
    }

    /// The change that tells it: a new Event, or one more of the same.
    /// - Parameter order: its place among what is told about the object at this moment.
    func change<F: KindFields>(about object: View<F>, from component: String, order: Int = 0, in world: World) -> Change {
        let present = world.first(KubeIndexes.notes.name, identity(object, component)).flatMap { world.get(KubeEvent.self, key: $0) }
        return change(about: object, from: component, order: order, revision: world.revision, present: present, now: world.now)
    }
    /// Whether it has not been told yet, or is forgotten.
    func isNew<F: KindFields>(about object: View<F>, from component: String, in world: World) -> Bool {
        world.count(KubeIndexes.notes.name, identity(object, component)) == 0
    }
    private func identity<F: KindFields>(_ object: View<F>, _ component: String) -> String {
        KubeIndexes.note(object.uid, component, type, reason, message)
    }
    /// The same where `present` is the Event that tells it already.
    func change<F: KindFields>(
        about object: View<F>, from component: String, order: Int = 0, revision: Int64? = nil, present: KubeEvent?, now time: Timestamp
    ) -> Change {
        let now: Value = .string(time.text)
        if let event = present {
            return .patch(
                EventFields.kind, namespace: event.namespace, name: event.name,
                ["count": .int(Int64((event.count ?? 1) + 1)), "lastTimestamp": now])
        }
        let namespace = object.namespace.isEmpty ? "default" : object.namespace
        let name = EventName.text(about: object.name, at: time, order: order, revision: revision, told: component, reason, message)
        return .create(
            EventFields.kind,
            [
                "apiVersion": "v1", "kind": "Event", "metadata": ["name": .string(name), "namespace": .string(namespace)],
                "involvedObject": reference(object), "reason": .string(reason), "message": .string(message),
                "source": ["component": .string(component)], "firstTimestamp": now, "lastTimestamp": now, "count": 1,
                "type": .string(type), "eventTime": nil, "reportingComponent": .string(component), "reportingInstance": "",
            ])
    }

    private func reference<F: KindFields>(_ object: View<F>) -> Value {
        var reference: Value = ["kind": .string(object.value["kind"].string ?? F.kind.name)]
        if !object.namespace.isEmpty { reference["namespace"] = .string(object.namespace) }
        reference["name"] = .string(object.name)
        reference["uid"] = .string(object.uid)
        reference["apiVersion"] = .string(object.value["apiVersion"].string ?? F.kind.apiVersion)
        reference["resourceVersion"] = object.value["metadata"]["resourceVersion"]
        return reference
    }
}

extension Plan {
    /// Tells a note about an object once the changes are made.
    mutating func tell<F: KindFields>(_ note: EventNote, about object: View<F>, from component: String, in world: World) {
        notes.append(note.change(about: object, from: component, order: notes.count, in: world))
    }
}
