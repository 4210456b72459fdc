import Cryptography
import Documents
import KubeModel
import Testing

@testable import Kubelet

@Suite struct VolumePlanTests {
    private func files(
        _ volume: Value, _ sources: PodSources = PodSources(), spec: Value = [:], tokens: [Int: IssuedToken] = [:]
    ) throws(PodHostError) -> [String: VolumeFile]? {
        try VolumePayload(
            pod: ConfigSample.pod(spec), sources: sources, settings: ConfigSample.settings, addresses: ["10.0.1.7"], tokens: tokens
        ).files(of: volume)
    }
    private func fault(_ volume: Value, _ sources: PodSources = PodSources()) -> PodHostError? {
        do throws(PodHostError) { _ = try files(volume, sources) } catch { return error }
        return nil
    }
    private var sources: PodSources {
        var sources = PodSources()
        sources.configMaps["m"] = .found(["data": ["a": "1", "b": "2"], "binaryData": ["c": .string(Base64.encode([0, 255]))]])
        sources.secrets["s"] = ConfigSample.secret(["key": "hidden"])
        return sources
    }

    @Test func writesWholeMapsAndChosenItems() throws {
        let all = try #require(try files(["configMap": ["name": "m", "defaultMode": 0o400]], sources))
        #expect(all.mapValues(\.bytes) == ["a": [49], "b": [50], "c": [0, 255]])
        #expect(all.values.allSatisfy { $0.mode == 0o400 })
        let items: Value = [["key": "a", "path": "deep/er/x", "mode": 0o600]]
        let some = try #require(try files(["configMap": ["name": "m", "items": items]], sources))
        #expect(some == ["deep/er/x": VolumeFile([49], mode: 0o600)])
    }

    @Test func tellsWhatIsMissing() {
        let items: Value = [["key": "z", "path": "z"]]
        #expect(fault(["configMap": ["name": "none"]]) == .config("configmap \"none\" not found"))
        #expect(fault(["secret": ["secretName": "none"]]) == .config("secret \"none\" not found"))
        #expect(fault(["configMap": ["name": "none", "optional": true]]) == nil)
        #expect(fault(["configMap": ["name": "m", "items": items]], sources) == .config("configmap references non-existent config key: z"))
        #expect(fault(["secret": ["secretName": "s", "items": items]], sources) == .config("references non-existent secret key: z"))
        #expect(fault(["secret": ["secretName": "s", "items": items, "optional": true]], sources) == nil)
    }

    @Test func projectsSourcesTogetherAndTellsAllThatIsWrong() throws {
        let projected: Value = [
            "defaultMode": 0o644,
            "sources": [
                ["serviceAccountToken": ["path": "token"]], ["configMap": ["name": "m", "items": [["key": "a", "path": "ca.crt"]]]],
                ["secret": ["name": "s"]], ["downwardAPI": ["items": [["path": "ns", "fieldRef": ["fieldPath": "metadata.namespace"]]]]],
            ],
        ]
        let made = try #require(try files(["projected": projected], sources, tokens: [0: .token("t")]))
        #expect(
            made.mapValues { String(decoding: $0.bytes, as: UTF8.self) } == ["token": "t", "ca.crt": "1", "key": "hidden", "ns": "shop"])
        #expect(made["token"]?.mode == 0o644 && made["token"]?.owner == nil)
        let own = try #require(
            try files(["projected": projected], sources, spec: ["securityContext": ["runAsUser": 77]], tokens: [0: .token("t")]))
        #expect(own["token"]?.mode == 0o600 && own["token"]?.owner == 77)
        #expect(
            fault(["projected": ["sources": [["configMap": ["name": "x"]], ["secret": ["name": "y"]]]]])
                == .config("[configmap \"x\" not found, secret \"y\" not found]"))
        #expect(
            fault(["projected": ["sources": [["clusterTrustBundle": ["path": "p"]]]]])
                == .config("ClusterTrustBundle projection is not supported"))
    }

    @Test func plansMounts() throws {
        let container: Value = [
            "name": "web", "env": [["name": "POD", "value": "web-0"]],
            "volumeMounts": [
                ["name": "data", "mountPath": "/data", "subPath": "a//./b"],
                ["name": "data", "mountPath": "rel", "subPathExpr": "logs/$(POD)", "mountPropagation": "HostToContainer"],
                ["name": "conf", "mountPath": "/etc/conf"],
            ],
        ]
        let volumes = ["data": MountedVolume(path: "/v/data"), "conf": MountedVolume(path: "/v/conf", isReadOnly: true)]
        let environment = try ContainerEnvironment(
            of: container, in: ConfigSample.pod(containers: [container]), sources: PodSources(), addresses: [],
            settings: ConfigSample.settings)
        let mounts = try MountPlan.plan(container, volumes: volumes, environment: environment, settings: ConfigSample.settings)
        #expect(mounts.map(\.subpath) == ["a/b", "logs/web-0", ""])
        #expect(mounts.map(\.containerPath) == ["/data", "/rel", "/etc/conf"])
        #expect(mounts.map(\.isReadOnly) == [false, false, true] && mounts[1].propagation == .hostToContainer)
    }

    @Test(
        arguments: [
            (["name": "x", "mountPath": "/x"], "cannot find volume \"x\" to mount into container \"web\""),
            (["name": "v", "mountPath": "/x", "subPath": "/abs"], "error SubPath `/abs` must not be an absolute path"),
            (["name": "v", "mountPath": "/x", "subPath": "a/../.."], "unable to provision SubPath `a/../..`: must not contain '..'"),
            (["name": "v", "mountPath": "/x", "subPathExpr": "$(NONE)"], "missing value for \"NONE\""),
            (
                ["name": "v", "mountPath": "/x", "readOnly": true, "recursiveReadOnly": "Enabled"],
                "volume \"v\" requested recursive read-only mode, but it is not supported by the runtime"
            ),
        ] as [(Value, String)])
    func refusesMounts(mount: Value, message: String) throws {
        let container: Value = ["name": "web", "volumeMounts": [mount]]
        let environment = try ContainerEnvironment(
            of: container, in: ConfigSample.pod(containers: [container]), sources: PodSources(), addresses: [],
            settings: ConfigSample.settings)
        #expect(throws: PodHostError.config(message)) {
            try MountPlan.plan(
                container, volumes: ["v": MountedVolume(path: "/v")], environment: environment, settings: ConfigSample.settings)
        }
    }
}
