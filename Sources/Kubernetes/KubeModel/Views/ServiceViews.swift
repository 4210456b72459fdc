package import Documents

/// A service. The short name is `KubeService`, since `Service` is something that runs.
package typealias KubeService = View<ServiceFields>
/// The fields of that. Source: Service of Kubernetes 1.36.
package struct ServiceFields: KindFields {
    package init() {}
    package static let kind = Kind("Service", prefix: "core/services/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, View<ServiceSpecFields>>("spec")
    package let status = Field<Self, View<ServiceStatusFields>>("status")
}

/// What a service should be.
package typealias ServiceSpec = View<ServiceSpecFields>
/// The fields of that. Source: ServiceSpec of Kubernetes 1.36.
package struct ServiceSpecFields: Fields {
    package init() {}
    package let allocateLoadBalancerNodePorts = Field<Self, Bool>("allocateLoadBalancerNodePorts")
    package let clusterIP = Field<Self, String>("clusterIP"), clusterIPs = Field<Self, [String]>("clusterIPs")
    package let externalIPs = Field<Self, [String]>("externalIPs"), externalName = Field<Self, String>("externalName")
    package let externalTrafficPolicy = Field<Self, String>("externalTrafficPolicy")
    package let healthCheckNodePort = Field<Self, Int>("healthCheckNodePort")
    package let internalTrafficPolicy = Field<Self, String>("internalTrafficPolicy")
    package let ipFamilies = Field<Self, [String]>("ipFamilies"), ipFamilyPolicy = Field<Self, String>("ipFamilyPolicy")
    package let loadBalancerClass = Field<Self, String>("loadBalancerClass")
    package let loadBalancerIP = Field<Self, String>("loadBalancerIP")
    package let loadBalancerSourceRanges = Field<Self, [String]>("loadBalancerSourceRanges")
    package let ports = Field<Self, [View<ServicePortFields>]>("ports")
    package let publishNotReadyAddresses = Field<Self, Bool>("publishNotReadyAddresses")
    package let selector = Field<Self, [String: String]>("selector"), sessionAffinity = Field<Self, String>("sessionAffinity")
    package let sessionAffinityConfig = Field<Self, Value>("sessionAffinityConfig")
    package let trafficDistribution = Field<Self, String>("trafficDistribution"), type = Field<Self, String>("type")
}

/// One port of a service.
package typealias ServicePort = View<ServicePortFields>
/// The fields of that. Source: ServicePort of Kubernetes 1.36.
package struct ServicePortFields: Fields {
    package init() {}
    package let appProtocol = Field<Self, String>("appProtocol"), name = Field<Self, String>("name")
    package let nodePort = Field<Self, Int>("nodePort"), port = Field<Self, Int>("port")
    package let `protocol` = Field<Self, String>("protocol"), targetPort = Field<Self, IntOrString>("targetPort")
}

/// What a service is.
package typealias ServiceStatus = View<ServiceStatusFields>
/// The fields of that. Source: ServiceStatus of Kubernetes 1.36.
package struct ServiceStatusFields: Fields {
    package init() {}
    package let conditions = Field<Self, [View<ConditionFields>]>("conditions")
    package let loadBalancer = Field<Self, View<LoadBalancerStatusFields>>("loadBalancer")
}

/// The addresses of a load balancer.
package typealias LoadBalancerStatus = View<LoadBalancerStatusFields>
/// The fields of that. Source: LoadBalancerStatus of Kubernetes 1.36.
package struct LoadBalancerStatusFields: Fields {
    package init() {}
    package let ingress = Field<Self, [View<LoadBalancerIngressFields>]>("ingress")
}

/// One address of a load balancer.
package typealias LoadBalancerIngress = View<LoadBalancerIngressFields>
/// The fields of that. Source: LoadBalancerIngress of Kubernetes 1.36.
package struct LoadBalancerIngressFields: Fields {
    package init() {}
    package let hostname = Field<Self, String>("hostname"), ip = Field<Self, String>("ip"), ipMode = Field<Self, String>("ipMode")
}

/// Endpoints of a service.
package typealias EndpointSlice = View<EndpointSliceFields>
/// The fields of that. Source: EndpointSlice of Kubernetes 1.36.
package struct EndpointSliceFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "discovery.k8s.io", version: "v1", "EndpointSlice", prefix: "discovery.k8s.io/endpointslices/")
    package let addressType = Field<Self, String>("addressType"), endpoints = Field<Self, [View<EndpointFields>]>("endpoints")
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let ports = Field<Self, [View<EndpointSlicePortFields>]>("ports")
}

