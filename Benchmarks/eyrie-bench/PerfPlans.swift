import Documents
import KubeModel

/// The steps of scheduler_perf's cases. Source: test/integration/scheduler_perf, its configurations and templates.
enum PerfPlans {
    /// - Returns: nil for cases that are not run here.
    static func plan(_ row: SchedulerPerf.Row, divisor: Int) -> [PerfStep]? {
        func number(_ name: String) -> Int { max(1, (row.parameters[name] ?? 0) / divisor) }
        let (nodes, first, measured) = (number("initNodes"), number("initPods"), number("measurePods"))
        let plain = PerfTemplates.pod()
        switch row.name {
        case "SchedulingBasic": return simple(nodes, first, measured, plain)
        case "SchedulingSecrets": return simple(nodes, first, measured, PerfTemplates.pod(["volumes": [PerfTemplates.secret]]))
        case "SchedulingInTreePVs", "SchedulingMigratedInTreePVs", "SchedulingCSIPVs":
            return volumes(nodes, first, measured, isCSI: row.name == "SchedulingCSIPVs")
        case "TopologySpreading", "PreferredTopologySpreading":
            let when: Value = row.name == "TopologySpreading" ? "DoNotSchedule" : "ScheduleAnyway"
            let spread = PerfTemplates.pod(["topologySpreadConstraints": [PerfTemplates.spread(when)]], labels: ["color": "blue"])
            return [
                .nodes(nodes) { PerfTemplates.node($0, zone: "moon-\($0 % 3)") }, .pods(first, wait: true) { plain("sched-0", $0) },
                .measure(measured) { spread("sched-1", $0) },
            ]
        case "SchedulingWithNodeInclusionPolicy": return inclusion(number("taintNodes"), number("normalNodes"), measured)
        case "SchedulingDaemonset":
            let pinned = PerfTemplates.pod(["affinity": PerfTemplates.pinned("scheduler-perf-node")])
            return [
                .nodes(1) { _ in PerfTemplates.node("scheduler-perf-node", pods: 90_000, cpu: "9000", memory: "90000Gi") },
                .nodes(nodes) { PerfTemplates.node($0) }, .measure(measured) { pinned("default", $0) },
            ]
        case "PreemptionAsync":
            let low = PerfTemplates.pod(cpu: "900m")
            let high = PerfTemplates.pod(["priority": 10], cpu: "3000m")
            return [
                .nodes(nodes) { PerfTemplates.node($0) }, .pods(first, wait: true) { low("low", $0) },
                .churn(.milliseconds(200)) { high("high", $0) }, .measure(measured) { plain("measured", $0) },
            ]
        case "Unschedulable", "SchedulingWithMixedChurn":
            let large = PerfTemplates.pod(["priority": 10], cpu: "9000m")
            let pause = row.name == "Unschedulable" ? 200 : 1000
            return [
                .nodes(nodes) { PerfTemplates.node($0) }, .pods(first, wait: true) { plain("first", $0) },
                .churn(.milliseconds(pause)) { large("large", $0) }, .measure(measured) { plain("measured", $0) },
            ]
        case "SchedulingWhileGated", "SchedulingGatedPodsWithPodAffinityImpactForThroughput":
            return gated(number("gatedPods"), number("deletingPods"), measured, isNear: row.name != "SchedulingWhileGated")
        case "SchedulingWithResourceClaimTemplate", "SteadyStateClusterResourceClaimTemplate": return PerfDevices.plan(row, number)
        default: return row.suite == "affinity" ? affinity(row, divisor: divisor) : nil
        }
    }

    private static func simple(
        _ nodes: Int, _ first: Int, _ measured: Int, zone: String? = nil, _ template: @escaping PerfTemplates.Pod
    ) -> [PerfStep] {
        [
            .nodes(nodes) { PerfTemplates.node($0, zone: zone) }, .pods(first, wait: true) { template("sched-0", $0) },
            .measure(measured) { template("sched-1", $0) },
        ]
    }

    private static func volumes(_ nodes: Int, _ first: Int, _ measured: Int, isCSI: Bool) -> [PerfStep] {
        let driver = "ebs.csi.aws.com"
        let all = first + measured
        let limits: PerfStep = .documents(
            Kind(group: "storage.k8s.io", "CSINode", prefix: "storage.k8s.io/csinodes/", namespaced: false), nodes
        ) {
            PerfTemplates.csiNode($0, driver)
        }
        let pod = PerfTemplates.claimed
        return [
            .nodes(nodes) { PerfTemplates.node($0) }, limits,
            .documents(PersistentVolumeFields.kind, all) { PerfTemplates.volume($0, isCSI ? driver : nil) },
            .documents(PersistentVolumeClaimFields.kind, all) { PerfTemplates.claim($0) },
            .pods(first, wait: true) { pod($0) }, .measure(measured) { pod(first + $0) },
        ]
    }

