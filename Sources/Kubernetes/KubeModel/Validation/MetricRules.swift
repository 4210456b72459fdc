import Documents

// The rules of autoscalers' metrics. Source: autoscaling/validation, validateMetricSpec.
extension TypeRules {
    private static let sources = [
        "Object": "object", "Pods": "pods", "Resource": "resource", "ContainerResource": "containerResource", "External": "external",
    ]

    static func metric(_ metric: Object, _ path: FieldPath, _ faults: inout Faults) {
        for part in sources.values.sorted() { if let source = metric[part] { metricSource(part, source, path.child(part), &faults) } }
        let type = metric["type"]?.string ?? ""
        if type.isEmpty { faults.add(.required(path.child("type"), "must specify a metric source type")) }
        guard let part = sources[type] else {
            return faults.add(.notSupported(path.child("type"), metric["type"] ?? "", sources.keys.sorted()))
        }
        if metric[part] == nil { faults.add(.required(path.child(part), "must populate information for the given metric source")) }
        for other in sources.values.sorted() where other != part && metric[other] != nil {
            faults.add(.forbidden(path.child(other), "must populate the given metric source only"))
        }
    }

    /// What is measured, and that there is a target of a kind that makes sense for it.
    private static func metricSource(_ part: String, _ source: Value, _ path: FieldPath, _ faults: inout Faults) {
        let target = source["target"]
        let (value, average, percent) = (target["value"], target["averageValue"], target["averageUtilization"])
        let place = path.child("target")
        switch part {
        case "resource", "containerResource":
            if source["name"].isBlank { faults.add(.required(path.child("name"), "must specify a resource name")) }
            if part == "containerResource" { metricContainer(source["container"], path.child("container"), &faults) }
            metricTarget(target, place, &faults)
            if percent.isNull, average.isNull {
                faults.add(.required(place.child("averageUtilization"), "must set either a target raw value or a target utilization"))
            }
            if !percent.isNull, !average.isNull {
                faults.add(.forbidden(place.child("averageValue"), "may not set both a target raw value and a target utilization"))
            }
            return
        default: break
        }
        let name = source["metric"]["name"]
        if name.isBlank { faults.add(.required(path.child("metric").child("name"), "must specify a metric name")) }
        faults.invalid(path.child("metric").child("name"), name, Names.pathSegment(name.string ?? ""))
        metricTarget(target, place, &faults)
        let missing: String? =
            switch part {
            case "pods": average.isNull ? "must specify a positive target averageValue" : nil
            case "object": value.isNull && average.isNull ? "must set either a target value or averageValue" : nil
            default: value.isNull && average.isNull ? "must set either a target value for metric or a per-pod target" : nil
            }
        if let missing { faults.add(.required(place.child("averageValue"), missing)) }
        if part == "external", !value.isNull, !average.isNull {
            faults.add(.forbidden(place.child("value"), "may not set both a target value for metric and a per-pod target"))
        }
    }
    private static func metricContainer(_ name: Value, _ path: FieldPath, _ faults: inout Faults) {
        if name.isBlank { return faults.add(.required(path, "must specify a container")) }
        faults.invalid(path, name, Names.label(name.string ?? ""))
    }
    private static func metricTarget(_ target: Value, _ path: FieldPath, _ faults: inout Faults) {
        let type = target["type"].string ?? ""
        if type.isEmpty { faults.add(.required(path.child("type"), "must specify a metric target type")) }
        if !["Utilization", "Value", "AverageValue"].contains(type) {
            faults.add(.invalid(path.child("type"), .string(type), "must be either Utilization, Value, or AverageValue"))
        }
        for name in ["value", "averageValue"] {
            if let amount = Quantity(target[name]), amount.sign <= 0 {
                faults.add(.invalid(path.child(name), target[name], "must be positive"))
            }
        }
        if let percent = target["averageUtilization"].int, percent < 1 {
            faults.add(.invalid(path.child("averageUtilization"), .int(Int64(percent)), "must be greater than 0"))
        }
    }
}
