import Documents
import Testing

@testable import KubeModel

/// The walk that only tells whether anything is wrong against the one that says what.
@Suite struct QuickRulesTests {
    private static let pod: Value = [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": ["name": "web", "namespace": "default", "labels": ["app": "web"], "annotations": ["a/b": "c"]],
        "spec": [
            "volumes": [["name": "data", "emptyDir": [:]], ["name": "conf", "configMap": ["name": "c", "defaultMode": 420]]],
            "initContainers": [["name": "first", "image": "a:1"]],
            "containers": [
                [
                    "name": "main", "image": "nginx", "env": [["name": "A", "value": "b"], ["name": "B"]],
                    "ports": [["containerPort": 80, "name": "http", "protocol": "TCP"], ["containerPort": 81]],
                    "resources": ["limits": ["cpu": "1", "memory": "1Gi"], "requests": ["cpu": "500m"]],
                    "volumeMounts": [["name": "data", "mountPath": "/a"], ["name": "conf", "mountPath": "/b"]],
                    "livenessProbe": ["httpGet": ["path": "/", "port": "http", "scheme": "HTTP"], "periodSeconds": 3],
                ]
            ],
            "tolerations": [["key": "a", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300]],
            "topologySpreadConstraints": [["maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"]],
            "affinity": ["podAntiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [["topologyKey": "a"]]]],
            "nodeSelector": ["disk": "ssd"], "restartPolicy": "Always", "priorityClassName": "high",
        ],
    ]
    private static let others: [Value] = [
        nil, "", "a", "A_", "-", 0, -1, 70_000, 511, 512, [], [:], "TCP", "Always", "http", "x/y/z", true, [["name": "data"]], "1.2.3.4",
    ]

    /// The document with something at one place exchanged, doubled or gone.
    private static func spoiled(_ value: Value, _ random: inout RandomDocuments) -> Value {
        switch value {
        case .object(var object) where !object.isEmpty:
            let place = random.below(object.count)
            if random.below(9) == 0 {
                object[object[place].key] = nil
            } else {
                object[place].value = spoiled(object[place].value, &random)
            }
            return .object(object)
        case .array(var items) where !items.isEmpty:
            let place = random.below(items.count)
            if random.below(6) == 0 { items.append(items[place]) } else { items[place] = spoiled(items[place], &random) }
            return .array(items)
        default: return others[random.below(others.count)]
        }
    }

    @Test func sameJudgementOfPods() throws {
        let info = try #require(KindTable.kubernetes.find(apiVersion: "v1", plural: "pods"))
        var (random, counts) = (RandomDocuments(5), [false: 0, true: 0])
        var base = Self.pod
        Defaulting.apply(info, to: &base)
        #expect(Validation.isFine(info, base, nil, ""))
        for _ in 0..<4000 {
            var pod = base
            for _ in 0...random.below(2) { pod = Self.spoiled(pod, &random) }
            let errors = Validation.errors(info, pod, nil, "", .root)
            let isFine = Validation.isFine(info, pod, nil, "")
            #expect(isFine == errors.isEmpty, "\(JSON.text(pod)) \(errors)")
            counts[isFine, default: 0] += 1
        }
        #expect(counts[true, default: 0] > 300 && counts[false, default: 0] > 300)
    }

    @Test func sameJudgementOfEveryKind() throws {
        var random = RandomDocuments(6)
        for info in KindTable.kubernetes {
            guard let type = Schema.kubernetes.type(of: info) else { continue }
            for _ in 0..<12 {
                let document = random.document(type)
                #expect(
                    Validation.isFine(info, document, nil, "") == Validation.errors(info, document, nil, "", .root).isEmpty,
                    "\(info.kind) \(JSON.text(document))")
            }
        }
    }
}
