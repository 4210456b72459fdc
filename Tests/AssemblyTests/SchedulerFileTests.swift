import Assembly
import Control
import Documents
import KubeModel
import Storage
import Testing

@testable import Behaviours

@Suite("A server's file of schedulers") struct SchedulerFileTests {
    @Test("Clusters that say nothing of their scheduler have the profiles of the server's file") func profiles() throws {
        let simulation = Simulation(seed: 1)
        try simulation.run {
            let file = try SchedulerFile(
                "{apiVersion: kubescheduler.config.k8s.io/v1, kind: KubeSchedulerConfiguration, profiles: [{schedulerName: second}]}")
            let bed = try await SimulatedBed.start(
                clock: simulation.clock, store: .memory(clock: simulation.clock), executor: simulation.executor, random: simulation.random,
                scheduler: file)
            let scene = Scene(bed: bed, id: "s1")
            let stage = try await scene.cluster(nodes: 1)
            try await stage.pod("ours", ["schedulerName": "second"])
            try await stage.pod("nobodys", ["schedulerName": "third"])
            try await scene.eventually("the file's profile binds the pod") {
                try await stage.find(PodFields.kind, scene.name("ours"))?.isReadyPod == true
            }
            let other = try await stage.find(PodFields.kind, scene.name("nobodys"))
            try scene.expect(other?.nodeName == "", "a pod of a scheduler that nobody runs stands on \(other?.nodeName ?? "nothing")")
            await bed.stop()
        }
    }
}
