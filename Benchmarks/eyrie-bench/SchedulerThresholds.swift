/// The cases of upstream's scheduler_perf that have a threshold: suite, case, workload, pods a second, parameters.
enum SchedulerThresholds {
    static let text = """
        volumes SchedulingSecrets 5000Nodes_10000Pods 260 initNodes=5000 initPods=1000 measurePods=10000
        volumes SchedulingSecrets 5000Nodes_10000Pods_QueueingHintsEnabled 260 initNodes=5000 initPods=1000 measurePods=10000
        volumes SchedulingInTreePVs 5000Nodes_2000Pods 90 initNodes=5000 initPods=1000 measurePods=2000
        volumes SchedulingInTreePVs 5000Nodes_2000Pods_QueueingHintsEnabled 90 initNodes=5000 initPods=1000 measurePods=2000
        volumes SchedulingMigratedInTreePVs 5000Nodes_5000Pods 35 initNodes=5000 initPods=5000 measurePods=5000
        volumes SchedulingMigratedInTreePVs 5000Nodes_5000Pods_QueueingHintsEnabled 35 initNodes=5000 initPods=5000 measurePods=5000
        volumes SchedulingCSIPVs 5000Nodes_5000Pods 48 initNodes=5000 initPods=5000 measurePods=5000
        volumes SchedulingCSIPVs 5000Nodes_5000Pods_QueueingHintsEnabled 48 initNodes=5000 initPods=5000 measurePods=5000
        topology_spreading TopologySpreading 5000Nodes_5000Pods 85 initNodes=5000 initPods=5000 measurePods=5000
        topology_spreading TopologySpreading 5000Nodes_5000Pods_QueueingHintsEnabled 85 initNodes=5000 initPods=5000 measurePods=5000
        topology_spreading PreferredTopologySpreading 5000Nodes_5000Pods 125 initNodes=5000 initPods=5000 measurePods=5000
        topology_spreading PreferredTopologySpreading 5000Nodes_5000Pods_QueueingHintsEnabled 125 initNodes=5000 initPods=5000 measurePods=5000
        topology_spreading SchedulingWithNodeInclusionPolicy 5000Nodes 68 taintNodes=1000 normalNodes=4000 measurePods=4000
        topology_spreading SchedulingWithNodeInclusionPolicy 5000Nodes_QueueingHintsEnabled 68 taintNodes=1000 normalNodes=4000 measurePods=4000
        dra SchedulingWithResourceClaimTemplate 5000pods_500nodes 40 nodesWithDRA=500 nodesWithoutDRA=0 initPods=2500 measurePods=2500 maxClaimsPerNode=10
        dra SchedulingWithResourceClaimTemplate 5000pods_500nodes_QueueingHintsEnabled 56 nodesWithDRA=500 nodesWithoutDRA=0 initPods=2500 measurePods=2500 maxClaimsPerNode=10
        dra SteadyStateClusterResourceClaimTemplate empty_500nodes 64 nodesWithDRA=500 nodesWithoutDRA=0 initClaims=0 maxClaimsPerNode=10 duration=10s
        dra SteadyStateClusterResourceClaimTemplate empty_500nodes_QueueingHintsEnabled 64 nodesWithDRA=500 nodesWithoutDRA=0 initClaims=0 maxClaimsPerNode=10 duration=10s
        dra SteadyStateClusterResourceClaimTemplate half_500nodes 70 nodesWithDRA=500 nodesWithoutDRA=0 initClaims=2500 maxClaimsPerNode=10 duration=10s
        dra SteadyStateClusterResourceClaimTemplate half_500nodes_QueueingHintsEnabled 60 nodesWithDRA=500 nodesWithoutDRA=0 initClaims=2500 maxClaimsPerNode=10 duration=10s
        dra SteadyStateClusterResourceClaimTemplate full_500nodes 60 nodesWithDRA=500 nodesWithoutDRA=0 initClaims=4990 maxClaimsPerNode=10 duration=10s
        dra SteadyStateClusterResourceClaimTemplate full_500nodes_QueueingHintsEnabled 60 nodesWithDRA=500 nodesWithoutDRA=0 initClaims=4990 maxClaimsPerNode=10 duration=10s
        misc SchedulingBasic 5000Nodes_10000Pods 270 initNodes=5000 initPods=1000 measurePods=10000
        misc SchedulingBasic 5000Nodes_10000Pods_QueueingHintsEnabled 270 initNodes=5000 initPods=1000 measurePods=10000
        misc SchedulingDaemonset 15000Nodes 390 initNodes=15000 measurePods=30000
        misc SchedulingDaemonset 15000Nodes_QueueingHintsEnabled 390 initNodes=15000 measurePods=30000
        misc PreemptionAsync 5000Nodes 160 initNodes=5000 initPods=20000 measurePods=5000
        misc PreemptionAsync 5000Nodes_AsyncPreemptionEnabled 160 initNodes=5000 initPods=20000 measurePods=5000
        misc PreemptionAsync 5000Nodes_QueueingHintsEnabled 160 initNodes=5000 initPods=20000 measurePods=5000
        misc PreemptionAsync 5000Nodes_AsyncAPICallsEnabled 160 initNodes=5000 initPods=20000 measurePods=5000
        misc Unschedulable 5kNodes/100Init/10kPods 140 initNodes=5000 initPods=100 measurePods=10000
        misc Unschedulable 5kNodes/100Init/10kPods_QueueingHintsEnabled 170 initNodes=5000 initPods=100 measurePods=10000
        misc Unschedulable 5kNodes/100Init/10kPods_AsyncAPICallsEnabled 170 initNodes=5000 initPods=100 measurePods=10000
        misc SchedulingWithMixedChurn 5000Nodes_10000Pods 265 initNodes=5000 measurePods=10000
        misc SchedulingWithMixedChurn 5000Nodes_10000Pods_QueueingHintsEnabled 265 initNodes=5000 measurePods=10000
        misc SchedulingWhileGated 1Node_10000GatedPods 130 gatedPods=10000 deletingPods=20000 measurePods=20000
        misc SchedulingWhileGated 1Node_10000GatedPods_QueueingHintsEnabled 130 gatedPods=10000 deletingPods=20000 measurePods=20000
        affinity SchedulingPodAntiAffinity 5000Nodes_2000Pods 60 initNodes=5000 initPods=1000 measurePods=2000
        affinity SchedulingPodAntiAffinity 5000Nodes_2000Pods_QueueingHintsEnabled 60 initNodes=5000 initPods=1000 measurePods=2000
        affinity SchedulingPodMatchingAntiAffinity 5000Nodes_5000Pods 600 initNodes=5000 initPods=1000 measurePods=5000
        affinity SchedulingPodMatchingAntiAffinity 5000Nodes_5000Pods_QueueingHintsEnabled 540 initNodes=5000 initPods=1000 measurePods=5000
        affinity SchedulingPodAffinity 5000Nodes_5000Pods 35 initNodes=5000 initPods=5000 measurePods=5000
        affinity SchedulingPodAffinity 5000Nodes_5000Pods_QueueingHintsEnabled 35 initNodes=5000 initPods=5000 measurePods=5000
        affinity SchedulingPreferredPodAffinity 5000Nodes_5000Pods 90 initNodes=5000 initPods=5000 measurePods=5000
        affinity SchedulingPreferredPodAffinity 5000Nodes_5000Pods_QueueingHintsEnabled 90 initNodes=5000 initPods=5000 measurePods=5000
        affinity SchedulingPreferredPodAntiAffinity 5000Nodes_5000Pods 90 initNodes=5000 initPods=5000 measurePods=5000
        affinity SchedulingPreferredPodAntiAffinity 5000Nodes_5000Pods_QueueingHintsEnabled 90 initNodes=5000 initPods=5000 measurePods=5000
        affinity SchedulingNodeAffinity 5000Nodes_10000Pods 220 initNodes=5000 initPods=5000 measurePods=10000
        affinity SchedulingNodeAffinity 5000Nodes_10000Pods_QueueingHintsEnabled 220 initNodes=5000 initPods=5000 measurePods=10000
        affinity MixedSchedulingBasePod 5000Nodes_5000Pods 140 initNodes=5000 initPods=2000 measurePods=5000
        affinity MixedSchedulingBasePod 5000Nodes_5000Pods_QueueingHintsEnabled 140 initNodes=5000 initPods=2000 measurePods=5000
        affinity SchedulingRequiredPodAntiAffinityWithNSSelector 5000Nodes_2000Pods 24 initNodes=6000 initPodsPerNamespace=40 initNamespaces=100 measurePods=2000
        affinity SchedulingRequiredPodAntiAffinityWithNSSelector 5000Nodes_2000Pods_QueueingHintsEnabled 24 initNodes=6000 initPodsPerNamespace=40 initNamespaces=100 measurePods=2000
        affinity SchedulingPreferredAntiAffinityWithNSSelector 5000Nodes_2000Pods 55 initNodes=5000 initPodsPerNamespace=40 initNamespaces=100 measurePods=2000
        affinity SchedulingPreferredAntiAffinityWithNSSelector 5000Nodes_2000Pods_QueueingHintsEnabled 55 initNodes=5000 initPodsPerNamespace=40 initNamespaces=100 measurePods=2000
        affinity SchedulingRequiredPodAffinityWithNSSelector 5000Nodes_2000Pods 35 initNodes=5000 initPodsPerNamespace=50 initNamespaces=100 measurePods=2000
        affinity SchedulingRequiredPodAffinityWithNSSelector 5000Nodes_2000Pods_QueueingHintsEnabled 35 initNodes=5000 initPodsPerNamespace=50 initNamespaces=100 measurePods=2000
        affinity SchedulingPreferredAffinityWithNSSelector 5000Nodes_5000Pods 90 initNodes=5000 initPodsPerNamespace=50 initNamespaces=100 measurePods=5000
        affinity SchedulingPreferredAffinityWithNSSelector 5000Nodes_5000Pods_QueueingHintsEnabled 90 initNodes=5000 initPodsPerNamespace=50 initNamespaces=100 measurePods=5000
        affinity SchedulingGatedPodsWithPodAffinityImpactForThroughput 1Node_10000GatedPods 110 gatedPods=10000 measurePods=20000
        affinity SchedulingGatedPodsWithPodAffinityImpactForThroughput 1Node_10000GatedPods_QueueingHintsEnabled 110 gatedPods=10000 measurePods=20000
        """
}
