// Written by Tools/generate-kubernetes-schema.py; do not edit.
extension SchemaText {
    /// Object types, one a line.
    static let devicesSchema: StaticString = #"""
        @ resource.v1 io.k8s.api.resource.v1
        AllocatedDeviceStatus conditions:[meta.v1.Condition]#type data:o device:s! driver:s! networkData:NetworkDeviceData pool:s! shareID:s
        AllocationResult allocationTimestamp:t devices:DeviceAllocationResult nodeSelector:core.v1.NodeSelector
        CELDeviceSelector expression:s!
        CapacityRequestPolicy default:q validRange:CapacityRequestPolicyRange validValues:[q]
        CapacityRequestPolicyRange max:q min:q! step:q
        CapacityRequirements requests:{q}
        Counter value:q!
        CounterSet counters:{Counter}! name:s!
        Device allNodes:b allowMultipleAllocations:b attributes:{DeviceAttribute} bindingConditions:[s] bindingFailureConditions:[s] bindsToNode:b capacity:{DeviceCapacity} consumesCounters:[DeviceCounterConsumption] name:s! nodeAllocatableResourceMappings:{NodeAllocatableResourceMapping} nodeName:s nodeSelector:core.v1.NodeSelector taints:[DeviceTaint]
        DeviceAllocationConfiguration opaque:OpaqueDeviceConfiguration requests:[s] source:s!
        DeviceAllocationResult config:[DeviceAllocationConfiguration] results:[DeviceRequestAllocationResult]
        DeviceAttribute bool:b bools:[b] int:l ints:[l] string:s strings:[s] version:s versions:[s]
        DeviceCapacity requestPolicy:CapacityRequestPolicy value:q!
        DeviceClaim config:[DeviceClaimConfiguration] constraints:[DeviceConstraint] requests:[DeviceRequest]
        DeviceClaimConfiguration opaque:OpaqueDeviceConfiguration requests:[s]
        DeviceClass apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:DeviceClassSpec!
        DeviceClassConfiguration opaque:OpaqueDeviceConfiguration
        DeviceClassList apiVersion:s items:[DeviceClass]! kind:s metadata:meta.v1.ListMeta
        DeviceClassSpec config:[DeviceClassConfiguration] extendedResourceName:s selectors:[DeviceSelector]
        DeviceConstraint distinctAttribute:s matchAttribute:s requests:[s]
        DeviceCounterConsumption counterSet:s! counters:{Counter}!
        DeviceRequest exactly:ExactDeviceRequest firstAvailable:[DeviceSubRequest] name:s!
        DeviceRequestAllocationResult adminAccess:b bindingConditions:[s] bindingFailureConditions:[s] consumedCapacity:{q} device:s! driver:s! pool:s! request:s! shareID:s tolerations:[DeviceToleration]
        DeviceSelector cel:CELDeviceSelector
        DeviceSubRequest allocationMode:s capacity:CapacityRequirements count:l deviceClassName:s! name:s! selectors:[DeviceSelector] tolerations:[DeviceToleration]
        DeviceTaint effect:s! key:s! timeAdded:t value:s
        DeviceToleration effect:s key:s operator:s tolerationSeconds:l value:s
        ExactDeviceRequest adminAccess:b allocationMode:s capacity:CapacityRequirements count:l deviceClassName:s! selectors:[DeviceSelector] tolerations:[DeviceToleration]
        NetworkDeviceData hardwareAddress:s interfaceName:s ips:[s]
        NodeAllocatableResourceMapping allocationMultiplier:q capacityKey:s
        OpaqueDeviceConfiguration driver:s! parameters:o!
        ResourceClaim apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:ResourceClaimSpec! status:ResourceClaimStatus
        ResourceClaimConsumerReference apiGroup:s name:s! resource:s! uid:s!
        ResourceClaimList apiVersion:s items:[ResourceClaim]! kind:s metadata:meta.v1.ListMeta
        ResourceClaimSpec devices:DeviceClaim
        ResourceClaimStatus allocation:AllocationResult devices:[AllocatedDeviceStatus]#driver,device,pool,shareID reservedFor:[ResourceClaimConsumerReference]#uid@uid
        ResourceClaimTemplate apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:ResourceClaimTemplateSpec!
        ResourceClaimTemplateList apiVersion:s items:[ResourceClaimTemplate]! kind:s metadata:meta.v1.ListMeta
        ResourceClaimTemplateSpec metadata:meta.v1.ObjectMeta spec:ResourceClaimSpec!
        ResourcePool generation:l! name:s! resourceSliceCount:l!
        ResourceSlice apiVersion:s kind:s metadata:meta.v1.ObjectMeta spec:ResourceSliceSpec!
        ResourceSliceList apiVersion:s items:[ResourceSlice]! kind:s metadata:meta.v1.ListMeta
        ResourceSliceSpec allNodes:b devices:[Device] driver:s! nodeName:s nodeSelector:core.v1.NodeSelector perDeviceNodeSelection:b pool:ResourcePool! sharedCounters:[CounterSet]
        """#
}
