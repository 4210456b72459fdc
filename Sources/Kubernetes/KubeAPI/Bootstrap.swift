import Documents
import KubeModel
import Storage

/// What every cluster has from the start. Source: upstream's system namespaces and kubernetes-service controllers.
enum Bootstrap {
    static let namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"]
    /// Namespaces that cannot be deleted. Source: upstream's NamespaceLifecycle plugin.
    static let immortal: Set = ["default", "kube-system", "kube-public"]
    /// The class that EKS gives every cluster; from Kubernetes 1.30 on it is nobody's default. Source: EKS User Guide, "Kubernetes 1.30".
    static let storageClass: Value = [
        "metadata": ["name": "gp2"], "provisioner": "kubernetes.io/aws-ebs", "parameters": ["fsType": "ext4", "type": "gp2"],
        "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer",
    ]
}

extension APIServer {
    /// Creates the system namespaces and the `kubernetes` Service with its endpoints, and corrects the endpoints. May be repeated.
    /// - Parameter addresses: of all servers of the realm; nil for those of the configuration.
    /// - Throws: `KubeStatus`.
    package func bootstrap(advertising addresses: [String]? = nil) async throws {
        let options = Self.ownOptions
        var stale: [String: Revision] = [:]
        await repairClaims(&stale)
        // Only at the first start: whoever deletes the class does not want it back.
        if realm.snapshot().get("core/services/default/kubernetes") == nil {
            try await ensure("storage.k8s.io/v1", "storageclasses", Bootstrap.storageClass, options) { $0 }
        }
        for name in Bootstrap.namespaces {
            try await ensure("v1", "namespaces", ["metadata": ["name": .string(name)]], options) { $0 }
        }
        let range: Value = ["cidrs": [.string(AddressRange(configuration.serviceCIDR).text)]]
        try await ensure("networking.k8s.io/v1", "servicecidrs", ["metadata": ["name": "kubernetes"], "spec": range], options) { $0 }
        let labels: Value = ["component": "apiserver", "provider": "kubernetes"]
        try await ensure(
            "v1", "services",
            [
                "metadata": ["name": "kubernetes", "namespace": "default", "labels": labels],
                "spec": [
                    "type": "ClusterIP", "clusterIP": .string(AddressRange(configuration.serviceCIDR).address(1)),
                    "sessionAffinity": "None",
                    "ports": [["name": "https", "protocol": "TCP", "port": 443, "targetPort": .int(Int64(configuration.advertisePort))]],
                ],
            ], options
        ) { [configuration] old in
            var new = old
            let port: Value = .int(Int64(configuration.advertisePort))
            guard var ports = old["spec"]["ports"].array, !ports.isEmpty, ports[0]["targetPort"] != port else { return old }
            ports[0]["targetPort"] = port
            new["spec"]["ports"] = .array(ports)
            return new
        }
        try await ensureEndpoints(addresses ?? configuration.advertiseAddresses, options)
        try await ensureAuthentication(options)
    }

    /// What aggregated APIs need to know who asks. Source: upstream's cluster authentication trust controller.
    private func ensureAuthentication(_ options: WriteOptions) async throws {
        guard let authority = configuration.clientAuthority else { return }
        let data: Value = [
            "client-ca-file": .string(authority), "requestheader-allowed-names": .string("[\(RequestHeader.frontProxy.quoted)]"),
            "requestheader-client-ca-file": .string(authority), "requestheader-extra-headers-prefix": #"["X-Remote-Extra-"]"#,
            "requestheader-group-headers": #"["X-Remote-Group"]"#, "requestheader-uid-headers": #"["X-Remote-Uid"]"#,
            "requestheader-username-headers": #"["X-Remote-User"]"#,
        ]
        let metadata: Value = ["name": "extension-apiserver-authentication", "namespace": "kube-system"]
        try await ensure("v1", "configmaps", ["metadata": metadata, "data": data], options) { old in
            var new = old
            new["data"] = data
            return new
        }
    }

    private static let ownOptions = WriteOptions(
        user: UserInfo("system:apiserver", groups: ["system:masters", "system:authenticated"]), fieldManager: "kube-apiserver")

    /// Leads the `kubernetes` Service to these addresses.
    /// - Throws: `KubeStatus`.
    package func advertise(_ addresses: [String]) async throws { try await ensureEndpoints(addresses, Self.ownOptions) }

    private func ensureEndpoints(_ hosts: [String], _ options: WriteOptions) async throws {
        let addresses = hosts.map(Value.string)
        let port: Value = ["name": "https", "port": .int(Int64(configuration.advertisePort)), "protocol": "TCP"]
        let endpoints = Value.array(addresses.map { ["addresses": [$0], "conditions": ["ready": true]] })
        try await ensure(
            "discovery.k8s.io/v1", "endpointslices",
            [
                "metadata": [
                    "name": "kubernetes", "namespace": "default", "labels": ["kubernetes.io/service-name": "kubernetes"],
                ],
                "addressType": "IPv4", "endpoints": endpoints, "ports": [port],
            ], options
        ) { old in
            var new = old
            new["endpoints"] = endpoints
            new["ports"] = [port]
            return new
        }
        let subsets: Value = [["addresses": .array(addresses.map { ["ip": $0] }), "ports": [port]]]
        try await ensure(
            "v1", "endpoints",
            [
                "metadata": [
                    "name": "kubernetes", "namespace": "default", "labels": ["endpointslice.kubernetes.io/skip-mirror": "true"],
                ],
                "subsets": subsets,
            ], options
        ) { old in
            var new = old
            new["subsets"] = subsets
            return new
        }
    }

    /// Creates a document, or changes the one that is there.
    private func ensure(
        _ apiVersion: String, _ plural: String, _ document: Value, _ options: WriteOptions, _ correct: (Value) -> Value
    ) async throws {
        guard let info = kinds.find(apiVersion: apiVersion, plural: plural) else { return }
        let metadata = document["metadata"]
        let target = Target(info, namespace: metadata["namespace"].string ?? "", name: metadata["name"].string ?? "")
        let warnings = Warnings()
        guard realm.snapshot().get(target.key) == nil else {
            _ = try await update(target, options, warnings, retries: Self.updateAttempts) { old in
                var new = correct(old)
                guard new != old else { return old }
                try shape(&new, info, options, warnings)
                return new
            }
            return
        }
        var new = document
        new["apiVersion"] = .string(info.apiVersion)
        new["kind"] = .string(info.kind)
        try shape(&new, info, options, warnings)
        _ = try await create(target, new, options, warnings)
    }
}
