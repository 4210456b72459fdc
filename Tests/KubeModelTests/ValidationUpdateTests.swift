import Documents
import Testing

@testable import KubeModel

/// What may not change, and what belongs to one operating system or one kind of volume alone.
@Suite struct ValidationUpdateTests {
    private static let container: Value = ["name": "c", "image": "nginx"]
    private func pod(_ extra: Value, old: Value? = nil) throws -> [String] {
        func full(_ extra: Value) -> Value {
            var spec: Value = ["containers": [Self.container]]
            for member in extra.object ?? [:] { spec[member.key] = member.value }
            return spec
        }
        return try validationErrors("v1", "Pod", full(extra), old: old.map(full))
    }
    private func job(_ extra: Value, old: Value = [:], status: Value = .null) throws -> [String] {
        func full(_ extra: Value) -> Value {
            var spec: Value = ["selector": ["matchLabels": ["a": "b"]], "completionMode": "Indexed", "completions": 2, "parallelism": 2]
            spec["template"] = [
                "metadata": ["labels": ["a": "b"]], "spec": ["restartPolicy": "Never", "containers": [Self.container]],
            ]
            for member in extra.object ?? [:] { spec[member.key] = member.value }
            return spec
        }
        return try validationErrors("batch/v1", "Job", full(extra), old: full(old), status: status)
    }

