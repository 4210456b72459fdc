import Documents
import KubeModel
import Testing

@testable import Kubelet

@Suite struct ResourcePlanTests {
    private static func container(_ name: String, requests: Value = [:], limits: Value = [:], restart: String? = nil) -> Value {
        var container: Value = ["name": .string(name), "resources": ["requests": requests, "limits": limits]]
        if let restart { container["restartPolicy"] = .string(restart) }
        return container
    }

    @Test func classesFollowRequestsAndLimits() {
        let full: Value = ["cpu": "1", "memory": "1Gi"]
        func quality(_ containers: [Value]) -> QualityOfService { QualityOfService(pod: ConfigSample.pod(containers: containers)) }
        #expect(quality([Self.container("a")]) == .bestEffort)
        #expect(quality([Self.container("a", limits: full)]) == .guaranteed)
        #expect(quality([Self.container("a", requests: full, limits: full), Self.container("b")]) == .burstable)
        #expect(quality([Self.container("a", requests: ["cpu": "100m"])]) == .burstable)
        #expect(quality([Self.container("a", limits: ["cpu": "1"])]) == .burstable)
    }

    @Test func sumsContainersAndTakesTheGreaterOfInitContainers() {
        var pod = ConfigSample.pod(containers: [
            Self.container("a", requests: ["cpu": "100m"]), Self.container("b", requests: ["cpu": "200m"], limits: ["memory": "1Gi"]),
        ])
        #expect(PodResources(pod: pod).requests["cpu"]?.milli == 300)
        #expect(PodResources(pod: pod).isLimited["memory"] == false)
        pod["spec"]["initContainers"] = [
            Self.container("side", requests: ["cpu": "50m"], restart: "Always"), Self.container("init", requests: ["cpu": "1"]),
        ]
        pod["spec"]["overhead"] = ["cpu": "10m"]
        #expect(PodResources(pod: pod).requests["cpu"]?.milli == 1060)
    }

    @Test(arguments: [(0, 2, 0), (1, 2, 1000), (100, 102, 10_000), (1500, 1536, 150_000), (1_000_000, 262_144, 100_000_000)])
    func convertsProcessors(milli: Int, shares: Int, quota: Int) {
        #expect(ControlGroupAmount.shares(milli: milli) == shares)
        #expect(ControlGroupAmount.quota(milli: milli) == quota)
    }

    @Test func scoresForTheWantOfMemory() {
        func score(_ container: Value, _ spec: Value = [:]) -> Int {
            let pod = ConfigSample.pod(spec, containers: [container])
            return ContainerResources.plan(container, PodText(pod), ConfigSample.settings).oomScoreAdjustment
        }
        #expect(score(Self.container("a")) == 1000)
        #expect(score(Self.container("a", limits: ["cpu": "1", "memory": "1Gi"])) == -997)
        #expect(score(Self.container("a", requests: ["memory": "1Gi"])) == 750)
        #expect(score(Self.container("a", requests: ["cpu": "1"])) == 999)
        #expect(score(Self.container("a", requests: ["memory": "5Gi"])) == 3)
        let critical: Value = ["priority": 2_000_001_000, "priorityClassName": "system-node-critical"]
        #expect(score(Self.container("a"), critical) == -997)
    }

    @Test func limitsContainers() {
        let container = Self.container("a", limits: ["cpu": "500m", "memory": "64Mi"])
        let plan = ContainerResources.plan(container, PodText(ConfigSample.pod(containers: [container])), ConfigSample.settings)
        #expect((plan.cpuShares, plan.cpuQuota, plan.cpuPeriod, plan.memoryLimit) == (512, 50_000, 100_000, 64 << 20))
    }
}
