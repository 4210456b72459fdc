package import Control
package import Storage

/// The admission plugins of a cluster, in order. Source: upstream's default plugins and their order.
package enum StandardAdmission {
    /// - Parameters:
    ///   - rbac: knows what users hold, for the check against escalation.
    ///   - authorizer: the whole chain, which decides on `escalate` and `bind`.
    ///   - isShared: whether other servers write to the realm as well.
    package static func plugins(
        rbac: RBACAuthorizer, authorizer: any Authorizer, clock: any WallClock, random: RandomSource, realm: Realm,
        isShared: Bool = false
    ) -> [any AdmissionPlugin] {
        [
            EscalationCheck(rbac: rbac, authorizer: authorizer),
            LimitRanger(),
            ServiceAccountAdmission(realm: realm, clock: clock, random: random),
            NodeRestriction(),
            TaintNodesByCondition(),
            PodSecurity(),
            PodPriority(),
            DefaultTolerationSeconds(),
            DefaultStorageClass(),
            StorageProtection(),
            ClaimResize(),
            DefaultIngressClass(),
            RuntimeClassAdmission(),
            PodTopologyLabels(),
            ResourceQuotaAdmission(
                realm: realm, clock: clock, random: random, shared: isShared ? QuotaReservations(realm: realm, clock: clock) : nil),
        ]
    }
}
