import Documents

extension DefaultingRules {
    static func replicationController(_ controller: inout Object) {
        let labels = controller["spec"]?["template"]["metadata"]["labels"] ?? .null
        guard case .object(let members) = labels, !members.isEmpty else { return }
        if isEmpty(controller["spec"]?["selector"]) { edit(&controller, "spec") { $0["selector"] = labels } }
        if isEmpty(controller["metadata"]?["labels"]) { edit(&controller, "metadata", create: true) { $0["labels"] = labels } }
    }

    static func deploymentStrategy(_ strategy: inout Object) {
        guard strategy["type"] == "RollingUpdate" else { return }
        edit(&strategy, "rollingUpdate", create: true) { update in
            if update["maxUnavailable"] == nil { update["maxUnavailable"] = "25%" }
            if update["maxSurge"] == nil { update["maxSurge"] = "25%" }
        }
    }
    static func daemonSetStrategy(_ strategy: inout Object) {
        guard strategy["type"] == "RollingUpdate" else { return }
        edit(&strategy, "rollingUpdate", create: true) { update in
            if update["maxUnavailable"] == nil { update["maxUnavailable"] = 1 }
            if update["maxSurge"] == nil { update["maxSurge"] = 0 }
        }
    }
    static func statefulSetStrategy(_ strategy: inout Object) {
        guard strategy["type"] == "RollingUpdate" else { return }
        edit(&strategy, "rollingUpdate", create: true) { update in if update["partition"] == nil { update["partition"] = 0 } }
    }

    static func job(_ job: inout Object) {
        edit(&job, "spec") { spec in
            if spec["completions"] == nil, spec["parallelism"] == nil { spec["completions"] = 1 }
            if spec["parallelism"] == nil { spec["parallelism"] = 1 }
            if spec["backoffLimit"] == nil { spec["backoffLimit"] = spec["backoffLimitPerIndex"] == nil ? 6 : 2_147_483_647 }
            if isEmpty(spec["podReplacementPolicy"]) {
                spec["podReplacementPolicy"] = spec["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed"
            }
        }
        let labels = job["spec"]?["template"]["metadata"]["labels"] ?? .null
        if !isEmpty(labels), isEmpty(job["metadata"]?["labels"]) { edit(&job, "metadata", create: true) { $0["labels"] = labels } }
    }

    static func subject(_ subject: inout Object) {
        guard isEmpty(subject["apiGroup"]), let kind = subject["kind"]?.string, kind == "User" || kind == "Group" else { return }
        subject["apiGroup"] = "rbac.authorization.k8s.io"
    }

    static func networkPolicy(_ policy: inout Object) {
        guard isEmpty(policy["policyTypes"]) else { return }
        policy["policyTypes"] = isEmpty(policy["egress"]) ? ["Ingress"] : ["Ingress", "Egress"]
    }

    static func autoscaler(_ spec: inout Object) {
        if isEmpty(spec["metrics"]) {
            let target: Value = ["type": "Utilization", "averageUtilization": 80]
            spec["metrics"] = [["type": "Resource", "resource": ["name": "cpu", "target": target]]]
        }
        edit(&spec, "behavior") { behavior in
            let percent: Value = ["type": "Percent", "value": 100, "periodSeconds": 15]
            edit(&behavior, "scaleUp", create: true) { rules in
                if rules["stabilizationWindowSeconds"] == nil { rules["stabilizationWindowSeconds"] = 0 }
                if rules["selectPolicy"] == nil { rules["selectPolicy"] = "Max" }
                if isEmpty(rules["policies"]) { rules["policies"] = [["type": "Pods", "value": 4, "periodSeconds": 15], percent] }
            }
            edit(&behavior, "scaleDown", create: true) { rules in
                if rules["selectPolicy"] == nil { rules["selectPolicy"] = "Max" }
                if isEmpty(rules["policies"]) { rules["policies"] = [percent] }
            }
        }
    }

    static func customResourceDefinition(_ spec: inout Object) {
        edit(&spec, "names") { names in
            guard let kind = names["kind"]?.string else { return }
            if isEmpty(names["singular"]) { names["singular"] = .string(kind.lowercased()) }
            if isEmpty(names["listKind"]) { names["listKind"] = .string(kind + "List") }
        }
    }
    static func deviceRequest(_ request: inout Object) {
        if request["allocationMode"] == "ExactCount", isEmpty(request["count"]) { request["count"] = 1 }
    }
}