/// One endpoint.
package typealias Endpoint = View<EndpointFields>
/// The fields of that. Source: Endpoint of Kubernetes 1.36.
package struct EndpointFields: Fields {
    package init() {}
    package let addresses = Field<Self, [String]>("addresses")
    package let conditions = Field<Self, View<EndpointConditionsFields>>("conditions"), hostname = Field<Self, String>("hostname")
    package let nodeName = Field<Self, String>("nodeName"), targetRef = Field<Self, View<ObjectReferenceFields>>("targetRef")
    package let zone = Field<Self, String>("zone")
}

/// Whether an endpoint takes traffic.
package typealias EndpointConditions = View<EndpointConditionsFields>
/// The fields of that. Source: EndpointConditions of Kubernetes 1.36.
package struct EndpointConditionsFields: Fields {
    package init() {}
    package let ready = Field<Self, Bool>("ready"), serving = Field<Self, Bool>("serving")
    package let terminating = Field<Self, Bool>("terminating")
}

/// One port of the endpoints of a slice.
package typealias EndpointSlicePort = View<EndpointSlicePortFields>
/// The fields of that. Source: EndpointPort of Kubernetes 1.36.
package struct EndpointSlicePortFields: Fields {
    package init() {}
    package let appProtocol = Field<Self, String>("appProtocol"), name = Field<Self, String>("name")
    package let port = Field<Self, Int>("port"), `protocol` = Field<Self, String>("protocol")
}

/// Endpoints of a service, in the older form.
package typealias Endpoints = View<EndpointsFields>
/// The fields of that. Source: Endpoints of Kubernetes 1.36.
package struct EndpointsFields: KindFields {
    package init() {}
    package static let kind = Kind("Endpoints", prefix: "core/endpoints/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata")
    package let subsets = Field<Self, [View<EndpointSubsetFields>]>("subsets")
}

/// Addresses that share ports.
package typealias EndpointSubset = View<EndpointSubsetFields>
/// The fields of that. Source: EndpointSubset of Kubernetes 1.36.
package struct EndpointSubsetFields: Fields {
    package init() {}
    package let addresses = Field<Self, [View<EndpointAddressFields>]>("addresses")
    package let notReadyAddresses = Field<Self, [View<EndpointAddressFields>]>("notReadyAddresses")
    package let ports = Field<Self, [View<EndpointPortFields>]>("ports")
}

/// One address in the older form.
package typealias EndpointAddress = View<EndpointAddressFields>
/// The fields of that. Source: EndpointAddress of Kubernetes 1.36.
package struct EndpointAddressFields: Fields {
    package init() {}
    package let hostname = Field<Self, String>("hostname"), ip = Field<Self, String>("ip")
    package let nodeName = Field<Self, String>("nodeName"), targetRef = Field<Self, View<ObjectReferenceFields>>("targetRef")
}

/// One port in the older form.
package typealias EndpointPort = View<EndpointPortFields>
/// The fields of that. Source: EndpointPort of Kubernetes 1.36.
package struct EndpointPortFields: Fields {
    package init() {}
    package let appProtocol = Field<Self, String>("appProtocol"), name = Field<Self, String>("name")
    package let port = Field<Self, Int>("port"), `protocol` = Field<Self, String>("protocol")
}

/// Routes from outside to services.
package typealias Ingress = View<IngressFields>
/// The fields of that. Source: Ingress of Kubernetes 1.36.
package struct IngressFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "networking.k8s.io", version: "v1", "Ingress", prefix: "networking.k8s.io/ingresses/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, Value>("spec")
    package let status = Field<Self, Value>("status")
}

/// Which traffic pods take.
package typealias NetworkPolicy = View<NetworkPolicyFields>
/// The fields of that. Source: NetworkPolicy of Kubernetes 1.36.
package struct NetworkPolicyFields: KindFields {
    package init() {}
    package static let kind = Kind(group: "networking.k8s.io", version: "v1", "NetworkPolicy", prefix: "networking.k8s.io/networkpolicies/")
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, Value>("spec")
}

/// A range of Services' addresses.
package typealias ServiceCIDR = View<ServiceCIDRFields>
/// The fields of that. Source: ServiceCIDR of Kubernetes 1.36.
package struct ServiceCIDRFields: KindFields {
    package init() {}
    package static let kind = Kind(
        group: "networking.k8s.io", version: "v1", "ServiceCIDR", prefix: "networking.k8s.io/servicecidrs/", namespaced: false)
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, Value>("spec")
    package let status = Field<Self, Value>("status")
}

/// An address that belongs to somebody.
package typealias IPAddress = View<IPAddressFields>
/// The fields of that. Source: IPAddress of Kubernetes 1.36.
package struct IPAddressFields: KindFields {
    package init() {}
    package static let kind = Kind(
        group: "networking.k8s.io", version: "v1", "IPAddress", prefix: "networking.k8s.io/ipaddresses/", namespaced: false)
    package let metadata = Field<Self, View<MetadataFields>>("metadata"), spec = Field<Self, Value>("spec")
}
