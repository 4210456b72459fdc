import AWSProtocol
import Documents
import Testing

@testable import AWSServices

/// What clusters say of the components of their control plane.
@Suite struct ControlPlaneComponentTests {
    private static let ports: Value = ["minPort": 20000, "maxPort": 29999]

    @Test func versionsTellDefaultsAndWhatMayBeSaidInstead() async throws {
        let bed = try await RegionBed()
        let answer = try await bed.call(bed.eks.table, "DescribeClusterVersions", ["clusterVersions": ["1.36", "1.30"]])["clusterVersions"]
        let config = try #require(answer.items.first { $0["clusterVersion"] == "1.36" })["controlPlaneComponentConfig"]
        #expect(config["kubeApiServerConfig"]["eventTtl"] == ["defaultValue": "60m", "constraints": ["min": "10m", "max": "60m"]])
        let range = config["kubeApiServerConfig"]["serviceNodePortRange"]
        #expect(range["defaultValue"] == ["minPort": 30000, "maxPort": 32767] && range["constraints"]["minPort"]["min"] == 10260)
        let strategy = config["kubeSchedulerConfig"]["nodeResourcesFit"]["scoringStrategy"]
        #expect(strategy["constraints"]["scoringStrategy"]["allowedValues"] == ["LeastAllocated", "MostAllocated"])
        #expect(answer.items.first { $0["clusterVersion"] == "1.30" }?["controlPlaneComponentConfig"].isNull == true)
    }
    @Test func aClusterTellsItsConfigurationAndUpdatesMergeIntoIt() async throws {
        let bed = try await RegionBed()
        try await bed.running {
            try await bed.makeCluster("one")
            func cluster() async throws -> Value { try await bed.call(bed.eks.table, "DescribeCluster", ["name": "one"])["cluster"] }
            #expect(try await cluster()["kubeApiServerConfig"]["eventTtl"] == "60m")
            #expect(bed.cloud.lastSpec?.apiServerConfig == .null, "the defaults need not be told")
            func update(_ input: Value) async throws -> Value {
                let update = try await bed.call(bed.eks.table, "UpdateClusterConfig", input.merged(["name": "one"]))["update"]
                try await bed.eventually("the update is Successful") {
                    let found = try await bed.call(bed.eks.table, "DescribeUpdate", ["name": "one", "updateId": update["id"]])
                    return found["update"]["status"] == "Successful"
                }
                try await bed.eventually("the cluster is ACTIVE") { try await bed.status(ofCluster: "one") == "ACTIVE" }
                return update
            }
            let both = try await update([
                "kubeApiServerConfig": ["eventTtl": "1h", "serviceNodePortRange": Self.ports],
                "kubeSchedulerConfig": ["nodeResourcesFit": ["scoringStrategy": ["type": "MostAllocated"]]],
            ])
            #expect(both["type"] == "ControlPlaneComponentConfigUpdate")
            #expect(both["params"].items.map { $0["type"] } == ["KubeApiServerConfig", "KubeSchedulerConfig"])
            _ = try await update(["kubeApiServerConfig": ["eventTtl": "10m"]])
            let present = try await cluster()
            #expect(present["kubeApiServerConfig"] == ["eventTtl": "10m", "serviceNodePortRange": Self.ports])
            #expect(present["kubeSchedulerConfig"]["nodeResourcesFit"]["scoringStrategy"]["type"] == "MostAllocated")
            #expect(present["kubeControllerManagerConfig"]["horizontalPodAutoscalerControllerConfig"].object?.isEmpty == false)
            #expect(bed.cloud.lastSpec?.apiServerConfig["eventTtl"] == "10m", "the control plane knows")
        }
    }
    @Test(
        arguments: [
            ("kubeApiServerConfig", ["eventTtl": "5m"]), ("kubeApiServerConfig", ["eventTtl": "90s"]),
            ("kubeApiServerConfig", ["eventTtl": "1h30m"]), ("kubeApiServerConfig", ["serviceNodePortRange": ["minPort": 80]]),
            ("kubeApiServerConfig", ["serviceNodePortRange": ["minPort": 31000, "maxPort": 30000]]),
            (
                "kubeControllerManagerConfig",
                ["horizontalPodAutoscalerControllerConfig": ["horizontalPodAutoscalerSyncPeriod": "10s"]]
            ),
            ("kubeControllerManagerConfig", ["podGcControllerConfig": ["terminatedPodGcThreshold": 5]]),
            (
                "kubeSchedulerConfig",
                ["nodeResourcesFit": ["scoringStrategy": ["resources": [["name": "example.com/disk", "weight": 1]]]]]
            ),
        ] as [(String, Value)])
    func whatIsNotSupportedIsRefused(member: String, input: Value) throws {
        #expect(throws: AWSError.self) { try ControlPlaneComponents.configuration(member, input, over: .null) }
    }
}
