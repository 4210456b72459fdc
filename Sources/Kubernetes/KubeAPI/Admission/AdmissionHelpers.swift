import Documents
import KubeModel

extension AdmissionRequest {
    /// Whether this is that operation on a resource itself, not on a part of it.
    func isFor(_ group: String, _ resource: String, _ one: AdmissionOperation, _ other: AdmissionOperation? = nil) -> Bool {
        (operation == one || operation == other) && subresource.isEmpty && self.resource == resource && kind.group == group
    }
    /// The refusal that names the document.
    func forbidden(_ reason: String) -> KubeStatus { .forbidden(group: kind.group, resource: resource, name: name, reason) }
}

extension Value {
    /// Init and ordinary containers of a pod's spec, with the paths to write them back.
    var podContainers: [Value] { self["initContainers"].items + self["containers"].items }

    /// Changes every init and ordinary container of a pod's spec.
    mutating func editPodContainers(_ edit: (inout Value) -> Void) {
        for list in ["initContainers", "containers"] where !self[list].items.isEmpty {
            var containers = self[list].items
            for index in containers.indices { edit(&containers[index]) }
            self[list] = .array(containers)
        }
    }

    /// Puts an element behind the others of a list.
    mutating func append(_ element: Value, to list: String) { self[list] = .array(self[list].items + [element]) }
}

extension [String] {
    /// Several reasons in one text, as upstream writes them.
    var aggregated: String { count == 1 ? self[0] : "[\(joined(separator: ", "))]" }
}
