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
    @Test func `a volume of two claims, on two nodes, and a Job beside another are seen`() {
        func volume(_ claim: String) -> Value { ["metadata": ["uid": "v"], "spec": ["claimRef": ["uid": .string(claim)]]] }
        let key = "core/persistentvolumes/v"
        #expect(verdict(VolumesBindOnce(), [(key, volume("a")), (key, volume("a"))]) == nil)
        #expect(verdict(VolumesBindOnce(), [(key, volume("a")), (key, volume("b"))]) != nil)
        let claim: Value = ["spec": ["volumeName": "v"]]
        let claims = ["a", "b"].map { (key: "core/persistentvolumeclaims/d/\($0)", document: claim) }
        #expect(verdict(VolumesBindOnce(), claims) != nil)
        #expect(verdict(VolumesBindOnce(), [claims[0], (claims[0].key, .null), claims[1]]) == nil)
        let attachment: Value = ["spec": ["source": ["persistentVolumeName": "v"]]]
        let attachments = ["a", "b"].map { (key: "storage.k8s.io/volumeattachments/\($0)", document: attachment) }
        #expect(verdict(AttachedOnce(), attachments) != nil)
        #expect(verdict(AttachedOnce(), [attachments[0], (attachments[0].key, .null), attachments[1]]) == nil)
        let name = (0..<9).map { "tick-\($0)" }.first { CronJobWorkload.policy($0) == "Forbid" } ?? ""
        func job(_ isOver: Bool) -> Value {
            let owner: Value = ["kind": "CronJob", "name": .string(name), "uid": "c"]
            return [
                "metadata": ["ownerReferences": [owner]],
                "status": ["conditions": isOver ? [["type": "Complete", "status": "True"]] : []],
            ]
        }
        #expect(verdict(CronJobsForbid(), [("batch/jobs/d/1", job(false)), ("batch/jobs/d/2", job(false))]) != nil)
        #expect(
            verdict(CronJobsForbid(), [("batch/jobs/d/1", job(false)), ("batch/jobs/d/1", job(true)), ("batch/jobs/d/2", job(false))])
                == nil)
        func autoscaler(_ wish: Int64) -> Value {
            ["spec": ["minReplicas": 2, "maxReplicas": 4], "status": ["desiredReplicas": .int(wish)]]
        }
        #expect(verdict(AutoscalersWithinBounds(), [("autoscaling/horizontalpodautoscalers/d/a", autoscaler(4))]) == nil)
        #expect(verdict(AutoscalersWithinBounds(), [("autoscaling/horizontalpodautoscalers/d/a", autoscaler(5))]) != nil)
    }
}
