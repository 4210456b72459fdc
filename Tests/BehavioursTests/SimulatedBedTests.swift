import Behaviours
import Control
import Storage
import Testing

/// Every behaviour on a whole system in this process, each on one of its own.
@Suite struct SimulatedBedTests {
    @Test(arguments: Behaviour.all) func aBehaviourHolds(_ behaviour: Behaviour) throws {
        let simulation = Simulation(seed: 1)
        try simulation.run {
            let bed = try await SimulatedBed.start(
                clock: simulation.clock, store: .memory(clock: simulation.clock), executor: simulation.executor, random: simulation.random)
            try #require(behaviour.runs(on: bed))
            try await behaviour.run(on: bed, id: "b1")
            await bed.stop()
        }
    }

    @Test func everyBehaviourHasANameOfItsOwn() { #expect(Set(Behaviour.all.map(\.name)).count == Behaviour.all.count) }

    @Test func whatDoesNotComeToPassFailsAndTheTimeItTookIsSimulated() throws {
        let simulation = Simulation(seed: 1)
        let start = simulation.clock.now
        let never = Behaviour("pigs fly") { scene in try await scene.eventually("they fly", within: .seconds(3600)) { false } }
        #expect(throws: BehaviourFailure.self) {
            try simulation.run {
                let bed = try await SimulatedBed.start(
                    clock: simulation.clock, store: .memory(clock: simulation.clock), executor: simulation.executor,
                    random: simulation.random)
                try await never.run(on: bed, id: "b1")
            }
        }
        #expect(simulation.clock.now - start >= .seconds(3600))
    }
}
