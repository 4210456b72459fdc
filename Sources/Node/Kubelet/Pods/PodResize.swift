import KubeModel
import Control
import Documents

/// How containers get other resources while they run. Source: Kubernetes documentation, resize CPU and memory of containers.
extension PodMachine {
    /// The resources that a running container has.
    func size(of slot: ContainerSlot, _ status: ContainerStatus) -> Value {
        if let known = sizes[status.id] { return known }
        let list = slot.place == .initial ? "initContainerStatuses" : "containerStatuses"
        let reported = sent[list].items.first { $0["containerID"].string == "containerd://\(status.id)" } ?? .null
        guard !reported["state"]["running"].isNull, !reported["resources"].isNull else { return slot.spec["resources"] }
        return reported["resources"]
    }

    /// Resizes a container whose specification asks for it; one whose policy says so is started anew.
    mutating func planResize(_ slot: ContainerSlot, _ status: ContainerStatus, _ now: Timestamp) -> [PodOperation] {
        let (wanted, has) = (slot.spec["resources"], size(of: slot, status))
        func part(_ value: Value, _ resource: String) -> [Value] { [value["requests"][resource], value["limits"][resource]] }
        let changed = ["cpu", "memory"].filter { part(wanted, $0) != part(has, $0) }
        guard !changed.isEmpty, condemned[status.id] == nil, fits(wanted) else { return [] }
        let restarts = slot.spec["resizePolicy"].items.contains { policy in
            policy["restartPolicy"] == "RestartContainer" && changed.contains(policy["resourceName"].string ?? "")
        }
        if restarts {
            sizes[status.id] = has
            condemned[status.id] = Condemnation(message: "Container \(slot.name) resize requires restart")
            return stop(status, message: "Container \(slot.name) resize requires restart", now)
        }
        sizes[status.id] = has
        guard may("resize \(slot.name)", now) else { return [] }
        let addresses = sandbox?.addresses ?? []
        return [.resize(ContainerResize(slot: slot, status: status, image: slot.image, addresses: addresses))]
    }

    /// Whether the node could ever give that much.
    private func fits(_ resources: Value) -> Bool {
        ["cpu", "memory"].allSatisfy { resource in
            Admission.amount(resources["requests"][resource], resource) <= Admission.amount(facts.size.allocatable[resource], resource)
        }
    }
}
