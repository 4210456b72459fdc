import AWSServices
import Reconcile

/// Every reconciler of a region, in one list.
enum RegionControllers {
    static func all(account: String) -> [any Controller] {
        [
            ClusterController(account: account), NodegroupController(), EKSUpdateController(), AddonController(),
            AutoScalingGroupController(),
            InstanceController(), VPCNetworkController(), InterfaceController(), PrivateAddressController(), PublicAddressController(),
        ]
    }
}
