/// The objects of the add-on `aws-ebs-csi-driver`. Names, labels and settings are those that EKS gives them; `%{…}` is filled in.
///
/// Nodes that run containers have no program for them; on simulated nodes these pods are what makes the driver known.
enum EBSDriverManifest {
    static let text: StaticString = """
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: ebs-csi-controller-sa, namespace: kube-system, labels: {app.kubernetes.io/name: aws-ebs-csi-driver}}
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: {name: ebs-csi-node-sa, namespace: kube-system, labels: {app.kubernetes.io/name: aws-ebs-csi-driver}}
        ---
        apiVersion: storage.k8s.io/v1
        kind: CSIDriver
        metadata: {name: ebs.csi.aws.com, labels: {app.kubernetes.io/name: aws-ebs-csi-driver}}
        spec: {attachRequired: true, podInfoOnMount: false, fsGroupPolicy: File, nodeAllocatableUpdatePeriodSeconds: 10}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: {name: ebs-csi-controller-role, labels: {app.kubernetes.io/name: aws-ebs-csi-driver}}
        rules:
        - apiGroups: [""]
          resources: [persistentvolumes]
          verbs: [get, list, watch, create, patch, delete]
        - apiGroups: [""]
          resources: [persistentvolumeclaims]
          verbs: [get, list, watch, update]
        - apiGroups: [""]
          resources: [persistentvolumeclaims/status]
          verbs: [patch]
        - apiGroups: [""]
          resources: [events]
          verbs: [get, list, watch, create, update, patch]
        - apiGroups: [""]
          resources: [nodes, pods]
          verbs: [get, list, watch]
        - apiGroups: [storage.k8s.io]
          resources: [storageclasses, csinodes]
          verbs: [get, list, watch]
        - apiGroups: [storage.k8s.io]
          resources: [volumeattachments]
          verbs: [get, list, watch, patch]
        - apiGroups: [storage.k8s.io]
          resources: [volumeattachments/status]
          verbs: [patch]
        - apiGroups: [coordination.k8s.io]
          resources: [leases]
          verbs: [get, watch, list, delete, update, create]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {name: ebs-csi-controller-binding, labels: {app.kubernetes.io/name: aws-ebs-csi-driver}}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ebs-csi-controller-role}
        subjects:
        - {kind: ServiceAccount, name: ebs-csi-controller-sa, namespace: kube-system}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: {name: ebs-csi-node-role, labels: {app.kubernetes.io/name: aws-ebs-csi-driver}}
        rules:
        - apiGroups: [""]
          resources: [nodes]
          verbs: [get, patch]
        - apiGroups: [storage.k8s.io]
          resources: [volumeattachments]
          verbs: [list]
        - apiGroups: [storage.k8s.io]
          resources: [csinodes]
          verbs: [get]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: {name: ebs-csi-node-getter-binding, labels: {app.kubernetes.io/name: aws-ebs-csi-driver}}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ebs-csi-node-role}
        subjects:
        - {kind: ServiceAccount, name: ebs-csi-node-sa, namespace: kube-system}
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: ebs-csi-controller, namespace: kube-system, labels: {app.kubernetes.io/name: aws-ebs-csi-driver}}
        spec:
          maxUnavailable: 1
          selector:
            matchLabels: {app: ebs-csi-controller, app.kubernetes.io/name: aws-ebs-csi-driver}
        ---
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: ebs-csi-node, namespace: kube-system, labels: {app.kubernetes.io/name: aws-ebs-csi-driver}}
        spec:
          selector:
            matchLabels: {app: ebs-csi-node, app.kubernetes.io/name: aws-ebs-csi-driver}
          updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: "10%"}}
          template:
            metadata:
              labels: {app: ebs-csi-node, app.kubernetes.io/name: aws-ebs-csi-driver}
            spec:
              nodeSelector: {kubernetes.io/os: linux}
              serviceAccountName: ebs-csi-node-sa
              priorityClassName: system-node-critical
              tolerations:
              - {operator: Exists}
              affinity:
                nodeAffinity:
                  requiredDuringSchedulingIgnoredDuringExecution:
                    nodeSelectorTerms:
                    - matchExpressions:
                      - {key: eks.amazonaws.com/compute-type, operator: NotIn, values: [fargate, auto, hybrid]}
              securityContext: {fsGroup: 0, runAsGroup: 0, runAsNonRoot: false, runAsUser: 0}
              containers:
              - name: ebs-plugin
                image: %{registry}/eks/aws-ebs-csi-driver:%{release}
                imagePullPolicy: IfNotPresent
                args: [node, --endpoint=$(CSI_ENDPOINT), --logging-format=text, --v=2]
                env:
                - {name: CSI_ENDPOINT, value: "unix:/csi/csi.sock"}
                - {name: CSI_NODE_NAME, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
                ports:
                - {name: healthz, containerPort: 9808, protocol: TCP}
                livenessProbe:
                  failureThreshold: 5
                  httpGet: {path: /healthz, port: healthz}
                  initialDelaySeconds: 10
                  timeoutSeconds: 3
                resources: {limits: {memory: 256Mi}, requests: {cpu: 10m, memory: 40Mi}}
                securityContext: {privileged: true, readOnlyRootFilesystem: true}
                volumeMounts:
                - {name: kubelet-dir, mountPath: /var/lib/kubelet, mountPropagation: Bidirectional}
                - {name: plugin-dir, mountPath: /csi}
                - {name: device-dir, mountPath: /dev}
              - name: node-driver-registrar
                image: %{registry}/eks/csi-node-driver-registrar:%{registrar}
                imagePullPolicy: IfNotPresent
                args: [--csi-address=$(ADDRESS), --kubelet-registration-path=$(DRIVER_REG_SOCK_PATH), --v=2]
                env:
                - {name: ADDRESS, value: /csi/csi.sock}
                - {name: DRIVER_REG_SOCK_PATH, value: /var/lib/kubelet/plugins/ebs.csi.aws.com/csi.sock}
                resources: {limits: {memory: 256Mi}, requests: {cpu: 10m, memory: 40Mi}}
                securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true}
                volumeMounts:
                - {name: plugin-dir, mountPath: /csi}
                - {name: registration-dir, mountPath: /registration}
              volumes:
              - {name: kubelet-dir, hostPath: {path: /var/lib/kubelet, type: Directory}}
              - {name: plugin-dir, hostPath: {path: /var/lib/kubelet/plugins/ebs.csi.aws.com/, type: DirectoryOrCreate}}
              - {name: registration-dir, hostPath: {path: /var/lib/kubelet/plugins_registry/, type: Directory}}
              - {name: device-dir, hostPath: {path: /dev, type: Directory}}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: ebs-csi-controller, namespace: kube-system, labels: {app.kubernetes.io/name: aws-ebs-csi-driver}}
        spec:
          replicas: 2
          selector:
            matchLabels: {app: ebs-csi-controller, app.kubernetes.io/name: aws-ebs-csi-driver}
          template:
            metadata:
              labels: {app: ebs-csi-controller, app.kubernetes.io/name: aws-ebs-csi-driver}
            spec:
              nodeSelector: {kubernetes.io/os: linux}
              serviceAccountName: ebs-csi-controller-sa
              priorityClassName: system-cluster-critical
              tolerations:
              - {key: CriticalAddonsOnly, operator: Exists}
              - {effect: NoExecute, operator: Exists, tolerationSeconds: 300}
              affinity:
                podAntiAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                  - weight: 100
                    podAffinityTerm:
                      labelSelector:
                        matchExpressions:
                        - {key: app, operator: In, values: [ebs-csi-controller]}
                      topologyKey: kubernetes.io/hostname
              securityContext: {fsGroup: 1000, runAsGroup: 1000, runAsNonRoot: true, runAsUser: 1000}
              containers:
              - name: ebs-plugin
                image: %{registry}/eks/aws-ebs-csi-driver:%{release}
                imagePullPolicy: IfNotPresent
                args: [controller, --endpoint=$(CSI_ENDPOINT), --k8s-tag-cluster-id=%{cluster}, --logging-format=text, --v=2]
                env:
                - {name: CSI_ENDPOINT, value: "unix:///var/lib/csi/sockets/pluginproxy/csi.sock"}
                - {name: AWS_REGION, value: %{region}}
                ports:
                - {name: healthz, containerPort: 9808, protocol: TCP}
                livenessProbe:
                  failureThreshold: 5
                  httpGet: {path: /healthz, port: healthz}
                  initialDelaySeconds: 10
                  timeoutSeconds: 3
                resources: {limits: {memory: 256Mi}, requests: {cpu: 10m, memory: 40Mi}}
                securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true}
                volumeMounts:
                - {name: socket-dir, mountPath: /var/lib/csi/sockets/pluginproxy/}
              volumes:
              - {name: socket-dir, emptyDir: {}}
        """
}
