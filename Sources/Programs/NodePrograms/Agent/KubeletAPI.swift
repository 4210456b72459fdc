import Documents
import KubeModel
import Kubelet
import LinuxNode

extension NodeBoot {
    /// What the node's own API needs to know.
    var serverSettings: KubeletServerSettings {
        var settings = KubeletServerSettings(
            nodeName: facts.name, names: [facts.name], addresses: [facts.address], authorityPEM: authority)
        settings.port = facts.port
        settings.configuration = kubeletConfiguration
        return settings
    }

    /// The kubelet's configuration as `/configz` shows it. Source: kubelet.config.k8s.io/v1beta1, and the EKS AMI's values.
    private var kubeletConfiguration: Value {
        [
            "address": "0.0.0.0", "port": .int(Int64(facts.port)), "maxPods": .int(Int64(facts.maxPods)),
            "clusterDomain": "cluster.local", "clusterDNS": .array(configuration.clusterDNS.map(Value.string)),
            "authentication": [
                "x509": ["clientCAFile": "/etc/kubernetes/pki/ca.crt"], "webhook": ["enabled": true, "cacheTTL": "2m0s"],
                "anonymous": ["enabled": false],
            ],
            "authorization": ["mode": "Webhook", "webhook": ["cacheAuthorizedTTL": "5m0s", "cacheUnauthorizedTTL": "30s"]],
            "cgroupDriver": "cgroupfs", "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock", "serverTLSBootstrap": true,
            "containerLogMaxSize": "10Mi", "containerLogMaxFiles": 5,
            "kubeReserved": [
                "cpu": "\(facts.size.reservedMillicores)m", "memory": "\(facts.size.reservedMemoryMiB)Mi", "ephemeral-storage": "1Gi",
            ],
            "evictionHard": [
                "memory.available": "100Mi", "nodefs.available": "10%", "nodefs.inodesFree": "5%", "imagefs.available": "15%",
                "imagefs.inodesFree": "5%", "pid.available": "5%",
            ],
        ]
    }
}
