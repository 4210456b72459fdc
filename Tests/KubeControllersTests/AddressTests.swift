import Control
import Documents
import KubeAPI
import KubeControllers
import KubeModel
import Reconcile
import Storage
import Testing

/// The ranges of Services' addresses, and who has which.
@Suite struct AddressTests {
    private func service(_ plane: ControlPlaneBed, _ name: String, _ address: String) async throws {
        let spec: Value = ["clusterIP": .string(address), "ports": [["port": 80]]]
        try await plane.apply(
            .create(ServiceFields.kind, ["metadata": ["name": .string(name), "namespace": "default"], "spec": spec]))
        plane.bed.settle()
    }
    private func ready(_ plane: ControlPlaneBed, _ name: String) throws -> Value {
        try #require(plane.bed.get(ServiceCIDR.self, name)?.value["status"]["conditions"].items.first { $0["type"] == "Ready" })
    }

    @Test func theClustersRangeIsAnObject() async throws {
        let plane = try await ControlPlaneBed()
        let range = try #require(plane.bed.get(ServiceCIDR.self, "kubernetes"))
        #expect(range.value["spec"]["cidrs"] == ["10.100.0.0/16"])
        #expect(range.metadata.finalizers == ["networking.k8s.io/service-cidr-finalizer"])
        let condition = try ready(plane, "kubernetes")
        #expect(condition["status"] == "True" && condition["message"] == "Kubernetes default Service CIDR is ready")
        plane.bed.stop()
    }
    @Test func anAddressIsKeptForEachService() async throws {
        let plane = try await ControlPlaneBed()
        let first = try #require(plane.bed.get(IPAddress.self, "10.100.0.1"))
        #expect(first.value["spec"]["parentRef"]["name"] == "kubernetes" && first.value["spec"]["parentRef"]["namespace"] == "default")
        try await service(plane, "web", "10.100.7.7")
        try await service(plane, "none", "None")
        let address = try #require(plane.bed.get(IPAddress.self, "10.100.7.7"))
        #expect(address.value["spec"]["parentRef"]["resource"] == "services")
        #expect(
            address.metadata.labels == [
                "ipaddress.kubernetes.io/ip-family": "IPv4", "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
            ])
        try await plane.apply(.delete(IPAddressFields.kind, namespace: nil, name: "10.100.7.7", uid: nil))
        plane.bed.settle()
        #expect(plane.bed.get(IPAddress.self, "10.100.7.7") != nil, "a lost one is made again")
        try await plane.apply(.delete(ServiceFields.kind, namespace: "default", name: "web", uid: nil))
        plane.bed.settle()
        #expect(plane.bed.list(IPAddress.self).map(\.metadata.name) == ["10.100.0.1"])
        plane.bed.stop()
    }
    @Test func anAddressGoesFromOneServiceToTheNextAtOnce() async throws {
        let plane = try await ControlPlaneBed()
        try await service(plane, "old", "10.100.7.7")
        try await plane.apply(.delete(ServiceFields.kind, namespace: "default", name: "old", uid: nil))
        // Nothing has settled yet: the old one's IPAddress is still there.
        try await service(plane, "new", "10.100.7.7")
        #expect(plane.bed.get(IPAddress.self, "10.100.7.7")?.value["spec"]["parentRef"]["name"] == "new")
        plane.bed.stop()
    }
    @Test func anAddressThatSomebodyElseHasIsNotGiven() async throws {
        let plane = try await ControlPlaneBed()
        let parent: Value = ["group": "gateway.networking.k8s.io", "resource": "gateways", "namespace": "default", "name": "edge"]
        try await plane.apply(
            .create(IPAddressFields.kind, ["metadata": ["name": "10.100.7.7"], "spec": ["parentRef": parent]]))
        await #expect(throws: ChangeError.self) { try await service(plane, "web", "10.100.7.7") }
        try await service(plane, "web", "10.100.7.8")
        plane.bed.stop()
    }
    @Test func aSecondRangeGivesAddressesAndStaysWhileTheyAreUsed() async throws {
        let plane = try await ControlPlaneBed()
        await #expect(throws: ChangeError.self) { try await service(plane, "web", "10.200.0.7") }
        try await plane.apply(
            .create(ServiceCIDRFields.kind, ["metadata": ["name": "more"], "spec": ["cidrs": ["10.200.0.0/28"]]]))
        plane.bed.settle()
        #expect(try ready(plane, "more")["message"] == "Kubernetes Service CIDR is ready")
        try await service(plane, "web", "10.200.0.7")
        #expect(await plane.delete("/apis/networking.k8s.io/v1/servicecidrs/more", "Background") == 200)
        try await plane.advance(30)
        let condition = try ready(plane, "more")
        #expect(condition["status"] == "False" && condition["reason"] == "Terminating")
        let text = "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR"
        #expect(condition["message"].string == text)
        await #expect(throws: ChangeError.self) { try await service(plane, "other", "10.200.0.8") }
        // Who has an address of it may change all the same.
        try await plane.apply(
            .patch(ServiceFields.kind, namespace: "default", name: "web", ["metadata": ["labels": ["some": "label"]]]))
        try await plane.apply(.delete(ServiceFields.kind, namespace: "default", name: "web", uid: nil))
        try await plane.advance(30)
        #expect(plane.bed.get(ServiceCIDR.self, "more") == nil)
        plane.bed.stop()
    }
}