    @Test func theGraceOfAPodStays() throws {
        let found = try pod(["terminationGracePeriodSeconds": 5], old: ["terminationGracePeriodSeconds": 30])
        #expect(found.count == 1 && found[0].hasPrefix("spec: Forbidden: pod updates may not change fields other than"))
    }
    @Test func aGatedPodMayOnlyNarrowWhereItGoes() throws {
        let gates: Value = [["name": "example.com/g"]]
        let old: Value = ["schedulingGates": gates, "nodeSelector": ["a": "1"]]
        #expect(try pod(["schedulingGates": gates, "nodeSelector": ["a": "1", "b": "2"]], old: old) == [])
        #expect(
            try pod(["schedulingGates": gates, "nodeSelector": ["b": "2"]], old: old)
                == ["spec.nodeSelector: Invalid value: {\"b\":\"2\"}: only additions are allowed (no mutations or deletions)"])
        #expect(
            try pod(["nodeSelector": ["a": "1", "b": "2"]], old: ["nodeSelector": ["a": "1"]]).count == 1, "without gates nothing changes")
        func terms(_ expressions: Value) -> Value {
            let required: Value = ["nodeSelectorTerms": [["matchExpressions": expressions]]]
            return [
                "schedulingGates": gates, "affinity": ["nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": required]],
            ]
        }
        let (zone, arch): (Value, Value) = (["key": "zone", "operator": "Exists"], ["key": "arch", "operator": "Exists"])
        #expect(try pod(terms([zone]), old: ["schedulingGates": gates]) == [])
        #expect(try pod(terms([zone, arch]), old: terms([zone])) == [])
        let found = try pod(terms([arch]), old: terms([zone]))
        #expect(found.count == 1 && found[0].hasSuffix("only additions are allowed (no mutations or deletions)"))
    }
    @Test func aNewPodHasNeitherEphemeralContainersNorANodeBehindGates() throws {
        #expect(
            try pod(["ephemeralContainers": [["name": "e", "image": "i"]], "nodeName": "n", "schedulingGates": [["name": "g"]]])
                == [
                    "spec.ephemeralContainers: Forbidden: cannot be set on create",
                    "spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared",
                ])
    }

    @Test func aJobKeepsItsTemplateButForASuspendedOnesNodes() throws {
        func template(_ extra: Value) -> Value {
            var spec: Value = ["restartPolicy": "Never", "containers": [Self.container]]
            for member in extra.object ?? [:] { spec[member.key] = member.value }
            return ["metadata": ["labels": ["a": "b"]], "spec": spec]
        }
        let changed = template(["nodeSelector": ["zone": "a"]])
        #expect(try job(["template": changed, "suspend": true], old: ["suspend": true]) == [])
        let started = try job(
            ["template": changed, "suspend": true], old: ["suspend": true], status: ["startTime": "2026-01-01T00:00:00Z"])
        #expect(started.count == 1 && started[0].hasPrefix("spec.template: Invalid value:") && started[0].hasSuffix("field is immutable"))
        let other = try job(["template": template(["hostNetwork": true]), "suspend": true], old: ["suspend": true])
        #expect(other.count == 1 && other[0].hasSuffix("field is immutable"))
    }
    @Test func indexedJobsGrowWithTheirParallelism() throws {
        #expect(try job(["completions": 3, "parallelism": 3]) == [])
        #expect(
            try job(["completions": 3])
                == ["spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism"])
        #expect(
            try job(["backoffLimitPerIndex": 2], old: ["backoffLimitPerIndex": 1])
                == ["spec.backoffLimitPerIndex: Invalid value: 2: field is immutable"])
    }

    @Test(
        arguments: [
            (["schedule": "61 * * * *"], "spec.schedule: Invalid value: \"61 * * * *\": end of range (61) above maximum (59): 61"),
            (["schedule": "@often"], "spec.schedule: Invalid value: \"@often\": unrecognized descriptor: @often"),
            (["timeZone": "Europe/Pariss"], "spec.timeZone: Invalid value: \"Europe/Pariss\": unknown time zone Europe/Pariss"),
            (["timeZone": "../x"], "spec.timeZone: Invalid value: \"../x\": unknown time zone ../x"),
            (
                ["timeZone": "Local"],
                "spec.timeZone: Invalid value: \"Local\": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"
            ),
            (
                ["schedule": "TZ=UTC * * * * *"],
                "spec.schedule: Invalid value: \"TZ=UTC * * * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
            ),
        ] as [(Value, String)]) func cronJobsAreRefused(extra: Value, error: String) throws
    {
        let template: Value = ["spec": ["restartPolicy": "Never", "containers": [Self.container]]]
        var spec: Value = ["schedule": "* * * * *", "timeZone": "Europe/Paris", "jobTemplate": ["spec": ["template": template]]]
        for member in extra.object ?? [:] { spec[member.key] = member.value }
        #expect(try validationErrors("batch/v1", "CronJob", spec) == [error])
    }

    @Test func boundClaimsOnlyGrow() throws {
        func claim(_ size: String, _ extra: Value = [:]) -> Value {
            var spec: Value = ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": .string(size)]], "volumeName": "v"]
            for member in extra.object ?? [:] { spec[member.key] = member.value }
            return spec
        }
        let bound: Value = ["phase": "Bound", "capacity": ["storage": "2Gi"]]
        func change(_ new: Value, _ old: Value) throws -> [String] {
            try validationErrors("v1", "PersistentVolumeClaim", new, old: old, status: bound)
        }
        #expect(try change(claim("3Gi"), claim("2Gi")) == [])
        #expect(try change(claim("3Gi"), claim("4Gi")) == [], "it has less than it asks for now")
        #expect(
            try change(claim("1Gi"), claim("2Gi"))
                == ["spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"])
        let text =
            "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
        #expect(try change(claim("2Gi", ["volumeName": "w"]), claim("2Gi")) == [text])
        #expect(
            try change(claim("2Gi", ["resources": ["requests": ["storage": "2Gi"], "limits": ["storage": "9Gi"]]]), claim("2Gi")) == [text])
        #expect(
            try change(claim("2Gi"), claim("2Gi", ["volumeAttributesClassName": "gold"]))
                == ["spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden"])
    }

    @Test func statefulSetsRollWithinBounds() throws {
        let template: Value = ["metadata": ["labels": ["a": "b"]], "spec": ["containers": [Self.container]]]
        func set(_ strategy: Value) throws -> [String] {
            try validationErrors(
                "apps/v1", "StatefulSet", ["selector": ["matchLabels": ["a": "b"]], "template": template, "updateStrategy": strategy])
        }
        #expect(
            try set(["type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": 0]])
                == ["spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0"])
        #expect(
            try set(["type": "OnDelete", "rollingUpdate": ["partition": 1]]).first
                == "spec.updateStrategy.rollingUpdate: Invalid value: {\"partition\":1}: only allowed for updateStrategy '{RollingUpdate}'")
    }

    @Test(
        arguments: [
            (
                ["os": ["name": "windows"], "securityContext": ["runAsUser": 1]],
                ["spec.securityContext.runAsUser: Forbidden: cannot be set for a windows pod"]
            ),
            (
                ["os": ["name": "linux"], "securityContext": ["windowsOptions": ["runAsUserName": "a"]]],
                ["spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod"]
            ),
            (
                ["securityContext": ["windowsOptions": ["runAsUserName": "a\\b\\c"]]],
                [
                    "spec.securityContext.windowsOptions.runAsUserName: Invalid value: \"a\\\\b\\\\c\": runAsUserName cannot contain more than one backslash"
                ]
            ),
            (
                ["securityContext": ["windowsOptions": ["runAsUserName": "a?"]]],
                [
                    "spec.securityContext.windowsOptions.runAsUserName: Invalid value: \"a?\": runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]"
                ]
            ),
            (
                ["securityContext": ["windowsOptions": ["hostProcess": true]]],
                ["spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers"]
            ),
        ] as [(Value, [String])]) func fieldsOfTheOtherSystemAreRefused(spec: Value, found: [String]) throws
    { #expect(try pod(spec) == found) }

    @Test(
        arguments: [
            (
                ["iscsi": ["targetPortal": "1.2.3.4", "iqn": "odd", "lun": 0]],
                "iscsi.iqn: Invalid value: \"odd\": must be valid format starting with iqn, eui, or naa"
            ),
            (
                ["iscsi": ["targetPortal": "1.2.3.4", "iqn": "iqn.2001-04.com.example:disk", "lun": 256]],
                "iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive"
            ),
            (
                ["fc": ["wwids": ["a"], "targetWWNs": ["b"], "lun": 1]],
                "fc.targetWWNs: Invalid value: [\"b\"]: targetWWNs and wwids can not be specified simultaneously"
            ),
            (["nfs": ["server": "s", "path": "a"]], "nfs.path: Invalid value: \"a\": must be an absolute path"),
            (
                ["flexVolume": ["driver": "d", "options": ["kubernetes.io/a": "b"]]],
                "flexVolume.options[kubernetes.io/a]: Invalid value: \"kubernetes.io/a\": kubernetes.io and k8s.io namespaces are reserved"
            ),
            (
                ["downwardAPI": ["items": [["path": "a"]]]],
                "downwardAPI.items[0]: Required value: one of fieldRef and resourceFieldRef is required"
            ),
            (
                ["configMap": ["name": "m", "items": [["key": "k", "path": "..a"]]]],
                "configMap.items[0].path: Invalid value: \"..a\": must not start with '..'"
            ),
            (
                [
                    "projected": [
                        "sources": [
                            ["secret": ["name": "s", "items": [["key": "k", "path": "a"]]]],
                            ["configMap": ["name": "m", "items": [["key": "k", "path": "a"]]]],
                        ]
                    ]
                ], "projected: Invalid value: \"m\": conflicting duplicate paths"
            ),
            (
                ["projected": ["sources": [["secret": ["name": "s"], "configMap": ["name": "m"]]]]],
                "projected.sources[0]: Forbidden: may not specify more than 1 volume type per source"
            ),
            (["image": ["pullPolicy": "Always"]], "image.reference: Required value"),
        ] as [(Value, String)]) func volumesAreRefused(source: Value, error: String) throws
    {
        var volume = source
        volume["name"] = "v"
        #expect(try pod(["volumes": [volume]]) == ["spec.volumes[0].\(error)"])
    }
}
