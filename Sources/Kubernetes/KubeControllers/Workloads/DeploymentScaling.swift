import Control
import Documents
import KubeModel
import Reconcile

/// How many replicas each ReplicaSet gets.
extension DeploymentRollout {
    /// Scales a ReplicaSet and tells so.
    private mutating func scale(_ set: inout ManagedSet, to replicas: Int) {
        let old = set.replicas
        setReplicaAnnotations(&set.wanted)
        guard replicas != old else { return }
        set.wanted.spec.replicas = replicas
        let direction = replicas > old ? "up" : "down"
        tell(.normal("ScalingReplicaSet", "Scaled \(direction) replica set \(set.name) from \(old) to \(replicas)"))
    }
    private mutating func scaleNew(to replicas: Int) {
        guard var set = newSet else { return }
        scale(&set, to: replicas)
        newSet = set
    }
    private mutating func scaleOld(_ index: Int, to replicas: Int) {
        var set = oldSets[index]
        scale(&set, to: replicas)
        oldSets[index] = set
    }

    /// How many replicas the present ReplicaSet may have now, from so many. Source: deployment util, NewRSNewReplicas.
    func replicasOfNewSet(_ present: Int) -> Int {
        guard deployment.isRolling else { return deployment.replicas }
        let room = deployment.replicas + deployment.maxSurge - totalReplicas
        guard room > 0 else { return present }
        return present + min(room, max(0, deployment.replicas - present))
    }

    /// Scales the present ReplicaSet up or the old ones down, as far as surplus and missing pods allow.
    mutating func roll() {
        guard let set = newSet else { return }
        if set.replicas != deployment.replicas {
            scaleNew(to: set.replicas > deployment.replicas ? deployment.replicas : replicasOfNewSet(set.replicas))
            // One step at a time: the old ones follow when this one has been seen.
            if newSet?.replicas != set.replicas { return }
        }
        scaleDownOldSets()
    }

    /// Source: deployment controller, reconcileOldReplicaSets.
    private mutating func scaleDownOldSets() {
        guard let set = newSet, oldSets.contains(where: { $0.replicas > 0 }) else { return }
        let minimum = deployment.replicas - deployment.maxUnavailable
        let budget = totalReplicas - minimum - (set.replicas - set.available)
        guard budget > 0 else { return }
        // Pods that are not available serve nobody: they go first.
        var left = budget
        for index in oldSets.indices where left > 0 && oldSets[index].replicas > oldSets[index].available {
            let count = min(left, oldSets[index].replicas - oldSets[index].available)
            left -= count
            scaleOld(index, to: oldSets[index].replicas - count)
        }
        var surplus = allSets.reduce(0) { $0 + $1.available } - minimum
        for index in oldSets.indices where surplus > 0 && oldSets[index].replicas > 0 {
            let count = min(surplus, oldSets[index].replicas)
            surplus -= count
            scaleOld(index, to: oldSets[index].replicas - count)
        }
    }

    /// Ends the old pods before the new ones begin.
    mutating func recreate() {
        if oldSets.contains(where: { $0.replicas > 0 }) {
            for index in oldSets.indices where oldSets[index].replicas > 0 { scaleOld(index, to: 0) }
            return
        }
        let running = oldSets.contains { set in world.owned(Pod.self, by: set.original.uid).contains { !$0.isTerminated } }
        if running { return }
        settleNewSet(create: true)
        if let set = newSet, set.replicas != deployment.replicas { scaleNew(to: deployment.replicas) }
    }

    /// Spreads a change of the number of replicas over the ReplicaSets in proportion. Source: deployment controller, scale.
    mutating func scaleProportionally() {
        let active = allSets.filter { $0.replicas > 0 }
        if active.count <= 1 {
            guard let only = active.first ?? newSet ?? oldSets.last else { return }
            return scale(named: only.name, to: deployment.replicas)
        }
        if let set = newSet, set.replicas == deployment.replicas, set.available == deployment.replicas,
            set.original.annotation(DeploymentAnnotation.desired) == String(deployment.replicas)
        {
            for index in oldSets.indices where oldSets[index].replicas > 0 { scaleOld(index, to: 0) }
            return
        }
        guard deployment.isRolling else { return }
        let allowed = deployment.replicas > 0 ? deployment.replicas + deployment.maxSurge : 0
        let change = allowed - active.reduce(0) { $0 + $1.replicas }
        let ordered = active.sorted { left, right in
            if left.replicas != right.replicas { return left.replicas > right.replicas }
            return change > 0 ? left.created > right.created : left.created < right.created
        }
        var sizes: [Int] = []
        var added = 0
        for set in ordered {
            let share = change == 0 ? 0 : proportion(of: set, change, added)
            added += share
            sizes.append(set.replicas + share)
        }
        if change != 0 { sizes[0] = max(0, sizes[0] + change - added) }
        for (set, size) in zip(ordered, sizes) { scale(named: set.name, to: size) }
    }

    private mutating func scale(named name: String, to replicas: Int) {
        if newSet?.name == name { return scaleNew(to: replicas) }
        if let index = oldSets.firstIndex(where: { $0.name == name }) { scaleOld(index, to: replicas) }
    }

    /// The part of the change that falls to a ReplicaSet. Source: deployment util, GetReplicaSetProportion.
    private func proportion(of set: ManagedSet, _ change: Int, _ added: Int) -> Int {
        let left = change - added
        guard set.replicas != 0, left != 0 else { return 0 }
        let fraction: Int
        if deployment.replicas == 0 {
            fraction = -set.replicas
        } else {
            let maximum = deployment.replicas + deployment.maxSurge
            let earlier = set.original.annotation(DeploymentAnnotation.maximum).flatMap { Int($0) } ?? deployment.status.replicas ?? 0
            guard earlier > 0 else { return 0 }
            let share = (Double(set.replicas) * Double(maximum) / Double(earlier)).rounded()
            fraction = Int(min(share, Double(Int32.max))) - set.replicas
        }
        return change > 0 ? min(fraction, left) : max(fraction, left)
    }
}