    private static func inclusion(_ tainted: Int, _ normal: Int, _ measured: Int) -> [PerfStep] {
        let constraint: Value = [
            "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule", "nodeTaintsPolicy": "Honor",
            "labelSelector": ["matchLabels": ["foo": "bar"]],
        ]
        let pod = PerfTemplates.pod(["topologySpreadConstraints": [constraint]], labels: ["foo": "bar"])
        return [
            .nodes(tainted) { PerfTemplates.node("tainted-\($0)", taints: [["key": "foo", "effect": "NoSchedule"]]) },
            .nodes(normal) { PerfTemplates.node($0) }, .measure(measured) { pod("default", $0) },
        ]
    }

    private static func gated(_ gated: Int, _ deleting: Int, _ measured: Int, isNear: Bool) -> [PerfStep] {
        var spec: Value = ["schedulingGates": [["name": "test.k8s.io/hold"]]]
        if isNear {
            spec["affinity"] = PerfTemplates.company("podAffinity", "app", "scheduler-perf", "kubernetes.io/hostname", ["default"])
        }
        let waiting = PerfTemplates.pod(spec, cpu: "1m")
        let light = PerfTemplates.pod(labels: ["app": "scheduler-perf"], cpu: "1m", memory: "1Mi")
        var steps: [PerfStep] = [
            .nodes(1) { _ in PerfTemplates.node("scheduler-perf-node", pods: 90_000, cpu: "9000", memory: "90000Gi") },
            .pods(gated, wait: false) { waiting("gated", $0) },
        ]
        if !isNear { steps.append(.pods(deleting, wait: true) { light("deleting", $0) }) }
        return steps + [.measure(measured) { light("default", $0) }]
    }

    private static func affinity(_ row: SchedulerPerf.Row, divisor: Int) -> [PerfStep]? {
        func number(_ name: String) -> Int { max(1, (row.parameters[name] ?? 0) / divisor) }
        let (nodes, first, measured) = (number("initNodes"), number("initPods"), number("measurePods"))
        let (host, zone, both) = ("kubernetes.io/hostname", "topology.kubernetes.io/zone", ["sched-1", "sched-0"])
        func pod(_ side: String, _ color: String, _ key: String, preferred: Bool = false) -> PerfTemplates.Pod {
            PerfTemplates.pod(
                ["affinity": PerfTemplates.company(side, "color", color, key, both, preferred: preferred)],
                labels: ["color": .string(color)])
        }
        let apart = pod("podAntiAffinity", "green", host)
        let together = pod("podAffinity", "blue", zone)
        let liked = pod("podAffinity", "red", host, preferred: true)
        let disliked = pod("podAntiAffinity", "yellow", host, preferred: true)
        switch row.name {
        case "SchedulingPodAntiAffinity": return simple(nodes, first, measured, apart)
        case "SchedulingPodMatchingAntiAffinity":
            let green = PerfTemplates.pod(labels: ["color": "green"])
            return [
                .nodes(nodes) { PerfTemplates.node($0) }, .pods(first, wait: true) { apart("sched-0", $0) },
                .measure(measured) { green("sched-1", $0) },
            ]
        case "SchedulingPodAffinity": return simple(nodes, first, measured, zone: "zone1", together)
        case "SchedulingPreferredPodAffinity": return simple(nodes, first, measured, liked)
        case "SchedulingPreferredPodAntiAffinity": return simple(nodes, first, measured, disliked)
        case "SchedulingNodeAffinity":
            return simple(nodes, first, measured, zone: "zone1", PerfTemplates.pod(["affinity": PerfTemplates.zones(["zone1", "zone2"])]))
        case "MixedSchedulingBasePod":
            let kinds = [PerfTemplates.pod(), together, apart, liked, disliked]
            return [.nodes(nodes) { PerfTemplates.node($0, zone: "zone1") }]
                + kinds.enumerated().map { number, template in .pods(first, wait: true) { template("sched-0", number * 1_000_000 + $0) } }
                + [.measure(measured) { PerfTemplates.pod()("default", $0) }]
        default: return selecting(row, nodes, number("initNamespaces"), number("initPodsPerNamespace"), measured)
        }
    }

    /// The cases whose terms select namespaces by label.
    private static func selecting(_ row: SchedulerPerf.Row, _ nodes: Int, _ namespaces: Int, _ each: Int, _ measured: Int) -> [PerfStep]? {
        let side = row.name.contains("Anti") ? "podAntiAffinity" : "podAffinity"
        let isPreferred = row.name.contains("Preferred")
        let color = isPreferred ? "red" : side == "podAffinity" ? "blue" : "green"
        let key = side == "podAffinity" && !isPreferred ? "topology.kubernetes.io/zone" : "kubernetes.io/hostname"
        let affinity = PerfTemplates.company(side, "color", color, key, [], preferred: isPreferred, team: "devops")
        let pod = PerfTemplates.pod(["affinity": affinity], labels: ["color": .string(color)])
        return [
            .nodes(nodes) { PerfTemplates.node($0, zone: "zone1") },
            .documents(NamespaceFields.kind, namespaces) { PerfTemplates.namespace("init-ns-\($0)", team: "devops") },
            .documents(NamespaceFields.kind, 1) { _ in PerfTemplates.namespace("measure-ns-0", team: "devops") },
            .pods(namespaces * each, wait: true) { pod("init-ns-\($0 % namespaces)", $0) },
            .measure(measured) { pod("measure-ns-0", $0) },
        ]
    }
}
