import Documents
import KubeModel

/// What may be debugged how. Source: core/validation, validateEphemeralContainers and ValidatePodEphemeralContainersUpdate.
enum EphemeralContainerRules {
    /// What an ephemeral container does not have: it is never restarted, and nothing is planned for it.
    private static let missing = ["ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resources", "resizePolicy"]

    /// What is wrong with a change of a pod's ephemeral containers; what holds for every container is checked elsewhere.
    static func errors(_ new: Value, old: Value) -> [FieldError] {
        let (ours, theirs) = (new["spec"]["ephemeralContainers"].items, old["spec"]["ephemeralContainers"].items)
        let path = FieldPath("spec", "ephemeralContainers")
        var errors: [FieldError] = []
        if !old["metadata"]["annotations"]["kubernetes.io/config.mirror"].isNull {
            errors.append(.forbidden(FieldPath(""), "static pods do not support ephemeral containers"))
        }
        let targets = Set(["containers", "initContainers"].flatMap { list in new["spec"][list].items.map { $0["name"] } })
        for (index, container) in ours.enumerated() { check(container, path.index(index), targets, &errors) }
        for container in theirs {
            let name = container["name"].string ?? ""
            guard let kept = ours.first(where: { $0["name"].string == name }) else {
                errors.append(.forbidden(path, "existing ephemeral containers \(name.quoted) may not be removed\n"))
                continue
            }
            if kept != container {
                errors.append(.forbidden(path, "existing ephemeral containers \(name.quoted) may not be changed\n"))
            }
        }
        return errors
    }

    private static func check(_ container: Value, _ path: FieldPath, _ targets: Set<Value>, _ errors: inout [FieldError]) {
        let target = container["targetContainerName"]
        if let name = target.string, !name.isEmpty, !targets.contains(target) {
            errors.append(.notFound(path.child("targetContainerName"), target))
        }
        for (index, mount) in container["volumeMounts"].items.enumerated() {
            for field in ["subPath", "subPathExpr"] where !(mount[field].string ?? "").isEmpty {
                let place = path.child("volumeMounts").index(index).child(field)
                errors.append(.forbidden(place, "cannot be set for an Ephemeral Container"))
            }
        }
        for field in missing where !isEmpty(container[field]) {
            errors.append(.forbidden(path.child(field), "cannot be set for an Ephemeral Container"))
        }
        if !(container["restartPolicy"].string ?? "").isEmpty {
            errors.append(.forbidden(path.child("restartPolicy"), "may not be set for ephemeral containers"))
        }
    }

    /// Nothing, or an object or list without anything in it, as defaults leave them.
    private static func isEmpty(_ value: Value) -> Bool {
        value.isNull || value.array?.isEmpty == true || value.object?.isEmpty == true
    }
}
