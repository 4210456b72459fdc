import Documents
import Storage
import Testing

@testable import Behaviours

/// The checkers of trials see what they are there for.
@Suite struct InvariantTests {
    private func pod(_ name: String, node: String = "", uid: String = "u", cpu: String = "1", ip: String? = nil) -> Value {
        var pod: Value = [
            "metadata": ["name": .string(name), "uid": .string(uid), "creationTimestamp": "2027-01-15T08:01:00Z"],
            "spec": ["containers": [["resources": ["requests": ["cpu": .string(cpu)]]]]],
        ]
        if !node.isEmpty { pod["spec"]["nodeName"] = .string(node) }
        if let ip { pod["status"] = ["podIP": .string(ip)] }
        return pod
    }
    /// What the invariant says to documents that are written one after the other; nil when it has nothing to say.
    private func verdict(_ invariant: any Invariant, _ writes: [(key: String, document: Value)]) -> Violation? {
        var invariant = invariant
        for (revision, write) in writes.enumerated() {
            let change = Change(key: write.key, revision: Revision(revision + 1), before: .null, after: write.document)
            do throws(Violation) { try invariant.observe(change) } catch { return error }
        }
        return nil
    }

    @Test func `a pod that is bound again is seen`() {
        let (key, bound) = ("core/pods/default/a", pod("a", node: "n1"))
        #expect(verdict(BoundOnce(), [(key, pod("a")), (key, bound), (key, bound)]) == nil)
        #expect(verdict(BoundOnce(), [(key, bound), (key, pod("a", node: "n2"))]) != nil)
        #expect(verdict(BoundOnce(), [(key, bound), (key, pod("a"))]) != nil)
        #expect(verdict(BoundOnce(), [(key, bound), (key, .null), (key, pod("a", node: "n2", uid: "v"))]) == nil)
    }
    @Test func `a node that is over-committed is seen`() {
        let node: Value = ["status": ["allocatable": ["cpu": "1500m", "memory": "1Gi", "pods": "10"]]]
        let first = (key: "core/pods/default/a", document: pod("a", node: "n"))
        let second = (key: "core/pods/default/b", document: pod("b", node: "n"))
        #expect(verdict(NodesHold(), [("core/nodes/n", node), first, second]) != nil)
        #expect(verdict(NodesHold(), [("core/nodes/n", node), first, (first.key, .null), second]) == nil)
    }
    @Test func `two owners of an address are seen`() {
        let (first, second) = (pod("a", ip: "10.0.0.1"), pod("b", ip: "10.0.0.1"))
        #expect(verdict(UniqueAddresses(), [("core/pods/x/a", first), ("core/pods/x/b", second)]) != nil)
        #expect(verdict(UniqueAddresses(), [("core/pods/x/a", first), ("core/pods/x/a", .null), ("core/pods/x/b", second)]) == nil)
    }
    @Test func `a quota that is passed, a job that counts back and a state that AWS does not know are seen`() {
        let pods = (0..<3).map { (key: "core/pods/q/\($0)", document: pod("\($0)")) }
        #expect(verdict(QuotaHolds(namespace: "q", most: 3), pods) == nil)
        #expect(verdict(QuotaHolds(namespace: "q", most: 2), pods) != nil)
        func ending(by time: Value) -> [(key: String, document: Value)] {
            var ending = pods[0]
            ending.document["metadata"]["deletionTimestamp"] = time
            ending.document["metadata"]["deletionGracePeriodSeconds"] = 30
            return [ending] + pods[1...]
        }
        #expect(verdict(QuotaHolds(namespace: "q", most: 2), ending(by: "2027-01-15T08:00:30Z")) == nil)
        #expect(verdict(QuotaHolds(namespace: "q", most: 2), ending(by: "2027-01-15T08:00:31Z")) != nil)
        func job(_ succeeded: Int64) -> Value {
            ["metadata": ["uid": "u"], "spec": ["completions": 2], "status": ["succeeded": .int(succeeded)]]
        }
        #expect(verdict(JobsCount(), [("batch/jobs/d/j", job(2)), ("batch/jobs/d/j", job(1))]) != nil)
        #expect(verdict(JobsCount(), [("batch/jobs/d/j", job(3))]) != nil)
        func cluster(_ status: String) -> Value { ["metadata": ["uid": "u"], "status": ["status": .string(status)]] }
        #expect(verdict(AllowedStates(), ["CREATING", "ACTIVE", "UPDATING", "ACTIVE"].map { ("eks/clusters/c", cluster($0)) }) == nil)
        #expect(verdict(AllowedStates(), ["DELETING", "ACTIVE"].map { ("eks/clusters/c", cluster($0)) }) != nil)
    }
}
