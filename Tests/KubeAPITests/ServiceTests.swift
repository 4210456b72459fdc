import Documents
import KubeAPI
import KubeModel
import Reconcile
import Storage
import Testing

@Suite("Services and what a cluster starts with") struct ServiceTests {
    private let services = "/api/v1/namespaces/default/services"

    @Test("Node ports come from the range that the cluster says") func portRange() async throws {
        let bed = try await ClusterBed()
        try await APIServerSettings.store(["serviceNodePortRange": ["minPort": 20000, "maxPort": 20002]], in: bed.realm)
        for number in 0..<3 {
            let made = try await bed.post(services, Sample.service("s\(number)", type: "NodePort"))
            #expect((20000...20002).contains(made["spec"]["ports"][0]["nodePort"].int ?? 0))
        }
        var other = Sample.service("other", type: "NodePort")
        other["spec"]["ports"] = [["port": 80, "nodePort": 30080]]
        let refused = try await bed.post(services, other)
        #expect(refused["message"].string?.hasSuffix("The range of valid ports is 20000-20002") == true)
        try await APIServerSettings.store(.null, in: bed.realm)
        #expect(try await bed.post(services, other).status == 201)
    }

    @Test("A cluster starts with its namespaces and the kubernetes Service at the first address, however often") func bootstrap()
        async throws
    {
        let bed = try await ClusterBed()
        let namespaces = try await bed.get("/api/v1/namespaces")["items"].items.map { $0["metadata"]["name"] }
        #expect(namespaces == ["default", "kube-node-lease", "kube-public", "kube-system"])
        #expect(try await bed.get(services + "/kubernetes")["spec"]["clusterIP"] == "10.100.0.1")
        let slices = try await bed.get("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes")
        #expect(slices["endpoints"][0]["addresses"] == ["127.0.0.1"])
        let head = bed.realm.head
        try await bed.server.bootstrap()
        #expect(bed.realm.head == head)
    }

    @Test("Every Service gets an address of its own, which it keeps and gives back") func addresses() async throws {
        let bed = try await ClusterBed { $0.serviceCIDR = "10.0.0.0/29" }
        var taken: Set<String> = ["10.0.0.1"]
        for name in ["a", "b", "c", "d", "e"] {
            let created = try await bed.post(services, Sample.service(name))
            #expect(created.status == 201, "\(created.text)")
            taken.insert(created["spec"]["clusterIP"].string ?? "")
            #expect(created["spec"]["clusterIPs"] == [created["spec"]["clusterIP"]] && created["spec"]["ipFamilies"] == ["IPv4"])
        }
        #expect(taken.count == 6)
        let full = try await bed.post(services, Sample.service("f"))
        #expect(full.status == 422 && full.message.contains("range is full"))
        let freed = try await bed.get(services + "/c")["spec"]["clusterIP"]
        _ = try await bed.delete(services + "/c")
        #expect(try await bed.post(services, Sample.service("f"))["spec"]["clusterIP"] == freed)
        var outside = Sample.service("g")
        outside["spec"]["clusterIP"] = "192.168.0.1"
        #expect(try await bed.post(services, outside).message.contains("is not in the valid range"))
        outside["spec"]["clusterIP"] = "10.0.0.1"
        #expect(try await bed.post(services, outside).message.contains("provided IP is already allocated"))
    }

    @Test("An update that leaves the address out keeps it, and another address is refused") func keepsAddress() async throws {
        let bed = try await ClusterBed()
        let created = try await bed.post(services, Sample.service("web", type: "NodePort"))
        let port = created["spec"]["ports"][0]["nodePort"]
        #expect((30000...32767).contains(port.int ?? 0))
        let replaced = try await bed.put(services + "/web", Sample.service("web", type: "NodePort"))
        #expect(replaced["spec"]["clusterIP"] == created["spec"]["clusterIP"] && replaced["spec"]["ports"][0]["nodePort"] == port)
        let moved = try await bed.merge(services + "/web", ["spec": ["clusterIP": "10.100.9.9", "clusterIPs": ["10.100.9.9"]]])
        #expect(moved.status == 422 && moved.message.contains("may not change once set"))
        let plain = try await bed.merge(services + "/web", ["spec": ["type": "ClusterIP"]])
        #expect(plain.status == 200 && plain["spec"]["ports"][0]["nodePort"].isNull)
        var other = Sample.service("other", type: "NodePort")
        other["spec"]["ports"] = [["port": 80, "nodePort": port]]
        #expect(try await bed.post(services, other).status == 201)
        let headless = try await bed.post(services, Sample.headless)
        #expect(headless["spec"]["clusterIP"] == "None" && headless["spec"]["clusterIPs"] == ["None"])
    }

    @Test("A server that starts anew knows what is taken") func restart() async throws {
        let bed = try await ClusterBed { $0.serviceCIDR = "10.0.0.0/29" }
        for name in ["a", "b", "c"] { _ = try await bed.post(services, Sample.service(name)) }
        var configuration = APIServerConfiguration()
        configuration.serviceCIDR = "10.0.0.0/29"
        let second = APIServer(
            realm: bed.realm, schema: .kubernetes, kinds: .kubernetes, authenticators: [], authorizers: [SuperuserAuthorizer()],
            clock: bed.clock, random: bed.random, configuration: configuration)
        var addresses = try await bed.get(services)["items"].items.compactMap { $0["spec"]["clusterIP"].string }
        for name in ["d", "e"] {
            var service = Sample.service(name)
            service["metadata"]["namespace"] = "default"
            _ = try await second.apply(.create(Kind("Service", prefix: "core/services/"), service), by: "test")
            addresses.append(try await bed.get(services + "/" + name)["spec"]["clusterIP"].string ?? "")
        }
        #expect(Set(addresses).count == 6)
    }

    @Test("Secrets keep data only, Jobs select their own pods") func prepared() async throws {
        let bed = try await ClusterBed()
        let secret = try await bed.post(
            "/api/v1/namespaces/default/secrets", ["metadata": ["name": "s"], "stringData": ["user": "admin"]])
        #expect(secret["data"]["user"] == "YWRtaW4=" && secret["stringData"].isNull && secret["type"] == "Opaque")
        let template: Value = ["spec": ["restartPolicy": "Never", "containers": [["name": "main", "image": "busybox"]]]]
        let job = try await bed.post(
            "/apis/batch/v1/namespaces/default/jobs", ["metadata": ["name": "j"], "spec": ["template": template]])
        #expect(job.status == 201, "\(job.text)")
        #expect(
            job["spec"]["selector"]["matchLabels"]["batch.kubernetes.io/controller-uid"] == job["metadata"]["uid"])
        #expect(job["spec"]["template"]["metadata"]["labels"]["job-name"] == "j")
    }

    @Test("PUT creates where upstream does, and nowhere else") func createOnUpdate() async throws {
        let bed = try await ClusterBed()
        let lease: Value = ["metadata": ["name": "n1"], "spec": ["holderIdentity": "n1"]]
        let path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1"
        #expect(try await bed.put(path, lease).status == 201)
        #expect(try await bed.put(path, lease).status == 200)
        #expect(try await bed.put("/api/v1/namespaces/default/configmaps/none", Sample.configMap("none")).status == 404)
    }
}

extension Sample {
    static var headless: Value {
        var service = service("headless")
        service["spec"]["clusterIP"] = "None"
        return service
    }
}
